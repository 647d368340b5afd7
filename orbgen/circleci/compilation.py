"""One run of the compiler: its inputs, the problems it collects, and substitution in the scope of an element."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from orbgen.circleci.expressions import Expression, Joined, Variable, substitute
from orbgen.circleci.expressions import Literal as LiteralValue
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.library import Definition, Library, ParameterType
from orbgen.circleci.pipeline import Call
from orbgen.circleci.pipeline_values import PIPELINE_VALUES
from orbgen.circleci.templates import Literal, Reference, Section, Segment, TemplateError, segments
from orbgen.circleci.text import Part, Tag, Text, parts_of, show, text_from, value_of
from orbgen.circleci.truth import EvaluationError, Unknown, Value, evaluate, formula_of, truthy
from orbgen.source.names import nearest
from orbgen.source.nodes import Alias, Content, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Span

# CircleCI adds values to these families; a name in them that no table knows is taken as unknown.
_OPEN_FAMILIES = ("pipeline.event.", "pipeline.trigger_parameters.", "pipeline.deploy.", "pipeline.trigger.")

# What one run spends at most; far more than people need, and little enough to be spent in a second.
MAXIMUM_FILLED_NODES = 500_000
MAXIMUM_FILLED_CHARACTERS = 20_000_000
MAXIMUM_PARTS = 20_000  # of one text, which doubles with every call that passes it on twice in itself
MAXIMUM_COMPARED_NAMES = 100_000
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
        # What the run has spent so far of each limit; the modules that spend it know the limits.
        self.filled = self.characters = self.compared = self.calls = self.steps = self.job_runs = self.orbs = 0
        self._visited: set[int] = set()
        self._problems: dict[tuple[str, int, int, int, str], Problem] = {}
        # Which problems have one cause, such as the uses of a name that nothing defines.
        self._causes: dict[tuple[str, object], list[tuple[str, int, int, int, str]]] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found, in the order of the places; of several places with one cause the first, the others noted."""
        found = dict(self._problems)
        for keys in self._causes.values():
            if len(keys) > 1:
                first, *others = sorted([found[key] for key in keys], key=_place)
                places = [Note(problem.span, "and here") for problem in others]
                for key in keys:
                    del found[key]
                found[keys[0]] = msgspec.structs.replace(
                    first, related=(*first.related, *places), dormant=all([first.dormant, *[p.dormant for p in others]])
                )
        return tuple(sorted(found.values(), key=_place))

    def visit(self, node: Content) -> bool:
        """True the first time that a node is shown, which has to live as long as the run."""
        known = id(node) in self._visited
        self._visited.add(id(node))
        return not known

    def nearest(self, name: str, candidates: Collection[str]) -> str | None:
        """The candidate that `name` is probably meant to be; None also where the run has asked too often."""
        if self.compared > MAXIMUM_COMPARED_NAMES:
            return None
        self.compared += len(candidates)
        return nearest(name, candidates)

    def lost(self, node: Content | None) -> bool:
        """Whether an alias without anchor stands in the place of a node, or is merged into it."""
        if not self.known_broken or node is None or node.source is not self.library.source:
            return False
        if isinstance(node, Scalar):
            return not node.text and node.start in self.known_broken
        merged = [value for key, value in node.entries if _is_merge(key)] if type(node) is Mapping else []
        return any([self._lost_in(value.target if type(value) is Alias else value) for value in merged])

    def _lost_in(self, merged: Node) -> bool:
        """Whether something that is merged is lost: a mapping, or one of a list of them."""
        parts = merged.elements if type(merged) is Sequence else [merged]
        return any([self.lost(part) for part in parts])  # type: ignore[arg-type]

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
        cause: object = None,
    ) -> None:
        """Record a problem once, whatever the number of calls that run into it.

        Problems of one code with the same `cause` become one, with a note at each further place.
        """
        if span.start in self.known_broken and span.source is self.library.source:
            return
        key = (code, id(span.source), span.start, span.end, message)
        known = self._problems.get(key)
        if known is None and cause is not None:
            self._causes.setdefault((code, cause), []).append(key)
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
        self.filled += 1
        if self.filled > MAXIMUM_FILLED_NODES:
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
            return self._placeholder(scalar, Tag(scalar, 0, len(scalar.text)), Unknown(sources=()))
        if len(found) == 1 and type(found[0]) is Reference:
            return self._lone(scalar, found[0], scope)
        parts: list[Part] = []
        certain = self._append(parts, scalar, found, scope)
        self.characters += sum([len(part.text) for part in parts])
        if len(parts) > MAXIMUM_PARTS or self.characters > MAXIMUM_FILLED_CHARACTERS:
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
        if scope.uncertain or (scope.owner is not None and scope.owner.uncertain):
            return
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
        place = scope.call.span.start if owner is None and scope.call is not None else 0
        cause = (id(owner), place, name)
        self.report("undefined-parameter", message, tag.span, scope, help=help, suggestion=suggestion, cause=cause)

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
            self.report("undefined-parameter", message, tag.span, scope, help=help, suggestion=suggestion, cause=name)
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


def _place(problem: Problem) -> tuple[str, int]:
    return problem.span.source.name, problem.span.start


def _is_merge(key: Node) -> bool:
    return type(key) is Scalar and key.text == "<<" and not key.style


def _joined(parts: list[Part], *, certain: bool) -> Unknown:
    """The value of a text in which something is unknown: it takes text from all that is."""
    sources = [name for part in parts if part.unknown is not None for name in part.unknown.sources]
    pieces = [LiteralValue(part.text) if part.unknown is None else part.unknown.formula for part in parts]
    known = [piece for piece in pieces if piece is not None]
    formula = Joined(tuple(known)) if certain and len(known) == len(pieces) else None
    return Unknown(tuple(dict.fromkeys(sources)), formula=formula)


def _chain(scope: Scope | None) -> list[Call]:
    return scope.call.chain() if scope is not None and scope.call is not None else []
