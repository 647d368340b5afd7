"""Bytes to text and back, with nothing lost: the encoding, the byte order mark and the line ends stay as they are."""

from __future__ import annotations

from orbgen.source.limits import MAXIMUM_BYTES, REMEDY
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.span import Source, Span

_MARK = "\ufeff"
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_ADVICE = "save the file as UTF-8"


def decode(data: bytes, name: str) -> Source:
    """The text of a file in UTF-8 or, with a byte order mark, UTF-16. Raises UnreadableError for anything else."""
    if len(data) > MAXIMUM_BYTES:
        where = Span(Source(name, ""), 0, 0)
        message = f"the file is larger than the {MAXIMUM_BYTES:,} bytes that orbgen reads"
        raise UnreadableError(Problem("limit", message, where, REMEDY))
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        where = Span(Source(name, ""), 0, 0)
        raise UnreadableError(Problem("encoding", "the file is UTF-32 text", where, _ADVICE))
    encoding = "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode(encoding, "replace").removeprefix(_MARK)
        where = Span(Source(name, readable), len(readable), len(readable))
        message = f"byte {data[error.start]:#04x} is not {_NAMES[encoding]} text"
        raise UnreadableError(Problem("encoding", message, where, _ADVICE)) from None
    content = text.lstrip(_MARK)
    return Source(name, content, text[: len(text) - len(content)], encoding)


def encode(source: Source, text: str) -> bytes:
    """The bytes of a text that takes the place of a source's: in its encoding, with its byte order mark if it has one.

    `encode(decode(data, name), decode(data, name).text)` is `data`.
    """
    return (source.mark + text).encode(source.encoding)
