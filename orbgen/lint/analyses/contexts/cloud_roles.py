"""Where a job run takes a role in a cloud with CircleCI's OIDC token (rules.md 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import Call, JobRun
from orbgen.lint.context import Context, StepScript
from orbgen.shell.words import written_files
from orbgen.shell.wrappers import Unwrapped, unwrap
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.span import Span

# The arguments by which orbs are told of a role.
_ROLE_ARGUMENTS = (
    "role_arn", "role-arn", "aws_role_arn", "oidc_role_arn", "assume_role_arn", "workload_identity_provider",
    "workload_identity_pool_provider_id",
)  # fmt: skip
_TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"
_AWS_VARIABLES = {_TOKEN_FILE, "AWS_ROLE_ARN"}
# The programs that take a role, with words of which one has to be there.
_TAKING = {
    "aws": ("assume-role-with-web-identity",),
    "gcloud": ("create-cred-config", "--cred-file"),
    "az": ("--federated-token",),
    "vault": ("auth/",),
}
_TOKENS = ("CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2")


class CloudRole(msgspec.Struct, frozen=True):
    """One place where a role is taken; `presumed` where it is not said which, or an orb not at hand takes it."""

    span: Span
    call: Call
    step: int
    presumed: bool = False


def cloud_roles(run: JobRun, context: Context) -> Iterator[CloudRole]:
    """The first place of each step, or of the job's own arguments."""
    if run.opaque:
        for name, node in run.arguments.items():
            if _is_role(name, node):
                yield CloudRole(node.span, run.call, -1, presumed=True)
                return
    if set(environment_of(run)) >= _AWS_VARIABLES:
        yield CloudRole(run.call.span, run.call, -1)
    for index, step in enumerate(run.steps):
        if step.opaque and type(step.body) is Mapping:
            given = [field for name, field in step.body.fields.items() if _is_role(name, field.value)]
            if given:
                yield CloudRole(given[0].value.span, step.call, index, presumed=True)
    for script in context.scripts(run):
        place, presumed = _in_script(script), False
        if place is None:
            place, presumed = _in_variables(script), "AWS_ROLE_ARN=" not in script.text.text
        if place is not None:
            yield CloudRole(place, script.at.step.call, script.at.index, presumed)


def _is_role(name: str, node: object) -> bool:
    if not isinstance(node, Scalar):
        return False
    return bool(node.text) if name in _ROLE_ARGUMENTS else name == "use_oidc" and node.value is True


def _in_script(script: StepScript) -> Span | None:
    if not _may_take_role(script.text.text):
        return None
    for command in script.script.commands:
        found = unwrap(command, script.script.literals)
        if found is not None and _takes_role(found):
            return script.place(found.start, found.start + len(found.name))
    return None


def _in_variables(script: StepScript) -> Span | None:
    """Where a script gives AWS's tools CircleCI's token by a variable, for itself or by `$BASH_ENV` for later steps.

    They take the role themselves; which one may be said elsewhere.
    """
    text = script.text.text
    if f"{_TOKEN_FILE}=" not in text or not ("AWS_ROLE_ARN=" in text or any([token in text for token in _TOKENS])):
        return None
    for command in script.script.commands:
        assigned = [assignment for assignment in command.assignments if assignment.name == _TOKEN_FILE]
        if assigned:
            return script.place(assigned[0].start, assigned[0].end)
        if command.name in ("echo", "printf") and written_files(command):
            for word in command.words[1:]:
                if f"{_TOKEN_FILE}=" in "".join([part.text for part in word.parts]):
                    return script.place(word.start, word.end)
    found = [assignment for assignment in script.script.assignments if assignment.name == _TOKEN_FILE]
    return script.place(found[0].start, found[0].end) if found else None


@lru_cache(maxsize=1024)
def _may_take_role(text: str) -> bool:
    """Whether a script names a program and what it takes a role by."""
    return any([program in text and any([word in text for word in words]) for program, words in _TAKING.items()])


def _takes_role(found: Unwrapped) -> bool:
    words = [word.expand({}) or "" for word in found.arguments]
    plain = [word for word in words if not word.startswith("-")]
    variables = {part.text for word in found.arguments for part in word.parts}
    if found.name == "aws":
        return plain[:2] == ["sts", "assume-role-with-web-identity"]
    if found.name == "gcloud":
        return plain[:3] == ["iam", "workload-identity-pools", "create-cred-config"] or (
            plain[:2] == ["auth", "login"] and any([word.startswith("--cred-file") for word in words])
        )
    if found.name == "az":
        return plain[:1] == ["login"] and any([word.startswith("--federated-token") for word in words])
    if found.name == "vault":
        login = len(plain) > 1 and plain[0] == "write" and plain[1].startswith("auth/") and plain[1].endswith("/login")
        return login and bool(variables & set(_TOKENS))
    return False
