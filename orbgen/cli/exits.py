"""Exit codes, and the errors that are the user's to mend."""

from __future__ import annotations

CLEAN = 0
FINDINGS = 1
USAGE = 2
REMOTE = 3
DEFECT = 70
INTERRUPTED = 130
READER_GONE = 141  # What a shell shows for a program that wrote into a pipe which nobody reads any more.


class UsageProblem(Exception):
    """What the user asked for cannot be done: one sentence that says why and what to do instead."""
