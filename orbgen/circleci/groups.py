"""Job groups: an invocation made into an entry job, the group's members and an end job (circleci.md 6.8).

CircleCI's names for the jobs that it adds are not documented; here they are `GROUP/start`, `GROUP/end` and
`GROUP/unlock`, and a member is called `GROUP/MEMBER` where the invocation has a `name`.
"""

from __future__ import annotations

from orbgen.circleci.entries import Entry, EntryCompiler, read_entry
from orbgen.circleci.grammar import is_empty
from orbgen.circleci.library import Definition
from orbgen.circleci.pipeline import Call, CallKind, JobRun, Requirement
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_TAKEN = "an entry of a job group takes name, requires, filters and serial-group"


def add_group(outer: EntryCompiler, group: Definition, entry: Entry) -> None:
    """Compile one invocation of a job group into the workflow of `outer`."""
    group.used = True
    compilation, scope = outer.compilation, outer.scope
    for key, field in entry.arguments.items():
        message = f"Job group invocations do not support `{key}`"
        compilation.report("job-group", message, field.key.span, scope, help=_TAKEN)
    name_node = entry.get("name")
    text = compilation.text(name_node, scope) if isinstance(name_node, Scalar) else None
    name = text.text if text is not None else entry.name
    _check_repeated(outer, entry, None if text is None else name)
    call = Call(CallKind.GROUP, name, entry.key.span, scope.call)
    serialised = not is_empty(entry.get("serial-group"))
    start = _added(outer, entry, call, name, "start", "lock" if serialised else "no-op")
    start.name_known = text is None or is_known(text)
    outer.fill_special(start, entry, scope)
    for requirement in start.requires:
        requirement.outside = True
    # The lock takes the place of the serial group.
    lock = {"key": start.serial_group} if serialised and start.serial_group is not None else {}
    start.serial_group = None
    assert start.body is not None  # A job that is added here has keys of its own.
    start.body.update(lock)
    members = _members(outer, group, call, name, f"{name}/" if text is not None else "")
    required = _check_requirements(outer, group, members)
    for run in members:
        if not run.requires:
            run.requires = (Requirement(start.declared, entry.key, targets=(start,)),)
    leaves = [run for run in members if run.declared not in required and run.alias not in required]
    end = _added(outer, entry, call, name, "end", "no-op")
    end.alias = name
    end.requires = tuple([Requirement(run.declared, entry.key, targets=(run,)) for run in leaves])
    if serialised:
        unlock = _added(outer, entry, call, name, "unlock", "unlock")
        assert unlock.body is not None  # As of the first.
        unlock.body.update(lock)
        unlock.requires = (Requirement(end.declared, entry.key, ("terminal",), targets=(end,)),)


def _check_repeated(outer: EntryCompiler, entry: Entry, name: str | None) -> None:
    """Report a group that is invoked again without a name of its own."""
    before = outer.group_names.setdefault(entry.name, [])
    if before and (name is None or None in before):
        message = (
            f'Job group "{entry.name}" is invoked multiple times without a "name" attribute. '
            "Each invocation must have a unique name"
        )
        outer.compilation.report("job-group", message, entry.key.span, outer.scope, help="add `name: ..`")
    elif name in before:
        message = f'Job group "{entry.name}" is already invoked with the name "{name}"'
        outer.compilation.report("job-group", message, entry.special["name"].value.span, outer.scope)
    before.append(name)


def _added(outer: EntryCompiler, entry: Entry, call: Call, group: str, part: str, type_: str) -> JobRun:
    """A job that CircleCI adds around the members."""
    name = f"{group}/{part}"
    key = entry.key
    run = JobRun(outer.workflow, name, name, type_, entry.node, call, group=group)
    run.body = {"type": Scalar(key.source, key.start, key.end, key.outer, type_)}
    outer.runs.append(run)
    return run


def _members(outer: EntryCompiler, group: Definition, call: Call, name: str, prefix: str) -> list[JobRun]:
    compilation, scope = outer.compilation, outer.scope.seen_from(call)
    jobs = group.node.get("jobs") if type(group.node) is Mapping else None
    if type(jobs) is not Sequence or not jobs.items:
        compilation.report("job-group", f"job group '{group.name}' needs a list of `jobs`", group.key.span, scope)
        return []
    inner = EntryCompiler(compilation, outer.workflow, scope)
    for item in jobs.elements:
        member = read_entry(compilation, item, scope)
        if member is None:
            continue
        if member.name in scope.library.groups and member.name not in scope.library.jobs:
            message = f"Job group '{group.name}' cannot reference job group '{member.name}' -- nesting is not supported"
            compilation.report("job-group", message, member.key.span, scope)
            continue
        if "serial-group" in member.special:
            message = "Use of `serial-group` on job invocations inside a job-group is not supported"
            help = "give the `serial-group` to the group's entry in the workflow"
            compilation.report("job-group", message, member.special["serial-group"].key.span, scope, help=help)
        inner.add_entry(member, prefix)
    for run in inner.runs:
        run.group = name
        run.requires = tuple([_within(requirement, prefix) for requirement in run.requires])
    outer.runs.extend(inner.runs)
    return inner.runs


def _within(requirement: Requirement, prefix: str) -> Requirement:
    return Requirement(
        prefix + requirement.name, requirement.node, requirement.statuses, requirement.listed, requirement.known
    )


def _check_requirements(outer: EntryCompiler, group: Definition, members: list[JobRun]) -> set[str]:
    """The names that members require; those of no member are reported, and dropped."""
    inner = {run.declared for run in members} | {run.alias for run in members if run.alias}
    required: set[str] = set()
    for run in members:
        kept = []
        for requirement in run.requires:
            if requirement.known and requirement.name not in inner:
                message = f"'{requirement.node.span.text}' is not a member of job group '{group.name}'"
                scope = outer.scope.seen_from(run.call)
                outer.compilation.report("requires", message, requirement.node.span, scope)
            else:
                required.add(requirement.name)
                kept.append(requirement)
        run.requires = tuple(kept)
    return required


def member_names(group: Definition) -> set[str]:
    """The names of the jobs in a group, for telling people that they cannot be required from outside."""
    jobs = group.node.get("jobs") if type(group.node) is Mapping else None
    names: set[str] = set()
    for item in jobs.elements if type(jobs) is Sequence else ():
        names.update([item.text] if isinstance(item, Scalar) else _keys(item))
    return names


def _keys(item: Content) -> list[str]:
    """The job's name, and the name that the entry gives it."""
    if type(item) is not Mapping or not item.fields:
        return []
    name, field = next(iter(item.fields.items()))
    given = field.value.get("name") if type(field.value) is Mapping else None
    return [name, given.text] if isinstance(given, Scalar) else [name]
