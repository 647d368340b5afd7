"""Contexts and what restricts them (circleci.md 9.1, 9.2)."""

from __future__ import annotations

import msgspec

from orbgen.remote.client import Client
from orbgen.remote.identifiers import uuid_of

_EXPRESSION = "expression"


class Context(msgspec.Struct, frozen=True):
    """A context of an organization."""

    id: str
    name: str


class Restriction(msgspec.Struct, frozen=True):
    """One thing that has to hold before a job gets a context: `kind` is expression, group or project."""

    kind: str = msgspec.field(name="restriction_type")
    value: str = msgspec.field(name="restriction_value", default="")


class _Made(msgspec.Struct):
    """What is told of a restriction that was made; nothing in it is needed."""


class Contexts:
    """Asks for an organization's contexts, and makes them. Every method raises RemoteError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, organization_id: str, name: str) -> Context | None:
        """The context of a name; None where the organization has none that the token's owner may see."""
        parameters = {"owner-id": organization_id, "owner-type": "organization"}
        found = next((one for one in self._client.pages(("context",), Context, parameters) if one.name == name), None)
        return _checked(found) if found is not None else None

    def restrictions(self, context: Context, organization_id: str) -> tuple[Restriction, ...]:
        """What restricts a context; every member of the organization may use it where nothing does.

        A new context has the group of all members, whose id is the organization's own. That restricts nothing.
        """
        found = self._client.pages(("context", context.id, "restrictions"), Restriction)
        return tuple([one for one in found if one.value.lower() != organization_id])

    def create(self, organization_id: str, name: str) -> Context:
        """Make a context, which is open to the whole organization until it is restricted."""
        owner = {"id": organization_id, "type": "organization"}
        return _checked(self._client.post(("context",), {"name": name, "owner": owner}, Context))

    def restrict(self, context: Context, expression: str) -> None:
        """Give a context to those jobs only for which an expression holds."""
        body = {"restriction_type": _EXPRESSION, "restriction_value": expression}
        self._client.post(("context", context.id, "restrictions"), body, _Made)


def _checked(context: Context) -> Context:
    return Context(uuid_of(context.id, "the context"), context.name)
