"""Untrusted values to plant: pasted into a script, or handed on through parameters, commands, orbs and steps."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from benchmarks.seeding.sites import Edit, File, Pair, Seed, Step, choose
from orbgen.source.nodes import Mapping, Scalar

_RULE = frozenset({"pipeline-value-injection"})
UNTRUSTED = (
    "pipeline.git.branch",
    "pipeline.git.commit.subject",
    "pipeline.git.commit.body",
    "pipeline.event.github.pull_request.title",
    "pipeline.event.github.pull_request.head.ref",
    "pipeline.trigger_parameters.github_app.commit_message",
)
CALLED = ("pipeline.schedule.name", "pipeline.trigger.name", "pipeline.deploy.reason")
TRUSTED = ("pipeline.git.base_revision", "pipeline.git.revision", "pipeline.id", "pipeline.project.slug")


def _script(step: Step, file: File) -> Scalar | None:
    node = step.body if isinstance(step.body, Scalar) else file.value(step.body, "command")
    return node if isinstance(node, Scalar) else None


def _reached(file: File) -> list[str]:
    """The jobs that workflows run."""
    return [entry.name.text for entry, _ in file.entries_of_jobs()]


def pasted(file: File, rng: random.Random) -> Seed | None:
    """A line of a script with the value in it."""
    reached = set(_reached(file))
    steps = [step for step in file.steps if step.name.text == "run" and step.owner in reached]
    blocks = [script for step in steps if (script := _script(step, file)) is not None and script.style == "|"]
    script = choose([block for block in blocks if "<<" not in block.text and "\\\n" not in block.text], rng)
    if script is None or file.version != "2.1":
        return None
    first = file.line_end(script.start)
    line = next((line for line in file.text[first : script.end].splitlines() if line.strip()), None)
    if line is None:
        return None
    blanks = line[: len(line) - len(line.lstrip(" "))]
    value = rng.choice(UNTRUSTED)
    command = rng.choice(
        (f'echo "<< {value} >>"', f"./deploy --to=<<{value}>>", f"export NAME='<< {value} or \"x\" >>'")
    )
    return Seed((Edit(first, first, f"{blanks}{command}\n"),), _RULE)


def _uses(file: File, body: Mapping, name: str) -> list[int]:
    """Where the scripts of a definition paste a parameter; none where it is used elsewhere, or under a condition."""
    tag = re.compile(rf"parameters\.{re.escape(name)}(?![\w-])")
    steps = [step for step in file.steps if body.start <= step.item.start < body.end]
    scripts = [script for step in steps if step.name.text == "run" and (script := _script(step, file)) is not None]
    found = [match.start() for script in scripts for match in tag.finditer(file.text, script.start, script.end)]
    everywhere = len(tag.findall(file.text[body.start : body.end]))
    conditional = any([step.name.text in ("when", "unless") for step in steps])
    plain = all(["#" not in file.text[file.line_start(place) : place] for place in found])
    return found if len(found) == everywhere and plain and not conditional and "<<EOF" not in file.text else []


def _arguments(file: File, body: object, declared: Mapping) -> list[Pair]:
    """The texts that a call gives to parameters of type string."""
    found = []
    for pair in file.pairs(body if type(body) is Mapping else None):
        kind = file.value(file.value(declared, pair.key.text), "type")
        plain = isinstance(pair.value, Scalar) and not pair.value.style and not pair.value.anchor and pair.value.text
        if isinstance(kind, Scalar) and kind.text == "string" and plain:
            found.append(pair)
    return found


def handed(file: File, rng: random.Random) -> Seed | None:
    """An argument of a job that pastes it into its script becomes an untrusted value."""
    options = []
    for entry, job in file.entries_of_jobs():
        declared = file.value(job, "parameters")
        if type(declared) is Mapping and file.value(entry.body, "matrix") is None:
            for pair in _arguments(file, entry.body, declared):
                uses = _uses(file, job, pair.key.text)
                if uses:
                    options.append((pair, uses))
    chosen = choose(options, rng)
    if chosen is None or file.version != "2.1":
        return None
    pair, uses = chosen
    value = f"<< {rng.choice(UNTRUSTED)} >>"
    return Seed((Edit(pair.value.start, pair.value.end, value, False),), _RULE, tuple(uses), notes=(pair.value.start,))


class _Chain(NamedTuple):
    """Lines to add to a section of a file; `sink` and `handed` count the lines that have to be named."""

    commands: list[str]
    steps: list[str]
    marks: list[str]


_HOPS = ("plain", "when", "steps", "section", "default", "text")


def _chain(rng: random.Random, sink: str, length: int) -> _Chain:
    """Commands that call one another, the last of which holds the sink; `@n` marks a line that a note has to name."""
    name = f"planted-{length}"
    commands = [
        f"{name}:",
        "  parameters:",
        "    text: {type: string}",
        "  steps:",
        *[f"    {line}" for line in sink.split("\n")],
    ]
    marks = []
    for index in range(length - 1, 0, -1):
        hop, inner, name = rng.choice(_HOPS), name, f"planted-{index}"
        given = '"v<< parameters.text >>"' if hop == "text" else "<< parameters.text >>"
        if hop == "section":
            given = '"<<# parameters.text >><< parameters.text >><</ parameters.text >>"'
        mark = f"@{index}"
        call = [f"- {inner}:", f"    text: {given} # {mark}"]
        marks.append(mark)
        if hop == "when":
            call = [
                "- when:",
                "    condition: << parameters.text >>",
                "    steps:",
                *[f"      {line}" for line in call],
            ]
        steps = [f"    {line}" for line in call]
        declared = ["    text: {type: string}"]
        if hop == "steps":
            around = f"planted-around-{index}"
            commands += [
                f"{around}:",
                "  parameters: {inner: {type: steps}}",
                "  steps:",
                "    - steps: << parameters.inner >>",
            ]
            steps = [f"    - {around}:", "        inner:", *[f"          {line}" for line in call]]
        commands += [f"{name}:", "  parameters:", *declared, "  steps:", *steps]
    return _Chain(commands, [f"- {name}:"], marks)


_SINKS = {
    "run": '- run: ./go "<< parameters.text >>" # @sink',
    "command": "- run:\n    name: Go\n    command: ./go << parameters.text >> # @sink",
    "block": "- run:\n    command: |\n      set -eu\n      ./go << parameters.text >> # @sink",
    "folded": "- run:\n    command: >-\n      ./go\n      << parameters.text >> # @sink",
    "shell": "- run:\n    shell: << parameters.text >> # @sink\n    command: make",
}
_HARMLESS = {
    "environment": '- run:\n    environment: {TEXT: << parameters.text >>}\n    command: ./go "$TEXT"',
    "name": "- run:\n    name: Go to << parameters.text >>\n    command: make",
    "directory": "- run:\n    working_directory: << parameters.text >>\n    command: make",
    "condition": "- when:\n    condition: {equal: [main, << parameters.text >>]}\n    steps:\n      - run: make",
    "path": "- store_artifacts:\n    path: << parameters.text >>",
}


def _section(file: File, name: str, lines: list[str]) -> Edit | None:
    """The edit that adds lines to a section in block style, or adds the section."""
    pair = file.pair(file.root, name)
    if pair is None:
        end = len(file.text)
        start = "" if file.text.endswith("\n") else "\n"
        return Edit(end, end, start + f"{name}:\n" + "".join([f"  {line}\n" for line in lines]), False)
    first = next(iter(file.movable(pair.value)), None)
    if first is None or type(pair.value) is not Mapping:
        return None
    place = file.line_start(first.key.outer)
    blanks = " " * file.column(first.key.outer)
    return Edit(place, place, "".join([f"{blanks}{line}\n" for line in lines]), False)


def _is_setup(file: File) -> bool:
    return file.pair(file.root, "setup") is not None


_ENTRIES = ("job", "pre-steps", "post-steps", "matrix", "job-default", "orb")


def _planted(
    file: File, rng: random.Random, sinks: dict[str, str], values: tuple[str, ...], codes: frozenset[str]
) -> Seed | None:
    """A job of its own whose call hands a value through so many commands to a sink."""
    if file.version != "2.1" or _is_setup(file):
        return None
    length, way, value = rng.randint(1, 5), rng.choice(_ENTRIES), rng.choice(values)
    chain = _chain(rng, sinks[rng.choice(sorted(sinks))], length)
    call = [*chain.steps, "    text: << parameters.word >> # @job"]
    marks, commands, entry = [*chain.marks, "@job"], chain.commands, [f"word: << {value} >> # @enters"]
    declared, steps = "word: {type: string}", call
    if way in ("pre-steps", "post-steps"):
        around = [*chain.steps, f"    text: << {value} >> # @enters"]
        marks, declared, steps = chain.marks, "other: {type: string, default: a}", ["- checkout"]
        entry = [f"{way}:", *[f"  {line}" for line in around]]
    elif way == "matrix":
        entry = ["matrix:", "  parameters:", f'    word: [<< {value} >>, "b"] # @enters']
    elif way == "job-default":
        declared, entry = f'word: {{type: string, default: "<< {value} >>"}} # @enters', ["name: planted"]
    job = [
        "planted-job:",
        "  docker: [{image: cimg/base:2026.01}]",
        "  parameters:",
        f"    {declared}",
        "  steps:",
        *[f"    {line}" for line in steps],
    ]
    edits: list[Edit | None] = []
    called = "planted-job"
    if way == "orb":
        called = "planted/planted-job"
        orb = [
            "planted:",
            "  commands:",
            *[f"    {line}" for line in commands],
            "  jobs:",
            *[f"    {line}" for line in job],
        ]
        edits.append(_section(file, "orbs", orb))
    else:
        edits += [_section(file, "commands", commands), _section(file, "jobs", job)]
    run = ["planted:", "  jobs:", f"    - {called}:", *[f"        {line}" for line in entry]]
    edits.append(_section(file, "workflows", run))
    if any([edit is None for edit in edits]):
        return None
    return Seed(tuple([edit for edit in edits if edit is not None]), codes, (), None, (), (*marks, "@enters"))


def planted(file: File, rng: random.Random) -> Seed | None:
    """An untrusted value goes through parameters, commands, steps, conditions, a matrix or an orb into code."""
    return _planted(file, rng, _SINKS, UNTRUSTED, _RULE)


def called(file: File, rng: random.Random) -> Seed | None:
    """A value that whoever starts the pipeline chooses goes the same ways into code."""
    return _planted(file, rng, _SINKS, CALLED, frozenset({"parameter-injection"}))


_EXECUTORS = {
    "shell": (["docker: [{image: cimg/base:2026.01}]", "shell: << parameters.text >> # @sink"], _RULE),
    "command": (["docker: [{image: cimg/base:2026.01, command: << parameters.text >>}] # @sink"], _RULE),
    "entrypoint": (
        ["docker:", "  - image: cimg/base:2026.01", '    entrypoint: [sh, -c, "run << parameters.text >>"] # @sink'],
        _RULE,
    ),
    "image": (["docker: [{image: << parameters.text >>}] # @sink"], frozenset({"image"})),
    "tag": (['docker: [{image: "cimg/base:<< parameters.text >>"}]'], frozenset[str]()),
    "environment": (
        ["docker: [{image: cimg/base:2026.01}]", "environment: {TEXT: << parameters.text >>}"],
        frozenset[str](),
    ),
}


def executed(file: File, rng: random.Random) -> Seed | None:
    """An untrusted value goes through a job's parameter into its executor."""
    if file.version != "2.1" or _is_setup(file):
        return None
    body, codes = _EXECUTORS[rng.choice(sorted(_EXECUTORS))]
    executor = ["planted:", "  parameters:", "    text: {type: string}", *[f"  {line}" for line in body]]
    job = [
        "planted-job:",
        "  parameters:",
        "    word: {type: string}",
        "  executor:",
        "    name: planted",
        "    text: << parameters.word >> # @job",
        "  steps: [checkout]",
    ]
    run = ["planted:", "  jobs:", "    - planted-job:", f"        word: << {rng.choice(UNTRUSTED)} >> # @enters"]
    edits = [_section(file, "executors", executor), _section(file, "jobs", job), _section(file, "workflows", run)]
    if any([edit is None for edit in edits]):
        return None
    return Seed(tuple([edit for edit in edits if edit is not None]), codes, (), None, (), ("@job", "@enters"))


def harmless(file: File, rng: random.Random) -> Seed | None:
    """An untrusted value that ends where it is data, or a trusted one that ends in code: nothing to say."""
    if rng.random() < 0.6:
        return _planted(file, rng, _HARMLESS, UNTRUSTED, frozenset())
    return _planted(file, rng, _SINKS, TRUSTED, frozenset())


KINDS = {
    "injection-pasted": (pasted,),
    "injection-handed": (handed,),
    "injection-planted": (planted,),
    "injection-called": (called,),
    "injection-executed": (executed,),
    "injection-harmless": (harmless,),
}
