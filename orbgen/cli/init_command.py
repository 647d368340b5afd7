"""`orbgen init`: writes the plan, from flags, from a look at the repository, and from answers on a terminal."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from orbgen.cli import declare
from orbgen.cli.completion import complete_branches
from orbgen.cli.exits import CLEAN, REMOTE, UsageProblem
from orbgen.cli.init_questions import ALL, BRANCHES, Form, Question
from orbgen.cli.notes import note
from orbgen.cli.remote_settings import timeout_option
from orbgen.cli.streams import write
from orbgen.cli.terminal import say, say_error

if TYPE_CHECKING:
    from orbgen.cli.asking import Asking
    from orbgen.cli.init_interview import Interview
    from orbgen.cli.init_online import Online
    from orbgen.project.plan import Plan

_SCHEMA_NAME = "orbgen.schema.json"
# A help that named more kinds of access would not help.
_FEW = 7


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """A flag for every question."""
    for question in reversed(ALL):
        command = declare.option(question.flag, question.name, help=_help(question), **_settings(question))(command)
    return command


def _help(question: Question) -> str:
    suggested = f"; {question.suggested} if not given" if question.suggested else ""
    kinds = f" (for {', '.join(question.kinds)})" if 0 < len(question.kinds) <= _FEW else ""
    return f"{question.ask}{suggested}{kinds}."


def _settings(question: Question) -> dict[str, Any]:
    if question.form is Form.SWITCH:
        return {"is_flag": True}
    settings: dict[str, Any] = {"multiple": True} if question.many else {}
    if question.choices:
        settings["type"] = question.choices
    elif question.is_path:
        settings["type"] = declare.Path()
    if question is BRANCHES:
        settings["shell_complete"] = complete_branches
    return settings


@declare.command(name="init")
@_options
@declare.option("--online", is_flag=True, help="Look up ids and the version, at CircleCI and the Teleport proxy.")
@declare.option(
    "--project-slug",
    metavar="SLUG",
    help="With --online: the project, as in gh/acme/shop, where the repository's remote does not tell.",
)
@declare.option(
    "--create-context",
    is_flag=True,
    help="With --online: make the context if it is missing, restricted to the job's branches, without asking.",
)
@timeout_option
@declare.option("--schema", is_flag=True, help=f"Write {_SCHEMA_NAME} as well, with which editors check the plan.")
@declare.option("--yes", "-y", is_flag=True, help="Take what is suggested without asking.")
@declare.option("--force", is_flag=True, help="Overwrite an orbgen.yml that is there.")  # fmt: skip
def command(
    online: bool,
    project_slug: str | None,
    create_context: bool,
    timeout: float | None,
    schema: bool,
    yes: bool,
    force: bool,
    **given: Any,
) -> int:
    """Write orbgen.yml, the plan of what CircleCI jobs of this repository reach through Teleport.

    What no flag gives is asked for on a terminal, with what the repository suggests; each answer is checked. Without a
    terminal, what is neither given nor suggested is an error.

    Nothing touches the network but with --online. CircleCI's token then comes from CIRCLECI_CLI_TOKEN or from the
    settings of CircleCI's CLI in ~/.circleci/cli.yml.

    Exit codes: 0 written, 2 wrong usage or an answer that cannot be right, 3 CircleCI or Teleport refused or failed.
    """
    from orbgen.cli.init_interview import Interview
    from orbgen.cli.init_plan import checked, plan_of, settings_alone
    from orbgen.generate.plan_file import plan_text
    from orbgen.project.settings import PLAN_NAME
    from orbgen.project.survey import root_of, survey

    root = root_of(os.curdir)
    path = os.path.normpath(os.path.join(root, PLAN_NAME))
    kept = settings_alone(path) if os.path.exists(path) and not force else ""
    if kept is None:
        raise UsageProblem(f"{path} is there already; edit it, or overwrite it with --force")
    _check_online(online, project_slug, create_context=create_context, timeout=timeout)
    interview = Interview(given, survey(root), yes=yes)
    with _online(interview.asking, timeout) if online else contextlib.nullcontext() as remote:
        interview.introduce()
        interview.about_systems(remote, project_slug)
        interview.about_the_job()
        context_id = _context_id(interview, remote, path, create=create_context)
        if context_id is None:
            return REMOTE
    restricted = remote.restricted if remote is not None else None
    answers = interview.asking.answers
    text = plan_text(plan_of(answers, interview.found, context_id, restricted or ()), _SCHEMA_NAME if schema else None)
    text = f"{text}\n{kept}" if kept else text
    plan = checked(text, path)
    _write(path, text, schema=schema)
    if restricted is not None and "expression" not in restricted:
        _warn_of(plan)
    return REMOTE if remote is not None and remote.unfinished else CLEAN


def _check_online(online: bool, slug: str | None, *, create_context: bool, timeout: float | None) -> None:
    """Raises UsageProblem for flags that need --online, and for a slug that cannot be one."""
    for flag, value in (("--project-slug", slug), ("--create-context", create_context), ("--timeout", timeout)):
        if value and not online:
            raise UsageProblem(f"{flag} goes with --online")
    if slug is not None:
        from orbgen.remote.projects import is_slug

        if not is_slug(slug):
            raise UsageProblem(f"--project-slug {slug}: must be the slug of a project, such as gh/acme/shop")


def _online(asking: Asking, timeout: float | None) -> Online:
    from orbgen.cli.init_online import Online

    return Online(asking, timeout)


def _context_id(interview: Interview, remote: Online | None, path: str, *, create: bool) -> str | None:
    """The id of the context, with which all is known; None where a remote kept something back, which was said.

    Raises UsageProblem where something is missing.
    """
    from orbgen.remote.failures import RemoteError

    try:
        found = interview.context_id(remote, path, create=create)
    except RemoteError as error:
        say_error(f"cannot make the context: {error}")
        undecided = "the context may have been made all the same: look at CircleCI's Organization Settings"
        say(undecided if error.undecided else "nothing was made or written", "note")
        return None
    try:
        interview.asking.require_all()
    except UsageProblem as problem:
        if remote is None or not remote.failed:
            raise
        say_error(str(problem))
        return None
    return found


def _warn_of(plan: Plan) -> None:
    """Say how the context is to be restricted, which it is not."""
    from orbgen.generate.next_steps import restriction

    everybody = "every branch of every project of the organization can use it"
    say(f"no expression restricts the context {plan.teleport.context}, so {everybody}; restrict it to", "warning")
    note(f"\n    {restriction(plan)}\n")


def _write(path: str, text: str, *, schema: bool) -> None:
    import json

    from orbgen.project.atomic import write_atomically
    from orbgen.project.plan import plan_schema

    files = {path: text}
    if schema:
        files[os.path.join(os.path.dirname(path), _SCHEMA_NAME)] = f"{json.dumps(plan_schema(), indent=2)}\n"
    for name, content in files.items():
        try:
            write_atomically(name, content.encode())
        except OSError as error:
            raise UsageProblem(f"{name} cannot be written: {error.strerror}") from None
    write([*[f"wrote {name}" for name in files], "next: orbgen generate"])
