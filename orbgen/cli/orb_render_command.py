"""`orbgen orb render`: the source of the Teleport orb."""

from __future__ import annotations

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, UsageProblem


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
def command(output: str) -> int:
    """Write the source of the Teleport orb: DIR/src with @orb.yml, commands, jobs, executors, examples and scripts.

    The paths of the files that changed are printed. Files that are not the orb's are left alone.

    Exit codes: 0 written, 2 the files cannot be written, or wrong usage.
    """
    import click

    from orbgen.orb.render import write_orb

    try:
        changed = write_orb(output)
    except OSError as error:
        raise UsageProblem(f"cannot write {error.filename or output}: {error.strerror}") from None
    for path in changed:
        click.echo(path)
    return CLEAN
