"""The steps that `orbgen orb diff` proposes for versions of real orbs, beside those that their authors took.

    python benchmarks/orb_versions.py [--corpus DIR]

The corpus has a folder `orb-registry/NAMESPACE/NAME/VERSION` with the source of each version; versions that follow each
other there are compared. Prints each pair, what speaks for another step where one does, and how often both agree.
Nothing is a failure: authors judge their changes, and a version that is missing makes a step look larger.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from orbgen.orb.difference import Bump, Difference, difference, step_between
from orbgen.orb.sources import interface_at
from orbgen.source.problems import UnreadableError


class Pair(NamedTuple):
    """Two versions of an orb, the step that its author took, and what is new."""

    orb: str
    old: str
    new: str
    chosen: Bump
    found: Difference

    @property
    def verdict(self) -> str:
        """How both steps compare."""
        if self.found.bump is self.chosen:
            return "equal"
        return "ours is larger" if self.found.bump.rank > self.chosen.rank else "ours is smaller"


def pairs(corpus: Path) -> Iterator[Pair]:
    """Every two versions of one orb that follow each other in the corpus and can be read."""
    for orb in sorted((corpus / "orb-registry").glob("*/*")):
        versions = sorted(orb.iterdir(), key=lambda path: [int(number) for number in path.name.split(".")])
        for old, new in pairwise(versions):
            chosen = step_between(old.name, new.name)
            try:
                found = difference(interface_at(_source(old)), interface_at(_source(new)))
            except UnreadableError as error:
                sys.stderr.write(f"left out: {error}\n")
                continue
            if chosen is not None:
                yield Pair(f"{orb.parent.name}/{orb.name}", old.name, new.name, chosen, found)


def _source(version: Path) -> str:
    """The folder of an orb's fragments, or its only file."""
    manifest = next(iter(sorted(version.rglob("@orb.yml"))), None)
    return str(manifest.parent if manifest is not None else next(iter(sorted(version.rglob("*.y*ml")))))


def main() -> int:
    """Print the pairs and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=os.environ.get("ORBGEN_CORPUS"))
    corpus = parser.parse_args().corpus
    if corpus is None:
        parser.error("name a corpus with --corpus or ORBGEN_CORPUS")
    verdicts: Counter[str] = Counter()
    for pair in pairs(Path(corpus)):
        verdicts[pair.verdict] += 1
        print(f"{pair.orb} {pair.old} -> {pair.new}: {pair.chosen.value}, ours {pair.found.bump.value}")
        if pair.verdict != "equal":
            for change in pair.found.changes:
                if change.bump is pair.found.bump:
                    print(f"    {change.message}")
    total = sum(verdicts.values())
    print(f"{total} pairs: " + ", ".join([f"{count} {verdict}" for verdict, count in sorted(verdicts.items())]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
