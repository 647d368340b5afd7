"""Commands that print all variables into the log, such as a bare `env` (rules.md 3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.context import Context
from orbgen.shell.script import Script
from orbgen.shell.words import Command
from orbgen.source.lazy_patterns import lazy_pattern

_MAY_DUMP = lazy_pattern(
    r"(?:^|[\n;&|({`])\s*(?:(?:sudo|then|do|else|!)\s+)*(?:env|printenv|export|declare|typeset|set)\s*"
    r"(?:-[-a-zA-Z0-9]*\s*)*(?:$|[\n;&|)}>`#])"
)
_PASSING = frozenset(
    ("sort", "uniq", "cat", "tee", "head", "tail", "tr", "sed", "awk", "column", "nl", "less", "more", "fold",
     "base64", "xxd", "rev", "grep", "egrep", "fgrep", "cut")
)  # fmt: skip
_NAMES_ONLY = lazy_pattern(r"s(.)=\.\*(?:\$)?\1\1g?|s(.)\(\?\.\*\)?=\.\*\2.*|\{\s*print\s*\(?\$1\)?;?\s*\}")
# Lines of the kind that nobody wants to see.
_LINES = (
    "API_TOKEN=x", "DB_PASSWORD=x", "AWS_SECRET_ACCESS_KEY=x", "NPM_AUTH=x", "CLIENT_SECRET=x", "SSH_PRIVATE_KEY=x",
    "GITHUB_TOKEN=x", "DOCKER_PASS=x",
)  # fmt: skip
_QUIET = lazy_pattern(r"-[a-zA-Z]*[cqlo][a-zA-Z]*|--(?:count|quiet|silent|only-matching|files-with-matches)")


def dumps(script: Script) -> Iterator[Command]:
    """The commands of a script that print the values of all variables into the log."""
    if not _may_dump(script.text):
        return
    from orbgen.shell.outputs import way_to_log

    for command in script.commands:
        if prints_all(command):
            way = way_to_log(script, command)
            if way is not None and all([passes_values(passed) for passed in way]):
                yield command


@lru_cache(maxsize=1024)
def _may_dump(text: str) -> bool:
    return _MAY_DUMP.search(text) is not None


def holds_secrets(run: JobRun, context: Context) -> bool:
    """Whether a job run holds a context, SSH keys or an OIDC token that it uses."""
    if run.contexts or any([step.name == "add_ssh_keys" for step in run.steps]):
        return True
    from orbgen.lint.analyses.contexts.cloud_roles import cloud_roles
    from orbgen.lint.analyses.credentials.oidc_tokens import mentions_token

    joins = any([join.method == "circleci" for join in context.joins(run)])
    return mentions_token(run) or joins or next(cloud_roles(run, context), None) is not None


def prints_all(command: Command) -> bool:
    """Whether a command prints all variables with their values."""
    words = [word.literal for word in command.words[1:]]
    if any([word is None for word in words]) or command.assignments:
        return False
    options = [word for word in words if word is not None and word.startswith("-")]
    bare = len(options) == len(words)
    if command.name in ("env", "printenv"):
        return bare and not any([option in ("--help", "--version") for option in options])
    if command.name in ("export", "declare", "typeset"):
        return bare and all([set(option) <= set("-px") for option in options])
    return command.name == "set" and not words


def passes_values(command: Command) -> bool:
    """Whether the values of variables get through a command, and not only their names or their number."""
    name = command.name
    if name not in _PASSING:
        return False
    words = [word.literal or "" for word in command.words[1:]]
    if name == "cut":
        return not ("=" in "".join(words) and re.search(r"-f\s*1(?![0-9,-])", " ".join(words)))
    if name in ("sed", "awk"):
        return not any([_NAMES_ONLY.fullmatch(word.strip()) for word in words])
    if name in ("grep", "egrep", "fgrep"):
        return _lets_secrets_through(words)
    return True


def _lets_secrets_through(words: list[str]) -> bool:
    """Whether `grep` keeps lines of variables that are secrets."""
    options = [word for word in words if word.startswith("-") and len(word) > 1]
    patterns = [word for word in words if word and not word.startswith("-")]
    if any([_QUIET.fullmatch(option) for option in options]):
        return False
    if any([re.fullmatch(r"-[a-zA-Z]*v[a-zA-Z]*|--invert-match", option) for option in options]):
        return True
    flags = re.IGNORECASE if any([re.fullmatch(r"-[a-zA-Z]*i[a-zA-Z]*", option) for option in options]) else 0
    try:
        wanted = [re.compile(pattern.replace(r"\|", "|"), flags) for pattern in patterns[:1]]
    except re.error:
        return False
    return any([pattern.search(line) for pattern in wanted for line in _LINES])
