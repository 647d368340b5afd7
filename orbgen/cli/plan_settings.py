"""The plan's settings for a folder, or the reason why they cannot be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.cli.exits import UsageProblem
from orbgen.project.settings import Settings, SettingsReader
from orbgen.source.problems import UnreadableError

if TYPE_CHECKING:
    from orbgen.lint.selection import UnknownRuleError


def settings_for(reader: SettingsReader, folder: str) -> Settings:
    """The settings of the plan that applies to a folder. Raises UsageProblem, with the problems shown before."""
    try:
        return reader.for_folder(folder)
    except UnreadableError as error:
        raise UsageProblem(f"{error.problem.span.source.name}: {error.problem.message}") from None
    except ValueError as error:
        from orbgen.project.plan import PlanError

        if not isinstance(error, PlanError):
            raise
        from orbgen.cli.problem_report import show_problems

        show_problems(error.problems)
        raise UsageProblem(_unusable(error.problems[0].span.source.name)) from None


def unknown_rule(path: str, error: UnknownRuleError) -> str:
    """Show where a plan names a rule that there is not; a sentence for the end of the run."""
    from orbgen.cli.problem_report import show_problems
    from orbgen.project.plan_rules import place_of_rule
    from orbgen.source.problems import Problem

    place = place_of_rule(path, error.text)
    if place is None:
        return f"{path}: {error}"
    show_problems((Problem("unknown-rule", error.message, place, error.help),))
    return _unusable(path)


def _unusable(path: str) -> str:
    return f"the settings in {path} cannot be used"
