"""Minimal changes of a file's text: every byte that an edit does not name stays as it is.

The modules `inserting`, `deleting` and `replacing` make edits out of nodes, and change nothing by that. `apply` makes
the bytes of the changed file out of all edits at once. It reads the result, and refuses edits that overlap, or whose
result means anything else than what they were to change.

New text is given as YAML at the left margin; `write_scalar` makes it of a value. Its lines are indented, and their
breaks chosen, as the place demands.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from orbgen.source.encoding import encode
from orbgen.source.nodes import Alias, Document, Node, Scalar, walk
from orbgen.source.problems import EditError, Note, Problem, UnreadableError
from orbgen.source.reader import read_documents
from orbgen.source.shapes import Effect, shape_of, undefined_aliases
from orbgen.source.span import Source, Span


class Edit(msgspec.Struct, frozen=True, eq=False):
    """Puts `text` in the place of a span; without width it inserts, without text it deletes.

    `effect` is what that does to the nodes of the document; None leaves them as they are, as a changed comment does.
    Where an operation takes several edits, one of them has the effect of all.
    """

    span: Span
    text: str
    effect: Effect | None = None


class AnchorInUse(EditError):
    """What would go holds an anchor, and the `aliases` elsewhere stand for it."""

    def __init__(self, problem: Problem, aliases: tuple[Alias, ...]) -> None:
        super().__init__(problem)
        self.aliases = aliases


def apply(source: Source, edits: Iterable[Edit]) -> bytes:
    """The bytes of a file with all edits made, in its encoding and with its byte order mark.

    Edits at one place take effect in the order in which they are given; the same replacement given twice counts once.
    Raises EditError where edits overlap, or where the result would not be what they are to bring about.
    """
    ordered = _in_order(source, edits)
    pieces, position = [], 0
    for edit in ordered:
        pieces += [source.text[position : edit.span.start], edit.text]
        position = edit.span.end
    text = "".join([*pieces, source.text[position:]])
    if ordered:
        _check(source, text, ordered)
    return encode(source, text)


def _in_order(source: Source, edits: Iterable[Edit]) -> list[Edit]:
    ordered: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.source is not source:
            raise EditError(Problem("edit", "the edit is one of another file", edit.span))
        before = ordered[-1] if ordered else None
        if before is not None and edit.span.start < before.span.end:
            if (before.span.start, before.span.end, before.text) == (edit.span.start, edit.span.end, edit.text):
                continue
            note = Note(before.span, "the other change is here")
            message = "two changes of the same text cannot be made at once"
            raise EditError(Problem("edit-overlap", message, edit.span, "make one, then the other", related=(note,)))
        ordered.append(edit)
    return ordered


def _check(source: Source, text: str, edits: list[Edit]) -> None:
    """Raise EditError unless the new text means what the old one does with the effects of the edits."""
    where, advice = edits[0].span, "make the change by hand"
    try:
        before, after = _documents(source), _documents(Source(source.name, text))
    except UnreadableError as error:
        message = f"the change would leave a file that cannot be read ({error.problem.message})"
        raise EditError(Problem("edit", message, where, advice)) from None
    effects = [edit.effect for edit in edits if edit.effect is not None]
    meant = [shape_of(document, effects) for document in before]
    if meant != [shape_of(document, []) for document in after] or not undefined_aliases(after) <= undefined_aliases(
        before
    ):
        message = "the change cannot be made here without changing more than is meant"
        raise EditError(Problem("edit", message, where, advice))


def _documents(source: Source) -> list[Document]:
    return list(read_documents(source)) or [Document(source, Scalar(source, 0, 0, 0, ""))]


def used_elsewhere(document: Document, nodes: Iterable[Node], *, own_anchor: bool = True) -> tuple[Alias, ...]:
    """The aliases outside of some nodes that stand for something in them: they would lose what they mean.

    Without `own_anchor` the anchors of the nodes themselves do not count, only those inside.
    """
    roots = list(nodes)
    inside = {id(node) for root in roots for node in walk(root)}
    targets = inside if own_anchor else inside - {id(root) for root in roots}
    return tuple(
        [
            node
            for node in walk(document.root)
            if type(node) is Alias and id(node) not in inside and id(node.target) in targets
        ]
    )


def check_anchors(document: Document, nodes: list[Node], *, own_anchor: bool = True) -> None:
    """Raise AnchorInUse if aliases outside of some nodes stand for something in them."""
    aliases = used_elsewhere(document, nodes, own_anchor=own_anchor)
    if aliases:
        names = ", ".join(sorted({f"`&{alias.name}`" for alias in aliases}))
        message = f"{names} in what would go is used elsewhere"
        notes = tuple([Note(alias.span, "used here") for alias in aliases])
        advice = "write out what the alias stands for, or move the anchor there"
        raise AnchorInUse(Problem("anchor-in-use", message, nodes[0].span, advice, related=notes), aliases)
