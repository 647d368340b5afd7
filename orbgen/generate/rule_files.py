"""The beginning of a new rule of lint: a module and a page that work, for their author to rewrite."""

from __future__ import annotations

import os
import re

from orbgen import __version__
from orbgen.generate.templates import render
from orbgen.lint.engine import RULES_FOLDER, load_rules
from orbgen.lint.findings import Sees

# What a rule may be called with, by the word that its author chooses, and the type of that.
SUBJECTS = {
    "config": (Sees.CONFIG, "Context"),
    "job-run": (Sees.JOB_RUN, "JobRun"),
    "step": (Sees.STEP, "RunStep"),
    "script": (Sees.SCRIPT, "StepScript"),
    "tbot": (Sees.TBOT, "RunJoin"),
    "token": (Sees.TOKEN, "Token"),
    "bot": (Sees.BOT, "Bot"),
    "role": (Sees.ROLE, "Role"),
}
_NAME = re.compile(r"[a-z]+(-[a-z]+)+")


class RuleNameError(ValueError):
    """A name that no new rule can have; its text is a sentence."""


def groups() -> tuple[str, ...]:
    """The subjects that rules are kept under."""
    found = [entry.name for entry in os.scandir(RULES_FOLDER) if entry.is_dir() and not entry.name.startswith("_")]
    return tuple(sorted(found))


def rule_files(name: str, group: str, sees: str) -> dict[str, str]:
    """The text of each file of a new rule, by its path. Raises RuleNameError."""
    if _NAME.fullmatch(name) is None:
        raise RuleNameError(
            f"'{name}' is no name for a rule; name the problem in two or more lower-case words joined by '-'"
        )
    if name in [loaded.rule.name for loaded in load_rules()]:
        raise RuleNameError(f"there is a rule '{name}' already; orbgen explain {name} tells what it looks for")
    subject = SUBJECTS[sees]
    major, minor, _ = __version__.split(".", 2)
    values = {
        "name": name,
        "sees": subject[0].name,
        "subject": subject[1],
        "since": f"{major}.{minor}",
        # What the operator calls a resource, and one of another kind.
        "kind": "ProvisionToken" if subject[0] is Sees.TOKEN else subject[1],
        "other": "bot" if subject[0] is Sees.TOKEN else "token",
    }
    path = os.path.join(RULES_FOLDER, group, name.replace("-", "_"))
    return {
        f"{path}.py": render("rule/rule.py.j2", values, write=str),
        f"{path}.md": render("rule/page.md.j2", values, write=str),
    }
