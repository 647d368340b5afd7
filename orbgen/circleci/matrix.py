"""Matrices: one workflow entry made into a job run for each combination of values (circleci.md 6.4)."""

from __future__ import annotations

from itertools import product
from math import prod

import msgspec

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.library import ParameterType
from orbgen.circleci.limits import MAXIMUM_COMBINATIONS
from orbgen.circleci.text import is_known, show, value_of
from orbgen.circleci.truth import Unknown
from orbgen.source.nodes import Content, Field, Mapping, Scalar, Sequence


class Combination(msgspec.Struct, frozen=True):
    """One point of a matrix: the chosen value of each parameter, in the order of declaration."""

    fields: dict[str, Field]

    @property
    def name_suffix(self) -> str:
        """The values joined as in a generated job name, ordered by parameter name."""
        return "-".join([_label(self.fields[name].value) for name in sorted(self.fields)])

    @property
    def known(self) -> bool:
        """Whether every value is known."""
        return all([not isinstance(field.value, Scalar) or is_known(field.value) for field in self.fields.values()])

    def arguments(self) -> dict[str, Argument]:
        """What `<< matrix.x >>` stands for."""
        return {name: _argument(field.value) for name, field in self.fields.items()}


def _argument(node: Content) -> Argument:
    if isinstance(node, Scalar):
        return Argument(ParameterType.STRING, node)
    name = node.get("name") if type(node) is Mapping else None
    if not isinstance(name, Scalar):
        name = Scalar(node.source, node.start, node.end, node.outer, "")
    return Argument(ParameterType.STRING, name)


def _label(node: Content) -> str:
    if type(node) is Mapping:
        name = node.get("name")
        return _label(name) if name is not None else ""
    if isinstance(node, Scalar):
        value = value_of(node)
        return node.text if isinstance(value, Unknown) else show(value)
    return ""


def combinations(compilation: Compilation, node: Content, scope: Scope) -> list[Combination]:
    """Every combination of a matrix that is not excluded; empty, with problems reported, where it is malformed."""
    parameters = node.get("parameters") if type(node) is Mapping else None
    if type(node) is not Mapping or type(parameters) is not Mapping or not parameters.entries:
        message = "a matrix needs `parameters` with a list of values for each"
        compilation.report("matrix", message, node.span, scope, help="write `matrix: {parameters: {NAME: [a, b]}}`")
        return []
    for key, field in node.fields.items():
        if key not in ("parameters", "exclude", "alias"):
            message = f"extraneous key [{key}] is not permitted in `matrix`"
            compilation.report(
                "unknown-key", message, field.key.span, scope, help="permitted keys: alias, exclude, parameters"
            )
    axes: list[list[Field]] = []
    for name, field in parameters.fields.items():
        if type(field.value) is not Sequence:
            message = f"the matrix parameter '{name}' must be a list of values"
            compilation.report("matrix", message, field.value.span, scope, help="put the value in brackets: `[..]`")
            return []
        values = [compilation.fill(element, scope) for element in field.value.elements]
        axes.append([Field(field.key, value, value) for value in values])
    size = prod([len(axis) for axis in axes])
    if size > MAXIMUM_COMBINATIONS:
        message = f"the matrix has {size:,} combinations; orbgen expands at most {MAXIMUM_COMBINATIONS:,}"
        compilation.report("limit", message, node.span, scope)
        return []
    names = list(parameters.fields)
    excluded = _excluded(compilation, node.get("exclude"), names, scope)
    found = [Combination(dict(zip(names, choice, strict=True))) for choice in product(*axes)]
    return [combination for combination in found if _point(combination.fields) not in excluded]


def _point(fields: dict[str, Field]) -> frozenset[tuple[str, str]]:
    return frozenset([(name, _label(field.value)) for name, field in fields.items()])


def _excluded(
    compilation: Compilation, node: Content | None, names: list[str], scope: Scope
) -> set[frozenset[tuple[str, str]]]:
    """The excluded points. Each has to name every parameter; what others do is not known, so they exclude nothing."""
    if node is None:
        return set()
    points = set()
    for item in node.elements if type(node) is Sequence else [node]:
        if type(item) is not Mapping or set(item.fields) != set(names):
            message = f"each `exclude` of a matrix must name all its parameters: {', '.join(names)}"
            compilation.report("matrix", message, item.span, scope)
        else:
            points.add(_point(item.fields))
    return points
