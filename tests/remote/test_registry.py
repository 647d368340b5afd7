"""The orb registry over GraphQL: what is asked, and what the answers mean."""

from __future__ import annotations

import pytest

from orbgen.remote.failures import GarbledError, RefusedError
from orbgen.remote.registry import OrbRegistry, OrbState


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


@pytest.mark.parametrize(("version", "exists"), [(None, False), ({"id": "v", "version": "1.0.0"}, True)])
def test_whether_a_version_exists(registry, httpserver, version, exists):
    assert registry({"orbVersion": version}).has_version("acme/deploy@1.0.0") is exists
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
    with pytest.raises(GarbledError, match="does not say whether it published the orb"):
        registry({"publishOrb": publication}).publish("acme", "deploy", "1.0.0", "x")


@pytest.mark.parametrize("data", [{}, {"orb": None}, {"orb": {"versions": []}, "registryNamespace": None}])
def test_an_answer_that_lacks_something(registry, data):
    with pytest.raises(GarbledError, match="not of the form"):
        registry(data).state("acme", "deploy")
