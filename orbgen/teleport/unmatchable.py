"""Tokens that Teleport takes although no job of CircleCI can join with them (teleport.md 1.2, 1.3, 1.6)."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.nodes import Scalar
from orbgen.teleport.identifiers import flaw_of, is_variable
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.resources import Token, known, mapping, mappings, scalar

_CLAIMS = "oidc.circleci.com/"
# What each field names, and where CircleCI shows its id.
_FIELDS = {
    "organization_id": ("organization", "copy it from CircleCI's Organization Settings"),
    "project_id": ("project", "copy it from CircleCI's Project Settings"),
    "context_id": ("context", "copy it from the address of the context's page in CircleCI"),
}


def unmatchable(token: Token, today: str) -> Iterator[Mistake]:
    """Every reason for which no job can join. `today` is a date as in `2026-11-24`.

    Tokens of other methods than `circleci` and `generic_oidc` are not looked at.
    """
    if token.method == "circleci":
        yield from _wrong_ids(token)
        yield from _swapped(token)
    elif token.method == "generic_oidc":
        yield from _dotted_claims(token)
    else:
        return
    yield from _expired(token, today)


def _ids(token: Token) -> Iterator[tuple[str, Scalar]]:
    """Each id of a token with the field that it stands in, but for those that a tool fills in."""
    named = [("organization_id", token.organization)]
    for rule in token.rules:
        named += [("project_id", rule.project), ("context_id", rule.context)]
    for field, node in named:
        if node is not None and node.text and (known(node) is not None or is_variable(node.text)):
            yield field, node


def _wrong_ids(token: Token) -> Iterator[Mistake]:
    for field, node in _ids(token):
        what, where = _FIELDS[field]
        flaw = flaw_of(node.text)
        if flaw == "placeholder":
            message = f"`{node.text}` stands for the id of the {what} and was never replaced, so no job can match"
            yield _fails(flaw, message, node, f"write the {what}'s id here: {where}")
        elif flaw == "case":
            message = f"`{node.text}` has capital letters, and Teleport compares it exactly with the lower-case id"
            yield _fails(flaw, f"{message} that CircleCI sends", node, f"write `{node.text.lower()}`")
        elif flaw is not None:
            message = f"`{node.text}` is no UUID, and CircleCI tells Teleport the {what} by its UUID: no job can match"
            yield _fails(flaw, message, node, f"write the {what}'s id here: {where}")


def _swapped(token: Token) -> Iterator[Mistake]:
    """One id in two fields: it belongs in one of them."""
    first: dict[str, str] = {}
    for field, node in _ids(token):
        if flaw_of(node.text) is None and first.setdefault(node.text, field) != field:
            what, where = _FIELDS[field]
            message = f"this is also the `{first[node.text]}`, and no two things in CircleCI have the same id"
            yield _fails("swapped", message, node, f"write the {what}'s own id here: {where}")


def _dotted_claims(token: Token) -> Iterator[Mistake]:
    block = mapping(token.spec.get("generic_oidc")) if token.spec is not None else None
    for alternative in mappings(block.get("allow_any")) if block is not None else ():
        for condition in mappings(alternative.get("conditions")):
            attribute = scalar(condition.get("attribute"))
            if attribute is not None and attribute.text.startswith(_CLAIMS):
                message = f"Teleport splits `{attribute.text}` at its dots, so the condition finds no such claim"
                help = "name the claim under `must_match_fields`, which takes it as it is, or write an `expression`"
                yield _fails("dotted-claim", message, attribute, help)


def _expired(token: Token, today: str) -> Iterator[Mistake]:
    """A token whose last day is over. The operator's objects have no such field."""
    text = known(token.expires)
    if token.expires is None or text is None or token.operator:
        return
    day = _day(text)
    if day is not None and day < today:
        message = f"the token expired on {day}, and Teleport takes no expired token"
        yield _fails("expired", message, token.expires, "set a later `expires`, or none: the name is no secret")


def _day(moment: str) -> str | None:
    """The day, in UTC, of a moment as RFC 3339 writes it; None for anything else."""
    import re
    from datetime import datetime, timezone

    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:\d\d))?", moment)
    if match is None:
        return None
    zone = "+00:00" if (match[3] or "Z") in "Zz" else match[3]
    try:
        parsed = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00:00'}{zone}")
        return parsed.astimezone(timezone.utc).date().isoformat()
    except (ValueError, OverflowError):
        return None


def _fails(kind: str, message: str, node: Scalar, help: str) -> Mistake:
    return Mistake(kind, message, node.span, Effect.FAILS, help)
