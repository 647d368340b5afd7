"""CircleCI's OIDC token in scripts: what makes one, and what is left of it (rules.md 3.2)."""

from __future__ import annotations

import re

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.credentials.secret_flow import Held
from orbgen.lint.analyses.credentials.secret_names import TOKENS
from orbgen.shell.words import Command
from orbgen.source.lazy_patterns import lazy_pattern

# What a new token is said to come from.
MINTS = "circleci run oidc get"
_SECOND = lazy_pattern(r"\{\s*print\s*\(?\$2\)?;?\s*\}")


def mentions_token(run: JobRun) -> bool:
    """Whether the scripts of a job run speak of a token at all."""
    texts = [step.command.text for step in run.steps if step.command is not None]
    return any([MINTS in text or TOKENS[0] in text for text in texts])


def mints_token(command: Command) -> str | None:
    """`circleci run oidc get` prints a token, which nothing masks."""
    words = [word.literal for word in command.words[1:4]]
    return MINTS if command.name == "circleci" and words == ["run", "oidc", "get"] else None


def keeps_claims_only(command: Command) -> bool:
    """Whether a command gives only the middle part of a token, which nobody can use as one."""
    words = [word.literal or "" for word in command.words[1:]]
    text = " ".join(words)
    if command.name == "cut":
        return re.search(r"-d\s*\.", text) is not None and re.search(r"-f\s*2(?![0-9,-])", text) is not None
    if command.name in ("awk", "gawk"):
        return re.search(r"-F\s*\\?\.", text) is not None and any([_SECOND.fullmatch(word.strip()) for word in words])
    return command.name == "jq" and re.search(r"split\(\"\.\"\)", text) is not None and ".[1]" in text.replace(" ", "")


def is_token(held: Held) -> bool:
    """Whether a secret is CircleCI's OIDC token."""
    return held.origin in TOKENS or held.origin == MINTS
