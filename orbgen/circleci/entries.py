"""Workflow entries: from one item of a workflow's `jobs` to its job runs (circleci.md 6.2, 6.8)."""

from __future__ import annotations

import msgspec

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.declarations import declarations
from orbgen.circleci.grammar import (
    ENTRY_KEYS,
    ENTRY_KEYS_OF_VERSION_2_1,
    GROUP_ENTRY_KEYS,
    STATUSES,
    check_word,
    is_empty,
    needs_version_2_1,
)
from orbgen.circleci.jobs import instantiate
from orbgen.circleci.library import Definition, Kind
from orbgen.circleci.logic import condition
from orbgen.circleci.matrix import Combination, combinations
from orbgen.circleci.parameters import bind
from orbgen.circleci.pipeline import Call, CallKind, JobRun, Requirement
from orbgen.circleci.resolution import Missing, Unresolved, report_unresolved, resolve
from orbgen.circleci.steps import StepList
from orbgen.circleci.text import is_known
from orbgen.circleci.workflow_form import check_filters, check_serial_group
from orbgen.source.nodes import Content, Field, Mapping, Scalar, Sequence

_ONLY_APPROVAL = "Only jobs with `type: approval` can be defined inline under the `workflows:` section"


class Entry(msgspec.Struct, frozen=True):
    """One item of `jobs`: the name that it calls, its special keys and the arguments.

    A `mended` one had keys beside its name, which count as if they were indented under it; of an `uncertain` one parts
    are in error, so that nothing is said of what it lacks.
    """

    name: str
    key: Scalar
    node: Content
    special: dict[str, Field]
    arguments: dict[str, Field]
    mended: bool = False
    uncertain: bool = False

    def get(self, key: str) -> Content | None:
        """The value of a special key."""
        field = self.special.get(key)
        return None if field is None else field.value


def read_entry(
    compilation: Compilation, item: Content, scope: Scope, keys: frozenset[str] = ENTRY_KEYS
) -> Entry | None:
    """The entry that an item is; None, with a problem reported, where its form is wrong."""
    if isinstance(item, Scalar):
        if isinstance(item.value, str):
            return Entry(item.text, item, item, {}, {})
        compilation.report("workflow", "a workflow's job must be a name; this entry is empty", item.span, scope)
        return None
    if type(item) is Mapping and item.entries and not item.fields:
        return None  # All its keys are collections, which is reported there.
    if type(item) is not Mapping or not item.fields:
        compilation.report("workflow", "a workflow's job must be a name or a mapping with one key", item.span, scope)
        return None
    (name, field), *beside = item.fields.items()
    body, inner = field.value, field.value.fields if type(field.value) is Mapping else {}
    if beside:
        shown = ", ".join([f"`{key}`" for key, _ in beside])
        stands = "stand" if len(beside) > 1 else "stands"
        message = f"an entry of a workflow has exactly one key, the job's name; {shown} {stands} beside `{name}`"
        help = f"indent {shown} under `{name}`"
        compilation.report("misplaced-key", message, beside[0][1].key.span, scope, help=help)
        inner = {**dict(beside), **inner}
    elif type(body) is not Mapping and not is_empty(body):
        message = f"the settings of job '{name}' must be a mapping"
        compilation.report("workflow", message, body.span, scope)
    special = {key: value for key, value in inner.items() if key in keys}
    arguments = {key: value for key, value in inner.items() if key not in keys}
    uncertain = compilation.lost(body) or (type(body) is not Mapping and not is_empty(body))
    return Entry(name, field.key, item, special, arguments, bool(beside), uncertain)


class EntryCompiler:
    """Compiles the entries of one workflow, or of one invocation of a job group."""

    def __init__(self, compilation: Compilation, workflow: str, scope: Scope) -> None:
        self.compilation = compilation
        self.workflow = workflow
        self.scope = scope
        self.runs: list[JobRun] = []
        # Per job group: the names of its invocations so far, None for one without.
        self.group_names: dict[str, list[str | None]] = {}
        # Whether there are entries in error, so that the names of some job runs are not known.
        self.uncertain = False

    def add(self, item: Content) -> None:
        """Compile one item of `jobs`."""
        library = self.scope.library
        name = _called(item)
        if name in library.groups and name not in library.jobs:
            from orbgen.circleci.groups import add_group

            entry = read_entry(self.compilation, item, self.scope, GROUP_ENTRY_KEYS)
            if entry is not None:
                add_group(self, library.groups[entry.name], entry)
            return
        entry = read_entry(self.compilation, item, self.scope)
        if entry is not None:
            self.add_entry(entry)
        else:
            self.uncertain = True

    def add_entry(self, entry: Entry, prefix: str = "") -> list[JobRun]:
        """Compile an entry into its job runs; `prefix` stands before their names."""
        first = len(self.runs)
        what = f"the entry of '{entry.name}'"
        needs_version_2_1(self.compilation, entry.special, ENTRY_KEYS_OF_VERSION_2_1, what, self.scope)
        entry = self._respelt(entry)
        matrix = entry.get("matrix")
        if entry.uncertain:
            self._run_uncertain(entry, prefix)
        elif matrix is None:
            self._run(entry, None, prefix)
        else:
            found = combinations(self.compilation, matrix, self.scope, self._parameters(entry))
            if found is None:
                self._run_uncertain(entry, prefix)
            for combination in found or ():
                self._run(entry, combination, prefix)
        return self.runs[first:]

    def _respelt(self, entry: Entry) -> Entry:
        """The entry with each misspelt special key, which its job does not take for an argument, in its place."""
        found = self._resolve(entry, self.scope) if entry.arguments and entry.get("type") is None else None
        if not isinstance(found, Definition) or found.uncertain:
            return entry
        declared = declarations(self.compilation, found)
        if entry.arguments.keys() <= declared.keys():
            return entry
        special, arguments = dict(entry.special), dict(entry.arguments)
        for name in entry.arguments.keys() - declared.keys():
            guess = self.compilation.nearest(name, [*declared, *ENTRY_KEYS])
            if guess in ENTRY_KEYS and guess not in special:
                place, help = arguments[name].key.span, f"did you mean '{guess}'?"
                message = f"Unexpected argument(s): {name}"
                scope = self.scope
                self.compilation.report("unexpected-argument", message, place, scope, help=help, suggestion=guess)
                special[guess] = arguments.pop(name)
        return msgspec.structs.replace(entry, special=special, arguments=arguments)

    def _parameters(self, entry: Entry) -> tuple[str, ...]:
        """The parameters of an entry's job that its own arguments do not set."""
        found = self._resolve(entry, self.scope)
        declared = declarations(self.compilation, found) if isinstance(found, Definition) else {}
        return tuple([name for name in declared if name not in entry.arguments])

    def _run_uncertain(self, entry: Entry, prefix: str) -> None:
        """A job run whose arguments, and perhaps whose name, are not known."""
        call = Call(CallKind.ENTRY, entry.name, entry.key.span, self.scope.call)
        scope = Scope(self.scope.library, call, uncertain=True)
        declared, _ = self._name(entry, None, scope)
        run = JobRun(
            self.workflow, prefix + declared, entry.name, "build", entry.node, call, opaque=True, name_known=False
        )
        run.alias = prefix + self._alias(entry)
        self.runs.append(run)
        self.fill_special(run, entry, scope)
        if entry.get("type") is None:
            found = self._resolve(entry, scope)
            if isinstance(found, Unresolved):
                report_unresolved(self.compilation, found, entry.key.span, scope)

    def _run(self, entry: Entry, combination: Combination | None, prefix: str) -> None:
        call = Call(CallKind.ENTRY, entry.name, entry.key.span, self.scope.call)
        scope = Scope(self.scope.library, call, None, {}, combination.arguments() if combination else None)
        declared, name_known = self._name(entry, combination, scope)
        run = JobRun(self.workflow, prefix + declared, entry.name, "build", entry.node, call, name_known=name_known)
        self.runs.append(run)
        if combination is not None:
            run.alias = prefix + self._alias(entry)
            run.matrix = {name: field.value for name, field in combination.fields.items()}
        self.fill_special(run, entry, scope)
        type_ = entry.get("type")
        if type_ is not None:
            self._inline(run, entry, type_, scope)
            return
        given = dict(entry.arguments)
        if combination is not None:
            given = {**combination.fields, **given}
        self._body(run, entry, given, scope)

    def _name(self, entry: Entry, combination: Combination | None, scope: Scope) -> tuple[str, bool]:
        node = entry.get("name")
        if node is not None and not isinstance(node, Scalar):
            self.compilation.report("value", "`name` must be a string", node.span, scope)
        elif node is not None and not is_empty(node):
            text = self.compilation.text(node, scope)
            return text.text, is_known(text)
        if combination is not None:
            return f"{entry.name}-{combination.name_suffix}", combination.known
        return entry.name, True

    def _alias(self, entry: Entry) -> str:
        matrix = entry.get("matrix")
        alias = matrix.get("alias") if type(matrix) is Mapping else None
        return alias.text if isinstance(alias, Scalar) else entry.name

    def fill_special(self, run: JobRun, entry: Entry, scope: Scope) -> None:
        """Give a job run the contexts, requirements, filters and serial group of its entry."""
        if not entry.special:
            return
        compilation = self.compilation
        context = entry.get("context")
        if context is not None and not is_empty(context):
            run.context = compilation.fill(context, scope)
            items = run.context.elements if type(run.context) is Sequence else [run.context]
            names = [item for item in items if isinstance(item, Scalar)]
            # An expression may come out as no context at all.
            run.contexts = tuple([name for name in names if name.text or not is_known(name)])
            if len(names) != len(items):
                compilation.report("value", "`context` must be a name or a list of names", context.span, scope)
        requires = entry.get("requires")
        if requires is not None and not is_empty(requires):
            run.requires = tuple(self._requirements(requires, scope))
        filters = entry.get("filters")
        if filters is not None:
            self._filters(run, filters, scope)
        serial_group = entry.get("serial-group")
        if serial_group is not None:
            run.serial_group = compilation.fill(serial_group, scope)
            check_serial_group(compilation, run.serial_group, scope)

    def _filters(self, run: JobRun, node: Content, scope: Scope) -> None:
        if type(node) is Sequence:
            self.compilation.report("value", "`filters` must be a mapping or an expression", node.span, scope)
        elif type(node) is Mapping:
            run.filters = self.compilation.fill(node, scope)
            check_filters(self.compilation, run.filters, scope)
        elif not is_empty(node):
            # What is filled in becomes part of the expression (unverified).
            run.filters = text = self.compilation.text(node, scope)
            statement = text if is_known(text) else node
            run.filter_condition = condition(self.compilation, statement, scope, bare=True)

    def _requirements(self, node: Content, scope: Scope) -> list[Requirement]:
        filled = self.compilation.fill(node, scope)
        if isinstance(filled, Scalar):
            if not node.templated and not self.compilation.lost(node):
                help = f"write `requires: [{filled.text}]`"
                self.compilation.report("value", "`requires` must be a list of job names", node.span, scope, help=help)
            # Whether there is a job of that name is no second problem.
            return [Requirement(filled.text, filled, known=False)]
        if type(filled) is not Sequence:
            help = "write `requires: [NAME]`"
            self.compilation.report("value", "`requires` must be a list of job names", node.span, scope, help=help)
            return []
        found = []
        for item in filled.elements:
            if isinstance(item, Scalar) and not is_empty(item):
                found.append(Requirement(item.text, item, known=is_known(item)))
            elif type(item) is Mapping and len(item.fields) == 1:
                name, field = next(iter(item.fields.items()))
                if is_empty(field.value) and not self.compilation.lost(field.value):
                    message = f"`{name}:` in `requires` has no status"
                    help = "remove the colon, or write a status such as `failed` behind it"
                    self.compilation.report("value", message, field.key.span, scope, help=help)
                    found.append(Requirement(name, item))
                    continue
                found.append(Requirement(name, item, self._statuses(field.value, scope), type(field.value) is Sequence))
            else:
                message = "an item of `requires` must be a job's name or `NAME: STATUS`"
                self.compilation.report("value", message, item.span, scope)
        return found

    def _statuses(self, node: Content, scope: Scope) -> tuple[str, ...] | None:
        """The statuses behind a required job's name; None, with a problem reported, for what are none."""
        found: list[str] = []
        for item in node.elements if type(node) is Sequence else [node]:
            if not isinstance(item, Scalar):
                message = "the status of a required job must be one word, or a list of words"
                help = f"the statuses are {', '.join(STATUSES)}"
                self.compilation.report("value", message, item.span, scope, help=help)
                continue
            found.append(item.text)
            check_word(self.compilation, "status", item, STATUSES, scope)
            if type(node) is Sequence and item.text == "terminal":
                message = "`terminal` stands for every way to end, so it cannot stand in a list of statuses"
                self.compilation.report("value", message, item.span, scope, help="write `NAME: terminal`")
        return tuple(found) or None

    def _inline(self, run: JobRun, entry: Entry, type_: Content, scope: Scope) -> None:
        run.type = type_.text if isinstance(type_, Scalar) else "approval"
        if run.type != "approval":
            self.compilation.report(
                "value", _ONLY_APPROVAL, type_.span, scope, help="give the job its `type` under `jobs:`"
            )
            run.opaque = True
        for name, field in entry.arguments.items():
            message = f"Unexpected argument(s): {name}"
            help = "an approval takes no arguments"
            self.compilation.report("unexpected-argument", message, field.key.span, scope, help=help)

    def _body(self, run: JobRun, entry: Entry, given: dict[str, Field], scope: Scope) -> None:
        compilation = self.compilation
        found = self._resolve(entry, scope)
        if isinstance(found, Unresolved):
            library = scope.library
            guess = found.suggestion or compilation.nearest(entry.name, library.groups)
            called = entry.name in library.commands
            help = f"'{entry.name}' is a command; a job calls it in its steps" if called else None
            report_unresolved(compilation, found, entry.key.span, scope, guess, help=help)
            if entry.get("name") is None:
                run.meant = found.suggestion
        if isinstance(found, Unresolved | Missing):
            run.opaque = True
            run.arguments = {name: compilation.fill(field.value, scope) for name, field in given.items()}
            self._around_opaque(run, entry, scope)
            return
        run.definition = found
        run.type = _type_of(compilation, found)
        if entry.mended:
            # Of the keys that stood beside the name only those count that are surely meant for the job.
            given = {name: field for name, field in given.items() if name in declarations(compilation, found)}
        arguments = bind(compilation, found, given, scope, entry.key.span)
        around = (entry.get("pre-steps"), entry.get("post-steps"))
        instantiate(compilation, run, found, arguments, scope, around)

    def _resolve(self, entry: Entry, scope: Scope) -> Definition | Missing | Unresolved:
        override = entry.get("override-with")
        if override is not None and not isinstance(override, Scalar):
            self.compilation.report("value", "`override-with` must be a job's name", override.span, scope)
        elif override is not None and not is_empty(override):
            name = self.compilation.text(override, scope).text
            found = resolve(self.compilation, Kind.JOB, name, scope.library)
            if not isinstance(found, Unresolved):
                return found
        return resolve(self.compilation, Kind.JOB, entry.name, scope.library)

    def _around_opaque(self, run: JobRun, entry: Entry, scope: Scope) -> None:
        """The pre- and post-steps of a job whose orb is not at hand still run, and are still looked at."""
        steps = StepList(self.compilation)
        for key, kind in (("pre-steps", CallKind.PRE_STEPS), ("post-steps", CallKind.POST_STEPS)):
            node = entry.get(key)
            if node is not None and not is_empty(node):
                link = Call(kind, run.declared, node.span, run.call)
                steps.extend(node, scope.seen_from(link), link)
        run.steps = tuple(steps.steps)


def _called(item: Content) -> str | None:
    if isinstance(item, Scalar):
        return item.text
    return next(iter(item.fields), None) if type(item) is Mapping else None


def _type_of(compilation: Compilation, definition: Definition) -> str:
    node = definition.node.get("type") if type(definition.node) is Mapping else None
    return node.text if isinstance(node, Scalar) else "build"
