"""Mistakes in names: references that are misspelt, and definitions that are gone."""

from __future__ import annotations

import random
import re

from benchmarks.seeding.sites import Edit, File, Seed, choose, merges, misspelt
from orbgen.source.nodes import Alias, Mapping, Node, Scalar, Sequence

_TAG = re.compile(r"(?<!\\)<<\s*(parameters\.[\w-]+|pipeline\.parameters\.[\w-]+|pipeline\.[\w.]+|matrix\.[\w-]+)\s*>>")


def _renamed(
    node: Scalar | Alias, new: str, codes: set[str], meant: str | None = None, places: tuple[int, ...] = ()
) -> Seed:
    return Seed((Edit(node.start, node.end, new),), frozenset(codes), places, meant)


def _names(file: File, section: str) -> set[str]:
    return {pair.key.text for pair in file.section(section)}


def undefined_job(file: File, rng: random.Random) -> Seed | None:
    """An entry of a workflow names a job that does not exist."""
    entry = choose(
        [
            entry
            for entry, _ in file.entries_of_jobs()
            if file.value(entry.body, "name") is not None or not _required(file, entry.workflow, entry.name.text)
        ],
        rng,
    )
    if entry is None or entry.name.style:
        return None
    known = _names(file, "jobs") | _names(file, "job-groups")
    new = misspelt(entry.name.text, rng, known) if rng.random() < 0.7 else "no-such-job"
    meant = entry.name.text if new != "no-such-job" else None
    return _renamed(entry.name, new, {"undefined-job"}, meant)


def _required(file: File, workflow: str, name: str) -> bool:
    return any([entry.workflow == workflow and item.text == name for entry, _, item in file.requirements()])


def job_definition_gone(file: File, rng: random.Random) -> Seed | None:
    """A job that a workflow runs is not defined any more."""
    used = {entry.name.text for entry, _ in file.entries_of_jobs()}
    pair = choose([pair for pair in file.movable(file.value(file.root, "jobs")) if pair.key.text in used], rng)
    if pair is None or len(file.section("jobs")) < 2 or _holds_anchor(file, *file.extent(pair)):
        return None
    places = tuple([entry.name.start for entry in file.entries if entry.name.text == pair.key.text])
    return Seed((Edit(*file.extent(pair), "", False),), frozenset({"undefined-job", "undefined-orb"}), places)


def _holds_anchor(file: File, start: int, end: int) -> bool:
    return re.search(r"[:-] &\w", file.text[start:end]) is not None


def undefined_command(file: File, rng: random.Random) -> Seed | None:
    """A step names a command that does not exist, or misspells one of CircleCI's own."""
    step = choose([*file.calls, *file.built_in], rng)
    if step is None or step.name.style:
        return None
    known = _names(file, "commands") | {"when", "unless", "steps"}
    from orbgen.circleci.grammar import BUILT_IN_STEPS

    new = misspelt(step.name.text, rng, known | set(BUILT_IN_STEPS))
    return _renamed(step.name, new, {"undefined-command"}, step.name.text)


def command_definition_gone(file: File, rng: random.Random) -> Seed | None:
    """A command that steps call is not defined any more."""
    called = {step.name.text for step in file.calls}
    pair = choose([pair for pair in file.movable(file.value(file.root, "commands")) if pair.key.text in called], rng)
    if pair is None or len(file.section("commands")) < 2 or _holds_anchor(file, *file.extent(pair)):
        return None
    start, end = file.extent(pair)
    places = [
        step.name.start for step in file.calls if step.name.text == pair.key.text and not start <= step.name.start < end
    ]
    places += [node.start for node in file.scalars(file.root) if node.text == pair.key.text]
    if not places:
        return None
    return Seed((Edit(start, end, "", False),), frozenset({"undefined-command"}), tuple(places))


def _executor_names(file: File) -> list[Scalar]:
    found = []
    for pair in file.definitions["jobs"]:
        node = file.value(pair.value, "executor")
        name = node if isinstance(node, Scalar) else file.value(node, "name")
        if isinstance(name, Scalar) and "<<" not in name.text and name.text:
            found.append(name)
    return found


def undefined_executor(file: File, rng: random.Random) -> Seed | None:
    """A job asks for an executor that does not exist."""
    known = _names(file, "executors")
    name = choose([name for name in _executor_names(file) if name.text in known and not name.style], rng)
    if name is None:
        return None
    return _renamed(name, misspelt(name.text, rng, known), {"undefined-executor"}, name.text)


def executor_definition_gone(file: File, rng: random.Random) -> Seed | None:
    """An executor that jobs ask for is not defined any more."""
    used = {name.text for name in _executor_names(file)}
    pair = choose([pair for pair in file.movable(file.value(file.root, "executors")) if pair.key.text in used], rng)
    if pair is None or len(file.section("executors")) < 2 or _holds_anchor(file, *file.extent(pair)):
        return None
    places = tuple([node.start for node in file.scalars(file.root) if node.text == pair.key.text])
    return Seed((Edit(*file.extent(pair), "", False),), frozenset({"undefined-executor"}), places)


def undefined_orb(file: File, rng: random.Random) -> Seed | None:
    """A step, job or executor of an orb that is not imported."""
    orbs = _names(file, "orbs")
    if "test-deploy" in file.name:
        return None
    names = [step.name for step in file.steps] + [entry.name for entry in file.entries] + _executor_names(file)
    name = choose([name for name in names if name.text.partition("/")[0] in orbs and "/" in name.text], rng)
    if name is None or name.style:
        return None
    alias, _, element = name.text.partition("/")
    new = misspelt(alias, rng, orbs) if rng.random() < 0.6 else "no-such-orb"
    meant = name.text if new != "no-such-orb" else None
    if _required_as(file, name):
        return None
    return _renamed(name, f"{new}/{element}", {"undefined-orb"}, meant)


def _of_orbs(file: File) -> list[tuple[Scalar, Node | None]]:
    """Each use of an element of an orb that is at hand, with its arguments."""
    found: list[tuple[Scalar, Node | None]] = [(step.name, step.body) for step in file.steps]
    found += [(entry.name, entry.body) for entry in file.entries if not _required_as(file, entry.name)]
    found += [(name, None) for name in _executor_names(file)]
    return [each for each in found if "/" in each[0].text and each[0].text.partition("/")[0] in file.at_hand]


def orb_element(file: File, rng: random.Random) -> Seed | None:
    """The name of an orb's command, job or executor is misspelt."""
    chosen = choose(_of_orbs(file), rng)
    if chosen is None or chosen[0].style:
        return None
    name = chosen[0]
    alias, _, element = name.text.partition("/")
    known = {other.text.partition("/")[2] for other, _ in _of_orbs(file)}
    return _renamed(name, f"{alias}/{misspelt(element, rng, known)}", {"undefined-element"}, name.text)


def orb_argument(file: File, rng: random.Random) -> Seed | None:
    """An argument of an orb's command or job is misspelt."""
    special = {"name", "requires", "context", "filters", "matrix", "type", "pre-steps", "post-steps", "serial-group"}
    options = [pair for _, body in _of_orbs(file) for pair in file.pairs(body) if pair.key.text not in special]
    pair = choose(options, rng)
    if pair is None:
        return None
    new = misspelt(pair.key.text, rng, {other.key.text for other in options})
    return _renamed(pair.key, new, {"unexpected-argument"}, pair.key.text)


def _required_as(file: File, name: Scalar) -> bool:
    return any([item.text == name.text for _, _, item in file.requirements()])


def orb_import_gone(file: File, rng: random.Random) -> Seed | None:
    """An orb is used but not imported any more."""
    if "test-deploy" in file.name:
        return None
    pairs = file.movable(file.value(file.root, "orbs"))
    named = [step.name for step in file.steps] + [entry.name for entry in file.entries] + _executor_names(file)
    used = {name.text.partition("/")[0] for name in named if "/" in name.text}
    pair = choose([pair for pair in pairs if pair.key.text in used], rng)
    if pair is None or len(pairs) < 2 or not isinstance(pair.value, Scalar):
        return None
    uses = [match.start() for match in re.finditer(rf"(?<![\w/]){re.escape(pair.key.text)}/", file.text)]
    return Seed((Edit(*file.extent(pair), "", False),), frozenset({"undefined-orb"}), tuple(uses))


def undefined_alias(file: File, rng: random.Random) -> Seed | None:
    """An alias is misspelt."""
    alias = choose(file.aliases, rng)
    if alias is None:
        return None
    known = {found.name for found in file.aliases}
    return _renamed(alias, "*" + misspelt(alias.name, rng, known), {"undefined-alias"}, f"*{alias.name}")


def anchor_gone(file: File, rng: random.Random) -> Seed | None:
    """An anchor is removed, its aliases stay."""
    alias = choose(file.aliases, rng)
    if alias is None:
        return None
    anchors = list(re.finditer(rf"&{re.escape(alias.name)}(?![\w-]) ?", file.text))
    if len(anchors) != 1:
        return None
    places = tuple([found.start for found in file.aliases if found.name == alias.name])
    return Seed((Edit(*anchors[0].span(), "", False),), frozenset({"undefined-alias"}), places)


def _tags(file: File, prefix: str) -> list[tuple[int, int, str]]:
    """Each tag that CircleCI evaluates and whose name starts with a prefix: where the name stands, and the name."""
    found = []
    nodes = [pair.value for section in file.definitions.values() for pair in section]
    nodes += [entry.body for entry in file.entries if entry.body is not None]
    for node in nodes:
        for scalar in file.scalars(node):
            for match in _TAG.finditer(file.text, scalar.start, scalar.end):
                if (
                    match.group(1).startswith(prefix)
                    and "#" not in file.text[file.line_start(match.start()) : match.start()]
                ):
                    found.append((*match.span(1), match.group(1)))
    return sorted(set(found))


def undefined_parameter(file: File, rng: random.Random) -> Seed | None:
    """A reference to a parameter of a job, command or executor is misspelt."""
    tag = choose(_tags(file, "parameters."), rng)
    if tag is None:
        return None
    start, end, name = tag
    short = name.removeprefix("parameters.")
    new = misspelt(short, rng, {other.removeprefix("parameters.") for _, _, other in _tags(file, "parameters.")})
    return Seed((Edit(start, end, f"parameters.{new}"),), frozenset({"undefined-parameter"}), (), name)


def declaration_gone(file: File, rng: random.Random) -> Seed | None:
    """A parameter is used but not declared any more."""
    options = []
    for section in ("jobs", "commands"):
        for pair in file.definitions[section]:
            declared = file.value(pair.value, "parameters")
            for declaration in file.movable(declared):
                uses = [
                    start
                    for start, _, name in _tags(file, f"parameters.{declaration.key.text}")
                    if pair.value.start <= start < pair.value.end and name == f"parameters.{declaration.key.text}"
                ]
                if uses and len(file.pairs(declared)) > 1:
                    options.append((declaration, uses))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    declaration, uses = chosen
    if _holds_anchor(file, *file.extent(declaration)):
        return None
    return Seed((Edit(*file.extent(declaration), "", False),), frozenset({"undefined-parameter"}), tuple(uses))


def undefined_pipeline_parameter(file: File, rng: random.Random) -> Seed | None:
    """A reference to a pipeline parameter is misspelt."""
    tag = choose(_tags(file, "pipeline.parameters."), rng)
    if tag is None:
        return None
    start, end, name = tag
    short = name.removeprefix("pipeline.parameters.")
    new = misspelt(short, rng, _names(file, "parameters"))
    return Seed((Edit(start, end, f"pipeline.parameters.{new}"),), frozenset({"undefined-parameter"}), (), name)


def pipeline_parameter_gone(file: File, rng: random.Random) -> Seed | None:
    """A pipeline parameter is used but not declared any more."""
    pairs = file.movable(file.value(file.root, "parameters"))
    options = []
    for pair in pairs:
        pattern = rf"pipeline\.parameters\.{re.escape(pair.key.text)}(?![\w-])"
        uses = [
            match.start()
            for match in re.finditer(pattern, file.text)
            if "#" not in file.text[file.line_start(match.start()) : match.start()]
        ]
        if uses and len(pairs) > 1:
            options.append((pair, uses))
    chosen = choose(options, rng)
    if chosen is None or _holds_anchor(file, *file.extent(chosen[0])):
        return None
    pair, uses = chosen
    return Seed((Edit(*file.extent(pair), "", False),), frozenset({"undefined-parameter"}), tuple(uses))


def _tag_start(file: File, name: int) -> int:
    """Where the tag begins that holds a name, which may be on the line before."""
    return file.text.rfind("<<", 0, name)


def undefined_value(file: File, rng: random.Random) -> Seed | None:
    """A pipeline value is misspelt."""
    tags = [tag for tag in _tags(file, "pipeline.") if not tag[2].startswith("pipeline.parameters.")]
    tag = choose(tags, rng)
    if tag is None:
        return None
    start, end, name = tag
    family, _, last = name.rpartition(".")
    return Seed(
        (Edit(start, end, f"{family}.{misspelt(last, rng)}"),),
        frozenset({"undefined-value"}),
        (_tag_start(file, start),),
        name,
    )


def misspelt_scope(file: File, rng: random.Random) -> Seed | None:
    """The first word of a reference is misspelt."""
    tag = choose(_tags(file, ""), rng)
    if tag is None:
        return None
    start, _, name = tag
    scope = name.partition(".")[0]
    new = misspelt(scope, rng, {"parameters", "pipeline", "matrix"})
    return Seed(
        (Edit(start, start + len(scope), new),), frozenset({"unclosed-tag", "undefined-value", "undefined-parameter"})
    )


def undefined_requires(file: File, rng: random.Random) -> Seed | None:
    """A job requires one that is not in its workflow."""
    chosen = choose(file.requirements(), rng)
    if chosen is None or chosen[2].style:
        return None
    entry, _, item = chosen
    known = {other.name.text for other in file.entries if other.workflow == entry.workflow}
    known |= {node.text for other in file.entries if isinstance(node := file.value(other.body, "name"), Scalar)}
    new = misspelt(item.text, rng, known) if rng.random() < 0.7 else "no-such-job"
    return _renamed(item, new, {"requires"}, item.text if new != "no-such-job" else None)


def required_entry_gone(file: File, rng: random.Random) -> Seed | None:
    """A job that others require is taken out of the workflow."""
    options = []
    for entry in file.entries:
        if file.value(entry.body, "name") is not None or file.value(entry.body, "matrix") is not None:
            continue
        same = [
            other for other in file.entries if other.workflow == entry.workflow and other.name.text == entry.name.text
        ]
        places = [
            item.start
            for other, _, item in file.requirements()
            if other.workflow == entry.workflow and item.text == entry.name.text
        ]
        start = file.text.rfind("-", 0, entry.item.outer)
        if places and len(same) == 1 and not file.text[file.line_start(start) : start].strip():
            options.append((entry, start, places))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    entry, start, places = chosen
    first, last = file.line_start(start), file.line_end(entry.item.end - 1)
    if _holds_anchor(file, first, last):
        return None
    return Seed((Edit(first, last, "", False),), frozenset({"requires"}), tuple(places))


def requires_cycle(file: File, rng: random.Random) -> Seed | None:
    """Two jobs require each other."""
    options = []
    for entry, _, item in file.requirements():
        targets = [
            other
            for other in file.entries
            if other.workflow == entry.workflow
            and other.name.text == item.text
            and file.value(other.body, "name") is None
            and file.value(other.body, "matrix") is None
        ]
        if len(targets) == 1 and file.value(entry.body, "name") is None and file.value(entry.body, "matrix") is None:
            options.append((entry, targets[0], item))
    chosen = choose(options, rng)
    if chosen is None:
        return None
    entry, target, item = chosen
    same = [other for other in file.entries if other.workflow == entry.workflow and other.name.text == entry.name.text]
    if len(same) > 1:
        return None
    needed = file.value(target.body, "requires")
    places = (entry.name.start, target.name.start, item.start)
    codes = frozenset({"cycle"})
    if type(needed) is Sequence and not needed.flow and needed.items:
        start = file.text.rfind("-", 0, needed.items[0].outer)
        blanks = " " * file.column(start)
        return Seed(
            (Edit(file.line_start(start), file.line_start(start), f"{blanks}- {entry.name.text}\n"),), codes, places
        )
    if needed is not None:
        return None
    if target.body is None and isinstance(target.item, Scalar) and not target.item.style:
        return Seed(
            (Edit(target.item.start, target.item.end, f"{target.name.text}: {{requires: [{entry.name.text}]}}"),),
            codes,
            places,
        )
    pairs = file.movable(target.body)
    if not pairs or merges(target.body):
        return None
    place = file.line_start(pairs[0].key.outer)
    blanks = " " * file.column(pairs[0].key.outer)
    return Seed((Edit(place, place, f"{blanks}requires: [{entry.name.text}]\n"),), codes, places)


def ambiguous_requires(file: File, rng: random.Random) -> Seed | None:
    """A job is run twice, so that those who require it do not say which."""
    options = []
    for entry, _, item in file.requirements():
        targets = [other for other in file.entries if other.workflow == entry.workflow and other.name.text == item.text]
        if len(targets) == 1 and not isinstance(targets[0].item, Mapping):
            options.append(
                (
                    targets[0],
                    [
                        use.start
                        for other, _, use in file.requirements()
                        if other.workflow == entry.workflow and use.text == item.text
                    ],
                )
            )
    chosen = choose(options, rng)
    if chosen is None:
        return None
    target, places = chosen
    start = file.text.rfind("-", 0, target.item.outer)
    line = file.text[file.line_start(start) : file.line_end(target.item.end - 1)]
    if file.text[file.line_start(start) : start].strip() or not line.endswith("\n"):
        return None
    place = file.line_start(start)
    return Seed((Edit(place, place, line),), frozenset({"requires"}), (*places, target.name.start))


def undefined_job_and_required(file: File, rng: random.Random) -> Seed | None:
    """A job that others require is misspelt where it is run."""
    entry = choose(
        [
            entry
            for entry, _ in file.entries_of_jobs()
            if file.value(entry.body, "name") is None and _required(file, entry.workflow, entry.name.text)
        ],
        rng,
    )
    if entry is None or entry.name.style:
        return None
    new = misspelt(entry.name.text, rng, _names(file, "jobs"))
    return _renamed(entry.name, new, {"undefined-job"}, entry.name.text)


KINDS = {
    "undefined-job": (undefined_job, job_definition_gone, undefined_job_and_required),
    "undefined-command": (undefined_command, undefined_command, command_definition_gone),
    "undefined-executor": (undefined_executor, executor_definition_gone),
    "undefined-orb": (undefined_orb, orb_import_gone),
    "orb-element": (orb_element,),
    "orb-argument": (orb_argument,),
    "undefined-alias": (undefined_alias, anchor_gone),
    "undefined-parameter": (undefined_parameter, declaration_gone),
    "undefined-pipeline-parameter": (undefined_pipeline_parameter, pipeline_parameter_gone),
    "undefined-value": (undefined_value, misspelt_scope),
    "undefined-requires": (undefined_requires, required_entry_gone),
    "ambiguous-requires": (ambiguous_requires,),
    "requires-cycle": (requires_cycle,),
}
