"""Reading a document as a configuration or an orb: its version, its sections, its definitions and its imports."""

from __future__ import annotations

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import (
    COMMAND_KEYS,
    EXECUTOR_KEYS,
    GROUP_KEYS,
    JOB_KEYS,
    JOB_TYPES,
    NEEDS_VERSION_2_1,
    TOP_LEVEL_KEYS,
    check_closed,
    check_word,
    is_empty,
)
from orbgen.circleci.library import Definition, Import, Kind, Library
from orbgen.circleci.orbs import REFERENCE, TEMPLATED_REFERENCE, OrbStore
from orbgen.circleci.text import is_known
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Field, Mapping, Scalar
from orbgen.source.problems import UnreadableError

VERSIONS = ("2", "2.0", "2.1")
MAXIMUM_ORB_NESTING = 5

_SECTIONS = (
    ("commands", Kind.COMMAND, COMMAND_KEYS),
    ("jobs", Kind.JOB, JOB_KEYS),
    ("executors", Kind.EXECUTOR, EXECUTOR_KEYS),
    ("job-groups", Kind.JOB_GROUP, GROUP_KEYS),
)
_REFERENCE_HELP = "write `namespace/name@1.2.3`, `@1.2`, `@1`, `@volatile` or `@dev:label`"


def read_version(compilation: Compilation, root: Mapping, scope: Scope) -> str:
    """The configuration's version, "2" or "2.1"; reports an absent or unknown one."""
    field = root.fields.get("version")
    if field is None:
        guess = nearest("version", [key for key in root.fields if key not in TOP_LEVEL_KEYS])
        help = "add `version: 2.1` as the first line"
        place = root.fields[guess].key.span if guess else root.span
        message = (
            f"the key `version` is missing; is `{guess}` meant?" if guess else "the configuration has no `version`"
        )
        compilation.report("version", message, place, scope, help=help)
    elif not isinstance(field.value, Scalar) or field.value.text not in VERSIONS:
        shown = field.value.text if isinstance(field.value, Scalar) else "this"
        message = f"`{shown}` is no version of CircleCI's configuration language"
        compilation.report("version", message, field.value.span, scope, help="the versions are 2 and 2.1")
    elif field.value.text in ("2", "2.0"):
        for key in NEEDS_VERSION_2_1:
            needing = root.fields.get(key)
            if needing is not None and not is_empty(needing.value):
                message = f"`{key}` needs version 2.1, but this configuration has version {field.value.text}"
                compilation.report("version", message, needing.key.span, scope, help="write `version: 2.1`")
        return "2"
    return "2.1"


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
        for name, field in section.fields.items():
            library.definitions(kind)[name] = definition = Definition(kind, name, field.key, field.value, library)
            _check_definition(compilation, definition, keys)
    imports = root.get("orbs")
    if type(imports) is Mapping:
        for alias, field in imports.fields.items():
            library.orbs[alias] = _import(compilation, alias, field, store, scope, references)
    elif not is_empty(imports):
        compilation.report("orb-reference", "`orbs` must be a mapping of names to orbs", imports.span, scope)  # type: ignore[union-attr]
    return library


def _check_definition(compilation: Compilation, definition: Definition, keys: frozenset[str]) -> None:
    node, scope = definition.node, Scope(definition.library, owner=definition)
    if type(node) is Mapping:
        what = f"{definition.kind.value} '{definition.name}'"
        hint = _looks_like(definition)
        check_closed(compilation, node, keys, what, scope, hint=hint)
        if definition.kind is Kind.JOB:
            _check_job(compilation, definition, node, scope)
        elif definition.kind is Kind.COMMAND and is_empty(node.get("steps")):
            compilation.report("no-steps", f"required key [steps] not found in {what}", definition.key.span, scope)
    elif not (isinstance(node, Scalar) and isinstance(node.value, str) and definition.kind is not Kind.JOB_GROUP):
        name = f"{definition.kind.value} '{definition.name}'"
        message = f"{name} must be a mapping, but {'is empty' if is_empty(node) else 'is not'}"
        compilation.report("value", message, definition.key.span, scope, help=misplaced(definition))


def misplaced(definition: Definition) -> str | None:
    """What to say where a definition bears the name of a key that belongs into one."""
    if definition.kind is Kind.JOB and definition.name in JOB_KEYS:
        return "check the indentation: this key belongs under a job's name"
    return None


def _check_job(compilation: Compilation, definition: Definition, node: Mapping, scope: Scope) -> None:
    type_ = node.get("type")
    if type_ is not None:
        check_word(compilation, "type", type_, JOB_TYPES, scope)
        if isinstance(type_, Scalar) and type_.text != "build":
            return
    what = f"job '{definition.name}'"
    kinds = ("docker", "machine", "macos", "executor")
    if not any([kind in node.fields for kind in kinds]):
        guess = next((key for key in node.fields if nearest(key, kinds)), None)
        message = f"{what} has no executor; one of docker, machine, macos and executor is required"
        help = (
            f"is `{guess}` meant to be `{nearest(guess, kinds)}`?"
            if guess
            else "add `docker: [{image: ..}]` or `executor: NAME`"
        )
        compilation.report("no-executor", message, definition.key.span, scope, help=help)
    elif all([is_empty(node.get(kind)) for kind in kinds]):
        place = next(node.fields[kind].key for kind in kinds if kind in node.fields)
        compilation.report("no-executor", f"the executor of {what} is empty", place.span, scope)
    if is_empty(node.get("steps")):
        place = node.fields["steps"].key if "steps" in node.fields else definition.key
        compilation.report("no-steps", f"required key [steps] not found in {what}", place.span, scope)


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


def _import(
    compilation: Compilation, alias: str, field: Field, store: OrbStore, scope: Scope, references: tuple[str, ...]
) -> Import:
    node = field.value
    found = Import(alias, field.key, node, None, None)
    if type(node) is Mapping:
        found.injected = not node.entries
        if not found.injected:
            found.library = build(compilation, node, store, alias, references)
        return found
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        message = f"orb '{alias}' must be a reference such as `circleci/node@5.2.0`, or a mapping"
        compilation.report("orb-reference", message, field.key.span if is_empty(node) else node.span, scope)
        return found
    text = compilation.text(node, scope)
    found.reference = text.text
    if not is_known(text):
        if not TEMPLATED_REFERENCE.fullmatch(node.text):
            message = f"'{node.text}' is no orb reference"
            compilation.report("orb-reference", message, node.span, scope, help=_REFERENCE_HELP)
        return found
    if not text.text.startswith("https://") and not REFERENCE.fullmatch(text.text):
        message = f"'{text.text}' is no orb reference"
        compilation.report("orb-reference", message, node.span, scope, help=_REFERENCE_HELP)
        return found
    _load(compilation, found, node, store, scope, references)
    return found


def _load(
    compilation: Compilation, orb: Import, node: Content, store: OrbStore, scope: Scope, references: tuple[str, ...]
) -> None:
    reference = orb.reference or ""
    source = store.find(reference)
    if source is None:
        return
    if reference in references or len(references) >= MAXIMUM_ORB_NESTING:
        reason = "imports itself" if reference in references else f"is nested more than {MAXIMUM_ORB_NESTING} orbs deep"
        compilation.report("limit", f"orb {reference} {reason}", node.span, scope)
        return
    try:
        root = store.read(source).root
    except UnreadableError as error:
        problem = error.problem
        compilation.report(
            "orb-reference", f"orb {reference} cannot be read: {problem}", node.span, scope, help=problem.help
        )
        return
    if type(root) is not Mapping:
        compilation.report("orb-reference", f"orb {reference} in {source.path} is not a mapping", node.span, scope)
        return
    orb.resolved = source.version or reference.partition("@")[2]
    orb.library = build(compilation, root, store, orb.alias, (*references, reference))
