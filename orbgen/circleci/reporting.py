"""The problems that one run of the compiler finds: each once, those with one cause together, none that is no news."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from orbgen.circleci.library import Library
from orbgen.circleci.limits import MAXIMUM_PROBLEMS
from orbgen.circleci.pipeline import Call
from orbgen.source.nodes import Alias, Content, Document, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Note, Problem
from orbgen.source.sentences import shortened
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.circleci.compilation import Scope


class Reporter:
    """Collects problems. What it is told while `dormant` stands where CircleCI does not look yet."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.dormant = False
        # Where the reader has reported a problem already; what follows from it is no news.
        self._broken: set[tuple[int, int]] = set()
        self._problems: dict[tuple[str, int, int, int, str], Problem] = {}
        # Which problems have one cause, such as the uses of a name that nothing defines.
        self._causes: dict[tuple[str, object], list[tuple[str, int, int, int, str]]] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found, in the order of the places; of several places with one cause the first, the others noted."""
        found = dict(self._problems)
        for keys in self._causes.values():
            if len(keys) > 1:
                first, *others = sorted([found[key] for key in keys], key=_place)
                places = [Note(problem.span, "and here") for problem in others]
                for key in keys:
                    del found[key]
                found[keys[0]] = msgspec.structs.replace(
                    first, related=(*first.related, *places), dormant=all([first.dormant, *[p.dormant for p in others]])
                )
        return tuple(sorted(found.values(), key=_place))

    def know_broken(self, document: Document) -> None:
        """Say nothing of what follows from the problems that reading a document has reported."""
        for problem in document.problems:
            notes = problem.related if problem.code == "undefined-alias" else ()
            self._broken.update([(id(place.source), place.start) for place in (problem.span, *[n.span for n in notes])])

    def lost(self, node: Content | None) -> bool:
        """Whether an alias without anchor stands in the place of a node, or what cannot be is merged into it."""
        if not self._broken or node is None:
            return False
        if isinstance(node, Scalar):
            return not node.text and self._is_broken(node)
        waiting: list[Content] = [node]
        seen: set[int] = set()
        while waiting:
            mapping = waiting.pop()
            if type(mapping) is not Mapping or id(mapping) in seen:
                continue
            seen.add(id(mapping))
            for key, value in mapping.entries:
                merged = _merged(value) if type(key) is Scalar and key.merges else []
                if any([self._is_broken(part) for part in merged]):
                    return True
                waiting.extend([_target(part) for part in merged])
        return False

    def _is_broken(self, node: Node) -> bool:
        return (id(node.source), node.start) in self._broken

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        scope: Scope | None = None,
        *,
        help: str | None = None,
        suggestion: str | None = None,
        related: tuple[Note, ...] = (),
        cause: object = None,
    ) -> None:
        """Record a problem once, whatever the number of calls that run into it.

        Problems of one code with the same `cause` become one, with a note at each further place.
        """
        if self._broken and (id(span.source), span.start) in self._broken:
            return
        message = shortened(message)
        key = (code, id(span.source), span.start, span.end, message)
        known = self._problems.get(key)
        if known is None and self.overfull:
            return
        if known is None and cause is not None:
            self._causes.setdefault((code, cause), []).append(key)
        if known is None or (known.dormant and not self.dormant):
            calls = tuple([Note(link.span, f"{link.kind.value} '{link.name}'") for link in _chain(scope)])
            if help is None and suggestion is not None:
                help = f"did you mean '{suggestion}'?"
            help = shortened(help) if help is not None else None
            self._problems[key] = Problem(code, message, span, help, calls, related, suggestion, self.dormant)
        if len(self._problems) == MAXIMUM_PROBLEMS:
            message = f"there are more than {MAXIMUM_PROBLEMS:,} problems; orbgen looks for no more"
            self._problems["limit", 0, 0, 0, message] = Problem("limit", message, Span(self.library.source, 0, 0))

    @property
    def overfull(self) -> bool:
        """Whether so many problems are known that no more are taken."""
        return len(self._problems) > MAXIMUM_PROBLEMS


def _place(problem: Problem) -> tuple[str, int]:
    return problem.span.source.name, problem.span.start


def _merged(value: Node) -> list[Node]:
    """What a `<<` merges: one mapping or a list of them."""
    target = _target(value)
    return target.items if type(target) is Sequence else [value]


def _target(node: Node) -> Content:
    return node.target if type(node) is Alias else node


def _chain(scope: Scope | None) -> list[Call]:
    return scope.call.chain() if scope is not None and scope.call is not None else []
