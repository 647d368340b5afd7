"""What a plan says for the linter."""

from __future__ import annotations

import pytest

from orbgen.project.facts import Facts, Look, PlannedIgnore, facts_of, look_of, seconds
from orbgen.project.plan import PlanError, read_data

PLAN = """\
default-branch: trunk
teleport: {context: reach}
contexts:
  reach: {id: 0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b, restricted: [expression]}
  team: {variables: [API_KEY], sensitive: true}
lint:
  persona: pedantic
  fail-on: high
  max-ttl: 1h30m
  trusted-orbs: [acme/*]
  rules: {unpinned-image: {severity: off}}
  ignore:
    - {rule: compile-error, path: legacy/*, reason: going away}
"""


def facts(text: str = PLAN) -> Facts:
    return facts_of(read_data(text.encode(), "orbgen.yml"))


def test_a_plan_may_speak_of_lint_alone():
    assert look_of(read_data(PLAN.encode(), "orbgen.yml")) == Look(
        persona="pedantic",
        fail_on="high",
        ignore=(PlannedIgnore("compile-error", "legacy/*", None, "going away"),),
        severities={"unpinned-image": "off"},
    )


def test_the_namespace_of_the_own_orb_is_trusted():
    assert facts_of({"orb": "acme/reach@1.0.0"}).trusted_orbs == ("circleci/*", "acme/*")
    assert facts_of({"orb": "acme/reach@1.0.0", "lint": {"trusted-orbs": ["o/p"]}}).trusted_orbs == ("o/p", "acme/*")


def test_facts_are_those_of_the_plan():
    found = facts()
    assert (found.default_branch, found.max_ttl, found.trusted_orbs) == ("trunk", 5400, ("acme/*",))
    assert found.context("reach").closed
    assert not found.context("team").closed
    assert found.context("team").variables == ("API_KEY",)
    assert found.context("unheard-of").id is None


@pytest.mark.parametrize(
    ("name", "sensitive"),
    [
        ("reach", True),
        ("team", True),
        ("aws-prod", True),
        ("AWS_PRODUCTION", True),
        ("Deploy", True),
        ("deploy-keys", True),
        ("lint", False),
        ("non-prod", False),
        ("aws_nonprod", False),
        ("preprod-eu", False),
        ("product-tests", False),
        ("non-prod-deploy", True),
        ("prod-and-non-prod", True),
    ],
)
def test_what_a_context_opens_is_told_from_the_plan_or_its_name(name, sensitive):
    assert facts().is_sensitive(name) is sensitive


def test_patterns_of_the_plan_mean_what_they_say():
    found = facts("lint: {sensitive-contexts: ['*prod*']}\n")
    assert [found.is_sensitive(name) for name in ("non-prod", "Prod", "deploy")] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "its"), [("teleport-access", True), ("tbot", True), ("my.Teleport", True), ("teleporter", False)]
)
def test_without_a_plan_teleports_context_is_told_from_its_name(name, its):
    assert Facts().is_for_teleport(name) is its


def test_durations_are_summed():
    assert [seconds(text) for text in ("1h", "90m", "1h30m5s")] == [3600, 5400, 5405]


def test_an_unknown_setting_is_refused_with_the_nearest():
    with pytest.raises(PlanError) as caught:
        read_data(b"lint:\n  presona: auditor\n", "orbgen.yml")
    (problem,) = caught.value.problems
    assert (problem.span.line, problem.help) == (2, "did you mean `persona`?")
