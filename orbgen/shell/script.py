"""A run script, read by tree-sitter's bash grammar. What does not parse gives no commands: silence, not guesses."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from orbgen.shell.commands import Collector
from orbgen.shell.guards import Guard, find_guards
from orbgen.shell.offsets import Offsets
from orbgen.shell.words import Assignment, Command, Word

MAXIMUM_CHARACTERS = 64 * 1024
MAXIMUM_DEPTH = 200


class Context(enum.Enum):
    """What the shell makes of a character."""

    CODE = "code"
    COMMENT = "comment"
    SINGLE_QUOTED = "single-quoted"
    DOUBLE_QUOTED = "double-quoted"
    HEREDOC = "here-document"
    HEREDOC_QUOTED = "here-document with a quoted delimiter"


class Script:
    """The text of a script and what stands in it, in the order of the text; each worked out when it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _root(self) -> Any:
        return _parse(self.text)

    @cached_property
    def _offsets(self) -> Offsets:
        return Offsets(self.text)

    @cached_property
    def _collected(self) -> Collector:
        found = Collector(self.text, self._offsets)
        if self._root is not None:
            found.visit(self._root)
        return found

    @property
    def parsed(self) -> bool:
        """Whether the text is a script that the grammar reads."""
        return self._root is not None

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Every simple command, also those in conditions, functions and substitutions."""
        return tuple(self._collected.commands)

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Every assignment that is not before a command, also those of `export` and its kin."""
        return tuple(self._collected.assignments)

    @cached_property
    def guards(self) -> tuple[Guard, ...]:
        """The stretches in which a variable is known to hold nothing that matters to a shell."""
        return find_guards(self._root, self._offsets.character) if self._root is not None else ()

    @cached_property
    def literals(self) -> Mapping[str, str]:
        """The variables that are assigned once, to text that is known; later ones may use earlier ones."""
        return self.values(lambda word, found: word.expand(found))

    def values(self, expand: Callable[[Word, dict[str, str]], str | None]) -> dict[str, str]:
        """The variables that are assigned once, to a word that `expand` knows, given those before it."""
        found: dict[str, str] = {}
        seen: set[str] = set()
        for assignment in self.assignments:
            if assignment.loop or assignment.append:
                found.pop(assignment.name, None)
                seen.add(assignment.name)
            elif assignment.value is not None:
                value = expand(assignment.value, found)
                if assignment.name in seen or value is None:
                    found.pop(assignment.name, None)
                else:
                    found[assignment.name] = value
                seen.add(assignment.name)
        return found

    def context_at(self, offset: int) -> Context:
        """What the character at an offset is to the shell; code where the script does not parse."""
        if self._root is None:
            return Context.CODE
        byte = self._offsets.byte(offset)
        node = self._root.descendant_for_byte_range(byte, byte + 1)
        while node is not None:
            kind = node.type
            if kind in ("command_substitution", "process_substitution"):
                return Context.CODE
            if kind == "comment":
                return Context.COMMENT
            if kind in ("raw_string", "ansi_c_string"):
                return Context.SINGLE_QUOTED
            if kind == "string":
                return Context.DOUBLE_QUOTED
            if kind == "heredoc_body":
                return self._heredoc(node)
            node = node.parent
        return Context.CODE

    def reader_at(self, offset: int) -> Command | None:
        """The command that reads the here-document around an offset."""
        for command in self.commands:
            for redirection in command.redirections:
                document = redirection.document
                if document is not None and document.start <= offset < document.end:
                    return command
        return None

    def _heredoc(self, body: Any) -> Context:
        start = next((child for child in body.parent.children if child.type == "heredoc_start"), None)
        quoted = start is not None and start.text[:1] in (b"'", b'"', b"\\")
        return Context.HEREDOC_QUOTED if quoted else Context.HEREDOC


@lru_cache(maxsize=256)
def read_script(text: str) -> Script:
    """The script that a text is; never raises. The last few are kept, since job runs share them."""
    return Script(text)


def _parse(text: str) -> Any:
    """The root of the syntax tree, or None where the text is no script that the grammar reads."""
    if len(text) > MAXIMUM_CHARACTERS:
        return None
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return None
    root = _parser().parse(data.replace(b"\r\n", b" \n")).root_node
    if root.has_error or _too_deep(root):
        return None
    return root


def _too_deep(root: Any) -> bool:
    cursor = root.walk()
    while True:
        if cursor.depth > MAXIMUM_DEPTH:
            return True
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return False


@lru_cache(maxsize=1)
def _parser() -> Any:
    from tree_sitter import Language, Parser

    return Parser(Language(_grammar()))


def _grammar() -> Any:
    """The bash grammar. Its package imports importlib.resources, which takes longer than reading a script."""
    import sys
    from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec, PathFinder

    name = "tree_sitter_bash._binding"
    package = PathFinder.find_spec("tree_sitter_bash")
    folders = list(package.submodule_search_locations or ()) if package is not None else []
    spec = PathFinder.find_spec(name, folders)
    if spec is None or not isinstance(spec.loader, ExtensionFileLoader) or name in sys.modules:
        import tree_sitter_bash

        return tree_sitter_bash.language()
    assert EXTENSION_SUFFIXES and isinstance(spec, ModuleSpec)
    module = spec.loader.create_module(spec)
    spec.loader.exec_module(module)
    return module.language()
