"""The rules as a list to read: what each is called, how its findings count, what it looks for."""

from __future__ import annotations

import os

import msgspec

from orbgen.lint.engine import LoadedRule, load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.pages import summary

REPOSITORY = "https://github.com/orbgen/orbgen"
_PAGES = f"{REPOSITORY}/blob/main/docs/rules"


class Entry(msgspec.Struct, frozen=True):
    """One rule of the list. `group` is its subject, `summary` the first sentence of its page, `url` the page itself."""

    name: str
    group: str
    severity: Severity
    confidence: Confidence
    persona: Persona
    since: str
    summary: str
    url: str


def entry(loaded: LoadedRule) -> Entry:
    """What the list says of one rule."""
    rule = loaded.rule
    group = os.path.basename(os.path.dirname(loaded.page)).replace("_", " ")
    return Entry(
        rule.name,
        group,
        rule.severity,
        rule.confidence,
        rule.persona,
        rule.since,
        summary(page_of(loaded)),
        address(rule.name),
    )


def address(rule: str) -> str:
    """Where the page of a rule is published."""
    return f"{_PAGES}/{rule}.md"


def catalogue() -> tuple[Entry, ...]:
    """All rules, by group and name."""
    return tuple(sorted(map(entry, load_rules()), key=lambda one: (one.group, one.name)))


def page_of(loaded: LoadedRule) -> str:
    """The text of a rule's page."""
    with open(loaded.page, encoding="utf-8") as file:
        return file.read()
