"""Joins that the token at hand is sure to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.access.following import commands_of
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.problems import Note
from orbgen.source.span import Span
from orbgen.teleport.mistakes import Effect
from orbgen.teleport.resources import known

if TYPE_CHECKING:
    from orbgen.access.grants import Admission, Grant
    from orbgen.teleport.resources import Token

RULE = Rule(
    name="access-not-admitted",
    sees=Sees.JOB_RUN,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("tbot", "terraform", "tofu", "tctl"),
)


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each join whose token is at hand, if every token of that name refuses it, and each bot with another's token."""
    yield from _added_bots(run, context)
    from orbgen.access.grants import Obstacle, Verdict

    for grant in context.grants(run):
        verdicts = {admission.verdict for admission in grant.admissions}
        if verdicts != {Verdict.REFUSED}:
            continue
        admission = grant.admissions[0]
        if admission.obstacle is None or (admission.obstacle is Obstacle.CONTEXT and not grant.contexts):
            continue
        if admission.obstacle is Obstacle.METHOD and _is_found_as_secret(admission.token, context):
            continue
        at = grant.join
        said = at.settings.get("join-method") if admission.obstacle is Obstacle.METHOD else at.settings.get("token")
        message, help = _words(grant, admission)
        yield context.found(
            RULE,
            run,
            f"Teleport refuses this join: {message}",
            said.span if said is not None else at.span,
            call=run.steps[at.step].call,
            kind=admission.obstacle.value,
            path=f"steps/{at.step}/join",
            related=(Note(_place(admission), "this is what the token says"),),
            effect=Effect.FAILS,
            help=help,
        )


def _is_found_as_secret(token: Token, context: Context) -> bool:
    """Whether `token-static-secret` says what is wrong with a token, in the token's own file (rules.md 8)."""
    from orbgen.lint.analyses.resources.joining import is_elsewhere

    return token.has_static_secret and not is_elsewhere(token, context)


def _added_bots(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each `tctl bots add` that gives a bot the token of another one."""
    for at in commands_of(run, lambda text: "bots" in text and "tctl" in text):
        found = at.found
        words = [at.value(word) for word in found.arguments] if found is not None and found.name == "tctl" else []
        plain = [word for word in words if word is not None and not word.startswith("-")]
        given = _token_given(words)
        if plain[:2] != ["bots", "add"] or len(plain) < 3 or given is None:
            continue
        tokens = [token for token in context.repository.tokens if known(token.name) == given]
        owners = {known(token.bot_name) for token in tokens}
        if not owners or None in owners or plain[2] in owners:
            continue
        yield context.found(
            RULE,
            run,
            f"Teleport refuses this: the token '{given}' is for the bot '{owners.pop()}', not for '{plain[2]}'",
            at.span,
            call=run.steps[at.step].call,
            kind="bot",
            path=f"steps/{at.step}/bot",
            related=(Note(tokens[0].place, "this is the token"),),
            effect=Effect.REFUSED,
            help="name the bot of the token, or make a token for this one",
        )


def _token_given(words: list[str | None]) -> str | None:
    for index, word in enumerate(words):
        if word is not None and word.startswith("--token="):
            return word.partition("=")[2]
        if word == "--token" and index + 1 < len(words):
            return words[index + 1]
    return None


def _words(grant: Grant, admission: Admission) -> tuple[str, str]:
    """What differs, and the remedy."""
    from orbgen.access.grants import Obstacle

    token = admission.token
    name = token.name.text if token.name is not None else ""
    if admission.obstacle is Obstacle.METHOD:
        return (
            f"it joins by `{grant.join.method}`, and the token '{name}' is for `{token.method}`",
            f"join with `--join-method={token.method}`, or name another token",
        )
    if admission.obstacle is Obstacle.ORGANIZATION:
        return (
            f"the token '{name}' is for another organization than the plan's",
            "compare `organization_id` with `organization-id` in the plan",
        )
    if admission.obstacle is Obstacle.PROJECT:
        return (
            f"no rule of the token '{name}' takes the plan's project",
            "compare `project_id` with `project-id` in the plan",
        )
    held = " and ".join([f"'{context}'" for context in sorted(grant.contexts)])
    return (
        f"no rule of the token '{name}' takes the id of {held}, which the job holds",
        "give the job's entry the context that the token demands, or the token the id of this one",
    )


def _place(admission: Admission) -> Span:
    """Where the token says what differs."""
    from orbgen.access.grants import Obstacle

    token = admission.token
    if admission.obstacle is Obstacle.METHOD and token.spec is not None and "join_method" in token.spec.fields:
        return token.spec.fields["join_method"].value.span
    if admission.obstacle is Obstacle.ORGANIZATION and token.organization is not None:
        return token.organization.span
    return token.rules[0].node.span if token.rules else token.place
