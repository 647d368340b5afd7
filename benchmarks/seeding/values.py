"""Mistakes in values: arguments, declarations, templates, conditions, matrices."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from benchmarks.seeding.edits import deletable, renamed, replaced, seed, without
from benchmarks.seeding.sites import Edit, File, Pair, Seed, choose, merges, misspelt
from orbgen.source.nodes import Mapping, Node, Scalar, Sequence


class Call(NamedTuple):
    """One use of an element of the file: its place, its arguments and the declarations that they meet."""

    name: Scalar
    arguments: Node | None
    declared: dict[str, Pair]


def _declared(file: File, body: Node | None) -> dict[str, Pair]:
    return {pair.key.text: pair for pair in file.pairs(file.value(body, "parameters"))}


def _word(file: File, declaration: Pair, key: str) -> str:
    node = file.value(declaration.value, key)
    return node.text if isinstance(node, Scalar) else ""


def calls(file: File) -> list[Call]:
    """Every call of a command and every entry that runs a job, both of this file."""
    commands = {pair.key.text: pair.value for pair in file.definitions["commands"]}
    found = [
        Call(step.name, step.body, _declared(file, commands[step.name.text]))
        for step in file.calls
        if step.name.text in commands
    ]
    found += [
        Call(entry.name, entry.body, _declared(file, job))
        for entry, job in file.entries_of_jobs()
        if file.value(entry.body, "matrix") is None
    ]
    return found


def missing_argument(file: File, rng: random.Random) -> Seed | None:
    """A call leaves out an argument that has no default."""
    options = []
    for call in calls(file):
        for pair in deletable(file, call.arguments):
            declaration = call.declared.get(pair.key.text)
            if (
                declaration is not None
                and not merges(declaration.value)
                and not file.pair(declaration.value, "default")
            ):
                options.append((call, pair))
    chosen = choose(options, rng)
    if chosen is None or "&" in file.text[slice(*file.extent(chosen[1]))]:
        return None
    return seed(without(file, chosen[1]), codes="missing-argument", places=(chosen[0].name.start,))


def unexpected_argument(file: File, rng: random.Random) -> Seed | None:
    """A call has an argument that is misspelt, or that nothing takes."""
    options = [
        (call, pair) for call in calls(file) for pair in file.movable(call.arguments) if pair.key.text in call.declared
    ]
    chosen = choose(options, rng)
    if chosen is None:
        return None
    call, pair = chosen
    if rng.random() < 0.6:
        new = misspelt(pair.key.text, rng, set(call.declared))
        return seed(renamed(pair, new), codes="unexpected-argument", meant=pair.key.text)
    start = file.line_start(pair.key.outer)
    line = " " * file.column(pair.key.outer) + rng.choice(
        ("no-such-argument: 1", "parameters: {a: b}", "environment: {A: b}")
    )
    return seed(Edit(start, start, line + "\n"), codes="unexpected-argument")


def _values(file: File) -> list[tuple[Call, Pair, Pair]]:
    """Each argument that is written as a plain value, with its declaration."""
    return [
        (call, pair, call.declared[pair.key.text])
        for call in calls(file)
        for pair in file.pairs(call.arguments)
        if pair.key.text in call.declared
        and isinstance(pair.value, Scalar)
        and "<<" not in pair.value.text
        and not pair.value.anchor
        and pair.value.style not in ("|", ">")
    ]


_WRONG = {
    "string": ("true", "12", "[a, b]", "{a: b}", "1.5"),
    "boolean": ('"true"', "12", "maybe", "[true]"),
    "integer": ('"2"', "two", "true", "1.5"),
    "steps": ("checkout", "{run: make}", "true"),
    "env_var_name": ('"not-a-name"', "[A]", '"1A"'),
    "executor": ("[default]", "true"),
}


def argument_type(file: File, rng: random.Random) -> Seed | None:
    """An argument has the wrong type."""
    chosen = choose(_values(file), rng)
    if chosen is None:
        return None
    _, pair, declaration = chosen
    wrong = _WRONG.get(_word(file, declaration, "type"))
    if wrong is None:
        return None
    codes = "argument-type executor-form" if _word(file, declaration, "type") == "executor" else "argument-type"
    return seed(replaced(pair, f" {rng.choice(wrong)}", file), codes=codes, places=(pair.key.start,))


def wrong_enum_value(file: File, rng: random.Random) -> Seed | None:
    """An argument is none of its enum's values."""
    options = [chosen for chosen in _values(file) if _word(file, chosen[2], "type") == "enum"]
    chosen = choose(options, rng)
    if chosen is None:
        return None
    pair = chosen[1]
    text = pair.value.text  # type: ignore[union-attr]
    new = misspelt(text, rng) if text[:1].isalpha() and len(text) > 2 else "no-such-value"
    members = file.value(chosen[2].value, "enum")
    if new in [scalar.text for scalar in file.scalars(members)]:
        return None
    return seed(Edit(pair.value.start, pair.value.end, new), codes="enum", places=(pair.key.start,))


def _declarations(file: File) -> list[Pair]:
    found = [
        pair
        for section in file.definitions.values()
        for definition in section
        for pair in file.pairs(file.value(definition.value, "parameters"))
    ]
    return [pair for pair in found if type(pair.value) is Mapping and not merges(pair.value)]


def wrong_default(file: File, rng: random.Random) -> Seed | None:
    """A default does not have the type of its parameter, or is none of its values."""
    options = []
    for declaration in [*_declarations(file), *file.section("parameters")]:
        default = file.pair(declaration.value, "default")
        if default is not None and isinstance(default.value, Scalar) and "<<" not in default.value.text:
            options.append((declaration, default))
    chosen = choose([option for option in options if option[1].value.style not in ("|", ">")], rng)  # type: ignore[union-attr]
    if chosen is None:
        return None
    declaration, default = chosen
    kind = _word(file, declaration, "type")
    if kind == "enum":
        return seed(replaced(default, " no-such-value", file), codes="enum", places=(default.key.start,))
    wrong = _WRONG.get(kind)
    if wrong is None or kind == "executor":
        return None
    return seed(replaced(default, f" {rng.choice(wrong)}", file), codes="default-type", places=(default.key.start,))


def bad_declaration(file: File, rng: random.Random) -> Seed | None:
    """A declaration has a wrong type word, no type, a key too many, or no list of values."""
    declaration = choose(_declarations(file), rng)
    pair = file.pair(declaration.value, "type") if declaration is not None else None
    if declaration is None or pair is None or not isinstance(pair.value, Scalar):
        return None
    places = (declaration.key.start, pair.key.start)
    kind = rng.randrange(4)
    if kind == 0 and pair in deletable(file, declaration.value):
        return seed(without(file, pair), codes="value", places=places)
    if kind == 1 and file.leads_its_line(pair.key):
        start = file.line_start(pair.key.outer)
        line = " " * file.column(pair.key.outer) + rng.choice(
            ("required: true", "extra: 1", "defualt: x", "values: [a]")
        )
        return seed(Edit(start, start, line + "\n"), codes="unknown-key", places=places)
    if kind == 2 and pair.value.text == "enum":
        members = file.pair(declaration.value, "enum")
        if members is not None and members in deletable(file, declaration.value):
            return seed(without(file, members), codes="enum", places=places)
    new = rng.choice(("bool", "int", "number", "list", misspelt(pair.value.text, rng)))
    return seed(Edit(pair.value.start, pair.value.end, new), codes="value", places=places)


def bad_pipeline_declaration(file: File, rng: random.Random) -> Seed | None:
    """A pipeline parameter has no default, or a type that only elements have."""
    declaration = choose([pair for pair in file.section("parameters") if type(pair.value) is Mapping], rng)
    if declaration is None:
        return None
    default, kind = file.pair(declaration.value, "default"), file.pair(declaration.value, "type")
    if default is not None and default in deletable(file, declaration.value) and rng.random() < 0.6:
        return seed(without(file, default), codes="missing-argument", places=(declaration.key.start,))
    if kind is None:
        return None
    return seed(
        Edit(kind.value.start, kind.value.end, rng.choice(("steps", "executor", "env_var_name"))),
        codes="value",
        places=(declaration.key.start,),
    )


# Templates


def unclosed_tag(file: File, rng: random.Random) -> Seed | None:
    """A script holds a here-document that is not escaped, or a tag that is not closed."""
    if file.version != "2.1":
        return None
    blocks = [
        node
        for step in file.steps
        if step.name.text == "run"
        if isinstance(
            node := (step.body if isinstance(step.body, Scalar) else file.value(step.body, "command")), Scalar
        )
        and node.style == "|"
    ]
    script = choose([node for node in blocks if "<<" not in node.text and ">>" not in node.text], rng)
    tags = list(re.finditer(r"<<\s*(?:parameters|pipeline)\.[\w.-]+\s*>>", file.text))
    if script is None or (tags and rng.random() < 0.3):
        match = choose([tag for tag in tags if ">>" not in file.text[tag.end() : file.line_end(tag.start())]], rng)
        if match is None or "#" in file.text[file.line_start(match.start()) : match.start()]:
            return None
        return seed(Edit(match.end() - 2, match.end(), "> "), codes="unclosed-tag expression", places=(match.start(),))
    first = file.line_end(script.start)
    lines = file.text[first : script.end].splitlines(keepends=True)
    line = next((line for line in lines if line.strip()), None)
    if line is None:
        return None
    blanks = line[: len(line) - len(line.lstrip(" "))]
    text = rng.choice(
        (
            f"{blanks}cat > notes <<EOF\n{blanks}hello\n{blanks}EOF\n",
            f"{blanks}<<include(scripts/greet.sh)>>\n",
            f"{blanks}wc -w <<< $TEXT\n",
            f"{blanks}cat <<'END' >> log\n{blanks}hello\n{blanks}END\n",
        )
    )
    return Seed((Edit(first, first, text),), frozenset({"unclosed-tag"}))


# Conditions


def _statements(file: File) -> list[Mapping]:
    found = []
    nodes = [file.value(step.body, "condition") for step in file.steps if step.name.text in ("when", "unless")]
    nodes += [file.value(workflow.value, key) for workflow in file.workflows for key in ("when", "unless")]
    for node in nodes:
        found.extend([mapping for mapping in file.mappings(node) if len(mapping.entries) == 1])
    return found


def bad_condition(file: File, rng: random.Random) -> Seed | None:
    """A logic statement has a wrong operator, or a wrong operand."""
    statement = choose(_statements(file), rng)
    pair = next(iter(file.pairs(statement)), None)
    if pair is None or "&" in file.text[pair.value.outer : pair.value.end]:
        return None
    if rng.random() < 0.5:
        new = rng.choice(
            (misspelt(pair.key.text, rng, {"and", "or", "not", "equal", "matches"}), "equals", "all", "eq")
        )
        return seed(renamed(pair, new), codes="condition")
    if pair.key.text in ("and", "or", "equal"):
        return seed(
            replaced(pair, rng.choice((" true", " []", " {a: b}")), file), codes="condition", places=(pair.key.start,)
        )
    if pair.key.text == "matches":
        inner = choose(deletable(file, pair.value), rng)
        return (
            seed(without(file, inner), codes="condition", places=(pair.key.start, pair.value.start)) if inner else None
        )
    return None


def bad_expression(file: File, rng: random.Random) -> Seed | None:
    """A workflow's expression cannot be read."""
    workflow = choose(
        [
            pair
            for pair in file.workflows
            if not merges(pair.value)
            and file.value(pair.value, "when") is None
            and file.value(pair.value, "unless") is None
        ],
        rng,
    )
    pair = next(iter(file.movable(workflow.value if workflow else None)), None)
    if pair is None or file.version != "2.1":
        return None
    start = file.line_start(pair.key.outer)
    text = rng.choice(
        (
            'pipeline.git.branch = "main"',
            'pipeline.git.branch == "main" && pipeline.git.tag == ""',
            'pipeline.git.branch startsWith "release"',
            '(pipeline.git.branch == "main"',
            'pipeline.git.brnch == "main"',
            "pipeline.git.branch ==",
        )
    )
    line = " " * file.column(pair.key.outer) + f"when: '{text}'\n"
    return seed(Edit(start, start, line), codes="expression undefined-value")


# Steps with values of their own


def wrong_step_value(file: File, rng: random.Random) -> Seed | None:
    """A `run` step has a value that its key does not take."""
    step = choose(file.runs(keys=("command",)), rng)
    pair = choose(file.movable(step.body) if step is not None else [], rng)
    if step is None or pair is None:
        return None
    key, value = rng.choice(
        (
            ("when", "allways"),
            ("when", "on_failure"),
            ("when", "success"),
            ("no_output_timeout", "ten minutes"),
            ("no_output_timeout", "10 x"),
            ("max_auto_reruns", "9"),
            ("max_auto_reruns", "0"),
            ("max_auto_reruns", "many"),
            ("auto_rerun_delay", "10s"),
        )
    )
    if file.value(step.body, key) is not None:
        return None
    start = file.line_start(pair.key.outer)
    line = " " * file.column(pair.key.outer) + f"{key}: {value}\n"
    return seed(Edit(start, start, line), codes="value")


def wrong_checkout(file: File, rng: random.Random) -> Seed | None:
    """A checkout has a method that does not exist, or a depth that does not fit."""
    step = choose(
        [step for step in file.steps if step.name.text == "checkout" and step.body is None and not step.name.style], rng
    )
    if step is None:
        return None
    text = rng.choice(
        (
            "{method: blobles}",
            "{method: partial}",
            "{method: shallow, depth: 0}",
            "{method: shallow, depth: x}",
            "{method: full, depth: 3}",
        )
    )
    return seed(Edit(step.item.start, step.item.end, f"checkout: {text}"), codes="value")


def wrong_parallelism(file: File, rng: random.Random) -> Seed | None:
    """A job's parallelism, retention or environment has a value of the wrong kind."""
    job = choose(file.plain_jobs, rng)
    pair = choose(file.movable(job.value) if job is not None else [], rng)
    if job is None or pair is None or file.version != "2.1":
        return None
    key, value = rng.choice(
        (
            ("parallelism", "four"),
            ("parallelism", '"4"'),
            ("retention", "{caches: 40d}"),
            ("retention", "{caches: ten days}"),
            ("circleci_ip_ranges", "maybe"),
            ("environment", "production"),
            ("docker", "cimg/base:2024.01"),
            ("steps", "12"),
        )
    )
    if file.value(job.value, key) is not None or (key == "docker" and file.value(job.value, "executor") is None):
        return None
    start = file.line_start(pair.key.outer)
    line = " " * file.column(pair.key.outer) + f"{key}: {value}\n"
    return seed(Edit(start, start, line), codes="value")


def docker_without_image(file: File, rng: random.Random) -> Seed | None:
    """A docker entry has no image, or misspells the key."""
    options = []
    for definition in [*file.definitions["jobs"], *file.definitions["executors"]]:
        docker = file.value(definition.value, "docker")
        for item in docker.items if type(docker) is Sequence else ():
            pair = file.pair(item, "image")
            if pair is not None and not merges(item):
                options.append((item, pair))
    chosen = choose(options, rng)
    if chosen is None or file.version != "2.1":
        return None
    item, pair = chosen
    return seed(
        renamed(pair, rng.choice((misspelt("image", rng), "img", "name_of_image"))),
        codes="unknown-key value",
        places=(item.start,),
    )


# Matrices


def bad_matrix(file: File, rng: random.Random) -> Seed | None:
    """A matrix has no list, an argument that its job does not take, or a key that does not exist."""
    entries = [
        (entry, job) for entry, job in file.entries_of_jobs() if type(file.value(entry.body, "matrix")) is Mapping
    ]
    chosen = choose(entries, rng)
    if chosen is None:
        return None
    entry, _ = chosen
    matrix = file.pair(entry.body, "matrix")
    parameters = file.pair(matrix.value, "parameters") if matrix is not None else None
    if matrix is None or parameters is None:
        return None
    axis = choose(file.pairs(parameters.value), rng)
    if axis is None:
        return None
    kind = rng.randrange(4)
    if kind == 0:
        return seed(replaced(axis, " one", file), codes="matrix", places=(axis.key.start,))
    if kind == 1:
        new = misspelt(axis.key.text, rng)
        return seed(renamed(axis, new), codes="unexpected-argument", meant=axis.key.text)
    if kind == 2:
        new = rng.choice(("parametres", "params", misspelt("parameters", rng)))
        return seed(renamed(parameters, new), codes="matrix unknown-key", places=(matrix.key.start, matrix.value.start))
    if type(axis.value) is Sequence and axis.value.items and isinstance(axis.value.items[0], Scalar):
        first = axis.value.items[0]
        return seed(
            Edit(first.start, first.end, "[a]"), codes="argument-type enum executor-form", places=(axis.key.start,)
        )
    return None


def exclude_partly(file: File, rng: random.Random) -> Seed | None:
    """An `exclude` leaves out a parameter of its matrix, or names one too many."""
    options = []
    for entry in file.entries:
        excluded = file.value(file.value(entry.body, "matrix"), "exclude")
        for item in excluded.items if type(excluded) is Sequence else ():
            options.extend([(item, pair) for pair in file.pairs(item)])
    chosen = choose(options, rng)
    if chosen is None:
        return None
    item, pair = chosen
    return seed(renamed(pair, misspelt(pair.key.text, rng)), codes="matrix", places=(item.start,))


KINDS = {
    "missing-argument": (missing_argument,),
    "unexpected-argument": (unexpected_argument,),
    "argument-type": (argument_type,),
    "enum-value": (wrong_enum_value,),
    "default-type": (wrong_default,),
    "declaration": (bad_declaration, bad_pipeline_declaration),
    "unclosed-tag": (unclosed_tag,),
    "condition": (bad_condition,),
    "expression": (bad_expression,),
    "step-value": (wrong_step_value, wrong_checkout),
    "job-value": (wrong_parallelism, docker_without_image),
    "matrix": (bad_matrix, bad_matrix, exclude_partly),
}
