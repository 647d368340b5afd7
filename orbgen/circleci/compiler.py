"""The compiler: from a document and inputs to the pipeline, in one pass that finds every problem."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.argument_types import accepts, type_name
from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.config import build, read_version, top_of
from orbgen.circleci.declarations import declarations, read_declarations
from orbgen.circleci.entries import Entry, EntryCompiler
from orbgen.circleci.executors import executor_fields
from orbgen.circleci.grammar import JOB_KEYS, TOP_LEVEL_KEYS, WORKFLOW_KEYS, is_empty
from orbgen.circleci.graph import assign_names, connect
from orbgen.circleci.groups import add_group
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.jobs import instantiate
from orbgen.circleci.library import Definition, Import, Kind, Library
from orbgen.circleci.limits import MAXIMUM_JOB_RUNS
from orbgen.circleci.logic import condition
from orbgen.circleci.orbs import OrbStore
from orbgen.circleci.parameters import free, free_pipeline_parameter
from orbgen.circleci.pipeline import Call, CallKind, Condition, JobRun, Pipeline, Workflow
from orbgen.circleci.pipeline_form import check_contexts, check_size, read_setup
from orbgen.circleci.resolution import Unresolved, followed, report_unresolved
from orbgen.circleci.steps import StepList
from orbgen.circleci.text import Part, Text, show
from orbgen.circleci.workflow_form import check_workflow, misspelt_jobs
from orbgen.source.names import nearest
from orbgen.source.nodes import Alias, Content, Document, Field, Mapping, Scalar, Sequence
from orbgen.source.problems import Note


def compile_document(document: Document, inputs: Inputs = Inputs(), store: OrbStore | None = None) -> Pipeline:
    """The pipeline that a configuration compiles to. Problems are in the result, not raised.

    With incomplete inputs what depends on an unknown condition is kept with that condition (circleci.md 15).
    """
    root = document.root
    if type(root) is not Mapping:
        library = Library(document.source, Mapping(document.source, 0, 0, 0, []))
        compilation = Compilation(inputs, library)
        found = "the file is empty" if is_empty(root) else f"this is a {type_name(root)}"
        compilation.report(
            "value", f"a configuration must be a mapping, but {found}", root.span, help="begin with `version: 2.1`"
        )
        return Pipeline(library, "2.1", (), compilation.problems)
    return _Compiler(document, root, inputs, store or OrbStore()).run()


def compile_orb(document: Document, inputs: Inputs = Inputs(), store: OrbStore | None = None) -> Pipeline:
    """An orb's source looked at as a whole: every element with its parameters unknown. There are no workflows."""
    if type(document.root) is not Mapping:
        return compile_document(document, inputs, store)
    return _Compiler(document, document.root, inputs, store or OrbStore()).run_orb()


class _Compiler:
    def __init__(self, document: Document, root: Mapping, inputs: Inputs, store: OrbStore) -> None:
        self.document = document
        self.root = root
        self.compilation = Compilation(inputs, Library(root.source, root))
        self.compilation.know_broken(document)
        self.store = store
        self.elements: list[JobRun] = []

    def run(self) -> Pipeline:
        compilation, root = self.compilation, self.root
        version = read_version(compilation, root, Scope(compilation.library))
        compilation.templates = version != "2"
        self._pipeline_parameters()
        library = build(compilation, root, self.store)
        self._check_duplicates()
        workflows, order = self._workflows(library)
        for workflow in workflows:
            compilation.dormant = workflow.active is False
            connect(compilation, workflow, Scope(library, _call_of(workflow)))
        compilation.dormant = False
        check_size(compilation, self.document, workflows)
        check_contexts(compilation, workflows)
        assign_names(tuple([workflow for workflow in workflows if workflow.active is not False]))
        for workflow in workflows:
            if workflow.active is False:
                assign_names((workflow,))
        self._check_unused(library)
        setup = read_setup(compilation, root, workflows)
        missing = tuple(_missing_orbs(library))
        elements = tuple(self.elements)
        return Pipeline(library, version, tuple(workflows), compilation.problems, missing, setup, order, elements)

    def run_orb(self) -> Pipeline:
        compilation = self.compilation
        library = build(compilation, self.root, self.store)
        self._check_duplicates()
        self._check_definitions(library, every=True)
        missing = tuple(_missing_orbs(library))
        return Pipeline(library, "2.1", (), compilation.problems, missing, elements=tuple(self.elements))

    # Pipeline parameters

    def _pipeline_parameters(self) -> None:
        compilation, given = self.compilation, dict(self.compilation.inputs.parameters)
        node = self.root.get("parameters")
        scope = Scope(compilation.library)
        declared = read_declarations(compilation, node, scope, pipeline=True)
        for name, declaration in declared.items():
            if name in given:
                value = given.pop(name)
                key = declaration.key
                text = Text(key.source, key.start, key.end, key.outer, show(value), "", None, None,
                            (Part(show(value), key, 0, len(key.text)),), value)  # fmt: skip
                argument = Argument(declaration.type, text)
                if not accepts(declaration, text):
                    message = (
                        f"Type error for argument {name}: expected type: {declaration.type.value}, "
                        f'actual value: "{show(value)}" (type {type_name(text)})'
                    )
                    compilation.report("argument-type", message, key.span, scope)
                    argument = free_pipeline_parameter(declaration)
                compilation.pipeline_arguments[name] = argument
            elif compilation.inputs.complete and isinstance(declaration.default, Scalar):
                compilation.pipeline_arguments[name] = Argument(declaration.type, declaration.default)
            else:
                compilation.pipeline_arguments[name] = free_pipeline_parameter(declaration)
        place = node.span if node is not None else self.root.span
        for name in given:
            guess = nearest(name, declared)
            compilation.report("unexpected-argument", f"Unexpected argument(s): {name}", place, scope, suggestion=guess)

    # Workflows

    def _workflows(self, library: Library) -> tuple[list[Workflow], str]:
        section = self.root.get("workflows")
        if section is None or is_empty(section):
            return self._implicit(library), "first"
        if type(section) is not Mapping:
            self.compilation.report("workflow", "`workflows` must be a mapping of names to workflows", section.span)
            return [], "last"
        found = []
        for name, field in section.fields.items():
            if name != "version":
                workflow = self._workflow(name, field, library)
                if workflow is not None:
                    found.append(workflow)
        if not found and len(section.fields) == int("version" in section.fields):
            self.compilation.report("workflow", "the configuration has no workflow to run", section.span)
        return found, self._version_position(section)

    def _version_position(self, section: Mapping) -> str:
        names = list(section.fields)
        return "first" if names and names[0] == "version" else "last"

    def _implicit(self, library: Library) -> list[Workflow]:
        """A configuration without workflows runs its job `build`."""
        build_job = library.jobs.get("build")
        if build_job is None:
            jobs = self.root.fields.get("jobs")
            if jobs is None and "version" not in self.root.fields:
                return []  # This is no configuration, as its missing version has said.
            place = jobs.key.span if jobs is not None else top_of(self.root)
            message = "Cannot find a job named `build` to run in the `jobs:` section of your configuration file."
            help = "add `workflows:` with the jobs to run"
            if "workflows" not in self.root.fields:
                guess = next((key for key in self.root.fields if nearest(key, ("workflows",))), None)
                if guess is not None:
                    place, help = self.root.fields[guess].key.span, "did you mean `workflows`?"
            self.compilation.report("workflow", message, place, Scope(library), help=help)
            return []
        call = Call(CallKind.WORKFLOW, "workflow", build_job.key.span)
        entries = EntryCompiler(self.compilation, "workflow", Scope(library, call))
        entries.add(build_job.key)
        return [Workflow("workflow", None, None, tuple(entries.runs))]

    def _workflow(self, name: str, field: Field, library: Library) -> Workflow | None:
        compilation = self.compilation
        call = Call(CallKind.WORKFLOW, name, field.key.span)
        scope = Scope(library, call)
        node = field.value
        if compilation.lost(node) and type(node) is not Mapping:
            return None
        if type(node) is not Mapping:
            message = f"workflow '{name}' must be a mapping with `jobs`"
            help = "a workflow's name stands above its `jobs`" if name == "jobs" else None
            compilation.report("workflow", message, field.key.span, scope, help=help)
            return None
        workflow = Workflow(name, field.key, node)
        self._conditions(workflow, node, scope)
        check_workflow(compilation, node, name, scope)
        workflow.settings = {
            key: None if key == "jobs" else compilation.fill(field.value, scope)
            for key, field in node.fields.items()
            if key in WORKFLOW_KEYS and key not in ("when", "unless")
        }
        compilation.dormant = workflow.active is False
        jobs = self._jobs(workflow, node, scope)
        if jobs is not None:
            self._entries(workflow, jobs, scope)
        compilation.dormant = False
        return workflow

    def _jobs(self, workflow: Workflow, node: Mapping, scope: Scope) -> Sequence | None:
        """The list of a workflow's jobs, also where its key is misspelt; reports what is wrong with it."""
        compilation, name = self.compilation, workflow.name
        jobs, meant = node.get("jobs"), misspelt_jobs(node)
        if meant is not None:
            message = f"workflow '{name}' has no `jobs`; is `{meant}` meant?"
            place = node.fields[meant].key.span
            compilation.report("workflow", message, place, scope, help="write `jobs:`", suggestion="jobs")
            jobs = node.get(meant)
        elif not ((type(jobs) is Sequence and jobs.items) or compilation.lost(jobs) or compilation.lost(node)):
            none = is_empty(jobs) or type(jobs) is Sequence
            message = f"workflow '{name}' has no `jobs`" if none else f"`jobs` of workflow '{name}' must be a list"
            key = node.fields["jobs"].key if "jobs" in node.fields else workflow.key
            assert key is not None
            compilation.report("workflow", message, key.span, scope)
        return jobs if type(jobs) is Sequence else None

    def _entries(self, workflow: Workflow, jobs: Sequence, scope: Scope) -> None:
        """Give a workflow the job runs of its entries."""
        compilation = self.compilation
        entries = EntryCompiler(compilation, workflow.name, scope)
        for item in jobs.elements:
            if compilation.spent.job_runs > MAXIMUM_JOB_RUNS:
                break
            before = len(entries.runs)
            entries.add(item)
            compilation.spent.job_runs += len(entries.runs) - before
            if compilation.spent.job_runs > MAXIMUM_JOB_RUNS:
                message = f"the configuration has more than {MAXIMUM_JOB_RUNS:,} job runs"
                compilation.report("limit", message, item.span, scope)
        workflow.job_runs = tuple(entries.runs)
        workflow.complete = not entries.uncertain

    def _conditions(self, workflow: Workflow, node: Mapping, scope: Scope) -> None:
        found: list[Condition] = []
        for key in ("when", "unless"):
            statement = node.get(key)
            if statement is not None:
                found.append(condition(self.compilation, statement, scope, negated=key == "unless", bare=True))
        if len(found) == 2:
            place = node.fields["unless"].key.span
            self.compilation.report("workflow", "cannot use both 'when' and 'unless'", place, scope)
        workflow.conditions = tuple(found)
        truths = [decided.truth for decided in found]
        workflow.active = False if False in truths else None if None in truths else True

    # What no workflow reaches

    def _check_unused(self, library: Library) -> None:
        """Look for problems in definitions that nobody uses; CircleCI does not look there."""
        for kind in Kind:
            for definition in library.definitions(kind).values():
                definition.reached = definition.used
        self.compilation.dormant = True
        self._check_definitions(library)
        self.compilation.dormant = False

    def _check_definitions(self, library: Library, *, every: bool = False) -> None:
        """Look for problems in definitions that nothing has used so far, or in all, with every parameter unknown."""
        for kind in (Kind.JOB, Kind.COMMAND, Kind.EXECUTOR):
            for definition in library.definitions(kind).values():
                if type(definition.node) is Mapping:
                    if every or not definition.used:
                        self._check_definition(definition)
                elif is_empty(definition.node):
                    self._check_empty(definition)
                elif isinstance(definition.node, Scalar) and isinstance(definition.node.value, str):
                    self._check_alias(definition, definition.node)
        for group in library.groups.values():
            if not group.used:
                entries = EntryCompiler(self.compilation, "", Scope(library))
                add_group(entries, group, Entry(group.name, group.key, group.key, {}, {}))
        for orb in library.orbs.values():
            if orb.reference is None and orb.library is not None:  # an inline orb is its author's own
                self._check_definitions(orb.library, every=True)

    def _check_definition(self, definition: Definition) -> None:
        compilation, library = self.compilation, definition.library
        arguments = {name: free(declaration) for name, declaration in declarations(compilation, definition).items()}
        call = Call(CallKind[definition.kind.name], definition.name, definition.key.span)
        node = definition.node
        if definition.kind is Kind.EXECUTOR:
            executor_fields(compilation, definition, arguments, call)
            return
        run = JobRun("", definition.name, definition.name, "build", definition.key, call, definition, definition.name)
        if definition.kind is Kind.JOB:
            instantiate(compilation, run, definition, arguments, Scope(library, call))
        elif type(node) is Mapping and not is_empty(node.get("steps")):
            steps = StepList(compilation)
            steps.extend(node.fields["steps"].value, Scope(library, call, definition, arguments), call)
            run.steps = tuple(steps.steps)
        self.elements.append(run)

    def _check_empty(self, definition: Definition) -> None:
        """A definition without a body is an error once something uses it."""
        compilation = self.compilation
        if not compilation.lost(definition.node):
            dormant = compilation.dormant
            compilation.dormant = dormant and not definition.used
            message = f"{definition.title} must be a mapping, but is empty"
            compilation.report("value", message, definition.key.span, Scope(definition.library))
            compilation.dormant = dormant

    def _check_alias(self, definition: Definition, node: Scalar) -> None:
        """A definition given as a name must name one of its kind."""
        found = followed(self.compilation, definition)
        scope, key = Scope(definition.library), definition.key
        misplaced = definition.kind is Kind.JOB and definition.name in JOB_KEYS
        if isinstance(found, Unresolved) and found.code == "undefined-orb" and not misplaced:
            report_unresolved(self.compilation, found, node.span, scope)
        elif isinstance(found, Unresolved):
            message = f"{definition.title} must be a mapping, or the name of another {definition.kind.value}"
            guess = found.suggestion
            help = f"did you mean '{guess}'?" if guess else found.message
            if misplaced:
                help = "check the indentation: this key belongs under a job's name"
            self.compilation.report("value", message, key.span, scope, help=help, suggestion=guess)

    def _check_duplicates(self) -> None:
        """Report keys that stand twice in one mapping, and keys that are collections, wherever in the document."""
        for mapping in self.document.repeating:
            self._check_keys(mapping)
            for first, second in mapping.duplicates():
                message = f"the key `{first.text}` stands twice in one mapping; CircleCI keeps the last"
                help = f"it stands again in line {second.span.line}"
                note = (Note(second.span, "here it stands again"),)
                self.compilation.report("duplicate-key", message, first.span, help=help, related=note)

    def _check_keys(self, mapping: Mapping) -> None:
        """Report keys that are no single values, but in what stands under keys at the top that nobody reads."""
        above = [field for field in self.root.fields.values() if field.value.start <= mapping.start < field.value.end]
        if mapping is not self.root and not any([field.key.text in TOP_LEVEL_KEYS for field in above]):
            return
        for key, _ in mapping.entries:
            name: Content = key.target if type(key) is Alias else key
            if not isinstance(name, Scalar):
                message = f"a key must be a single value, but this is a {type_name(name)}"
                help = "quote it if it is meant as text"
                self.compilation.report("value", message, key.span, help=help)


def _missing_orbs(library: Library) -> Iterator[Import]:
    """The orbs of a library and of its orbs whose sources are not at hand."""
    for orb in library.orbs.values():
        if orb.missing:
            yield orb
        elif orb.library is not None:
            yield from _missing_orbs(orb.library)


def _call_of(workflow: Workflow) -> Call | None:
    return Call(CallKind.WORKFLOW, workflow.name, workflow.key.span) if workflow.key is not None else None
