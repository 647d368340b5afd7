"""What a role lets its holder reach: servers, applications, databases, clusters, desktops, workload identities, rules.

teleport.md 2.2. A role that names labels and no user, login or group for them reaches nothing of that kind.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span
from orbgen.teleport.resources import Bot, Role, is_filled_in, known, scalars
from orbgen.teleport.versions import table

ANY = "*"
# Version 3 takes labels that nobody sets for all of them.
_LAST_OPEN_VERSION = 3
_TRAIT = re.compile(r"\{\{\s*internal\.([A-Za-z_]+)\s*\}\}")
_ALWAYS = re.compile(r"\^?(?:\.\*|\.\+|\(\.[*+]\))\$?")
_ALWAYS_TRUE = re.compile(
    r"true|1\s*==\s*1|regexp\.match\(\s*labels[^,]*,\s*[\"'](?:\*|\^?(?:\.\*|\.\+|\(\.[*+]\))\$?)[\"']\s*\)"
)


class Target(enum.Enum):
    """What there is to reach, by the word that people use for it."""

    NODES = "servers"
    APPLICATIONS = "applications"
    DATABASES = "databases"
    KUBERNETES = "Kubernetes clusters"
    DESKTOPS = "Windows desktops"
    WORKLOADS = "workload identities"
    TELEPORT = "Teleport's own resources"


class Openness(enum.Enum):
    """What makes labels take in whatever there is."""

    WILDCARD = "wildcard"
    PATTERN = "regex"
    UNSET = "unset"


class _Kind(msgspec.Struct, frozen=True):
    """The keys of a role for one target: its labels, and as whom. With `needs` it takes one of the latter.

    Those that are `left_open` have their labels open in a role of version 3 that does not set them.
    """

    target: Target
    labels: str
    principals: tuple[str, ...] = ()
    needs: bool = True
    left_open: bool = True


_KINDS = (
    _Kind(Target.NODES, "node_labels", ("logins",)),
    _Kind(Target.APPLICATIONS, "app_labels", (), needs=False),
    _Kind(Target.DATABASES, "db_labels", ("db_users", "db_roles")),
    _Kind(Target.KUBERNETES, "kubernetes_labels", ("kubernetes_groups", "kubernetes_users")),
    _Kind(Target.DESKTOPS, "windows_desktop_labels", ("windows_desktop_logins",)),
    _Kind(Target.WORKLOADS, "workload_identity_labels", (), needs=False, left_open=False),
)


class Principal(msgspec.Struct, frozen=True):
    """A login, user or group that the role names at `place`; `text` is None where it is not known.

    `trait` is the bot's trait that gives it, and `given` where the bot says so.
    """

    field: str
    text: str | None
    place: Span
    trait: str | None = None
    given: Span | None = None


class Reach(msgspec.Struct, frozen=True):
    """One kind of thing that a role reaches: those with all of the `labels`, each of which has one of some values.

    `openness` says by what the labels take in whatever there is, if they do, and `opening` is where that is written:
    `'*': '*'`, a pattern that every text fits, or what an old role leaves unset. Without a principal the role cannot
    use what it reaches. `unclear` parts are filled in by tools.
    """

    target: Target
    place: Span
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    principals: tuple[Principal, ...] = ()
    openness: Openness | None = None
    opening: Span | None = None
    expression: str | None = None
    usable: bool = True
    unclear: bool = False

    @property
    def everything(self) -> bool:
        """Whether the labels take in whatever there is."""
        return self.openness is not None

    @property
    def words(self) -> str:
        """What is reached, as in `servers with env=staging as ci-user`."""
        names = sorted({one.text or "an unknown user" for one in self.principals})
        if self.target is Target.TELEPORT:
            return f"{self.target.value} ({self.expression})" if self.expression else str(self.target.value)
        named = [name for name, _ in self.labels if name != ANY]
        everything = self.everything and (self.openness is Openness.WILDCARD or not named)
        which = f"every one of the {self.target.value}" if everything else f"{self.target.value} {self._with}"
        return which + (f" as {' or '.join(names)}" if names else "")

    @property
    def _with(self) -> str:
        if self.expression is not None:
            return f"where {self.expression}"
        return "with " + " and ".join([f"{key}={'|'.join(values)}" for key, values in self.labels])


def reach_of(role: Role, bot: Bot | None = None) -> tuple[Reach, ...]:
    """What a role reaches, in the order of the kinds; with a bot's traits in the place of `{{internal.NAME}}`."""
    allow = role.allow
    if allow is None and role.version != _LAST_OPEN_VERSION:
        return ()
    found = [one for kind in _KINDS for one in _of_kind(role, allow, kind, bot)]
    rules = allow.get("rules") if allow is not None else None
    if type(rules) is Sequence and rules.elements:
        found.append(Reach(Target.TELEPORT, _key(allow, "rules", role.place), expression=_ruled(rules)))
    return tuple(found)


def _ruled(rules: Sequence) -> str:
    """What rules permit, as in `list, read of db, db_server`."""
    found = []
    for rule in rules.elements:
        if type(rule) is Mapping:
            verbs = ", ".join([verb.text for verb in scalars(rule.get("verbs"))])
            resources = ", ".join([resource.text for resource in scalars(rule.get("resources"))])
            found.append(f"{verbs} of {resources}")
    return "; ".join(found)


def _of_kind(role: Role, allow: Mapping | None, kind: _Kind, bot: Bot | None) -> Iterator[Reach]:
    principals = tuple(_principals(role, allow, kind, bot))
    usable = bool(principals) or not kind.needs
    expression = allow.get(f"{kind.labels}_expression") if allow is not None else None
    node = allow.get(kind.labels) if allow is not None else None
    if is_filled_in(node) and type(node) is not Mapping:
        yield Reach(
            kind.target, _key(allow, kind.labels, role.place), principals=principals, usable=usable, unclear=True
        )
    elif node is None and expression is None:
        # Only what the role could use: a role of version 3 would otherwise be said to reach everything there is.
        if role.version == _LAST_OPEN_VERSION and kind.left_open and usable:
            place = principals[0].place if principals else role.place
            yield Reach(kind.target, place, principals=principals, openness=Openness.UNSET, opening=role.place)
    elif type(node) is Mapping and node.fields:
        labels = tuple([(name, _values(field.value)) for name, field in node.fields.items()])
        unclear = any([is_filled_in(field.value) for field in node.fields.values()])
        place = _key(allow, kind.labels, role.place)
        openness, by = _openness(labels)
        opening = node.fields[by].key.span if by is not None else None
        yield Reach(kind.target, place, labels, principals, openness, opening, None, usable, unclear)
    if isinstance(expression, Scalar) and expression.text:
        place = _key(allow, f"{kind.labels}_expression", role.place)
        openness = Openness.PATTERN if _ALWAYS_TRUE.fullmatch(expression.text.strip()) else None
        yield Reach(kind.target, place, (), principals, openness, expression.span, expression.text, usable)


def _openness(labels: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[Openness | None, str | None]:
    """What opens labels, and by which of them; a pattern opens them only where no other label narrows."""
    if any([name == ANY and ANY in values for name, values in labels]):
        return Openness.WILDCARD, ANY
    patterned = [name for name, values in labels if any(map(is_pattern_for_all, values))]
    if patterned and all([any(map(is_always, values)) for _, values in labels]):
        return Openness.PATTERN, patterned[0]
    return None, None


def principals_of(role: Role, bot: Bot | None = None) -> Iterator[Principal]:
    """The logins, users and groups that a role gives, whether or not there are labels to use them with."""
    for kind in _KINDS:
        yield from _principals(role, role.allow, kind, bot)


def _principals(role: Role, allow: Mapping | None, kind: _Kind, bot: Bot | None) -> Iterator[Principal]:
    for name in kind.principals:
        denied = {known(item) for item in scalars(role.deny.get(name))} if role.deny is not None else set()
        if ANY in denied:
            continue
        for item in scalars(allow.get(name)) if allow is not None else ():
            match = _TRAIT.fullmatch(item.text)
            if match is None:
                if known(item) not in denied or known(item) is None:
                    yield Principal(name, known(item), item.span)
            elif bot is not None:
                for value in bot.traits.get(match[1], ()):
                    if known(value) not in denied:
                        yield Principal(name, known(value), item.span, match[1], value.span)
            else:
                yield Principal(name, None, item.span, match[1])


def is_always(value: str) -> bool:
    """Whether a label's value takes in every text."""
    return value == ANY or is_pattern_for_all(value)


def is_pattern_for_all(value: str) -> bool:
    """Whether a label's value is a pattern that takes in every text, such as `^.*$`."""
    return _ALWAYS.fullmatch(value) is not None


def _values(node: Content) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return (node.text,)
    return tuple([item.text for item in scalars(node)])


def _key(holder: Mapping | None, name: str, default: Span) -> Span:
    return holder.fields[name].key.span if holder is not None and name in holder.fields else default


class Preset(msgspec.Struct, frozen=True):
    """A role that every cluster has: how much it opens (`high`, `medium`, `low`), and what it gives."""

    name: str
    severity: str
    gives: str


@lru_cache(maxsize=1)
def presets() -> dict[str, Preset]:
    """Teleport's preset roles by name."""
    return {name: Preset(name, **row) for name, row in table("roles")["presets"].items()}
