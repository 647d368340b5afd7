"""What a configuration or an orb defines: commands, jobs, executors, job groups and the orbs that it imports."""

from __future__ import annotations

import enum

import msgspec

from orbgen.source.nodes import Content, Mapping, Node, Scalar
from orbgen.source.scalars import ScalarValue
from orbgen.source.span import Source


class Kind(enum.Enum):
    """What a definition is, by its name in messages."""

    COMMAND = "command"
    JOB = "job"
    EXECUTOR = "executor"
    JOB_GROUP = "job group"


class ParameterType(enum.Enum):
    """The parameter types of circleci.md 2.2."""

    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    ENUM = "enum"
    EXECUTOR = "executor"
    STEPS = "steps"
    ENV_VAR_NAME = "env_var_name"


class Declaration(msgspec.Struct, frozen=True, eq=False):
    """One declared parameter. `values` are those of an enum; `members` and `accepted`, to look up, are them as text.

    Its values are `textual` where all are texts. All that is known once for an enum, which may be long and much used.

    A `broken` one is declared in a way that CircleCI refuses, so its type is a guess and its arguments are not checked.
    """

    name: str
    type: ParameterType
    key: Scalar
    default: Content | None
    members: tuple[str, ...] = ()
    values: tuple[ScalarValue, ...] = ()
    broken: bool = False
    accepted: frozenset[str] = frozenset()
    textual: bool = False


class Definition(msgspec.Struct, eq=False):
    """A named element and the library whose names it sees. `node` is its body, or a name that it is an alias of.

    An `uncertain` one is in error or lacks what an alias without anchor stands for; nothing is said of its uses.
    A `reached` one is used by what CircleCI looks at, or by what a condition switches off there, not by others alone.
    With `declared_dormant` its declarations were so far read only from places where CircleCI does not look.
    """

    kind: Kind
    name: str
    key: Scalar
    node: Content
    library: Library
    declarations: dict[str, Declaration] | None = None
    declared_dormant: bool = False
    used: bool = False
    reached: bool = False
    uncertain: bool = False

    @property
    def title(self) -> str:
        """The definition as messages call it, such as "command 'deploy'"."""
        return f"{self.kind.value} '{self.qualified_name}'"

    @property
    def qualified_name(self) -> str:
        """The name behind its orb's, as in `node/install`."""
        return f"{self.library.orb}/{self.name}" if self.library.orb else self.name


class Import(msgspec.Struct, eq=False):
    """One entry of `orbs`. `library` is None where the orb's source is not at hand.

    `reference` is the written `ns/name@version`, or the address of a URL orb; None for an inline orb. `resolved` is the
    exact version that was found, where that is known. An `injected` entry is filled in by somebody before CircleCI
    reads the file. A `missing` orb's source is not at hand; `needed` is one that what CircleCI looks at uses.
    """

    alias: str
    key: Node
    node: Node
    reference: str | None
    library: Library | None
    resolved: str | None = None
    injected: bool = False
    missing: bool = False
    used: bool = False
    needed: bool = False


class Library(msgspec.Struct, eq=False):
    """The names that the elements of one configuration or orb see. `orb` is the alias of an orb, empty for a config."""

    source: Source
    root: Mapping
    orb: str = ""
    commands: dict[str, Definition] = {}
    jobs: dict[str, Definition] = {}
    executors: dict[str, Definition] = {}
    groups: dict[str, Definition] = {}
    orbs: dict[str, Import] = {}

    def definitions(self, kind: Kind) -> dict[str, Definition]:
        """The definitions of one kind, by name."""
        if kind is Kind.COMMAND:
            return self.commands
        if kind is Kind.JOB:
            return self.jobs
        return self.executors if kind is Kind.EXECUTOR else self.groups

    def release(self) -> None:
        """Let go of what is defined here and refers back here, so that all of it goes when nobody looks at it any more.

        For when a configuration is done with. Without it only a search for garbage would find this.
        """
        imports = list(self.orbs.values())
        for names in (self.commands, self.jobs, self.executors, self.groups, self.orbs):
            names.clear()
        for orb in imports:
            if orb.library is not None:
                orb.library.release()
