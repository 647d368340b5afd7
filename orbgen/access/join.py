"""The record of a join: what tbot or Terraform is told, by whom, and where that is written (rules.md 2.6)."""

from __future__ import annotations

import enum
from collections.abc import Mapping as Map

import msgspec

from orbgen.access.writing import Written
from orbgen.source.nodes import Mapping
from orbgen.source.span import Span
from orbgen.teleport.tbot_command import TbotStart
from orbgen.teleport.tbot_file import TbotFile
from orbgen.teleport.versions import VersionRange, known_versions

DEFAULT_METHOD = "token"
# What the variables of a context or of the project, which no configuration shows, may say.
_IN_THE_ENVIRONMENT = frozenset(("proxy-server", "auth-server", "token", "registration-secret"))


class Program(enum.Enum):
    """What joins."""

    TBOT = "tbot"
    TERRAFORM = "terraform"


class Origin(enum.Enum):
    """What says a setting. Of several, the earlier one in this list is the one that counts."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    FILE = "file"


class Setting(msgspec.Struct, frozen=True):
    """One thing that somebody gave.

    `name` is how it is written, as `--join-method`, `TELEPORT_PROXY` or `onboarding.join_method`, and `flag` what the
    command line of tbot calls it. `value` is None where it is given, but not known.
    """

    name: str
    value: str | None
    span: Span
    origin: Origin
    flag: str = ""


class JoinService(msgspec.Struct, frozen=True):
    """One thing that a join gives to others: an output or a service of tbot.

    `type` is None where it is not known. `settings` go by the names of flags: `destination`, `listen`,
    `certificate-ttl`; a destination in memory is `memory://` there. `folder` is the one on disk that it writes to, in
    its normal form; None where it writes to none, or to one that is not known. `entry` is its part of a tbot.yaml.
    """

    type: str | None
    span: Span
    settings: Map[str, Setting]
    entry: Mapping | None = None
    folder: str | None = None

    def value(self, name: str) -> str | None:
        """The value of a setting; None where it is absent or unknown."""
        setting = self.settings.get(name)
        return setting.value if setting is not None else None


class Join(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One place where a job run, or a tbot.yaml on its own, obtains Teleport credentials.

    `settings` go by tbot's long flag names, whatever said them, and hold only what somebody gave: a flag counts before
    the environment, and that before the file. `given` has also what lost. Where a join is `unread`, tbot reads a file
    or words that are not known here, so that what is absent may be there all the same. `step` counts the run's steps,
    and is -1 for a file on its own; `span` is the command word, or where the file begins to say how it joins.
    `version` is where the version is stated, if it is, and `versions` those that may run. `storage_folder` is where
    tbot keeps its own identity on disk, in its normal form, where that is known. `written` are the files that it
    leaves, and `missing_file` names a tbot.yaml that is surely not there. A `limited` join is ended by `timeout`.
    """

    program: Program
    step: int
    span: Span
    settings: Map[str, Setting]
    versions: VersionRange = msgspec.field(default_factory=known_versions)
    given: tuple[Setting, ...] = ()
    unread: bool = False
    services: tuple[JoinService, ...] = ()
    background: bool = False
    limited: bool = False
    version: Setting | None = None
    command: TbotStart | None = None
    file: TbotFile | None = None
    missing_file: Setting | None = None
    storage_folder: str | None = None
    written: tuple[Written, ...] = ()

    @property
    def method(self) -> str | None:
        """The join method: tbot's default where surely nobody gives one, None where it is not known."""
        if self.lacks("join-method"):
            return DEFAULT_METHOD
        return self.value("join-method")

    @property
    def token(self) -> str | None:
        """The name of the token, or the token itself; None where there is none, or it is not known."""
        return self.value("token")

    @property
    def oneshot(self) -> bool | None:
        """Whether tbot ends when it has written everything; None where that is not known."""
        if self.program is Program.TERRAFORM:
            return True
        if self.lacks("oneshot"):
            return False
        value = self.value("oneshot")
        return None if value is None else value == "true"

    def value(self, name: str) -> str | None:
        """The value of a setting; None where it is absent or unknown."""
        setting = self.settings.get(name)
        return setting.value if setting is not None else None

    def lacks(self, name: str) -> bool:
        """Whether surely nobody gives a setting. A context may hold those that tbot reads from its environment."""
        return name not in self.settings and not self.unread and name not in _IN_THE_ENVIRONMENT


def settle(given: list[Setting]) -> dict[str, Setting]:
    """What counts of what was given, by the names of flags; an empty value is as good as none."""
    order = list(Origin)
    found: dict[str, Setting] = {}
    for setting in sorted(given, key=lambda one: order.index(one.origin)):
        if setting.value != "":
            found.setdefault(setting.flag, setting)
    return found
