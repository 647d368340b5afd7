"""Files that are made to take all time and memory: each ends in a sentence, in a second and in little memory.

Time is that of the processor, start-up included, so that a busy machine is no failure.
"""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from benchmarks.processes import run

SECONDS = 1.0
MEBIBYTES = 200

HEAD = "version: 2.1\n"
EXECUTOR = "docker: [{image: cimg/base:2024.12}]"
FLOW = "workflows: {main: {jobs: [build]}}\n"


def config(steps="[checkout]", top="", parameters="", workflows=FLOW):
    return f"{HEAD}{top}jobs:\n  build:\n    {EXECUTOR}\n{parameters}    steps: {steps}\n{workflows}"


def doubling(levels, form):
    return "".join([form.replace("THIS", str(level)).replace("NEXT", str(level + 1)) for level in range(levels)])


def anchors(levels, form):
    return "".join([form.replace("THIS", str(level)).replace("LAST", str(level - 1)) for level in range(1, levels)])


def parameter_names(count, value):
    return ", ".join([f"p{number}: {value}" for number in range(count)])


MEMBERS = ", ".join([f"v{number}" for number in range(90_000)])
TAG, CLOSE = "<<# pipeline.git.branch >>", "<</ pipeline.git.branch >>"

BOMBS = {
    "aliases": lambda: HEAD + "a0: &a0 [x, x]\n" + anchors(40, "aTHIS: &aTHIS [*aLAST, *aLAST]\n") + config()[13:],
    "aliases as steps": lambda: HEAD + "a0: &a0 [checkout, checkout]\n"
    + anchors(19, "aTHIS: &aTHIS [*aLAST, *aLAST]\n") + config("*a18")[13:],
    "merged aliases": lambda: HEAD + "a0: &a0 {x: 1}\n"
    + anchors(40, "aTHIS: &aTHIS {<<: [*aLAST, *aLAST], kTHIS: 1}\n") + config()[13:],
    "a large text behind many aliases": lambda: HEAD + f"x: &x {'a' * 100_000}\n"
    + config(f"[{', '.join(['{run: *x}'] * 20_000)}]")[13:],
    "flow nesting": lambda: "a: " + "[" * 10_000 + "]" * 10_000,
    "flow nesting without end": lambda: "{a: " * 10_000,
    "block nesting": lambda: "".join([" " * level + "a:\n" for level in range(2000)]),
    "block nesting in one line": lambda: "- " * 10_000 + "a",
    "commands that call each other": lambda: config("[a]", "commands: {a: {steps: [b]}, b: {steps: [a, a]}}\n"),
    "commands that call twice": lambda: config(
        "[c0]", f"commands:\n{doubling(60, '  cTHIS: {steps: [cNEXT, cNEXT]}' + chr(10))}  c60: {{steps: [checkout]}}\n"
    ),
    "a text that doubles": lambda: config(
        "[{c0: {x: ab}}]",
        "commands:\n"
        + doubling(60, "  cTHIS: {parameters: {x: {type: string}}, "
                       "steps: [{cNEXT: {x: << parameters.x >><< parameters.x >>}}]}\n")
        + "  c60: {parameters: {x: {type: string}}, steps: [{run: << parameters.x >>}]}\n",
    ),
    "orbs in orbs": lambda: config(
        "[o/c]",
        "orbs: {o: " + "{orbs: {o: " * 100 + "{commands: {c: {steps: [checkout]}}}"
        + "}, commands: {c: {steps: [o/c]}}}" * 100 + "}\n",
    ),
    "orbs that import two": lambda: config(
        "[o30/c]",
        "orbs:\n  o0: &o0 {commands: {c: {steps: [checkout]}}}\n"
        + anchors(31, "  oTHIS: &oTHIS {orbs: {a: *oLAST, b: *oLAST}, commands: {c: {steps: [a/c, b/c]}}}\n"),
    ),
    "job groups that call each other": lambda: config(
        workflows="job-groups: {a: {jobs: [b, b]}, b: {jobs: [a, a]}}\nworkflows: {main: {jobs: [a]}}\n"
    ),
    "job groups that call twice": lambda: config(
        workflows=f"job-groups:\n{doubling(40, '  gTHIS: {jobs: [gNEXT, gNEXT]}' + chr(10))}"
        "  g40: {jobs: [build]}\nworkflows: {main: {jobs: [g0]}}\n"
    ),
    "a matrix of a million": lambda: config(
        parameters=f"    parameters: {{{parameter_names(6, '{type: string}')}}}\n",
        workflows="workflows: {main: {jobs: [{build: {matrix: {parameters: {"
        + parameter_names(6, "[a, b, c, d, e, f, g, h, i, j]") + "}}}}]}}\n",
    ),
    "jobs that each require two": lambda: config(
        workflows="workflows: {main: {jobs: [{build: {name: a0}}, {build: {name: b0}}, "
        + anchors(60, "{build: {name: aTHIS, requires: [aLAST, bLAST]}}, "
                      "{build: {name: bTHIS, requires: [aLAST, bLAST]}}, ")
        + "{build: {name: end, requires: [a59]}}]}}\n"
    ),
    "a long chain of jobs": lambda: config(
        workflows="workflows: {main: {jobs: [{build: {name: j0}}, "
        + anchors(2000, "{build: {name: jTHIS, requires: [jLAST]}}, ") + "{build: {name: end}}]}}\n"
    ),
    "a text of fifteen megabytes": lambda: config(f"[{{run: {'a' * 15_000_000}}}]"),
    "a text of many tags": lambda: config(f"[{{run: '{'<< pipeline.git.branch >>' * 100_000}'}}]"),
    "a text of opened tags": lambda: config(f"[{{run: '{'<<' * 1_000_000}'}}]"),
    "a text of escaped tags": lambda: config("[{run: '" + r"\<<" * 1_000_000 + "'}]"),
    "sections side by side": lambda: config(f"[{{run: '{(TAG + CLOSE) * 50_000}'}}]"),
    "sections in sections": lambda: config(f"[{{run: '{TAG * 10_000}x{CLOSE * 10_000}'}}]"),
    "parentheses in parentheses": lambda: config(f"[{{run: '<< {'(' * 4000}pipeline.id{')' * 4000} >>'}}]"),
    "a long expression": lambda: config(f"[{{run: '<< {' == '.join(['1'] * 2000)} >>'}}]"),
    "a condition in a condition": lambda: config(
        workflows=f"workflows: {{main: {{when: {'{and: [' * 120}true{']}' * 120}, jobs: [build]}}}}\n"
    ),
    "a pattern that backtracks": lambda: config(
        f"[{{when: {{condition: {{matches: {{pattern: '^(a|aa)+$', value: {'a' * 60}b}}}}, steps: [checkout]}}}}]",
        workflows="workflows: {main: {jobs: [{build: {filters: {branches: {only: ['/^(a+)+$/', '/(x*)*y/']}}}}]}}\n",
    ),
    "patterns without end": lambda: config(
        workflows="workflows: {main: {jobs: [{build: {filters: {branches: {only: ["
        + ", ".join([f"/b{number}.*/" for number in range(20_000)]) + "]}}}}]}}\n"
    ),
    "a script of open brackets": lambda: config(f"[{{run: 'tbot start {'$(' * 20_000}'}}]"),
    "variables that double": lambda: config(
        "\n      - run: |\n          a0=xx\n"
        + anchors(60, "          aTHIS=$aLAST$aLAST\n") + "          tbot start $a59\n"
    ),
    "a file of over sixteen megabytes": lambda: "# " + "x" * (16 * 1024 * 1024),
    "a file of a million values": lambda: "[" + "a," * 1_000_000 + "]",
    "names that are nearly right": lambda: config(
        f"[{', '.join([f'commando-{number}' for number in range(5000)])}]",
        f"commands:\n{doubling(5000, '  command-THIS: {steps: [checkout]}' + chr(10))}",
    ),
    "a file of millions of empty items": lambda: HEAD + "x:\n" + "-\n" * 7_500_000,
    "a long enum that does not fit": lambda: config(
        f"[{', '.join(['{c: {p: none}}'] * 300)}]",
        f"commands: {{c: {{parameters: {{p: {{type: enum, enum: [{MEMBERS}]}}}}, steps: [checkout]}}}}\n",
    ),
    "a long enum passed on": lambda: config(
        f"[{', '.join(['{c: {p: << pipeline.parameters.p >>}}'] * 300)}]",
        f"parameters: {{p: {{type: enum, enum: [{MEMBERS}], default: v0}}}}\n"
        "commands: {c: {parameters: {p: {type: string}}, steps: [{run: 'echo << parameters.p >>'}]}}\n",
    ),
    "a long enum in expressions": lambda: config(
        "[" + doubling(300, '{when: {condition: << pipeline.parameters.p == "vTHIS" >>, steps: [checkout]}}, ') + "]",
        f"parameters: {{p: {{type: enum, enum: [{MEMBERS}], default: v0}}}}\n",
    ),
    "many mistakes": lambda: HEAD + "jobs:\n" + "".join([f"  j{number}: 1\n" for number in range(30_000)]) + FLOW,
}  # fmt: skip


@pytest.mark.parametrize("command", ["lint", "compile"])
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_a_sentence(name, command, tmp_path):
    path, output, errors = tmp_path / "config.yml", tmp_path / "output", tmp_path / "errors"
    path.write_text(BOMBS[name](), encoding="utf-8")
    orbgen = shutil.which("orbgen")
    words = [orbgen] if orbgen is not None else [sys.executable, "-m", "orbgen"]
    words += [command, str(path)]
    ended = run(words, tmp_path, output=output, errors=errors, seconds=20)
    if ended.processor > SECONDS:  # A processor that others use as well takes longer for the same.
        ended = run(words, tmp_path, output=output, errors=errors, seconds=20)
    said = errors.read_text(encoding="utf-8", errors="replace")
    assert ended.code in (0, 1, 2), said[-500:]
    assert "defect" not in said
    assert os.path.getsize(output) + len(said) < 64_000_000
    assert ended.processor <= SECONDS, f"{ended.processor:.2f} s of the processor"
    assert ended.memory <= MEBIBYTES * 1024 * 1024, f"{ended.memory / 1024 / 1024:.0f} MiB"
