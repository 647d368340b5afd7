"""How orbgen's cost grows: with the lines of a configuration, and with its job runs.

    python benchmarks/scaling.py [--repetitions N]

Time is that of the processor, without what a process costs that lints next to nothing. The exponent is the slope of
time against size, both as logarithms, over the larger sizes: 1 is linear.
"""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.generated import config_of_job_runs, config_of_lines
from benchmarks.processes import interleaved, one_processor

LINES = (10, 100, 500, 1000, 2000, 5000)
JOB_RUNS = (1, 10, 50, 100, 200, 500)
# Measured exponents lie a little off 1, since no two sizes are made of the same parts.
MOST = 1.15


def main() -> int:
    """Measure and print; 1 where a cost grows faster than its cause."""
    parser = argparse.ArgumentParser(description="Measure how the cost of linting and compiling grows.")
    parser.add_argument("--repetitions", type=int, default=7)
    options = parser.parse_args()
    orbgen = shutil.which("orbgen")
    if orbgen is None:
        print("orbgen is not installed", file=sys.stderr)
        return 2
    linear = True
    with tempfile.TemporaryDirectory() as folder, one_processor():
        for command in ("lint", "compile"):
            for what, sizes, make in (("line", LINES, config_of_lines), ("job run", JOB_RUNS, config_of_job_runs)):
                words = (orbgen, command)
                linear = measure(words, what, sizes, make, Path(folder), options.repetitions) and linear
    return 0 if linear else 1


def measure(
    words: tuple[str, str],
    what: str,
    sizes: tuple[int, ...],
    make: Callable[[int], str],
    folder: Path,
    repetitions: int,
) -> bool:
    """Print a table of one command over one kind of size; whether the cost is linear."""
    commands = {}
    for size in sizes:
        path = folder / f"{what.replace(' ', '-')}-{size}.yml"
        path.write_text(make(size), encoding="utf-8")
        commands[str(size)] = (*words, str(path))
    nothing = folder / "nothing.yml"
    nothing.write_text("version: 2.1\n", encoding="utf-8")
    runs = interleaved({"0": (*words, str(nothing)), **commands}, repetitions)
    times = {int(size): found.median for size, found in runs.items()}
    start = times.pop(0)
    print(f"orbgen {words[1]} by {what}s (start-up of {start * 1000:.0f} ms taken off)")
    print(f"{what + 's':>10} {'time':>10} {'per ' + what:>14}")
    for size, taken in times.items():
        print(f"{size:>10} {(taken - start) * 1000:>7.1f} ms {(taken - start) * 1e6 / size:>11.1f} µs")
    found = exponent({size: taken - start for size, taken in times.items() if size >= sizes[2]})
    verdict = "linear" if found <= MOST else "MORE THAN LINEAR"
    print(f"exponent {found:.2f}: {verdict}\n", flush=True)
    return found <= MOST


def exponent(times: dict[int, float]) -> float:
    """The slope of the line through the logarithms of sizes and times."""
    points = [(math.log(size), math.log(max(taken, 1e-4))) for size, taken in times.items()]
    return statistics.linear_regression(*zip(*points, strict=True)).slope


if __name__ == "__main__":
    sys.exit(main())
