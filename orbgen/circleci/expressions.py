r"""CircleCI's expression language: tokens, syntax tree, parser and substitution (circleci.md 4.3).

Weakest to strongest: `or`, `and`, the comparisons of values and texts, the comparisons of numbers, `not`. All associate
left. CircleCI's own implementation is public (CircleCI-Public/expr); where documents differ, its grammar is followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias, Union

import msgspec

from orbgen.source.lazy_patterns import lazy_pattern

MAXIMUM_LENGTH = 2_048  # CircleCI's own limit
MAXIMUM_DEPTH = 100
MAXIMUM_NUMBER = 2**63 - 1
# Of an expression with others substituted in it, which may double with each; no one writes half as many by hand.
MAXIMUM_NODES = 500

LiteralValue: TypeAlias = Union[str, bool, int, float, None]


class Literal(msgspec.Struct, frozen=True):
    """A text, a whole number or a boolean; the other values have no notation and come in by substitution alone."""

    value: LiteralValue
    start: int = 0
    end: int = 0


class Variable(msgspec.Struct, frozen=True):
    """A dotted name such as `pipeline.git.branch`."""

    name: str
    start: int = 0
    end: int = 0


class Not(msgspec.Struct, frozen=True):
    """`not operand`."""

    operand: Expression
    start: int = 0
    end: int = 0


class Binary(msgspec.Struct, frozen=True):
    """Two operands and the word or sign between them; the right one of `matches` is a Pattern.

    A chain such as `a or b or c` is a tree that is deep to the left; walk it without recursion there.
    """

    operator: str
    left: Expression
    right: Expression
    start: int = 0
    end: int = 0


class Pattern(msgspec.Struct, frozen=True):
    r"""A regular expression between slashes, `\/` written for a slash in it; only right of `matches`."""

    text: str
    start: int = 0
    end: int = 0


class Joined(msgspec.Struct, frozen=True):
    """A text made of pieces, as CircleCI joins them; it has no notation of its own."""

    pieces: tuple[Expression, ...]
    start: int = 0
    end: int = 0


Expression: TypeAlias = Union[Literal, Variable, Not, Binary, Pattern, Joined]


class ExpressionError(Exception):
    """A text that is no expression: one sentence, and where in the text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


# Operators by strength, the weakest first.
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("==", "!=", "starts-with", "matches", "contains"),
    (">=", ">", "<=", "<"),
)
_STRENGTH = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
# Words with a meaning, also in capitals.
_WORDS = {
    form: word
    for word in ("or", "and", "not", "starts-with", "matches", "contains", "true", "false")
    for form in (word, word.upper())
}

_NAME = r"[A-Za-z][A-Za-z0-9_?-]*(?:\.[A-Za-z0-9_?-]+)*"
_BLANK = r"[ \t\r\n]*"
_LONE_NAME = lazy_pattern(rf"{_BLANK}({_NAME}){_BLANK}")
_TOKEN = lazy_pattern(
    rf"""{_BLANK}(?:(?P<name>{_NAME})|(?P<number>[0-9]+)|(?P<text>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<pattern>/(?:\\/|[^/\\]|\\(?!/))*/)|(?P<sign>==|!=|>=|<=|>|<|!|\(|\)))""",
    re.DOTALL,
)
_ESCAPE = lazy_pattern(r'\\(["\\])')
_MEANT = {"=": "==", "&&": "and", "||": "or", "===": "==", "!==": "!=", "=~": "matches", "&": "and", "|": "or"}
_MEANT_WORDS = {"startswith": "starts-with", "startsWith": "starts-with", "starts_with": "starts-with",
                "match": "matches", "equals": "==", "is": "=="}  # fmt: skip


def parse(text: str) -> Expression:
    """The expression that a text is. Raises ExpressionError."""
    lone = _LONE_NAME.fullmatch(text)
    if lone is not None and lone.group(1) not in _WORDS:
        return Variable(lone.group(1), lone.start(1), lone.end(1))
    if len(text) > MAXIMUM_LENGTH:
        message = f"an expression has at most {MAXIMUM_LENGTH:,} characters, and this one has {len(text):,}"
        raise ExpressionError(message, 0, len(text))
    parser = _Parser(text)
    expression = parser.binary(0, 0)
    if parser.kind != "end":
        meant = _MEANT_WORDS.get(parser.word)
        hint = f"; did you mean `{meant}`?" if meant else ""
        message = f"unexpected additional input, found `{parser.word}` where an operator is expected{hint}"
        raise ExpressionError(message, parser.start, parser.end)
    return expression


class _Parser:
    """Reads tokens one by one; `kind`, `word`, `start` and `end` are the next one's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0
        self.advance()

    def advance(self) -> None:
        text = self.text
        match = _TOKEN.match(text, self.end)
        if match is not None:
            self.kind = match.lastgroup or ""
            self.word = match.group(self.kind)
            self.start, self.end = match.span(self.kind)
            if self.kind == "name" and self.word in _WORDS:
                self.kind, self.word = "word", _WORDS[self.word]
            return
        rest = text[self.end :]
        self.start = self.end + len(rest) - len(rest.lstrip(" \t\r\n"))
        if self.start == len(text):
            self.kind, self.word, self.end = "end", "the end", len(text)
            return
        raise self._unreadable()

    def _unreadable(self) -> ExpressionError:
        rest, start = self.text[self.start :], self.start
        for sign in sorted(_MEANT, key=len, reverse=True):
            if rest.startswith(sign):
                message = f"unexpected character, `{sign}` is no operator; did you mean `{_MEANT[sign]}`?"
                return ExpressionError(message, start, start + len(sign))
        if rest[0] == '"':
            return ExpressionError('unterminated string; add `"` at its end', start, len(self.text))
        if rest[0] == "'":
            return ExpressionError("unexpected character `'`; text stands in double quotes", start, start + 1)
        if rest[0] == "/":
            return ExpressionError("unterminated pattern; add `/` at its end", start, len(self.text))
        return ExpressionError(f"unexpected character `{rest[0]}`", start, start + 1)

    def binary(self, level: int, depth: int) -> Expression:
        """An operand and all operators behind it that bind at least as strongly as a level."""
        left = self.unary(depth)
        while True:
            operator = self.word if self.kind in ("word", "sign") else ""
            strength = _STRENGTH.get(operator)
            if strength is None or strength < level:
                return left
            self.advance()
            right = self.pattern() if operator == "matches" else self.binary(strength + 1, depth + 1)
            left = Binary(operator, left, right, left.start, right.end)

    def pattern(self) -> Pattern:
        if self.kind != "pattern":
            message = f"`matches` needs a pattern between slashes, not `{self.word}`"
            raise ExpressionError(message, self.start, max(self.end, self.start))
        found = Pattern(self.word[1:-1].replace("\\/", "/"), self.start, self.end)
        self.advance()
        return found

    def unary(self, depth: int) -> Expression:
        if depth > MAXIMUM_DEPTH:
            raise ExpressionError(f"an expression nests at most {MAXIMUM_DEPTH} deep", self.start, self.end)
        kind, word, start, end = self.kind, self.word, self.start, self.end
        if (kind == "word" and word == "not") or (kind == "sign" and word == "!"):
            self.advance()
            operand = self.unary(depth + 1)
            return Not(operand, start, operand.end)
        if kind == "sign" and word == "(":
            return self._grouped(depth)
        if kind == "name":
            self.advance()
            return Variable(word, start, end)
        value = self._literal()
        self.advance()
        return Literal(value, start, end)

    def _grouped(self, depth: int) -> Expression:
        self.advance()
        inner = self.binary(0, depth + 1)
        if self.kind != "sign" or self.word != ")":
            raise ExpressionError(f"expected `)` after the expression, found `{self.word}`", self.start, self.end)
        self.advance()
        return inner

    def _literal(self) -> LiteralValue:
        word = self.word
        if self.kind == "number":
            if len(word) > 19 or int(word) > MAXIMUM_NUMBER:
                raise ExpressionError("the number is too large", self.start, self.end)
            return int(word)
        if self.kind == "text":
            return _ESCAPE.sub(r"\1", word[1:-1])
        if self.kind == "word" and word in ("true", "false"):
            return word == "true"
        message = f"expected an expression, found `{word}`"
        if self.kind == "pattern":
            message = "a pattern stands only right of `matches`"
        raise ExpressionError(message, self.start, self.end)


def variables(expression: Expression) -> list[Variable]:
    """The variables of an expression, in the order of the text."""
    return [leaf for leaf in leaves(expression) if isinstance(leaf, Variable)]


def leaves(expression: Expression) -> Iterator[Literal | Variable | Pattern]:
    """What an expression compares and combines, in the order of the text."""
    pending: list[Expression] = [expression]
    while pending:
        part = pending.pop()
        if isinstance(part, Literal | Variable | Pattern):
            yield part
        else:
            pending.extend(reversed(_inner(part)))


def _inner(expression: Expression) -> tuple[Expression, ...]:
    if isinstance(expression, Not):
        return (expression.operand,)
    if isinstance(expression, Binary):
        return expression.left, expression.right
    return expression.pieces if isinstance(expression, Joined) else ()


def bounded(expression: Expression | None) -> Expression | None:
    """The expression if it is small enough to be walked through; else None."""
    pending = [] if expression is None else [expression]
    count = 0
    while pending:
        count += 1
        if count > MAXIMUM_NODES:
            return None
        pending.extend(_inner(pending.pop()))
    return expression


def substitute(expression: Expression, meaning: Callable[[str], Expression | None]) -> Expression | None:
    """The expression with another one in the place of each variable.

    None where a variable has no meaning, or where the whole becomes too large.
    """
    meanings = {variable.name: bounded(meaning(variable.name)) for variable in variables(expression)}
    known = {name: found for name, found in meanings.items() if found is not None}
    if len(known) < len(meanings) or bounded(expression) is None:
        return None
    return bounded(_substituted(expression, known))


def _substituted(expression: Expression, meanings: dict[str, Expression]) -> Expression:
    if isinstance(expression, Variable):
        return meanings[expression.name]
    if isinstance(expression, Not):
        return Not(_substituted(expression.operand, meanings))
    if isinstance(expression, Binary):
        left, right = (_substituted(operand, meanings) for operand in (expression.left, expression.right))
        return Binary(expression.operator, left, right)
    return expression
