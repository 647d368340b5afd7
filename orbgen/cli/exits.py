"""Exit codes, and the errors that are the user's to mend."""

from __future__ import annotations

CLEAN = 0
FINDINGS = 1
USAGE = 2
REMOTE = 3
DEFECT = 70
INTERRUPTED = 130


class UsageProblem(Exception):
    """What the user asked for cannot be done: one sentence that says why and what to do instead."""
