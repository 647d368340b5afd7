"""`orbgen orb pack`: an orb's folder as the one file that CircleCI takes."""

from __future__ import annotations

from orbgen.cli import declare
from orbgen.cli.exits import CLEAN, USAGE, UsageProblem
from orbgen.cli.problem_report import show_problems
from orbgen.cli.streams import write_exactly


@declare.command(name="pack")
@declare.argument("folder", metavar="DIR", type=declare.Path())
@declare.option("-o", "--output", type=declare.Path(dir_okay=False), metavar="FILE", help="Write to FILE.")
@declare.option("--legacy", is_flag=True, help="Pack by the rules of CircleCI's CLI before version 1.")
def command(folder: str, output: str | None, legacy: bool) -> int:
    """Pack the orb in DIR into one file, as `circleci orb pack` does.

    DIR holds @orb.yml and the folders commands, jobs, executors and examples. A file in them is one element, named as
    the file; `<<include(scripts/file.sh)>>` puts the text of a file in its place.

    Exit codes: 0 packed, 2 the folder cannot be packed, or wrong usage.
    """
    from orbgen.orb.pack import detached_keys, pack, read_folder, refused
    from orbgen.source.problems import UnreadableError

    try:
        tree = read_folder(folder, legacy=legacy)
        problems = refused(tree)
        if problems:
            show_problems(problems)
            return USAGE
        text = pack(tree, legacy=legacy)
    except UnreadableError as error:
        show_problems((error.problem,))
        return USAGE
    show_problems((*tree.warnings, *detached_keys(tree)), is_warning=lambda problem: True)
    _write(text, output)
    return CLEAN


def _write(text: str, output: str | None) -> None:
    if output is None:
        write_exactly(text)
        return
    from orbgen.project.atomic import write_atomically

    try:
        write_atomically(output, text.encode())
    except OSError as error:
        raise UsageProblem(f"cannot write {output}: {error.strerror}") from None
