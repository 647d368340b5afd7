"""`orbgen schema`: the JSON Schemas of what orbgen, Teleport and tbot read, and of what orbgen writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem
from orbgen.cli.streams import write

if TYPE_CHECKING:
    from orbgen.teleport.versions import Version

_OWN = ("plan", "lint", "report")
_TELEPORT = ("token", "bot", "role", "tbot")


@declare.command(name="schema")
@declare.argument("name", required=True, type=(*_OWN, *_TELEPORT), metavar=f"[{'|'.join((*_OWN, *_TELEPORT))}]")
@declare.option(
    "--teleport-version",
    metavar="VERSION",
    help="The version of Teleport that token, bot, role or tbot are for, such as 18.2.0; the newest if not given.",
)
def command(name: str, teleport_version: str | None) -> None:
    """Print a JSON Schema, with which an editor checks and completes a file.

    plan describes orbgen.yml, lint its section of that name, report what orbgen lint --format json prints. token, bot
    and role describe Teleport's resources as tctl reads them, tbot a tbot.yaml.
    """
    import json

    if teleport_version is not None and name in _OWN:
        raise UsageProblem(f"--teleport-version goes with token, bot, role and tbot, not with {name}")
    schema = _own(name) if name in _OWN else _of_teleport(name, teleport_version)
    write(json.dumps(schema, indent=2, ensure_ascii=False).splitlines())


def _own(name: str) -> dict[str, Any]:
    if name == "report":
        from orbgen.lint.reports.schema import report_schema

        return report_schema()
    from orbgen.project.plan import lint_schema, plan_schema

    return plan_schema() if name == "plan" else lint_schema()


def _of_teleport(name: str, given: str | None) -> dict[str, Any]:
    from orbgen.teleport.schemas import schema_of
    from orbgen.teleport.versions import known_versions

    return schema_of(name, known_versions().highest if given is None else _version(given))


def _version(text: str) -> Version:
    """A release, or the last one of a line such as `18` or `16.2`. Raises UsageProblem."""
    from orbgen.teleport.versions import Version, VersionRange, known_versions

    line = re.fullmatch(r"v?(\d{1,3})(?:\.(\d{1,4}))?", text)
    if line is not None:
        version = VersionRange.line(int(line[1]), int(line[2]) if line[2] else None).highest
    else:
        release = Version.parse(text)
        if release is None:
            raise UsageProblem(f"'{text}' is no version of Teleport; write one such as 18.2.0, 18.2 or 18")
        version = release
    oldest = known_versions().lowest
    if version < oldest:
        raise UsageProblem(f"Teleport {text} is too old; orbgen knows {oldest} and later versions")
    return version
