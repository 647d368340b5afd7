"""What is wrong with a part of Teleport's configuration, and when its author would find out."""

from __future__ import annotations

import enum

import msgspec

from orbgen.source.span import Span


class Effect(enum.Enum):
    """What Teleport does with a mistake."""

    REFUSED = "Teleport refuses it"
    FAILS = "Teleport accepts it, and it fails when CI joins"
    WARNS = "it works for now, with a warning"
    OPEN = "it works, and is too open"


class Mistake(msgspec.Struct, frozen=True):
    """One mistake. `kind` names it among its like, `suggestion` is what was probably meant."""

    kind: str
    message: str
    span: Span
    effect: Effect
    help: str | None = None
    suggestion: str | None = None
