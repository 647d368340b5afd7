"""Whether a token lets a job of CircleCI join, as Teleport decides it (teleport.md 1.3)."""

from __future__ import annotations

import msgspec

from orbgen.source.nodes import Scalar
from orbgen.teleport.resources import AllowRule, Token, known


class Claims(msgspec.Struct, frozen=True):
    """What CircleCI says of a job in its OIDC token; None for what is not known here.

    `contexts` are the ids of the contexts that the job is known to hold. It may hold others, unless `all_contexts`.
    """

    organization: str | None
    project: str | None
    contexts: frozenset[str] = frozenset()
    all_contexts: bool = True


def admits(token: Token, claims: Claims) -> bool | None:
    """Whether a `circleci` token admits a job; None where that depends on what is not known.

    One rule that fits is enough, and texts are compared exactly. A token of another method admits no job by `circleci`.
    """
    if token.method is None:
        return None
    if token.method != "circleci":
        return False
    verdicts = [rule_admits(rule, claims) for rule in token.rules]
    fits = True if True in verdicts else None if None in verdicts else False
    return _both(_equal(token.organization, claims.organization), fits)


def rule_admits(rule: AllowRule, claims: Claims) -> bool | None:
    """The same for one rule: each id that it sets has to fit."""
    if rule.project is None and rule.context is None:
        return False
    project = True if rule.project is None else _equal(rule.project, claims.project)
    return _both(project, True if rule.context is None else _holds(rule.context, claims))


def _holds(context: Scalar, claims: Claims) -> bool | None:
    wanted = known(context)
    if wanted is not None and wanted in claims.contexts:
        return True
    return False if wanted is not None and claims.all_contexts else None


def _equal(wanted: Scalar | None, claimed: str | None) -> bool | None:
    """Whether a text that the token gives is the one that CircleCI says."""
    if wanted is None:
        return False
    text = known(wanted)
    return None if text is None or claimed is None else text == claimed


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True
