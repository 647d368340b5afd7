"""Linting a text with one rule, everything shown."""

from __future__ import annotations

from pathlib import Path

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Finding, Persona, Severity
from orbgen.lint.result import FileResult
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.facts import Facts

EVERYTHING = Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR)


def linted(folder: Path, text: str, *rules: str, facts: Facts | None = None) -> FileResult:
    """The result of linting a configuration with the rules of these names, or with all."""
    path = folder / "config.yml"
    path.write_text(text, encoding="utf-8")
    chosen = tuple([loaded for loaded in load_rules() if not rules or loaded.rule.name in rules])
    return Linter(chosen, OrbStore(), EVERYTHING, facts).lint(str(path), named=True)


def found(folder: Path, text: str, *rules: str, facts: Facts | None = None) -> tuple[Finding, ...]:
    """The findings in a configuration that can be read."""
    result = linted(folder, text, *rules, facts=facts)
    assert not result.problems
    return result.findings


def job(steps: str, *, keys: str = "", entry: str = "build", more: str = "") -> str:
    """A configuration with one job; `steps` and `keys` begin at their own indentation."""
    return (
        f"version: 2.1\n{more}"
        'jobs:\n  build:\n    docker: [{image: "cimg/base:2026.01"}]\n'
        + "".join([f"    {line}\n" for line in keys.splitlines()])
        + "    steps:\n"
        + "".join([f"      {line}\n" for line in steps.splitlines()])
        + f"workflows:\n  main:\n    jobs:\n      - {entry}\n"
    )


def script(*texts: str, entry: str = "build", keys: str = "") -> str:
    """A configuration whose job runs these scripts."""
    steps = ""
    for text in texts:
        lines = text.replace("<<", "\\<<").splitlines()
        steps += "- run: |\n" + "".join([f"    {line}\n" if line else "\n" for line in lines])
    return job(steps, entry=entry, keys=keys)
