"""What orbgen makes of a corpus of real configurations: four reports that count and name what is not as it should be.

    python benchmarks/corpus.py compiled|configs|mistakes|injection [--corpus DIR] [--verbose]

The corpus is third-party data and not part of the project; `ORBGEN_CORPUS` or `--corpus` says where it is.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import data_of, freeze, pipeline_data
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.files import FileKind, kind_of
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read

# Outputs that are not what CircleCI's compiler printed for the source beside them.
EDITED_OUTPUTS = {
    "6ba356469e7d": "edited for local runs: its steps name a local workspace folder and shell sessions",
    "d1bbd607f9ee": "its source was changed after compiling: the scripts differ, and three of its jobs are empty",
}


def rows(corpus: Path, table: str) -> list[dict[str, str]]:
    """The rows of one of the corpus's tables."""
    with open(corpus / f"{table}.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def folder(repository: str) -> str:
    """The folder of a repository."""
    return repository.replace("/", "__")


def orb_store(corpus: Path) -> OrbStore:
    """Every orb source of the corpus."""
    found = [path for path in sorted(corpus.glob("orb-registry/*/*/*")) if path.is_dir()]
    return OrbStore(
        tuple([OrbSource(f"{path.parts[-3]}/{path.parts[-2]}", path.parts[-1], str(path)) for path in found])
    )


# What CircleCI accepts, though it is hardly meant.
ACCEPTED = frozenset(("ignored-key", "duplicate-key", "reserved-name"))


# Compiled pairs


class Pair(NamedTuple):
    """One compiled configuration: whether ours is equal, or why it is not compared."""

    name: str
    equal: bool
    set_aside: str | None


def compiled_pairs(corpus: Path) -> Iterator[Pair]:
    """Each pair of a source and CircleCI's output, compared as data with the order of keys."""
    store = orb_store(corpus)
    for row in rows(corpus, "compiled"):
        base = corpus / "compiled" / folder(row["repository"]) / row["blob"]
        name = f"{row['repository']} {row['blob']}"
        source = next(
            (path for kind in ("source", "uncommented") if (path := Path(f"{base}.{kind}.yml")).exists()), None
        )
        if source is None:
            yield Pair(name, False, "no source beside it")
        elif row["footer_order"] == "later-same-footer":
            yield Pair(name, False, "edited by hand after compiling, says the table")
        elif row["blob"] in EDITED_OUTPUTS:
            yield Pair(name, False, EDITED_OUTPUTS[row["blob"]])
        else:
            yield compare(name, source, Path(f"{base}.compiled.yml"), store)


def compare(name: str, source: Path, compiled: Path, store: OrbStore) -> Pair:
    """Compile a source and compare with what CircleCI printed."""
    pipeline = compile_document(read(source.read_bytes(), source.name), Inputs(complete=True), store)
    missing = [orb.reference for orb in pipeline.missing_orbs if orb.used]
    if missing:
        return Pair(name, False, f"orb not at hand: {', '.join(str(reference) for reference in missing)}")
    expected = data_of(read(compiled.read_bytes(), compiled.name).root)
    return Pair(name, freeze(pipeline_data(pipeline)) == freeze(expected), None)


# Configurations


class Checked(NamedTuple):
    """One configuration with what orbgen says against it."""

    path: str
    kind: str
    problems: tuple[Problem, ...]


def checked_configs(corpus: Path) -> Iterator[Checked]:
    """Every file of the corpus that is a configuration, with the problems that CircleCI would run into."""
    for row in rows(corpus, "configs"):
        path = corpus / "configs" / folder(row["repository"]) / row["path"]
        if not path.exists():
            continue
        name = f"{row['repository']}/{row['path']}"
        try:
            document = read(path.read_bytes(), name)
        except UnreadableError as error:
            yield Checked(name, row["kind"], (error.problem,))
            continue
        if kind_of(document.root, row["path"]) is FileKind.CONFIG:
            injected = os.path.basename(row["path"]).startswith("test-deploy")
            pipeline = compile_document(document, Inputs(orbs_injected=injected))
            serious = [problem for problem in pipeline.problems if problem.code not in ACCEPTED]
            yield Checked(name, row["kind"], (*document.problems, *[p for p in serious if not p.dormant]))
        else:
            yield Checked(name, "no configuration", ())


# Mistakes

# The problems that a class of mistakes may be reported as. Where a simple checker speaks of what is missing, such as an
# empty step or a job without steps, we speak of why: an alias without anchor, a misspelt or wrongly indented key.
CODES = {
    "21-key-in-20": {"version"},
    "bad-filter-key": {"unknown-key"},
    "bad-orb-ref": {"orb-reference"},
    "command-no-steps": {"no-steps"},
    "command-not-mapping": {"value"},
    "duplicate-key": {"duplicate-key"},
    "job-no-executor": {"no-executor", "unknown-key", "misplaced-key"},
    "job-no-steps": {"no-steps", "undefined-alias", "unknown-key", "misplaced-key"},
    "job-not-mapping": {"value", "misplaced-key"},
    "job-unknown-key": {"unknown-key"},
    "no-version": {"version"},
    "no-workflow-no-build": {"workflow"},
    "nothing-to-run": {"workflow"},
    "requires-cycle": {"cycle", "requires"},
    "requires-not-list": {"value"},
    "root-not-mapping": {"value"},
    "run-empty": {"empty-run", "misplaced-key"},
    "run-no-command": {"empty-run"},
    "run-unknown-key": {"ignored-key"},
    "step-bad-type": {"step-form", "undefined-alias"},
    "step-many-keys": {"misplaced-key"},
    "steps-not-list": {"no-steps"},
    "undefined-alias": {"undefined-alias"},
    "undefined-command": {"undefined-command", "undefined-element", "undefined-orb"},
    "undefined-executor": {"undefined-executor", "undefined-element", "undefined-orb"},
    "undefined-job": {"undefined-job", "undefined-element", "undefined-orb"},
    "undefined-orb": {"undefined-orb"},
    "undefined-parameter": {"undefined-parameter", "unknown-key"},
    "undefined-pipeline-parameter": {"undefined-parameter"},
    "undefined-requires": {"requires"},
    "wfjob-many-keys": {"misplaced-key"},
    "workflow-no-jobs": {"workflow"},
    "workflow-not-mapping": {"workflow"},
    "yaml-syntax": {"yaml-syntax"},
}
# Classes that are no mistakes: CircleCI takes both, and files with them ran for years.
LEGAL = {"anchor-redefined", "duplicate-merge-key"}
# Pairs in whose later version another defect of the same kind remains, as their tables say or as reading them shows.
REMAINING = {
    "command-not-mapping raft-tech/TANF-app eae48f0fd878": "a parameter of the mended command still has no `type`",
    "job-not-mapping justeattakeaway/fozzie-components 7f5d385bb560": "`working_directory` still stands among the jobs",
    "root-not-mapping justeattakeaway/fozzie-components a46b4e282ed0": "`working_directory` stands among the jobs",
    "no-workflow-no-build babashka/babashka 1bd52d71d564": "`jobs` of the new workflow is a mapping, not a list",
}


class Verdict(NamedTuple):
    """One pair: whether the mistake is found before the fix, and what is still said of it after."""

    mistake: str
    name: str
    found: bool
    remaining: tuple[Problem, ...]
    excused: str | None


def problems_of(path: Path) -> tuple[Problem, ...]:
    """Everything that orbgen says against a file."""
    try:
        document = read(path.read_bytes(), path.name)
    except UnreadableError as error:
        return (error.problem,)
    return (*document.problems, *compile_document(document).problems)


def verdicts(corpus: Path) -> Iterator[Verdict]:
    """Each pair of the mistakes."""
    for row in rows(corpus, "mistakes"):
        mistake = row["class"]
        if mistake in LEGAL:
            continue
        before = corpus / "mistakes" / mistake / folder(row["repository"]) / row["before"]
        after = before.with_name(row["before"].replace(".before.", ".after."))
        codes = CODES[mistake]
        found = any([problem.code in codes for problem in problems_of(before)])
        remaining = tuple([problem for problem in problems_of(after) if problem.code in codes])
        name = f"{mistake} {row['repository']} {row['before'].partition('.')[0]}"
        excused = REMAINING.get(name)
        if excused is None and row["issues_after"] not in ("", "0"):
            excused = f"the table counts {row['issues_after']} defects after the fix"
        yield Verdict(mistake, name, found, remaining, excused)


# Injection


class Splice(NamedTuple):
    """One listed splice, and the places where orbgen sees an untrusted value in a script of that file."""

    name: str
    where: str
    value: str
    findings: tuple[str, ...]


def splices(corpus: Path) -> Iterator[Splice]:
    """Each listed splice with the findings of its file."""
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name == "pipeline-value-injection"])
    linter = Linter(rules, OrbStore(), Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR))
    for row in rows(corpus, "injection"):
        path = corpus / "injection" / row["kind"] / folder(row["repository"]) / row["file"]
        found = []
        for finding in linter.lint(str(path), named=True).findings:
            way = " <- ".join([f"{note.text} (line {note.span.line})" for note in finding.related])
            chain = " > ".join([note.text for note in finding.chain])
            shown = f"line {finding.primary.line}: {finding.primary.text}"
            found.append(f"{shown} | {chain}" + (f" | {way}" if way else ""))
        yield Splice(f"{row['repository']} {row['file']}", row["where"], row["value_or_parameter"], tuple(found))


# Reports


def report_compiled(corpus: Path, *, verbose: bool) -> bool:
    """Print the comparison; whether all that are compared are equal."""
    pairs = list(compiled_pairs(corpus))
    compared = [pair for pair in pairs if pair.set_aside is None]
    for pair in pairs:
        if pair.set_aside is not None:
            print(f"set aside  {pair.name}: {pair.set_aside}")
        elif not pair.equal or verbose:
            print(f"{'equal' if pair.equal else 'DIFFERS':<10} {pair.name}")
    equal = sum([pair.equal for pair in compared])
    print(f"{len(pairs)} pairs, {len(compared)} compared, {equal} equal, {len(compared) - equal} differ")
    return equal == len(compared)


def report_configs(corpus: Path, *, verbose: bool) -> bool:
    """Print each file with a problem."""
    found = list(checked_configs(corpus))
    configs = [checked for checked in found if checked.kind != "no configuration"]
    wrong = [checked for checked in configs if checked.problems]
    for checked in wrong:
        print(f"{checked.kind:<16} {checked.path}")
        for problem in checked.problems[: None if verbose else 3]:
            print(f"    {problem.span.line}:{problem.span.column} [{problem.code}] {problem.message}")
    rest = len(found) - len(configs)
    clean = len(configs) - len(wrong)
    print(f"{len(found)} files, {rest} no configuration of their own, {clean} without a problem, {len(wrong)} with one")
    return True


def report_mistakes(corpus: Path, *, verbose: bool) -> bool:
    """Print found, missed and false by class; whether the target is met."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for verdict in verdicts(corpus):
        count = counts[verdict.mistake]
        count[0 if verdict.found else 1] += 1
        if not verdict.found:
            print(f"missed  {verdict.name}")
        if verdict.remaining and verdict.excused is None:
            count[2] += 1
            print(f"false   {verdict.name}: {verdict.remaining[0]}")
        elif verdict.remaining:
            count[3] += 1
            if verbose:
                print(f"remains {verdict.name}: {verdict.excused}: {verdict.remaining[0]}")
    print(f"{'class':<30} found missed  false  remaining defects after the fix")
    for name, (hit, miss, wrong, rest) in sorted(counts.items()):
        print(f"{name:<30} {hit:>5} {miss:>6} {wrong:>6} {rest:>6}")
    hit, miss, wrong, rest = (sum(column) for column in zip(*counts.values(), strict=True))
    print(f"{'all':<30} {hit:>5} {miss:>6} {wrong:>6} {rest:>6}   {100 * hit / (hit + miss):.1f}% found")
    print(f"left out as legal to CircleCI: {', '.join(sorted(LEGAL))}")
    return not wrong and hit >= 0.95 * (hit + miss)


def report_injection(corpus: Path, *, verbose: bool) -> bool:
    """Print each splice with its way; whether all are found."""
    complete = True
    for splice in splices(corpus):
        complete = complete and bool(splice.findings)
        print(f"{'found' if splice.findings else 'MISSED'}  {splice.name}, {splice.where}, {splice.value}")
        for finding in splice.findings[: None if verbose else 4]:
            print(f"    {finding}")
    return complete


REPORTS = {
    "compiled": report_compiled,
    "configs": report_configs,
    "injection": report_injection,
    "mistakes": report_mistakes,
}


def main() -> int:
    """Print the reports asked for; 1 where one misses its target."""
    parser = argparse.ArgumentParser(description="What orbgen makes of a corpus of real configurations.")
    parser.add_argument("reports", nargs="*", choices=[[], *sorted(REPORTS)], help="which; all without any")
    parser.add_argument("--corpus", default=os.environ.get("ORBGEN_CORPUS"), help="the corpus's folder")
    parser.add_argument("--verbose", action="store_true", help="name also what is as it should be")
    options = parser.parse_args()
    if not options.corpus or not Path(options.corpus).is_dir():
        print("the corpus is not at hand: set ORBGEN_CORPUS or give --corpus", file=sys.stderr)
        return 2
    met = True
    for name in options.reports or sorted(REPORTS):
        print(f"== {name}")
        met = REPORTS[name](Path(options.corpus), verbose=options.verbose) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
