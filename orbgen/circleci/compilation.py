"""One run of the compiler: its inputs, what it has spent, and substitution in the scope of an element."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from orbgen.circleci.expressions import Expression, Joined, Variable, bounded, substitute, variables
from orbgen.circleci.expressions import Literal as LiteralValue
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.library import Definition, Library, ParameterType
from orbgen.circleci.limits import (
    MAXIMUM_COMPARED_NAMES,
    MAXIMUM_FILLED_CHARACTERS,
    MAXIMUM_FILLED_DEPTH,
    MAXIMUM_FILLED_NODES,
    MAXIMUM_PARTS,
    Spent,
)
from orbgen.circleci.pipeline import Call
from orbgen.circleci.pipeline_values import PIPELINE_VALUES
from orbgen.circleci.reporting import Reporter
from orbgen.circleci.templates import Literal, Reference, Section, Segment, TemplateError, segments
from orbgen.circleci.text import Part, Tag, Text, parts_of, show, text_from, truth_of, value_of
from orbgen.circleci.truth import EvaluationError, Kind, Unknown, Value, evaluate, formula_of, truthy
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Field, Mapping, Node, Scalar, Sequence
from orbgen.source.span import Span

_PARAMETERS = "parameters."
_PIPELINE_PARAMETERS = "pipeline.parameters."
# CircleCI adds values to these families; a name in them that no table knows is taken as unknown.
_OPEN_FAMILIES = ("pipeline.event.", "pipeline.trigger_parameters.", "pipeline.deploy.", "pipeline.trigger.")

_TOO_MUCH = (
    "with everything filled in, the configuration goes beyond one of orbgen's limits: "
    f"{MAXIMUM_FILLED_NODES:,} values, {MAXIMUM_FILLED_CHARACTERS:,} characters, {MAXIMUM_FILLED_DEPTH} levels, "
    f"{MAXIMUM_PARTS:,} parts of one text"
)


class Argument(msgspec.Struct, eq=False):
    """What a parameter holds: a text, or a list of steps or an executor with the scope that its names belong to."""

    type: ParameterType
    node: Content
    scope: Scope | None = None
    unknown: Unknown | None = None

    @property
    def structured(self) -> bool:
        """Whether this is a node to be resolved in its own scope, not a text."""
        return self.scope is not None


class Scope(msgspec.Struct, eq=False):
    """The names that a piece of configuration sees, and the chain of calls that led to it.

    An `uncertain` one may lack names because of something in error, so names that it does not know are no problem.
    """

    library: Library
    call: Call | None = None
    owner: Definition | None = None
    arguments: dict[str, Argument] = {}
    matrix: dict[str, Argument] | None = None
    outer: Scope | None = None
    uncertain: bool = False

    def inside(self, definition: Definition) -> bool:
        """Whether the scope lies, as written, inside a use of a definition."""
        scope: Scope | None = self
        while scope is not None:
            if scope.owner is definition:
                return True
            scope = scope.outer
        return False

    def seen_from(self, call: Call) -> Scope:
        """The same names, reached through another call."""
        return Scope(self.library, call, self.owner, self.arguments, self.matrix, self.outer, self.uncertain)


class Compilation(Reporter):
    """The state of one run. Nothing in it outlives the run."""

    def __init__(self, inputs: Inputs, library: Library) -> None:
        super().__init__(library)
        self.inputs = inputs
        self.templates = True
        self.pipeline_arguments: dict[str, Argument] = {}
        self.referenced_pipeline_parameters: set[str] = set()
        self.spent = Spent()
        # Collections that conditions compare with, each with its value, by identity.
        self.constants: dict[int, tuple[Content, Any]] = {}
        # The filled keys of executors that take no arguments.
        self.executors: dict[Definition, dict[str, Content]] = {}
        self._visited: set[int] = set()

    def visit(self, node: Content) -> bool:
        """True the first time that a node is shown, which has to live as long as the run."""
        if id(node) in self._visited:
            return False
        self._visited.add(id(node))
        return True

    def nearest(self, name: str, candidates: Collection[str]) -> str | None:
        """The candidate that `name` is probably meant to be; None also where the run has asked too often."""
        if self.spent.names > MAXIMUM_COMPARED_NAMES:
            return None
        self.spent.names += len(candidates)
        return nearest(name, candidates)

    # Substitution

    def fill(self, node: Content, scope: Scope) -> Content:
        """The node with everything substituted; nodes without tags are shared, not copied."""
        if not node.templated or not self.templates:
            return node
        self.spent.nodes += 1
        self.spent.depth += 1
        try:
            if self.spent.nodes > MAXIMUM_FILLED_NODES or self.spent.depth > MAXIMUM_FILLED_DEPTH:
                self._refuse()
                return node
            return self._filled(node, scope)
        finally:
            self.spent.depth -= 1

    def _filled(self, node: Content, scope: Scope) -> Content:
        if type(node) is Mapping:
            fields: dict[str, Field] = {}
            for name, field in node.fields.items():
                value = self.fill(field.value, scope) if field.value.templated else field.value
                fields[name] = Field(field.key, value, value)
            filled = Mapping(node.source, node.start, node.end, node.outer, [], node.flow)
            filled.entries = [(field.key, field.value) for field in fields.values()]
            filled._fields = fields
            return filled
        if type(node) is Sequence:
            filled_items: list[Node] = []
            for element in node.elements:
                filled_items.append(self.fill(element, scope))
            return Sequence(node.source, node.start, node.end, node.outer, filled_items, node.flow)
        found = self.fill_scalar(node, scope)
        if isinstance(found, Argument):
            return self.fill(found.node, found.scope or scope)
        return found

    def fill_scalar(self, scalar: Scalar, scope: Scope) -> Scalar | Argument:
        """The scalar with everything substituted, or the steps or executor that its only tag stands for."""
        if not scalar.templated or not self.templates:
            return scalar
        try:
            found = segments(scalar.text)
        except TemplateError as error:
            if not self.overfull:
                self.report(error.code, error.message, scalar.place(error.start, error.end), scope, help=error.help)
            return self._placeholder(scalar, Tag(scalar, 0, len(scalar.text)), Unknown(sources=()))
        if len(found) == 1 and type(found[0]) is Reference:
            return self._lone(scalar, found[0], scope)
        parts: list[Part] = []
        self._append(parts, scalar, found, scope)
        self.spent.characters += sum([len(part.text) for part in parts])
        if len(parts) > MAXIMUM_PARTS or self.spent.characters > MAXIMUM_FILLED_CHARACTERS:
            self._refuse()
            return self._placeholder(scalar, Tag(scalar, 0, len(scalar.text)), Unknown(sources=()))
        return text_from(scalar, tuple(parts), _joined(parts))

    def _refuse(self) -> None:
        """Report, once, that a limit is passed, at the first line: it is no single place that is too much."""
        self.report("limit", _TOO_MUCH, Span(self.library.source, 0, 0))

    def text(self, scalar: Scalar, scope: Scope) -> Scalar:
        """As `fill_scalar`, for places that take a text alone: an executor gives its name."""
        found = self.fill_scalar(scalar, scope)
        if isinstance(found, Argument):
            node = found.node
            if type(node) is Mapping:
                node = node.get("name") or node
            if isinstance(node, Scalar):
                return self.text(node, found.scope or scope)
            return text_from(scalar, (), "")
        return found

    def _lone(self, scalar: Scalar, reference: Reference, scope: Scope) -> Scalar | Argument:
        """What a lone tag stands for, with its type."""
        tag = Tag(scalar, reference.start, reference.end)
        if reference.expression is not None:
            value = self.evaluate(reference.expression, scalar, reference.inner, scope)
            if isinstance(value, Unknown):
                return self._placeholder(scalar, tag, value)
            return text_from(scalar, (Part(show(value), scalar, tag.start, tag.end, (tag,)),), value)
        name = reference.name or ""
        argument = self.lookup(name, scalar, reference.inner, scope, reference.problem)
        if argument is None:
            return self._placeholder(scalar, tag, Unknown(sources=()))
        if argument.structured:
            return argument
        if argument.unknown is not None:
            return self._placeholder(scalar, tag, argument.unknown)
        assert isinstance(argument.node, Scalar)
        return text_from(scalar, _passed(argument.node, tag), value_of(argument.node))

    def _placeholder(self, scalar: Scalar, tag: Tag, unknown: Unknown) -> Text:
        part = Part(scalar.text[tag.start : tag.end], scalar, tag.start, tag.end, (), unknown)
        return text_from(scalar, (part,), unknown)

    def _append(self, parts: list[Part], scalar: Scalar, found: tuple[Segment, ...], scope: Scope) -> None:
        for segment in found:
            if type(segment) is Literal:
                parts.append(Part(segment.text, scalar, segment.start, segment.end))
            elif type(segment) is Section:
                self._append_section(parts, scalar, segment, scope)
            else:
                filled = self._lone(scalar, segment, scope)
                if isinstance(filled, Argument):
                    filled = self._named(filled, scalar, segment)
                parts.extend(parts_of(filled))

    def _append_section(self, parts: list[Part], scalar: Scalar, section: Section, scope: Scope) -> None:
        argument = self.lookup(section.name, scalar, section.inner, scope)
        truth = self.truth_of(argument) if argument is not None else None
        if truth is section.inverted:
            return
        first = len(parts)
        self._append(parts, scalar, section.children, scope)
        if truth is None:
            parts[first:] = [msgspec.structs.replace(part, optional=True) for part in parts[first:]]

    def _named(self, argument: Argument, scalar: Scalar, segment: Segment) -> Scalar:
        """Steps or an executor as a piece of text: an executor's name; what CircleCI makes of steps is not known."""
        node = argument.node
        if type(node) is Mapping:
            node = node.get("name") or node
        if isinstance(node, Scalar):
            return self.text(node, argument.scope) if argument.scope is not None else node
        return self._placeholder(scalar, Tag(scalar, segment.start, segment.end), Unknown(sources=()))

    # Names

    def lookup(
        self, name: str, scalar: Scalar, start: int, scope: Scope, problem: str | None = None
    ) -> Argument | None:
        """What a name such as `parameters.x` or `pipeline.x` stands for; None, with a problem reported, for nothing.

        The name stands at `start` in a scalar's text. With `problem`, it is no name that an expression can hold.
        """
        if name.startswith(_PARAMETERS):
            found = scope.arguments.get(name[len(_PARAMETERS) :])
            if found is not None:
                return found
        family, _, rest = name.partition(".")
        found = None
        known: Collection[str] = ()
        if family == "parameters":
            found, known = scope.arguments.get(rest), scope.arguments
        elif family == "matrix":
            found, known = (scope.matrix or {}).get(rest), scope.matrix or ()
        elif name.startswith(_PIPELINE_PARAMETERS):
            rest = name.removeprefix(_PIPELINE_PARAMETERS)
            self.referenced_pipeline_parameters.add(rest)
            found, known = self.pipeline_arguments.get(rest), self.pipeline_arguments
            if scope.library.orb:
                found, known = None, ()
        elif family == "pipeline":
            found, known = self._pipeline_value(name, scalar, start), PIPELINE_VALUES
        if found is None and not self.overfull:
            place = scalar.place(start, start + len(name))
            if problem is not None:
                self.report("expression", problem, place, scope)
            else:
                guess = self.nearest(name if known is PIPELINE_VALUES else rest, known)
                self._undeclared(name, rest, guess, place, scope)
        return found

    def _undeclared(self, name: str, rest: str, guess: str | None, place: Span, scope: Scope) -> None:
        family, owner = name.partition(".")[0], scope.owner
        if family in ("parameters", "matrix") and (scope.uncertain or (owner is not None and owner.uncertain)):
            return
        code, message, help = "undefined-parameter", f'Referred to a variable "{name}" that does not exist', None
        suggestion = f"{name[: len(name) - len(rest)]}{guess}" if guess and family != "pipeline" else guess
        if family in ("parameters", "matrix"):
            shown = rest if family == "parameters" else name
            message = f"Arguments referenced without declared parameters: {shown}"
            help = f"declare it under `parameters` of {owner.title}" if owner is not None else None
            if owner is None and family == "parameters":
                help = (
                    "only jobs, commands and executors have parameters; "
                    "pipeline parameters are `pipeline.parameters.NAME`"
                )
            elif family == "matrix" and scope.matrix is None:
                help = "`matrix.NAME` is known only in a workflow's entry that has a `matrix`"
        elif name.startswith(_PIPELINE_PARAMETERS):
            suggestion = f"{_PIPELINE_PARAMETERS}{guess}" if guess else None
            help = "declare it under the configuration's `parameters`"
            if scope.library.orb:
                message = (
                    f"pipeline parameter '{rest}' is used in orb '{scope.library.orb}', "
                    "which sees only its own parameters"
                )
                help = "pass it to the orb's element as an argument"
        elif family == "pipeline":
            code = "undefined-value"
        elif name in self.pipeline_arguments:
            suggestion = f"{_PIPELINE_PARAMETERS}{name}"
        help = f"did you mean '{suggestion}'?" if suggestion else help
        cause: object = None
        if family in ("parameters", "matrix"):
            cause = (id(owner), scope.call.span.start if owner is None and scope.call is not None else 0, name)
        elif name.startswith(_PIPELINE_PARAMETERS) and not scope.library.orb:
            cause = name
        self.report(code, message, place, scope, help=help, suggestion=suggestion, cause=cause)

    def _pipeline_value(self, name: str, scalar: Scalar, start: int) -> Argument | None:
        try:
            value = self.inputs.value(name)
        except KeyError:
            if not name.startswith(_OPEN_FAMILIES) or self.nearest(name, PIPELINE_VALUES) is not None:
                return None
            value = Unknown((name,), formula=Variable(name))
        if isinstance(value, Unknown):
            return Argument(ParameterType.STRING, scalar, None, value)
        part = Part(show(value), scalar, start, start + len(name))
        return Argument(ParameterType.STRING, text_from(scalar, (part,), value))

    def evaluate(self, expression: Expression, scalar: Scalar, offset: int, scope: Scope) -> Value:
        """The value of an expression whose text begins at `offset` in a scalar's.

        Reports what is wrong with it and gives an unknown then. A name that does not exist is reported also where the
        value does not depend on it.
        """
        values: dict[str, Value] = {}
        for variable in variables(expression):
            argument = self.lookup(variable.name, scalar, offset + variable.start, scope)
            values[variable.name] = _variable(variable.name, argument)
        try:
            value = evaluate(expression, values.__getitem__)
        except EvaluationError as error:
            place = scalar.place(offset + error.start, offset + error.end)
            self.report("expression", error.message, place, scope)
            return Unknown(sources=())
        if isinstance(value, Unknown):
            formula = substitute(expression, lambda name: formula_of(values[name]))
            return msgspec.structs.replace(value, formula=formula)
        return value

    def truth_of(self, argument: Argument) -> bool | None:
        """Whether an argument counts as true in a condition; an empty list of steps does not (unverified)."""
        if argument.unknown is not None:
            return truthy(argument.unknown)
        node = argument.node
        if argument.scope is not None:
            node = self.fill(node, argument.scope)
        if isinstance(node, Scalar):
            return truth_of(node)
        return bool(node.items if type(node) is Sequence else node.entries)


def _passed(node: Scalar, tag: Tag) -> tuple[Part, ...]:
    """The parts of an argument's text, each with one tag more on its way."""
    if not isinstance(node, Text) and not isinstance(node.value, str):
        return (Part(show(node.value), node, 0, len(node.text), (tag,)),)
    return tuple(
        [
            Part(part.text, part.scalar, part.start, part.end, (tag, *part.via), part.unknown, part.optional)
            for part in parts_of(node)
        ]
    )


def _joined(parts: list[Part]) -> Value:
    """The value of a text of several parts: it takes text from all that is unknown in it."""
    if all([part.known for part in parts]):
        return "".join([part.text for part in parts])
    names = [name for part in parts if part.unknown is not None for name in part.unknown.sources]
    pieces = [LiteralValue(part.text) if part.unknown is None else part.unknown.formula for part in parts]
    known = [piece for piece in pieces if piece is not None]
    certain = len(known) == len(pieces) and not any([part.optional for part in parts])
    formula = bounded(Joined(tuple(known))) if certain else None
    return Unknown(tuple(dict.fromkeys(names)), Kind.STRING, formula=formula, nullable=False)


def _variable(name: str, argument: Argument | None) -> Value:
    """The value of an expression's variable. A pipeline value without text is one that CircleCI did not set: null."""
    if argument is None:
        return Unknown(sources=())
    if argument.unknown is not None:
        return argument.unknown
    if not isinstance(argument.node, Scalar):
        return Unknown(sources=())
    value = value_of(argument.node)
    if value == "" and name.startswith("pipeline.") and not name.startswith(_PIPELINE_PARAMETERS):
        return None
    return value
