"""The lists of the registry and what it tells of one orb: pages, and errors without the token."""

from __future__ import annotations

import json

import pytest

from orbgen.remote.failures import GarbledError, RefusedError, RemoteError
from orbgen.remote.orb_catalogue import OrbCatalogue
from orbgen.remote.registry import OrbRegistry


@pytest.fixture
def answering(client, httpserver):
    """Clients of a server that gives some answers in turn, the last for ever."""

    def answer(*bodies, status=200):
        for body in bodies[:-1]:
            httpserver.expect_ordered_request("/graphql-unstable").respond_with_data(body, status=status)
        for _ in range(3):
            httpserver.expect_ordered_request("/graphql-unstable").respond_with_data(bodies[-1], status=status)
        return client(httpserver.url_for(""))

    return answer


def page(*names, more, end="end"):
    edges = [{"cursor": f"{name}-{end}", "node": {"name": name, "versions": [], "statistics": None}} for name in names]
    return json.dumps({"data": {"orbs": {"edges": edges, "pageInfo": {"hasNextPage": more}}}})


def test_pages_are_followed_to_the_end(answering, httpserver):
    found = OrbCatalogue(answering(page("a/a", "a/b", more=True), page("a/c", more=False))).all(certified=True)
    assert [orb.name for orb in found] == ["a/a", "a/b", "a/c"]
    asked = [request.get_json()["variables"] for request, _ in httpserver.log]
    assert asked == [{"certifiedOnly": True, "after": ""}, {"certifiedOnly": True, "after": "a/b-end"}]


def test_pages_that_go_in_a_circle_end(answering):
    with pytest.raises(GarbledError, match="go in a circle"):
        list(OrbCatalogue(answering(page("a/a", more=True))).all(certified=False))


def test_a_page_without_orbs_is_the_last(answering):
    assert list(OrbCatalogue(answering(page(more=True))).all(certified=False)) == []


QUESTIONS = {
    "all": lambda client: list(OrbCatalogue(client).all(certified=False)),
    "namespace": lambda client: OrbCatalogue(client).of_namespace("acme", private=True),
    "info": lambda client: OrbCatalogue(client).info("acme/deploy@1.0.0"),
    "source": lambda client: OrbRegistry(client).source("acme/deploy@1.0.0"),
    "state": lambda client: OrbRegistry(client).state("acme", "deploy"),
    "namespace id": lambda client: OrbRegistry(client).namespace_id("acme"),
    "organization": lambda client: OrbRegistry(client).organization_of("GITHUB", "acme"),
    "refusals": lambda client: OrbRegistry(client).refusals("version: 2.1", "owner"),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, '{"errors": [{"message": "not with {0}"}]}', RefusedError),
        (403, '{"message": "not with {0}"}', RefusedError),
        (401, "{0}", RefusedError),
        (200, '{"data": ["{0}"]}', GarbledError),
        (200, '{"data": {"orb": "{0}", "orbs": "{0}", "orbVersion": "{0}", "registryNamespace": "{0}", '
              '"organization": "{0}", "orbConfig": "{0}"}}', GarbledError),
        (200, "{0}", GarbledError),
        (200, '{"data": {"orb', GarbledError),
    ],
)  # fmt: skip
def test_no_error_holds_the_token(answering, secret, all_said, question, status, body, error):
    with pytest.raises(RemoteError) as caught:
        QUESTIONS[question](answering(body.replace("{0}", secret), status=status))
    assert isinstance(caught.value, error)
    assert all_said(caught.value)
