"""Whether orbgen stands whatever it is given: broken configurations through reading, compiling, linting and reporting.

    python benchmarks/mutate.py [--count N] [--seconds N] [--seed N] [--first N] [--corpus DIR] [--save DIR]
                                [--teleport]

Each input has its number; `--seed` and the number give the same input again, so `--first 123 --count 1` runs one of
them. All must end in documents, problems and findings, and in a report of every format that its readers can read.
Anything else is saved and printed: an exception, more than a second of the processor, and one more for the reports,
more than the memory allowed, a process that died.

With `--teleport` it is Teleport's files that are broken, those of the rules' pages. Beside each stands another, and a
configuration that starts tbot with it; all are linted, and mended.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import config
from benchmarks.mutations import mutated

SECONDS = 1.0  # of the processor, for one input, and for all reports of it
STARTS_TBOT = """\
version: 2.1
jobs:
  deploy:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - checkout
      - run: tbot start --oneshot -c tbot.yaml
      - run: tbot start --oneshot --join-method=circleci --token=deploy --destination-dir=/tmp/bot
workflows:
  main:
    jobs:
      - deploy: {context: teleport-access}
"""
PATIENCE = 20.0  # of the wall clock, for one that heeds no signal
MEMORY = 1024 * 1024 * 1024  # of address space, for one worker


class Late(BaseException):
    """An input took longer than it may; no handler of orbgen's takes this for its own."""


def main() -> int:
    """Run the inputs; 1 where one failed."""
    parser = argparse.ArgumentParser(description="Give orbgen broken configurations.")
    parser.add_argument("--count", type=int, default=20_000, help="how many inputs")
    parser.add_argument("--seconds", type=float, default=3600, help="stop after this long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--corpus", default=os.environ.get("ORBGEN_CORPUS"), help="a folder of real configurations")
    parser.add_argument("--save", type=Path, default=Path("mutations"), help="where failing inputs are saved")
    parser.add_argument("--teleport", action="store_true", help="break Teleport's files")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    texts = teleport_texts() if options.teleport else read_texts(options.corpus)
    what = "files of Teleport's" if options.teleport else "configurations"
    print(f"{options.count:,} inputs made from {len(texts)} {what}, seed {options.seed}")
    outcomes: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    begin = time.monotonic()
    for number, what, failed in run_all(options, texts, begin):
        outcomes[what if not failed else "FAILED"] += 1
        if failed:
            failures[what] += 1
            if failures[what] > 3:
                continue
            options.save.mkdir(parents=True, exist_ok=True)
            (options.save / f"{options.seed}-{number}.yml").write_bytes(text_of(texts, options.seed, number))
            print(f"input {number} (seed {options.seed}): {what}", flush=True)
    for what, count in outcomes.most_common():
        print(f"{count:>8,}  {what}")
    print(f"{sum(outcomes.values()):,} inputs in {time.monotonic() - begin:.0f} s, {failures.total()} failed")
    return 1 if failures else 0


def read_texts(corpus: str | None) -> list[bytes]:
    """What the inputs are made from: all configurations of the corpus, or generated ones."""
    if corpus and Path(corpus).is_dir():
        found = sorted(path for path in Path(corpus).rglob("*") if path.suffix in (".yml", ".yaml") and path.is_file())
        return [path.read_bytes() for path in found]
    return [config(size, seed).encode() for seed, size in enumerate((2_000, 4_000, 8_000, 16_000) * 10)]


def teleport_texts() -> list[bytes]:
    """The tokens, bots, roles and tbot.yaml in the examples of the rules' pages."""
    from orbgen.lint.engine import RULES_FOLDER
    from orbgen.lint.pages import examples
    from orbgen.project.teleport_kinds import may_be_teleports

    pages = [path.read_text(encoding="utf-8") for path in sorted(Path(RULES_FOLDER).rglob("*.md"))]
    found = [text for page in pages for one in examples(page) for text in (one.text, *[text for _, text in one.files])]
    return [text.encode() for text in dict.fromkeys(found) if may_be_teleports(text.encode())]


def text_of(texts: list[bytes], seed: int, number: int) -> bytes:
    """The input of a number."""
    return mutated(texts, Random(f"{seed}-{number}"))


# The workers


def run_all(options: argparse.Namespace, texts: list[bytes], begin: float) -> Any:
    """Number, outcome and whether it failed, of each input."""
    numbers = iter(range(options.first, options.first + options.count))
    workers: dict[Connection, _Worker] = {}
    for _ in range(options.workers):
        worker = _Worker(texts, options.seed, teleport=options.teleport)
        workers[worker.connection] = worker
        worker.give(next(numbers, None))
    while workers:
        ready = wait(list(workers), timeout=1)
        for connection in list(workers):
            worker = workers[connection]
            answer = worker.answer(connection in ready)
            if answer is None:
                continue
            if worker.number is not None:
                yield worker.number, *answer
            if worker.dead:
                del workers[connection]
                worker = _Worker(texts, options.seed, teleport=options.teleport)
                workers[worker.connection] = worker
            late = time.monotonic() - begin > options.seconds
            if not worker.give(None if late else next(numbers, None)):
                del workers[worker.connection]


class _Worker:
    """A process that takes numbers and answers with outcomes."""

    def __init__(self, texts: list[bytes], seed: int, *, teleport: bool) -> None:
        self.connection, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=work, args=(other, texts, seed, teleport), daemon=True)
        self.process.start()
        other.close()
        self.number: int | None = None
        self.since = time.monotonic()
        self.dead = False

    def give(self, number: int | None) -> bool:
        """Give the next number; False where there is none, which ends the process."""
        self.number, self.since = number, time.monotonic()
        self.connection.send(number)
        if number is None:
            self.process.join(10)
        return number is not None

    def answer(self, ready: bool) -> tuple[str, bool] | None:
        """The outcome and whether it is a failure; None while there is none."""
        if ready:
            try:
                what, failed = self.connection.recv()
            except EOFError:
                self.process.join()
                self.dead = True
                return f"the process died ({self.process.exitcode})", True
            return what, failed
        if time.monotonic() - self.since < PATIENCE:
            return None
        self.process.kill()
        self.process.join()
        self.dead = True
        return f"no answer in {PATIENCE:.0f} s", True


def work(connection: Connection, texts: list[bytes], seed: int, teleport: bool = False) -> None:
    """Take numbers until there are no more."""
    from orbgen.circleci.orbs import OrbStore
    from orbgen.lint.engine import load_rules
    from orbgen.lint.findings import Confidence, Persona, Severity
    from orbgen.lint.run import Linter, Thresholds

    linter = Linter(load_rules(), OrbStore(), Thresholds(Severity.INFO, Confidence.LOW, Persona.AUDITOR))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _late)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tbot.yaml" if teleport else "config.yml")
        if teleport:
            Path(folder, ".circleci").mkdir()
            Path(folder, ".circleci", "config.yml").write_text(STARTS_TBOT)
        while (number := connection.recv()) is not None:
            data = text_of(texts, seed, number)
            Path(path).write_bytes(data)
            if teleport:
                Path(folder, "other.yaml").write_bytes(text_of(texts, seed, -number - 1))
            connection.send(outcome(linter, path, data, treat_teleport if teleport else treat))


def _late(signal_number: int, frame: object) -> None:
    raise Late


def outcome(linter: Any, path: str, data: bytes, treat: Callable[[Any, str, bytes], str]) -> tuple[str, bool]:
    """What became of one input, and whether that is a failure."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        what = treat(linter, path, data)
        signal.setitimer(signal.ITIMER_PROF, 0)
    except Late as error:
        return f"more than {SECONDS:.0f} s of the processor: {_place(error)}", True
    except BaseException as error:
        signal.setitimer(signal.ITIMER_PROF, 0)
        return f"{type(error).__name__}: {str(error)[:200]}: {_place(error)}", True
    return what, False


def _place(error: BaseException) -> str:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if f"{os.sep}orbgen{os.sep}" in frame.filename
    ]
    return " < ".join([f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[:-6:-1]])


def treat(linter: Any, path: str, data: bytes) -> str:
    """Read, compile with everything known, print, lint and report one input; what it was."""
    from orbgen.circleci.compiler import compile_document
    from orbgen.circleci.inputs import Inputs
    from orbgen.circleci.output import pipeline_data
    from orbgen.circleci.yaml_output import write
    from orbgen.source.problems import UnreadableError
    from orbgen.source.reader import read

    result = linter.lint(path, named=True)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    report(result)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        document = read(data, path)
    except UnreadableError:
        return "unreadable"
    pipeline = compile_document(document, Inputs(complete=True))
    if pipeline.problems or document.problems:
        return "read, and wrong"
    read(write(pipeline_data(pipeline)).encode(), "compiled.yml")
    return "compiled, with findings" if result.findings else "compiled, and clean"


def treat_teleport(linter: Any, path: str, data: bytes) -> str:
    """Lint, report and mend one of Teleport's files, and lint the configuration that starts tbot with it."""
    from orbgen.lint.mending.fixing import Fixer
    from orbgen.source.problems import UnreadableError

    linter.repositories.clear()
    result = linter.lint(path, named=True)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    report(result)
    report(linter.lint(os.path.join(os.path.dirname(path), ".circleci", "config.yml")))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        Fixer(linter, unsafe=True).mend(data, path, named=True)
    except UnreadableError:
        return "unreadable"
    return "read, with findings" if result.findings else "read, and clean"


def report(result: Any) -> None:
    """Report a result in every format, and read what has a form."""
    from orbgen.lint.findings import Severity
    from orbgen.lint.reports.formats import FORMATS, Growing, report_in
    from orbgen.lint.reports.style import Style
    from orbgen.lint.result import Summary

    for format_ in FORMATS:
        summary = Summary()
        summary.add(result)
        growing = Growing(report_in(format_, Style(coloured=False)))
        text = growing.add(growing.report.part(result, Severity.LOW)) + growing.close(summary)
        data = text.encode("utf-8")
        if format_ in ("json", "sarif", "gitlab"):
            json.loads(data)
        elif format_ == "junit":
            ElementTree.fromstring(data)
        elif not all([line.isprintable() for line in text.split("\n")]):
            raise ValueError(f"{format_} has characters that move the cursor")


if __name__ == "__main__":
    sys.exit(main())
