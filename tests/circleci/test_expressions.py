"""The expression language: what parses, what it means, and what is said of what does not parse."""

from __future__ import annotations

from typing import TypeAlias, Union

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orbgen.circleci.expressions import Expression, ExpressionError, Variable, parse, substitute, variables
from orbgen.circleci.templates import TemplateError, segments
from orbgen.circleci.truth import EvaluationError, Kind, Known, Unknown, Value, evaluate, holds, truthy

KNOWN: dict[str, Value] = {"t": True, "f": False, "main": "main", "empty": "", "zero": 0, "five": 5, "null": None}


def value(text: str) -> Value:
    return evaluate(parse(text), KNOWN.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # `not` binds tightest, then numbers, then values and texts, then `and`, then `or`.
        ('not main == "main"', False),
        ('not (main == "main")', False),
        ('not (main == "x")', True),
        ("not f and f", False),
        ("not (f and f)", True),
        ("t or t and f", True),
        ("(t or t) and f", False),
        ("five > 3 == t", True),
        ("t == five > 3", True),
        ('main starts-with "ma" == t', True),
        ("not not f", False),
        ("!f", True),
        ("! f and!f", True),
        # Comparisons.
        ("five == 5", True),
        ('five == "5"', False),
        ('five != "5"', True),
        ("t == 1", False),
        ('main starts-with ""', True),
        ('"ma" starts-with main', False),
        ('main contains "ai"', True),
        ("main matches /m.*n/", True),
        ("main matches /ai/", False),
        (r'"a/b" matches /a\/b/', True),
        ("5 >= five", True),
        ("five < 5", False),
        ("five <= 5", True),
        # `and` and `or` give an operand and do not look further than they must.
        ("main and 10 or 1", 10),
        ("f and 10 or 1", 1),
        ("main or boom", "main"),
        ("f and boom", False),
        ("null and boom", None),
        ('null or "x"', "x"),
        # Only false and null count as false.
        ('empty or "x"', ""),
        ('zero or "x"', 0),
        ('empty and "x"', "x"),
        # A comparison with null is null, whatever is compared.
        ('null == "x"', None),
        ('null != "x"', None),
        ("null == null", None),
        ("null > 5", None),
        ("null matches /x/", None),
        ("not null", True),
        ("not (null == 1)", True),
        # Notation.
        (r'"say \"hi\" \\ \d"', 'say "hi" \\ \\d'),
        ("t\n  AND\r\n\tNOT f", True),
        ('main STARTS-WITH "m" OR FALSE', True),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_expressions_have_values(text, expected):
    found = value(text)
    assert (type(found), found) == (type(expected), expected)


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("", "expected an expression, found `the end`", ""),
        ("t and", "expected an expression, found `the end`", ""),
        ("t and and f", "expected an expression, found `and`", "and"),
        ("t f", "unexpected additional input, found `f`", "f"),
        ("main startswith x", "did you mean `starts-with`?", "startswith"),
        ("(t or f", "expected `)` after the expression", ""),
        ("t)", "unexpected additional input, found `)`", ")"),
        ("t && f", "did you mean `and`?", "&&"),
        ("t = f", "did you mean `==`?", "="),
        ("t | f", "did you mean `or`?", "|"),
        ("main == 'x'", "text stands in double quotes", "'"),
        ('main == "x', "unterminated string", '"x'),
        ("main matches /x", "unterminated pattern", "/x"),
        ('main matches "x"', "needs a pattern between slashes", '"x"'),
        ("main == /x/", "a pattern stands only right of `matches`", "/x/"),
        ("five > -1", "unexpected character `-`", "-"),
        ("a..b", "unexpected character `.`", "."),
        ("_a", "unexpected character `_`", "_"),
        ("t\xa0and f", "unexpected character `\xa0`", "\xa0"),
        ("9223372036854775808", "the number is too large", "9223372036854775808"),
    ],
)
def test_what_is_no_expression_is_explained_in_place(text, words, place):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert words in caught.value.message
    assert text[caught.value.start : caught.value.end] == place
    assert caught.value.start == len(text) or place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('five starts-with "5"', "five"),
        ("main contains t", "t"),
        ("five matches /5/", "five"),
        ("main > 5", "main"),
        ("5 <= t", "t"),
        ("(t == f) >= 1", "t == f"),
        ('t == main starts-with "m"', "t == main"),
    ],
)
def test_operands_of_the_wrong_type_are_an_error_in_place(text, place):
    with pytest.raises(EvaluationError) as caught:
        value(text)
    assert text[caught.value.start : caught.value.end] == place


def test_long_chains_do_not_exhaust_the_stack():
    text = " or ".join(["f"] * 400)
    assert value(text) is False
    assert len(variables(parse(text))) == 400


@pytest.mark.parametrize("text", ["(" * 101 + "t" + ")" * 101, "not " * 101 + "t", "t or " * 500 + "t"])
def test_limits_are_named(text):
    with pytest.raises(ExpressionError, match=r"at most (100 deep|2,048 characters)"):
        parse(text)


def test_substitution_stops_where_an_expression_grows_without_bound():
    grown: Expression | None = Variable("x")
    sizes = []
    while grown is not None:
        sizes.append(len(variables(grown)))
        grown = substitute(parse("x or x"), {"x": grown}.get)
    assert sizes == [1, 2, 4, 8, 16, 32, 64, 128]
    assert substitute(parse("x or y"), {"x": Variable("z")}.get) is None


# Soundness: whatever the unknowns turn out to be, what is said of the result holds.

_NAMES = ("a", "b", "c", "d", "e", "g")
_CONCRETE: dict[str, st.SearchStrategy[Known]] = {
    "a": st.booleans(),
    "b": st.sampled_from(["", "x", "xy", "main"]),
    "c": st.sampled_from([0, 1, 5]),
    "d": st.sampled_from(["x", "main", None]),
    "e": st.sampled_from(["x", "xy"]),
    "g": st.sampled_from([True, False, None]),
}
_UNKNOWN: dict[str, Unknown] = {
    "a": Unknown((), Kind.BOOLEAN, alternatives=(True, False), nullable=False),
    "b": Unknown(("b",), Kind.STRING, nullable=False),
    "c": Unknown((), Kind.INTEGER, nullable=False),
    "d": Unknown(("d",), Kind.STRING),
    "e": Unknown((), Kind.STRING, alternatives=("x", "xy"), nullable=False),
    "g": Unknown((), Kind.BOOLEAN),
}

Tree: TypeAlias = Union[str, tuple[str, "Tree"], tuple["Tree", str, "Tree"]]
_LEAVES = st.sampled_from([*_NAMES, "true", "false", "0", "5", '""', '"x"', '"main"'])
_TREES: st.SearchStrategy[Tree] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(inner, st.sampled_from(["and", "or", "==", "!=", "starts-with", "contains", ">", "<="]), inner),
        st.tuples(inner, st.just("matches"), st.sampled_from(["/x.*/", "/m[a-z]+/"])),
    ),
    max_leaves=6,
)


def rendered(tree: Tree) -> str:
    """The text of a tree, with parentheses wherever they may be."""
    if isinstance(tree, str):
        return tree
    if len(tree) == 2:
        return f"(not {rendered(tree[1])})"
    return f"({rendered(tree[0])} {tree[1]} {rendered(tree[2])})"


class Refused(Exception):
    """CircleCI would refuse the operands."""


def computed(tree: Tree, values: dict[str, Known]) -> Known:
    """What a tree comes out as, by the words of CircleCI's documents."""
    if isinstance(tree, str):
        if tree in values:
            return values[tree]
        if tree.startswith(("/", '"')):
            return tree[1:-1]
        return {"true": True, "false": False}[tree] if tree in ("true", "false") else int(tree)
    if len(tree) == 2:
        return computed(tree[1], values) in (None, False) and type(computed(tree[1], values)) is not int
    left, operator = computed(tree[0], values), tree[1]
    falsy = left is None or left is False
    if operator in ("and", "or"):
        return left if falsy is (operator == "and") else computed(tree[2], values)
    right = computed(tree[2], values)
    if left is None or right is None:
        return None
    if operator in ("==", "!="):
        return (type(left) is type(right) and left == right) is (operator == "==")
    if operator in (">", "<="):
        if type(left) is not int or type(right) is not int:
            raise Refused
        return left > right if operator == ">" else left <= right
    if not isinstance(left, str) or not isinstance(right, str):
        raise Refused
    if operator == "matches":
        # The two patterns of the trees, told without regular expressions.
        return left.startswith("x") if right == "x.*" else left == "main"
    return left.startswith(right) if operator == "starts-with" else right in left


@given(_TREES, st.fixed_dictionaries(_CONCRETE))
def test_values_are_those_of_an_independent_evaluator(tree, values):
    try:
        expected = computed(tree, values)
    except Refused:
        with pytest.raises(EvaluationError):
            evaluate(parse(rendered(tree)), values.__getitem__)
        return
    found = evaluate(parse(rendered(tree)), values.__getitem__)
    assert (type(found), found) == (type(expected), expected)


@given(_TREES, st.fixed_dictionaries(_CONCRETE), st.sets(st.sampled_from(_NAMES)))
def test_what_is_known_in_spite_of_unknowns_is_true_of_all_values(tree, values, hidden):
    try:
        concrete = computed(tree, values)
    except Refused:
        assume(False)
    given_values = {name: _UNKNOWN[name] if name in hidden else known for name, known in values.items()}
    try:
        abstract = evaluate(parse(rendered(tree)), given_values.__getitem__)
    except EvaluationError:
        # An operand is never of the right type; these values get past it only because nothing looks at it.
        assert hidden
        return
    if not isinstance(abstract, Unknown):
        assert (type(abstract), abstract) == (type(concrete), concrete)
        return
    if abstract.alternatives is not None:
        assert any([type(choice) is type(concrete) and choice == concrete for choice in abstract.alternatives])
    if abstract.kind is not None and concrete is not None:
        assert type(concrete) is {Kind.STRING: str, Kind.BOOLEAN: bool, Kind.INTEGER: int}[abstract.kind]
    assert concrete is not None or abstract.nullable
    assert holds(abstract) in (None, holds(concrete))
    assert truthy(abstract) in (None, truthy(concrete))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a and false", False),
        ("a or true", True),
        ("b or 1", "b"),  # a text that is not null always counts as true
        ('b == 5 or "x"', "x"),
        ('e starts-with "x"', True),
        ('e contains "y" and 1 or 2', (1, 2)),
        ('a and "x" or "y"', ("x", "y")),
        ("d and true", (None, True)),
        ('d == "x"', (True, False, None)),
        ("not d", (True, False)),
        ("c == true", False),
        ("d == 5", (False, None)),
        ("g or 1", (True, 1)),
        ("null == b", None),
        ("b starts-with null", None),
    ],
)
def test_unknowns_leave_as_little_open_as_they_can(text, expected):
    found = evaluate(parse(text), {**_UNKNOWN, "null": None}.__getitem__)
    if isinstance(expected, tuple):
        assert isinstance(found, Unknown)
        assert found.alternatives == expected
    else:
        assert found == (_UNKNOWN["b"] if expected == "b" else expected)


@pytest.mark.parametrize(
    ("text", "sources"),
    [('d or "x"', ("d",)), ("d == b", ()), ('d and "x"', ()), ("a and b or d", ("b", "d")), ("not b", ())],
)
def test_sources_are_the_names_whose_text_may_flow_on(text, sources):
    found = evaluate(parse(text), _UNKNOWN.__getitem__)
    assert (found.sources if isinstance(found, Unknown) else ()) == sources


# Arbitrary text.


@given(st.text(st.sampled_from("ab.-_? \"\\/()!=<>&|5\n\t'") | st.characters(), max_size=60))
def test_any_text_parses_or_says_why_not(text):
    try:
        variables(parse(text))
    except ExpressionError as error:
        assert error.message
        assert 0 <= error.start <= error.end <= len(text)


@given(st.text(st.sampled_from("<>\\#^/ apx.=\n\"'{}") | st.characters(), max_size=80))
def test_any_text_is_a_template_or_says_why_not(text):
    try:
        found = segments(text)
    except TemplateError as error:
        assert error.message
        assert 0 <= error.start <= error.end <= len(text)
    else:
        assert "".join([text[part.start : part.end] for part in found]) in (text, text.replace("\\\\<<", "\\<<"))
