"""What the fixes of `orbgen lint` make of a corpus of real configurations, and whether each result can be trusted.

    python benchmarks/fixes.py [--safe] [--corpus DIR] [--every N]

Every file is mended with all rules shown, with the unsafe fixes unless `--safe`. The result has to compile with no
problem more than before, to mean the same if all fixes were safe, to have the same line ends, and to stay as it is when
it is mended again. Prints how many fixes were made and not made by rule, and why; exits with 1 if some result cannot be
trusted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.mending.compiled import differences, leaves
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.mending.mended import Mended
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.facts import Facts
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

FOLDERS = ("configs", "features", "injection", "mistakes")
EVERYTHING = Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR)


class Checked(NamedTuple):
    """One file after mending, and what is wrong with the result."""

    path: str
    mended: Mended
    faults: tuple[str, ...]


def checked_files(corpus: Path, *, unsafe: bool, every: int = 1) -> Iterator[Checked]:
    """Each configuration of a corpus that can be read, or one of several, mended and looked at."""
    fixer = Fixer(Linter(load_rules(), OrbStore(), EVERYTHING, Facts(default_branch="main")), unsafe=unsafe)
    paths = [path for folder in FOLDERS for path in sorted((corpus / folder).rglob("*.y*ml"))]
    for path in paths[::every]:
        data = path.read_bytes()
        try:
            mended = fixer.mend(data, str(path), named=True)
        except UnreadableError:
            continue
        if mended is not None:
            name = str(path.relative_to(corpus))
            yield Checked(name, mended, tuple(_faults(fixer, mended, str(path), unsafe=unsafe)))


def _faults(fixer: Fixer, mended: Mended, path: str, *, unsafe: bool) -> Iterator[str]:
    if not mended.made:
        if mended.after != mended.before:
            yield "changed without a fix"
        return
    before, after = [compile_document(read(data, path)) for data in (mended.before, mended.after)]
    if Counter([one.code for one in after.problems]) - Counter([one.code for one in before.problems]):
        yield "has more problems"
    if not unsafe and any([not way.endswith("/step") for way in differences(leaves(before), leaves(after))]):
        yield "means something else after safe fixes"
    again = fixer.mend(mended.after, path, named=True)
    if again is None or again.after != mended.after:
        yield "is changed by a second run"
    yield from _other_lines(mended)


def _other_lines(mended: Mended) -> Iterator[str]:
    """Whether lines came or went besides those that the fixes are about."""
    lines = [data.split(b"\n") for data in (mended.before, mended.after)]
    ends = [{line[-1:] == b"\r" for line in some[:-1]} for some in lines]
    if len(ends[0]) == 1 and ends[1] != ends[0]:
        yield "has other line ends"
    if len(mended.made) == 1 and mended.made[0][1].safe:
        codes = SequenceMatcher(None, *lines, autojunk=False).get_opcodes()
        if len([code for code in codes if code[0] != "equal"]) > 2:
            yield "differs in more places than the fix is about"


def main() -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("ORBGEN_CORPUS"))
    parser.add_argument("--safe", action="store_true", help="safe fixes only")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one file of N")
    given = parser.parse_args()
    if given.corpus is None:
        parser.error("name the corpus with --corpus or ORBGEN_CORPUS")
    made: Counter[str] = Counter()
    back: Counter[tuple[str, str]] = Counter()
    files = changed = faulty = 0
    for path, mended, faults in checked_files(given.corpus, unsafe=not given.safe, every=given.every):
        files += 1
        changed += bool(mended.made)
        faulty += bool(faults)
        made.update([finding.name for finding, _ in mended.made])
        back.update([(refused.finding.name, refused.reason) for refused in mended.refused])
        for fault in faults:
            print(f"{path} {fault}")
    for name, number in sorted(made.items()):
        print(f"{number:6} made      {name}")
    for (name, reason), number in sorted(back.items()):
        print(f"{number:6} not made  {name}: {reason}")
    print(f"{files} files, {changed} changed, {faulty} that cannot be trusted")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
