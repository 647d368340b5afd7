"""Tokens, bots and roles, from tctl's YAML and from the Kubernetes operator's objects (teleport.md 1, 2.1, 2.2, 2.5).

Both forms give the same records, which keep their nodes: what is said of a resource is said at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias, Union

import msgspec

from orbgen.source.nodes import Content, Document, Mapping, Scalar, Sequence
from orbgen.source.span import Span

_OPERATOR = "resources.teleport.dev/"
_OPERATOR_KIND = re.compile(r"Teleport(ProvisionToken|Bot|Role)(?:V(\d{1,2}))?")
_KINDS = {"ProvisionToken": "token", "Bot": "bot", "Role": "role"}
# What a tool fills in before Teleport sees the file: Helm and Jinja, shells, Teleport's own role templates aside.
_TRAIT = re.compile(r"\{\{\s*(?:internal|external)\.[^{}]*\}\}")
_FILLED_IN = re.compile(r"\{\{|\$\{|\$[A-Za-z_]|<<")


class _Resource(msgspec.Struct, frozen=True, eq=False):
    """What all resources share. `operator` says that it is an object for Kubernetes."""

    root: Mapping
    name: Scalar | None
    operator: bool

    @property
    def spec(self) -> Mapping | None:
        """Its `spec`."""
        return mapping(self.root.get("spec"))

    @property
    def place(self) -> Span:
        """The line that says what it is."""
        return self.root.fields["kind"].key.span

    @property
    def metadata(self) -> Mapping | None:
        """Its `metadata`."""
        return mapping(self.root.get("metadata"))

    def _is_of(self, version: str) -> bool:
        """Whether it is of a version; also where none is said, or a tool fills it in."""
        if self.operator:
            return known(self.root.get("apiVersion")) == f"{_OPERATOR}{version}"
        written = self.root.get("version")
        return is_blank(written) or known(written) in (version, None)


class AllowRule(msgspec.Struct, frozen=True, eq=False):
    """One rule of a `circleci` token: both ids must fit, where they are set. An empty one is not."""

    node: Content
    project: Scalar | None
    context: Scalar | None


class Token(_Resource, frozen=True, eq=False):
    """A provision token."""

    @property
    def roles(self) -> tuple[Scalar, ...]:
        """The system roles that a join with it gives."""
        return scalars(self._get("roles"))

    @property
    def is_understood(self) -> bool:
        """Whether it is of the version that orbgen knows, or of none that is said."""
        return self._is_of("v2")

    @property
    def is_for_bots(self) -> bool:
        """Whether tbot joins with it: it gives the role `Bot`, in whatever case."""
        return any([role.text.lower() == "bot" for role in self.roles])

    @property
    def method(self) -> str | None:
        """The join method; `token` where none is given, or `ec2` beside `allow`. None where a tool fills it in."""
        given = self._get("join_method")
        if is_blank(given):
            return "ec2" if self._get("allow") is not None else "token"
        return known(given)

    @property
    def has_static_secret(self) -> bool:
        """Whether a bot joins with its name alone, which is a secret then."""
        return self.is_for_bots and self.method == "token"

    @property
    def bot_name(self) -> Scalar | None:
        """The bot that joins with it."""
        return scalar(self._get("bot_name"))

    @property
    def circleci(self) -> Mapping | None:
        """What it says of CircleCI."""
        return mapping(self._get("circleci"))

    @property
    def organization(self) -> Scalar | None:
        """CircleCI's id of the organization whose jobs may join."""
        return scalar(self.circleci.get("organization_id")) if self.circleci is not None else None

    @property
    def rules(self) -> tuple[AllowRule, ...]:
        """The rules for CircleCI's jobs, one of which has to fit."""
        allow = self.circleci.get("allow") if self.circleci is not None else None
        return tuple([_rule(item) for item in allow.elements]) if type(allow) is Sequence else ()

    @property
    def expires(self) -> Scalar | None:
        """When it stops working."""
        return scalar(self.metadata.get("expires")) if self.metadata is not None else None

    def _get(self, key: str) -> Content | None:
        return self.spec.get(key) if self.spec is not None else None


class Bot(_Resource, frozen=True, eq=False):
    """A bot, which tbot is when it has joined."""

    @property
    def is_understood(self) -> bool:
        """Whether it is of the version that orbgen knows, or of none that is said."""
        return self._is_of("v1")

    @property
    def roles(self) -> tuple[Scalar, ...]:
        """The roles that it may use."""
        return scalars(self.spec.get("roles")) if self.spec is not None else ()

    @property
    def max_session_ttl(self) -> Scalar | None:
        """The longest that its certificates may live."""
        return scalar(self.spec.get("max_session_ttl")) if self.spec is not None else None

    @property
    def traits(self) -> dict[str, tuple[Scalar, ...]]:
        """The values of its traits by their name, which roles read as `{{internal.NAME}}`."""
        found: dict[str, tuple[Scalar, ...]] = {}
        for item in mappings(self.spec.get("traits")) if self.spec is not None else ():
            name = known(item.get("name"))
            if name is not None:
                found[name] = (*found.get(name, ()), *scalars(item.get("values")))
        return found


class Role(_Resource, frozen=True, eq=False):
    """A role: what its holders reach. `version` is the number in `v7`, None where it is not known."""

    version: int | None

    @property
    def version_place(self) -> Span:
        """Where its version is written; the operator's objects have it in their kind."""
        written = self.root.get("version")
        return self.place if written is None or self.operator else written.span

    @property
    def allow(self) -> Mapping | None:
        """What it permits."""
        return mapping(self.spec.get("allow")) if self.spec is not None else None

    @property
    def deny(self) -> Mapping | None:
        """What it takes away, whatever another role permits."""
        return mapping(self.spec.get("deny")) if self.spec is not None else None

    @property
    def options(self) -> Mapping | None:
        """How what it permits may be used."""
        return mapping(self.spec.get("options")) if self.spec is not None else None


Resource: TypeAlias = Union[Token, Bot, Role]


def resource_of(document: Document) -> Resource | None:
    """The token, bot or role that a document holds; None where it holds something else."""
    root = document.root
    if type(root) is not Mapping:
        return None
    kind, group = known(root.get("kind")), known(root.get("apiVersion"))
    if kind is None:
        return None
    name = scalar(_part(root, "metadata", "name"))
    if group is None:
        if kind not in _KINDS.values() or ("spec" not in root.fields and "metadata" not in root.fields):
            return None
        return _resource(kind, root, name, _number(known(root.get("version"))), operator=False)
    match = _OPERATOR_KIND.fullmatch(kind) if group.startswith(_OPERATOR) else None
    if match is None:
        return None
    version = int(match[2]) if match[2] else _number(group.removeprefix(_OPERATOR))
    return _resource(_KINDS[match[1]], root, name, version, operator=True)


def _resource(kind: str, root: Mapping, name: Scalar | None, version: int | None, *, operator: bool) -> Resource:
    if kind == "token":
        return Token(root, name, operator)
    return Bot(root, name, operator) if kind == "bot" else Role(root, name, operator, version)


def _number(version: str | None) -> int | None:
    match = re.fullmatch(r"v(\d{1,2})", version or "")
    return int(match[1]) if match else None


def _rule(item: Content) -> AllowRule:
    ids = [item.get(name) if type(item) is Mapping else None for name in ("project_id", "context_id")]
    project, context = [None if is_blank(node) else scalar(node) for node in ids]
    return AllowRule(item, project, context)


def _part(node: Content | None, *keys: str) -> Content | None:
    for key in keys:
        node = node.get(key) if type(node) is Mapping else None
    return node


def known(node: Content | None) -> str | None:
    """The text of a scalar; None where there is none, or where a tool fills something in before Teleport reads it."""
    if not isinstance(node, Scalar) or node.value is None or _FILLED_IN.search(node.text):
        return None
    return node.text


def known_but_for_traits(node: Content | None) -> str | None:
    """The same for a text of a role, in which Teleport itself fills in traits such as `{{internal.logins}}`."""
    if not isinstance(node, Scalar) or node.value is None or _FILLED_IN.search(_TRAIT.sub("", node.text)):
        return None
    return node.text


def is_filled_in(node: Content | None) -> bool:
    """Whether a tool fills something in before Teleport reads it; `{{ x }}` without quotes reads as a map in a map."""
    if isinstance(node, Scalar):
        return _FILLED_IN.search(node.text) is not None
    return node is not None and node.source.text.startswith("{{", node.start)


def is_blank(node: Content | None) -> bool:
    """Whether nothing is said: no node, null, an empty text or an empty list."""
    if isinstance(node, Scalar):
        return node.value is None or node.text == ""
    return node is None or (type(node) is Sequence and not node.elements)


def switched(node: Content | None) -> bool | None:
    """Whether a switch is on; None where nothing says, or a tool fills it in. What is neither on nor off is on."""
    text = known(node)
    return None if not text else text.lower() not in ("false", "off", "no", "0")


def scalar(node: Content | None) -> Scalar | None:
    """The node, if it is a scalar that is not null."""
    return node if isinstance(node, Scalar) and node.value is not None else None


def scalars(node: Content | None) -> tuple[Scalar, ...]:
    """The scalars of a list."""
    found = [scalar(item) for item in node.elements] if type(node) is Sequence else []
    return tuple([item for item in found if item is not None])


def mappings(node: Content | None) -> tuple[Mapping, ...]:
    """The mappings of a list."""
    found = [mapping(item) for item in node.elements] if type(node) is Sequence else []
    return tuple([item for item in found if item is not None])


def mapping(node: Content | None) -> Mapping | None:
    """The node, if it is a mapping."""
    return node if type(node) is Mapping else None


def resources_of(documents: Iterator[Document]) -> tuple[Resource, ...]:
    """The tokens, bots and roles among some documents."""
    return tuple([found for found in map(resource_of, documents) if found is not None])
