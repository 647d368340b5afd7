"""One run of the compiler: its inputs, the problems it collects, and substitution in the scope of an element."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from orbgen.circleci.expressions import Expression, Joined, Variable, substitute
from orbgen.circleci.expressions import Literal as LiteralValue
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.library import Definition, Library, ParameterType
from orbgen.circleci.limits import (
    MAXIMUM_COMPARED_NAMES,
    MAXIMUM_FILLED_CHARACTERS,
    MAXIMUM_FILLED_NODES,
    MAXIMUM_PARTS,
    Spent,
)
from orbgen.circleci.pipeline import Call
from orbgen.circleci.pipeline_values import PIPELINE_VALUES
from orbgen.circleci.templates import Literal, Reference, Section, Segment, TemplateError, segments
from orbgen.circleci.text import Part, Tag, Text, parts_of, show, text_from, value_of
from orbgen.circleci.truth import EvaluationError, Unknown, Value, evaluate, formula_of, truthy
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Span

# CircleCI adds values to these families; a name in them that no table knows is taken as unknown.
_OPEN_FAMILIES = ("pipeline.event.", "pipeline.trigger_parameters.", "pipeline.deploy.", "pipeline.trigger.")

_TOO_MUCH = (
    "with everything filled in, the configuration goes beyond one of orbgen's limits: "
    f"{MAXIMUM_FILLED_NODES:,} values, {MAXIMUM_FILLED_CHARACTERS:,} characters, {MAXIMUM_PARTS:,} parts of one text"
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
    """The names that a piece of configuration sees, and the chain of calls that led to it."""

    library: Library
    call: Call | None = None
    owner: Definition | None = None
    arguments: dict[str, Argument] = {}
    matrix: dict[str, Argument] | None = None
    outer: Scope | None = None

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
        return Scope(self.library, call, self.owner, self.arguments, self.matrix, self.outer)


class Compilation:
    """The state of one run. Nothing in it outlives the run."""

    def __init__(self, inputs: Inputs, library: Library) -> None:
        self.inputs = inputs
        self.library = library
        self.templates = True
        self.dormant = False
        # Where the reader has reported a problem already; what follows from it is no news.
        self.known_broken: frozenset[int] = frozenset()
        self.pipeline_arguments: dict[str, Argument] = {}
        self.referenced_pipeline_parameters: set[str] = set()
        self.spent = Spent()
        self._visited: set[int] = set()
        self._problems: dict[tuple[str, int, int, int, str], Problem] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found, in the order of the places."""
        return tuple(
            sorted(self._problems.values(), key=lambda problem: (problem.span.source.name, problem.span.start))
        )

    def visit(self, node: Content) -> bool:
        """True the first time that a node is shown, which has to live as long as the run."""
        known = id(node) in self._visited
        self._visited.add(id(node))
        return not known

    def nearest(self, name: str, candidates: Collection[str]) -> str | None:
        """The candidate that `name` is probably meant to be; None also where the run has asked too often."""
        if self.spent.names > MAXIMUM_COMPARED_NAMES:
            return None
        self.spent.names += len(candidates)
        return nearest(name, candidates)

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        scope: Scope | None = None,
        *,
        help: str | None = None,
        suggestion: str | None = None,
        related: tuple[Note, ...] = (),
    ) -> None:
        """Record a problem once, whatever the number of calls that run into it."""
        if span.start in self.known_broken and span.source is self.library.source:
            return
        key = (code, id(span.source), span.start, span.end, message)
        known = self._problems.get(key)
        if known is None or (known.dormant and not self.dormant):
            calls = tuple([Note(link.span, f"{link.kind.value} '{link.name}'") for link in _chain(scope)])
            if help is None and suggestion is not None:
                help = f"did you mean '{suggestion}'?"
            self._problems[key] = Problem(code, message, span, help, calls, related, suggestion, self.dormant)

    # Substitution

    def fill(self, node: Content, scope: Scope) -> Content:
        """The node with everything substituted; nodes without tags are shared, not copied."""
        if not node.templated or not self.templates:
            return node
        self.spent.nodes += 1
        if self.spent.nodes > MAXIMUM_FILLED_NODES:
            self._refuse()
            return node
        if type(node) is Mapping:
            filled = Mapping(node.source, node.start, node.end, node.outer, [], node.flow)
            for field in node.fields.values():
                filled.entries.append((field.key, self.fill(field.value, scope)))
            return filled
        if type(node) is Sequence:
            items = [self.fill(element, scope) for element in node.elements]
            return Sequence(node.source, node.start, node.end, node.outer, list(items), node.flow)
        found = self.fill_scalar(node, scope)  # type: ignore[arg-type]
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
            self.report(error.code, error.message, scalar.place(error.start, error.end), scope, help=error.help)
            return scalar
        if len(found) == 1 and type(found[0]) is Reference:
            return self._lone(scalar, found[0], scope)
        parts: list[Part] = []
        certain = self._append(parts, scalar, found, scope)
        self.spent.characters += sum([len(part.text) for part in parts])
        if len(parts) > MAXIMUM_PARTS or self.spent.characters > MAXIMUM_FILLED_CHARACTERS:
            self._refuse()
            return self._placeholder(scalar, Tag(scalar, 0, len(scalar.text)), Unknown(sources=()))
        if all([part.unknown is None for part in parts]):
            return text_from(scalar, tuple(parts), "".join([part.text for part in parts]))
        return text_from(scalar, tuple(parts), _joined(parts, certain=certain))

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
        tag = Tag(scalar, reference.start, reference.end)
        if reference.name is None:
            return self._computed(scalar, reference, tag, scope)
        argument = self.lookup(reference.name, tag, scope)
        if argument is None:
            return self._placeholder(scalar, tag, Unknown(sources=()))
        if argument.structured:
            return argument
        if argument.unknown is not None:
            return self._placeholder(scalar, tag, argument.unknown)
        value = value_of(argument.node)  # type: ignore[arg-type]
        return text_from(scalar, _passed(argument, tag, value), value)

    def _computed(self, scalar: Scalar, reference: Reference, tag: Tag, scope: Scope) -> Text:
        value = self.evaluate(reference.expression, tag, scope)
        if isinstance(value, Unknown):
            return self._placeholder(scalar, tag, value)
        return text_from(scalar, (Part(show(value), scalar, tag.start, tag.end),), value)

    def _placeholder(self, scalar: Scalar, tag: Tag, unknown: Unknown) -> Text:
        part = Part(scalar.text[tag.start : tag.end], scalar, tag.start, tag.end, (), unknown)
        return text_from(scalar, (part,), unknown)

    def _append(self, parts: list[Part], scalar: Scalar, found: tuple[Segment, ...], scope: Scope) -> bool:
        """Append the parts that segments stand for; whether it is certain that they all stand there."""
        certain = True
        for segment in found:
            if type(segment) is Literal:
                parts.append(Part(segment.text, scalar, segment.start, segment.end))
            elif type(segment) is Section:
                tag = Tag(scalar, segment.start, min(segment.end, segment.start + len(segment.name) + 6))
                argument = self.lookup(segment.name, tag, scope)
                truth = self.truth_of(argument) if argument is not None else None
                if truth is None or truth is not segment.inverted:
                    certain = self._append(parts, scalar, segment.children, scope) and certain and truth is not None
            else:
                filled = self._lone(scalar, segment, scope)  # type: ignore[arg-type]
                if isinstance(filled, Argument):
                    filled = (
                        self.text(filled.node, filled.scope or scope) if isinstance(filled.node, Scalar) else scalar
                    )
                    if filled is scalar:
                        continue
                parts.extend(parts_of(filled))
        return certain

    # Names

    def lookup(self, name: str, tag: Tag, scope: Scope) -> Argument | None:
        """What a name such as `parameters.x` or `pipeline.x` stands for; None, with a problem reported, for nothing."""
        family, _, rest = name.partition(".")
        if family == "parameters":
            found = scope.arguments.get(rest)
            if found is None:
                self._undeclared(name, rest, tag, scope, scope.arguments)
            return found
        if name.startswith("pipeline.parameters."):
            return self._pipeline_parameter(name.removeprefix("pipeline.parameters."), tag, scope)
        if family == "pipeline":
            return self._pipeline_value(name, tag, scope)
        found = (scope.matrix or {}).get(rest) if family == "matrix" else None
        if found is None:
            self._undeclared(name, rest, tag, scope, scope.matrix or ())
        return found

    def _undeclared(self, name: str, rest: str, tag: Tag, scope: Scope, known: object) -> None:
        guess = self.nearest(rest, list(known))  # type: ignore[call-overload]
        suggestion = f"{name[: len(name) - len(rest)]}{guess}" if guess else None
        message = (
            f"Arguments referenced without declared parameters: {rest if name.startswith('parameters.') else name}"
        )
        owner = scope.owner
        where = f"declare it under `parameters` of {owner.title}" if owner is not None else None
        if owner is None and name.startswith("parameters."):
            where = "only jobs, commands and executors have parameters; pipeline parameters are `pipeline.parameters.…`"
        help = f"did you mean '{suggestion}'?" if suggestion else where
        self.report("undefined-parameter", message, tag.span, scope, help=help, suggestion=suggestion)

    def _pipeline_parameter(self, name: str, tag: Tag, scope: Scope) -> Argument | None:
        if scope.library.orb:
            message = (
                f"pipeline parameter '{name}' is used in orb '{scope.library.orb}', which sees only its own parameters"
            )
            self.report(
                "undefined-parameter", message, tag.span, scope, help="pass it to the orb's element as an argument"
            )
            return None
        self.referenced_pipeline_parameters.add(name)
        found = self.pipeline_arguments.get(name)
        if found is None:
            guess = self.nearest(name, self.pipeline_arguments)
            message = f'Referred to a variable "pipeline.parameters.{name}" that does not exist'
            suggestion = f"pipeline.parameters.{guess}" if guess else None
            help = None if guess else "declare it under the configuration's `parameters`"
            self.report("undefined-parameter", message, tag.span, scope, help=help, suggestion=suggestion)
        return found

    def _pipeline_value(self, name: str, tag: Tag, scope: Scope) -> Argument | None:
        try:
            value = self.inputs.value(name)
        except KeyError:
            guess = self.nearest(name, PIPELINE_VALUES)
            if guess is not None or not name.startswith(_OPEN_FAMILIES):
                message = f'Referred to a variable "{name}" that does not exist'
                self.report("undefined-value", message, tag.span, scope, suggestion=guess)
                return None
            value = Unknown((name,), formula=Variable(name))
        unknown = value if isinstance(value, Unknown) else None
        node = text_from(
            tag.scalar, (Part(show(value), tag.scalar, tag.start, tag.end),) if unknown is None else (), value
        )
        return Argument(ParameterType.STRING, node, None, unknown)

    def evaluate(self, expression: Expression, tag: Tag, scope: Scope) -> Value:
        """The value of an expression in a scope; reports what is wrong with it and gives an unknown then."""

        def value_of_name(name: str) -> Value:
            argument = self.lookup(name, tag, scope)
            if argument is None:
                return Unknown(sources=())
            if argument.unknown is not None:
                return argument.unknown
            return value_of(argument.node) if isinstance(argument.node, Scalar) else Unknown(sources=())

        try:
            value = evaluate(expression, value_of_name)
        except EvaluationError as error:
            self.report("expression", error.message, tag.span, scope)
            return Unknown(sources=())
        if isinstance(value, Unknown):
            formula = substitute(expression, lambda name: formula_of(value_of_name(name)))
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
            return truthy(value_of(node))
        return bool(node.items if type(node) is Sequence else node.entries)  # type: ignore[union-attr]


def _passed(argument: Argument, tag: Tag, value: Value) -> tuple[Part, ...]:
    """The parts of an argument's text, each with one tag more on its way."""
    node = argument.node
    if not isinstance(value, str | Unknown):
        return (Part(show(value), node, 0, len(node.text), (tag,)),)  # type: ignore[arg-type,union-attr]
    return tuple(
        [Part(part.text, part.scalar, part.start, part.end, (tag, *part.via), part.unknown) for part in parts_of(node)]  # type: ignore[arg-type]
    )


def _joined(parts: list[Part], *, certain: bool) -> Unknown:
    """The value of a text in which something is unknown: it takes text from all that is."""
    sources = [name for part in parts if part.unknown is not None for name in part.unknown.sources]
    pieces = [LiteralValue(part.text) if part.unknown is None else part.unknown.formula for part in parts]
    known = [piece for piece in pieces if piece is not None]
    formula = Joined(tuple(known)) if certain and len(known) == len(pieces) else None
    return Unknown(tuple(dict.fromkeys(sources)), formula=formula)


def _chain(scope: Scope | None) -> list[Call]:
    return scope.call.chain() if scope is not None and scope.call is not None else []
