"""Job groups: an invocation made into an entry job, the group's members and an end job (circleci.md 6.8).

CircleCI's names for the jobs that it adds are not documented; here they are `GROUP/start`, `GROUP/end` and
`GROUP/unlock`, and a member is called `GROUP/MEMBER` where the invocation has a `name`.
"""

from __future__ import annotations

from orbgen.circleci.entries import Entry, EntryCompiler, read_entry
from orbgen.circleci.library import Definition
from orbgen.circleci.pipeline import Call, CallKind, JobRun, Requirement
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence


def add_group(outer: EntryCompiler, group: Definition, entry: Entry) -> None:
    """Compile one invocation of a job group into the workflow of `outer`."""
    group.used = True
    compilation, scope = outer.compilation, outer.scope
    for name, field in entry.arguments.items():
        message = f"a job group's entry does not support `{name}`"
        help = "it takes name, requires, filters and serial-group"
        compilation.report("job-group", message, field.key.span, scope, help=help)
    name_node = entry.get("name")
    text = compilation.text(name_node, scope) if isinstance(name_node, Scalar) else None
    name = text.text if text is not None else entry.name
    call = Call(CallKind.GROUP, name, entry.key.span, scope.call)
    start = _added(outer, entry, call, f"{name}/start", "no-op" if entry.get("serial-group") is None else "lock")
    start.name_known = text is None or is_known(text)
    outer._fill_special(start, entry, scope)
    members = _members(outer, group, call, f"{name}/" if text is not None else "")
    inner = {run.declared for run in members} | {run.alias for run in members if run.alias}
    required = set()
    for run in members:
        for requirement in run.requires:
            required.add(requirement.name)
            if requirement.known and requirement.name not in inner:
                message = f"'{requirement.name}' is not a member of job group '{group.name}'"
                compilation.report("requires", message, requirement.node.span, scope)
        if not run.requires:
            run.requires = (Requirement(start.declared, entry.key),)
    leaves = [run for run in members if run.declared not in required and run.alias not in required]
    end = _added(outer, entry, call, f"{name}/end", "no-op")
    end.alias = name
    end.requires = tuple([Requirement(run.declared, entry.key) for run in leaves])
    if start.type == "lock":
        unlock = _added(outer, entry, call, f"{name}/unlock", "unlock")
        unlock.requires = (Requirement(end.declared, entry.key, ("terminal",)),)


def _added(outer: EntryCompiler, entry: Entry, call: Call, name: str, type_: str) -> JobRun:
    """A job that CircleCI adds around the members."""
    run = JobRun(outer.workflow, name, name, type_, entry.node, call)
    run.body = {"type": Scalar(entry.key.source, entry.key.start, entry.key.end, entry.key.outer, type_)}
    outer.runs.append(run)
    return run


def _members(outer: EntryCompiler, group: Definition, call: Call, prefix: str) -> list[JobRun]:
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
            compilation.report("job-group", message, member.special["serial-group"].key.span, scope)
        inner.add_entry(member, prefix)
    for run in inner.runs:
        run.requires = tuple([_within(requirement, prefix) for requirement in run.requires])
    outer.runs.extend(inner.runs)
    return inner.runs


def _within(requirement: Requirement, prefix: str) -> Requirement:
    return Requirement(
        prefix + requirement.name, requirement.node, requirement.statuses, requirement.listed, requirement.known
    )


def member_names(group: Definition) -> set[str]:
    """The names of the jobs in a group, for telling people that they cannot be required from outside."""
    jobs = group.node.get("jobs") if type(group.node) is Mapping else None
    names: set[str] = set()
    for item in jobs.elements if type(jobs) is Sequence else ():
        names.update([item.text] if isinstance(item, Scalar) else _keys(item))
    return names


def _keys(item: Content) -> list[str]:
    return list(item.fields)[:1] if type(item) is Mapping else []
