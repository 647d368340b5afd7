"""Projects and organizations, found by the repository that they are for (circleci.md 7.8, 9.2)."""

from __future__ import annotations

import re
from http import HTTPStatus

import msgspec

from orbgen.remote.client import Client
from orbgen.remote.failures import RefusedError
from orbgen.remote.identifiers import uuid_of

# An alias of the host, as in `git@github.com-work:acme/shop`, is common where somebody has two accounts.
_REMOTE = re.compile(
    r"(?:^[a-z+]+://|^)(?:[^@/]*@)?(?P<host>[\w.-]+)(?::\d+(?=/))?[:/]/?(?P<owner>[^/:]+)/(?P<name>[^/:]+?)(?:\.git)?/?$"
)
_HOSTS = {"github.com": "gh", "bitbucket.org": "bb"}
_SLUG = re.compile(r"(?:gh|github|bb|bitbucket|circleci)/[^/\s]+/[^/\s]+")


class Project(msgspec.Struct, frozen=True):
    """A project with the ids that tokens of CircleCI name it and its organization by."""

    id: str
    organization_id: str
    name: str


class _Found(msgspec.Struct):
    id: str
    organization_id: str
    name: str = ""


class _Collaboration(msgspec.Struct):
    id: str
    name: str = ""
    slug: str = ""


def slug_of(remote: str, *, is_cloud: bool = True) -> str | None:
    """The slug of the project of a repository, from its remote's address; None where the address does not tell it.

    Projects of GitLab, and those that came by the GitHub App, have slugs that only CircleCI knows.
    """
    match = _REMOTE.search(remote)
    if match is None:
        return None
    host = match["host"].lower()
    kind = next(
        (kind for name, kind in _HOSTS.items() if re.fullmatch(rf"(?:ssh\.)?{re.escape(name)}(?:-.*)?", host)), None
    )
    if kind is None and not is_cloud and "gitlab" not in host:
        kind = "gh"  # An installation of CircleCI Server stands beside one of GitHub Enterprise.
    return f"{kind}/{match['owner']}/{match['name']}" if kind is not None else None


def is_slug(text: str) -> bool:
    """Whether a text can be a project's slug."""
    return _SLUG.fullmatch(text) is not None


class Projects:
    """Asks one installation for projects. Every method raises RemoteError."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def find(self, slug: str) -> Project | None:
        """The project of a slug; None where there is none that the token's owner may see."""
        try:
            found = self._client.get(("project", *slug.split("/")), _Found)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        project, organization = uuid_of(found.id, "the project"), uuid_of(found.organization_id, "the organization")
        return Project(project, organization, self._client.said(found.name))

    def organization(self, owner: str) -> str | None:
        """The id of the organization of a name that the token's owner belongs to; None for none, or for several."""
        collaborations = self._client.get(("me", "collaborations"), list[_Collaboration])
        found = {
            one.id for one in collaborations if owner.lower() in (one.name.lower(), one.slug.rpartition("/")[2].lower())
        }
        return uuid_of(found.pop(), "the organization") if len(found) == 1 else None
