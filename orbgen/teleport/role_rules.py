"""The rules of a role: what its holder may do to Teleport's own resources (teleport.md 2.2)."""

from __future__ import annotations

import msgspec

from orbgen.source.nodes import Mapping, Scalar
from orbgen.teleport.resources import Role, is_blank, known, mappings, scalars

ANY = "*"


class RoleRule(msgspec.Struct, frozen=True, eq=False):
    """One rule: the verbs that it permits on kinds of resources; under a condition, if it has a `where`."""

    resources: tuple[Scalar, ...]
    verbs: frozenset[str]
    conditional: bool

    def permits(self, verb: str, resource: str) -> bool:
        """Whether it permits a verb on a kind of resource, perhaps not on all of them."""
        named = {known(node) for node in self.resources}
        return bool({resource, ANY} & named) and bool({verb, ANY} & self.verbs)


def rules_of(part: Mapping | None) -> tuple[RoleRule, ...]:
    """The rules of a role's `allow` or `deny`."""
    return tuple([
        RoleRule(
            scalars(rule.get("resources")),
            frozenset([text for verb in scalars(rule.get("verbs")) if (text := known(verb)) is not None]),
            not is_blank(rule.get("where")),
        )
        for rule in (mappings(part.get("rules")) if part is not None else ())
    ])  # fmt: skip


def permits(role: Role, verb: str, resource: str) -> bool:
    """Whether a role permits a verb on a kind of resource, perhaps not on all of them, and does not deny it."""
    granted = any([rule.permits(verb, resource) for rule in rules_of(role.allow)])
    return granted and not any([rule.permits(verb, resource) for rule in rules_of(role.deny)])
