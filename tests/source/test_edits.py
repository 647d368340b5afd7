"""Edits: the text before, what is to change, and the text after, to the byte."""

from __future__ import annotations

from typing import Any

import pytest

from orbgen.source.deleting import delete, delete_comment
from orbgen.source.edits import AnchorInUse, Edit, apply, used_elsewhere
from orbgen.source.inserting import append, insert_after, insert_before
from orbgen.source.problems import EditError
from orbgen.source.reader import read, read_documents
from orbgen.source.replacing import replace, replace_text
from orbgen.source.span import Source, Span
from orbgen.source.writing import write_scalar


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


def at(document: Any, path: str) -> Any:
    """The node at a path such as `jobs.build.steps.0`; a `^` at the end asks for the key."""
    node, found = document.root, document.root
    for part in path.rstrip("^").split(".") if path else ():
        if part.isdigit():
            node = found = node.items[int(part)]
        else:
            key, found = next((key, value) for key, value in node.entries if key.text == part)
            node = found.target if hasattr(found, "target") else found
            if path.endswith(f"{part}^"):
                return key
    return found


def changed(before: str, operation: Any, path: str, *arguments: Any) -> str:
    document = document_of(before)
    return apply(document.source, operation(document, at(document, path), *arguments)).decode()


CONFIG = """\
# About this file.
version: 2.1

# Orbs.
orbs:
  node: circleci/node@5  # pinned

jobs:
  # The build.
  build: &build
    docker:
      - image: cimg/base:1
    steps:
      - checkout
      # Runs.
      - run:
          name: x
          command: |
            make

            make test
        # - run: old

  other:
    steps: [checkout, {run: a}]
workflows:
  main:
    jobs:
    - build
"""


def alike(first, second):
    """How many lines two lists have in common at their start."""
    return next(
        (index for index, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(second)),
    )


def in_config(operation, path, *arguments):
    """What a change of the configuration takes away and adds, line by line."""
    after = changed(CONFIG, operation, path, *arguments)
    old, new = CONFIG.split("\n"), after.split("\n")
    start = alike(old, new)
    behind = min(alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    return "\n".join(old[start : len(old) - behind]), "\n".join(new[start : len(new) - behind])


@pytest.mark.parametrize(
    ("operation", "path", "text", "gone", "come"),
    [
        (append, "orbs", "aws: circleci/aws@1\n", "", "  aws: circleci/aws@1"),
        (append, "jobs.build.docker", "- image: b", "", "      - image: b"),
        (append, "jobs.build.steps", "- store: a\n- b", "", "      - store: a\n      - b"),
        (append, "workflows.main.jobs", "- other", "", "    - other"),
        (append, "jobs", "new:\n  machine: true", "", "\n  new:\n    machine: true"),
        (append, "jobs", "# Why.\nnew:\n\n  steps:\n  - run: |\n      a\n\n      b\n", "",
         "\n  # Why.\n  new:\n\n    steps:\n    - run: |\n        a\n\n        b"),
        (append, "jobs.other.steps", "- b", "    steps: [checkout, {run: a}]", "    steps: [checkout, {run: a}, b]"),
        (append, "jobs.other.steps.1", "b: |\n  c\n  d", "    steps: [checkout, {run: a}]",
         '    steps: [checkout, {run: a, b: "c\\nd\\n"}]'),
        (append, "workflows", "{new: {jobs: [a]}}", "", "  new: {jobs: [a]}"),
        (append, "", "new: 1", "", "new: 1"),
        (insert_before, "version", "new: 1", "", "new: 1\n"),
        (insert_before, "orbs^", "new: 1", "", "new: 1\n"),
        (insert_before, "jobs.build", "new: 1", "", "  new: 1\n"),
        (insert_before, "jobs.build.steps.1", "- a: b\n  c: d", "", "      - a: b\n        c: d"),
        (insert_before, "jobs.build.docker.0.image", "new: 1\nb: 2", "      - image: cimg/base:1",
         "      - new: 1\n        b: 2\n        image: cimg/base:1"),
        (insert_before, "jobs.other.steps.0", "- a", "    steps: [checkout, {run: a}]",
         "    steps: [a, checkout, {run: a}]"),
        (insert_after, "orbs.node", "aws: a@1", "", "  aws: a@1"),
        (insert_after, "jobs.build.steps.0", "- a", "", "      - a"),
        (insert_after, "jobs.build.steps.1", "- a", "", "      - a"),
        (insert_after, "jobs.other.steps.0", "- a\n- {b: c}", "    steps: [checkout, {run: a}]",
         "    steps: [checkout, a, {b: c}, {run: a}]"),
    ],
)  # fmt: skip
def test_entries_are_inserted(operation, path, text, gone, come):
    assert in_config(operation, path, text) == (gone, come)


@pytest.mark.parametrize(
    ("path", "gone"),
    [
        ("version", "version: 2.1\n"),
        ("orbs", "# Orbs.\norbs:\n  node: circleci/node@5  # pinned\n"),
        ("jobs.build.steps.0", "      - checkout"),
        ("jobs.build.steps.1", "      # Runs.\n      - run:\n          name: x\n          command: |\n"
         "            make\n\n            make test\n        # - run: old"),
        ("jobs.build.steps.1.run.name", "          name: x"),
        ("jobs.build.steps.1.run.command", "          command: |\n            make\n\n            make test"),
        ("jobs.other", "  other:\n    steps: [checkout, {run: a}]"),
        ("workflows", "workflows:\n  main:\n    jobs:\n    - build"),
    ],
)  # fmt: skip
def test_entries_are_deleted_with_the_comments_that_are_theirs(path, gone):
    assert in_config(delete, path) == (gone, "")


@pytest.mark.parametrize(
    ("path", "gone", "come"),
    [
        ("orbs.node", "orbs:\n  node: circleci/node@5  # pinned", "orbs: {}"),
        ("jobs.build.docker.0", "    docker:\n      - image: cimg/base:1", "    docker: []"),
        ("jobs.build.docker.0.image", "      - image: cimg/base:1", "      - {}"),
        ("jobs.other.steps.0", "    steps: [checkout, {run: a}]", "    steps: [{run: a}]"),
        ("jobs.other.steps.1", "    steps: [checkout, {run: a}]", "    steps: [checkout]"),
        ("jobs.other.steps.1.run", "    steps: [checkout, {run: a}]", "    steps: [checkout, {}]"),
        ("workflows.main.jobs.0", "    jobs:\n    - build", "    jobs: []"),
    ],
)
def test_deleting_leaves_a_collection_behind(path, gone, come):
    assert in_config(delete, path) == (gone, come)


@pytest.mark.parametrize(
    ("path", "text", "gone", "come"),
    [
        ("version", "2", "version: 2.1", "version: 2"),
        ("orbs.node", "a/b@1", "  node: circleci/node@5  # pinned", "  node: a/b@1  # pinned"),
        ("orbs.node^", "nodejs", "  node: circleci/node@5  # pinned", "  nodejs: circleci/node@5  # pinned"),
        ("orbs.node", "a: b\nc:\n  d: e", "  node: circleci/node@5  # pinned",
         "  node:  # pinned\n    a: b\n    c:\n      d: e"),
        ("orbs.node", "- a", "  node: circleci/node@5  # pinned", "  node:  # pinned\n    - a"),
        ("orbs.node", "|\n  a\n  b", "  node: circleci/node@5  # pinned", "  node: |  # pinned\n    a\n    b"),
        ("orbs.node", '"a\n  b"', "  node: circleci/node@5  # pinned", '  node: "a\n      b"  # pinned'),
        ("orbs", "[]", "orbs:\n  node: circleci/node@5  # pinned", "orbs: []"),
        ("orbs", "a: b\nc: d", "  node: circleci/node@5  # pinned", "  a: b\n  c: d"),
        ("jobs.build.steps.0", "run: a\nwhen: b", "      - checkout", "      - run: a\n        when: b"),
        ("jobs.build.steps.1.run", "make", "          name: x\n          command: |\n            make\n\n"
         "            make test", None),
        ("jobs.build.steps.1.run.command", "make all",
         "          command: |\n            make\n\n            make test", "          command: make all"),
        ("jobs.build.steps.1.run.command", "|-\n  one\n\n  two", "            make\n\n            make test", None),
        ("jobs.build.docker.0", "x", "      - image: cimg/base:1", "      - x"),
        ("jobs.other.steps", "- a\n- b: c", "    steps: [checkout, {run: a}]",
         "    steps:\n      - a\n      - b: c"),
        ("jobs.other.steps.1", "run: |\n  x: y", "    steps: [checkout, {run: a}]",
         '    steps: [checkout, {run: "x: y\\n"}]'),
        ("jobs.other.steps.0", "a, b", "    steps: [checkout, {run: a}]", "    steps: ['a, b', {run: a}]"),
        ("workflows.main.jobs", "a: b", "    - build", "      a: b"),
        ("workflows.main.jobs", "- a\n- b", "    - build", "    - a\n    - b"),
    ],
)  # fmt: skip
def test_nodes_are_replaced(path, text, gone, come):
    found = in_config(replace, path, text)
    if come is not None:
        assert found == (gone, come)
    document = document_of(changed(CONFIG, replace, path, text))
    assert document.problems == ()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", "utf-16"])
def test_line_ends_encoding_and_mark_are_kept(line_end, mark):
    text = "# é\na:\n  - b: |\n      c\nd: [1, # f\n  2]\n"
    data = text.replace("\n", line_end).encode("utf-16") if mark == "utf-16" else b""
    data = data or mark + text.replace("\n", line_end).encode()
    document = document_of(data)
    edits = (
        *append(document, at(document, "a"), "- |\n  ü\n\n  x\n- y"),
        *insert_before(document, at(document, "d.1"), "- 3"),
        *replace_text(document, at(document, "a.0.b"), 1, 1, "c\nd"),
    )
    expected = "# é\na:\n  - b: |\n      cc\n      d\n  - |\n    ü\n\n    x\n  - y\nd: [1, 3, # f\n  2]\n"
    result = apply(document.source, edits)
    assert document_of(result).source.text == expected.replace("\n", line_end)
    assert result[:3] == data[:3]


@pytest.mark.parametrize(
    ("before", "operation", "path", "text", "after"),
    [
        # A value that is not there.
        ("a:\nb: 1\n", append, "a", "c: d", "a:\n  c: d\nb: 1\n"),
        ("a: # c\nb: 1\n", append, "a", "- d", "a: # c\n  - d\nb: 1\n"),
        ("a:\n-\n- b\n", replace, "a.0", "x", "a:\n- x\n- b\n"),
        ("- \n- b\n", replace, "0", "a: b\nc: d", "- a: b\n  c: d\n- b\n"),
        ("a: &x\nb: *x\n", replace, "a", "c", "a: &x c\nb: *x\n"),
        ("{a: , b}\n", replace, "a", "c", "{a: c , b}\n"),
        ("{a: , b}\n", replace, "b", "c", "{a: , b: c}\n"),
        ("[a: , b]\n", replace, "0.a", "c", "[a: c , b]\n"),
        # Empty brackets.
        ("a: []\n", append, "a", "- b\n- 'c, d'", "a: [b, 'c, d']\n"),
        ("a: [] # c\n", append, "a", "- b: c", "a: # c\n  - b: c\n"),
        ("a: {}\n", append, "a", "b:\n  c: d", "a:\n  b:\n    c: d\n"),
        ("a: {}\n", append, "a", "{b: c}", "a: {b: c}\n"),
        ("a: [{}]\n", append, "a.0", "b:\n  c: d", "a: [{b: {c: d}}]\n"),
        ("- a: {}\n", append, "0.a", "b: c", "- a:\n    b: c\n"),
        ("a: &x {}\nb: *x\n", append, "a", "b: c", "a: &x\n  b: c\nb: *x\n"),
        ("{a: , b: c}\n", insert_after, "a", "d: e", "{a: , d: e , b: c}\n"),
        # One entry a line between brackets.
        ("a: [\n  b, # c\n  d # e\n]\n", append, "a", "- f", "a: [\n  b, # c\n  d, # e\n  f\n]\n"),
        ("a: [\n  b, # c\n  d, # e\n]\n", append, "a", "- f", "a: [\n  b, # c\n  d, # e\n  f,\n]\n"),
        ("a: [\n  b,\n  d ]\n", append, "a", "- f", "a: [\n  b,\n  d, f ]\n"),
        ("a: {\n  b: c\n}\n", insert_before, "a.b", "d: e", "a: {\n  d: e,\n  b: c\n}\n"),
        ("a: [\n  b,\n  d\n]\n", insert_after, "a.0", "- x\n- y", "a: [\n  b,\n  x,\n  y,\n  d\n]\n"),
        # The end of the file.
        ("a: b", append, "", "c: d", "a: b\nc: d"),
        ("a:\n  - b # c", append, "a", "- d", "a:\n  - b # c\n  - d"),
        ("a: |\n  b", append, "", "c: d", "a: |-\n  b\nc: d"),
        ("a: |2 # c\n   b", append, "", "c: d", "a: |-2 # c\n   b\nc: d"),
        ("a: >+\n  b", append, "", "c: d", "a: >-\n  b\nc: d"),
        ("a: b", append, "", "c: |\n  d", "a: b\nc: |\n  d\n"),
        ("a: b", replace, "a", "|\n  c", "a: |\n  c\n"),
        ("", replace, "", "a: b", "a: b\n"),
        ("# c", replace, "", "a: b", "# c\na: b\n"),
        ("---\n# c\n", append, "", "a: b", "---\n# c\na: b\n"),
        # Blank lines that belong to a text.
        ("a: |+\n  b\n\n\nc: d\n", insert_after, "a", "x: y", "a: |+\n  b\n\n\nx: y\nc: d\n"),
        ("a: |+\n  b\n\n\nc: d\n", replace, "a", "e", "a: e\nc: d\n"),
        ("a:\n  - |+\n    b\n\nc: d\n", append, "a", "- e", "a:\n  - |+\n    b\n\n  - e\nc: d\n"),
        # Comments that end what is above them.
        ("a:\n  - b\n    # c\n  # d\n# e\nf: g\n", append, "a", "- h", "a:\n  - b\n    # c\n  - h\n  # d\n# e\nf: g\n"),
        # Entries that share a line with what is around them.
        ("- - a\n  - b\n", insert_before, "0.0", "- x\n- y", "- - x\n  - y\n  - a\n  - b\n"),
        ("- a: b\n  c: d\n", insert_after, "0.a", "x: y", "- a: b\n  x: y\n  c: d\n"),
        ("- - - a\n", append, "0.0", "- b", "- - - a\n    - b\n"),
        ("? - a\n: b\n", append, "", "c: d", "? - a\n: b\nc: d\n"),
        # Lines of the new text.
        ("a: {b: c}\n", append, "a", "  d: e\n", "a: {b: c, d: e}\n"),
        ("x:\n    - a\n", append, "x", "  - b:\n\n      c: |\n        d\n\n         e\n",
         "x:\n    - a\n    - b:\n\n        c: |\n          d\n\n           e\n"),
        ("x:\n  - a\n", append, "x", "- 'b\n  c'\n- d\n  e", "x:\n  - a\n  - 'b\n    c'\n  - d\n    e\n"),
        # The indentation of what is around.
        ("a:\n    b: c\nd: e\n", replace, "d", "f: g", "a:\n    b: c\nd:\n    f: g\n"),
        ("a:\n- b\nd: e\n", replace, "d", "- g", "a:\n- b\nd:\n- g\n"),
        ("a:\n   - b\nd: e\n", replace, "d", "- g", "a:\n   - b\nd:\n   - g\n"),
        ("a:\n- b\n", replace, "a", "c: d", "a:\n  c: d\n"),
        ("a:\n- b\nc:\n   d: e\nf: g\n", replace, "f", "h: i", "a:\n- b\nc:\n   d: e\nf:\n   h: i\n"),
        ("a:\n- b\nc:\n   d: e\nf: g\n", replace, "f", "- i", "a:\n- b\nc:\n   d: e\nf:\n- i\n"),
        # The root.
        ("x # c\n", replace, "", "a: b\nc: d", "a: b # c\nc: d\n"),
        ("a: b\nc: d # e\n", replace, "", "- f", "- f\n"),
        ("--- &x y\n", replace, "", "a: b", "--- &x\na: b\n"),
        # Anchors and tags.
        ("a: &x b\nc: *x\n", replace, "a", "- d", "a: &x\n  - d\nc: *x\n"),
        ("- &x b\n- *x\n", replace, "0", "c: d", "- &x\n  c: d\n- *x\n"),
        ("a: !!str 1\n", replace, "a", "2", "a: 2\n"),
        ("a: &x 1\nb: *x\n", replace, "b", "2", "a: &x 1\nb: 2\n"),
        ("a: &x\n  b: c\nd: *x\n", replace, "a", "{}", "a: &x {}\nd: *x\n"),
        ("a: &x # why\n  b: c\nd: *x\n", replace, "a", "|\n  t", "a: &x | # why\n  t\nd: *x\n"),
        # Marks of documents.
        ("%YAML 1.1\n---\na: 1\n...\n# c\n", append, "", "b: 2", "%YAML 1.1\n---\na: 1\nb: 2\n...\n# c\n"),
    ],
)  # fmt: skip
def test_odd_places(before, operation, path, text, after):
    assert changed(before, operation, path, text) == after


@pytest.mark.parametrize(
    ("before", "paths", "after"),
    [
        ("a: 1\n\nb: 2\n\nc: 3\n", ["a"], "b: 2\n\nc: 3\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", ["b"], "a: 1\n\nc: 3\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", ["c"], "a: 1\n\nb: 2\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", ["b", "c"], "a: 1\n"),
        ("a: 1\n\nb: 2\n\nc: 3\n", ["a", "c"], "b: 2\n"),
        ("a: 1\nb: 2\n\nc: 3\n", ["b"], "a: 1\n\nc: 3\n"),
        ("a: 1\nb: 2", ["b"], "a: 1\n"),
        ("x:\n  a: 1\n\n  b: 2\ny: 3\n", ["x.a"], "x:\n  b: 2\ny: 3\n"),
        ("x:\n  a: 1\n\n  b: 2\n\ny: 3\n", ["x.b"], "x:\n  a: 1\n\ny: 3\n"),
        ("a: 1\n\n# of b\n# more of b\nb: 2 # also\n# of c\nc: 3\n", ["b"], "a: 1\n\n# of c\nc: 3\n"),
        ("# file\na: 1\nb: 2\n", ["a"], "# file\nb: 2\n"),
        ("# file\n\n# of a\na: 1\nb: 2\n", ["a"], "# file\n\nb: 2\n"),
        ("x:\n  # of a\n  a: 1\n# of y\ny: 2\n", ["x.a"], "x: {}\n# of y\ny: 2\n"),
        ("x: # why\n  a: 1\ny: 2\n", ["x.a"], "x: {} # why\ny: 2\n"),
        ("x: &x # why\n- a\ny: *x\n", ["x.0"], "x: &x [] # why\ny: *x\n"),
        ("- a: 1\n  b: 2\n", ["0.a"], "- b: 2\n"),
        ("- a: 1 # of a\n\n  # of b\n  b: 2\n  c: 3\n", ["0.a"], "- # of b\n  b: 2\n  c: 3\n"),
        ("- a: 1\n  b: 2\n  c: 3\n", ["0.a", "0.b"], "- c: 3\n"),
        ("- - a\n  - b\n- c\n", ["0.0"], "- - b\n- c\n"),
        ("- a # - of a\n- b\n- c\n", ["1"], "- a # - of a\n- c\n"),
        ("[a # of a, too\n , b]\n", ["1"], "[a # of a, too\n  ]\n"),
        ("- - a\n- b\n", ["0.0"], "- []\n- b\n"),
        ("? a\n: b\nc: d\n", ["a"], "c: d\n"),
        ("a: |+\n  x\n\nb: 1\n\nc: 2\n", ["b"], "a: |+\n  x\n\nc: 2\n"),
        ("a: |+\n  x\nb: 1\n\nc: 2\n", ["b"], "a: |+\n  x\nc: 2\n"),
        ("a: 1\nb: |+\n  x\n\n\nc: 2\n", ["b"], "a: 1\nc: 2\n"),
        ("a: 1\n", ["a"], "{}\n"),
        ("[a: 1, b]\n", ["0.a"], "[{}, b]\n"),
        ("[a, b, c]\n", ["0"], "[b, c]\n"),
        ("[a, b, c]\n", ["1"], "[a, c]\n"),
        ("[a, b, c]\n", ["2"], "[a, b]\n"),
        ("[a, b, c, ]\n", ["2"], "[a, b, ]\n"),
        ("[a, b, c]\n", ["0", "2"], "[b]\n"),
        ("[a, b, c]\n", ["0", "1"], "[c]\n"),
        ("[a, b, c]\n", ["0", "1", "2"], "[]\n"),
        ("{a: 1, b: , c}\n", ["b"], "{a: 1, c}\n"),
        ("{a: , b: c}\n", ["b"], "{a: }\n"),
        ("[\n  a, # of a\n  # of b\n  b, # also\n  c\n]\n", ["1"], "[\n  a, # of a\n  c\n]\n"),
        ("[\n  a, # of a\n  b # of b\n]\n", ["1"], "[\n  a # of a\n]\n"),
        ("[\n  a,\n  b,\n]\n", ["1"], "[\n  a,\n]\n"),
        ("[a, # of a\n  b]\n", ["1"], "[a # of a\n  ]\n"),
        ("x: 1\r\n\r\ny: 2\r\n\r\nz: 3\r\n", ["y"], "x: 1\r\n\r\nz: 3\r\n"),
    ],
)
def test_deleting_tidies_up(before, paths, after):
    document = document_of(before)
    edits = delete(document, *[at(document, path) for path in paths])
    assert apply(document.source, edits).decode() == after


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ("a: |\n  echo << x >> now\n", "<< x >>", '"$X"', 'a: |\n  echo "$X" now\n'),
        ("a: |\n  one\n  two\n", "one\n", "", "a: |\n  two\n"),
        ("a: |\n  one\n  two\n", "two", "2\n\n3", "a: |\n  one\n  2\n\n  3\n"),
        ("a: |\n  one\n\n  two\n", "\n\ntwo", "\nx", "a: |\n  one\n  x\n"),
        ("a: |\n  one\n", "\n", "\nlast\n", "a: |\n  one\n  last\n"),
        ("a: |\n  one\n", "one", " one", 'a: " one\\n"\n'),
        ("a: |2- # why\n    one << x >>\n   two", "<< x >>", "y", "a: |2- # why\n    one y\n   two"),
        ("a: |\n      one\n      two\n", "one\n", "", "a: |\n      two\n"),
        ("a: |\n      one\n      two\n", "two\n", "", "a: |\n      one\n"),
        ("a: |\n      one\n      two\n", "two\n", "2\n\n3\n", "a: |\n      one\n      2\n\n      3\n"),
        ("a: |\n      one\n      two\n", "one", "1\n\n2", "a: |\n      1\n\n      2\n      two\n"),
        ("a: |\n      one\n\n      two\n", "\n\ntwo", "\nand\ntwo", "a: |\n      one\n      and\n      two\n"),
        ("a: >\n      one\n      two\n", "e t", "-", "a: >\n      on-wo\n"),
        ("a: 'it''s\n  x'\n", "x", "y'z", "a: 'it''s\n  y''z'\n"),
        ('a: "\\x41 b"\n', "b", 'c"', 'a: "\\x41 c\\""\n'),
        ('a: "one\n  two"\n', " ", "_", 'a: "one_two"\n'),
        ("a: >\n  one\n  two\n\n  three\n", "two", "2", "a: >\n  one\n  2\n\n  three\n"),
        ("a: it\n", "it", "it's: a", "a: 'it''s: a'\n"),
        ("a: it # c\n", "t", "f", "a: if # c\n"),
        ("a: o\n", "o", "on", "a: 'on'\n"),
        ("a: 12 # c\n", "2", "3", "a: 13 # c\n"),
        ("a: true\n", "true", "false", "a: false\n"),
        ("a: 'it''s'\n", "t's", "t isn't", "a: 'it isn''t'\n"),
        ("a: 'x'\n", "x", "\t\x7f", 'a: "\\t\\x7f"\n'),
        ('a: "x\\ty"\n', "\ty", '"\n\\', 'a: "x\\"\\n\\\\"\n'),
        ('a: "x \\\n  y"\n', "y", "z", 'a: "x \\\n  z"\n'),
        ("a: one\n  two\n", "two", "2", "a: one\n  2\n"),
        ("a: one\n  two\n", "e t", "e, t", None),
        ("[a b]\n", "b", "b, c", "['a b, c']\n"),
        ("[a b]\n", "b", "c", "[a c]\n"),
        ("a: &x !!str 1\nb: *x\n", "1", "2", "a: &x !!str 2\nb: *x\n"),
        ("a: ''\n", "", "x", "a: 'x'\n"),
        ("a: \\<< x\n", "\\<<", "<<", "a: << x\n"),
    ],
)
def test_text_is_replaced(before, old, new, after):
    document = document_of(before)
    scalar = document.root.items[0] if before.startswith("[") else document.root.entries[0][1]
    start = scalar.text.index(old)
    expected = scalar.text.replace(old, new, 1)
    result = apply(document.source, replace_text(document, scalar, start, start + len(old), new)).decode()
    root = document_of(result).root
    found = root.items[0] if before.startswith("[") else root.entries[0][1]
    assert (found.text, type(found.value)) == (expected, type(scalar.value))
    if after is not None:
        assert result == after


def test_text_is_added_at_the_end_of_a_block():
    document = document_of("a: |\n      one\nb: 1\n")
    scalar = at(document, "a")
    edits = replace_text(document, scalar, len(scalar.text), len(scalar.text), "two\n\nthree\n")
    assert apply(document.source, edits) == b"a: |\n      one\n      two\n\n      three\nb: 1\n"


def test_comments_are_changed_and_deleted():
    document = document_of("a: 1 # one\n# two\nb: |\n  # text\n  # three\nc: [1, # four\n  2]\n")
    one, two, four = document.comments
    edits = [delete_comment(one), delete_comment(two), Edit(four.span, "# five")]
    assert apply(document.source, edits) == b"a: 1\nb: |\n  # text\n  # three\nc: [1, # five\n  2]\n"


def test_no_edits_leave_every_byte():
    data = b"\xef\xbb\xbfa: 1\r\nb: 2\n\rc: 3 "
    assert apply(document_of(data).source, ()) == data


def test_edits_at_one_place_are_made_in_their_order():
    document = document_of("a: [1]\nb:\n- x\nc: d\n")
    edits = [
        *append(document, at(document, "b"), "- y"),
        *append(document, at(document, "a"), "- 2"),
        *append(document, at(document, "b"), "- z"),
        *insert_before(document, at(document, "c^"), "e: f"),
        *append(document, at(document, "a"), "- 3"),
    ]
    assert apply(document.source, edits) == b"a: [1, 2, 3]\nb:\n- x\n- y\n- z\ne: f\nc: d\n"


def test_edits_of_neighbours_go_together():
    document = document_of("a: 1\nb: 2\nc: 3\nd:\n  - x\n")
    edits = [
        *delete(document, at(document, "b")),
        *replace(document, at(document, "a"), "one"),
        *replace(document, at(document, "c^"), "see"),
        *insert_after(document, at(document, "b"), "new: 0"),
        *append(document, at(document, "d"), "- y"),
    ]
    assert apply(document.source, edits) == b"a: one\nnew: 0\nsee: 3\nd:\n  - x\n  - y\n"


def test_a_replacement_given_twice_is_made_once():
    document = document_of("a: 1\nb: 2\n")
    edits = [*replace(document, at(document, "a"), "3"), *replace(document, at(document, "a"), "3")]
    assert apply(document.source, edits) == b"a: 3\nb: 2\n"


def test_every_document_of_a_file_can_be_changed():
    source = Source("file.yml", "a: 1\n---\nb: [2]\n---\nb: [2]\n")
    _, second, third = read_documents(source)
    edits = (*append(second, at(second, "b"), "- 3"), *delete(third, at(third, "b.0")))
    assert apply(source, edits) == b"a: 1\n---\nb: [2, 3]\n---\nb: []\n"


def test_what_holds_an_anchor_in_use_is_not_deleted():
    document = document_of("a:\n  b: &x 1\nc: *x\nd: [*x]\n")
    for operation, arguments in ((delete, ()), (replace, ("1",))):
        change: Any = operation
        with pytest.raises(AnchorInUse) as caught:
            change(document, at(document, "a"), *arguments)
        assert [alias.span.line for alias in caught.value.aliases] == [3, 4]
        assert caught.value.problem.message == "`&x` in what would go is used elsewhere"
        assert [note.span.line for note in caught.value.problem.related] == [3, 4]
    assert used_elsewhere(document, [at(document, "a")]) == caught.value.aliases
    assert used_elsewhere(document, [at(document, "d")]) == ()
    assert apply(document.source, replace(document, at(document, "a.b"), "2")) == b"a:\n  b: &x 2\nc: *x\nd: [*x]\n"


def test_what_holds_an_anchor_goes_together_with_its_aliases():
    document = document_of("a: &x 1\nb: 2\nc: *x\nd: &y [*x]\n")
    nodes = [at(document, "a"), at(document, "c"), at(document, "d.0")]
    assert apply(document.source, delete(document, *nodes)) == b"b: 2\nd: &y []\n"


def test_deleting_what_is_in_something_deleted_is_no_conflict():
    document = document_of("a:\n  b: 1\n  c: 2\nd: 3\n")
    edits = delete(document, at(document, "a.b"), at(document, "a"), at(document, "a.c"))
    assert apply(document.source, edits) == b"d: 3\n"


def refusal(call: Any) -> Any:
    with pytest.raises(EditError) as caught:
        call()
    return caught.value.problem


def test_overlapping_edits_are_refused():
    document = document_of("a:\n  b: 1\n  c: 2\nd: 3\n")
    edits = (*delete(document, at(document, "a")), *replace(document, at(document, "a.c"), "4"))
    problem = refusal(lambda: apply(document.source, edits))
    assert (problem.code, str(problem)) == (
        "edit-overlap",
        "config.yml:3:6: two changes of the same text cannot be made at once",
    )
    assert [note.span.line for note in problem.related] == [1]


def test_deleting_everything_piece_by_piece_is_refused():
    """Each deletion leaves the other entry; together they would leave null where a mapping was."""
    document = document_of("a:\n  b: 1\n  c: 2\n")
    edits = (*delete(document, at(document, "a.b")), *delete(document, at(document, "a.c")))
    problem = refusal(lambda: apply(document.source, edits))
    assert "without changing more than is meant" in problem.message


@pytest.mark.parametrize(
    ("before", "start", "end", "text"),
    [
        ("a: 1\nb: 2\n", 0, 1, "b"),
        ("a: 1\nb: 2\n", 3, 4, "2"),
        ("a: 1 # c\n", 5, 6, ""),
        ("a: |\n  b\n", 6, 7, "x"),
        ("a: &x 1\nb: *x\n", 4, 5, "y"),
        ("a: &x 1\nb: &x 1\nc: *x\n", 11, 14, ""),
        ("a: 1\n", 3, 4, "'1'"),
        ("a: 1\n", 5, 5, "---\n"),
    ],
)
def test_an_edit_that_changes_what_it_does_not_say_is_refused(before, start, end, text):
    source = document_of(before).source
    problem = refusal(lambda: apply(source, [Edit(Span(source, start, end), text)]))
    assert problem.span.start == start
    assert problem.help == "make the change by hand"


def test_an_edit_that_breaks_the_file_is_refused_with_the_reason():
    source = document_of("a: 1\n").source
    problem = refusal(lambda: apply(source, [Edit(Span(source, 0, 1), "[")]))
    assert "would leave a file that cannot be read (unable to parse YAML" in problem.message


def test_an_edit_that_only_changes_style_is_made():
    source = document_of("a: [x, 'y']\n").source
    assert apply(source, [Edit(Span(source, 3, 11), '[ "x", y ]')]) == b'a: [ "x", y ]\n'


def test_new_text_that_takes_an_alias_its_meaning_is_refused():
    document = document_of("a: &x 1\nb: 2\nc: *x\n")
    edits = insert_after(document, at(document, "b"), "d: &x 3")
    assert "more than is meant" in refusal(lambda: apply(document.source, edits)).message
    edits = append(document, document.root, "d: *y")
    assert "more than is meant" in refusal(lambda: apply(document.source, edits)).message
    edits = append(document, document.root, "d: *x")
    assert apply(document.source, edits).endswith(b"d: *x\n")


@pytest.mark.parametrize(
    ("before", "operation", "path", "arguments", "message"),
    [
        ("a: 1\n", append, "", ["- x"], "the new text is no mapping"),
        ("- 1\n", append, "", ["x: y"], "the new text is no list"),
        ("a: 1\n", append, "a", ["- x"], "entries can only be added to a list or a mapping"),
        ("a: [b: c]\n", append, "a.0", ["x: y"], "a pair in a list cannot have more entries"),
        ("a: 1\n", append, "", ["[x"], "the new text cannot be read: the new text:"),
        ("a: 1\n", append, "", [""], "the new text is not one piece of YAML"),
        ("a: 1\n", append, "", ["---\nx: y"], "the new text is not one piece of YAML"),
        ("a: 1\n", delete, "", [], "the root of a document cannot be deleted"),
        ("a: 1\n", insert_after, "", ["x: y"], "nothing can stand beside the root of a document"),
    ],
)
def test_what_cannot_be_made_is_said(before, operation, path, arguments, message):
    document = document_of(before)
    problem = refusal(lambda: operation(document, at(document, path), *arguments))
    assert message in problem.message


def test_edits_of_another_file_are_refused():
    first, second = document_of("a: 1\n"), document_of("a: 1\n")
    edits = replace(first, at(first, "a"), "2")
    assert "another file" in refusal(lambda: apply(second.source, edits)).message


def test_written_scalars_are_put_anywhere():
    document = document_of("a: 1\nb: [1]\nc: |\n  x\n")
    edits = [
        *replace(document, at(document, "a"), write_scalar("one\ntwo\n")),
        *replace(document, at(document, "b.0"), write_scalar("one\ntwo\n")),
        *replace(document, at(document, "c^"), write_scalar("- c")),
        *replace(document, at(document, "c"), write_scalar("yes", "'")),
    ]
    assert apply(document.source, edits) == b"a: |\n  one\n  two\nb: [\"one\\ntwo\\n\"]\n'- c': 'yes'\n"
