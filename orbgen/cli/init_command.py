"""`orbgen init`: writes the plan, from flags and from answers on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, UsageProblem
from orbgen.cli.streams import write


class _Question(msgspec.Struct, frozen=True):
    """One thing to know: the flag that gives it, what it is in the plan, and what to suggest."""

    flag: str
    ask: str
    place: tuple[str, ...]
    suggested: str | None = None

    @property
    def name(self) -> str:
        return self.flag.removeprefix("--").replace("-", "_")


_TELEPORT = ("properties", "teleport", "properties")
_ACCESS = ("$defs", "ssh", "properties")
_QUESTIONS = (
    _Question("--proxy", "Teleport proxy (host:port)", (*_TELEPORT, "proxy")),
    _Question("--teleport-version", "Version of the Teleport cluster", (*_TELEPORT, "version")),
    _Question("--organization-id", "CircleCI organization id", ("properties", "organization-id")),
    _Question("--project-id", "CircleCI project id", ("properties", "project-id")),
    _Question("--context", "CircleCI context for jobs that join", (*_TELEPORT, "context"), "teleport-access"),
    _Question(
        "--context-id",
        "Id of that context",
        ("properties", "contexts", "additionalProperties", "properties", "id"),
    ),
    _Question("--token", "Name of the join token", (*_TELEPORT, "token"), "circleci"),
    _Question("--bot", "Name of the bot", (*_TELEPORT, "bot"), "circleci"),
    _Question("--role", "Name of the bot's role", (*_TELEPORT, "role"), "the bot's name"),
    _Question("--host", "Server to reach", (*_ACCESS, "host")),
    _Question("--login", "User on the server", (*_ACCESS, "login")),
    _Question("--command", "Command to run there", (*_ACCESS, "command")),
    _Question("--name", "Name of the job", (*_ACCESS, "name"), "teleport-ssh"),
    _Question("--workflow", "Workflow for the job", ("properties", "workflow"), "teleport"),
)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A flag for every question."""
    for question in reversed(_QUESTIONS):
        suggested = f"; {question.suggested} if not given" if question.suggested else ""
        command = declare.option(question.flag, question.name, help=f"{question.ask}{suggested}.")(command)
    return command


@declare.command(name="init")
@_options
@declare.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="A label of the server in Teleport.")
@declare.option("--branch", "branches", multiple=True, help="A branch that the job runs on.")
@declare.option("--style", type=("inline", "orb"), default="inline", show_default=True,
              help="Jobs with all their steps in them, or jobs of the Teleport orb.")  # fmt: skip
@declare.option("--orb", metavar="NAMESPACE/NAME@VERSION", help="The orb that style orb uses.")
@declare.option("--yes", "-y", is_flag=True, help="Take what is suggested without asking.")
@declare.option("--force", is_flag=True, help="Overwrite an orbgen.yml that is there.")
def command(
    labels: tuple[str, ...],
    branches: tuple[str, ...],
    style: str,
    orb: str | None,
    yes: bool,
    force: bool,
    **given: str | None,
) -> int:
    """Write orbgen.yml, the plan of what CircleCI jobs of this repository reach through Teleport.

    What no flag gives is asked for on a terminal. Each answer is checked before the file is written.

    Exit codes: 0 written, 2 wrong usage or an answer that cannot be right.
    """
    from orbgen.generate.templates import render
    from orbgen.project.atomic import write_atomically
    from orbgen.project.git import default_branch
    from orbgen.project.plan import PlanError, read_plan
    from orbgen.project.settings import PLAN_NAME

    if os.path.exists(PLAN_NAME) and not force:
        raise UsageProblem(f"{PLAN_NAME} is there already; edit it, or overwrite it with --force")
    asking = _Asking(yes=yes)
    values: dict[str, Any] = {}
    for question in _QUESTIONS:
        # A role is the bot's own, so it is called as the bot is.
        suggested = values["bot"] if question.name == "role" else question.suggested
        asked = msgspec.structs.replace(question, suggested=suggested)
        values[question.name] = asking.answer(asked, given[question.name])
    values["version"] = values.pop("teleport_version")
    values["labels"] = asking.labels(labels)
    values["branches"] = asking.branches(branches, default_branch(os.curdir))
    values["style"] = "orb" if orb is not None else style
    values["orb"] = asking.answer(_ORB, orb) if values["style"] == "orb" else None
    text = render("plan/orbgen.yml.j2", values)
    try:
        read_plan(text.encode(), PLAN_NAME)
    except PlanError as error:
        raise UsageProblem(error.problems[0].message) from None
    write_atomically(PLAN_NAME, text.encode())
    write([f"wrote {PLAN_NAME}", "next: orbgen generate"])
    return CLEAN


_ORB = _Question("--orb", "Orb to use (namespace/name@1.0.0)", ("properties", "orb"))
_LABEL = _Question("--label", "Label of the server (name=value)", (*_ACCESS, "labels", "additionalProperties"))
_BRANCH = _Question("--branch", "Branch that the job runs on", (*_ACCESS, "branches", "items"))


class _Asking:
    """Answers from flags, else from a terminal, else what is suggested; each checked against the plan's schema."""

    def __init__(self, *, yes: bool) -> None:
        self.yes = yes
        self.terminal = sys.stdin.isatty() and sys.stderr.isatty()

    def answer(self, question: _Question, given: str | None) -> str:
        if given is not None:
            return self._checked(question, given)
        if question.suggested is not None and (self.yes or not self.terminal):
            return question.suggested
        if not self.terminal:
            raise UsageProblem(f"{question.flag} is needed, since there is no terminal to ask on: {question.ask}")
        return str(self._prompt(question, lambda text: _wrong(question.place, text)))

    def labels(self, given: tuple[str, ...]) -> dict[str, str]:
        if not given and self.terminal:
            given = (self._prompt(_LABEL, _wrong_label),)
        if not given:
            raise UsageProblem("--label is needed, since there is no terminal to ask on: a label of the server")
        for text in given:
            wrong = _wrong_label(text)
            if wrong is not None:
                raise UsageProblem(f"--label {text}: {wrong}")
        return {name: value for name, _, value in [text.partition("=") for text in given]}

    def branches(self, given: tuple[str, ...], suggested: str) -> list[str]:
        if not given:
            question = msgspec.structs.replace(_BRANCH, suggested=suggested)
            return [self.answer(question, None)]
        return [self._checked(_BRANCH, text) for text in given]

    def _checked(self, question: _Question, text: str) -> str:
        wrong = _wrong(question.place, text)
        if wrong is not None:
            raise UsageProblem(f"{question.flag} {text}: {wrong}")
        return text

    def _prompt(self, question: _Question, wrong: Callable[[str], str | None]) -> str:
        import click

        def check(text: str) -> str:
            reason = wrong(text)
            if reason is not None:
                raise click.BadParameter(reason)
            return text

        try:
            answer: str = click.prompt(question.ask, default=question.suggested, value_proc=check, err=True)
        except click.Abort:
            raise KeyboardInterrupt from None
        return answer


def _wrong_label(text: str) -> str | None:
    name, equals, value = text.partition("=")
    if not equals:
        return "must be NAME=VALUE, such as env=staging"
    return _wrong((*_ACCESS, "labels", "propertyNames"), name) or _wrong(_LABEL.place, value)


def _wrong(place: tuple[str, ...], text: str) -> str | None:
    """What is wrong with an answer; None where the plan's schema accepts it."""
    from orbgen.project.plan import plan_part
    from orbgen.source.schemas import fits

    schema = plan_part(*place)
    return None if fits(text, schema) else f"must be {schema.get('x-expected', 'something else')}"
