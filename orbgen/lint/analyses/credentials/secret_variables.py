"""The variables of a step that hold secrets, by their names and by what the plan says (rules.md 2.4)."""

from __future__ import annotations

import re
from functools import lru_cache

from orbgen.circleci.jobs import environment_of
from orbgen.circleci.pipeline import JobRun, Step
from orbgen.circleci.text import is_known
from orbgen.lint.analyses.credentials.secret_literals import is_placeholder
from orbgen.lint.analyses.credentials.secret_names import is_secret_name
from orbgen.project.facts import Facts
from orbgen.shell.script import Script
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar

# What a script must hold to use a variable with a secret-like name; it finds them faster than the shell is read.
_MAY_USE = lazy_pattern(
    r"\$(?:\{[#!]?)?\w*(?:pass|secret|token|apikey|key|credential|auth|dsn|pat|webhook|string|kubeconfig)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _may_use(script: str) -> bool:
    return "$" in script and _MAY_USE.search(script) is not None


# `[ "$NAME" = text ]` and its like; a text in quotes, or a variable that may hold one.
_COMPARED = lazy_pattern(
    r"\[\s+\"?\$\{?(?P<name>\w+)\}?\"?\s+(?:!=|==?)\s+"
    r"(?:'(?P<plain>[^'\n]+)'|\"(?P<quoted>[^\"$`\\\n]+)\"|\"?\$\{?(?P<other>\w+)\}?\"?)\s+\]"
)


def compared_with_text(script: Script) -> frozenset[str]:
    """The variables of a script that it compares with a text of its own: what they are to hold stands in the file."""
    if "[" not in script.text:
        return frozenset()
    texts = {one.name: one.value.literal for one in script.assignments if one.value is not None}
    found = set()
    for match in _COMPARED.finditer(script.text):
        text = match["plain"] or match["quoted"] or texts.get(match["other"])
        if text and not is_placeholder(text):
            found.add(match["name"])
    return frozenset(found)


class SecretVariables:
    """What is secret in one step of a job run, or for all steps where none is given."""

    def __init__(self, run: JobRun, step: Step | None, facts: Facts) -> None:
        self._facts = facts
        self._planned = _planned(run, facts)
        self._run = run
        self._step = step
        self._set: set[str] | None = None

    def may_be_in(self, script: str) -> bool:
        """Whether a script can use one at all."""
        if _may_use(script):
            return True
        return any([name in script for name in (*self._planned, *self._facts.secret_names)])

    def is_secret(self, name: str) -> bool:
        """Whether a variable holds a secret; not if the configuration itself says what is in it."""
        if not is_secret_name(name, self._facts) and name not in self._planned:
            return False
        if self._set is None:
            self._set = _set_to_text(self._run, self._step)
        return name not in self._set


def _planned(run: JobRun, facts: Facts) -> frozenset[str]:
    """The variables of the contexts that a job run holds, or may hold."""
    if not facts.contexts:
        return frozenset()
    known = all([is_known(context) for context in run.contexts])
    names = [context.text for context in run.contexts] if known else list(facts.contexts)
    variables = [name for context in names for name in facts.context(context).variables]
    return frozenset(variables) - facts.not_secret_names


def _set_to_text(run: JobRun, step: Step | None) -> set[str]:
    """The variables that `environment` of the job or step sets to a known text."""
    own = step.argument("environment") if step is not None else None
    variables: dict[str, Content] = dict(environment_of(run))
    if type(own) is Mapping:
        variables.update({name: field.value for name, field in own.fields.items()})
    return {
        name
        for name, value in variables.items()
        if isinstance(value, Scalar) and is_known(value) and "$" not in value.text
    }
