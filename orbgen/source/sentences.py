"""Sentences of a length that people read, whatever the texts that they quote."""

from __future__ import annotations

LONGEST = 1_000


def shortened(sentence: str) -> str:
    """The sentence, cut where it is far too long to be read."""
    return sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1] + "…"
