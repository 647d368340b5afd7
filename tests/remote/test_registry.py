"""The orb registry over GraphQL: what is asked, and what the answers mean."""

from __future__ import annotations

import json

import pytest

from orbgen.remote.failures import GarbledError, RefusedError
from orbgen.remote.registry import OrbRegistry, OrbSource, OrbState


@pytest.fixture
def registry(client, httpserver):
    """A registry that gives one answer, and what it was asked."""

    def answer(data):
        httpserver.expect_request("/graphql-unstable").respond_with_json({"data": data})
        return OrbRegistry(client(httpserver.url_for("")))

    return answer


def asked(httpserver):
    ((request, _),) = httpserver.log
    return request.get_json()


@pytest.mark.parametrize(
    ("orb", "namespace", "state"),
    [
        (None, None, OrbState(False, False)),
        (None, {"id": "n"}, OrbState(True, False)),
        ({"id": "o", "isPrivate": True, "versions": []}, {"id": "n"}, OrbState(True, True, True, None)),
        ({"id": "o", "isPrivate": False, "versions": [{"version": "1.0.0"}]}, {"id": "n"},
         OrbState(True, True, False, "1.0.0")),
        ({"id": "o", "isPrivate": None, "versions": None}, {"id": "n"}, OrbState(True, True, None, None)),
    ],
)  # fmt: skip
def test_what_it_knows_of_an_orb(registry, httpserver, orb, namespace, state):
    found = registry({"orb": orb, "registryNamespace": namespace}).state("acme", "deploy")
    assert found == state
    assert asked(httpserver)["variables"] == {"name": "acme/deploy", "namespace": "acme"}


@pytest.mark.parametrize(
    ("version", "found"),
    [(None, None), ({"version": "1.0.0", "source": "version: 2.1"}, OrbSource("1.0.0", "version: 2.1"))],
)
def test_the_source_of_a_version(registry, httpserver, version, found):
    assert registry({"orbVersion": version}).source("acme/deploy@1.0.0") == found
    assert asked(httpserver)["variables"] == {"orbVersionRef": "acme/deploy@1.0.0"}


def test_publishing(registry, httpserver):
    registry({"publishOrb": {"orb": {"version": "1.0.0"}, "errors": []}}).publish(
        "acme", "deploy", "1.0.0", "version: 2.1"
    )
    body = asked(httpserver)
    assert body["query"].startswith("mutation(")
    assert (
        "publishOrb(orbName: $orbName, namespaceName: $namespaceName, orbYaml: $config, version: $version)"
        in body["query"]
    )
    assert body["variables"] == {
        "config": "version: 2.1",
        "orbName": "deploy",
        "namespaceName": "acme",
        "version": "1.0.0",
    }


def test_a_refusal_with_its_reasons(registry, secret):
    answer = {"publishOrb": {"orb": None, "errors": [{"message": f"no: {secret}"}, {"message": "and no"}]}}
    with pytest.raises(RefusedError, match=r"does not publish it: no: \[token\]; and no$") as caught:
        registry(answer).publish("acme", "deploy", "1.0.0", "x")
    assert not caught.value.undecided


@pytest.mark.parametrize("publication", [None, {}, {"orb": None, "errors": None}])
def test_an_answer_that_says_nothing(registry, publication):
    with pytest.raises(GarbledError, match="does not say whether it did publish it"):
        registry({"publishOrb": publication}).publish("acme", "deploy", "1.0.0", "x")


CHANGES = {
    "publishOrb": lambda registry: registry.publish("acme", "deploy", "1.0.0", "x"),
    "promoteOrb": lambda registry: registry.promote("acme", "deploy", "dev:alpha", "1.0.0"),
    "createOrb": lambda registry: registry.create_orb("id", "deploy", private=True),
    "createNamespace": lambda registry: registry.create_namespace("acme", "id"),
}


@pytest.mark.parametrize("mutation", CHANGES)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errors": [{"message": "not with {0}", "type": "FORBIDDEN"}]}, RefusedError),
        ({"orb": None, "namespace": None, "errors": []}, GarbledError),
        (None, GarbledError),
        (["{0}"], GarbledError),
    ],
)
def test_no_error_of_a_change_holds_the_token(registry, secret, all_said, mutation, answer, error):
    text = json.dumps({mutation: answer}).replace("{0}", secret)
    with pytest.raises(error) as caught:
        CHANGES[mutation](registry(json.loads(text)))
    assert all_said(caught.value)


@pytest.mark.parametrize("mutation", CHANGES)
def test_a_change_that_was_made(registry, httpserver, mutation):
    made = {"namespace": {"id": "n"}} if mutation == "createNamespace" else {"orb": {"version": "1.0.0"}}
    CHANGES[mutation](registry({mutation: made}))
    assert asked(httpserver)["query"].startswith("mutation(")


def test_an_organization(registry, httpserver):
    found = registry({"organization": {"id": "o", "name": "acme"}}).organization_of("GITHUB", "acme")
    assert found is not None
    assert found.id == "o"
    assert asked(httpserver)["variables"] == {"orgName": "acme", "vcsType": "GITHUB"}


@pytest.mark.parametrize("data", [{}, {"orb": None}, {"orb": {"versions": []}, "registryNamespace": None}])
def test_an_answer_that_lacks_something(registry, data):
    with pytest.raises(GarbledError, match="not of the form"):
        registry(data).state("acme", "deploy")
