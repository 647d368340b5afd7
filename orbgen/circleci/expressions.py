"""CircleCI's expression language: tokens, syntax tree, parser and printer (circleci.md 4.3).

Weakest to strongest: `or`, `and`, `==` `!=`, `starts-with` `matches`, `>=` `>` `<=` `<`, `not` `!`. All associate left.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias, Union

import msgspec

MAXIMUM_LENGTH = 10_000
MAXIMUM_DEPTH = 100

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
    """Two operands and the word or sign between them; the right one of `matches` is a Pattern."""

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
    ("==", "!="),
    ("starts-with", "matches"),
    (">=", ">", "<=", "<"),
)
_STRENGTH = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_WORDS = frozenset(("or", "and", "not", "starts-with", "matches", "true", "false"))

_NAME = r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_LONE_NAME = re.compile(rf"\s*({_NAME})\s*")
_TOKEN = re.compile(
    rf"""\s*(?:(?P<name>{_NAME})|(?P<number>-?[0-9]+)(?![A-Za-z0-9_.])|(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<pattern>/(?:[^/\\\n]|\\.)+/)|(?P<sign>==|!=|>=|<=|>|<|!|\(|\)))""",
    re.VERBOSE | re.DOTALL,
)
_MEANT = {"=": "==", "&&": "and", "||": "or", "===": "==", "!==": "!=", "=~": "matches"}
_MEANT_WORDS = {"startswith": "starts-with", "startsWith": "starts-with", "starts_with": "starts-with", "AND": "and",
                "OR": "or", "NOT": "not", "match": "matches", "contains": "matches", "equals": "=="}  # fmt: skip


def parse(text: str) -> Expression:
    """The expression that a text is. Raises ExpressionError."""
    lone = _LONE_NAME.fullmatch(text)
    if lone is not None and lone.group(1) not in _WORDS:
        return Variable(lone.group(1), lone.start(1), lone.end(1))
    if len(text) > MAXIMUM_LENGTH:
        raise ExpressionError(f"an expression has at most {MAXIMUM_LENGTH:,} characters", 0, len(text))
    parser = _Parser(text)
    expression = parser.binary(0, 0)
    if parser.kind != "end":
        meant = _MEANT_WORDS.get(parser.word)
        hint = f"; did you mean `{meant}`?" if meant else ""
        raise ExpressionError(f"expected an operator before `{parser.word}`{hint}", parser.start, parser.end)
    return expression


class _Parser:
    """Reads tokens one by one; `kind`, `word`, `start` and `end` are the next one's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0
        self.previous_end = 0
        self.advance()

    def advance(self) -> None:
        text, self.previous_end = self.text, self.end
        match = _TOKEN.match(text, self.end)
        if match is not None:
            self.kind = match.lastgroup or ""
            self.word = match.group(self.kind)
            self.start, self.end = match.span(self.kind)
            return
        rest = text[self.end :]
        self.start = self.end + len(rest) - len(rest.lstrip())
        if not rest.strip():
            self.kind, self.word, self.start, self.end = "end", "the end", len(text), len(text)
            return
        raise self._unreadable()

    def _unreadable(self) -> ExpressionError:
        rest, start = self.text[self.start :], self.start
        for sign in sorted(_MEANT, key=len, reverse=True):
            if rest.startswith(sign):
                return ExpressionError(
                    f"`{sign}` is no operator; did you mean `{_MEANT[sign]}`?", start, start + len(sign)
                )
        if rest[0] == '"':
            return ExpressionError('the text is never closed; add `"`', start, len(self.text))
        if rest[0] == "'":
            return ExpressionError("text stands in double quotes, not single ones", start, start + 1)
        if rest[0] == "/":
            return ExpressionError("the pattern is never closed; add `/`", start, len(self.text))
        return ExpressionError(f"`{rest[0]}` has no meaning in an expression", start, start + 1)

    def binary(self, level: int, depth: int) -> Expression:
        """An operand and all operators behind it that bind at least as strongly as a level."""
        left = self.unary(depth)
        while True:
            operator = self.word if self.kind in ("name", "sign") else ""
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
        if word in ("not", "!"):
            self.advance()
            operand = self.unary(depth + 1)
            return Not(operand, start, operand.end)
        if word == "(":
            self.advance()
            inner = self.binary(0, depth + 1)
            if self.word != ")":
                raise ExpressionError(f"expected `)` before `{self.word}`", self.start, self.end)
            self.advance()
            return inner
        if kind == "name" and word not in _WORDS:
            self.advance()
            return Variable(word, start, end)
        if kind == "number":
            if end - start > 18:
                raise ExpressionError("the number is too large", start, end)
            value: LiteralValue = int(word)
        elif kind == "text":
            value = re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL)
        elif word in ("true", "false"):
            value = word == "true"
        else:
            message = f"expected a value before `{word}`" if kind == "end" else f"expected a value, not `{word}`"
            raise ExpressionError(message,
                                  start, end)  # fmt: skip
        self.advance()
        return Literal(value, start, end)


def write(expression: Expression) -> str:
    """The text of an expression, with only the parentheses that it needs."""
    return _write(expression, 0)


def _write(expression: Expression, level: int) -> str:
    if isinstance(expression, Variable):
        return expression.name
    if isinstance(expression, Literal):
        value = expression.value
        if isinstance(value, bool):
            return "true" if value else "false"
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else str(value)
    if isinstance(expression, Pattern):
        return "/" + expression.text.replace("/", "\\/") + "/"
    if isinstance(expression, Joined):
        return " & ".join([_write(piece, len(_LEVELS)) for piece in expression.pieces])
    if isinstance(expression, Not):
        return f"not {_write(expression.operand, len(_LEVELS))}"
    strength = _STRENGTH[expression.operator]
    text = f"{_write(expression.left, strength)} {expression.operator} {_write(expression.right, strength + 1)}"
    return f"({text})" if strength < level else text


def variables(expression: Expression) -> list[Variable]:
    """The variables of an expression, in the order of the text."""
    if isinstance(expression, Variable):
        return [expression]
    if isinstance(expression, Not):
        return variables(expression.operand)
    if isinstance(expression, Binary):
        return variables(expression.left) + variables(expression.right)
    if isinstance(expression, Joined):
        return [found for piece in expression.pieces for found in variables(piece)]
    return []


def substitute(expression: Expression, meaning: Callable[[str], Expression | None]) -> Expression | None:
    """The expression with another one in the place of each variable; None where one has no meaning."""
    if isinstance(expression, Variable):
        return meaning(expression.name)
    if isinstance(expression, Not):
        operand = substitute(expression.operand, meaning)
        return None if operand is None else Not(operand)
    if isinstance(expression, Binary):
        left, right = substitute(expression.left, meaning), substitute(expression.right, meaning)
        return None if left is None or right is None else Binary(expression.operator, left, right)
    return expression
