"""Fixes of tokens and roles: they change what they say they do, in the document that they are for, and nothing else."""

from __future__ import annotations

import pytest

HEAD = "kind: token\nversion: v2\nmetadata: {name: deploy} # the shop's\n"
OTHER = "kind: bot\nversion: v1\nmetadata: {name: deploy}\nspec:\n  roles: [deployer]\n"
TOKEN = f"""\
{HEAD}spec:
  roles: [Bot]
  bot_name: deploy
  join_method: circleci
  circleci:
    organization_id: 0ffa3c54-5e9a-4d3b-8f0d-2f6c1f8a7b10
    allow:
      - project_id: 5d9a1b0e-7f5b-4c5e-9a54-0c2d1f3e4b55 # the shop
        context_id: 9b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19
"""
PLAN = """\
organization-id: 0ffa3c54-5e9a-4d3b-8f0d-2f6c1f8a7b10
project-id: 5d9a1b0e-7f5b-4c5e-9a54-0c2d1f3e4b55
contexts:
  teleport-access: {id: 9b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19}
  other: {id: 1b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19}
"""
CONTEXT = "        context_id: 9b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19\n"
RULE = TOKEN[TOKEN.index("      - ") :]


@pytest.fixture
def mended(orbgen, write):
    """What `--unsafe-fixes --write` makes of the middle one of several documents."""

    def mended(text: str, *arguments: str) -> str:
        around = (f"---\n# first\n{OTHER}---\n", f"---\n{OTHER}# last\n")
        path = write("teleport/all.yaml", text.join(around))
        orbgen("lint", "teleport/all.yaml", *(arguments or ("--unsafe-fixes",)), "--write")
        after: str = path.read_text()
        assert after.startswith(around[0])
        assert after.endswith(around[1])
        return after.removeprefix(around[0]).removesuffix(around[1])

    return mended


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("join_method: circlci", "join_method: circleci"),
        ("bot_nam: deploy", "bot_name: deploy"),
        ("organisation_id:", "organization_id:"),
        ("org_id:", "organization_id:"),
        ("- projectid:", "- project_id:"),
        ("- project:", "- project_id:"),
        ("context_id: 9B1C7F3A-", "context_id: 9b1c7f3a-"),
    ],
)
def test_what_is_nearly_right(mended, wrong, right):
    assert right in TOKEN
    assert mended(TOKEN.replace(right, wrong)) == TOKEN
    assert mended(TOKEN.replace(right, wrong), "--fix") == TOKEN.replace(right, wrong)


def test_a_name_that_was_wrong_may_have_hidden_that_a_rule_is_too_open(mended):
    text = TOKEN.replace(CONTEXT, "")
    assert mended(text.replace("- project_id", "- projct_id")) == text


def test_a_method_that_is_absent_or_empty(mended):
    method = "  join_method: circleci\n"
    assert mended(TOKEN.replace(method, "")) == TOKEN.replace(method, "") + method
    for empty in ('""', "null", "''"):
        assert mended(TOKEN.replace("join_method: circleci", f"join_method: {empty}")) == TOKEN
    alone = TOKEN[: TOKEN.index("  circleci:")].replace(method, "")
    assert mended(alone) == alone
    secret = TOKEN.replace("join_method: circleci", "join_method: token")
    assert mended(secret) == secret


@pytest.mark.parametrize("absent", [CONTEXT, "project_id: 5d9a1b0e-7f5b-4c5e-9a54-0c2d1f3e4b55 # the shop\n        "])
def test_an_id_that_a_rule_leaves_out_and_the_plan_knows(mended, write, absent):
    text = TOKEN.replace(absent, "")
    assert mended(text) == text
    write("orbgen.yml", PLAN)
    after = mended(text)
    assert sorted(after.replace(" # the shop", "").split()) == sorted(TOKEN.replace(" # the shop", "").split())
    # Which of several contexts would be meant is not known.
    write("orbgen.yml", PLAN.replace("other", "teleport-other"))
    assert mended(text) == (text if absent == CONTEXT else after)


def test_an_empty_id_is_filled_in(mended, write):
    write("orbgen.yml", PLAN)
    assert mended(TOKEN.replace("context_id: 9b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19", "context_id: ''")) == TOKEN


def test_a_rule_that_decides_nothing_is_deleted_by_a_safe_fix(mended):
    assert mended(TOKEN + RULE.replace("# the shop", "# again"), "--fix") == TOKEN
    broader = TOKEN + RULE.replace(CONTEXT, "")
    assert mended(broader, "--fix") == TOKEN.replace(CONTEXT, "")


def test_forwarding_is_switched_off(mended, write):
    write("orbgen.yml", "lint: {persona: pedantic}\n")
    role = "kind: role\nversion: v7\nmetadata: {name: deployer}\nspec:\n  options:\n    forward_agent: yes # why not\n"
    assert mended(role) == role.replace("yes", "false")
