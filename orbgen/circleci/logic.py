"""Logic statements: the maps and expressions that decide what runs (circleci.md 4.1, 4.2). Truth has three values."""

from __future__ import annotations

from typing import TypeAlias, Union

import msgspec

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.expressions import ExpressionError, Not, parse
from orbgen.circleci.formulas import formula_of_statement
from orbgen.circleci.library import Definition, Kind, ParameterType
from orbgen.circleci.limits import MAXIMUM_FILLED_NODES
from orbgen.circleci.matching import full_match
from orbgen.circleci.pipeline import Condition
from orbgen.circleci.resolution import resolve
from orbgen.circleci.templates import reads_as_expression
from orbgen.circleci.text import truth_of, value_of
from orbgen.circleci.truth import Kind as ValueKind
from orbgen.circleci.truth import Known, Unknown, Value, equal, holds
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

MAXIMUM_DEPTH = 100

_OPERATORS = ("and", "or", "not", "equal", "matches")


def condition(
    compilation: Compilation, node: Content, scope: Scope, *, negated: bool = False, bare: bool = False
) -> Condition:
    """The condition that a statement states. With `bare` a string is an expression, as in a workflow's `when`."""
    truth = _Statement(compilation, scope).truth(node, bare=bare)
    formula = formula_of_statement(compilation, node, scope, bare=bare) if truth is None else None
    if negated:
        truth = None if truth is None else not truth
        formula = None if formula is None else Not(formula)
    filled = compilation.fill(node, scope) if node.templated else node
    return Condition(filled, negated, truth, node.span, formula)


class _Executor(msgspec.Struct, frozen=True, eq=False):
    """An executor as a value: how it is called, in the scope of its caller."""

    node: Scalar | Mapping
    scope: Scope

    @property
    def name(self) -> Value:
        """Its name."""
        node = self.node.get("name") if isinstance(self.node, Mapping) else self.node
        return value_of(node) if isinstance(node, Scalar) else Unknown(sources=())


class _List(msgspec.Struct, frozen=True, eq=False):
    items: tuple[_Compared, ...]


class _Map(msgspec.Struct, frozen=True, eq=False):
    fields: dict[str, _Compared]


_Compared: TypeAlias = Union[Known, Unknown, _Executor, _List, _Map]


class _Statement:
    """Decides statements seen from one scope."""

    def __init__(self, compilation: Compilation, scope: Scope) -> None:
        self.compilation = compilation
        self.scope = scope

    def report(self, message: str, node: Content, help: str | None = None, suggestion: str | None = None) -> None:
        self.compilation.report("condition", message, node.span, self.scope, help=help, suggestion=suggestion)

    def truth(self, node: Content, depth: int = 0, *, bare: bool = False) -> bool | None:
        """Whether a statement is true; None where only CircleCI will know, or it is no statement."""
        if type(node) is Mapping:
            return self._mapping(node, depth)
        if type(node) is Sequence:
            self.report("a condition cannot be a list", node, "wrap it in `and:` or `or:`")
            return None
        assert isinstance(node, Scalar)
        if not node.templated and isinstance(node.value, str) and node.text.strip():
            if bare:
                return self._expression(node)
            # The documents say that an expression needs `<< >>` here; CircleCI's language server lets it do without.
            return None if reads_as_expression(node.text) else True
        found = self.compilation.fill_scalar(node, self.scope)
        return self.compilation.truth_of(found) if isinstance(found, Argument) else truth_of(found)

    def _expression(self, scalar: Scalar) -> bool | None:
        try:
            expression = parse(scalar.text)
        except ExpressionError as error:
            place = scalar.place(error.start, error.end)
            message = f"the expression cannot be read: {error.message}"
            self.compilation.report("expression", message, place, self.scope)
            return None
        return holds(self.compilation.evaluate(expression, scalar, 0, self.scope))

    def _mapping(self, node: Mapping, depth: int) -> bool | None:
        fields = node.fields
        if depth >= MAXIMUM_DEPTH:
            self.report(f"logic statements are nested more than {MAXIMUM_DEPTH} deep", node)
            return None
        if self.compilation.lost(node):
            return None
        if len(fields) != 1:
            found = f"found {', '.join(fields)}" if fields else "found none"
            self.report(f"a logic statement has exactly one of the keys {', '.join(_OPERATORS)}; {found}", node)
            return None
        operator, field = next(iter(fields.items()))
        value = field.value
        if operator == "not":
            truth = self.truth(value, depth + 1)
            return None if truth is None else not truth
        if operator == "matches":
            return self._matches(value)
        if operator not in _OPERATORS:
            guess = nearest(operator, _OPERATORS)
            help = f"did you mean '{guess}'?" if guess else f"the operators are {', '.join(_OPERATORS)}"
            self.report(f"'{operator}' is no logic operator", field.key, help, guess)
            return None
        if type(value) is not Sequence:
            self.report(f"`{operator}` takes a list", value, f"write `{operator}: [..]`")
            return None
        if not value.items:
            self.report(f"`{operator}` has no statements", value)
            return False
        if operator == "equal":
            return self._equal(value)
        truths = [self.truth(element, depth + 1) for element in value.elements]
        decisive = operator == "or"
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    def _matches(self, node: Content) -> bool | None:
        if type(node) is not Mapping or set(node.fields) != {"pattern", "value"}:
            self.report("`matches` takes a mapping of `pattern` and `value`, nothing else", node)
            return None
        pattern, text = (self._value(node.fields[key].value) for key in ("pattern", "value"))
        for key, operand in (("pattern", pattern), ("value", text)):
            if not _may_be_text(operand):
                self.report(f"`{key}` of `matches` must be a string", node.fields[key].value, "put it in quotes")
                return None
        if text is None or pattern is None:
            return False
        if isinstance(pattern, str):
            texts = [text] if not isinstance(text, Unknown) else text.alternatives or ()
            outcomes = {full_match(pattern, choice) for choice in texts if isinstance(choice, str)}
            if len(outcomes) == 1 and len(texts) == len([choice for choice in texts if isinstance(choice, str)]):
                return outcomes.pop()
        return None

    def _equal(self, node: Sequence) -> bool | None:
        values = [self._constant(element) for element in node.elements]
        measure = next((value for value in values if not isinstance(value, Unknown)), values[0])
        outcomes = [self._same(measure, value) for value in values if value is not measure]
        if False in outcomes:
            return False
        return None if None in outcomes else True

    def _constant(self, node: Content) -> _Compared:
        """The value of a node; of a collection without tags it is worked out once, as every call compares with it."""
        if isinstance(node, Scalar) or node.templated:
            return self._value(node)
        known = self.compilation.constants.get(id(node))
        if known is None:
            # The node is kept beside its value, so that no other node can take its identity.
            known = self.compilation.constants[id(node)] = node, self._value(node)
        found: _Compared = known[1]
        return found

    def _value(self, node: Content, depth: int = 0) -> _Compared:
        """What `equal` and `matches` compare, with everything filled in; unknown where it goes beyond the limits."""
        self.compilation.spent.nodes += 1
        if depth > MAXIMUM_DEPTH or self.compilation.spent.nodes > MAXIMUM_FILLED_NODES:
            return Unknown(sources=())
        if isinstance(node, Scalar):
            found = self.compilation.fill_scalar(node, self.scope)
            if not isinstance(found, Argument):
                return value_of(found)
            return self._argument(found)
        if type(node) is Sequence:
            return _List(tuple([self._value(element, depth + 1) for element in node.elements]))
        assert isinstance(node, Mapping)
        return _Map({name: self._value(field.value, depth + 1) for name, field in node.fields.items()})

    def _argument(self, argument: Argument) -> _Compared:
        if argument.unknown is not None:
            return argument.unknown
        scope = argument.scope or self.scope
        if argument.type is ParameterType.EXECUTOR and isinstance(argument.node, Scalar | Mapping):
            return _Executor(argument.node, scope)
        return _Statement(self.compilation, scope)._constant(argument.node)

    def _same(self, first: _Compared, second: _Compared) -> bool | None:
        """Whether two values are equal. Types matter; an executor is equal to its name and to its definition."""
        if isinstance(second, _Executor) and not isinstance(first, _Executor):
            first, second = second, first
        if isinstance(first, _Executor):
            return self._same_executor(first, second)
        assert not isinstance(second, _Executor)
        if not isinstance(first, _List | _Map) and not isinstance(second, _List | _Map):
            return equal(first, second)
        for value in (first, second):
            if isinstance(value, Unknown):
                # A scalar of some type is no list and no map.
                return None if value.kind is None and value.alternatives is None else False
        return self._same_structure(first, second)

    def _same_structure(self, first: _Compared, second: _Compared) -> bool | None:
        if isinstance(first, _Map) and isinstance(second, _Map):
            if first.fields.keys() != second.fields.keys():
                return False
            outcomes = [self._same(value, second.fields[name]) for name, value in first.fields.items()]
        elif isinstance(first, _List) and isinstance(second, _List):
            if len(first.items) != len(second.items):
                return False
            outcomes = [self._same(*pair) for pair in zip(first.items, second.items, strict=True)]
        else:
            return False
        if False in outcomes:
            return False
        return None if None in outcomes else True

    def _same_executor(self, executor: _Executor, other: _Compared) -> bool | None:
        if isinstance(other, _Executor):
            return equal(executor.name, other.name)
        if not isinstance(other, _Map):
            return False if isinstance(other, _List) else equal(executor.name, other)
        name = executor.name
        if not isinstance(name, str):
            return None
        if "name" in other.fields and isinstance(executor.node, Mapping):
            return self._same(_Statement(self.compilation, executor.scope)._constant(executor.node), other)
        found = resolve(self.compilation, Kind.EXECUTOR, name, executor.scope.library)
        if not isinstance(found, Definition) or type(found.node) is not Mapping:
            return None
        return None if found.node.templated else self._same(self._constant(found.node), other)


def _may_be_text(value: _Compared) -> bool:
    if isinstance(value, Unknown):
        if value.alternatives is not None:
            return any([isinstance(choice, str) or choice is None for choice in value.alternatives])
        return value.kind in (None, ValueKind.STRING)
    return isinstance(value, str) or value is None
