"""Matrices: one workflow entry made into a job run for each combination of values (circleci.md 6.4)."""

from __future__ import annotations

from itertools import product
from math import prod

import msgspec

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.library import ParameterType
from orbgen.circleci.limits import MAXIMUM_COMBINATIONS
from orbgen.circleci.repair import respelt
from orbgen.circleci.text import is_known, show, value_of
from orbgen.circleci.truth import Unknown
from orbgen.source.nodes import Content, Field, Mapping, Scalar, Sequence

_KEYS = frozenset(("parameters", "exclude", "alias"))


class Combination(msgspec.Struct, frozen=True):
    """One point of a matrix: the chosen value of each parameter, in the order of declaration."""

    fields: dict[str, Field]

    @property
    def name_suffix(self) -> str:
        """The values joined as in a generated job name, ordered by parameter name."""
        return "-".join([_label(self.fields[name].value) for name in sorted(self.fields)])

    @property
    def known(self) -> bool:
        """Whether every value is known, and can be part of a name."""
        return all(
            [type(field.value) is not Sequence and is_known(_name_of(field.value)) for field in self.fields.values()]
        )

    def arguments(self) -> dict[str, Argument]:
        """What `<< matrix.x >>` stands for; a misspelt parameter goes by its right name as well."""
        found = {field.key.text: _argument(field.value) for field in self.fields.values()}
        return {**found, **{name: _argument(field.value) for name, field in self.fields.items()}}


def _argument(node: Content) -> Argument:
    unknown = Unknown(sources=()) if type(node) is Sequence else None
    return Argument(ParameterType.STRING, _name_of(node), None, unknown)


def _name_of(node: Content) -> Scalar:
    """What a value is called in a job's name: its text, or the name of an executor."""
    name = node.get("name") if type(node) is Mapping else node
    return name if isinstance(name, Scalar) else Scalar(node.source, node.start, node.end, node.outer, "")


def _label(node: Content) -> str:
    if type(node) is Mapping:
        name = node.get("name")
        return _label(name) if name is not None else ""
    if isinstance(node, Scalar):
        value = value_of(node)
        return node.text if isinstance(value, Unknown) else show(value)
    return ""


def combinations(
    compilation: Compilation, node: Content, scope: Scope, declared: tuple[str, ...] = ()
) -> list[Combination] | None:
    """Every combination of a matrix that is not excluded; None, with problems reported, where it is malformed.

    A parameter that is not among the `declared` ones of the job stands for the one that it comes nearest to.
    """
    node = _mended(compilation, node, scope)
    parameters = node.get("parameters") if type(node) is Mapping else None
    if compilation.lost(node) or compilation.lost(parameters):
        return None
    if type(node) is not Mapping or type(parameters) is not Mapping or not parameters.entries:
        message = "a matrix needs `parameters` with a list of values for each"
        unknown = [field.key for key, field in node.fields.items() if key not in _KEYS] if type(node) is Mapping else []
        place = unknown[0].span if unknown else node.span
        compilation.report("matrix", message, place, scope, help="write `matrix: {parameters: {NAME: [a, b]}}`")
        return None
    names = _meant(compilation, list(parameters.fields), declared)
    axes: list[list[Field]] = []
    for name, field in parameters.fields.items():
        if type(field.value) is not Sequence:
            message = f"the matrix parameter '{name}' must be a list of values"
            compilation.report("matrix", message, field.value.span, scope, help="put the value in brackets: `[..]`")
            return None
        values = [compilation.fill(element, scope) for element in field.value.elements]
        axes.append([Field(field.key, value, value) for value in values])
    size = prod([len(axis) for axis in axes])
    if size > MAXIMUM_COMBINATIONS:
        message = f"the matrix has {size:,} combinations; orbgen expands at most {MAXIMUM_COMBINATIONS:,}"
        compilation.report("limit", message, node.span, scope)
        return None
    excluded = _excluded(compilation, node.get("exclude"), names, scope)
    found = [Combination(dict(zip(names.values(), choice, strict=True))) for choice in product(*axes)]
    return [combination for combination in found if _point(combination.fields) not in excluded]


def _mended(compilation: Compilation, node: Content, scope: Scope) -> Content:
    """The matrix with its misspelt keys under their right names; reports the keys that it cannot have."""
    if type(node) is not Mapping:
        return node
    mended = respelt(compilation, node, _KEYS)
    if "parameters" not in mended.fields:
        return node
    for key, field in node.fields.items():
        if key not in _KEYS:
            guess = compilation.nearest(key, _KEYS)
            message = f"extraneous key [{key}] is not permitted in `matrix`"
            help = f"did you mean `{guess}`?" if guess else "permitted keys: alias, exclude, parameters"
            compilation.report("unknown-key", message, field.key.span, scope, help=help, suggestion=guess)
    return mended


def _meant(compilation: Compilation, written: list[str], declared: tuple[str, ...]) -> dict[str, str]:
    """The parameters of a matrix by the names that they are written with."""
    names = {name: name for name in written}
    absent = [name for name in declared if name not in names]
    for name in written if declared else ():
        guess = compilation.nearest(name, absent) if name not in declared else None
        if guess is not None and guess not in names.values():
            names[name] = guess
    return names


def _point(fields: dict[str, Field]) -> frozenset[tuple[str, str]]:
    return frozenset([(name, _label(field.value)) for name, field in fields.items()])


def _excluded(
    compilation: Compilation, node: Content | None, names: dict[str, str], scope: Scope
) -> set[frozenset[tuple[str, str]]]:
    """The excluded points. Each has to name every parameter; what others do is not known, so they exclude nothing."""
    if node is None:
        return set()
    points = set()
    for item in node.elements if type(node) is Sequence else [node]:
        fields = item.fields if type(item) is Mapping else {}
        point = {names.get(name, name): field for name, field in fields.items()}
        if set(point) == set(names.values()):
            points.add(_point(point))
        elif not compilation.lost(item):
            message = f"each `exclude` of a matrix must name all its parameters: {', '.join(names)}"
            compilation.report("matrix", message, item.span, scope)
    return points
