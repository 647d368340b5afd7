"""What an interpreter runs unseen: text that a script downloads or decodes, and the commands that read it as code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from orbgen.lint.analyses.injection.reparsers import SHELLS, Reparsing, code_words, reads_input_as_code
from orbgen.lint.analyses.supply_chain.fed_signs import may_feed
from orbgen.lint.analyses.supply_chain.powershell import fed_expressions
from orbgen.shell.script import Script, read_script
from orbgen.shell.words import Command, EnclosureKind, PartKind, Word
from orbgen.shell.wrappers import unwrap
from orbgen.source.lazy_patterns import lazy_pattern

INTERPRETERS = frozenset(("python", "python2", "python3", "perl", "ruby", "node", "php", "pwsh", "powershell"))
_UNARGUED = frozenset(("-", "-u", "-s", "-B", "-E", "-I", "-q"))
_DOWNLOADING = ("curl", "wget", "fetch")
_CHECKING = frozenset(("sha256sum", "sha512sum", "sha1sum", "shasum", "gpg", "gpgv", "cosign", "minisign"))
_ADDRESS = lazy_pattern(r"[a-z]+://(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)")
_REVISION = lazy_pattern(r"://.*/[0-9a-f]{40}/")
_LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")
_MAXIMUM_NESTING = 3


class Fed(msgspec.Struct, frozen=True, eq=False):
    """One place where an interpreter is fed, from character `start` to `end`: with what, by which host, to whom."""

    kind: str
    start: int
    end: int
    interpreter: str
    host: str | None = None


@lru_cache(maxsize=256)
def fed_code(script: Script) -> tuple[Fed, ...]:
    """Each place of a script where it feeds an interpreter with what it downloads, or decodes from literal text."""
    return tuple(_fed_code(script, 0))


def _fed_code(script: Script, depth: int) -> Iterator[Fed]:
    if not may_feed(script.text):
        return
    reader = _Reader(script)
    for command in script.commands:
        found = reader.fed(command)
        if found is not None:
            yield found
        elif depth < _MAXIMUM_NESTING:
            yield from _nested(command, depth)


def fed_by_powershell(text: str) -> Iterator[Fed]:
    """The same of a PowerShell script."""
    for start, end, host in fed_expressions(text):
        yield Fed("remote", start, end, "Invoke-Expression", host)


def _nested(command: Command, depth: int) -> Iterator[Fed]:
    """What the literal script behind a `sh -c` feeds."""
    for word, reparsing in code_words(command):
        text = word.literal
        if text is not None and (command.name or "").startswith(("pwsh", "powershell")):
            for fed in fed_by_powershell(text):
                yield Fed(fed.kind, word.start, word.end, fed.interpreter, fed.host)
        elif text is not None and reparsing in (Reparsing.SHELL, Reparsing.REMOTE) and " " in text:
            for inner in _fed_code(read_script(text), depth + 1):
                yield Fed(inner.kind, word.start, word.end, inner.interpreter, inner.host)


class _Reader:
    """Looks at the commands of one script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.variables = script.literals
        self.checked = any([command.name in _CHECKING for command in script.commands])
        self.pipelines: dict[int, list[Command]] = {}
        for command in script.commands:
            if command.pipeline >= 0:
                self.pipelines.setdefault(command.pipeline, []).append(command)

    def fed(self, command: Command) -> Fed | None:
        """How a command is fed, if it is an interpreter that is."""
        found = unwrap(command, {})
        if found is None:
            return None
        if _reads_input(command):
            before = self._before(command)
            kind, source = self._source(before)
            if kind:
                first = min([one.start for one in before])
                return Fed(kind, first, command.end, found.name, source)
            words = [one.target for one in command.redirections if one.target is not None]
            words = words if any([one.operator in ("<", "<<<") for one in command.redirections]) else []
        else:
            words = list(_code(command, found.name, found.arguments))
        for word in words:
            kind, source = self._inside(word)
            if kind:
                return Fed(kind, command.start, command.end, found.name, source)
        return None

    def _before(self, command: Command) -> list[Command]:
        """The commands of the earlier stages of a pipeline."""
        stage = _stage(command)
        return [one for one in self.pipelines.get(command.pipeline, ()) if _stage(one) < stage]

    def _source(self, commands: list[Command]) -> tuple[str, str | None]:
        """What a chain of commands gives: `remote` and the host, `decoded`, or nothing of interest."""
        for command in commands:
            if _downloads(command):
                return "remote", self._host(command)
            if command.name in ("echo", "printf", "cat"):
                for word in (*command.words[1:], *_here(command)):
                    kind, source = self._inside(word)
                    if kind:
                        return kind, source
        if any([_decodes(command) and _is_literal(commands[: index + 1]) for index, command in enumerate(commands)]):
            return "decoded", None
        return "", None

    def _inside(self, word: Word) -> tuple[str, str | None]:
        """What the substitutions and variables of a word give."""
        for part in word.parts:
            if part.kind is PartKind.SUBSTITUTION:
                kind, source = self._source(self._within(part.start, part.end))
                if kind:
                    return kind, source
            elif part.kind is PartKind.VARIABLE and not self.checked:
                for assignment in self.script.assignments:
                    value = assignment.value
                    if assignment.name == part.text and value is not None and value.end <= word.start:
                        for piece in value.parts:
                            if piece.kind is PartKind.SUBSTITUTION:
                                kind, source = self._source(self._within(piece.start, piece.end))
                                if kind:
                                    return kind, source
        return "", None

    def _within(self, start: int, end: int) -> list[Command]:
        return [one for one in self.script.commands if start <= one.start and one.end <= end]

    def _host(self, command: Command) -> str | None:
        """The host of the address that a command reads; None where it is not known."""
        for word in command.words[1:]:
            text = word.expand(self.variables)
            if text is None and word.parts and word.parts[0].kind is PartKind.LITERAL:
                text = word.parts[0].text
            match = _ADDRESS.match(text or "")
            if match and (word.expand(self.variables) is not None or match.end() < len(text or "")):
                return match[1].lower()
            if text is not None and text.partition(":")[0].partition("/")[0] in _LOCAL:
                return "localhost"
        return None


def is_local(host: str | None) -> bool:
    """Whether a host is the job's own machine."""
    return host in _LOCAL


def _reads_input(command: Command) -> bool:
    found = unwrap(command, {})
    if found is None:
        return False
    words = [word.literal for word in found.arguments]
    if found.name in SHELLS:
        plain = [word for word in words if word is None or not word.startswith("-")]
        return reads_input_as_code(command) is not None or plain[:1] == ["/dev/stdin"]
    if found.name in ("source", "."):
        return words[:1] == ["/dev/stdin"]
    if found.name in ("pwsh", "powershell"):
        return not words or words[-1] == "-"
    if found.name not in INTERPRETERS:
        return False
    rest = [word for word in words if word not in _UNARGUED or word == "-"]
    return not rest or rest[0] == "-"


def _code(command: Command, name: str, arguments: tuple[Word, ...]) -> Iterator[Word]:
    """The words of a command that an interpreter runs: its code, or the substituted file that is its script."""
    for word, reparsing in code_words(command):
        if reparsing is Reparsing.SHELL or (reparsing is Reparsing.INTERPRETER and name in INTERPRETERS):
            yield word
    if name in SHELLS or name in INTERPRETERS or name in ("source", "."):
        for word in arguments:
            first = word.parts[0].text if word.parts else ""
            if not first.startswith("-"):
                if first.startswith("<("):
                    yield word
                return


def _stage(command: Command) -> int:
    for enclosure in reversed(command.around):
        if enclosure.kind is EnclosureKind.PIPELINE and enclosure.pipeline == command.pipeline:
            return enclosure.index
    return 0


def _downloads(command: Command) -> bool:
    """Whether a command writes what it downloads to its output."""
    found = unwrap(command, {})
    if found is None or found.name not in _DOWNLOADING:
        return False
    if any([one.writes and one.descriptor != "2" for one in command.redirections]):
        return False
    words = [word.literal or "" for word in found.arguments]
    if any([_REVISION.search(word) for word in words]):
        return False  # What stands at a revision stays as it was seen.
    if found.name == "curl":
        for index, word in enumerate(words):
            if re.fullmatch(r"-[a-zA-Z#]*O|--remote-name", word):
                return False
            if re.fullmatch(r"-[a-zA-Z#]*o|--output", word):
                return words[index + 1 : index + 2] in (["-"], ["/dev/stdout"])
        return True
    if found.name == "wget":
        return any([re.match(r"-[a-zA-Z]*O|--output-document", word) for word in words])
    return True


def _decodes(command: Command) -> bool:
    words = {word.literal for word in command.words[1:]}
    name = command.name
    if name == "base64":
        return bool(words & {"-d", "-D", "--decode", "-di"})
    if name == "xxd":
        return any([word is not None and word.startswith("-") and "r" in word for word in words])
    if name == "openssl":
        return bool(words & {"enc", "base64"}) and "-d" in words
    return name in ("gunzip", "zcat") or (name == "gzip" and bool(words & {"-d", "-dc", "-cd", "--decompress"}))


def _is_literal(commands: list[Command]) -> bool:
    """Whether the first of some commands gives literal text, to the others."""
    first = commands[0]
    if first.name in ("echo", "printf"):
        return all([word.literal is not None for word in first.words[1:]])
    documents = [one.document for one in first.redirections if one.document is not None]
    if documents:
        return "$" not in documents[0].text or documents[0].quoted
    here = _here(first)
    return bool(here) and all([word.literal is not None for word in here])


def _here(command: Command) -> list[Word]:
    return [one.target for one in command.redirections if one.operator == "<<<" and one.target is not None]
