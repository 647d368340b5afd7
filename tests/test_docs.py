"""What the pages show is what happens: every command of README.md and docs/ is run, and its output compared.

CONTRIBUTING.md tells the convention. `ORBGEN_UPDATE_DOCS=1` writes the real output into the pages instead.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parent.parent
# The pages of the rules are made of what tests/lint/test_pages.py tests, those of the orb of what tests/orb tests.
DOCS = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.parent.name not in ("rules", "orb")]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
# What stands between the outputs of two commands: the exit code of the one before.
BETWEEN = re.compile(r"\n\x1e(\d+)\n")
ANYTHING = "…"
UPDATE = os.environ.get("ORBGEN_UPDATE_DOCS") == "1"
# Run behind each command: marks the end of its output, and leaves its exit code to the next one.
MARK = r"""exited=$?; printf '\n\036%d\n' $exited; (exit $exited)"""
# A page may show findings and what is refused; a command that is missing or a defect is no example.
EXIT_CODES = (0, 1, 2, 3)


class Block(NamedTuple):
    """A fenced block of a page: the word of its language, the rest of its first line, its lines, where it stands."""

    language: str
    mark: str
    lines: list[str]
    start: int
    end: int


class Command(NamedTuple):
    """A command with the output that the page promises."""

    text: str
    expected: list[str]


def blocks(page: str) -> Iterator[Block]:
    for match in FENCE.finditer(page):
        language, _, mark = match[2].strip().partition(" ")
        indent = len(match[1])
        lines = [line[indent:] for line in match[3].splitlines()]
        yield Block(language, mark.strip(), lines, match.start(3), match.end(3))


def commands(block: Block) -> list[Command]:
    """The commands of a console block; a line that begins with `> ` goes on with the one before."""
    found: list[Command] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif line.startswith("> ") and found and not found[-1].expected:
            found[-1] = Command(f"{found[-1].text}\n{line[2:]}", [])
        else:
            assert found, f"a console block begins with a command, not with {line!r}"
            found[-1].expected.append(line)
    return found


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the output is as promised; a line `…` stands for any number of lines."""
    pattern = "\n".join([".*" if line == ANYTHING else re.escape(line) for line in expected])
    return re.fullmatch(pattern.replace("\n.*\n", r"\n(?:.*\n)?"), "\n".join(printed), re.DOTALL) is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the documentation as if it were the whole repository, to run the commands of a page in."""
    copy = tmp_path / "repository"
    shutil.copytree(ROOT / "docs", copy / "docs")
    (copy / ".git").mkdir()
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "orbgen"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orbgen "$@"\n')
    script.chmod(0o755)
    return copy


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a page: a terminal of a hundred columns without colours, a home that is empty."""
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "TMPDIR", "LANG", "LC_ALL")}
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "HOME": str(home), "COLUMNS": "100", "GIT_CEILING_DIRECTORIES": str(folder.parent)}


def run_page(page: str, folder: Path) -> Iterator[tuple[Block, list[tuple[Command, list[str]]]]]:
    """Each console block with its commands and what they print, run one after the other by one shell."""
    script = []
    consoles = []
    for block in blocks(page):
        if block.language == "console":
            consoles.append(block)
            for command in commands(block):
                text = on_terminal(command) if block.mark == "terminal" else command.text
                script.append(f"{text}\n{MARK}")
        elif "/" in block.mark or "." in block.mark:
            text = "".join([f"{line}\n" for line in block.lines])
            script.append(f"mkdir -p $(dirname {block.mark}) && cat > {block.mark} <<'END-OF-FILE'\n{text}END-OF-FILE")
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder, env=surroundings(folder), encoding="utf-8", timeout=120, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    pieces = BETWEEN.split(done.stdout)
    printed = iter(zip(pieces[::2], pieces[1::2], strict=False))
    for block in consoles:
        results = []
        for command in commands(block):
            output, code = next(printed)
            assert int(code) in EXIT_CODES, f"$ {command.text}\n{output}"
            results.append((command, output.rstrip("\n").splitlines()))
        yield block, results


def on_terminal(command: Command) -> str:
    """A command that replays a session on a terminal: the answers stand behind the prompts in what is promised."""
    promised = "\n".join(command.expected)
    words = shlex.join([sys.executable, str(ROOT / "tests" / "terminals.py"), command.text])
    return f"{words} <<'END-OF-SESSION'\n{promised}\nEND-OF-SESSION"


def written(results: list[tuple[Command, list[str]]]) -> str:
    """The block as it should stand in the page."""
    lines: list[str] = []
    for command, printed in results:
        first, *rest = command.text.split("\n")
        lines += [f"$ {first}", *[f"> {line}" for line in rest]]
        lines += command.expected if matches(command.expected, printed) else printed
    return "".join([f"{line}\n" for line in lines])


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_commands_print_what_the_page_shows(path, folder):
    page = path.read_text(encoding="utf-8")
    found = list(run_page(page, folder))
    if UPDATE:
        for block, results in reversed(found):
            page = page[: block.start] + written(results) + page[block.end :]
        path.write_text(page, encoding="utf-8")
    for _, results in found:
        for command, printed in results:
            if not UPDATE and not matches(command.expected, printed):
                assert command.expected == printed, f"$ {command.text}"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_block_is_one_that_is_checked(path):
    for block in blocks(path.read_text(encoding="utf-8")):
        assert (block.language, block.mark) == ("sh", "install") or block.language in ("console", "yaml", "json"), block
        if block.language == "yaml":
            # Rules are shown on what is wrong, too, but it can always be read.
            list(yaml.parse("\n".join(block.lines)))
        elif block.language == "json":
            json.loads("\n".join(block.lines))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        file, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (path.parent / file) if file else path
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", linked.read_text(encoding="utf-8").lower(), re.MULTILINE)
            assert anchor in [re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings], target


INSTALLATIONS = [
    pytest.param(block, id=f"{name_of(path)}-{number}")
    for path in PAGES
    for number, block in enumerate([b for b in blocks(path.read_text(encoding="utf-8")) if b.mark == "install"], 1)
]


@pytest.fixture
def fresh_copy(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A copy of the repository, and an environment in which Python's packages are those that are installed here.

    Tests have no network, so an environment that is made there borrows its packages and installs nothing else.
    """
    copy = tmp_path / "copy"
    left_out = shutil.ignore_patterns(".*cache*", ".venv", ".git", "__pycache__", "*.egg-info", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=left_out)
    borrowed = tmp_path / "borrowed.pth"
    borrowed.write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(
        "#!/bin/sh\n"
        f'"{sys.executable}" "$@" || exit\n'
        f'if [ "$1 $2" = "-m venv" ]; then cp "{borrowed}" "$3"/lib/python3*/site-packages; fi\n'
    )
    python.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    return copy, {
        **kept,
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # So pip spells "without isolation" in the environment.
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PYTEST_ADDOPTS": "tests/test_conftest.py",  # Instead of all tests again.
    }


@pytest.mark.packaging
@pytest.mark.parametrize("block", INSTALLATIONS)
def test_what_installs_works_in_a_fresh_copy(block, fresh_copy):
    copy, environment = fresh_copy
    script = "\n".join(block.lines)
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=copy, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    if "orbgen lint" in script:
        assert done.returncode == 1, said
        assert "teleport-persisted-credentials" in done.stdout
    else:
        assert done.returncode == 0, said
        assert re.search(r"\d+ passed", done.stdout), said
