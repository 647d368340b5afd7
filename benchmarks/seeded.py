"""Mistakes planted one by one in clean configurations: whether orbgen finds each at its line, and nothing else.

    python benchmarks/seeded.py [--count N] [--seed N] [--kind KIND]... [--corpus DIR] [--verbose]

Each round takes a kind of mistake, a configuration in which it can be made and a place in it, all by a seeded
generator, makes the edit and lints. Found is a mistake that a finding of the right kind names at a line where it may be
reported.
The corpus is third-party data and not part of the project; `ORBGEN_CORPUS` or `--corpus` says where it is.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a script, the package of benchmarks is not on the way

from benchmarks.corpus import orb_store
from benchmarks.seeding import definitions, files, injected, names, steps, syntax, values, workflows
from benchmarks.seeding.sites import File, Seed, applied, moved_line, noted
from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.files import FileKind, kind_of
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

Planter = Callable[[File, random.Random], "Seed | None"]
KINDS: dict[str, tuple[Planter, ...]] = {
    **names.KINDS,
    **files.KINDS,
    **definitions.KINDS,
    **steps.KINDS,
    **workflows.KINDS,
    **values.KINDS,
    **syntax.KINDS,
    **injected.KINDS,
}
# What a rule calls the compiler's problems, where that is not the problem's own code.
_FINDINGS = {
    "unknown-key[refused]": ("unknown-key", "misplaced-key"),
    "unknown-key[ignored]": ("ignored-key",),
    "duplicate-name[key]": ("duplicate-key",),
}
_RULES = ("compile-error", "unknown-key", "duplicate-name", "pipeline-value-injection", "parameter-injection")
# What is said of an orb's element whatever is handed to it, and of names that compile and may mislead.
_NO_MISTAKES = ("orb", "opaque", "job", "kind", "builtin")
_TRIES = 400


class Said(NamedTuple):
    """One thing that orbgen says of a file; its line and column, and the lines of its notes."""

    codes: tuple[str, ...]
    message: str
    line: int
    column: int
    help: str
    notes: tuple[int, ...]


class Outcome(NamedTuple):
    """What became of one planted mistake."""

    kind: str
    planter: str
    file: str
    verdict: str
    seed: Seed
    lines: tuple[int, ...]
    said: tuple[Said, ...]
    aside: tuple[Said, ...]
    text: str

    @property
    def more(self) -> bool:
        """Whether the one mistake is said several times."""
        return len(self.said) - len(self.aside) > max(len(self.seed.places), 1) or (
            len(self.said) - len(self.aside) > len({said.line for said in self.said})
        )

    @property
    def suggested(self) -> bool | None:
        """Whether the name that was meant is suggested; None where no name was."""
        meant = self.seed.meant
        if meant is None:
            return None
        return any([meant in said.help for said in self.said])


class Checker:
    """Lints texts as files, with the rules that speak of what does not compile."""

    def __init__(self, folder: str, store: OrbStore | None = None) -> None:
        self.store = store or OrbStore()
        rules = tuple([loaded for loaded in load_rules() if loaded.rule.name in _RULES])
        self.linter = Linter(rules, self.store, Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR))
        self.folder = folder
        self.known: dict[str, list[Said]] = {}

    def check(self, name: str, text: str) -> list[Said]:
        """What is said of a text under the name of a file."""
        path = os.path.join(self.folder, os.path.basename(name))
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        result = self.linter.lint(path, named=True)
        found = [
            Said(
                (problem.code,),
                problem.message,
                problem.span.line,
                problem.span.column,
                problem.help or "",
                tuple([note.span.line for note in problem.related]),
            )
            for problem in result.problems
        ]
        for finding in result.findings:
            if finding.kind in _NO_MISTAKES:
                continue
            codes = _FINDINGS.get(finding.name, (finding.kind or finding.rule,))
            notes = tuple([note.span.line for note in finding.related])
            found.append(
                Said(codes, finding.message, finding.primary.line, finding.primary.column, finding.help or "", notes)
            )
        return found

    def before(self, file: File) -> list[Said]:
        """What is said of a file without a mistake."""
        if file.name not in self.known:
            self.known[file.name] = self.check(file.name, file.text)
        return self.known[file.name]

    def _news(self, file: File, seed: Seed, text: str) -> list[Said]:
        """What is said of a changed text that was not said before, at the place where it stands now or anywhere."""
        after = self.check(file.name, text)
        before = Counter(
            [(said.codes, said.message, moved_line(file.text, seed, said.line)) for said in self.before(file)]
        )
        elsewhere: Counter[tuple[tuple[str, ...], str]] = Counter()
        left = []
        for said in after:
            place = (said.codes, said.message, said.line)
            if before[place]:
                before[place] -= 1
            else:
                left.append(said)
        for (codes, message, _), count in before.items():
            elsewhere[codes, message] += count
        new = []
        for said in left:
            if elsewhere[said.codes, said.message]:
                elsewhere[said.codes, said.message] -= 1
            else:
                new.append(said)
        return new

    def judge(self, kind: str, planter: str, file: File, seed: Seed) -> Outcome | None:
        """What is said of a mistake; None where the edit made no readable file and was not meant to."""
        text, lines = applied(file.text, seed)
        if text == file.text:
            return None
        new = self._news(file, seed, text)
        if kind != "yaml-syntax" and any(["yaml-syntax" in said.codes for said in new]):
            return None
        if not seed.codes:
            verdict = "kind" if new else "found"
            return Outcome(kind, planter, file.name, verdict, seed, (), tuple(new), tuple(new), text)
        hits = [said for said in new if seed.codes & set(said.codes)]
        right = [said for said in hits if said.line in lines]
        aside = [said for said in new if said not in right]
        needed = noted(text, seed)
        if right and all([needed <= set(said.notes) for said in right]):
            verdict = "found"
        elif right:
            verdict = "route"
        elif hits:
            verdict = "line"
        else:
            verdict = "kind" if any([said.line in lines for said in new]) else "missed"
        return Outcome(kind, planter, file.name, verdict, seed, tuple(sorted(lines)), tuple(new), tuple(aside), text)


def plant(files: list[File], kinds: list[str], count: int, seed: int, checker: Checker) -> Iterator[Outcome]:
    """Outcomes of `count` mistakes, the kinds in turn; the same seed plants the same mistakes."""
    rng = random.Random(seed)
    for index in range(count):
        kind = kinds[index % len(kinds)]
        for _ in range(_TRIES):
            planter = rng.choice(KINDS[kind])
            file = rng.choice(files)
            planted = planter(file, rng)
            outcome = checker.judge(kind, planter.__name__, file, planted) if planted is not None else None
            if outcome is not None:
                yield outcome
                break


def clean_files(corpus: Path, checker: Checker, every: int = 1) -> list[File]:
    """The corpus's configurations in which orbgen finds nothing wrong, each text once; of so many files the first."""
    paths = [
        path for folder in ("configs", "features", "injection") for path in sorted((corpus / folder).rglob("*.y*ml"))
    ]
    paths += sorted(corpus.glob("compiled/*/*.source.yml")) + sorted(corpus.glob("compiled/*/*.uncommented.yml"))
    paths += sorted(corpus.glob("mistakes/*/*/*.after.yml"))
    found: dict[str, File] = {}
    for path in paths[::every]:
        text = path.read_bytes().decode("utf-8", "replace")
        try:
            kind = kind_of(read(text.encode(), path.name).root, str(path))
            file = File(str(path.relative_to(corpus)), text, checker.store) if kind is FileKind.CONFIG else None
        except (UnreadableError, ValueError):
            continue
        if file is not None and text not in found and not _wrong(checker.before(file)):
            found[text] = file
    return list(found.values())


def _wrong(said: list[Said]) -> bool:
    return any([not set(each.codes) & {"ignored-key", "duplicate-key"} for each in said])


def report(outcomes: list[Outcome], *, verbose: bool) -> bool:
    """Print the counts by kind and each mistake that is not found as it should be; whether the target is met."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        count = counts[outcome.kind]
        count[outcome.verdict] += 1
        count["aside"] += bool(outcome.aside) and outcome.verdict == "found"
        if outcome.suggested is not None:
            count["meant"] += 1
            count["suggested"] += outcome.suggested
        count["more"] += outcome.verdict == "found" and outcome.more
        if outcome.verdict != "found" or outcome.aside or outcome.more or (verbose and outcome.suggested is False):
            _show(outcome)
    print(f"{'kind':<30} found missed   line   kind  route  aside   more  suggested")
    total: Counter[str] = Counter()
    for kind, count in sorted(counts.items()):
        total += count
        print(f"{kind:<30} {_columns(count)}")
    print(f"{'all':<30} {_columns(total)}")
    share = total["found"] / max(len(outcomes), 1)
    print(f"{100 * share:.1f}% found at the right line, {total['aside']} with something else beside them")
    return share >= 0.99


def _columns(count: Counter[str]) -> str:
    return " ".join([f"{count[name]:>6}" for name in ("found", "missed", "line", "kind", "route", "aside", "more")]) + (
        f"  {count['suggested']:>4} of {count['meant']}" if count["meant"] else ""
    )


def _show(outcome: Outcome) -> None:
    word = (
        outcome.verdict
        if outcome.verdict != "found"
        else "aside"
        if outcome.aside
        else "more"
        if outcome.more
        else "unsuggested"
    )
    print(
        f"{word:<7} {outcome.kind} ({outcome.planter}) in {outcome.file}, lines {list(outcome.lines)}, "
        f"wanted {'/'.join(sorted(outcome.seed.codes))}"
    )
    for edit in outcome.seed.edits[:2]:
        print(f"        edit {edit.start}-{edit.end}: {edit.text[:70]!r}")
    for said in (*outcome.aside, *[said for said in outcome.said if said not in outcome.aside])[:6]:
        print(f"        {said.line}:{said.column} [{'/'.join(said.codes)}] {said.message[:150]} | {said.help[:80]}")


def main() -> int:
    """Plant, judge, report; 1 where the target is missed."""
    parser = argparse.ArgumentParser(description="Plant mistakes in clean configurations and look for them.")
    parser.add_argument("--count", type=int, default=1000, help="how many mistakes to plant")
    parser.add_argument("--seed", type=int, default=1, help="what the random choices start from")
    parser.add_argument("--kind", action="append", choices=sorted(KINDS), help="only these kinds")
    parser.add_argument("--corpus", default=os.environ.get("ORBGEN_CORPUS"), help="the corpus's folder")
    parser.add_argument("--keep", metavar="DIR", help="write each file that is not found as it should be here")
    parser.add_argument("--verbose", action="store_true", help="name also where the name meant is not suggested")
    options = parser.parse_args()
    if not options.corpus or not Path(options.corpus).is_dir():
        print("the corpus is not at hand: set ORBGEN_CORPUS or give --corpus", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(folder, orb_store(Path(options.corpus)))
        files = clean_files(Path(options.corpus), checker)
        print(f"{len(files)} clean configurations, seed {options.seed}")
        outcomes = list(plant(files, options.kind or sorted(KINDS), options.count, options.seed, checker))
    if options.keep:
        _keep(Path(options.keep), outcomes)
    return 0 if report(outcomes, verbose=options.verbose) else 1


def _keep(folder: Path, outcomes: list[Outcome]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for index, outcome in enumerate(outcomes):
        if outcome.verdict != "found" or outcome.aside:
            name = f"{index:05}-{outcome.kind}-{outcome.verdict}.yml"
            (folder / name).write_text(outcome.text, encoding="utf-8", newline="")


if __name__ == "__main__":
    sys.exit(main())
