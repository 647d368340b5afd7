"""The pipeline parameters that a setup configuration sets for what it continues with (rules.md 2.2)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

_CONTINUING = ("continuation", "path-filtering")


def literal_parameters(setup: str) -> frozenset[str]:
    """The pipeline parameters that a setup configuration sets to values that are written in it."""
    try:
        document = read(setup.encode(), "config.yml")
    except UnreadableError:
        return frozenset()
    names: set[str] = set()
    pipeline = compile_document(document)
    orbs = {
        orb.alias
        for orb in pipeline.library.orbs.values()
        if (orb.reference or "").partition("@")[0].rpartition("/")[2] in _CONTINUING
    }
    for run in pipeline.job_runs:
        given: list[tuple[str, dict[str, Content]]] = [(run.job, run.arguments)] if run.opaque else []
        for step in run.steps:
            if step.opaque and type(step.body) is Mapping:
                given.append((step.name, {name: field.value for name, field in step.body.fields.items()}))
        for element, arguments in given:
            if element.partition("/")[0] in orbs:
                for key in ("mapping", "parameters"):
                    value = arguments.get(key)
                    if isinstance(value, Scalar) and is_known(value):
                        names.update(_of_mapping(value.text) if key == "mapping" else _of_json(value.text))
    return frozenset(names)


def _of_mapping(text: str) -> Iterator[str]:
    """The parameters of lines `PATTERN PARAMETER VALUE`."""
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and not words[0].startswith("#"):
            yield words[1]


def _of_json(text: str) -> list[str]:
    try:
        data = json.loads(text)
    except ValueError:
        return []
    return list(data) if isinstance(data, dict) else []
