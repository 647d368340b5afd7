"""How fast orbgen is beside other tools, as ratios in one run on one machine; exits with 1 where a target is missed.

    python benchmarks/speed.py [--corpus DIR] [--repetitions N] [--files N] [--cache DIR]

zizmor, yamllint and pipeline-check are installed from the Python registry, each into an environment of its own below
the cache folder. orbgen is the one on the path.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import config, sizes, workflow
from benchmarks.processes import Runs, interleaved, one_processor

# One process that lints every file, as the others are measured.
ANEW = ("--workers", "1", "--no-cache")
TOOLS = {"zizmor": "zizmor", "yamllint": "yamllint", "pipeline-check": "pipeline_check"}
ONE_CONFIG = (12_000, 48_000)
MEBIBYTE = 1024 * 1024


class Row(NamedTuple):
    """One line of the table: what is compared, the figure, its bound, whether it is met (None without a bound)."""

    what: str
    figure: str
    bound: str
    met: bool | None


def main() -> int:
    """Measure and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description="Measure orbgen beside other tools.")
    parser.add_argument("--corpus", default=os.environ.get("ORBGEN_CORPUS"), help="a folder of real configurations")
    parser.add_argument("--repetitions", type=int, default=15, help="of each measurement of one file")
    parser.add_argument("--files", type=int, default=100, help="in the folder of many")
    parser.add_argument("--select", action="append", default=[], metavar="RULE", help="measure with these rules alone")
    default = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "orbgen-benchmarks"
    parser.add_argument("--cache", type=Path, default=default, help="where the other tools are installed")
    options = parser.parse_args()
    options.lint = ("lint", *[word for rule in options.select for word in ("--select", rule)])
    orbgen = shutil.which("orbgen")
    if orbgen is None:
        print("orbgen is not installed", file=sys.stderr)
        return 2
    tools = {name: installed(name, program, options.cache) for name, program in TOOLS.items()}
    tools["orbgen"] = orbgen
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, one_processor():
        for measure in (startup, one_config, many_configs, memory):
            for row in measure(tools, Path(folder), options):
                rows.append(row)
                print_row(row)
        if options.corpus and Path(options.corpus).is_dir():
            for row in corpus(tools, Path(folder), options):
                rows.append(row)
                print_row(row)
    missed = [row for row in rows if row.met is False]
    print(f"{len(rows) - len(missed)} of {len(rows)} as they should be" if missed else "every target is met")
    return 1 if missed else 0


def installed(name: str, program: str, cache: Path) -> str:
    """The path of a tool's program, installed now if it is not there."""
    folder = cache / name
    path = folder / "bin" / program
    if not path.exists():
        print(f"installing {name} into {folder}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", name], check=True)
    version = subprocess.run(
        [str(folder / "bin" / "python"), "-c", f"from importlib.metadata import version; print(version({name!r}))"],
        check=True,
        capture_output=True,
        text=True,
    )
    print(f"{name} {version.stdout.strip()}")
    return str(path)


def print_row(row: Row) -> None:
    """Print one line of the table."""
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    print(f"{row.what:<68} {row.figure:>24}  {row.bound:<10} {verdict}", flush=True)


def ratio(what: str, ours: Runs, theirs: Runs, most: float) -> Row:
    """Our median as a multiple of theirs."""
    found = ours.median / theirs.median
    return Row(what, f"{found:.2f} (fastest {ours.fastest / theirs.fastest:.2f})", f"<= {most:.2f}", found <= most)


def times(what: str, runs: dict[str, Runs]) -> Iterator[Row]:
    """The times as such: they are the machine's more than the tools'."""
    for name, found in runs.items():
        figure = f"{found.median * 1000:.1f} ms (fastest {found.fastest * 1000:.1f})"
        yield Row(f"{what}: {name}", figure, "", None)


# What is measured


def startup(tools: dict[str, str], folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """What a process costs that does nothing."""
    commands = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "orbgen --version": (tools["orbgen"], "--version"),
        "orbgen --help": (tools["orbgen"], "--help"),
    }
    yield from times("start-up", interleaved(commands, options.repetitions))


def one_config(tools: dict[str, str], folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """One configuration in a cold process."""
    for size in ONE_CONFIG:
        ours = folder / f"config-{size}.yml"
        theirs = folder / f"{size}" / ".github" / "workflows" / "main.yml"
        theirs.parent.mkdir(parents=True)
        ours.write_text(config(size), encoding="utf-8")
        theirs.write_text(workflow(size), encoding="utf-8")
        yield from compare_one(f"one config of {size // 1000} KB", tools, ours, theirs, options)


def compare_one(
    what: str, tools: dict[str, str], ours: Path, theirs: Path, options: argparse.Namespace
) -> Iterator[Row]:
    """One configuration beside one workflow."""
    commands = {
        "orbgen": (tools["orbgen"], *options.lint, str(ours)),
        "zizmor": (tools["zizmor"], "--offline", str(theirs)),
        "pipeline_check": (tools["pipeline-check"], "--pipeline", "circleci", "--circleci-path", str(ours)),
    }
    runs = interleaved(commands, options.repetitions)
    yield from times(what, runs)
    yield ratio(f"{what}: orbgen / zizmor", runs["orbgen"], runs["zizmor"], 1.25)
    yield ratio(f"{what}: orbgen / pipeline_check", runs["orbgen"], runs["pipeline_check"], 0.20)


def many_configs(tools: dict[str, str], folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """A folder of configurations."""
    lengths = sizes(options.files)
    configs, workflows = folder / "configs", folder / "workflows"
    for number, size in enumerate(lengths):
        write(configs / f"{number:04}" / ".circleci" / "config.yml", config(size, number))
        write(workflows / f"{number:04}" / ".github" / "workflows" / "main.yml", workflow(size, number))
    what = f"{len(lengths)} configs, {sum(lengths) / 1e6:.1f} MB"
    yield from compare_many(what, tools, configs, workflows, options)


def compare_many(
    what: str, tools: dict[str, str], configs: Path, workflows: Path, options: argparse.Namespace
) -> Iterator[Row]:
    """A folder of configurations beside a folder of workflows of the same sizes."""
    commands = {
        "orbgen": (tools["orbgen"], *options.lint, *ANEW, str(configs)),
        "zizmor": (tools["zizmor"], "--offline", str(workflows)),
        "yamllint": (tools["yamllint"], str(configs)),
    }
    runs = interleaved(commands, 5)
    yield from times(what, runs)
    yield ratio(f"{what}: orbgen / zizmor", runs["orbgen"], runs["zizmor"], 1.0)
    yield ratio(f"{what}: orbgen / yamllint", runs["orbgen"], runs["yamllint"], 0.1)


def memory(tools: dict[str, str], folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """The peak for one configuration, and for a folder beside one four times as large."""
    path = str(folder / f"config-{ONE_CONFIG[-1]}.yml")
    one = interleaved({"orbgen": (tools["orbgen"], *options.lint, path)}, 3)["orbgen"].memory
    yield Row(f"memory for one config of {ONE_CONFIG[-1] // 1000} KB", mebibytes(one), "< 60 MiB", one < 60 * MEBIBYTE)
    few, many = folder / "few", folder / "many"
    for target, count in ((few, 25), (many, 100)):
        for number in range(count):
            write(target / f"{number:04}" / ".circleci" / "config.yml", config(24_000, number))
    runs = interleaved({str(path): (tools["orbgen"], *options.lint, *ANEW, str(path)) for path in (few, many)}, 2)
    small, large = runs[str(few)].memory, runs[str(many)].memory
    figure = f"{mebibytes(small)} and {mebibytes(large)}"
    yield Row("memory for 25 and for 100 files of 24 KB", figure, "<= 1.10", large <= 1.1 * small)


def corpus(tools: dict[str, str], folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    """Real configurations beside workflows of the same sizes."""
    configs, workflows = folder / "corpus", folder / "corpus-workflows"
    lengths = []
    for number, path in enumerate(sorted(Path(options.corpus).glob("configs/*/**/config.yml"))):
        text = path.read_text(encoding="utf-8")
        length = max(len(text.encode()), 1500)
        lengths.append((length, path))
        write(configs / f"{number:04}" / ".circleci" / "config.yml", text)
        write(workflows / f"{number:04}" / ".github" / "workflows" / "main.yml", workflow(length, number))
    what = f"{len(lengths)} real configs, {sum([length for length, _ in lengths]) / 1e6:.1f} MB"
    yield from compare_many(what, tools, configs, workflows, options)
    lengths.sort()
    for size in ONE_CONFIG:
        length, path = min(lengths, key=lambda found: abs(found[0] - size))
        theirs = folder / f"real-{size}" / ".github" / "workflows" / "main.yml"
        write(theirs, workflow(length))
        yield from compare_one(f"one real config of {length / 1000:.1f} KB", tools, path, theirs, options)


def mebibytes(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / MEBIBYTE:.1f} MiB"


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
