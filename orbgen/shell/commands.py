"""From the grammar's syntax tree to commands and assignments."""

from __future__ import annotations

from typing import Any

from orbgen.shell.offsets import Offsets
from orbgen.shell.words import (
    Assignment,
    Command,
    HereDocument,
    PartKind,
    Redirection,
    Word,
    WordPart,
)

_REDIRECTS = ("file_redirect", "heredoc_redirect", "herestring_redirect")


class Collector:
    """Walks a tree that is known not to be too deep, and keeps commands and assignments in the order of the text."""

    def __init__(self, text: str, offsets: Offsets) -> None:
        self.commands: list[Command] = []
        self.assignments: list[Assignment] = []
        self._text = text
        self._data = text.encode()
        self._offset = offsets.character
        self._pipelines = 0

    def visit(self, node: Any, *, pipeline: int = -1, output_used: bool = False, in_function: bool = False) -> None:
        """Collect what is at and below a node."""
        kind = node.type
        if kind in ("command", "test_command"):
            self._command(node, (), False, pipeline, output_used, in_function)
        elif kind == "redirected_statement":
            self._redirected(node, pipeline, output_used, in_function)
        elif kind == "variable_assignment":
            self._assign(node, exported=False)
            self._inside(node, in_function=in_function)
        elif kind == "declaration_command":
            self._declare(node, in_function)
        else:
            if kind == "pipeline":
                self._pipelines += 1
                pipeline = self._pipelines
            output_used = output_used or kind in ("command_substitution", "process_substitution")
            in_function = in_function or kind == "function_definition"
            if kind == "for_statement":
                self._loop(node)
            self._children(node, pipeline, output_used, in_function)

    def _children(self, node: Any, pipeline: int, output_used: bool, in_function: bool) -> None:
        children = node.children
        for index, child in enumerate(children):
            if not child.is_named:
                continue
            before = len(self.commands)
            self.visit(child, pipeline=pipeline, output_used=output_used, in_function=in_function)
            follower = children[index + 1].type if index + 1 < len(children) else ""
            if follower == "&" and len(self.commands) > before:
                self._set_background(before)

    def _set_background(self, first: int) -> None:
        from msgspec.structs import replace

        for index in range(first, len(self.commands)):
            self.commands[index] = replace(self.commands[index], background=True)

    def _redirected(self, node: Any, pipeline: int, output_used: bool, in_function: bool) -> None:
        body = node.child_by_field_name("body")
        redirects = [child for child in node.children if child.type in _REDIRECTS]
        piped = [child for redirect in redirects for child in redirect.children if child.type == "pipeline"]
        if piped and pipeline < 0:
            self._pipelines += 1
            pipeline = self._pipelines
        redirections = tuple([found for redirect in redirects for found in self._redirections(redirect)])
        if body is not None and body.type == "command":
            self._command(body, redirections, True, pipeline, output_used, in_function)
        elif body is not None:
            self.visit(body, pipeline=pipeline, output_used=output_used, in_function=in_function)
        for redirect in redirects:
            for child in redirect.children:
                if child.type == "pipeline":
                    self._children(child, pipeline, output_used, in_function)
                elif child.type not in ("word", "heredoc_start", "heredoc_end"):
                    self._inside(child, in_function=in_function)

    def _command(
        self,
        node: Any,
        redirections: tuple[Redirection, ...],
        redirected: bool,
        pipeline: int,
        output_used: bool,
        in_function: bool,
    ) -> None:
        words: list[Word] = []
        assignments: list[Assignment] = []
        found = list(redirections)
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                assignments.append(self._assignment(child, exported=False))
            elif kind in _REDIRECTS:
                found.extend(self._redirections(child))
            elif kind == "command_name":
                words.append(self.word(child.children[0] if child.child_count else child))
            elif kind not in ("comment",):
                words.append(self.word(child))
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        command = Command(
            words[0].start if words else start, end, tuple(words), tuple(assignments), tuple(found), False, pipeline,
            output_used, in_function,
        )  # fmt: skip
        self.commands.append(command)
        self._inside(node, in_function=in_function)

    def _inside(self, node: Any, *, in_function: bool) -> None:
        """Collect from the substitutions inside a command or word."""
        for child in node.children:
            if child.child_count:
                if child.type in ("command_substitution", "process_substitution"):
                    self.visit(child, in_function=in_function)
                else:
                    self._inside(child, in_function=in_function)

    def _loop(self, node: Any) -> None:
        name = node.child_by_field_name("variable")
        for value in node.children_by_field_name("value") if name is not None else ():
            word = self.word(value)
            self.assignments.append(Assignment(name.text.decode(), word, word.start, word.end, loop=True))

    def _declare(self, node: Any, in_function: bool) -> None:
        exported = node.children[0].type == "export" or any(
            [child.type == "word" and child.text in (b"-x", b"-gx", b"-rx") for child in node.children]
        )
        words = []
        for child in node.children:
            if child.type == "variable_assignment":
                self._assign(child, exported=exported)
            elif child.type == "variable_name":
                start, end = self._offset(child.start_byte), self._offset(child.end_byte)
                self.assignments.append(Assignment(child.text.decode(), None, start, end, exported))
            if child.type != "comment":
                words.append(self.word(child))
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        self.commands.append(Command(start, end, tuple(words), in_function=in_function))
        self._inside(node, in_function=in_function)

    def _assign(self, node: Any, *, exported: bool) -> None:
        self.assignments.append(self._assignment(node, exported=exported))

    def _assignment(self, node: Any, *, exported: bool) -> Assignment:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        word = self.word(value) if value is not None else Word(end, end, ())
        return Assignment(name.text.decode() if name is not None else "", word, start, end, exported)

    # Words

    def word(self, node: Any) -> Word:
        """The word that a node is."""
        parts: list[WordPart] = []
        self._parts(node, parts, quoted=False)
        return Word(self._offset(node.start_byte), self._offset(node.end_byte), tuple(parts))

    def _parts(self, node: Any, parts: list[WordPart], *, quoted: bool) -> None:
        kind = node.type
        if kind == "concatenation":
            for child in node.children:
                self._parts(child, parts, quoted=quoted)
        elif kind == "string":
            self._string(node, parts)
        elif kind == "raw_string":
            self._literal(node, parts, node.text[1:-1].decode(), quoted=True)
        elif kind == "ansi_c_string":
            self._literal(node, parts, _unescape_ansi(node.text[2:-1].decode()), quoted=True)
        elif kind in ("simple_expansion", "expansion"):
            self._expansion(node, parts, quoted=quoted)
        elif kind in (
            "command_substitution",
            "process_substitution",
            "arithmetic_expansion",
            "brace_expression",
            "array",
        ):
            self._part(node, parts, PartKind.SUBSTITUTION, node.text.decode(), quoted=quoted)
        elif (
            kind in ("word", "number", "string_content", "variable_name", "variable_assignment") or not node.child_count
        ):
            text = node.text.decode()
            self._literal(node, parts, _unescape_double(text) if quoted else _unescape(text), quoted=quoted)
        else:
            self._part(node, parts, PartKind.SUBSTITUTION, node.text.decode(), quoted=quoted)

    def _string(self, node: Any, parts: list[WordPart]) -> None:
        """A double-quoted string; white space that the grammar leaves out between its children is literal too."""
        position = node.start_byte + 1
        for child in node.children[1:-1]:
            self._gap(position, child.start_byte, parts)
            self._parts(child, parts, quoted=True)
            position = child.end_byte
        self._gap(position, node.end_byte - 1, parts)
        if node.end_byte - node.start_byte == 2:
            start = self._offset(node.start_byte)
            parts.append(WordPart(PartKind.LITERAL, "", start, start + 2, True))

    def _gap(self, start: int, end: int, parts: list[WordPart]) -> None:
        if start < end:
            text = self._data[start:end].decode()
            parts.append(WordPart(PartKind.LITERAL, text, self._offset(start), self._offset(end), True))

    def _expansion(self, node: Any, parts: list[WordPart], *, quoted: bool) -> None:
        name = next(
            (child for child in node.children if child.type in ("variable_name", "special_variable_name")), None
        )
        plain = node.type == "simple_expansion" or node.child_count == 3
        if name is None:
            self._part(node, parts, PartKind.SUBSTITUTION, node.text.decode(), quoted=quoted)
            return
        start, end = self._offset(node.start_byte), self._offset(node.end_byte)
        parts.append(WordPart(PartKind.VARIABLE, name.text.decode(), start, end, quoted, plain))

    def _literal(self, node: Any, parts: list[WordPart], text: str, *, quoted: bool) -> None:
        self._part(node, parts, PartKind.LITERAL, text, quoted=quoted)

    def _part(self, node: Any, parts: list[WordPart], kind: PartKind, text: str, *, quoted: bool) -> None:
        parts.append(WordPart(kind, text, self._offset(node.start_byte), self._offset(node.end_byte), quoted))

    def _redirections(self, node: Any) -> list[Redirection]:
        if node.type == "heredoc_redirect":
            return self._heredoc(node)
        operator = next((child.type for child in node.children if not child.is_named), "")
        if node.type == "herestring_redirect":
            target = node.children[-1]
            return [Redirection("<<<", self.word(target))]
        target = node.child_by_field_name("destination")
        return [Redirection(operator, self.word(target) if target is not None else None)]

    def _heredoc(self, node: Any) -> list[Redirection]:
        found: list[Redirection] = []
        start = body = None
        operator = "<<"
        for child in node.children:
            if child.type == "heredoc_start":
                start = child
            elif child.type == "heredoc_body":
                body = child
            elif child.type in _REDIRECTS:
                found.extend(self._redirections(child))
            elif child.type == "<<-":
                operator = "<<-"
        quoted = start is not None and start.text[:1] in (b"'", b'"', b"\\")
        if body is not None:
            first, last = self._offset(body.start_byte), self._offset(body.end_byte)
            text = self._text[first:last]
            if operator == "<<-":
                text = "".join([line.lstrip("\t") for line in text.splitlines(keepends=True)])
            found.insert(0, Redirection(operator, None, HereDocument(first, last, text, quoted)))
        return found


def _unescape(text: str) -> str:
    """Unquoted text without its backslashes; a backslash before a line break takes the break with it."""
    if "\\" not in text:
        return text
    found, index = [], 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            index += 1
            if text[index] == "\n":
                index += 1
                continue
        found.append(text[index])
        index += 1
    return "".join(found)


def _unescape_double(text: str) -> str:
    """Text in double quotes, where a backslash escapes only `$`, a backquote, `"`, itself and a line break."""
    if "\\" not in text:
        return text
    found, index = [], 0
    while index < len(text):
        following = text[index + 1 : index + 2]
        if text[index] == "\\" and following and following in '$`"\\\n':
            index += 1
            if following == "\n":
                index += 1
                continue
        found.append(text[index])
        index += 1
    return "".join(found)


_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "0": "\0"}


def _unescape_ansi(text: str) -> str:
    found, index = [], 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            index += 1
            found.append(_ANSI.get(text[index], text[index]))
        else:
            found.append(text[index])
        index += 1
    return "".join(found)
