"""Projects and organizations found by a repository's remote."""

from __future__ import annotations

import pytest
from werkzeug import Response

from orbgen.remote.failures import GarbledError, RefusedError, UnreachableError
from orbgen.remote.projects import Projects, is_slug, slug_of

PROJECT = "A1B2C3D4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"


@pytest.mark.parametrize(
    ("remote", "slug"),
    [
        ("git@github.com:acme/shop.git", "gh/acme/shop"),
        ("https://github.com/acme/shop", "gh/acme/shop"),
        ("https://github.com/acme/shop/", "gh/acme/shop"),
        ("https://user:secret@GitHub.com/acme/shop.git", "gh/acme/shop"),
        ("ssh://git@github.com/acme/shop.js.git", "gh/acme/shop.js"),
        ("ssh://git@ssh.github.com:443/acme/shop.git", "gh/acme/shop"),
        ("git@github.com-work:acme/shop.git", "gh/acme/shop"),
        ("git@bitbucket.org:acme/shop.git", "bb/acme/shop"),
        ("git@gitlab.com:acme/shop.git", None),
        ("git@notgithub.com:acme/shop.git", None),
        ("https://github.com.evil.example/acme/shop", None),
        ("git@github.com:shop.git", None),
        ("/srv/git/github.com/acme/shop.git", None),
        ("../shop", None),
        ("", None),
    ],
)
def test_the_remote_tells_the_slug(remote, slug):
    assert slug_of(remote) == slug


def test_an_installation_of_its_own_stands_beside_github_enterprise():
    assert slug_of("git@git.acme.example:acme/shop.git", is_cloud=False) == "gh/acme/shop"
    assert slug_of("git@bitbucket.org:acme/shop.git", is_cloud=False) == "bb/acme/shop"
    assert slug_of("git@gitlab.acme.example:acme/shop.git", is_cloud=False) is None


def test_what_a_slug_is():
    assert is_slug("circleci/9fJ8kQ/7hTq2") and is_slug("gh/acme/shop.js")
    assert not any(
        [is_slug(text) for text in ("acme/shop", "gh/acme", "gh/a b/shop", "gh/acme/shop/x", "xx/acme/shop")]
    )


@pytest.fixture
def projects(client, httpserver):
    return Projects(client(httpserver.url_for("")))


def test_a_project_with_its_organization(projects, httpserver):
    httpserver.expect_request("/api/v2/project/gh/acme/shop").respond_with_json(
        {"id": PROJECT, "organization_id": ORGANIZATION, "name": "shop\x1b[2J", "slug": "gh/acme/shop", "vcs_info": {}}
    )
    found = projects.find("gh/acme/shop")
    assert (found.id, found.organization_id, found.name) == (PROJECT.lower(), ORGANIZATION, "shop [2J")


def test_a_project_that_is_not_there(projects, httpserver):
    httpserver.expect_request("/api/v2/project/gh/acme/shop").respond_with_json({"message": "Project not found"}, 404)
    assert projects.find("gh/acme/shop") is None


@pytest.mark.parametrize(("status", "words"), [(401, "does not accept the token"), (403, "does not allow this")])
def test_a_project_that_may_not_be_seen(projects, httpserver, all_said, status, words):
    httpserver.expect_request("/api/v2/project/gh/acme/shop").respond_with_json({"message": "no"}, status)
    with pytest.raises(RefusedError, match=words) as caught:
        projects.find("gh/acme/shop")
    all_said(caught.value)


@pytest.mark.parametrize("body", ["{}", "<html>", f'{{"id": "5", "organization_id": "{ORGANIZATION}"}}', "[]", ""])
def test_a_project_that_is_garbage(projects, httpserver, body):
    httpserver.expect_request("/api/v2/project/gh/acme/shop").respond_with_response(Response(body))
    with pytest.raises(GarbledError, match="is this CircleCI's address"):
        projects.find("gh/acme/shop")


def test_a_server_that_is_down(client):
    with pytest.raises(UnreachableError, match=r"cannot connect to http://127\.0\.0\.1:1"):
        Projects(client("http://127.0.0.1:1")).find("gh/acme/shop")


@pytest.mark.parametrize(
    ("collaborations", "found"),
    [
        ([{"id": ORGANIZATION, "name": "Acme", "slug": "gh/acme", "vcs-type": "github"}], ORGANIZATION),
        ([{"id": ORGANIZATION, "name": "acme", "slug": "circleci/9fJ8kQ", "vcs-type": "circleci"}], ORGANIZATION),
        ([{"id": ORGANIZATION, "name": "others", "slug": "gh/others"}], None),
        ([{"id": ORGANIZATION, "name": "acme"}, {"id": PROJECT, "name": "acme"}], None),
        ([], None),
    ],
)
def test_an_organization_by_its_name(projects, httpserver, collaborations, found):
    httpserver.expect_request("/api/v2/me/collaborations").respond_with_json(collaborations)
    assert projects.organization("acme") == found
