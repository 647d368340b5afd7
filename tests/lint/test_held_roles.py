"""Whose a role is: a bot's in the files or the plan, perhaps a bot's, or a person's (rules.md 2.10)."""

from __future__ import annotations

import pytest

from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.project.facts import facts_of
from tests.lint.linting import found

ROLE = """\
kind: role
version: v7
metadata: {name: deployer}
spec:
  options: {require_session_mfa: true}
  allow:
    logins: [root]
    node_labels: {'*': '*'}
    rules: [{resources: [token], verbs: [create]}]
"""
RULES = ("role-wildcard-labels", "role-superuser-access", "role-admin-rules", "role-unusable-by-bots")
KINDS = ["role-unusable-by-bots[mfa]", "role-superuser-access[login]", "role-wildcard-labels[wildcard]",
         "role-admin-rules[rules]"]  # fmt: skip


def bot(*roles: str, name: str = "deploy", traits: str = "") -> str:
    return f"kind: bot\nversion: v1\nmetadata: {{name: {name}}}\nspec:\n  roles: [{', '.join(roles)}]\n{traits}"


def weights(folder, **plan) -> set[tuple[Confidence, Persona]]:
    """How the findings in the role count; all four rules have one."""
    findings = found(folder, ROLE, *RULES, facts=facts_of(plan))
    assert [finding.name for finding in findings] == KINDS
    return {(finding.confidence, finding.persona) for finding in findings}


def test_a_role_that_a_bot_holds(tmp_path):
    (tmp_path / "teleport").mkdir()
    (tmp_path / "teleport" / "bots.yaml").write_text(f"{bot('other', name='one')}---\n{bot('x', 'deployer')}")
    assert weights(tmp_path) == {(Confidence.HIGH, Persona.DEFAULT)}


def test_a_role_that_an_operator_s_bot_holds_in_the_same_file(tmp_path):
    operators = "kind: TeleportBotV1\napiVersion: resources.teleport.dev/v1"
    text = bot("deployer").replace("kind: bot\nversion: v1", operators)
    findings = found(tmp_path, f"{text}---\n{ROLE}", *RULES)
    assert {(one.confidence, one.persona) for one in findings} == {(Confidence.HIGH, Persona.DEFAULT)}


def test_any_role_may_be_a_bot_s_where_no_bot_is_at_hand(tmp_path):
    assert weights(tmp_path) == {(Confidence.MEDIUM, Persona.DEFAULT)}


def test_a_role_that_no_bot_holds_is_for_auditors(tmp_path):
    (tmp_path / "bot.yaml").write_text(bot("other"))
    assert weights(tmp_path) == {(Confidence.HIGH, Persona.AUDITOR)}


def test_a_bot_whose_roles_are_filled_in_may_hold_it(tmp_path):
    (tmp_path / "bot.yaml").write_text(bot("other", "'{{ role }}'"))
    assert weights(tmp_path) == {(Confidence.MEDIUM, Persona.DEFAULT)}


@pytest.mark.parametrize(
    ("plan", "held"),
    [
        ({"teleport": {"role": "deployer"}, "access": [{}]}, True),
        ({"teleport": {"bot": "deployer"}, "access": [{}]}, True),
        ({"teleport": {"roles": ["deployer"]}}, True),
        ({"teleport": {"role": "deploy"}, "access": [{}]}, False),
        ({"teleport": {"role": "deployer"}}, False),
    ],
)
def test_a_role_that_the_plan_gives_to_its_bot(tmp_path, plan, held):
    (tmp_path / "bot.yaml").write_text(bot("other"))
    assert weights(tmp_path, **plan) == {(Confidence.HIGH, Persona.DEFAULT if held else Persona.AUDITOR)}


def test_the_plan_s_roles_are_numbered_where_there_are_several(tmp_path):
    plan = facts_of({"teleport": {"role": "deployer"}, "access": [{}]})
    assert plan.holds("deployer-2")
    assert not plan.holds("deployer-x")


def test_logins_are_those_of_the_bots_that_hold_the_role(tmp_path):
    traits = "  traits: [{name: logins, values: [ci, root]}]\n"
    (tmp_path / "bots.yaml").write_text(
        f"{bot('deployer')}---\n{bot('deployer', name='admin', traits=traits)}---\n{bot('x', traits=traits)}"
    )
    text = ROLE.replace("[root]", "[ci, '{{internal.logins}}']")
    (finding,) = found(tmp_path, text, "role-superuser-access")
    assert finding.primary.text == "'{{internal.logins}}'"
    ((note),) = finding.related
    assert (note.span.source.name.rpartition("/")[2], note.span.text) == ("bots.yaml", "root")


@pytest.mark.parametrize(
    ("allow", "confidence"),
    [
        ("{rules: [{resources: [token], verbs: [create], where: x}]}", Confidence.MEDIUM),
        ("{rules: [{resources: [token], verbs: [create], where: ''}]}", Confidence.HIGH),
        ("{impersonate: {roles: [x], where: y}}", Confidence.MEDIUM),
        ("{impersonate: {roles: [x]}}", Confidence.HIGH),
        ("{db_users: [postgres], rules: [{resources: ['*'], verbs: [read, list]}]}", Confidence.MEDIUM),
        ("{host_sudoers: ['ALL=(ALL) ALL']}", Confidence.MEDIUM),
    ],
)
def test_what_may_be_narrower_than_it_seems_is_less_sure(tmp_path, allow, confidence):
    role = f"kind: role\nversion: v6\nmetadata: {{name: deployer}}\nspec: {{allow: {allow}}}\n"
    findings = found(tmp_path, f"{role}---\n{bot('deployer')}", *RULES)
    assert [one.confidence for one in findings] == [confidence]


def test_a_role_of_terraform_alone_weighs_less(tmp_path):
    (tmp_path / "bots.yaml").write_text(bot("deployer", name="infrastructure"))
    for use, severity in (("terraform", Severity.MEDIUM), ("ci", Severity.HIGH)):
        facts = facts_of({"bots": {"infrastructure": {"use": use}}})
        assert [one.severity for one in found(tmp_path, ROLE, "role-admin-rules", facts=facts)] == [severity]


ROWS = {
    "a condition": ("allow: {rules: [{resources: [token], verbs: [create], where: x}]}",
                    [("role-admin-rules[rules]", Confidence.MEDIUM)]),
    "all verbs": ("allow: {rules: [{resources: [github], verbs: ['*']}]}",
                  [("role-admin-rules[rules]", Confidence.MEDIUM)]),
    "all resources": ("allow: {rules: [{resources: ['*'], verbs: [delete]}]}",
                      [("role-admin-rules[rules]", Confidence.MEDIUM)]),
    "verbs that are denied": ("allow: {rules: [{resources: [token], verbs: [create]}]}\n"
                              "  deny: {rules: [{resources: ['*'], verbs: [create]}]}", []),
    "other verbs that are denied": ("allow: {rules: [{resources: [token], verbs: [create]}]}\n"
                                    "  deny: {rules: [{resources: [token], verbs: [update]}]}",
                                    [("role-admin-rules[rules]", Confidence.MEDIUM)]),
    "impersonation": ("allow: {impersonate: {users: [x], where: y}}",
                      [("role-admin-rules[impersonate]", Confidence.MEDIUM)]),
    "nobody to impersonate": ("allow: {impersonate: {users: [], roles: []}}", []),
    "labels that nobody can use": ("allow: {node_labels: {'*': '*'}}",
                                   [("role-wildcard-labels[wildcard]", Confidence.LOW)]),
    "labels for clusters that nobody can use": ("allow: {kubernetes_labels: {a: b}}", []),
    "an expression": ("allow: {app_labels_expression: 'true'}", [("role-wildcard-labels[regex]", Confidence.MEDIUM)]),
    "denied labels": ("deny: {app_labels: {'*': '*'}}", []),
    "workload identities": ("allow: {workload_identity_labels: {'*': ['*']}}",
                            [("role-wildcard-labels[wildcard]", Confidence.MEDIUM)]),
    "a desktop": ("allow: {windows_desktop_logins: [administrator]}",
                  [("role-superuser-access[login]", Confidence.MEDIUM)]),
    "all users of clusters": ("allow: {kubernetes_users: ['*']}", [("role-superuser-access[kube]", Confidence.MEDIUM)]),
    "a group of one's own": ("allow: {kubernetes_groups: [cluster-admin]}", []),
    "users that nobody makes": ("options: {create_host_user_mode: off}\n"
                                "  allow: {host_sudoers: ['ALL=(ALL) ALL']}", []),
    "users that are made": ("options: {create_host_user_mode: keep}\n  allow: {host_sudoers: ['ALL=(ALL) ALL']}",
                            [("role-superuser-access[sudo]", Confidence.MEDIUM)]),
    "users by their traits": ("allow: {host_sudoers: ['{{internal.logins}} ALL=(ALL) ALL']}",
                              [("role-superuser-access[sudo]", Confidence.MEDIUM)]),
    "users that a tool fills in": ("allow: {host_sudoers: ['{{ user }} ALL=(ALL) ALL', '${A}=ALL']}", []),
    "entries that are denied": ("allow: {host_sudoers: ['ALL=(ALL) ALL']}\n  deny: {host_sudoers: ['*']}", []),
    "forwarding that is off": ("options: {forward_agent: false, port_forwarding: no}", []),
    "a switch that is filled in": ("options: {require_session_mfa: '{{ mfa }}', pin_source_ip: '${PIN}'}", []),
    "any device": ("options: {device_trust_mode: optional, require_session_mfa: no}", []),
    "mfa of a kind": ("options: {require_session_mfa: session}", [("role-unusable-by-bots[mfa]", Confidence.MEDIUM)]),
    "all databases may be read": ("allow: {db_users: [u], rules: [{resources: ['*'], verbs: [read, list]}]}", []),
    "half of it": ("allow: {db_users: [u], rules: [{resources: [db], verbs: [read, list]}]}",
                   [("role-unusable-by-bots[database]", Confidence.MEDIUM)]),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_a_role_of_which_it_is_not_known_who_holds_it(tmp_path, case):
    parts, expected = ROWS[case]
    text = f"kind: role\nversion: v6\nmetadata: {{name: r}}\nspec:\n  {parts}\n"
    assert [(one.name, one.confidence) for one in found(tmp_path, text, *RULES)] == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("kind: role\nversion: v6", []),
        ("kind: role\nversion: v7", ["role-wildcard-labels[kube-default]"]),
        ("kind: role\nversion: v8", ["role-wildcard-labels[kube-default]"]),
        ("kind: TeleportRoleV7\napiVersion: resources.teleport.dev/v1", ["role-wildcard-labels[kube-default]"]),
        ("kind: TeleportRoleV6\napiVersion: resources.teleport.dev/v1", []),
        ("kind: role", []),
    ],
)
def test_kinds_of_resources_in_clusters_by_the_role_s_version(tmp_path, head, expected):
    allow = "allow: {kubernetes_groups: [view], kubernetes_labels: {env: dev}}"
    text = f"{head}\nmetadata: {{name: r}}\nspec:\n  {allow}\n"
    assert [one.name for one in found(tmp_path, text, *RULES)] == expected
    assert found(tmp_path, text.replace("kubernetes_groups: [view], ", ""), *RULES) == ()
    listed = text.replace("}}", "}, kubernetes_resources: [{kind: pod, name: a, namespace: b}]}")
    assert found(tmp_path, listed, *RULES) == ()


def test_what_an_old_role_leaves_unset(tmp_path):
    text = "kind: role\nversion: v3\nmetadata: {name: r}\nspec: {allow: {logins: [ci], db_labels: {a: b}}}\n"
    (finding,) = found(tmp_path, text, "role-wildcard-labels")
    assert (finding.kind, finding.primary.text) == ("v3", "v3")
    assert "every one of the servers as ci, and every one of the applications" in finding.message
    operator = text.replace("kind: role\nversion: v3", "kind: TeleportRole\napiVersion: resources.teleport.dev/v3")
    (finding,) = found(tmp_path, operator, "role-wildcard-labels")
    assert finding.primary.text == "kind"


@pytest.mark.parametrize(
    ("others", "is_found"),
    [
        (bot("reader"), True),
        (bot("reader", "finder"), False),
        (bot("reader") + "---\n" + bot("reader", "finder", name="two"), True),
        (bot("reader", "elsewhere"), False),
        (bot("reader", "access"), False),
        ("", False),
    ],
)
def test_a_bot_finds_databases_by_any_of_its_roles(tmp_path, others, is_found):
    finder = "kind: role\nversion: v7\nmetadata: {name: finder}\n" + (
        "spec: {allow: {rules: [{resources: [db, db_server], verbs: [read, list]}]}}\n"
    )
    (tmp_path / "others.yaml").write_text(f"{finder}---\n{others}")
    text = "kind: role\nversion: v7\nmetadata: {name: reader}\nspec: {allow: {db_users: [u], db_labels: {a: b}}}\n"
    assert bool(found(tmp_path, text, "role-unusable-by-bots")) is is_found
