"""Reviewing an orb's source as orb-tools does, with its codes beside the names of our rules (rules.md 6.3)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping as Variables

import msgspec

from orbgen.circleci.orb_tree import find_manifest, read_tree
from orbgen.lint.findings import Finding
from orbgen.lint.result import FileResult
from orbgen.lint.rules.hygiene import unpolished_orb
from orbgen.orb.publish import is_orb_name
from orbgen.project.facts import Facts
from orbgen.source.nodes import Mapping, Scalar

RULES = ("unpolished-orb", "unexpanded-variable[key-parameter]")

# The codes of each kind. Where there are several, the path of a finding tells which it is.
_CODES: dict[str, dict[str, str]] = {
    "unpolished-orb[metadata]": {
        "display": "RC001",
        "description": "RC005",
        "display/source_url": "RC006",
        "display/home_url": "RC007",
    },
    "unpolished-orb[description]": {"": "RC002"},
    "unpolished-orb[example]": {"examples": "RC003", "": "RC004"},
    "unpolished-orb[unnamed-step]": {"": "RC008"},
    "unpolished-orb[inline-script]": {"": "RC009"},
    "unpolished-orb[hyphen]": {"": "RC010"},
    "unpolished-orb[stale-example]": {"": "RC011"},
    "unexpanded-variable[key-parameter]": {"": "RC012"},
}
CODES = tuple(sorted([code for codes in _CODES.values() for code in codes.values()]))
_TAG = re.compile(r"v?([0-9]+\.[0-9]+\.[0-9]+)", re.ASCII)


class UnknownCodeError(ValueError):
    """What is to be excluded is no code of orb-tools; its text is a sentence."""


def code_of(finding: Finding) -> str:
    """The code of orb-tools for a finding of one of the rules."""
    codes = _CODES[finding.name]
    return codes.get(finding.path) or codes[""]


def read_codes(texts: tuple[str, ...]) -> frozenset[str]:
    """The codes in a list with commas, or several. Raises UnknownCodeError."""
    codes = [piece.strip().upper() for text in texts for piece in text.split(",") if piece.strip()]
    for code in codes:
        if code not in CODES:
            raise UnknownCodeError(f"'{code}' is no code of a review; there are {CODES[0]} to {CODES[-1]}")
    return frozenset(codes)


def ignored(excluded: frozenset[str]) -> tuple[str, ...]:
    """The rules' names whose codes are all excluded."""
    return tuple([name for name, codes in _CODES.items() if excluded.issuperset(codes.values())])


def coded(result: FileResult, excluded: frozenset[str]) -> FileResult:
    """The result with each finding's code at the head of its message, without those that are excluded."""
    findings = [finding for finding in result.findings if code_of(finding) not in excluded]
    told = [msgspec.structs.replace(one, message=f"{code_of(one)}: {one.message}") for one in findings]
    return msgspec.structs.replace(result, findings=tuple(told))


def addresses_of(folder: str) -> dict[str, Scalar]:
    """The addresses that the orb in a folder shows its users, by their keys. Raises UnreadableError."""
    root = read_tree(folder).document.root
    display = root.get("display") if type(root) is Mapping else None
    found = {key: display.get(key) for key in ("source_url", "home_url")} if type(display) is Mapping else {}
    return {key: url for key, url in found.items() if isinstance(url, Scalar) and url.value is not None}


def with_silent(result: FileResult, silent: dict[str, tuple[Scalar, str]]) -> FileResult:
    """The result with a finding for each address that does not answer, given by its key with the reason."""
    found = [
        unpolished_orb.RULE.finding(
            f"the `{key}` of the orb, `{url.text}`, leads nowhere: {reason}",
            url.span,
            kind="metadata",
            path=f"display/{key}",
            help="write an address that everybody can open",
        )
        for key, (url, reason) in silent.items()
    ]
    ordered = sorted([*result.findings, *found], key=lambda one: (one.primary.source.name, one.primary.start))
    return msgspec.structs.replace(result, findings=tuple(ordered))


def manifest_of(folder: str) -> str:
    """The manifest of the orb in a folder. Raises UnreadableError."""
    return os.path.join(folder, find_manifest(folder))


def with_orb(facts: Facts, reference: str | None, environment: Variables[str, str], *, private: bool) -> Facts:
    """The facts of a repository with what is known of the orb: its name, perhaps with a version, and who sees it.

    Without a version it is that of the tag which CircleCI runs for, as orb-tools has it. Raises ValueError with a
    sentence for what is no reference.
    """
    if private:
        facts = msgspec.structs.replace(facts, private_orb=True)
    name, _, version = (reference or facts.own_orb or "").partition("@")
    if reference is not None and (not is_orb_name(name) or ("@" in reference and not _TAG.fullmatch(version))):
        raise ValueError(f"'{reference}' is no orb; write NAMESPACE/ORB or NAMESPACE/ORB@1.2.3")
    tag = _TAG.fullmatch(environment.get("CIRCLE_TAG", ""))
    if name and not (reference is not None and version) and tag is not None:
        version = tag[1]
    return msgspec.structs.replace(facts, own_orb=f"{name}@{version}") if name and version else facts
