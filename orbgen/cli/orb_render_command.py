"""`orbgen orb render`: the source of the Teleport orb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, USAGE, UsageProblem

if TYPE_CHECKING:
    from orbgen.generate.orb_settings import OrbSettings


@declare.command(name="render")
@declare.option(
    "-o",
    "--output",
    type=declare.Path(file_okay=False),
    default="orb",
    show_default=True,
    metavar="DIR",
    help="Write to DIR.",
)
@declare.option(
    "--plan",
    "plan_path",
    type=declare.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Take the orb's name and version, and its defaults, from this plan.",
)
def command(output: str, plan_path: str | None) -> int:
    """Write the source of the Teleport orb: DIR/src with @orb.yml, commands, jobs, executors, examples and scripts.

    A plan gives the orb a company's own defaults: teleport.proxy, version, edition, token and context, and the name and
    version under `orb`. Its users then leave these parameters out.

    The paths of the files that changed are printed. Files that are not the orb's are left alone.

    Exit codes: 0 written, 2 the plan cannot be used, the files cannot be written, or wrong usage.
    """
    import click

    from orbgen.cli.problem_report import show_problems
    from orbgen.orb.render import write_orb
    from orbgen.project.plan import PlanError

    try:
        changed = write_orb(output, _settings(plan_path))
    except PlanError as error:
        show_problems(error.problems)
        return USAGE
    except OSError as error:
        raise UsageProblem(f"cannot write {error.filename or output}: {error.strerror}") from None
    for path in changed:
        click.echo(path)
    return CLEAN


def _settings(plan_path: str | None) -> OrbSettings:
    """The public defaults, or those of a plan. Raises PlanError."""
    from orbgen.orb.render import DEFAULTS, company_settings
    from orbgen.project.plan import read_data
    from orbgen.source.files import read_bytes

    if plan_path is None:
        return DEFAULTS
    return company_settings(read_data(read_bytes(plan_path), plan_path))
