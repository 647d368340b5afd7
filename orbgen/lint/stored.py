"""Results as plain data and back: spans name their sources by number, so that no text of a file is written down."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from orbgen.lint.result import FileResult
from orbgen.source.span import Source, Span

# What a value of some type is made by, given its plain form and the sources.
_Maker: TypeAlias = Callable[[Any, Sequence[Source]], Any]


class NotAsStoredError(ValueError):
    """What is read is no result, or one of other files."""


def plain_result(result: FileResult) -> tuple[Any, list[Source]]:
    """A result in lists, texts and numbers, and the sources that its spans are in."""
    sources: dict[int, tuple[int, Source]] = {}

    def plain(value: Any) -> Any:
        kind = type(value)
        if kind is Source:
            return sources.setdefault(id(value), (len(sources), value))[0]
        if kind is tuple:
            return [plain(item) for item in value]
        if isinstance(value, msgspec.Struct):
            return [plain(getattr(value, name)) for name in value.__struct_fields__]
        return value.value if isinstance(value, enum.Enum) else value

    return plain(result), [source for _, source in sources.values()]


def result_from(plain: Any, sources: Sequence[Source]) -> FileResult:
    """The result of its plain form. Raises NotAsStoredError."""
    try:
        found: FileResult = _maker(FileResult)(plain, sources)
    except (TypeError, ValueError, IndexError) as error:
        raise NotAsStoredError(str(error)) from None
    return found


@lru_cache(maxsize=128)
def _maker(type_: Any) -> _Maker:
    if type_ is Source:
        return lambda value, sources: sources[value]
    if typing.get_origin(type_) is tuple:
        item = _maker(typing.get_args(type_)[0])
        return lambda value, sources: tuple([item(one, sources) for one in value])
    if isinstance(type_, types.UnionType):
        (inner,) = [one for one in typing.get_args(type_) if one is not type(None)]
        some = _maker(inner)
        return lambda value, sources: None if value is None else some(value, sources)
    if issubclass(type_, msgspec.Struct):
        return _structs(type_)
    if issubclass(type_, enum.Enum):
        return lambda value, _: type_(value)
    return lambda value, _: value if type(value) is type_ else _refuse()


def _structs(type_: type[msgspec.Struct]) -> _Maker:
    from orbgen.teleport.mistakes import Effect  # Where no finding is about Teleport, nobody else needs it.

    hints = typing.get_type_hints(type_, localns={"Effect": Effect})
    makers = [_maker(hints[name]) for name in type_.__struct_fields__]

    def make(value: Any, sources: Sequence[Source]) -> Any:
        return type_(*[maker(one, sources) for maker, one in zip(makers, value, strict=True)])

    def make_span(value: Any, sources: Sequence[Source]) -> Any:
        span: Span = make(value, sources)
        return span if 0 <= span.start <= span.end <= len(span.source.text) else _refuse()

    return make_span if type_ is Span else make


def _refuse() -> Any:
    raise NotAsStoredError("this is not what was stored")
