"""Reading a document as a configuration or an orb: its version, its sections, its definitions and its imports."""

from __future__ import annotations

import re

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import (
    COMMAND_KEYS,
    CONCRETE_EXECUTORS,
    EXECUTOR_KEYS,
    EXECUTOR_KINDS,
    GROUP_KEYS,
    JOB_KEYS,
    JOB_KEYS_OF_VERSION_2_1,
    JOB_TYPES,
    KEYS_BY_TYPE,
    NEEDS_VERSION_2_1,
    TOP_LEVEL_KEYS,
    check_closed,
    check_word,
    is_empty,
    needs_version_2_1,
)
from orbgen.circleci.imports import Importer
from orbgen.circleci.library import Definition, Kind, Library
from orbgen.circleci.orbs import OrbStore
from orbgen.circleci.repair import base, gathered, jobs_inside, respelt
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.names import nearest
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.problems import Note
from orbgen.source.span import Span

_JOB_NAME = lazy_pattern(r"[A-Za-z][A-Za-z\s\d_-]*", re.ASCII)
_NAME = lazy_pattern(r"[a-z][a-z\d_-]*", re.ASCII)
_SECTIONS = (
    ("commands", Kind.COMMAND, COMMAND_KEYS),
    ("jobs", Kind.JOB, JOB_KEYS),
    ("executors", Kind.EXECUTOR, EXECUTOR_KEYS),
    ("job-groups", Kind.JOB_GROUP, GROUP_KEYS),
)
_TAG = lazy_pattern(r"<<\s*(?:parameters|pipeline|matrix)\.")


def read_version(compilation: Compilation, root: Mapping, scope: Scope) -> str:
    """The configuration's version, "2" or "2.1"; reports an absent or unknown one."""
    field = root.fields.get("version")
    if field is None:
        guess = nearest("version", [key for key in root.fields if key not in TOP_LEVEL_KEYS])
        help = "add `version: 2.1` as the first line"
        place = root.fields[guess].key.span if guess else top_of(root)
        message = (
            f"the key `version` is missing; is `{guess}` meant?" if guess else "the configuration has no `version`"
        )
        compilation.report("version", message, place, scope, help=help)
        return _version_by_use(root)
    text = field.value.text if isinstance(field.value, Scalar) else ""
    number = field.value.value if isinstance(field.value, Scalar) else None
    if text not in ("2", "2.0", "2.1") and number != 2.1:  # `2.10` is the number 2.1.
        message = f"`{text or 'this'}` is no version of CircleCI's configuration language"
        compilation.report("version", message, field.value.span, scope, help="the versions are 2 and 2.1")
        return _version_by_use(root)
    if text in ("2", "2.0"):
        needing = [root.fields[key] for key in NEEDS_VERSION_2_1 if not is_empty(root.get(key))]
        if not needing:
            return "2"
        first, *others = sorted([needed.key for needed in needing], key=lambda key: key.start)
        message = f"`{first.text}` needs version 2.1, but this configuration has version {text}"
        notes = [Note(field.value.span, "the version")]
        notes += [Note(key.span, f"`{key.text}` needs version 2.1 too") for key in others]
        help = "write `version: 2.1`"
        compilation.report("version", message, first.span, scope, help=help, related=tuple(notes))
    return "2.1"


def top_of(root: Mapping) -> Span:
    """The place of what is wrong with a configuration as a whole: its first key."""
    return root.entries[0][0].span if root.entries else root.span


def _version_by_use(root: Mapping) -> str:
    """The version that a configuration is written in, told by what it uses."""
    newer = any([not is_empty(root.get(key)) for key in NEEDS_VERSION_2_1])
    return "2.1" if newer or _TAG.search(root.source.text) else "2"


def build(
    compilation: Compilation, root: Mapping, store: OrbStore, orb: str = "", references: tuple[str, ...] = ()
) -> Library:
    """The library of a configuration or, with its alias, of an orb; reports what its sections have wrong in form."""
    library = Library(root.source, root, orb)
    library.commands, library.jobs, library.executors, library.groups, library.orbs = {}, {}, {}, {}, {}
    scope = Scope(library)
    if not orb:
        compilation.library = library
    for key, kind, keys in _SECTIONS:
        section = root.get(key)
        if section is None or is_empty(section):
            continue
        if type(section) is not Mapping:
            message = f"`{key}` must be a mapping of names to {kind.value}s"
            compilation.report("value", message, section.span, scope)
            continue
        definitions = library.definitions(kind)
        for name, field in gathered(compilation, section, kind, keys, scope).items():
            definitions[name] = definition = Definition(kind, name, field.key, field.value, library)
            _check_name(compilation, definition, scope)
            _check_definition(compilation, definition, keys)
    for name in library.groups.keys() & library.jobs.keys():
        message = f"'{name}' is the name of a job and of a job group"
        compilation.report("job-group", message, library.groups[name].key.span, scope, help="rename one of them")
    imports = root.get("orbs")
    if type(imports) is Mapping:
        importer = Importer(compilation, store, scope, references, build)
        for alias, field in imports.fields.items():
            library.orbs[alias] = importer.add(alias, field)
    elif imports is not None and not is_empty(imports):
        compilation.report("orb-reference", "`orbs` must be a mapping of names to orbs", imports.span, scope)
    return library


def _check_name(compilation: Compilation, definition: Definition, scope: Scope) -> None:
    """Report a name that CircleCI refuses; version 2 takes any (circleci.md 1.2)."""
    pattern = _JOB_NAME if definition.kind in (Kind.JOB, Kind.JOB_GROUP) else _NAME
    if compilation.templates and not pattern.fullmatch(definition.name):
        message = f"string [{definition.name}] does not match pattern ^{pattern.pattern}$"
        letters = "letters, digits, spaces, `-` and `_`" if pattern is _JOB_NAME else "`a` to `z`, digits, `-` and `_`"
        help = f"the name of a {definition.kind.value} begins with a letter and has only {letters}"
        compilation.report("value", message, definition.key.span, scope, help=help)


def _check_definition(compilation: Compilation, definition: Definition, keys: frozenset[str]) -> None:
    node, scope = definition.node, Scope(definition.library, owner=definition)
    definition.uncertain = compilation.lost(node)
    if type(node) is Mapping:
        what = f"{definition.kind.value} '{definition.name}'"
        hint = _looks_like(definition)
        check_closed(compilation, node, keys, what, scope, hint=hint)
        inside = jobs_inside(node) if definition.kind is Kind.JOB else {}
        definition.node = node = respelt(compilation, node, keys)
        for name, field in inside.items():
            definition.library.jobs.setdefault(
                name, Definition(Kind.JOB, name, field.key, field.value, definition.library)
            )
        if definition.uncertain or compilation.lost(node.get("parameters")):
            definition.uncertain = True
        elif definition.kind is Kind.JOB:
            _check_job(compilation, definition, node, scope)
        elif definition.kind is Kind.EXECUTOR:
            _check_executor(compilation, node, what, definition, scope)
        elif definition.kind is Kind.COMMAND and is_empty(node.get("steps")):
            compilation.report("no-steps", f"required key [steps] not found in {what}", definition.key.span, scope)
    elif is_empty(node):
        # CircleCI takes it as long as nothing uses it.
        definition.uncertain = True
    elif not (isinstance(node, Scalar) and isinstance(node.value, str) and definition.kind is not Kind.JOB_GROUP):
        message = f"{definition.kind.value} '{definition.name}' must be a mapping, but is not"
        compilation.report("value", message, definition.key.span, scope)
        definition.uncertain = True


def _check_job(compilation: Compilation, definition: Definition, node: Mapping, scope: Scope) -> None:
    what = definition.title
    type_ = node.get("type")
    if isinstance(type_, Scalar) and not type_.templated:
        check_word(compilation, "type", type_, JOB_TYPES, scope)
        if type_.text in KEYS_BY_TYPE:
            _check_other_type(compilation, node, type_.text, what, scope)
        if type_.text != "build":
            return
    needs_version_2_1(compilation, node.fields, JOB_KEYS_OF_VERSION_2_1, what, scope)
    if not any([kind in node.fields for kind in EXECUTOR_KINDS]):
        message = f"{what} has no executor; one of docker, machine, macos and executor is required"
        help = "add `docker: [{image: ..}]` or `executor: NAME`"
        compilation.report("no-executor", message, definition.key.span, scope, help=help, cause=base(node))
    elif all([is_empty(node.get(kind)) and not compilation.lost(node.get(kind)) for kind in EXECUTOR_KINDS]):
        place = next(node.fields[kind].key for kind in EXECUTOR_KINDS if kind in node.fields)
        compilation.report("no-executor", f"the executor of {what} is empty", place.span, scope)
    _check_one_kind(compilation, node, what, scope)
    if is_empty(node.get("steps")) and not compilation.lost(node.get("steps")):
        place = node.fields["steps"].key if "steps" in node.fields else definition.key
        compilation.report("no-steps", f"required key [steps] not found in {what}", place.span, scope, cause=base(node))


def _check_other_type(compilation: Compilation, node: Mapping, type_: str, what: str, scope: Scope) -> None:
    """A job that runs no steps: what it needs, and what of it does nothing (circleci.md 5.1)."""
    kept = KEYS_BY_TYPE[type_]
    if kept and is_empty(node.get(kept[0])):
        message = f"required key [{kept[0]}] not found in {what}, which is of type {type_}"
        compilation.report("value", message, node.fields["type"].value.span, scope, help=f"add `{kept[0]}: ..`")
    for key in (*EXECUTOR_KINDS, "steps", "environment"):
        if key in node.fields:
            message = f"CircleCI ignores `{key}` in a job of type {type_}"
            compilation.report("ignored-key", message, node.fields[key].key.span, scope, help=f"remove `{key}`")


def _check_executor(compilation: Compilation, node: Mapping, what: str, definition: Definition, scope: Scope) -> None:
    if all([is_empty(node.get(kind)) and not compilation.lost(node.get(kind)) for kind in CONCRETE_EXECUTORS]):
        message = f"{what} is of no kind; one of docker, machine and macos is required"
        help = "add `docker: [{image: ..}]`"
        compilation.report("no-executor", message, definition.key.span, scope, help=help)
    _check_one_kind(compilation, node, what, scope)


def _check_one_kind(compilation: Compilation, node: Mapping, what: str, scope: Scope) -> None:
    found = [kind for kind in CONCRETE_EXECUTORS if not is_empty(node.get(kind))]
    if len(found) > 1 and compilation.templates:
        message = f"{what} has {' and '.join([f'`{kind}`' for kind in found])}; it can have one of them"
        compilation.report("value", message, node.fields[found[1]].key.span, scope, help="remove all but one")


def _looks_like(definition: Definition) -> str | None:
    """What to say of unknown keys of a job that look like another job, or like a key of a workflow entry."""
    node = definition.node
    if definition.kind is not Kind.JOB or type(node) is not Mapping:
        return None
    for name, field in node.fields.items():
        if name not in JOB_KEYS:
            if type(field.value) is Mapping and field.value.fields.keys() & {"steps", "docker", "executor", "machine"}:
                return f"`{name}` looks like a job: indent it like `{definition.name}`"
            if name in ("context", "requires", "filters", "matrix", "pre-steps", "post-steps", "serial-group"):
                return f"`{name}` belongs to the job's entry in a workflow"
    return None
