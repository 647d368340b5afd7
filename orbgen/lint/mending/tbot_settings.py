"""Mending what tbot is told: one more flag in its command, or another value where one is written."""

from __future__ import annotations

import re

from orbgen.lint.context import Context
from orbgen.lint.findings import Finding
from orbgen.lint.mending.fixes import Fix, Mender
from orbgen.source.nodes import Scalar

# What stands behind the program up to where its own flags begin.
_START = re.compile(r"[ \t]+start\b(?:[ \t]+[a-z][a-z0-9/-]*)?")
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
