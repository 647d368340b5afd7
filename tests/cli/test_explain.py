"""`orbgen explain`: the pages of the rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Persona
from orbgen.lint.reports.columns import columns

RULES = load_rules()


@pytest.mark.parametrize("loaded", RULES, ids=lambda loaded: loaded.rule.name)
@pytest.mark.parametrize("width", ["60", "100"])
def test_a_page_says_everything_within_the_width(orbgen, monkeypatch, loaded, width):
    monkeypatch.setenv("COLUMNS", width)
    code, out, _ = orbgen("explain", loaded.rule.name)
    assert code == 0
    first, second = out.splitlines()[:2]
    assert first == loaded.rule.name
    rule = loaded.rule
    persona = "" if rule.persona is Persona.DEFAULT else f"for the persona {rule.persona.value}, "
    assert second == (
        f"{rule.severity.value} severity, {rule.confidence.value} confidence, {persona}since {rule.since}"
    )
    page = Path(loaded.page).read_text()
    # The same words stand there; what marks headings, tables and blocks does not.
    words = re.findall(r"[A-Za-z]{3,}", re.sub(r"```yaml( bad| good| fixed)?|```", "", page))
    shown = re.findall(r"[A-Za-z]{3,}", "\n".join(out.splitlines()[2:]).replace("Found:", "").replace("Not found:", ""))
    assert sorted({*words} - {*shown} - {*first.split("-")}) == []
    # The second line is short enough for any terminal, and not wrapped.
    prose = [line for line in out.splitlines() if not line.startswith("    ") and line != second]
    assert max(map(columns, prose)) <= int(width)


def test_examples_say_whether_they_are_found(orbgen):
    out = orbgen("explain", "compile-error").out
    assert "\n    Found:\n    version: 2.1\n" in out
    assert "\n    Not found:\n    version: 2.1\n" in out
    assert "```" not in out


def test_a_table_keeps_its_columns(orbgen, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines = orbgen("explain", "pipeline-value-injection").out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("kind"))
    column = lines[start].index("what")
    assert all(line[column - 2 : column] == "  " for line in lines[start : start + 3])


def test_a_kind_leads_to_the_page_of_its_rule(orbgen):
    assert orbgen("explain", "compile-error[requires]") == orbgen("explain", "compile-error")


def test_colours(orbgen):
    out = orbgen("explain", "--color", "pipeline-value-injection").out
    assert out.startswith("\x1b[1mpipeline-value-injection\x1b[0m\n")
    assert "It is \x1b[1mhigh\x1b[0m for" in out


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("compil-error", "did you mean 'compile-error'?"),
        ("reparsed", "did you mean 'reparsed-variable'?"),
        ("nonsense", "orbgen rules lists all rules"),
    ],
)
def test_a_rule_that_does_not_exist(orbgen, name, hint):
    assert orbgen("explain", name) == (2, "", f"error: there is no rule '{name}'; {hint}\n")
