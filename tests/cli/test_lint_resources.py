"""What Teleport refuses, row by row as its own code does, through `orbgen lint`: the same verdict, at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

ORGANIZATION = "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10"
PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CONTEXT = "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b"
SPEC = f"""\
spec:
  roles: [Bot]
  bot_name: demo
  join_method: circleci
  circleci:
    organization_id: {ORGANIZATION}
    allow:
      - project_id: {PROJECT}
        context_id: {CONTEXT}
"""
BLOCK = SPEC[SPEC.index("  circleci:") :]
RULES = SPEC[SPEC.index("    allow:") :]
BOT = "metadata: {name: demo}\nspec:\n  roles: [ci]\n  max_session_ttl: 12h\n"
NAME = "metadata: {name: demo}\n"
# A resource as tctl and as the operator have it; each head is as long as the other.
HEADS = {
    "token": f"---\nkind: token\nversion: v2\n{NAME}",
    "operator's token": f"---\nkind: TeleportProvisionToken\napiVersion: resources.teleport.dev/v2\n{NAME}",
    "bot": "---\nkind: bot\nversion: v1\n",
    "operator's bot": "---\nkind: TeleportBotV1\napiVersion: resources.teleport.dev/v1\n",
}
TOKENS, BOTS = list(HEADS)[:2], list(HEADS)[2:]

# What is done to the token, and the kinds, lines, columns and words of what is found.
REFUSED_TOKENS: dict[str, tuple[Any, ...]] = {
    "roles are missing": ("  roles: [Bot]\n", "", ("roles", 2, 1, "gives no role")),
    "roles are empty": ("[Bot]", "[]", ("roles", 6, 3, "gives no role")),
    "an unknown role": ("[Bot]", "[Bot, Sever]", ("roles", 6, 16, "`Sever` is no role that a token can give")),
    "a misspelt role says nothing of the bot's name": ("[Bot]", "[Bott]", ("roles", 6, 11, "`Bott` is no role")),
    "a bot without its name": ("  bot_name: demo\n", "", ("bot-name", 6, 3, "has to name its bot")),
    "a bot with an empty name": ("demo", '""', ("bot-name", 7, 3, "has to name its bot")),
    "a bot's name without the role": ("[Bot]", "[Node]", ("bot-name", 7, 3, "`bot_name` is for tokens with")),
    "allow beside the method token": ("join_method: circleci", "join_method: token\n  allow: [{aws_account: a}]",
                                      ("method", 9, 3, "the join method `token` takes no `allow`")),
    "an unknown method": ("join_method: circleci", "join_method: circlci",
                          ("method", 8, 16, "there is no join method `circlci`")),
    "no block": (BLOCK, "", ("block", 8, 16, "needs a block `circleci`")),
    "no block of the other method": (f"circleci\n{BLOCK}", "generic_oidc\n",
                                     ("block", 8, 16, "needs a block `generic_oidc`")),
    "no rules": (RULES, "    allow: []\n", ("no-rule", 11, 5, "has no rule, so no job may join")),
    "rules are missing": (RULES, "", ("no-rule", 9, 3, "has no rule, so no job may join")),
    "no organization": (f"    organization_id: {ORGANIZATION}\n", "",
                        ("organization", 9, 3, "does not say whose jobs may join")),
    "an empty organization": (ORGANIZATION, '""', ("organization", 10, 5, "does not say whose jobs may join")),
    "a rule without ids": (RULES, "    allow:\n      - {}\n",
                           ("empty-rule", 12, 9, "has to name a project, a context or both")),
    "a branch": (CONTEXT, f"{CONTEXT}\n        branch: main", ("unknown-key", 14, 9, "has no key `branch`")),
    "a key of another name": ("organization_id", "org_id",
                              ("organization", 9, 3, "whose jobs may join"), ("unknown-key", 10, 5, "no key `org_id`")),
}  # fmt: skip
REFUSED_BOTS: dict[str, tuple[Any, ...]] = {
    "no name": ("{name: demo}", "{labels: {a: b}}", ("name", 2, 1, "the bot has no name")),
    "an empty name": ("demo", '""', ("name", 2, 1, "the bot has no name")),
    "no metadata": ("metadata: {name: demo}\n", "", ("name", 2, 1, "the bot has no name")),
    "no spec": (BOT[BOT.index("spec") :], "", ("spec", 2, 1, "the bot has no `spec`")),
    "an empty role": ("[ci]", '[ci, ""]', ("role", 6, 15, "a role of the bot has no name")),
    "a session that is too long": ("12h", "169h", ("session", 7, 20, "168 hours at most")),
    "a session that is no duration": ("12h", "1d", ("session", 7, 20, "`1d` is no duration")),
    "a scope beside roles": ("metadata", "scope: /ci\nmetadata",
                             ("scope", 7, 3, "has no `roles`"), ("scope", 8, 3, "has no `max_session_ttl`")),
    "an unknown key": ("roles", "role", ("unknown-key", 6, 3, "has no key `role`")),
}  # fmt: skip


def findings(run, rule: str) -> list[tuple[str, int, int, str]]:
    """The kind, line, column and message of each finding of a rule, all of which Teleport refuses."""
    result = run("lint", "resource.yaml", "--format", "json", "--select", rule)
    (file,) = json.loads(result.out)["files"]
    assert file["problems"] == []
    assert {one["effect"] for one in file["findings"]} <= {"refused"}
    assert result.code == (1 if file["findings"] else 0)
    return [(one["kind"], one["place"]["line"], one["place"]["column"], one["message"]) for one in file["findings"]]


def assert_refused(found: list[tuple[str, int, int, str]], expected: list[tuple[str, int, int, str]]) -> None:
    """What was found is what was expected, of the messages a part."""
    assert [one[:3] for one in found] == [one[:3] for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert other[3] in one[3]


@pytest.mark.parametrize("form", TOKENS)
@pytest.mark.parametrize("case", REFUSED_TOKENS)
def test_a_token_that_teleport_refuses(orbgen, write, case, form):
    old, new, *expected = REFUSED_TOKENS[case]
    assert old in SPEC
    write("resource.yaml", HEADS[form] + SPEC.replace(old, new, 1))
    assert_refused(findings(orbgen, "token-rejected"), expected)


@pytest.mark.parametrize("form", BOTS)
@pytest.mark.parametrize("case", REFUSED_BOTS)
def test_a_bot_that_teleport_refuses(orbgen, write, case, form):
    old, new, *expected = REFUSED_BOTS[case]
    assert old in BOT
    write("resource.yaml", HEADS[form] + BOT.replace(old, new, 1))
    assert_refused(findings(orbgen, "bot-rejected"), expected)


def test_keys_of_a_bot_that_tctl_does_not_know(orbgen, write):
    text = BOT.replace("{name: demo}", "{name: demo, label: {a: b}}").replace("metadata", "bot: x\nmetadata")
    expected = [("unknown-key", 4, 1, "a bot has no key `bot`"), ("unknown-key", 5, 24, "metadata has no key `label`")]
    write("resource.yaml", HEADS["bot"] + text)
    assert_refused(findings(orbgen, "bot-rejected"), expected)
    # Kubernetes has more keys there.
    write("resource.yaml", HEADS["operator's bot"] + text)
    assert findings(orbgen, "bot-rejected") == []


@pytest.mark.parametrize(
    "text",
    [
        BOT,
        BOT.replace("[ci]", "[]"),
        BOT.replace("12h", "168h"),
        BOT.replace("12h", "'{{ ttl }}'"),
        BOT + "status: {}\n",
        "metadata: {name: b}\nscope: /ci\nspec: {roles: [], traits: []}\n",
    ],
)
@pytest.mark.parametrize("form", BOTS)
def test_a_bot_that_teleport_takes(orbgen, write, text, form):
    write("resource.yaml", HEADS[form] + text)
    assert findings(orbgen, "bot-rejected") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("[Bot]", "[bot]"),
        ("[Bot]", "[Bot, Node]"),
        (ORGANIZATION, "valid-org"),
        (CONTEXT, '"1234"'),
        ("demo", "{{ bot }}"),
        ("join_method: circleci", "join_method: {{ method }}"),
        ("circleci:", "github: {allow: []}\n  circleci:"),
        (SPEC, SPEC + "status: {}\nrevision: a\n"),
        (f"circleci\n{BLOCK}", "kubernetes\n  something_newer: {}\n"),
        (SPEC, "spec: {roles: [Node], join_method: iam, allow: [{aws_account: a}]}\n"),
    ],
)
@pytest.mark.parametrize("form", TOKENS)
def test_a_token_that_teleport_takes(orbgen, write, old, new, form):
    assert old in SPEC
    write("resource.yaml", HEADS[form] + SPEC.replace(old, new, 1))
    assert findings(orbgen, "token-rejected") == []


@pytest.mark.parametrize(
    "text",
    [
        f"kind: scoped_token\nversion: v1\nscope: /ci\nspec: {{join_method: circleci}}\n---\nkind: bot\n{BOT}",
        "kind: token\nversion: v3\nmetadata: {name: t}\nspec: {everything: new}\n",
        "kind: TeleportProvisionToken\napiVersion: resources.teleport.dev/v3\nspec: {everything: new}\n",
        "kind: bot\nversion: v2\nmetadata: {everything: new}\n",
    ],
)
def test_of_tokens_that_are_not_known_only_the_yaml_is_looked_at(orbgen, write, text):
    write("resource.yaml", text)
    assert orbgen("lint", "resource.yaml", "--select", "token-*", "--select", "bot-*").code == 0


def test_each_of_several_resources_has_its_own_findings(orbgen, write):
    nameless = BOT.replace("{name: demo}", "{}")
    write("resource.yaml", HEADS["bot"] + nameless + HEADS["token"] + SPEC.replace("[Bot]", "[]") + HEADS["bot"] + BOT)
    assert_refused(findings(orbgen, "bot-rejected"), [("name", 2, 1, "the bot has no name")])
    assert_refused(findings(orbgen, "token-rejected"), [("roles", 13, 3, "gives no role")])


@pytest.mark.parametrize(("now", "code"), [("2026-06-01", 0), ("2026-06-02", 1)])
def test_a_token_has_expired_when_its_last_day_is_over(orbgen, write, now, code):
    write("resource.yaml", HEADS["token"].replace("demo", 'demo, expires: "2026-06-01T12:00:00Z"') + SPEC)
    result = orbgen("lint", "resource.yaml", "--now", now, "--format", "concise")
    assert result.code == code
    assert ("4:33: high[token-unmatchable-rule[expired]]: the token expired on 2026-06-01" in result.out) == bool(code)


def test_what_is_kept_for_one_day_does_not_hold_for_another(orbgen, write):
    write("resource.yaml", HEADS["token"].replace("demo", 'demo, expires: "2026-06-01T12:00:00Z"') + SPEC)
    write("bot.yaml", HEADS["bot"] + BOT)
    for now, code in (("2026-06-01", 0), ("2026-07-01", 1), ("2026-06-01", 0)):
        assert orbgen("lint", ".", "--now", now).code == code


def test_a_script_that_came_after_a_result_was_kept_counts(orbgen, write):
    write("teleport/token.yaml", HEADS["token"] + SPEC.replace(PROJECT, "$PROJECT"))
    write("bot.yaml", HEADS["bot"] + BOT)
    assert orbgen("lint", ".").code == 1
    write("apply.sh", "envsubst < teleport/token.yaml | tctl create -f\n")
    assert orbgen("lint", ".").code == 0
    write("apply.sh", "tctl create -f teleport/token.yaml\n")
    assert orbgen("lint", ".").code == 1


@pytest.mark.parametrize("now", ["tomorrow", "2026-13-01", "", "20260601T00"])
def test_a_day_that_is_none_is_wrong_usage(orbgen, write, now):
    write("resource.yaml", HEADS["token"] + SPEC)
    result = orbgen("lint", "resource.yaml", "--now", now)
    assert result.code == 2
    assert "--now takes a day such as 2027-01-31" in result.err
