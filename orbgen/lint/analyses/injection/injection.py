"""What the rules about injection share: who chooses a text, and how bad it is (rules.md 2.2)."""

from __future__ import annotations

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level
from orbgen.lint.context import Context
from orbgen.lint.findings import Severity

CHOOSERS = {
    Level.OUTSIDER: "anyone who opens a pull request or writes a commit",
    Level.PUSHER: "anyone who can push",
    Level.CALLER: "anyone who may start a pipeline",
}


def severity_of(level: Level, run: JobRun, context: Context) -> Severity:
    """High for outsiders anywhere and pushers in a privileged run, else medium.

    What an element that is looked at on its own holds is not known.
    """
    if level is Level.OUTSIDER or (level is Level.PUSHER and context.privileged(run)):
        return Severity.HIGH
    return Severity.MEDIUM
