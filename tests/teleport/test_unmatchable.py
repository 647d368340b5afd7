"""Tokens that Teleport takes and that admit nobody, and those that admit more than they seem to."""

from __future__ import annotations

import pytest

from orbgen.source.reader import read
from orbgen.teleport.breadth import too_broad
from orbgen.teleport.identifiers import flaw_of
from orbgen.teleport.resources import Token, resource_of
from orbgen.teleport.unmatchable import unmatchable

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
TODAY = "2026-11-24"


def token(spec: str, metadata: str = "{name: t}") -> Token:
    text = f"kind: token\nversion: v2\nmetadata: {metadata}\nspec: {spec}\n"
    found = resource_of(read(text.encode(), "token.yaml"))
    assert isinstance(found, Token)
    return found


def circleci(*rules: str, organization: str = ORGANIZATION, roles: str = "[Bot]", metadata: str = "{name: t}") -> Token:
    block = f"{{organization_id: {organization}, allow: [{', '.join(rules)}]}}"
    return token(f"{{roles: {roles}, bot_name: b, join_method: circleci, circleci: {block}}}", metadata)


def without_match(found: Token) -> list[tuple[str, str]]:
    mistakes = list(unmatchable(found, TODAY))
    assert all([mistake.help for mistake in mistakes])
    return [(mistake.kind, mistake.span.text) for mistake in mistakes]


def broad(*rules: str, roles: str = "[Bot]") -> list[tuple[str, str]]:
    return [(mistake.kind, mistake.span.text) for mistake in too_broad(circleci(*rules, roles=roles))]


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        (PROJECT, None),
        ("12345678-1234-1234-1234-123456789abc", None),
        (PROJECT.upper(), "case"),
        (PROJECT[:-1] + "D", "case"),
        ("shop", "not-uuid"),
        ("1234", "not-uuid"),
        (PROJECT.replace("-", ""), "not-uuid"),
        (f"{{{PROJECT}}}", "not-uuid"),
        ("g1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d", "not-uuid"),
        ("$PROJECT_ID", "placeholder"),
        ("<project-id>", "placeholder"),
        ("<your project>", "placeholder"),
        ("00000000-0000-0000-0000-000000000000", "placeholder"),
        ("22222222-2222-2222-2222-222222222222", "placeholder"),
        ("11111111-2222-3333-4444-555555555555", "placeholder"),
        ("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "placeholder"),
        ("Example-Org", "placeholder"),
        ("********-****-****-****-************", "not-uuid"),
    ],
)
def test_what_an_id_is(text, flaw):
    assert flaw_of(text) == flaw


def test_each_id_is_looked_at_where_it_stands():
    ids = circleci("{project_id: shop}", "{context_id: '1234'}", "{project_id: $PROJECT}", organization="acme")
    assert without_match(ids) == [
        ("not-uuid", "acme"),
        ("not-uuid", "shop"),
        ("not-uuid", "'1234'"),
        ("placeholder", "$PROJECT"),
    ]
    assert without_match(circleci(f"{{project_id: {PROJECT}, context_id: {CONTEXT.upper()}}}")) == [
        ("case", CONTEXT.upper())
    ]


@pytest.mark.parametrize("text", ["'{{ .Values.project }}'", "'${PROJECT}'", "'<<project>>'", "{{ project }}", "''"])
def test_what_a_tool_fills_in_is_not_judged(text):
    assert without_match(circleci(f"{{project_id: {text}, context_id: {CONTEXT}}}")) == []


def test_one_id_in_two_fields():
    assert without_match(circleci(f"{{project_id: {ORGANIZATION}, context_id: {CONTEXT}}}")) == [
        ("swapped", ORGANIZATION)
    ]
    twice = circleci(f"{{project_id: {PROJECT}, context_id: {CONTEXT}}}", f"{{project_id: {PROJECT}}}")
    assert without_match(twice) == []
    shouted = circleci(f"{{project_id: {PROJECT.upper()}, context_id: {PROJECT.upper()}}}")
    assert [kind for kind, _ in without_match(shouted)] == ["case", "case"]
    across = circleci(f"{{project_id: {PROJECT}}}", f"{{context_id: {PROJECT}}}")
    assert without_match(across) == [("swapped", PROJECT)]


def test_a_condition_on_a_claim_with_dots():
    conditions = "[{attribute: oidc.circleci.com/vcs-ref, eq: {value: x}}, {attribute: sub, eq: {value: x}}]"
    spec = (
        "{roles: [Bot], bot_name: b, join_method: generic_oidc, generic_oidc: {issuer: i, audience: a, "
        f"must_match_fields: {{'oidc.circleci.com/vcs-ref': x}}, allow_any: [{{conditions: {conditions}}}, "
        '{expression: \'claims["oidc.circleci.com/vcs-ref"] == "x"\'}]}}'
    )
    assert without_match(token(spec)) == [("dotted-claim", "oidc.circleci.com/vcs-ref")]


@pytest.mark.parametrize(
    ("expires", "is_over"),
    [
        ('"2026-11-23T23:59:59Z"', True),
        ("2020-01-01", True),
        ("2020-01-01T00:00:00.123456789Z", True),
        ("2026-11-24T01:00:00+02:00", True),
        ("2026-11-23T23:30:00-01:00", False),
        ('"2026-11-24T00:00:00Z"', False),
        ('"2100-01-01T00:00:00Z"', False),
        ("'{{ expires }}'", False),
        ("soon", False),
        ("2020-13-45T00:00:00Z", False),
        ("''", False),
    ],
)
def test_the_day_on_which_a_token_ends(expires, is_over):
    found = circleci(f"{{context_id: {CONTEXT}}}", metadata=f"{{name: t, expires: {expires}}}")
    assert [kind for kind, _ in without_match(found)] == ["expired"] * is_over


def test_an_object_in_kubernetes_does_not_end():
    text = "kind: TeleportProvisionToken\napiVersion: resources.teleport.dev/v2\nmetadata: {expires: 2020-01-01}\n"
    found = resource_of(read(f"{text}spec: {{join_method: circleci}}\n".encode(), "token.yaml"))
    assert isinstance(found, Token)
    assert without_match(found) == []


def test_other_methods_are_left_alone():
    spec = "{roles: [Bot], bot_name: b, join_method: %s, circleci: {organization_id: acme, allow: [{project_id: x}]}}"
    for method in ("github", "token", "kubernetes", "$METHOD"):
        assert without_match(token(spec % method, "{name: t, expires: 2020-01-01}")) == []


BOTH = f"{{project_id: {PROJECT}, context_id: {CONTEXT}}}"
PROJECT_ALONE = f"{{project_id: {PROJECT}}}"
CONTEXT_ALONE = f"{{context_id: {CONTEXT}}}"


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ((BOTH,), []),
        ((PROJECT_ALONE,), [("any-context", PROJECT)]),
        ((CONTEXT_ALONE,), [("any-project", CONTEXT)]),
        ((f"{{project_id: {PROJECT}, context_id: ''}}",), [("any-context", PROJECT)]),
        ((BOTH, PROJECT_ALONE), [("shadowed", BOTH), ("any-context", PROJECT)]),
        ((PROJECT_ALONE, BOTH), [("any-context", PROJECT), ("shadowed", BOTH)]),
        ((CONTEXT_ALONE, BOTH), [("any-project", CONTEXT), ("shadowed", BOTH)]),
        ((BOTH, BOTH), [("shadowed", BOTH)]),
        ((BOTH, f"{{project_id: {ORGANIZATION}, context_id: {CONTEXT}}}"), []),
        ((PROJECT_ALONE, CONTEXT_ALONE), [("any-context", PROJECT), ("any-project", CONTEXT)]),
        (("{}", BOTH), []),
        (("everybody", "{project_id: ''}"), []),
    ],
)
def test_rules_that_admit_more_than_they_need(rules, found):
    assert broad(*rules) == found


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ("[Bot]", []),
        ("[bot, node]", [("extra-role", "node")]),
        ("[Bot, Node, App, Proxy]", [("extra-role", "Node"), ("extra-role", "App"), ("extra-role", "Proxy")]),
        ("[Bot, Nonsense, '{{ role }}']", []),
        ("[Node]", []),
    ],
)
def test_roles_besides_that_of_a_bot(roles, found):
    assert broad(BOTH, roles=roles) == found


def test_the_same_rules_of_another_method_are_not_looked_at():
    spec = f"{{roles: [Bot, Node], bot_name: b, join_method: github, circleci: {{allow: [{PROJECT_ALONE}]}}}}"
    assert list(too_broad(token(spec))) == []
