"""The plan, `orbgen.yml`: what a repository's jobs are to reach, and the facts that no configuration holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from orbgen.source.nodes import Document, Mapping
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.schemas import plain, violations
from orbgen.source.span import Span
from orbgen.teleport.versions import Version

DEFAULT_CONTEXT = "teleport-access"
DEFAULT_NAME = "circleci"
DEFAULT_WORKFLOW = "teleport"
_SCHEMA = os.path.join(os.path.dirname(__file__), "schemas", "plan.json")


class PlanError(ValueError):
    """A plan that cannot be used; `problems` say why and where."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join([str(problem) for problem in problems]))
        self.problems = problems


class Teleport(msgspec.Struct, frozen=True):
    """The cluster, and what a job joins with."""

    proxy: str
    version: Version
    token: str
    bot: str
    role: str
    context: str


class SshAccess(msgspec.Struct, frozen=True):
    """One command on one server; `labels` are those that the server has in Teleport."""

    name: str
    host: str
    login: str
    labels: dict[str, str]
    command: str
    branches: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    """A plan as written, with every default filled in. `contexts` gives the ids of those whose id is known."""

    organization_id: str
    project_id: str
    teleport: Teleport
    contexts: dict[str, str]
    access: tuple[SshAccess, ...]
    workflow: str
    orb: str | None

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


def read_data(data: bytes, name: str) -> dict[str, Any]:
    """What a plan's file holds, in the form that its schema describes. Raises PlanError."""
    return _fitting(_document(data, name))


def read_plan(data: bytes, name: str) -> Plan:
    """The plan that a file holds, for writing what it asks for. Raises PlanError with every reason against it."""
    document = _document(data, name)
    fitting = _fitting(document)
    missing = tuple(_missing(document, fitting))
    if missing:
        raise PlanError(missing)
    plan = _plan(fitting)
    problems = list(_contradictions(document, plan))
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
    teleport = data["teleport"]
    bot = teleport.get("bot", DEFAULT_NAME)
    return Plan(
        data["organization-id"],
        data["project-id"],
        Teleport(
            teleport["proxy"],
            _version(teleport["version"]),
            teleport.get("token", DEFAULT_NAME),
            bot,
            teleport.get("role", bot),
            teleport.get("context", DEFAULT_CONTEXT),
        ),
        {name: facts["id"] for name, facts in data["contexts"].items() if "id" in facts},
        tuple([_access(entry) for entry in data["access"]]),
        data.get("workflow", DEFAULT_WORKFLOW),
        data.get("orb") if data.get("style") == "orb" else None,
    )


def _version(text: str) -> Version:
    version = Version.parse(text)
    assert version is not None  # The schema has seen to it.
    return version


def _access(entry: dict[str, Any]) -> SshAccess:
    return SshAccess(
        entry["name"], entry["host"], entry["login"], entry["labels"], entry["command"], tuple(entry["branches"])
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


def _contradictions(document: Document, plan: Plan) -> list[Problem]:
    """What no schema can say: references between the parts of a plan."""
    root = document.root
    assert isinstance(root, Mapping)
    found = []
    if plan.teleport.context not in plan.contexts:
        place = root.fields["contexts"].key.span
        message = f"`contexts` gives no id for `{plan.teleport.context}`, the context that jobs join with"
        help = f"add `{plan.teleport.context}: {{id: ...}}`; the id stands in the address of the context's page"
        found.append(Problem("missing-key", message, place, help))
    style = root.fields.get("style")
    if style is not None and plan.orb is None and plain(style.value) == "orb":
        message = "style `orb` needs the orb's reference"
        found.append(Problem("missing-key", message, style.key.span, "add `orb: namespace/name@1.0.0`"))
    names = [entry.name for entry in plan.access]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"two entries of `access` have the name `{name}`"
            found.append(Problem("value", message, root.fields["access"].key.span, "give each job a name of its own"))
    return found
