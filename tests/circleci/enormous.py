"""Configurations that are made to be too much, by name, and those that only grow; run as a program it compiles them.

The program prints, as JSON, the processor time and the problems of each, and the most memory that it held.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import pipeline_data
from orbgen.circleci.yaml_output import write
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read

DOCKER = "docker: [{image: a}]"


def _config(steps: str, *, commands: str = "", entries: str = "", parameters: str = "") -> str:
    above = f"commands:\n{commands}" if commands else ""
    below = f"workflows:\n  main:\n    jobs:\n{entries}" if entries else ""
    given = f"    parameters: {parameters}\n" if parameters else ""
    return f"version: 2.1\n{above}jobs:\n  build:\n    {DOCKER}\n{given}    steps: {steps}\n{below}"


def _chain(levels: int, step: Callable[[int], str], last: str, parameters: str = "") -> str:
    """Commands that each call the next."""
    given = f"parameters: {parameters}, " if parameters else ""
    lines = [f"  c{level}: {{{given}steps: {step(level + 1)}}}\n" for level in range(levels)]
    return "".join(lines) + f"  c{levels}: {{{given}steps: {last}}}\n"


def _bomb(leaf: str, node: Callable[[str], str], levels: int) -> str:
    """Anchors that each hold the one before ten times."""
    lines = [f"x0: &x0 {leaf}\n"]
    lines += [f"x{level}: &x{level} {node(f'*x{level - 1}')}\n" for level in range(1, levels)]
    return "".join(lines)


def _list(alias: str) -> str:
    return f"[{', '.join([alias] * 10)}]"


def _map(alias: str) -> str:
    return f"{{{', '.join([f'k{index}: {alias}' for index in range(10)])}}}"


def _nested(inner: str, levels: int) -> str:
    for _ in range(levels):
        inner = f"[{{when: {{condition: true, steps: {inner}}}}}]"
    return inner


_MANY = ", ".join([str(number) for number in range(1_000)])
_RUNS = "".join([f"      - build: {{name: b{number}}}\n" for number in range(500)])
_TWICE = _chain(40, lambda level: f"[c{level}, c{level}]", "[checkout]")
_TEXT = '"<< parameters.x >> << parameters.x >>"'
_PASSED = _chain(40, lambda level: f"[c{level}: {{x: {_TEXT}}}]", "[run: << parameters.x >>]", "{x: {type: string}}")
_STEPS = _chain(
    60,
    lambda level: f"[c{level}: {{x: {_nested('[steps: << parameters.x >>]', 10)}}}]",
    "[ns/orb: {x: << parameters.x >>}]",
    "{x: {type: steps}}",
)
_MATRIX = f"{{matrix: {{parameters: {{a: [{_MANY}]}}}}}}"
_REQUIRED = "".join(
    [
        f"      - build: {{name: 'b{number} << matrix.a >>', requires: [{'' if not number else f'm{number - 1}'}], "
        f"matrix: {{alias: m{number}, parameters: {{a: [{_MANY}]}}}}}}\n"
        for number in range(4)
    ]
)
_ENVIRONMENT = _bomb("{a: 1, b: 2}", _map, 5)

ENORMOUS: dict[str, str] = {
    "a command that calls itself": _config("[c]", commands="  c: {steps: [c]}\n"),
    "commands that call one another": _config("[a]", commands="  a: {steps: [b]}\n  b: {steps: [checkout, a]}\n"),
    "calls that double": _config("[c0]", commands=_TWICE),
    "calls that double in many jobs": _config("[c0]", commands=_TWICE, entries=_RUNS),
    "calls of nothing that double": _config("[c0]", commands=_TWICE.replace("[checkout]", "[]")),
    "a text that doubles": _config("[c0: {x: a}]", commands=_PASSED),
    "a long text that doubles": _config(f"[c0: {{x: {'a' * 50_000}}}]", commands=_PASSED),
    "steps that are passed on deeper and deeper": _config("[c0: {x: [checkout]}]", commands=_STEPS).replace(
        "commands:", "orbs: {ns: ns/orb@1.0.0}\ncommands:", 1
    ),
    "a matrix of a million": _config(
        "[checkout]",
        parameters="{a: {type: integer}, b: {type: integer}}",
        entries=f"      - build: {{matrix: {{parameters: {{a: [{_MANY}], b: [{_MANY}]}}}}}}\n",
    ),
    "many matrices": _config(
        "[checkout]", parameters="{a: {type: integer}}", entries=f"      - build: {_MATRIX}\n" * 40
    ),
    "matrices that require one another": _config("[checkout]", parameters="{a: {type: integer}}", entries=_REQUIRED),
    "lists nested deeply": f"version: 2.1\nx: {'[' * 10_000}{']' * 10_000}\n",
    "maps nested deeply": f"version: 2.1\nx: {'{a: ' * 10_000}{'}' * 10_000}\n",
    "lists nested deeply in lines": f"version: 2.1\nx:\n{'- ' * 10_000}a\n",
    "aliases of aliases": "version: 2.1\n" + _bomb("[a, a]", _list, 9),
    "aliases of aliases in the variables of many jobs": "version: 2.1\n"
    + _ENVIRONMENT
    + _config("[run: {command: a, settings: *x4}]", entries=_RUNS).removeprefix("version: 2.1\n"),
    "aliases of aliases to be filled in in many jobs": "version: 2.1\n"
    + _ENVIRONMENT.replace("a: 1", "a: << pipeline.id >>")
    + _config("[run: {command: a, settings: *x4}]", entries=_RUNS).removeprefix("version: 2.1\n"),
    "merges of merges": "version: 2.1\n"
    + _bomb("{a: 1}", lambda alias: f"{{<<: {_list(alias)}}}", 7)
    + f"jobs:\n  build:\n    <<: *x6\n    {DOCKER}\n    steps: [checkout]\n",
    "many names that are nearly right": _config(
        "[" + ", ".join([f"my-comand{number}x" for number in range(900)]) + "]",
        commands="".join([f"  my-command{number}: {{steps: [checkout]}}\n" for number in range(900)]),
    ),
    "many requirements that are nearly right": _config(
        "[checkout]",
        entries="".join([f"      - build: {{name: somejob{n}, requires: [somejbo{n}x]}}\n" for n in range(900)]),
    ),
    "jobs that all require one another": _config(
        "[checkout]",
        entries="".join(
            [
                f"      - build: {{name: j{n}, requires: [{', '.join([f'j{m}' for m in range(200)])}]}}\n"
                for n in range(200)
            ]
        ),
    ),
}


def lines(count: int) -> str:
    """A configuration of about so many lines: jobs and commands with a few steps each, all of them run."""
    number = max(count // 25, 1)
    commands = "".join(
        [
            f"  c{n}:\n    parameters:\n      to: {{type: string, default: x}}\n    steps:\n"
            f"      - run:\n          name: Say << parameters.to >>\n          command: |\n"
            f"            echo << parameters.to >>\n            echo done\n"
            for n in range(number)
        ]
    )
    jobs = "".join(
        [
            f"  j{n}:\n    {DOCKER}\n    environment:\n      A: '{n}'\n    steps:\n      - checkout\n"
            f"      - c{n}:\n          to: me\n      - when:\n          condition: << pipeline.git.branch >>\n"
            f"          steps:\n            - run: make\n"
            for n in range(number)
        ]
    )
    entries = "".join(
        [
            f"      - j{n}:\n          context: c\n" + (f"          requires: [j{n - 1}]\n" if n else "")
            for n in range(number)
        ]
    )
    return f"version: 2.1\ncommands:\n{commands}jobs:\n{jobs}workflows:\n  main:\n    jobs:\n{entries}"


def job_runs(count: int) -> str:
    """One job, run so many times under one name, each time waiting for the job before."""
    commands = _chain(3, lambda level: f"[checkout, c{level}]", "[run: << pipeline.id >>]")
    steps = "[c0, run: echo << parameters.n >>, c0]"
    entries = "".join(
        [
            f"      - build: {{n: {n}, name: b{n // 2}}}\n"
            if n % 4
            else f"      - build: {{n: {n}, requires: [hold]}}\n"
            for n in range(count)
        ]
    )
    return _config(
        steps,
        commands=commands,
        parameters="{n: {type: integer}}",
        entries="      - hold: {type: approval}\n" + entries,
    )


def compile_both_ways(text: str) -> list[str]:
    """The problems of a text that is compiled with nothing known, and with everything known and printed."""
    try:
        document = read(text.encode(), "config.yml")
    except UnreadableError as error:
        return [error.problem.message]
    told: set[str] = set()
    for complete in (False, True):
        pipeline = compile_document(document, Inputs(complete=complete))
        told.update([problem.message for problem in pipeline.problems])
    write(pipeline_data(pipeline))
    return sorted(told)


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def main() -> None:
    """Compile what is asked for, `enormous` or `growing`, and print what it took."""
    # A child starts with the memory of its parent, which is what counts until it has more of its own.
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gc.disable()  # as the commands do
    found: dict[str, Any] = {}
    if sys.argv[1] == "enormous":
        for name, text in ENORMOUS.items():
            seconds, told = _seconds(partial(compile_both_ways, text))
            found[name] = {"seconds": seconds, "told": told}
            gc.collect()
    else:
        for name, make, sizes in (("lines", lines, (10, 1_250, 5_000)), ("job runs", job_runs, (1, 125, 500))):
            texts = [make(size) for size in sizes]
            runs = [[_seconds(partial(compile_both_ways, text)) for text in texts] for _ in range(3)]
            best = [min([run[index][0] for run in runs]) for index in range(len(sizes))]
            found[name] = {"seconds": best, "told": [told for _, told in runs[0]]}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"found": found, "kilobytes": max(most, before)}))


if __name__ == "__main__":
    main()
