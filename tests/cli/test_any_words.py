"""Whatever the words and files are: an exit code that is documented, and words instead of a traceback."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orbgen.cli.main import COMMANDS
from tests.cli.running import BROKEN, CONFIG, PASTED

FILES = {
    "good.yml": CONFIG.encode(),
    "pasted.yml": PASTED.encode(),
    "broken.yml": BROKEN.encode(),
    "values.yml": b"pipeline.git.branch: main\n",
    "list.yml": b"- 1\n",
    "bytes.yml": b"\xff\xfe\x00\x00\x1b",
    "empty.yml": b"",
}
WORDS = [
    *FILES, "-", "--", "", ".", "nowhere", "--help", "-p", "a=1", "a=", "=", "a", "--parameters", "--values", "--value",
    "git.branch=x", "pipeline.number=x", "number=1", "--orb", "acme/tools=good.yml", "https://x=y", "a@b=c=d",
    "--format", "json", "yaml", "full", "concise", "--format=full", "--origins", "--no-source-comment", "-o", "out.yml",
    "--select", "compile-error", "compile-error[enum]", "*", "[", "--ignore", "--quiet", "-qq", "--color", "--no-color",
    "--persona", "auditor", "--fail-on", "high", "\udcff", "日本", "\x1b[31m", "-V", "--version",
]  # fmt: skip


@given(st.sampled_from([*COMMANDS, "orb pack", "orb validate", ""]), st.lists(st.sampled_from(WORDS), max_size=6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words(orbgen, plain_surroundings, command, words):
    for name, data in FILES.items():
        (plain_surroundings / name).write_bytes(data)
    code, out, err = orbgen(*command.split(), *words, stdin=CONFIG)
    assert code in (0, 1, 2)
    assert code != 2 or out or err
    assert "\x1b[31m" not in err
    if code == 2 and err.startswith("error: "):
        first, *rest = err.splitlines()
        assert len(first) > len("error: ")
        assert all(line.startswith(("help: ", "note: ", "error")) or "file" in line for line in rest), err


@given(st.sampled_from(["lint", "compile"]), st.binary(max_size=80), st.text("ab: -[]{}&*!|>'\"<\n\t", max_size=80))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(orbgen, plain_surroundings, command, data, text):
    (plain_surroundings / "any.yml").write_bytes(data)
    (plain_surroundings / "text.yml").write_bytes(CONFIG.encode() + text.encode())
    options = ("--values", "any.yml") if command == "compile" else ("any.yml",)
    assert orbgen(command, "text.yml", *options).code in (0, 1, 2)
