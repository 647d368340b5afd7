"""The API token: used in a header and shown nowhere."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

SHORTEST = 8  # characters; a shorter word would be scrubbed out of ordinary text
HIDDEN = "[token]"
_FORM = re.compile(r"[\x21-\x7e]+")


class Token:
    """A secret. `origin` says where it comes from, so that messages can name the place without the secret."""

    __slots__ = ("_secret", "origin")

    def __init__(self, secret: str, origin: str) -> None:
        self._secret = secret
        self.origin = origin

    @staticmethod
    def is_well_formed(secret: str) -> bool:
        """Whether a text can be a token, and so a header's value."""
        return len(secret) >= SHORTEST and _FORM.fullmatch(secret) is not None

    def __repr__(self) -> str:
        return f"Token({HIDDEN})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a token stays in its process")

    def reveal(self) -> str:
        """The secret itself, for a request's header and nothing else."""
        return self._secret

    def occurs_in(self, text: str) -> bool:
        """Whether a text holds the whole secret, plain or encoded."""
        return any([form in text for form in self._forms()])

    def scrub(self, text: str) -> str:
        """The text without the secret, its usual encodings, and any larger piece of it."""
        for form in self._forms():
            text = text.replace(form, HIDDEN)
        length = min(SHORTEST, len(self._secret))
        pieces = {self._secret[start : start + length] for start in range(len(self._secret) - length + 1)}
        covered = [False] * len(text)
        for piece in pieces:
            found = text.find(piece)
            while found >= 0:
                covered[found : found + length] = [True] * length
                found = text.find(piece, found + 1)
        if not any(covered):
            return text
        kept: list[str] = []
        for character, hidden in zip(text, covered, strict=True):
            if not hidden:
                kept.append(character)
            elif not kept or kept[-1] != HIDDEN:
                kept.append(HIDDEN)
        return "".join(kept)

    def _forms(self) -> tuple[str, ...]:
        """The secret as servers and proxies may write it."""
        plain = self._secret.encode()
        encoded = [base64.b64encode(text).decode().rstrip("=") for text in (plain, plain + b":")]
        return (self._secret, quote(self._secret, safe=""), *encoded)
