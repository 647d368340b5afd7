"""Whether a job run may leave credentials in files at all: asked first, since following scripts takes far longer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.credential_files import writing_steps
from orbgen.lint.analyses.credentials.secret_variables import SecretVariables
from orbgen.lint.context import Context
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Mapping, Scalar

if TYPE_CHECKING:
    from orbgen.access.writing import Written

# What a script must hold to write credentials: words of commands, names of files and folders, or all variables.
_CREATING = (
    "login", "config", "auth", "credential", "ssh-keygen", "ssh-add", "clone", "remote", "setup", "adduser", "npm set",
    "OIDC", "oidc get", "npmrc", "pypirc", "netrc", ".env", "settings.xml", "gradle.properties", ".pem", ".key", ".p12",
    ".jks", "id_rsa", "id_ed25519", "service-account", ".ssh", ".aws", ".azure", ".docker", ".kube", ".tsh", ".gnupg",
    "vault-token", "cli.yml",
)  # fmt: skip
_GIVING_ALL = lazy_pattern(r"\b(?:env|printenv|export|set|declare)\b[^\n]*>")
COPYING = ("cp", "mv", "install")


def step_events(run: JobRun) -> Iterator[Written]:
    """What the steps of CircleCI's own leave."""
    by_step = writing_steps()
    for index, step in enumerate(run.steps):
        writer = by_step.get(step.name) if not step.opaque else None
        if writer is not None:
            from orbgen.access.writing import Written  # Few jobs have such a step.

            yield Written(writer.folder, writer.names, index, step.span, by=step.name, doubtful=writer.doubtful)


def may_write(run: JobRun, context: Context) -> bool:
    """Whether the scripts of a job run may leave credentials: cheap, and the answer is mostly no."""
    variables = SecretVariables(run, None, context.facts)
    texts = [step.command.text for step in run.steps if step.command is not None and not step.opaque]
    if any([_creates(text) or variables.may_be_in(text) for text in texts]):
        return True
    copying = any([name in text for text in texts for name in COPYING])
    return (copying and _sets_a_name(run)) or bool(context.joins(run))


def _sets_a_name(run: JobRun) -> bool:
    """Whether a variable or working directory of a job run may name a file with credentials that is copied to."""
    values = [*environment_of(run).values(), (run.body or {}).get("working_directory")]
    for step in run.steps:
        own = step.argument("environment")
        values += [field.value for field in own.fields.values()] if type(own) is Mapping else []
        values.append(step.argument("working_directory"))
    return any([isinstance(value, Scalar) and _creates(value.text) for value in values])


@lru_cache(maxsize=1024)
def _creates(text: str) -> bool:
    if any([sign in text for sign in _CREATING]):
        return True
    return ">" in text and _GIVING_ALL.search(text) is not None
