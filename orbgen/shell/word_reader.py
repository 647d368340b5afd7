"""From nodes of the syntax tree to words and redirections."""

from __future__ import annotations

from typing import Any

from orbgen.shell.offsets import Offsets
from orbgen.shell.words import HereDocument, PartKind, Redirection, Word, WordPart

REDIRECTS = ("file_redirect", "heredoc_redirect", "herestring_redirect")
_SUBSTITUTIONS = frozenset(
    ("command_substitution", "process_substitution", "arithmetic_expansion", "brace_expression", "array")
)
_LITERALS = frozenset(("word", "number", "string_content", "variable_name", "variable_assignment"))


class WordReader:
    """Makes the words of one script; their places are counted in characters."""

    def __init__(self, text: str, offsets: Offsets) -> None:
        self._text = text
        self._data = text.encode()
        self._offset = offsets.character

    def word(self, node: Any) -> Word:
        """The word that a node is."""
        parts: list[WordPart] = []
        self._parts(node, parts, quoted=False)
        return Word(self._offset(node.start_byte), self._offset(node.end_byte), tuple(parts))

    def redirections(self, node: Any) -> list[Redirection]:
        """The redirections that a node is, with a here-document those that stand on its line."""
        if node.type == "heredoc_redirect":
            return self._heredoc(node)
        operator = next((child.type for child in node.children if not child.is_named), "")
        if node.type == "herestring_redirect":
            return [Redirection("<<<", self.word(node.children[-1]))]
        target = node.child_by_field_name("destination")
        descriptor = node.child_by_field_name("descriptor")
        return [
            Redirection(
                operator,
                self.word(target) if target is not None else None,
                descriptor=descriptor.text.decode() if descriptor is not None else "",
            )
        ]

    def _parts(self, node: Any, parts: list[WordPart], *, quoted: bool) -> None:
        kind = node.type
        if kind == "concatenation":
            for child in node.children:
                self._parts(child, parts, quoted=quoted)
        elif kind == "string":
            self._string(node, parts)
        elif kind == "raw_string":
            self._part(node, parts, PartKind.LITERAL, node.text[1:-1].decode(), quoted=True)
        elif kind == "ansi_c_string":
            self._part(node, parts, PartKind.LITERAL, _unescape_ansi(node.text[2:-1].decode()), quoted=True)
        elif kind in ("simple_expansion", "expansion"):
            self._expansion(node, parts, quoted=quoted)
        elif kind in _SUBSTITUTIONS or (kind not in _LITERALS and node.child_count):
            self._part(node, parts, PartKind.SUBSTITUTION, node.text.decode(), quoted=quoted)
        else:
            text = node.text.decode()
            literal = _unescape_double(text) if quoted else _unescape(text)
            self._part(node, parts, PartKind.LITERAL, literal, quoted=quoted)

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
        # Between two expansions in quotes the grammar counts white space to the second.
        begin = node.start_byte + len(node.text) - len(node.text.lstrip())
        self._gap(node.start_byte, begin, parts)
        if name is None:
            self._part(node, parts, PartKind.SUBSTITUTION, node.text.decode(), quoted=quoted)
            return
        start, end = self._offset(begin), self._offset(node.end_byte)
        parts.append(WordPart(PartKind.VARIABLE, name.text.decode(), start, end, quoted, plain))

    def _part(self, node: Any, parts: list[WordPart], kind: PartKind, text: str, *, quoted: bool) -> None:
        parts.append(WordPart(kind, text, self._offset(node.start_byte), self._offset(node.end_byte), quoted))

    def _heredoc(self, node: Any) -> list[Redirection]:
        found: list[Redirection] = []
        start = body = None
        operator = "<<"
        for child in node.children:
            if child.type == "heredoc_start":
                start = child
            elif child.type == "heredoc_body":
                body = child
            elif child.type in REDIRECTS:
                found.extend(self.redirections(child))
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
