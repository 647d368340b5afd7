"""The plan's settings for a folder, or the reason why they cannot be had."""

from __future__ import annotations

from orbgen.cli.exits import UsageProblem
from orbgen.project.settings import Settings, SettingsReader
from orbgen.source.problems import UnreadableError


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
        name = error.problems[0].span.source.name
        raise UsageProblem(f"the settings in {name} cannot be used") from None
