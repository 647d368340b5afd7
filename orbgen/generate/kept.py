"""Seeing that a configuration into which something was merged still means what it meant before."""

from __future__ import annotations

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbStore
from orbgen.circleci.output import Data, freeze, pipeline_data
from orbgen.circleci.pipeline import Pipeline
from orbgen.generate.merge import MergeError
from orbgen.source.nodes import Document
from orbgen.source.problems import Problem


def check_kept(theirs: Document, merged: Document) -> None:
    """See that everything which ran before still runs, the same. Raises MergeError where it does not."""
    before, after = _compiled(theirs), _compiled(merged)
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


def _compiled(document: Document) -> Pipeline:
    return compile_document(document, Inputs(), OrbStore())


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
