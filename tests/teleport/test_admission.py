"""Who may join by a token: the cases that Teleport itself tests, and what stays open where something is not known."""

from __future__ import annotations

import pytest

from orbgen.source.reader import read
from orbgen.teleport.admission import Claims, admits
from orbgen.teleport.resources import Token, resource_of

ORGANIZATION, PROJECT, CONTEXT, OTHER = "valid-org", "valid-project", "valid-context", "second-context"
FULL = ["{project_id: valid-project, context_id: valid-context}"]


def token(rules: list[str], *, method: str = "circleci", organization: str = ORGANIZATION) -> Token:
    text = (
        "kind: token\nversion: v2\nmetadata: {name: t}\n"
        f"spec: {{roles: [Bot], bot_name: b, join_method: {method}, "
        f"circleci: {{organization_id: {organization}, allow: [{', '.join(rules)}]}}}}\n"
    )
    found = resource_of(read(text.encode(), "token.yaml"))
    assert isinstance(found, Token)
    return found


def claims(organization=ORGANIZATION, project=PROJECT, *contexts: str, all_contexts: bool = True) -> Claims:
    return Claims(organization, project, frozenset(contexts), all_contexts)


@pytest.mark.parametrize(
    ("job", "admitted"),
    [
        pytest.param(claims(ORGANIZATION, PROJECT, CONTEXT), True, id="matching all"),
        pytest.param(claims(ORGANIZATION, PROJECT, OTHER, CONTEXT), True, id="matching a second context"),
        pytest.param(claims("other-org", PROJECT, CONTEXT), False, id="another organization"),
        pytest.param(claims(ORGANIZATION, "other-project", CONTEXT), False, id="another project"),
        pytest.param(claims(ORGANIZATION, PROJECT, OTHER), False, id="another context"),
        pytest.param(claims(ORGANIZATION, PROJECT), False, id="no context"),
        pytest.param(claims(ORGANIZATION, PROJECT, CONTEXT.upper()), False, id="in other letters"),
    ],
)
def test_a_rule_with_both_ids(job, admitted):
    assert admits(token(FULL), job) is admitted


def test_the_cases_without_a_valid_identity_never_come_to_the_rules():
    # Teleport's cases of a missing and of an invalid OIDC token: a job that CircleCI says nothing of holds no claims.
    nobody = claims("", "")
    assert admits(token(FULL), nobody) is False


@pytest.mark.parametrize(
    ("rules", "job", "admitted"),
    [
        (["{context_id: valid-context}"], claims(ORGANIZATION, "any-project", CONTEXT), True),
        (["{project_id: valid-project}"], claims(ORGANIZATION, PROJECT), True),
        (["{project_id: no}", "{context_id: valid-context}"], claims(ORGANIZATION, PROJECT, CONTEXT), True),
        (["{project_id: no}", "{context_id: no}"], claims(ORGANIZATION, PROJECT, CONTEXT), False),
        (["{}"], claims(ORGANIZATION, PROJECT, CONTEXT), False),
        ([], claims(ORGANIZATION, PROJECT, CONTEXT), False),
    ],
)
def test_one_rule_that_fits_is_enough(rules, job, admitted):
    assert admits(token(rules), job) is admitted


@pytest.mark.parametrize(
    ("rules", "job", "admitted"),
    [
        (FULL, claims(ORGANIZATION, None, CONTEXT), None),
        (FULL, claims(None, PROJECT, CONTEXT), None),
        (FULL, claims(ORGANIZATION, None, OTHER), False),
        (FULL, claims(ORGANIZATION, PROJECT, all_contexts=False), None),
        (FULL, claims(ORGANIZATION, PROJECT, CONTEXT, all_contexts=False), True),
        (FULL, claims("other-org", None, all_contexts=False), False),
        (["{context_id: $CONTEXT_ID}"], claims(ORGANIZATION, PROJECT, CONTEXT), None),
        (["{context_id: $CONTEXT_ID}", "{project_id: valid-project}"], claims(ORGANIZATION, PROJECT), True),
        (["{context_id: $CONTEXT_ID, project_id: no}"], claims(ORGANIZATION, PROJECT, CONTEXT), False),
    ],
)
def test_what_is_not_known_stays_open(rules, job, admitted):
    assert admits(token(rules), job) is admitted


def test_a_token_of_another_method_admits_nobody_by_this_one():
    assert admits(token(FULL, method="token"), claims(ORGANIZATION, PROJECT, CONTEXT)) is False
    assert admits(token(FULL, method="$METHOD"), claims(ORGANIZATION, PROJECT, CONTEXT)) is None
