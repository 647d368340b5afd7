"""Validating an orb offline: each element expanded in every way, each example compiled with the orb in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from orbgen.circleci.compiler import compile_document, compile_orb
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.orbs import OrbStore
from orbgen.circleci.text import Text
from orbgen.lint.findings import Confidence, Finding, Rule, Severity
from orbgen.lint.problems import NOT_LOOKED_AT
from orbgen.lint.rules.correctness import compile_error, duplicate_name, unknown_key
from orbgen.orb.expansion import expand
from orbgen.orb.form import SECTIONS, check_form
from orbgen.orb.pack import read_folder, refused
from orbgen.orb.usage import usages
from orbgen.source.nodes import Alias, Document, Mapping, Node, Sequence
from orbgen.source.problems import Note, Problem
from orbgen.source.reader import read
from orbgen.source.span import Source, Span


class Validation(msgspec.Struct, frozen=True):
    """What validating an orb gave.

    `problems` keep it from being read as a whole. `unlinked` are examples that do not import the orb, as far as can be
    told; `missing` the orbs that are not at hand; `counts` the elements of each section, and `uses` in how many ways
    they were expanded.
    """

    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    unlinked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    uses: int = 0

    @property
    def contents(self) -> str:
        """What the orb consists of, in words."""
        counted = [
            f"{count} {section if count > 1 else section.removesuffix('s')}"
            for section, count in self.counts.items()
            if count
        ]
        return ", ".join(counted) or "no elements"


def validate_folder(path: str, store: OrbStore, own_name: str | None = None) -> Validation:
    """Validate the orb in a folder; each finding stands in the author's own file. Raises UnreadableError."""
    tree = read_folder(path)
    problems = refused(tree)
    if problems:
        return Validation(problems=problems)
    return validate_document(tree.document, store, own_name)


def validate_file(data: bytes, name: str, store: OrbStore, own_name: str | None = None) -> Validation:
    """Validate a packed orb. Raises UnreadableError."""
    return validate_document(read(data, name), store, own_name)


def validate_document(document: Document, store: OrbStore, own_name: str | None = None) -> Validation:
    """Validate an orb; `own_name` is the `namespace/name` that its examples import it by."""
    root = document.root
    if document.problems:
        return Validation(problems=document.problems)
    compiled = compile_orb(document, Inputs(), store)
    if type(root) is not Mapping:
        return Validation(findings=_findings(compiled.problems, frozenset((id(document.source),))))
    expansion = expand(root, (own_name or "orb/orb").partition("/")[2])
    first = [*check_form(document), *[_in_an_orb(problem) for problem in compiled.problems]]
    second: list[Problem] = []
    for made in expansion.documents:
        second.extend(compile_document(made, Inputs(), store).problems)
    unlinked = []
    for usage in usages(root, own_name):
        if not usage.injected:
            unlinked.append(usage.name)
        second.extend(compile_document(usage.document, Inputs(), store).problems)
    found = [*first, *_new(first, second, expansion.source, root)]
    own = frozenset(_sources(root))
    return Validation(
        _findings(found, own),
        (),
        tuple(unlinked),
        tuple(sorted([orb.reference for orb in compiled.missing_orbs if orb.reference is not None])),
        {section: len(body.fields) for section in SECTIONS if type(body := root.get(section)) is Mapping},
        expansion.uses,
    )


_NO_PIPELINE_PARAMETER = 'Referred to a variable "pipeline.parameters.'


def _in_an_orb(problem: Problem) -> Problem:
    """A problem with the reason that holds in an orb: it has no pipeline parameters of its own to declare."""
    if not problem.message.startswith(_NO_PIPELINE_PARAMETER):
        return problem
    name = problem.message.removeprefix(_NO_PIPELINE_PARAMETER).partition('"')[0]
    message = f"pipeline parameter '{name}' is used in an orb, which sees only the parameters of its elements"
    help = "declare a parameter and let the user of the orb pass the value"
    return msgspec.structs.replace(problem, message=message, help=help, suggestion=None)


def _new(first: list[Problem], second: list[Problem], made: Source, root: Mapping) -> Iterator[Problem]:
    """The problems of the expansions that are not known yet, without the places that only the expansion has."""
    known = {_place(problem) for problem in first}
    seen: set[object] = set()
    for problem in second:
        span = problem.span
        if span.source is made:
            # The author cannot mend what only the expansion holds, but should know that it went too far.
            if problem.code != "limit":
                continue
            span = Span(root.source, root.start, root.start)
        calls = tuple([call for call in problem.calls if call.span.source is not made])
        found = msgspec.structs.replace(problem, span=span, calls=calls)
        place = _place(found)
        if place not in known and (*place, found.message) not in seen:
            seen.add((*place, found.message))
            yield found


def _place(problem: Problem) -> tuple[object, ...]:
    return problem.code, id(problem.span.source), problem.span.start, problem.span.end


def _sources(root: Mapping) -> Iterator[int]:
    """The identities of the texts that an orb is written in: its fragments and the scripts that they include."""
    seen: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield id(node.source)
        if isinstance(node, Text):
            yield from [id(part.scalar.source) for part in node.parts]
        elif type(node) is Alias:
            waiting.append(node.target)
        elif type(node) is Mapping:
            waiting.extend([inner for entry in node.entries for inner in entry])
        elif type(node) is Sequence:
            waiting.extend(node.items)


def _findings(problems: Iterable[Problem], own: frozenset[int]) -> tuple[Finding, ...]:
    """Problems as the findings that lint makes of them, in the order of the places."""
    found = [_finding(problem, own) for problem in problems]
    return tuple(sorted(found, key=lambda finding: (finding.primary.source.name, finding.primary.start)))


def _finding(problem: Problem, own: frozenset[int]) -> Finding:
    rule, kind, severity = _rule(problem.code)
    help = problem.help
    if problem.dormant:
        severity = Severity.MEDIUM
        help = f"{help}; {NOT_LOOKED_AT}" if help else NOT_LOOKED_AT
    primary, related = problem.span, problem.related
    if id(primary.source) not in own:
        # What is wrong stands in another orb: the place to change is the call that leads there.
        primary = next((call.span for call in reversed(problem.calls) if id(call.span.source) in own), primary)
        if primary is not problem.span:
            related = (*related, Note(problem.span, "it is written here"))
    return rule.finding(
        problem.message,
        primary,
        kind=kind,
        severity=severity,
        confidence=Confidence.HIGH,
        path="/".join([call.text for call in problem.calls]),
        related=related,
        chain=problem.calls,
        help=help,
    )


def _rule(code: str) -> tuple[Rule, str, Severity]:
    """The rule of lint that speaks of a problem, with the kind and severity that it gives it."""
    if code == "duplicate-key":
        return duplicate_name.RULE, "key", Severity.MEDIUM
    if code == "ignored-key":
        return unknown_key.RULE, "ignored", Severity.MEDIUM
    if code in compile_error.ELSEWHERE:
        return unknown_key.RULE, "refused", Severity.HIGH
    return compile_error.RULE, code, Severity.HIGH
