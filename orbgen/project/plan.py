"""The plan, `orbgen.yml`: what a repository's jobs are to reach, and the facts that no configuration holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from orbgen.project.plan_variables import resolved
from orbgen.source.nodes import Document, Mapping
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.schemas import plain, violations
from orbgen.source.span import Span
from orbgen.teleport.versions import Version

if TYPE_CHECKING:
    from orbgen.project.planned_jobs import PlannedJob

DEFAULT_CONFIG = ".circleci/config.yml"
DEFAULT_CONTEXT = "teleport-access"
DEFAULT_NAME = "circleci"
_SCHEMA = os.path.join(os.path.dirname(__file__), "schemas", "plan.json")


class PlanError(ValueError):
    """A plan that cannot be used; `problems` say why and where."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join([str(problem) for problem in problems]))
        self.problems = problems


class Teleport(msgspec.Struct, frozen=True):
    """The cluster, and what a job joins with. `version` is None where the proxy is asked for it when a job runs.

    `role` is the role that is made for the bot, or the beginning of their names; `roles` are there already.
    """

    proxy: str
    version: Version | None
    token: str
    bot: str
    role: str
    context: str
    cluster: str
    edition: str = "oss"
    roles: tuple[str, ...] = ()
    telemetry: bool = False
    target: str = "tctl"


class Plan(msgspec.Struct, frozen=True):
    """A plan as written, with every default filled in. `contexts` gives the ids of those whose id is known.

    `config` is the path of the configuration that jobs go into. `restricted` are the kinds of restriction that are set
    already on the context that jobs join with.
    """

    organization_id: str
    project_id: str
    teleport: Teleport
    contexts: dict[str, str]
    access: tuple[PlannedJob, ...]
    orb: str | None = None
    filters: str = "expression"
    config: str = DEFAULT_CONFIG
    restricted: frozenset[str] = frozenset()

    @property
    def context_id(self) -> str:
        """The id of the context that a job joins with."""
        return self.contexts[self.teleport.context]


@lru_cache(maxsize=1)
def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a plan."""
    with open(_SCHEMA, encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema


def lint_schema() -> dict[str, Any]:
    """The JSON Schema of a plan's section `lint`, on its own."""
    schema = plan_schema()
    own = {key: schema[key] for key in ("$schema", "$defs") if key in schema}
    return {**own, "$id": "urn:orbgen:schema:lint", "title": "lint", **schema["properties"]["lint"]}


def plan_part(*place: str) -> dict[str, Any]:
    """A part of the schema, by the keys that lead to it; one that only refers to another is followed."""
    schema = plan_schema()
    part: dict[str, Any] = schema
    for key in place:
        part = part[key]
        while "$ref" in part:
            part = {**schema["$defs"][part["$ref"].rpartition("/")[2]], **part}
            del part["$ref"]
    return {"$defs": schema["$defs"], **part}


def read_data(data: bytes, name: str) -> dict[str, Any]:
    """What a plan's file holds, in the form that its schema describes. Raises PlanError.

    What comes from a variable that is not set is left out, so that it is unknown.
    """
    document = _document(data, name)
    return resolved(document, _fitting(document), plan_schema(), os.environ)[0]


def read_plan(data: bytes, name: str, environment: MappingOf[str, str] = os.environ) -> Plan:
    """The plan that a file holds, for writing what it asks for. Raises PlanError with every reason against it."""
    # The linter, which only reads a plan's data, does without these.
    from orbgen.project.plan_checks import contradictions

    document = _document(data, name)
    fitting = _fitting(document)
    missing = tuple(_missing(document, fitting))
    if missing:
        raise PlanError(missing)
    fitting, unset = resolved(document, fitting, plan_schema(), environment)
    if unset:
        raise PlanError(tuple(unset))
    plan = _plan(fitting)
    problems = list(contradictions(document, plan))
    if problems:
        raise PlanError(tuple(problems))
    return plan


def _document(data: bytes, name: str) -> Document:
    try:
        return read(data, name)
    except UnreadableError as error:
        raise PlanError((error.problem,)) from None


def _fitting(document: Document) -> dict[str, Any]:
    problems = [*document.problems, *_repeated(document), *violations(document, plan_schema())]
    if problems:
        raise PlanError(tuple(problems))
    fitting: dict[str, Any] = plain(document.root)
    return fitting


def _plan(data: dict[str, Any]) -> Plan:
    from orbgen.project.planned_jobs import planned_jobs

    given = data["teleport"]
    bot = given.get("bot", DEFAULT_NAME)
    teleport = Teleport(
        given["proxy"],
        Version.parse(given["version"]),
        given.get("token", DEFAULT_NAME),
        bot,
        given.get("role", bot),
        given.get("context", DEFAULT_CONTEXT),
        given.get("cluster", given["proxy"].rpartition(":")[0]),
        given.get("edition", "oss"),
        tuple(given.get("roles", ())),
        given.get("telemetry", False),
        given.get("target", "tctl"),
    )
    return Plan(
        data["organization-id"],
        data["project-id"],
        teleport,
        {name: facts["id"] for name, facts in data["contexts"].items() if "id" in facts},
        planned_jobs(data),
        data.get("orb") if data.get("style") == "orb" else None,
        data.get("filters", "expression"),
        data.get("config", DEFAULT_CONFIG),
        frozenset(data["contexts"].get(teleport.context, {}).get("restricted", ())),
    )


def _repeated(document: Document) -> list[Problem]:
    return [
        Problem("duplicate-key", f"the key `{first.text}` stands twice", second.span, "keep one of the two")
        for mapping in document.repeating
        for first, second in mapping.duplicates()
    ]


def _missing(document: Document, fitting: dict[str, Any]) -> Iterator[Problem]:
    """What `generate` needs and the linter does not."""
    root = document.root
    if "access" not in fitting or not isinstance(root, Mapping):
        message = "the plan has no `access`, so there is nothing to write"
        help = "add what to reach, or start with `orbgen init`"
        yield Problem("missing-key", message, Span(document.source, 0, 0), help)
        return
    for key in ("proxy", "version"):
        if key not in fitting["teleport"]:
            place = root.fields["teleport"].key.span
            yield Problem("missing-key", f"the key `{key}` is missing in `teleport`", place, f"add `{key}: ...`")
