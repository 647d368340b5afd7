"""What a misspelt or misplaced key is taken for once it is reported, so that one mistake gives one problem."""

from __future__ import annotations

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import EXECUTOR_KINDS, JOB_KEYS
from orbgen.source.nodes import Alias, Content, Field, Mapping, Node, Scalar

# Keys that no job is named after.
_NEVER_JOBS = frozenset(("steps", "parameters", "environment", "working_directory", "resource_class", "parallelism"))
_OF_A_JOB = frozenset((*EXECUTOR_KINDS, "steps", "type"))


def respelt(compilation: Compilation, node: Mapping, keys: frozenset[str]) -> Mapping:
    """The known keys of a mapping, and each unknown one that comes near to a known and absent one under its name."""
    fields = node.fields
    if fields.keys() <= keys:
        return node
    entries: list[tuple[Node, Node]] = []
    for name, field in fields.items():
        meant = name if name in keys else compilation.nearest(name, keys)
        if meant == name:
            entries.append((field.key, field.value))
        elif meant is not None and meant not in fields:
            key = field.key
            entries.append((Scalar(key.source, key.start, key.end, key.outer, meant), field.value))
    return _like(node, entries)


def _like(node: Mapping, entries: list[tuple[Node, Node]]) -> Mapping:
    made = Mapping(node.source, node.start, node.end, node.outer, entries, node.flow)
    made.templated = any([value.templated for _, value in entries])
    return made


def base(node: Mapping) -> int:
    """What identifies the mapping that a mapping takes its keys from in the end, itself where it merges none."""
    for key, value in node.entries:
        merged = value.target if type(value) is Alias else value
        if type(key) is Scalar and key.text == "<<" and type(merged) is Mapping and merged.end < node.start:
            return base(merged)
    return node.start


def gathered_jobs(compilation: Compilation, section: Mapping, scope: Scope) -> dict[str, Field]:
    """The jobs of a section; a job's key that stands among them is reported, and taken into the job above it.

    A key with a text is a job by another name to CircleCI, which looks at it only where something runs it.
    """
    found: dict[str, Field] = {}
    above: str | None = None
    for name, field in section.fields.items():
        if not _is_misplaced(name, field.value):
            found[name] = field
            above = name
            continue
        message = f"`{name}` stands among the jobs, as if it were one itself"
        help = "check the indentation: this key belongs under a job's name"
        if above is not None:
            help = f"it is a key of a job: indent it under `{above}`"
        compilation.report("misplaced-key", message, field.key.span, scope, help=help)
        job = found.get(above or "")
        if job is not None and above is not None:
            found[above] = Field(job.key, _with(job, field), job.written)
    return found


def _is_misplaced(name: str, value: Content) -> bool:
    if name not in JOB_KEYS or (isinstance(value, Scalar) and isinstance(value.value, str)):
        return False
    return name in _NEVER_JOBS or type(value) is not Mapping or not _OF_A_JOB & value.fields.keys()


def _with(job: Field, field: Field) -> Content:
    """A job with one key more."""
    node = job.value
    if type(node) is Mapping:
        return _like(node, [*node.entries, (field.key, field.written)])
    if isinstance(node, Scalar) and node.value is None:
        key = job.key
        return _like(Mapping(key.source, key.start, field.value.end, key.outer, []), [(field.key, field.written)])
    return node


def jobs_inside(node: Mapping) -> dict[str, Field]:
    """The unknown keys of a job that are jobs themselves, indented too far."""
    return {
        name: field
        for name, field in node.fields.items()
        if name not in JOB_KEYS and type(field.value) is Mapping and _OF_A_JOB & field.value.fields.keys()
    }
