"""The commands that jobs are made of: the orb's, imported or written out, and those that no orb has.

There is one text of each: with style `orb` the orb's are used by its alias; with style `inline` they stand in the
configuration itself, under `teleport-NAME`.
"""

from __future__ import annotations

import re

from orbgen.generate.orb_settings import OrbSettings
from orbgen.generate.templates import Templates, Verbatim, config_scalar, escaped
from orbgen.project.plan import Plan

PREFIX = "teleport-"
# Commands that the orb does not have; with either style they stand in the configuration.
_OWN = ("ansible", "openssh", "rsync", "scp", "script")
_INCLUDE = re.compile(r"^( *)command: <<include\(scripts/(\S+)\)>>$", re.MULTILINE)


class Commands:
    """The names of a plan's commands as its jobs ask for them, and the text of those to write out.

    `alias` is the orb's, None where the commands are written out.
    """

    def __init__(self, plan: Plan, templates: Templates, alias: str | None) -> None:
        self.plan = plan
        self.templates = templates
        self.alias = alias
        self._written: dict[str, str] = {}

    def name(self, command: str) -> Verbatim:
        """The name by which a job calls a command, which is remembered for writing it out."""
        if self.alias is not None and command not in _OWN:
            return Verbatim(f"{config_scalar(self.alias)}/{command}")
        name = PREFIX + command.replace("_", "-")
        if name not in self._written:
            self._written[name] = self._text(command)
        return Verbatim(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the commands to write out, in order."""
        return tuple(sorted(self._written))

    @property
    def text(self) -> str:
        """The commands to write out."""
        return "".join([f"{name}:\n{_indented(self._written[name])}" for name in self.names])

    def _text(self, command: str) -> str:
        folder = "config" if command in _OWN else "orb/src"
        teleport = self.plan.teleport
        orb = OrbSettings(context=teleport.context, teleport_version=str(teleport.version or "auto"))
        text = self.templates.render(f"{folder}/commands/{command}.yml.j2", {"orb": orb}, write=config_scalar)
        return _INCLUDE.sub(lambda match: f"{match[1]}command: |\n{self._script(match[2], len(match[1]) + 2)}", text)

    def _script(self, name: str, indent: int) -> str:
        folder = "config" if name.removesuffix(".sh") in _OWN and name != "ansible.sh" else "orb/src"
        text = escaped(self.templates.source(f"{folder}/scripts/{name}")).rstrip("\n")
        return "\n".join([" " * indent + line if line else "" for line in text.split("\n")])


def _indented(text: str) -> str:
    return "".join([f"  {line}\n" if line else "\n" for line in text.removesuffix("\n").split("\n")])
