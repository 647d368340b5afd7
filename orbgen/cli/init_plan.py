"""The answers of `orbgen init` as a plan: put in their places, and checked as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orbgen.cli.exits import UsageProblem
from orbgen.cli.init_questions import JOB, SYSTEMS, Question

if TYPE_CHECKING:
    from orbgen.project.plan import Plan
    from orbgen.project.survey import Survey

_DEFAULT_WORKFLOW = "teleport"
_DEFAULT_EDITION = "oss"
# What a plan may say before anything is to be reached.
_SETTINGS = frozenset(("lint", "orbs", "tokens", "managed-elsewhere", "contexts-complete"))
# In the order in which the plan has them.
_OF_TELEPORT = ("proxy", "cluster", "version", "edition", "token", "bot", "role", "roles", "context", "ttl", "target")


def plan_of(answers: dict[str, Any], found: Survey, context_id: str, restricted: tuple[str, ...]) -> dict[str, Any]:
    """The plan in the form that its schema describes, but with one entry as `access`.

    `restricted` are the kinds of restriction that the context is known to have.
    """
    facts: dict[str, Any] = {"id": context_id}
    if restricted:
        facts["restricted"] = list(restricted)
    return {
        "organization-id": answers["organization_id"],
        "project-id": answers["project_id"],
        "default-branch": found.git.default_branch or None,
        "teleport": _teleport(answers),
        "contexts": {answers["context"]: facts},
        "workflow": answers.get("workflow", _DEFAULT_WORKFLOW),
        "style": answers.get("style", "inline"),
        "orb": answers.get("orb"),
        "access": _access(answers),
    }


def checked(text: str, path: str) -> Plan:
    """The plan that a text is. Raises UsageProblem with the first reason against it."""
    from orbgen.project.plan import PlanError, read_plan

    try:
        return read_plan(text.encode(), path)
    except PlanError as error:
        problem = error.problems[0]
        raise UsageProblem(f"{problem.message}; {problem.help}" if problem.help else problem.message) from None


def _teleport(answers: dict[str, Any]) -> dict[str, Any]:
    given = {q.key[1]: answers[q.name] for q in (*SYSTEMS, *JOB) if q.key[0] == "teleport" and q.name in answers}
    if given.get("cluster") == given["proxy"].rpartition(":")[0]:
        del given["cluster"]
    if given.get("edition") == _DEFAULT_EDITION:
        del given["edition"]
    given.setdefault("token", given["bot"])
    given.setdefault("role", given["bot"])
    return {key: given[key] for key in _OF_TELEPORT if key in given}


def _access(answers: dict[str, Any]) -> dict[str, Any]:
    kind = answers["kind"]
    entry: dict[str, Any] = {"name": answers["name"], "kind": kind}
    for question in JOB:
        if question.kinds and question.is_for(kind) and question.name in answers and question.name != "name":
            entry.update(_field(question, answers[question.name]))
    return entry


def _field(question: Question, answer: Any) -> dict[str, Any]:
    (key,) = question.key
    if key == "hosts" and len(answer) == 1:
        return {"host": answer[0]}
    return {key: answer}


def settings_alone(path: str) -> str | None:
    """The text of a plan that says nothing of what to reach, so that all of that can be written above it; else None."""
    from orbgen.project.plan import PlanError, read_data
    from orbgen.source.files import read_bytes
    from orbgen.source.nodes import Mapping
    from orbgen.source.problems import UnreadableError
    from orbgen.source.reader import read

    try:
        data = read_bytes(path)
        document = read(data, path)
        said = read_data(data, path)
    except (PlanError, UnreadableError):
        return None
    text = document.source.text
    if type(document.root) is not Mapping or document.root.flow or not said.keys() <= _SETTINGS:
        return None
    apart = any([field.key.span.column != 1 for field in document.root.fields.values()])
    return None if apart or any([line.startswith(("---", "...", "%")) for line in text.splitlines()]) else text
