"""The rules as SARIF describes them: what each is about, its page, and how bad its findings are."""

from __future__ import annotations

from orbgen.lint.catalogue import entry, page_of
from orbgen.lint.engine import LoadedRule
from orbgen.lint.findings import Severity
from orbgen.lint.reports.json_text import Json
from orbgen.lint.reports.page import page_lines
from orbgen.lint.reports.style import Style

LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note", Severity.INFO: "note"}
# GitHub shows these as high, medium and low; a rule without one counts by its level.
_SECURITY = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
_PROBLEM = {
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "warning",
    Severity.INFO: "recommendation",
}
# Rules whose findings let no one in.
_NOT_SECURITY = ("correctness", "hygiene")
_TEXT_WIDTH = 100


def descriptor(loaded: LoadedRule) -> Json:
    """One rule of the tool."""
    rule, listed, page = loaded.rule, entry(loaded), page_of(loaded)
    security = listed.group not in _NOT_SECURITY
    properties: Json = {
        "tags": [*(["security"] if security else []), listed.group],
        "precision": rule.confidence.value,
        "problem.severity": _PROBLEM[rule.severity],
        "persona": rule.persona.value,
        "since": rule.since,
    }
    if security and rule.severity in _SECURITY:
        properties["security-severity"] = _SECURITY[rule.severity]
    text = "\n".join(page_lines(page, rule, Style(coloured=False, width=_TEXT_WIDTH)))
    return {
        "id": rule.name,
        "shortDescription": {"text": listed.summary},
        "fullDescription": {"text": listed.summary},
        "help": {"text": text, "markdown": page},
        "helpUri": listed.url,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": properties,
    }
