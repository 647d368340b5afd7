"""Re-parsers: commands that read their arguments once more as code, however these are quoted (rules.md 2.3)."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from orbgen.shell.words import Command, PartKind, Word
from orbgen.shell.wrappers import unwrap

SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash"))
_PROGRAMS = {
    "python": "-c", "python2": "-c", "python3": "-c", "perl": "-e", "ruby": "-e", "node": "-e", "php": "-r",
    "pwsh": "-Command", "powershell": "-Command", "psql": "-c", "mysql": "-e", "mariadb": "-e",
}  # fmt: skip
_INTERPRETERS = frozenset(("python", "python2", "python3", "perl", "ruby", "node", "php"))
_RUNNERS = frozenset(("docker", "podman", "kubectl", "oc", "nsenter", "nerdctl"))
_SSH_VALUED = frozenset((
    "-b", "-c", "-D", "-E", "-e", "-F", "-I", "-i", "-J", "-L", "-l", "-m", "-O", "-o", "-p", "-Q", "-R", "-S", "-W",
    "-w",
))  # fmt: skip
_TSH_VALUED = frozenset((
    "-i", "--identity", "--proxy", "-l", "--login", "--user", "-p", "--port", "--cluster", "--ttl",
))  # fmt: skip


class Reparsing(enum.Enum):
    """Who reads the text again: a shell here or elsewhere, an interpreter, or the reader of an expression."""

    SHELL = "shell"
    REMOTE = "remote"
    INTERPRETER = "interpreter"
    EXPRESSION = "expression"


def code_words(command: Command) -> Iterator[tuple[Word, Reparsing]]:
    """The words of a command that are read as code."""
    found = unwrap(command, {})
    if found is None:
        return
    name, words = found.name, found.arguments
    if name in ("eval", "parallel", "watch", "at", "batch"):
        yield from [(word, Reparsing.SHELL) for word in words]
    elif name in SHELLS or name == "su":
        yield from [(word, Reparsing.SHELL) for word in _behind_c(words)]
    elif name in ("source", "."):
        yield from [(word, Reparsing.SHELL) for word in words[:1] if _is_process(word)]
    elif name == "trap":
        yield from [(word, Reparsing.SHELL) for word in words[:1]]
    elif name in ("ssh", "tsh", "gcloud", "aws"):
        yield from [(word, Reparsing.REMOTE) for word in _remote(name, words)]
    elif name in _RUNNERS:
        yield from [(word, Reparsing.REMOTE) for word in _nested_shell(words)]
    elif name == "xargs":
        yield from [(word, Reparsing.SHELL) for word in _nested_shell(words)]
    else:
        yield from _programs(name, words)


def reads_input_as_code(command: Command) -> Reparsing | None:
    """Who reads a command's input as code: a shell or an interpreter that is given no script."""
    found = unwrap(command, {})
    if found is None or (found.name not in SHELLS and found.name not in _INTERPRETERS):
        return None
    words = [word.literal for word in found.arguments]
    plain = [word for word in words if word is None or not word.startswith("-") or word == "-"]
    script = plain and plain[0] != "-" and "-s" not in words
    if script or any([word is not None and word.startswith("-") and "c" in word[1:3] for word in words]):
        return None
    return Reparsing.SHELL if found.name in SHELLS else Reparsing.INTERPRETER


def _behind_c(words: tuple[Word, ...]) -> Iterator[Word]:
    """The string behind `-c`; what follows it are its arguments, which are not read again."""
    for index, word in enumerate(words[:-1]):
        text = word.literal
        if text is None or not text.startswith("-"):
            return
        if text in ("-o", "+o", "-O"):
            continue
        if not text.startswith("--") and "c" in text:
            yield words[index + 1]
            return


def _nested_shell(words: tuple[Word, ...]) -> Iterator[Word]:
    """The string of a `sh -c` among the arguments."""
    for index, word in enumerate(words):
        text = word.literal
        if text is not None and text.rpartition("/")[2] in SHELLS:
            yield from _behind_c(words[index + 1 :])
            return


def _remote(name: str, words: tuple[Word, ...]) -> Iterator[Word]:
    if name in ("gcloud", "aws"):
        flag = "--command" if name == "gcloud" else "--parameters"
        for index, word in enumerate(words):
            first = word.parts[0].text if word.parts else ""
            if first.startswith(f"{flag}="):
                yield word
            elif first == flag and index + 1 < len(words):
                yield words[index + 1]
        return
    rest = _behind_options(words, _SSH_VALUED if name == "ssh" else _TSH_VALUED)
    if name == "tsh":
        if not rest or rest[0].literal != "ssh":
            return
        rest = _behind_options(rest[1:], _TSH_VALUED)
    yield from _behind_options(rest[1:], frozenset())


def _behind_options(words: tuple[Word, ...], valued: frozenset[str]) -> tuple[Word, ...]:
    index = 0
    while index < len(words):
        first = words[index].parts[0].text if words[index].parts else ""
        if not first.startswith("-") or len(first) < 2:
            break
        index += 2 if words[index].literal in valued else 1
    return words[index:]


def _programs(name: str, words: tuple[Word, ...]) -> Iterator[tuple[Word, Reparsing]]:
    flag = _PROGRAMS.get(name)
    if flag is not None:
        yield from [(word, Reparsing.INTERPRETER) for word in _values_of(words, (flag,))]
    elif name in ("awk", "gawk", "mawk"):
        yield from [(word, Reparsing.INTERPRETER) for word in _first_plain(words, ("-F", "-v", "-f"))]
    elif name == "sqlite3":
        yield from [(word, Reparsing.INTERPRETER) for word in _plain(words)[1:2]]
    elif name == "ansible":
        yield from [(word, Reparsing.INTERPRETER) for word in _values_of(words, ("-a", "-e", "--args", "--extra-vars"))]
    elif name in ("sed", "gsed"):
        given = list(_values_of(words, ("-e", "--expression")))
        yield from [(word, Reparsing.EXPRESSION) for word in given or _first_plain(words, ("-i", "-f"))[:1]]
    elif name == "jq":
        yield from [(word, Reparsing.EXPRESSION) for word in _jq_program(words)]
    elif name in ("let", "declare", "typeset"):
        yield from [
            (word, Reparsing.EXPRESSION) for word in words if word.parts and word.parts[0].kind is PartKind.VARIABLE
        ]
    elif name == "make":
        yield from [(word, Reparsing.EXPRESSION) for word in words if "=" in (word.parts[0].text if word.parts else "")]


def _jq_program(words: tuple[Word, ...]) -> tuple[Word, ...]:
    index = 0
    while index < len(words):
        text = words[index].literal or (words[index].parts[0].text if words[index].parts else "")
        if text in ("--arg", "--argjson", "--slurpfile", "--rawfile"):
            index += 3
        elif text in ("--indent", "-L", "-f", "--from-file"):
            index += 2
        elif text.startswith("-"):
            index += 1
        else:
            return words[index : index + 1]
    return ()


def _values_of(words: tuple[Word, ...], flags: tuple[str, ...]) -> Iterator[Word]:
    """The values of options, given as a word of their own or behind `=`."""
    for index, word in enumerate(words):
        first = word.parts[0].text if word.parts else ""
        if word.literal in flags and index + 1 < len(words):
            yield words[index + 1]
        elif any([first.startswith(f"{flag}=") for flag in flags if flag.startswith("--")]):
            yield word


def _plain(words: tuple[Word, ...]) -> list[Word]:
    return [word for word in words if not (word.parts and word.parts[0].text.startswith("-"))]


def _first_plain(words: tuple[Word, ...], valued: tuple[str, ...]) -> list[Word]:
    index = 0
    while index < len(words):
        first = words[index].parts[0].text if words[index].parts else ""
        if not first.startswith("-") or len(first) < 2:
            return [words[index]]
        index += 2 if words[index].literal in valued and first != "-i" else 1
    return []


def _is_process(word: Word) -> bool:
    return bool(word.parts) and word.parts[0].kind is PartKind.SUBSTITUTION and word.parts[0].text.startswith("<(")
