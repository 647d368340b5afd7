"""Contexts: found in pages, made, and restricted."""

from __future__ import annotations

import pytest

from orbgen.remote.contexts import Context, Contexts, Restriction
from orbgen.remote.failures import GarbledError, RefusedError

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
ID = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
CONTEXT = Context(ID, "teleport-access")
OWNER = f"owner-id={ORGANIZATION}&owner-type=organization"


@pytest.fixture
def contexts(client, httpserver):
    return Contexts(client(httpserver.url_for("")))


def test_a_context_on_the_second_page(contexts, httpserver):
    url = "/api/v2/context"
    httpserver.expect_request(url, query_string=OWNER).respond_with_json(
        {"items": [{"id": "x", "name": "other"}], "next_page_token": "2"}
    )
    httpserver.expect_request(url, query_string=f"{OWNER}&page-token=2").respond_with_json(
        {"items": [{"id": ID.upper(), "name": "teleport-access", "created_at": "2026"}], "next_page_token": None}
    )
    assert contexts.find(ORGANIZATION, "teleport-access") == CONTEXT
    assert contexts.find(ORGANIZATION, "teleport") is None


def test_what_restricts_it(contexts, httpserver):
    httpserver.expect_request(f"/api/v2/context/{ID}/restrictions").respond_with_json(
        {"items": [{"id": "r", "restriction_type": "expression", "restriction_value": "1 == 1"}]}
    )
    assert contexts.restrictions(CONTEXT, ORGANIZATION) == (Restriction("expression", "1 == 1"),)


def test_the_group_of_all_members_restricts_nothing(contexts, httpserver):
    everybody = {"name": "All members", "restriction_type": "group", "restriction_value": ORGANIZATION.upper()}
    some = {"name": "deployers", "restriction_type": "group", "restriction_value": ID}
    httpserver.expect_request(f"/api/v2/context/{ID}/restrictions").respond_with_json({"items": [everybody, some]})
    assert contexts.restrictions(CONTEXT, ORGANIZATION) == (Restriction("group", ID),)


def test_it_is_made_and_restricted(contexts, httpserver, secret):
    httpserver.expect_request("/api/v2/context", method="POST").respond_with_json({"id": ID, "name": "teleport-access"})
    httpserver.expect_request(f"/api/v2/context/{ID}/restrictions", method="POST").respond_with_json({"id": "r"})
    made = contexts.create(ORGANIZATION, "teleport-access")
    contexts.restrict(made, 'pipeline.git.branch == "main"')
    bodies = [request.get_json() for request, _ in httpserver.log]
    assert bodies == [
        {"name": "teleport-access", "owner": {"id": ORGANIZATION, "type": "organization"}},
        {"restriction_type": "expression", "restriction_value": 'pipeline.git.branch == "main"'},
    ]
    assert {request.headers["Circle-Token"] for request, _ in httpserver.log} == {secret}


def test_who_may_not_restrict_is_told_once(contexts, httpserver, all_said):
    httpserver.expect_request(f"/api/v2/context/{ID}/restrictions").respond_with_json({"message": "admins only"}, 403)
    with pytest.raises(RefusedError, match=r"does not allow this \(403 FORBIDDEN\): admins only") as caught:
        contexts.restrict(CONTEXT, "x")
    all_said(caught.value)
    assert len(httpserver.log) == 1


def test_an_id_that_is_none(contexts, httpserver):
    httpserver.expect_request("/api/v2/context", method="POST").respond_with_json({"id": "a\nb", "name": "x"})
    with pytest.raises(GarbledError, match="no UUID as the id of the context"):
        contexts.create(ORGANIZATION, "x")
