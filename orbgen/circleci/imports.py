"""The orbs that are imported: inline, from the registry, or by their addresses (circleci.md 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import is_empty
from orbgen.circleci.library import Import, Library
from orbgen.circleci.limits import (
    MAXIMUM_ORB_NESTING,
    MAXIMUM_ORBS,
    MAXIMUM_URL_ORB_NESTING,
    MAXIMUM_URL_ORBS,
)
from orbgen.circleci.orbs import EXACT_VERSION, REFERENCE, TEMPLATED_REFERENCE, OrbStore
from orbgen.circleci.templates import readable
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Field, Mapping, Scalar
from orbgen.source.problems import UnreadableError

_HELP = "write `namespace/name@1.2.3`, `@1.2`, `@1`, `@volatile` or `@dev:label`"
_URL = "https://"

Build: TypeAlias = Callable[[Compilation, Mapping, OrbStore, str, tuple[str, ...]], Library]


class Importer:
    """Reads the entries of one `orbs` section. `references` are the orbs that led here, `build` reads an orb."""

    def __init__(
        self, compilation: Compilation, store: OrbStore, scope: Scope, references: tuple[str, ...], build: Build
    ) -> None:
        self.compilation = compilation
        self.store = store
        self.scope = scope
        self.references = references
        self.build = build

    def add(self, alias: str, field: Field) -> Import:
        """The orb that an entry imports; reports what is wrong with the entry, or with the orb as a whole."""
        node = field.value
        found = Import(alias, field.key, node, None, None)
        if type(node) is Mapping:
            found.injected = not node.entries
            if not found.injected:
                found.library = self.build(self.compilation, node, self.store, alias, self.references)
        elif not isinstance(node, Scalar) or not isinstance(node.value, str):
            message = f"orb '{alias}' must be a reference such as `circleci/node@5.2.0`, or a mapping"
            self._report(message, field.key if is_empty(node) else node)
        else:
            self._refer(found, node)
        return found

    def _report(self, message: str, node: Content, *, help: str | None = None, code: str = "orb-reference") -> None:
        self.compilation.report(code, message, node.span, self.scope, help=help)

    def _refer(self, orb: Import, node: Scalar) -> None:
        text = self.compilation.text(node, self.scope)
        orb.reference = text.text
        if not is_known(text):
            orb.missing = TEMPLATED_REFERENCE.fullmatch(node.text) is not None or not readable(node.text)
            if not orb.missing:
                self._report(f"'{node.text}' is no orb reference", node, help=_HELP)
        elif text.text.startswith(_URL) or REFERENCE.fullmatch(text.text):
            self._load(orb, text.text, node)
        else:
            advice = f"it comes from `{node.text.partition('@')[2]}`; give the values that this needs"
            help = advice if node.templated and self.compilation.templates else _HELP
            self._report(f"'{text.text}' is no orb reference", node, help=help)

    def _load(self, orb: Import, reference: str, node: Scalar) -> None:
        if self._refused(reference, node):
            return
        source = self.store.find(reference)
        if source is None:
            orb.missing = True
            return
        try:
            document = self.store.read(source)
        except UnreadableError as error:
            self._report(f"orb {reference} cannot be read: {error.problem}", node, help=error.problem.help)
            return
        self.compilation.know_broken(document)
        for problem in document.problems:
            self._report(f"orb {reference} cannot be read: {problem}", node, help=problem.help)
        if type(document.root) is not Mapping:
            self._report(f"orb {reference} in {source.path} is not a mapping", node)
            return
        version = source.version or reference.partition("@")[2]
        orb.resolved = version if EXACT_VERSION.fullmatch(version) else None
        orb.library = self.build(self.compilation, document.root, self.store, orb.alias, (*self.references, reference))

    def _refused(self, reference: str, node: Scalar) -> bool:
        """Whether one orb more is one too many, which is reported."""
        compilation, above = self.compilation, self.references
        compilation.spent.orbs += 1
        deepest = MAXIMUM_ORB_NESTING
        if reference.startswith(_URL):
            compilation.spent.url_orbs += 1
            deepest = MAXIMUM_URL_ORB_NESTING
        if reference in above:
            reason = f"orb {reference} imports itself"
        elif len(above) >= deepest:
            reason = f"orb {reference} is nested more than {deepest} orbs deep"
        elif compilation.spent.orbs > MAXIMUM_ORBS:
            reason = f"the configuration imports more than {MAXIMUM_ORBS} orbs"
        elif compilation.spent.url_orbs > MAXIMUM_URL_ORBS:
            reason = f"the configuration imports more than {MAXIMUM_URL_ORBS} orbs by their addresses"
        else:
            return False
        self._report(reason, node, code="limit")
        return True
