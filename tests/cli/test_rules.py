"""`orbgen rules`: what lint looks for, as a table and as data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Persona
from orbgen.lint.pages import summary
from orbgen.lint.reports.columns import columns

CHECKOUT = Path(__file__).parents[2]
RULES = {loaded.rule.name: loaded for loaded in load_rules()}


def test_every_rule_stands_under_its_subject_with_how_it_counts(orbgen):
    code, out, err = orbgen("rules")
    assert (code, err) == (0, "")
    seen, group = [], ""
    for line in out.splitlines()[1:]:
        name, *rest = line.split() or [""]
        if name not in RULES:
            group = line or group
            continue
        loaded = RULES[name]
        seen.append(name)
        assert Path(loaded.page).parent.name == group.replace(" ", "_")
        persona = "" if loaded.rule.persona is Persona.DEFAULT else f" ({loaded.rule.persona.value})"
        said = summary(Path(loaded.page).read_text()) + persona
        assert " ".join(rest) == f"{loaded.rule.severity.value} {loaded.rule.confidence.value} {said}"
    assert sorted(seen) == sorted(RULES)


@pytest.mark.parametrize("width", [80, 100])
def test_the_table_stays_within_the_width_and_loses_nothing(orbgen, monkeypatch, width):
    whole = orbgen("rules").out
    monkeypatch.setenv("COLUMNS", str(width))
    out = orbgen("rules").out
    assert max(map(columns, out.splitlines())) <= width
    assert sorted(out.split()) == sorted(whole.split())


def test_as_data(orbgen):
    code, out, err = orbgen("rules", "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert sorted(one["name"] for one in found) == sorted(RULES)
    for one in found:
        loaded = RULES[one["name"]]
        assert one["severity"] == loaded.rule.severity.value
        assert one["summary"] == summary(Path(loaded.page).read_text())
        page = f"docs/rules/{one['name']}.md"
        assert (CHECKOUT / page).is_file()
        assert one["url"] == f"https://github.com/orbgen/orbgen/blob/main/{page}"


def test_colours_only_where_they_are_asked_for(orbgen):
    assert "\x1b[" not in orbgen("rules").out
    assert "\x1b[1;31mapproval-bypass" in orbgen("rules", "--color").out
