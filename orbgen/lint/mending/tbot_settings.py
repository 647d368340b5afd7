"""Mending what tbot is told: one more flag in its command, or another value where one is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from orbgen.lint.context import Context
from orbgen.lint.file_context import RunJoin
from orbgen.lint.findings import Finding
from orbgen.lint.mending.fixes import Fix, Mender
from orbgen.lint.mending.suggestions import with_suggestion
from orbgen.source.nodes import Scalar
from orbgen.source.sentences import shortened
from orbgen.teleport.mistakes import Mistake

# What stands behind the program up to where its own flags begin.
_START = re.compile(r"[ \t]+start\b(?:[ \t]+[a-z][a-z0-9/-]*)?")
_FLAG = re.compile(r"^--?[\w-]+")
_VALUE = re.compile(r"(?:^|=|\s+)(?P<quote>[\"']?)(?P<value>[^\"'\s=]+)(?P=quote)$")


def with_flag(finding: Finding, mender: Mender, flag: str) -> Fix | None:
    """The command at a finding with a flag more; None where it is not written plainly."""
    at = mender.script_at(finding.primary) if isinstance(mender.file, Context) else None
    if at is None:
        return None
    scalar, _, end = at
    match = _START.match(scalar.text, end)
    if match is None:
        return None
    edits = mender.replace_text(scalar, match.end(), match.end(), f" {flag}")
    return mender.fix(f"add `{flag}`", edits, changes=mender.scripts_with(scalar))


def with_value(finding: Finding, mender: Mender, value: str) -> Fix | None:
    """The setting at a finding with another value, whether it is a flag, a variable or a key of a tbot.yaml."""
    return _with(finding, mender, _VALUE, value, f"set it to {value}")


def with_text(finding: Finding, mender: Mender, pattern: re.Pattern[str], text: str) -> Fix | None:
    """The setting at a finding with another text where a pattern first fits; its group `value`, if it has one."""
    return _with(finding, mender, pattern, text, f"write {text.strip(':')}")


def with_suggested(finding: Finding, mender: Mender, mistakes_of: Callable[[RunJoin], Iterator[Mistake]]) -> Fix | None:
    """The flag or key that the mistake at a finding suggests in the place of the one that is there."""
    mistakes = [mistake for at in mender.file.run_joins() for mistake in mistakes_of(at)]
    suggested = {
        mistake.suggestion
        for mistake in mistakes
        if mistake.span == finding.primary and shortened(mistake.message) == finding.message
    }
    name = suggested.pop() if len(suggested) == 1 else None
    if name is None:
        return None
    if name.startswith("--"):
        return with_text(finding, mender, _FLAG, name)
    return with_suggestion(finding, mistakes, mender)


def without(finding: Finding, mender: Mender) -> Fix | None:
    """The flag, variable or key at a finding taken out; what the pipeline does is the same without it."""
    node = mender.node_at(finding.primary)
    if node is not None:
        changes = mender.scripts_with(node) if isinstance(node, Scalar) else ()
        return mender.fix("drop it", mender.delete(node), changes=changes or mender.runs_around(node), safe=True)
    at = mender.script_at(finding.primary) if isinstance(mender.file, Context) else None
    if at is None:
        return None
    scalar, start, end = at
    while start > 0 and scalar.text[start - 1] == " ":
        start -= 1
    return mender.fix(
        "drop it", mender.replace_text(scalar, start, end, ""), changes=mender.scripts_with(scalar), safe=True
    )


def _with(finding: Finding, mender: Mender, pattern: re.Pattern[str], text: str, title: str) -> Fix | None:
    node = mender.node_at(finding.primary)
    if isinstance(node, Scalar):
        scalar, start, end = node, 0, len(node.text)
    else:
        at = mender.script_at(finding.primary) if isinstance(mender.file, Context) else None
        if at is None:
            return None
        scalar, start, end = at
    match = pattern.search(scalar.text[start:end])
    if match is None:
        return None
    first, last = match.span("value" if "value" in pattern.groupindex else 0)
    edits = mender.replace_text(scalar, start + first, start + last, text)
    return mender.fix(title, edits, changes=mender.scripts_with(scalar) or mender.runs_around(scalar))
