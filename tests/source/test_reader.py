"""Bytes to nodes: what a document holds, as written and as CircleCI sees it, and where everything stands."""

from __future__ import annotations

from typing import Any

import pytest

from orbgen.source import libyaml
from orbgen.source.nodes import Alias, Mapping, Scalar, Sequence
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read, read_documents
from orbgen.source.span import Source


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


def root_of(text):
    return document_of(text).root


def plain(node):
    """A node as Python values, aliases and merge keys resolved."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(element) for element in node.elements]
    return {name: plain(field.value) for name, field in node.fields.items()}


def test_a_configuration_is_read_with_its_places():
    text = "version: 2.1\njobs:\n  build:\n    steps:\n      - checkout\n      - run: make\n"
    root = root_of(text)
    assert plain(root) == {"version": 2.1, "jobs": {"build": {"steps": ["checkout", {"run": "make"}]}}}
    steps = root.get("jobs").get("build").get("steps")
    run = steps.items[1].fields["run"]
    assert str(run.key.span) == "config.yml:6:9"
    assert (run.value.span.line, run.value.span.column, run.value.span.end_line, run.value.span.end_column) == (
        6,
        14,
        6,
        18,
    )
    assert steps.span.text == "- checkout\n      - run: make"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [b, {c: d}, [e]]\n", "[b, {c: d}, [e]]"),
        ("a:\n- b\n- c\nd: e\n", "- b\n- c"),
        ("a:\n  - - b\n    - c\nd: e\n", "- - b\n    - c"),
        ("a:\n- # - no\n  b\nd: e\n", "- # - no\n  b"),
        ("a:\n-\n- b\n", "-\n- b"),
        ("a: &x !t\n  b: c\n", "b: c"),
        ("a: &x # why\n  - b\n", "- b"),
        ("a: &x\n- b\n", "- b"),
        ("a: !t &x {b: c}\n", "{b: c}"),
        ("a: !!str # why\n  b\n", "b"),
        ("a: &x\nb: c\n", ""),
        ("a:\nb: c\n", ""),
        ("a:   # nothing\n\n\nb: c\n", ""),
        ("a: |\n  b\n\n\nc: d\n", "|\n  b"),
        ("a: >2-\n   b\nc: d\n", ">2-\n   b"),
        ("a: 'it''s'\n", "'it''s'"),
        ("a: b\n  c\n", "b\n  c"),
        ("a:\n  ? b\n  : c\n", "? b\n  : c"),
        ("a:\n  ? - b\n  : c\n", "? - b\n  : c"),
        ("a:\n  ? b\n\n\nc: d\n", "? b"),
    ],
)
def test_the_span_of_a_value_is_what_was_written_for_it(text, expected):
    assert root_of(text).get("a").span.text == expected


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("- - a\n  - b\n- c\n", ["- a\n  - b", "c"]),
        ("- -1\n- -2\n", ["-1", "-2"]),
        ("[a: b, ? c, {d: e}: f]", ["a: b", "? c", "{d: e}: f"]),
        ("[&a,b]", ["", "b"]),
        ("- &a\n- *a\n", ["", "*a"]),
        ("- ? a\n\n# why\n- b\n", ["? a", "b"]),
    ],
)
def test_the_spans_of_items(text, spans):
    assert [item.span.text for item in root_of(text).items] == spans


@pytest.mark.parametrize("text", ["{a: , b: ,\n c}", "{a: # why\n , b: , c}", "a:\nb:\n? c\n"])
def test_a_missing_value_stands_behind_its_colon(text):
    values = [value for _, value in root_of(text).entries]
    before = [text[: value.start] for value in values]
    assert before[0].endswith("a:") and before[1].endswith("b:") and before[2].endswith("c")
    assert all([value.start == value.end and value.value is None for value in values])


def test_anchors_and_aliases_are_kept_and_resolved_on_request():
    root = root_of("a: &x [1]\nb: *x\nc: [*x, 2]\n")
    written = root.entries[1][1]
    assert isinstance(written, Alias)
    assert (written.name, written.span.text, written.target) == ("x", "*x", root.get("a"))
    assert root.get("b") is root.get("a")
    assert plain(root) == {"a": [1], "b": [1], "c": [[1], 2]}


def test_an_anchor_may_be_defined_again():
    root = root_of("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert plain(root) == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_an_anchor_may_be_defined_again_inside_its_own_node():
    root = root_of("a: &x [&x 1, *x]\nb: *x\nc: &y [&y [2], *y]\nd: *y\n")
    assert plain(root) == {"a": [1, 1], "b": 1, "c": [[2], [2]], "d": [2]}


def test_an_alias_may_be_a_key_and_an_anchor_may_stand_on_one():
    assert plain(root_of("&x a: 1\nb:\n  *x : 2\n")) == {"a": 1, "b": {"a": 2}}


def test_an_alias_inside_its_own_node_is_refused():
    with pytest.raises(UnreadableError) as caught:
        root_of("a: &x\n  b: [*x]\n")
    assert str(caught.value) == (
        "config.yml:2:7: the alias `*x` stands inside the node that `&x` names, so it would hold itself"
    )


def test_an_undefined_alias_is_a_problem_with_the_nearest_name():
    document = document_of(b"a: &defaults 1\nb: *default\nc: *other\n")
    first, second = document.problems
    assert (str(first), first.help, first.suggestion) == (
        "config.yml:2:4: the alias `*default` has no anchor `&default` before it",
        "did you mean `*defaults`?",
        "*defaults",
    )
    assert (second.span.line, second.suggestion) == (3, None)
    assert document.root.get("b").value is None


def test_an_alias_alone_is_read_as_nothing():
    document = document_of(b"*x\n")
    assert document.root.value is None
    assert [problem.code for problem in document.problems] == ["undefined-alias"]


def test_anchors_do_not_reach_into_the_next_document():
    first, second = read_documents(Source("file.yml", "a: &x 1\n---\nb: *x\n"))
    assert (first.problems, [problem.span.line for problem in second.problems]) == ((), [3])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n", {"a": 1, "b": 3}),
        ("x: &x {a: 1, b: 2}\ny:\n  b: 3\n  <<: *x\n", {"b": 3, "a": 1}),
        ("x: &x {a: 1}\nz: &z {a: 2, b: 2}\ny:\n  <<: [*x, *z]\n", {"a": 1, "b": 2}),
        ("x: &x {a: 1}\nz: &z {a: 2, b: 2}\ny:\n  <<: *x\n  <<: *z\n  c: 3\n", {"a": 1, "b": 2, "c": 3}),
        ("x: &x {a: 1, b: 1}\nz: &z\n  <<: *x\n  b: 2\ny:\n  <<: *z\n", {"a": 1, "b": 2}),
        ("y:\n  <<: {a: 1}\n", {"a": 1}),
        ("y:\n  '<<': 1\n", {"<<": 1}),
        ("y:\n  !!str <<: 1\n", {"<<": 1}),
        ("y: {a: 1, b: 2, a: 3}\n", {"a": 3, "b": 2}),
    ],
)
def test_merge_keys_and_repeated_keys(text, expected):
    fields = plain(root_of(text).get("y"))
    assert fields == expected
    assert list(fields) == list(expected)


@pytest.mark.parametrize(
    ("text", "place"),
    [("a: &x 1\nb:\n  <<: *x\n", "3:7"), ("a: {<<: text}\n", "1:9"), ("a: &x {}\nb: {<<: [*x, c]}\n", "2:14")],
)
def test_merging_what_is_no_mapping_is_a_problem(text, place):
    document = document_of(text)
    assert [str(problem) for problem in document.problems] == [
        f"config.yml:{place}: `<<` merges mappings, and this is none"
    ]


def test_merging_an_undefined_alias_is_one_problem():
    document = document_of(b"a:\n  <<: *x\n")
    assert [problem.code for problem in document.problems] == ["undefined-alias"]


def test_repeated_keys_are_kept_and_known():
    document = document_of(b"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\nx: {<<: {a: 1}, <<: {b: 1}}\n")
    repeated = [pair for mapping in document.repeating for pair in mapping.duplicates()]
    assert [(first.span.line, second.span.line) for first, second in repeated] == [(3, 5)]
    assert len(document.root.get("b").entries) == 3


def test_tags_are_kept_and_obeyed_where_they_are_yaml_own():
    root = root_of("a: !!str 12\nb: !custom 12\nc: ! 12\nd: !!int '12'\ne: !!bool \"yes\"\nf: !<tag:x.org,1:t> 1\n")
    assert plain(root) == {"a": "12", "b": "12", "c": "12", "d": 12, "e": True, "f": "1"}
    assert [value.tag for _, value in root.entries] == [
        "tag:yaml.org,2002:str",
        "!custom",
        "!",
        "tag:yaml.org,2002:int",
        "tag:yaml.org,2002:bool",
        "tag:x.org,1:t",
    ]
    assert [value.span.text for _, value in root.entries] == ["12", "12", "12", "'12'", '"yes"', "1"]


@pytest.mark.parametrize(
    "text",
    [
        "---\na: 1\n",
        "--- # first\na: 1\n",
        "%YAML 1.1\n---\na: 1\n",
        "%YAML 1.2 # why\n%TAG !x! tag:x.org,2000:\n---\na: 1\n...\n",
        "# before\n---\na: 1\n...\n# behind\n",
    ],
)
def test_markers_and_directives_are_no_content(text):
    root = root_of(text)
    assert plain(root) == {"a": 1}
    assert root.span.text == "a: 1"


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "---\n...\n", "--- # nothing\n"])
def test_a_file_may_hold_nothing(text):
    document = document_of(text)
    assert isinstance(document.root, Scalar)
    assert document.root.value is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1 # --- \n---\n", 2),
        ("---\n# ---\n--- # empty\n", 3),
        ("a: |\n  ---\n...\n# ---\n--- x\n", 5),
    ],
)
def test_a_second_document_is_refused_at_its_marker(text, line):
    with pytest.raises(UnreadableError) as caught:
        document_of(text)
    problem = caught.value.problem
    assert (problem.code, problem.span.line, problem.span.column) == ("multiple-documents", line, 1)
    assert problem.span.text == "---"


def test_documents_of_one_file_know_their_share_of_it():
    text = "# one\na: 1\n# of one\n---\nb: 2\n...\n# three\n---\nc: 3\n"
    documents = list(read_documents(Source("file.yml", text)))
    assert [plain(document.root) for document in documents] == [{"a": 1}, {"b": 2}, {"c": 3}]
    assert [text[document.start : document.end] for document in documents] == [
        "# one\na: 1\n# of one\n",
        "---\nb: 2\n...",
        "\n# three\n---\nc: 3\n",
    ]
    assert [[comment.text for comment in document.comments] for document in documents] == [
        ["# one", "# of one"],
        [],
        ["# three"],
    ]


def test_the_collection_that_holds_a_node():
    document = document_of(b"a: &x [1, {b: 2}]\nc: *x\n")
    root = document.root
    sequence = root.get("a")
    assert document.holder(root) is None
    assert document.holder(sequence) is root
    assert document.holder(root.entries[1][0]) is root
    assert document.holder(root.entries[1][1]) is root
    assert document.holder(sequence.items[1]) is sequence
    assert document.holder(sequence.items[1].get("b")) is sequence.items[1]


def test_what_is_templated_knows_it():
    root = root_of("a: [1, {b: << x >>}]\nc: [1]\nd: {<< x >>: 1}\ne: &e [<< x >>]\nf: [*e]\n")
    assert {name: field.value.templated for name, field in root.fields.items()} == {
        "a": True,
        "c": False,
        "d": False,
        "e": True,
        "f": True,
    }
    assert [item.templated for item in root_of("[<< x >>, x, \\<< x, *a]").items] == [True, False, True, False]


PARSED_ALIKE = [
    "a: 1\nb: [c, 'd', \"e\", {f: g}]\n",
    "a: &x\n  b: c\nd: *x\ne: {<<: *x}\n",
    "? a\n\n# c\n? b\n: d\n",
    "{a: , b: # why\n , c}",
    "[a: b, ? c : d, {e: f}: g]",
    "{? : a, ? # why\n : b}",
    "?\n: a\n? # why\n: b\n",
    "- # - x\n  a\n-\n- b\n- - c\n  -\n",
    "a:\n- |\n b\n\n\n- >-\n c\n\n  d\n   e\n- |2+\n   f\n\nb: 'x\n\n  y'\nc: \"x\\\n  \\x41\\u00e9\"\nd: e\n  f\n",
    "%YAML 1.1\n%TAG !t! tag:t.org,2000:\n---\na: !t!x b\nc: !!str 1\nd: !e &f\ng: ! h\n...\n",
    "a: 1 # c\r\n# d\r\nb: |\r\n  x\r\n\r\n  y\r\nc:\r\n  - 'd\r\n    e'\r\n",
    "a: 'x\u2028  y\u2028\u2028 z'\nb: 'x\x85  y'\nc: \u00e9\U0001f600 # \u00fc\nd: e\n",
    "&m a: &n b\n*m : *n\n",
    "a:\n  b:\n\n\nc: d",
    "",
    "--- |\n x\n",
    "a: b\rc:\r  - d\r",
]


@pytest.mark.parametrize("text", PARSED_ALIKE)
def test_the_parser_in_python_gives_the_same_nodes(text, monkeypatch):
    assert libyaml._binding is not None
    fast = document_of(text)
    monkeypatch.setattr(libyaml, "_binding", None)
    slow = document_of(text)
    assert picture(slow.root) == picture(fast.root)
    assert (slow.start, slow.end, slow.marker) == (fast.start, fast.end, fast.marker)
    assert [str(problem) for problem in slow.problems] == [str(problem) for problem in fast.problems]
    assert [(comment.span.start, comment.text) for comment in slow.comments] == [
        (comment.span.start, comment.text) for comment in fast.comments
    ]


def picture(node):
    """Everything that is known of a node and what it holds."""
    own: tuple[Any, ...] = (type(node).__name__, node.outer, node.start, node.end, node.templated)
    if isinstance(node, Alias):
        return (*own, node.name, node.target.start)
    own = (*own, node.anchor, node.tag)
    if isinstance(node, Scalar):
        return (*own, node.text, node.style)
    if isinstance(node, Mapping):
        return (*own, node.flow, [(picture(key), picture(value)) for key, value in node.entries])
    return (*own, node.flow, [picture(item) for item in node.items])
