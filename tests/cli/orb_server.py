"""A registry of orbs on this machine, and a command line that never shows the token that it is asked with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response

ORB = "acme/deploy"
SOURCE = "version: 2.1\ncommands:\n  go: {steps: [{run: deploy}]}\ndescription: Deploys.\n"
# Each operation with the words that tell it from the others, the more telling first.
OPERATIONS = (
    "publishOrb",
    "promoteOrb",
    "createOrb",
    "createNamespace",
    "orbConfig",
    "namespaceOrbs",
    "ListOrbs",
    "organization",
    "orbVersion",
    "registryNamespace",
)


class FakeRegistry:
    """Speaks the GraphQL of the registry; `answers` take the place of its own, by operation.

    `sources` are the versions with their sources, by reference, of which the last is the newest.
    """

    def __init__(self, token: str) -> None:
        self.token = token
        self.namespaces = {"acme": "namespace-id"}
        self.organizations = {("GITHUB", "acme-inc"): "organization-id"}
        self.private: dict[str, bool | None] = {ORB: False}
        self.sources = {f"{ORB}@1.2.2": SOURCE}
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[str] = []
        self.answers: dict[str, Response | Callable[[Request], Response]] = {}

    @property
    def published(self) -> dict[str, str]:
        """The sources that were published, by reference."""
        return {
            f"{of['namespaceName']}/{of['orbName']}@{of['version']}": of["config"]
            for operation, of in self.made
            if operation == "publishOrb"
        }

    def __call__(self, request: Request) -> Response:
        body = request.get_json()
        operation = next(name for name in OPERATIONS if name in body["query"])
        self.asked.append(operation)
        if operation in self.answers:
            answer = self.answers[operation]
            return answer if isinstance(answer, Response) else answer(request)
        if request.headers.get("Authorization", self.token) != self.token:
            return Response('{"message": "You must log in first."}', 401)
        data = getattr(self, f"_{operation}")(body["variables"], operation)
        return Response(json.dumps({"data": data}), content_type="application/json")

    def _registryNamespace(self, variables: dict[str, Any], operation: str) -> object:  # noqa: N802
        namespace = self.namespaces.get(variables.get("namespace", variables["name"]))
        known = {"registryNamespace": namespace and {"id": namespace}}
        if "namespace" not in variables:
            return known
        name = variables["name"]
        if name not in self.private:
            return {"orb": None, **known}
        newest = [{"version": version} for version in self._versions(name)[:1]]
        return {"orb": {"id": "o", "isPrivate": self.private[name], "versions": newest}, **known}

    def _versions(self, name: str) -> list[str]:
        found = [reference.partition("@") for reference in reversed(self.sources)]
        return [version for orb, _, version in found if orb == name and not version.startswith("dev:")]

    def _orbVersion(self, variables: dict[str, Any], operation: str) -> object:  # noqa: N802
        name, _, version = variables["orbVersionRef"].partition("@")
        if version == "volatile":
            version = next(iter(self._versions(name)), "")
        source = self.sources.get(f"{name}@{version}")
        if source is None:
            return {"orbVersion": None}
        orb = {
            "name": name,
            "createdAt": "2025-01-02T03:04:05.678Z",
            "categories": [{"name": "Deployment"}],
            "statistics": {"last30DaysBuildCount": 1234, "last30DaysProjectCount": 5, "last30DaysOrganizationCount": 2},
            "versions": [{"version": one, "createdAt": "2026-01-02T03:04:05.678Z"} for one in self._versions(name)],
        }
        made = {"version": version, "source": source, "createdAt": "2026-01-02T03:04:05.678Z", "orb": orb}
        return {"orbVersion": made}

    def _change(self, variables: dict[str, Any], operation: str) -> object:
        self.made.append((operation, variables))
        what = "namespace" if operation == "createNamespace" else "orb"
        return {operation: {what: {"id": "x", "version": "1.0.0"}, "errors": []}}

    _publishOrb = _promoteOrb = _createOrb = _createNamespace = _change  # noqa: N815

    def _organization(self, variables: dict[str, Any], operation: str) -> object:
        found = self.organizations.get((variables["vcsType"], variables["orgName"]))
        return {"organization": found and {"id": found, "name": variables["orgName"]}}

    def _orbConfig(self, variables: dict[str, Any], operation: str) -> object:  # noqa: N802
        return {"orbConfig": {"valid": True, "errors": []}}

    def _ListOrbs(self, variables: dict[str, Any], operation: str) -> object:  # noqa: N802
        names = ["acme/deploy", "circleci/node"] if not variables["certifiedOnly"] else ["circleci/node"]
        return {"orbs": self._page(names, variables["after"])}

    def _namespaceOrbs(self, variables: dict[str, Any], operation: str) -> object:  # noqa: N802
        if variables["namespace"] not in self.namespaces:
            return {"registryNamespace": None}
        private = variables["view"] == "PRIVATE_ONLY"
        names = [name for name, hidden in self.private.items() if bool(hidden) is private]
        return {"registryNamespace": {"orbs": self._page(names, variables["after"])}}

    def _page(self, names: list[str], after: str) -> object:
        """One orb a page, so that every list has several."""
        index = names.index(after) + 1 if after else 0
        edges = [
            {
                "cursor": name,
                "node": {
                    "name": name,
                    "statistics": {
                        "last30DaysBuildCount": 10 * len(name),
                        "last30DaysProjectCount": 1,
                        "last30DaysOrganizationCount": None,
                    },
                    "versions": [{"version": version} for version in self._versions(name)[:1]],
                },
            }
            for name in names[index : index + 1]
        ]
        return {"edges": edges, "pageInfo": {"hasNextPage": index + 1 < len(names)}}
