"""The shape of the code base: who imports whom, what things are called, how long they get, what a cold start costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "orbgen"
MODULES = sorted(PACKAGE.rglob("*.py"))
RULES = PACKAGE / "lint" / "rules"

# A folder imports only itself and the folders before it.
FOLDERS = (
    "source",
    "shell",
    "circleci",
    "teleport",
    "project",
    "access",
    "trace",
    "lint",
    "generate",
    "orb",
    "remote",
    "cli",
)
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "base", "misc"}
LONGEST_MODULE = 500  # lines
IGNORE = "# type: ignore"

# What `orbgen lint` has no use for and would pay for at every start.
NOT_FOR_LINT = {
    "click",
    "dataclasses",
    "httpx",
    "inspect",
    "jinja2",
    "jsonschema",
    "platform",
    "ruamel.yaml",
    "subprocess",
    "yaml.constructor",
}


def _dotted(path: Path) -> tuple[str, ...]:
    """The package that a module's relative imports start from."""
    return path.relative_to(PACKAGE.parent).parent.parts


def _imports(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and dotted name, in its parts, of every import of ours in a module, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = _dotted(path)
            start = package[: len(package) + 1 - node.level] if node.level else ()
            base = (*start, *(node.module.split(".") if node.module else ()))
            names = [(*base, alias.name) for alias in node.names]
        else:
            continue
        for name in names:
            if name[0] == PACKAGE.name:
                yield node.lineno, name


def _folder(name: tuple[str, ...]) -> str | None:
    """The folder that a dotted name lies in; None for the version and other names of `orbgen` itself."""
    inside = name[1:2]
    return inside[0] if inside and (PACKAGE / inside[0]).is_dir() else None


def test_every_folder_has_its_place():
    found = {path.relative_to(PACKAGE).parts[0] for path in MODULES if path.parent != PACKAGE}
    assert found - set(FOLDERS) == set()


def test_only_the_way_in_stands_beside_the_folders():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}
    assert (PACKAGE / "py.typed").exists()


def test_folders_import_only_what_stands_before_them():
    assert MODULES
    wrong = []
    for path in MODULES:
        own = path.relative_to(PACKAGE).parts
        if own == ("__main__.py",):
            continue  # It starts the command line.
        allowed = FOLDERS[: FOLDERS.index(own[0]) + 1] if own[0] in FOLDERS else ()
        for line, name in _imports(path):
            folder = _folder(name)
            if folder is not None and folder not in allowed:
                wrong.append(f"{'/'.join(own)}:{line} imports {'.'.join(name)}")
    assert wrong == []


def test_packages_have_a_first_sentence():
    silent = [str(folder) for folder in {path.parent for path in MODULES} if not _docstring(folder / "__init__.py")]
    assert silent == []


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) if path.exists() else None


def test_names_say_something():
    parts = {part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert parts & NAMES_THAT_SAY_NOTHING == set()


def test_modules_are_short():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_what_mypy_is_to_pass_over_has_its_reason_beside_it():
    passed_over = [line for path in MODULES for line in path.read_text(encoding="utf-8").splitlines() if IGNORE in line]
    assert passed_over
    assert [line for line in passed_over if not re.search(rf"{IGNORE}\[[a-z-]+\]  # \w", line)] == []


def test_every_rule_has_a_page_and_every_page_a_rule():
    modules = {path.with_suffix("") for path in RULES.rglob("*.py") if path.name != "__init__.py"}
    pages = {path.with_suffix("") for path in RULES.rglob("*.md")}
    assert modules
    assert sorted(str(path.relative_to(RULES)) for path in modules ^ pages) == []


def test_lint_imports_only_what_it_needs(tmp_path):
    config = tmp_path / "config.yml"
    config.write_text(
        "version: 2.1\n"
        "jobs:\n"
        "  build:\n"
        "    docker:\n"
        "      - image: cimg/base:2024.12\n"
        "    steps:\n"
        "      - checkout\n"
        "      - run: make test\n"
        "workflows:\n"
        "  main:\n"
        "    jobs:\n"
        "      - build\n",
        encoding="utf-8",
    )
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "orbgen", "lint", str(config)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    lines = run.stderr.splitlines()
    imported = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
    said = [line for line in lines if not line.startswith("import time:")]
    assert run.returncode == 0, "\n".join([run.stdout, *said])
    assert "orbgen.cli.main" in imported
    assert imported & NOT_FOR_LINT == set()
