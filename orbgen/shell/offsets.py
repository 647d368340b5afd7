"""Offsets in characters, as people count, and in bytes, as the grammar counts."""

from __future__ import annotations

from bisect import bisect_right


class Offsets:
    """Turns offsets of one text into each other, in time that hardly grows with the text."""

    def __init__(self, text: str) -> None:
        # Behind each character that takes several bytes: its offset in either count, and how far apart the two are.
        self._characters: list[int] = []
        self._bytes: list[int] = []
        self._apart = [0]
        if not text.isascii():
            for index, character in enumerate(text, 1):
                if character > "\x7f":
                    apart = self._apart[-1] + len(character.encode(errors="surrogatepass")) - 1
                    self._characters.append(index)
                    self._bytes.append(index + apart)
                    self._apart.append(apart)

    def character(self, byte: int) -> int:
        """The offset in characters of an offset in bytes."""
        return byte - self._apart[bisect_right(self._bytes, byte)]

    def byte(self, character: int) -> int:
        """The offset in bytes of an offset in characters."""
        return character + self._apart[bisect_right(self._characters, character)]
