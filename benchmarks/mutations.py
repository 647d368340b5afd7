"""Breaking configurations, each in its own way, from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, bytes, Random], bytes]

_INSERTED = (
    b"<<", b"<< parameters.x >>", b"<< pipeline.git.branch >>", b"<< matrix.x >>", rb"\<<", b">>", b"{{ .Branch }}",
    b"<<# pipeline.git.branch >>", b"<</ pipeline.git.branch >>", b'<< pipeline.id == "a" and not (pipeline.id) >>',
    b"&a ", b"*a", b"&a", b"<<: *a", b"!tag ", b"!!str ", b"!!binary ", b"!!int ", b"! ", b": ", b":", b"- ", b"-",
    b"? ", b"{", b"}", b"[", b"]", b",", b"'", b'"', b"|", b">", b"|2", b">-", b"#", b"%YAML 1.2", b"---", b"...",
    b"\n---\n", b"\t", b"\r", b"\r\n", b"\0", b"\n", b"\n\n", b"\\", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xff\xfe",
    *[character.encode() for character in "\ufeff\u0085\u2028\u202e\u0301\u200b☃𝄞"],
    b"9" * 5000, b"-1", b"1e999", b"0x1F", b".inf", b".nan", b"010", b"1_000", b"12:30:45", b"null", b"~", b"yes",
    b"version: 2.1\n", b"jobs:", b"steps:", b"when:", b"unless:", b"matrix:", b"requires:", b"type: approval", b"orbs:",
    b"/(a+)+$/", b"$(cat <<EOF\n", b"tbot start", b"tbot start --oneshot --token=a --destination=/tmp/x", b"true",
    b"$CIRCLE_BRANCH", b"# orbgen: ignore[compile-error] because", b"a" * 70_000, b"[" * 300, b"{a: " * 300,
    b"- " * 300, b"((" * 60,
)  # fmt: skip


def mutated(texts: Sequence[bytes], random: Random) -> bytes:
    """One of the texts, broken in one to five ways; half of them only in ways that YAML mostly survives."""
    text = random.choice(texts)
    mutations = _GENTLE if random.random() < 0.5 else _MUTATIONS
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        text = random.choice(mutations)(text, random.choice(texts), random)
    return text


def _flip(text: bytes, other: bytes, random: Random) -> bytes:
    if not text:
        return text
    place = random.randrange(len(text))
    return text[:place] + bytes((text[place] ^ 1 << random.randrange(8),)) + text[place + 1 :]


def _cut(text: bytes, other: bytes, random: Random) -> bytes:
    return text[: random.randrange(len(text) + 1)]


def _drop(text: bytes, other: bytes, random: Random) -> bytes:
    start, end = _span(text, random)
    return text[:start] + text[end:]


def _double(text: bytes, other: bytes, random: Random) -> bytes:
    start, end = _span(text, random)
    return text[:end] + text[start:end] * random.choice((1, 1, 1, 2, 30)) + text[end:]


def _splice(text: bytes, other: bytes, random: Random) -> bytes:
    start, end = _span(text, random)
    first, last = _span(other, random)
    return text[:start] + other[first:last] + text[end:]


def _insert(text: bytes, other: bytes, random: Random) -> bytes:
    place = random.randrange(len(text) + 1)
    return text[:place] + random.choice(_INSERTED) + text[place:]


def _span(text: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(text) + 1)
    return start, min(start + random.choice((1, 4, 30, 200, 2000)), len(text))


def _lines(change: Callable[[list[bytes], list[bytes], Random], None]) -> Mutation:
    def mutation(text: bytes, other: bytes, random: Random) -> bytes:
        lines = text.splitlines(keepends=True)
        if lines:
            change(lines, other.splitlines(keepends=True), random)
        return b"".join(lines)

    return mutation


def _swap_lines(lines: list[bytes], others: list[bytes], random: Random) -> None:
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


def _repeat_line(lines: list[bytes], others: list[bytes], random: Random) -> None:
    lines.insert(random.randrange(len(lines) + 1), random.choice(lines))


def _drop_line(lines: list[bytes], others: list[bytes], random: Random) -> None:
    del lines[random.randrange(len(lines))]


def _take_line(lines: list[bytes], others: list[bytes], random: Random) -> None:
    if others:
        lines[random.randrange(len(lines))] = random.choice(others)


def _indent(lines: list[bytes], others: list[bytes], random: Random) -> None:
    start = random.randrange(len(lines))
    for number in range(start, min(start + random.choice((1, 1, 3, 20)), len(lines))):
        wanted = random.choice((-4, -2, -1, 1, 2, 4))
        lines[number] = b" " * wanted + lines[number] if wanted > 0 else lines[number].replace(b" ", b"", -wanted)


def _take_word(lines: list[bytes], others: list[bytes], random: Random) -> None:
    number = random.randrange(len(lines))
    words, new = lines[number].split(b" "), random.choice(others or lines).split()
    if new:
        words[random.randrange(len(words))] = random.choice(new)
        lines[number] = b" ".join(words)


def _take_value(lines: list[bytes], others: list[bytes], random: Random) -> None:
    """Give a key the value of another line."""
    number = random.randrange(len(lines))
    key, colon, _ = lines[number].partition(b": ")
    if colon:
        lines[number] = key + colon + random.choice(others or lines).rpartition(b": ")[2].lstrip()


def _swap_values(lines: list[bytes], others: list[bytes], random: Random) -> None:
    """Exchange the values of two keys."""
    chosen = [random.randrange(len(lines)), random.randrange(len(lines))]
    keys, colons, values = zip(*[lines[number].partition(b": ") for number in chosen], strict=True)
    if all(colons):
        for number, key, value in zip(chosen, keys, reversed(values), strict=True):
            lines[number] = key + b": " + value


_GENTLE = tuple([_lines(change) for change in (_swap_values, _take_value, _take_value, _take_word, _drop_line)])
_MUTATIONS: tuple[Mutation, ...] = (
    _flip, _cut, _drop, _double, _splice, _insert, _insert, _insert, *_GENTLE,
    *[_lines(change) for change in (_swap_lines, _repeat_line, _take_line, _indent, _indent)],
)  # fmt: skip
