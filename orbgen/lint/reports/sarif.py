"""The SARIF report (2.1.0), for code scanning: GitHub's, Azure DevOps', editors'.

What an ignore comment or the plan ignores is left out rather than listed as suppressed: GitHub would open alerts for
it.
"""

from __future__ import annotations

import re

from orbgen import __version__
from orbgen.lint.findings import Finding, Severity
from orbgen.lint.masking import masked
from orbgen.lint.reports import formats
from orbgen.lint.reports.json_text import Json, json_text, listed
from orbgen.lint.reports.locations import repository_path, uri_of
from orbgen.lint.reports.sarif_rules import LEVELS, descriptor
from orbgen.lint.result import FileResult, Offer, Summary
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
_LINK = re.compile(r"\[([^\[\]]*)\]\(")
# Longer pieces of files are left to the file.
_LONGEST_SNIPPET = 1_000


class Report(formats.Report):
    """One run with the findings as results and the problems as notifications."""

    opening = f'{{\n  "$schema": "{SCHEMA}",\n  "version": "2.1.0",\n  "runs": [\n    {{\n      "results": [\n'
    between = ",\n"
    offering = True

    def part(self, result: FileResult, fail_on: Severity) -> tuple[str, str]:
        """A file's results, and its notifications for the end."""
        offers = {offer.fingerprint: offer for offer in result.offers}
        results = [_result(finding, offers.get(finding.fingerprint) if offers else None) for finding in result.findings]
        return listed(results, 4), listed([_notification(problem) for problem in result.problems], 5)

    def closing(self, summary: Summary) -> str:
        """What the tool is and does, and what kept it from it."""
        orbs = [_missing(name) for name in sorted(summary.missing_orbs)]
        notifications = [*self.kept, *([listed(orbs, 5)] if orbs else [])]
        told = ",\n".join(notifications)
        successful = "false" if summary.unreadable else "true"
        return (
            "\n      ],\n"
            f'      "tool": {json_text(_tool(summary), 3).lstrip()},\n'
            '      "invocations": [\n        {\n'
            f'          "executionSuccessful": {successful},\n'
            f'          "toolExecutionNotifications": [\n{told}\n          ]\n'
            "        }\n      ],\n"
            '      "columnKind": "unicodeCodePoints",\n'
            '      "newlineSequences": ["\\r\\n", "\\n", "\\r"],\n'
            f'      "originalUriBaseIds": {{\n        "{ROOT}": '
            '{"description": {"text": "The root of the checkout that holds the files."}}\n      }\n'
            "    }\n  ]\n}\n"
        )


def _result(finding: Finding, offer: Offer | None) -> Json:
    found: Json = {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": _message(finding.message, finding.help),
        "locations": [_location(finding.primary, finding.label, finding, snippet=True)],
        # GitHub's upload action adds its own, and warns of each that somebody else has filled in.
        "partialFingerprints": {"orbgen/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            **({"kind": finding.kind} if finding.kind else {}),
            **({"effect": finding.effect.name.lower()} if finding.effect is not None else {}),
            **({"jobRuns": list(finding.job_runs)} if finding.job_runs else {}),
        },
    }
    if finding.related:
        found["relatedLocations"] = [
            {"id": number, **_location(note.span, note.text, finding)} for number, note in enumerate(finding.related, 1)
        ]
    if finding.chain:
        way = [*finding.chain, Note(finding.primary, finding.label or finding.message)]
        steps = [{"location": _location(note.span, note.text, finding)} for note in way]
        found["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if offer is not None:
        found["fixes"] = [_fix(offer, finding.primary.source.name)]
    return found


def _fix(offer: Offer, name: str) -> Json:
    title = offer.title if offer.safe else f"{offer.title} (look at it: this changes what the pipeline does)"
    replacements = [
        {"deletedRegion": _region(edit.span), **({"insertedContent": {"text": edit.text}} if edit.text else {})}
        for edit in offer.edits
    ]
    changes = [{"artifactLocation": _file(name), "replacements": replacements}]
    return {"description": _message(title), "artifactChanges": changes}


def _location(span: Span, label: str, finding: Finding | None = None, *, snippet: bool = False) -> Json:
    """A place with the words about it; a file that could not be opened has no lines."""
    place: Json = {"artifactLocation": _file(span.source.name)}
    if span.source.text:
        region = _region(span)
        if snippet and finding is not None and 0 < span.end - span.start <= _LONGEST_SNIPPET:
            region["snippet"] = {"text": masked(span.text, span.start, span.source, finding.redact)}
        place["region"] = region
    return {"physicalLocation": place, **({"message": _message(label)} if label else {})}


def _region(span: Span) -> Json:
    line, column, end_line, end_column = span.bounds
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _message(text: str, help: str | None = None) -> Json:
    """A message of plain text, in which nothing that looks like a link is one."""
    whole = f"{text}\n\n{help}" if help else text
    return {"text": _LINK.sub(r"\\[\1\\](", whole)}


def _file(name: str) -> Json:
    uri = uri_of(repository_path(name))
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": ROOT}


def _notification(problem: Problem) -> Json:
    return {
        "level": "error",
        "descriptor": {"id": problem.code},
        "message": _message(problem.message, problem.help),
        "locations": [_location(problem.span, "")],
    }


def _missing(name: str) -> Json:
    text = f"the orb {name} is not at hand, so it was not looked into; give its source with --orb NAME=PATH"
    return {"level": "note", "descriptor": {"id": "missing-orb"}, "message": {"text": text}}


def _tool(summary: Summary) -> Json:
    from orbgen.lint.catalogue import REPOSITORY
    from orbgen.lint.engine import load_rules

    return {
        "driver": {
            "name": "orbgen",
            "version": __version__,
            "semanticVersion": __version__,
            "informationUri": REPOSITORY,
            "rules": [descriptor(loaded) for loaded in load_rules() if loaded.rule.name in summary.rules],
        }
    }
