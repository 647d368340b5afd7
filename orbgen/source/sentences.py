"""Sentences of a length that people read, whatever the texts that they quote."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 1_000


def enumerated(words: Sequence[str]) -> str:
    """The words with commas between them; of very many only as many as a sentence can show."""
    return ", ".join(words[:LONGEST])


def shortened(sentence: str) -> str:
    """The sentence, cut where it is far too long to be read."""
    return sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1] + "…"
