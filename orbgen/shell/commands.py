"""From the grammar's syntax tree to commands and assignments."""

from __future__ import annotations

from typing import Any

from orbgen.shell.branches import BRANCHING, branch_in
from orbgen.shell.offsets import Offsets
from orbgen.shell.word_reader import REDIRECTS, WordReader
from orbgen.shell.words import Assignment, Command, Enclosure, EnclosureKind, Redirection, Word

_SUBSTITUTIONS = ("command_substitution", "process_substitution")
# Statements whose redirections are those of the last command in them.
_HANDING_ON = ("list", "negated_command")
_STATEMENTS = ("command", "list", "redirected_statement")
_Around = tuple[Enclosure, ...]


class Collector:
    """Walks a tree that is known not to be too deep, and keeps commands and assignments in the order of the text."""

    def __init__(self, text: str, offsets: Offsets) -> None:
        self.commands: list[Command] = []
        self.assignments: list[Assignment] = []
        self._offset = offsets.character
        self._words = WordReader(text, offsets)
        self._pipelines = 0
        self._branches: tuple[tuple[int, int], ...] = ()

    def visit(self, node: Any, around: _Around = (), redirections: tuple[Redirection, ...] = ()) -> None:
        """Collect what is at and below a node; the redirections are those that stand behind it."""
        kind = node.type
        if kind in ("command", "test_command"):
            self._command(node, around, redirections)
        elif kind == "redirected_statement":
            self._redirected(node, around, redirections)
        elif kind == "variable_assignment":
            self._assign(node, exported=False)
            self._inside(node, around)
        elif kind == "declaration_command":
            self._declare(node, around, redirections)
        elif kind == "unset_command":
            self._unset(node, around, redirections)
        elif kind == "pipeline":
            self._pipeline(_stages(node), around, redirections)
        elif kind in _HANDING_ON:
            self._children(node, around, redirections)
        else:
            if redirections:
                around = (*around, self._enclosure(EnclosureKind.REDIRECTED, node, redirections=redirections))
            if kind in _SUBSTITUTIONS:
                around = (*around, self._enclosure(EnclosureKind.SUBSTITUTION, node))
            elif kind == "subshell":
                around = (*around, self._enclosure(EnclosureKind.SUBSHELL, node))
            elif kind == "function_definition":
                around = (*around, self._function(node))
            elif kind == "for_statement":
                self._loop(node)
            self._children(node, around)

    def _enclosure(self, kind: EnclosureKind, node: Any, **fields: Any) -> Enclosure:
        return Enclosure(kind, self._offset(node.start_byte), self._offset(node.end_byte), **fields)

    def _function(self, node: Any) -> Enclosure:
        name = node.child_by_field_name("name")
        redirections = [found for child in node.children if child.type in REDIRECTS
                        for found in self._words.redirections(child)]  # fmt: skip
        return self._enclosure(
            EnclosureKind.FUNCTION,
            node,
            name=name.text.decode() if name is not None else "",
            redirections=tuple(redirections),
        )

    def _children(self, node: Any, around: _Around, redirections: tuple[Redirection, ...] = ()) -> None:
        children, branching = node.children, node.type in BRANCHING
        last = max([index for index, child in enumerate(children) if child.is_named], default=-1)
        for index, child in enumerate(children):
            if not child.is_named or child.type in REDIRECTS:
                continue
            before = len(self.commands)
            outer = self._branches
            branch = branch_in(node, child, index) if branching else None
            if branch is not None:
                self._branches = (*outer, (self._offset(branch[0]), self._offset(branch[1])))
            self.visit(child, around, redirections if index == last else ())
            self._branches = outer
            follower = children[index + 1].type if index + 1 < len(children) else ""
            if follower == "&" and len(self.commands) > before:
                self._set_background(before)

    def _set_background(self, first: int) -> None:
        from msgspec.structs import replace

        for index in range(first, len(self.commands)):
            self.commands[index] = replace(self.commands[index], background=True)

    def _pipeline(self, stages: list[Any], around: _Around, redirections: tuple[Redirection, ...]) -> None:
        """The stages of a pipeline; redirections behind it are those of the last."""
        self._pipelines += 1
        number, count = self._pipelines, len(stages)
        for index, stage in enumerate(stages):
            last = index == count - 1
            place = self._enclosure(EnclosureKind.PIPELINE, stage, pipeline=number, index=index, last=last)
            self.visit(stage, (*around, place), redirections if last else ())

    def _redirected(self, node: Any, around: _Around, given: tuple[Redirection, ...]) -> None:
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type in REDIRECTS]
        redirections = (*[found for redirect in redirects for found in self._words.redirections(redirect)], *given)
        behind = [child for redirect in redirects for child in redirect.children if child.type == "pipeline"]
        if behind and body is not None:
            # The rest of a pipeline that begins with a here-document stands inside the here-document.
            self._pipelines += 1
            stages = [stage for pipeline in behind for stage in _stages(pipeline)]
            number, count = self._pipelines, len(stages) + 1
            for index, stage in enumerate((body, *stages)):
                place = self._enclosure(
                    EnclosureKind.PIPELINE, stage, pipeline=number, index=index, last=index == count - 1
                )
                self.visit(stage, (*around, place), redirections if index == 0 else ())
        elif body is not None:
            self.visit(body, around, redirections)
        for redirect in redirects:
            self._behind(redirect, around)

    def _behind(self, redirect: Any, around: _Around) -> None:
        """What stands in a redirection besides its target: substitutions, commands behind `&&` on its line."""
        for child in redirect.children:
            if child.type in _SUBSTITUTIONS or (redirect.type == "heredoc_redirect" and child.type in _STATEMENTS):
                self.visit(child, around)
            elif child.type not in ("pipeline", "word", "heredoc_start", "heredoc_end"):
                self._inside(child, around)

    def _command(self, node: Any, around: _Around, given: tuple[Redirection, ...]) -> None:
        words: list[Word] = []
        assignments: list[Assignment] = []
        found = list(given)
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                assignments.append(self._assignment(child, exported=False))
            elif kind in REDIRECTS:
                found.extend(self._words.redirections(child))
            elif kind == "command_name":
                words.append(self.word(child.children[0] if child.child_count else child))
            elif kind != "comment":
                words.append(self.word(child))
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        command = Command(
            words[0].start if words else start, end, tuple(words), tuple(assignments), tuple(found), False,
            _innermost_pipeline(around), around, self._branches,
        )  # fmt: skip
        self.commands.append(command)
        self._inside(node, around)

    def _inside(self, node: Any, around: _Around) -> None:
        """Collect from the substitutions inside a command or word."""
        for child in node.children:
            if child.child_count:
                if child.type in _SUBSTITUTIONS:
                    self.visit(child, around)
                else:
                    self._inside(child, around)

    def _loop(self, node: Any) -> None:
        name = node.child_by_field_name("variable")
        for value in node.children_by_field_name("value") if name is not None else ():
            word = self.word(value)
            self.assignments.append(
                Assignment(name.text.decode(), word, word.start, word.end, loop=True, branches=self._branches)
            )

    def _declare(self, node: Any, around: _Around, redirections: tuple[Redirection, ...]) -> None:
        exported = node.children[0].type == "export" or any(
            [child.type == "word" and child.text in (b"-x", b"-gx", b"-rx") for child in node.children]
        )
        words = []
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, exported=exported)
            elif child.type == "variable_name":
                start, end = self._offset(child.start_byte), self._offset(child.end_byte)
                self.assignments.append(
                    Assignment(child.text.decode(), None, start, end, exported, branches=self._branches)
                )
            if child.type != "comment":
                words.append(self.word(child))
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        self.commands.append(
            Command(
                start, end, tuple(words), (), redirections, False, _innermost_pipeline(around), around, self._branches
            )
        )
        self._inside(node, around)

    def _unset(self, node: Any, around: _Around, redirections: tuple[Redirection, ...]) -> None:
        words = tuple([self.word(child) for child in node.children if child.type != "comment"])
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        pipeline = _innermost_pipeline(around)
        self.commands.append(Command(start, end, words, (), redirections, False, pipeline, around, self._branches))
        self._inside(node, around)

    def _assign(self, node: Any, *, exported: bool) -> None:
        self.assignments.append(self._assignment(node, exported=exported))

    def _assignment(self, node: Any, *, exported: bool) -> Assignment:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        word = self.word(value) if value is not None else Word(end, end, ())
        elements = None
        if value is not None and value.type == "array":
            elements = tuple([self.word(child) for child in value.children if child.is_named])
        append = any([child.type == "+=" for child in node.children])
        return Assignment(
            name.text.decode() if name is not None else "", word, start, end, exported, False, append, elements,
            self._branches,
        )  # fmt: skip

    def word(self, node: Any) -> Word:
        """The word that a node is."""
        return self._words.word(node)


def _stages(pipeline: Any) -> list[Any]:
    """The stages of a pipeline; behind a here-document the grammar nests them."""
    found = []
    for child in pipeline.children:
        if child.type == "pipeline":
            found.extend(_stages(child))
        elif child.is_named and child.type != "comment":
            found.append(child)
    return found


def _innermost_pipeline(around: _Around) -> int:
    """The number of the pipeline that a command is a part of; none where it stands in a substitution in one."""
    for enclosure in reversed(around):
        if enclosure.kind is EnclosureKind.SUBSTITUTION:
            return -1
        if enclosure.kind is EnclosureKind.PIPELINE:
            return enclosure.pipeline
    return -1
