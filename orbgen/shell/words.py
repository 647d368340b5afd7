"""Words of a shell script: what is literal in them and what the shell puts in."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

# Words are assembled up to this length; variables that hold each other would let a short script grow without end.
MAXIMUM_EXPANSION = 64 * 1024


class PartKind(enum.Enum):
    """What a piece of a word is to the shell."""

    LITERAL = "literal"
    VARIABLE = "variable"
    SUBSTITUTION = "substitution"


class WordPart(msgspec.Struct, frozen=True):
    """A piece of a word. `text` is unescaped literal text, or a variable's name, or a substitution as written.

    A `plain` variable is `$X` or `${X}` and nothing more.
    """

    kind: PartKind
    text: str
    start: int
    end: int
    quoted: bool = False
    plain: bool = True


class Word(msgspec.Struct, frozen=True):
    """One word, from character `start` up to `end` of the script."""

    start: int
    end: int
    parts: tuple[WordPart, ...]

    @property
    def literal(self) -> str | None:
        """The word's value where the shell puts nothing in."""
        if len(self.parts) == 1:
            part = self.parts[0]
            return part.text if part.kind is PartKind.LITERAL else None
        return self.expand({})

    def expand(self, variables: Mapping[str, str]) -> str | None:
        """The word's value where all that the shell puts in is known, and where it is not too long."""
        if len(self.parts) == 1 and self.parts[0].kind is PartKind.LITERAL:
            return self.parts[0].text
        found = []
        for part in self.parts:
            if part.kind is PartKind.LITERAL:
                found.append(part.text)
            elif part.kind is PartKind.VARIABLE and part.plain and part.text in variables:
                found.append(variables[part.text])
            else:
                return None
        return "".join(found) if sum([len(text) for text in found]) <= MAXIMUM_EXPANSION else None


class Assignment(msgspec.Struct, frozen=True):
    """`NAME=value`, alone, behind `export` and its kin, or before a command; `value` is None for a bare name.

    A `loop` is one of the words that `for NAME in ...` takes, and `append` is `NAME+=value`. An array, `NAME=(words)`,
    has its words as `elements`. `branches` are the stretches around it that may not run, the outermost first.
    """

    name: str
    value: Word | None
    start: int
    end: int
    exported: bool = False
    loop: bool = False
    append: bool = False
    elements: tuple[Word, ...] | None = None
    branches: tuple[tuple[int, int], ...] = ()


class HereDocument(msgspec.Struct, frozen=True):
    """The body of a here-document. Where the delimiter is `quoted` the shell puts nothing in."""

    start: int
    end: int
    text: str
    quoted: bool


class Redirection(msgspec.Struct, frozen=True):
    """`operator target`, as `> file`; a here-document has its body, a here-string its word as target.

    `descriptor` is the number before the operator, as the `2` of `2> file`.
    """

    operator: str
    target: Word | None = None
    document: HereDocument | None = None
    descriptor: str = ""

    @property
    def writes(self) -> bool:
        """Whether the target is a file that is written."""
        return self.target is not None and self.operator in (">", ">>", ">|", "&>", "&>>")


class EnclosureKind(enum.Enum):
    """What stands around a command."""

    PIPELINE = "pipeline"
    REDIRECTED = "redirected compound command"
    SUBSTITUTION = "substitution"
    SUBSHELL = "subshell"
    FUNCTION = "function"


class Enclosure(msgspec.Struct, frozen=True, eq=False):
    """One thing around a command, from character `start` up to `end`.

    A stage of a pipeline has the pipeline's number, its own `index` and whether it is the `last`. A compound command
    has its redirections, a function its name.
    """

    kind: EnclosureKind
    start: int
    end: int
    pipeline: int = -1
    index: int = 0
    last: bool = True
    redirections: tuple[Redirection, ...] = ()
    name: str = ""


class Command(msgspec.Struct, frozen=True):
    """One simple command: its words, the name first, and what stands around it.

    `background` is a trailing `&`. Commands with one `pipeline` number are piped into one another, in order.
    `around` is what encloses it, the outermost first, and `branches` are the stretches that may not run.
    """

    start: int
    end: int
    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...] = ()
    redirections: tuple[Redirection, ...] = ()
    background: bool = False
    pipeline: int = -1
    around: tuple[Enclosure, ...] = ()
    branches: tuple[tuple[int, int], ...] = ()
    # The command's name, without its folder, where it is literal. Everyone asks for it, so it is worked out once.
    name: str | None = None

    def __post_init__(self) -> None:
        literal = self.words[0].literal if self.words else None
        name = literal.rpartition("/")[2] if literal and "/" in literal else literal or None
        msgspec.structs.force_setattr(self, "name", name)


def written_files(command: Command) -> list[Word]:
    """The words that name the files which a command writes."""
    words = [one.target for one in command.redirections if one.writes and one.target is not None]
    if command.name == "tee":
        words += [word for word in command.words[1:] if not (word.literal or "").startswith("-")]
    return words
