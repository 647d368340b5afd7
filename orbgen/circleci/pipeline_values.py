"""The values that CircleCI gives a pipeline, and how far each can be trusted (circleci.md 3, rules.md 2.2)."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from orbgen.circleci.truth import Kind, Known


class Level(enum.Enum):
    """Who can get text of their choice into a run whose configuration they did not choose."""

    NONE = "none"
    CALLER = "caller"
    PUSHER = "pusher"
    OUTSIDER = "outsider"


class TextClass(enum.Enum):
    """What text it can be: lines, one line, a git ref, a word that cannot break out of a script, an identifier."""

    TEXT = "text"
    LINE = "line"
    REF = "ref"
    WORD = "word"
    ID = "id"


class PipelineValue(msgspec.Struct, frozen=True):
    """One pipeline value. `ended` is the day on which CircleCI stopped giving it; `default` is used offline."""

    name: str
    kind: Kind
    level: Level
    text: TextClass
    twins: tuple[str, ...]
    ended: str | None
    default: Known


class _Table(msgspec.Struct, frozen=True):
    source: str
    date: str
    values: tuple[PipelineValue, ...]


@lru_cache(maxsize=1)
def _table() -> dict[str, PipelineValue]:
    path = os.path.join(os.path.dirname(__file__), "data", "pipeline-values.json")
    with open(path, "rb") as file:
        table = msgspec.json.decode(file.read(), type=_Table)
    return {value.name: value for value in table.values}


class _PipelineValues(Mapping[str, PipelineValue]):
    """The table by full name, read when it is first asked."""

    def __getitem__(self, name: str) -> PipelineValue:
        return _table()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_table())

    def __len__(self) -> int:
        return len(_table())


PIPELINE_VALUES: Mapping[str, PipelineValue] = _PipelineValues()

_PARAMETERS = "pipeline.parameters."
_UNTABLED = PipelineValue("", Kind.STRING, Level.NONE, TextClass.ID, (), None, "")
_STRING_PARAMETER = PipelineValue("", Kind.STRING, Level.CALLER, TextClass.TEXT, (), None, "")


def trust_of(name: str) -> PipelineValue:
    """What is known of a source of unknown text: a pipeline value, or a pipeline parameter that a caller sets."""
    if name.startswith(_PARAMETERS):
        return _STRING_PARAMETER
    return PIPELINE_VALUES.get(name, _UNTABLED)
