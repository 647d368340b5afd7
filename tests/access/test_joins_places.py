"""Where a join's settings are written: each in its author's file, at its own line and column."""

from __future__ import annotations

import pytest

from orbgen.access.join import Join
from orbgen.access.join_file import file_join
from orbgen.project.facts import Facts
from orbgen.source.nodes import Scalar
from orbgen.source.reader import read
from orbgen.teleport.tbot_file_checks import invalid
from orbgen.teleport.versions import Version, VersionRange, known_versions
from tests.access.joining import HEAD, JOBS, WORKFLOWS, joins

FILE = """\
version: v2
proxy_server: "p:443"
onboarding:
  token: demo   # its name
  join_method: circleci
storage: {type: memory}
services:
- type: identity
  destination:
    type: directory
    path: /tmp/out
  nonsense: 1
"""


def with_steps(steps: str) -> tuple[str, Join]:
    """A configuration whose job has these steps, and its only join."""
    text = f"{HEAD}{JOBS}    steps:\n{steps}{WORKFLOWS}"
    (join,) = joins(text)
    return text, join


def indented(text: str, width: int) -> str:
    return "".join([" " * width + line + "\n" for line in text.splitlines()])


STEPS = [
    # A block with a here-document, in several indentations and with other delimiters.
    "      - run: |\n          cat > t.yaml \\<<'EOF'\n" + indented(FILE, 10) + "          EOF\n"
    "          tbot start -c t.yaml --oneshot\n",
    "      - run:\n          command: |\n            cat \\<<EOF > t.yaml\n" + indented(FILE, 12) + "            EOF\n"
    "      - run: tbot start -c t.yaml --oneshot\n",
    "      - run: |\n          tee t.yaml \\<<- EOF\n" + indented("\t" + FILE.replace("\n", "\n\t").rstrip("\t"), 10)
    + "          \tEOF\n          tbot start -c t.yaml --oneshot\n",
    # Something known is put in before the others.
    "      - run: |\n          NAME=longer-than-the-variable\n          cat > t.yaml \\<<EOF\n"
    + "          debug: \"$NAME\"\n" + indented(FILE, 10) + "          EOF\n          tbot start -c t.yaml --oneshot\n",
    "      - run: |\n          cat > t.yaml \\<<EOF\n          # \\$HOME and $(unknown) and ${ALSO:-x}\n"
    + indented(FILE, 10) + "          EOF\n          tbot start -c t.yaml --oneshot\n",
    # Quotes.
    "      - run: |\n          echo '" + indented(FILE, 10).lstrip() + "          ' > t.yaml\n"
    "          tbot start -c t.yaml --oneshot\n",
]  # fmt: skip


@pytest.mark.parametrize("steps", STEPS)
def test_what_a_script_writes_is_placed_in_the_script(steps):
    text, join = with_steps(steps)
    expected = {
        "proxy-server": '"p:443"', "token": "demo", "join-method": "circleci", "storage": "{type: memory}",
        "oneshot": "--oneshot", "config": "-c t.yaml",
    }  # fmt: skip
    for name, written in expected.items():
        span = join.settings[name].span
        assert (span.source.name, span.text) == ("config.yml", written)
        assert span.start == text.index(written)
    # Also a part of a text, in its quotes or without.
    assert join.file is not None
    for key, part, place in (("proxy_server", "p:44", '"p:443"'), ("version", "v", "version: v2")):
        node = join.file.root.get(key)
        assert isinstance(node, Scalar)
        span = node.place(0, len(part))
        assert span.text == part
        assert span.start == text.index(part, text.index(place) + (0 if key == "proxy_server" else 2))
    (service,) = join.services
    assert (service.span.text, service.folder) == ("identity", "/tmp/out")
    assert service.settings["destination"].span.text == "/tmp/out"
    (mistake,) = list(invalid(join.file.root))
    assert mistake.span.text == "nonsense"
    assert mistake.span.start == text.index("nonsense")


@pytest.mark.parametrize(
    "step",
    [
        '"tbot start \\\n          --token demo --join-method circleci"',
        "tbot start --token demo --join-method circleci",
        "'tbot start --token demo --join-method circleci'",
        ">\n          tbot start\n          --token demo\n          --join-method circleci",
        "|\n          tbot start \\\n            --token demo \\\n            --join-method circleci",
    ],
)
def test_flags_in_every_style_of_yaml(step):
    text, join = with_steps(f"      - run: {step}\n")
    assert (join.token, join.method) == ("demo", "circleci")
    for name in ("token", "join-method"):
        span = join.settings[name].span
        assert span.start == text.index(f"--{name}")
        assert span.text == f"--{name} {join.value(name)}"
    assert join.span.start == text.index("tbot start")
    assert join.span.text == "tbot"


def test_text_made_by_escapes_stands_where_all_of_it_does():
    text, join = with_steps("      - run: |\n          printf 'onboarding:\\n  token: demo\\n' > t.yaml\n"
                            "          tbot start -c t.yaml\n")  # fmt: skip
    span = join.settings["token"].span
    assert span.text == "onboarding:\\n  token: demo\\n"
    assert span.start == text.index("onboarding:")


def test_a_template_that_the_shell_leaves_alone_stays_in_the_file():
    _, join = with_steps("      - run: |\n          cat > t.yaml \\<<'EOF'\n          onboarding:\n"
                         "            token: $TOKEN\n          EOF\n          tbot start -c t.yaml\n")  # fmt: skip
    assert join.settings["token"].value is None
    assert join.file is not None
    onboarding = join.file.settings[0]
    assert onboarding.node.span.text == "$TOKEN"


def test_a_file_on_its_own():
    document = read(FILE.encode(), "tbot.yaml")
    join = file_join(document)
    assert (join.method, join.token, join.step) == ("circleci", "demo", -1)
    assert (join.span.text, join.span.source) == ("onboarding", document.source)
    assert join.settings["proxy-server"].span.text == '"p:443"'
    assert [one.span.text for one in join.services] == ["identity"]
    # A command line may say what the file does not.
    assert (join.unread, join.oneshot, join.lacks("oneshot")) == (True, None, False)
    assert join.versions == known_versions()
    planned = Version(18, 0, 0)
    assert file_join(document, Facts(teleport_version=planned)).versions == VersionRange.only(planned)
    assert file_join(read(b"oneshot: true\n", "tbot.yaml")).oneshot is True
    for other in (b"", b"- a\n", b"text"):
        assert file_join(read(other, "tbot.yaml")).settings == {}


def test_job_runs_that_read_one_file_find_the_same_places(tmp_path):
    (tmp_path / "tbot.yaml").write_text(FILE, encoding="utf-8")
    text = (
        f"{HEAD}{JOBS}    parameters: {{n: {{type: integer}}}}\n"
        "    steps:\n      - checkout\n      - run: tbot start -c tbot.yaml\n"
        "workflows:\n  main:\n    jobs: [build: {matrix: {parameters: {n: [1, 2]}}}]\n"
    )
    first, second = joins(text, tmp_path)
    assert first.settings["token"].span == second.settings["token"].span


def test_the_checkout_and_the_working_directory(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tbot.yaml").write_text(FILE, encoding="utf-8")
    for keys, checkout, step in (
        ("", "checkout", "command: cd sub && tbot start -c tbot.yaml"),
        ("", "checkout", "command: tbot start -c sub/tbot.yaml"),
        ("", "checkout", "{command: tbot start -c tbot.yaml, working_directory: sub}"),
        ("    working_directory: ~/work/sub\n", "checkout: {path: ~/work}", "command: tbot start -c tbot.yaml"),
        ("    working_directory: /srv/code\n", "checkout", "command: tbot start -c /srv/code/sub/tbot.yaml"),
    ):
        run = step if step.startswith("{") else f"{{{step}}}"
        text = f"{HEAD}{JOBS}{keys}    steps:\n      - {checkout}\n      - run: {run}\n{WORKFLOWS}"
        (join,) = joins(text, tmp_path)
        assert join.token == "demo"
