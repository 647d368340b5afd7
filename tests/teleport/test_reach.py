"""What a role reaches, as a reader of its YAML would say it."""

from __future__ import annotations

import pytest

from orbgen.source.reader import read
from orbgen.teleport.reach import Openness, Target, presets, principals_of, reach_of
from orbgen.teleport.resources import Bot, Role, resource_of


def role(allow: str, *, version: str = "v7", deny: str = "{}") -> Role:
    text = f"kind: role\nversion: {version}\nmetadata: {{name: r}}\nspec: {{allow: {allow}, deny: {deny}}}\n"
    found = resource_of(read(text.encode(), "role.yaml"))
    assert isinstance(found, Role)
    return found


def bot(traits: str) -> Bot:
    text = f"kind: bot\nversion: v1\nmetadata: {{name: b}}\nspec: {{roles: [r], traits: {traits}}}\n"
    found = resource_of(read(text.encode(), "bot.yaml"))
    assert isinstance(found, Bot)
    return found


def words(allow: str, **of: str) -> list[str]:
    return [one.words for one in reach_of(role(allow, **of)) if one.usable]


@pytest.mark.parametrize(
    ("allow", "reached"),
    [
        ("{logins: [ci], node_labels: {env: staging, app: [web, api]}}",
         ["servers with env=staging and app=web|api as ci"]),
        ("{logins: [ci], node_labels: {'*': '*'}}", ["every one of the servers as ci"]),
        ("{logins: [ci], node_labels: {'*': ['*']}}", ["every one of the servers as ci"]),
        ("{logins: [ci], node_labels: {env: '*'}}", ["servers with env=* as ci"]),
        ("{logins: [ci], node_labels: {'*': '^.*$'}}", ["every one of the servers as ci"]),
        ("{logins: [ci], node_labels: {'*': [x, '*'], env: dev}}", ["every one of the servers as ci"]),
        ("{logins: [ci], node_labels: {env: '^.*$'}}", ["servers with env=^.*$ as ci"]),
        ("{logins: [ci], node_labels: {'*': dev}}", ["servers with *=dev as ci"]),
        ("{app_labels_expression: 'true'}", ["every one of the applications"]),
        ("{app_labels: {app: grafana}}", ["applications with app=grafana"]),
        ("{db_labels: {env: dev}, db_users: [reader]}", ["databases with env=dev as reader"]),
        ("{kubernetes_labels: {env: dev}, kubernetes_groups: [view]}", ["Kubernetes clusters with env=dev as view"]),
        ("{workload_identity_labels: {app: ci}}", ["workload identities with app=ci"]),
        ("{logins: [ci], node_labels_expression: 'labels[\"env\"] == \"dev\"'}",
         ['servers where labels["env"] == "dev" as ci']),
        ("{rules: [{resources: [token], verbs: [create]}]}", ["Teleport's own resources (create of token)"]),
        ("{}", []),
        ("{logins: [ci]}", []),
    ],
)  # fmt: skip
def test_what_is_reached(allow, reached):
    assert words(allow) == reached


@pytest.mark.parametrize(
    "allow",
    [
        "{node_labels: {env: dev}}",
        "{db_labels: {env: dev}, db_names: [shop]}",
        "{kubernetes_labels: {'*': '*'}}",
        "{logins: ['{{internal.logins}}'], node_labels: {'*': '*'}, }",
    ],
)
def test_labels_without_anybody_to_be_reach_nothing(allow):
    assert [one.words for one in reach_of(role(allow), bot("[]")) if one.usable] == []


def test_the_oldest_role_takes_labels_that_nobody_sets_for_all_of_them():
    assert words("{logins: [ci], app_labels: {a: b}}", version="v3") == [
        "every one of the servers as ci",
        "applications with a=b",
    ]
    assert words("{}", version="v3") == ["every one of the applications"]
    assert words("{logins: [ci]}", version="v4") == []


def test_a_bots_traits_stand_in_for_the_logins():
    found = reach_of(
        role("{logins: ['{{internal.logins}}'], node_labels: {env: dev}}"), bot("[{name: logins, values: [root, ci]}]")
    )
    assert [one.text for one in found[0].principals] == ["root", "ci"]
    assert {one.trait for one in found[0].principals} == {"logins"}


def test_what_the_role_itself_denies_is_taken_away():
    allow = "{logins: [ci, root], node_labels: {env: dev}}"
    assert words(allow, deny="{logins: [root]}") == ["servers with env=dev as ci"]
    assert words(allow, deny="{logins: ['*']}") == []


def test_what_a_tool_fills_in_is_unclear():
    found = reach_of(role("{logins: [ci], node_labels: {env: '${ENV}'}}"))
    assert found[0].unclear
    assert not reach_of(role("{logins: [ci], node_labels: {env: dev}}"))[0].unclear


def test_every_target_has_its_kind_and_every_preset_a_severity():
    allow = (
        "{logins: [ci], node_labels: {a: b}, app_labels: {a: b}, db_labels: {a: b}, db_users: [u], "
        "kubernetes_labels: {a: b}, kubernetes_users: [u], windows_desktop_labels: {a: b}, "
        "windows_desktop_logins: [u], workload_identity_labels: {a: b}, rules: [{resources: [x], verbs: [list]}]}"
    )
    assert {one.target for one in reach_of(role(allow))} == set(Target)
    assert {one.severity for one in presets().values()} == {"high", "medium", "low"}


@pytest.mark.parametrize(
    ("labels", "openness", "opening"),
    [
        ("{'*': '*'}", Openness.WILDCARD, "'*'"),
        ("{env: dev, '*': ['*']}", Openness.WILDCARD, "'*'"),
        ("{'*': '.+'}", Openness.PATTERN, "'*'"),
        ("{env: '^.*$'}", Openness.PATTERN, "env"),
        ("{team: '*', env: [x, '^(.*)$']}", Openness.PATTERN, "env"),
        ("{env: '^.*$', team: web}", None, None),
        ("{env: '*'}", None, None),
        ("{env: '^prod-.*$'}", None, None),
        ("{'*': [dev, staging]}", None, None),
    ],
)
def test_what_opens_labels(labels, openness, opening):
    (found,) = reach_of(role(f"{{app_labels: {labels}}}"))
    assert found.openness is openness
    assert (found.opening.text if found.opening is not None else None) == opening


@pytest.mark.parametrize(
    ("expression", "is_open"),
    [
        ("true", True),
        ("1 == 1", True),
        ('regexp.match(labels["env"], "^.*$")', True),
        ('regexp.match(labels.env, "*")', True),
        ('labels["env"] == "dev"', False),
        ('regexp.match(labels["env"], "^dev-.*$")', False),
        ('regexp.match(labels["env"], ".*") && labels["team"] == "web"', False),
    ],
)
def test_what_opens_an_expression(expression, is_open):
    (found,) = reach_of(role(f"{{app_labels_expression: '{expression}'}}"))
    assert found.everything is is_open


def test_logins_are_listed_whether_or_not_labels_go_with_them():
    found = list(principals_of(role("{logins: [ci], db_users: ['*']}", deny="{logins: [ci]}")))
    assert [(one.field, one.text) for one in found] == [("db_users", "*")]
