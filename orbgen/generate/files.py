"""From a plan to the files that it asks for, and from the files that are there to what has to change."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbStore
from orbgen.circleci.output import Data, freeze, pipeline_data
from orbgen.circleci.pipeline import Pipeline
from orbgen.generate.blocks import Block, inline_blocks, orb_blocks
from orbgen.generate.marks import MarksError, file_state, file_with_mark, find_marked
from orbgen.generate.merge import NEW_CONFIG, MergeError, merge, theirs
from orbgen.generate.resources import resource_files
from orbgen.project.plan import Plan
from orbgen.project.planned_jobs import SshAccess
from orbgen.source.nodes import Document, Mapping, Scalar
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.span import Source, Span

CONFIG = ".circleci/config.yml"


class Change(msgspec.Struct, frozen=True):
    """One file as it is and as it is to be; `before` is None for a file that is not there yet."""

    path: str
    before: bytes | None
    after: bytes

    @property
    def needed(self) -> bool:
        """Whether the file differs from what it is to be."""
        return self.before != self.after


class GenerateError(Exception):
    """Files that cannot be written safely; `problems` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join([str(problem) for problem in problems]))
        self.problems = problems


def changes(
    plan: Plan, existing: dict[str, bytes], orb: str | None = None, *, force: bool = False
) -> tuple[Change, ...]:
    """What a plan makes of the files that exist, by path; `orb` is the text of the packed orb of a plan that uses one.

    Raises GenerateError with every reason against it.
    """
    found: list[Change] = []
    problems: list[Problem] = list(_unwritable(plan))
    if problems:
        raise GenerateError(tuple(problems))
    whole = resource_files(plan)
    orb_path = path_of_orb(plan)
    if orb_path is not None and orb is not None:
        whole[orb_path] = orb
    for path, text in whole.items():
        try:
            found.append(_whole_file(path, text, existing.get(path), force=force))
        except GenerateError as error:
            problems.extend(error.problems)
    try:
        found.insert(0, _config(plan, existing.get(CONFIG), force=force))
    except (MergeError, MarksError) as error:
        problems.append(error.problem)
    if problems:
        raise GenerateError(tuple(problems))
    return tuple(found)


def _unwritable(plan: Plan) -> Iterator[Problem]:
    """What a plan may ask for and is written by hand so far."""
    source = Source("orbgen.yml", "")
    for job in plan.access:
        plain = isinstance(job, SshAccess) and job.host is not None and job.command is not None
        if not plain or job.tags or plan.teleport.version is None or plan.teleport.target != "tctl":
            message = f"`{job.name}` asks for more than one command on one server of a known version"
            help = "write that job by hand; this version of orbgen writes kind ssh with host and command"
            yield Problem("kind", message, Span(source, 0, 0), help)


def paths_of(plan: Plan) -> tuple[str, ...]:
    """The files that a plan is about."""
    orb = path_of_orb(plan)
    return (CONFIG, *resource_files(plan), *([orb] if orb is not None else []))


def path_of_orb(plan: Plan) -> str | None:
    """Where the packed orb lies, so that the configuration compiles offline; None for a plan without orb."""
    return None if plan.orb is None else f".circleci/orbs/{plan.orb}.yml"


def _whole_file(path: str, text: str, before: bytes | None, *, force: bool) -> Change:
    after = file_with_mark(text).encode()
    if before is not None and before != after and not force:
        content = before.decode("utf-8", "replace")
        state = file_state(content)
        where = Span(Source(path, content), 0, len(content.partition("\n")[0]))
        if not state.own:
            message = f"{path} is there already and was not written by orbgen"
            raise GenerateError((Problem("taken", message, where, "move it away, or overwrite it with --force"),))
        if state.changed:
            message = f"somebody has changed {path} since orbgen wrote it"
            help = "make the change in orbgen.yml, or overwrite it with --force"
            raise GenerateError((Problem("changed-by-hand", message, where, help),))
    return Change(path, before, after)


def _config(plan: Plan, before: bytes | None, *, force: bool) -> Change:
    document = _read(before if before is not None else NEW_CONFIG.encode())
    root = _accepted(document)
    text = document.source.text
    merged = merge(text, CONFIG, _blocks(plan, root), force=force)
    encoding = "utf-8" if before is None or before[:2] not in (b"\xff\xfe", b"\xfe\xff") else "utf-16"
    after = (document.source.mark + merged).encode() if encoding == "utf-8" else merged.encode(encoding)
    if before is not None and before != after:
        _check_kept(_compiled(_read(theirs(text, CONFIG).encode())), _compiled(_read(after)))
    return Change(CONFIG, before, after)


def _read(data: bytes) -> Document:
    try:
        return read(data, CONFIG)
    except UnreadableError as error:
        raise MergeError(error.problem) from None


def _accepted(document: Document) -> Mapping:
    """The root of a configuration that can hold what orbgen writes."""
    root = document.root
    if type(root) is not Mapping:
        raise MergeError(Problem("value", "a configuration must be a mapping", root.span, "start with `version: 2.1`"))
    version = root.fields.get("version")
    if version is None or not isinstance(version.value, Scalar) or version.value.text != "2.1":
        place = version.value.span if version is not None else root.span
        message = "only a configuration of version 2.1 can hold commands and expressions"
        help = "write `version: 2.1`; `orbgen lint` tells what that changes"
        raise MergeError(Problem("version", message, place, help))
    setup = root.fields.get("setup")
    if setup is not None and isinstance(setup.value, Scalar) and setup.value.value is True:
        message = "a setup configuration may run one workflow only, so the jobs belong into the one it continues with"
        help = "add what `orbgen generate --stdout` prints to that file by hand"
        raise MergeError(Problem("setup", message, setup.key.span, help))
    return root


def _blocks(plan: Plan, root: Mapping) -> list[Block]:
    if plan.orb is None:
        return inline_blocks(plan)
    alias, imported = _alias(plan.orb, root)
    return orb_blocks(plan, alias, imported=imported)


def _alias(reference: str, root: Mapping) -> tuple[str, bool]:
    """The alias to use the orb by: theirs if they have it, else a free one."""
    marked = find_marked(root.source)
    orbs = root.get("orbs")
    taken = {
        alias: field.value
        for alias, field in (orbs.fields.items() if type(orbs) is Mapping else ())
        if not any([one.holds(field.key.span.line) for one in marked])
    }
    for alias, value in taken.items():
        if isinstance(value, Scalar) and value.text == reference:
            return alias, True
    return ("teleport" if "teleport" not in taken else "orbgen-teleport"), False


def _compiled(document: Document) -> Pipeline:
    return compile_document(document, Inputs(), OrbStore())


def _check_kept(before: Pipeline, after: Pipeline) -> None:
    """See that everything which ran before still runs, the same. Raises MergeError where it does not."""
    old, new = pipeline_data(before), pipeline_data(after)
    for name, job in _mapping(old["jobs"]).items():
        if freeze(job) != freeze(_mapping(new["jobs"]).get(name)):
            raise _not_kept(after, f"the job `{name}` would become another one")
    for name, workflow in _mapping(old["workflows"]).items():
        if name != "version" and not _contains(_mapping(new["workflows"]).get(name), workflow):
            raise _not_kept(after, f"the workflow `{name}` would become another one")
    known = {(problem.code, problem.message) for problem in before.problems}
    for problem in after.problems:
        if (problem.code, problem.message) not in known:
            raise MergeError(problem)


def _contains(new: Data, old: Data) -> bool:
    """Whether a workflow holds all that another one has, in the same order, and only more entries."""
    if not isinstance(new, dict) or not isinstance(old, dict):
        return freeze(new) == freeze(old)
    rest = {key: value for key, value in new.items() if key != "jobs"}
    if freeze(rest) != freeze({key: value for key, value in old.items() if key != "jobs"}):
        return False
    entries = iter([freeze(entry) for entry in _list(new.get("jobs"))])
    return all([any(freeze(entry) == candidate for candidate in entries) for entry in _list(old.get("jobs"))])


def _mapping(data: Data) -> dict[str, Data]:
    return data if isinstance(data, dict) else {}


def _list(data: Data) -> list[Data]:
    return data if isinstance(data, list) else []


def _not_kept(after: Pipeline, what: str) -> MergeError:
    place = after.library.root.span
    help = "nothing was written; add what `orbgen generate --stdout` prints by hand"
    return MergeError(Problem("not-kept", f"with orbgen's part merged in, {what}", place, help))
