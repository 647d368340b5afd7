"""`orbgen lint` and Teleport's files: found by what they hold, read and reported as configurations are."""

from __future__ import annotations

import json

import pytest

TOKEN = """\
kind: token
version: v2
metadata: {name: deploy}
spec:
  roles: [Bot]
  join_method: circleci
  circleci:
    organization_id: 0ffa3c54-5e9a-4d3b-8f0d-2f6c1f8a7b10
    allow: [{project_id: 5d9a1b0e-7f5b-4c5e-9a54-0c2d1f3e4b55, context_id: 9b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19}]
"""
WITHOUT_DEMAND = TOKEN.replace(", context_id: 9b1c7f3a-2d8e-4f60-b7a1-6e5d4c3b2a19", "")
BOT = "kind: bot\nversion: v1\nmetadata: {name: deploy}\nspec: {roles: [deployer]}\n"
NO_BOT_NAME = "token-rejected[bot-name]"


def test_a_folder_s_resources_are_found_wherever_they_lie(orbgen, write):
    write("deep/er/anything.yml", TOKEN)
    write("values.yaml", "kind: Deployment\nspec: {}\n")
    write("teleport/all.yaml", f"{BOT}---\n{TOKEN}")
    result = orbgen("lint", ".", "--format", "concise")
    assert result.out == (
        "deep/er/anything.yml:5:3: high[token-rejected[bot-name]]: a token with the role `Bot` has to name its bot\n"
        "teleport/all.yaml:10:3: high[token-rejected[bot-name]]: a token with the role `Bot` has to name its bot\n"
    )
    assert "in 2 files" in result.err
    assert result.code == 1


def test_what_git_ignores_is_not_looked_at(orbgen, write, tmp_path):
    write(".gitignore", "made/\n")
    write("made/token.yaml", TOKEN)
    write("token.yaml", TOKEN)
    assert "made" not in orbgen("lint", ".", "--format", "concise").out


@pytest.mark.parametrize("form", ["{%- if production %}\n%s", "{{- if .Values.production }}\n%s{{- end }}\n"])
def test_a_template_is_skipped_where_it_was_found_and_a_problem_where_it_was_named(orbgen, write, form):
    write("templates/token.yaml", form.replace("%s", TOKEN))
    write("token.yaml", TOKEN.replace("roles: [Bot]", "roles: [Bot]\n  bot_name: deploy"))
    found = orbgen("lint", ".")
    assert (found.code, found.out) == (0, "")
    assert "in 1 file" in found.err
    assert orbgen("lint", "templates/token.yaml").code == 2


def test_what_is_no_yaml_and_no_template_is_a_problem_wherever_it_was_found(orbgen, write):
    write("token.yaml", TOKEN.replace("roles: [Bot]", "roles: [Bot"))
    result = orbgen("lint", ".", "--format", "concise")
    assert result.code == 2
    assert "token.yaml:5:10: error[yaml-syntax]" in result.out


def test_standard_input_may_be_teleports(orbgen):
    assert NO_BOT_NAME in orbgen("lint", "-", "--format", "concise", stdin=f"{BOT}---\n{TOKEN}").out


def test_ignores_cover_a_line_a_resource_or_the_file(orbgen, write):
    write("line.yaml", TOKEN.replace("[Bot]", "[Bot] # orbgen: ignore[token-rejected] soon"))
    write("kind.yaml", f"{BOT}# orbgen: ignore[token-rejected] soon\n---\n{TOKEN}")
    write("file.yaml", f"# orbgen: ignore-file[token-rejected] soon\n{BOT}---\n{TOKEN}")
    write("late.yaml", f"{BOT}---\n# orbgen: ignore-file[token-rejected] too late\n{TOKEN}")
    write("unused.yaml", TOKEN.replace("kind: token", "kind: token # orbgen: ignore[token-rejected[method]] no"))
    result = orbgen("lint", ".", "--format", "concise")
    assert [line.partition(": ")[0] for line in result.out.splitlines()] == [
        "late.yaml:6:1", "late.yaml:11:3", "unused.yaml:1:30", "unused.yaml:5:3",
    ]  # fmt: skip
    assert "unused-ignore[malformed]" in result.out
    assert "unused-ignore[unused]" in result.out


def test_what_teleport_does_is_told(orbgen, write):
    write("token.yaml", TOKEN)
    assert "= effect: Teleport refuses it" in orbgen("lint", "token.yaml").out
    assert '"effect": "refused"' in orbgen("lint", "token.yaml", "--format", "json").out
    assert '"effect": "refused"' in orbgen("lint", "token.yaml", "--format", "sarif").out


def test_a_fix_mends_the_document_that_it_is_for(orbgen, write):
    text = TOKEN.replace("project_id", "projct_id")
    path = write("token.yaml", f"{BOT}---\n{text}")
    assert orbgen("lint", "token.yaml", "--unsafe-fixes", "--write").code == 1
    assert path.read_text() == f"{BOT}---\n{TOKEN}"


JOINS = """\
version: 2.1
jobs:
  deploy:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - run: tbot start --oneshot --join-method=circleci --token=deploy --proxy-server=teleport.example.com:443
workflows:
  main:
    jobs:
      - deploy: {filters: pipeline.git.branch == "main"}
"""
DEMANDING = TOKEN.replace("[Bot]", "[Bot]\n  bot_name: deploy").replace("{project_id", "{context_id")
WITHOUT_CONTEXT = "--select=teleport-join-without-context"


@pytest.fixture
def severities(orbgen):
    """Run lint, and give the severities of what it finds."""

    def severities(*words: object) -> list[str]:
        lines = orbgen("lint", *words, "--format", "concise", "--workers=1").out.splitlines()
        return [line.split(": ")[1].partition("[")[0] for line in lines]

    return severities


def test_a_configuration_knows_the_tokens_of_its_checkout(severities, write):
    write(".circleci/config.yml", JOINS)
    write("deep/anything.yaml", DEMANDING)
    assert severities(".circleci", WITHOUT_CONTEXT) == ["high"]
    write("deep/anything.yaml", DEMANDING.replace("name: deploy}", "name: other}"))
    assert severities(".circleci", WITHOUT_CONTEXT) == ["medium"]
    write("another.yml", WITHOUT_DEMAND)
    assert severities(".circleci", WITHOUT_CONTEXT) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda write: write("token.yaml", DEMANDING.replace("context_id", "project_id")), []),
        (lambda write: write("new.yaml", WITHOUT_DEMAND), []),
        (lambda write: write(".gitignore", "token.yaml\n"), ["medium"]),
        (lambda write: write("notes.yaml", "kind: Note\n"), ["high"]),
    ],
    ids=["changed", "appeared", "ignored", "unrelated"],
)
def test_a_kept_result_is_as_good_as_the_files_that_it_rests_on(severities, write, change, expected):
    write(".circleci/config.yml", JOINS)
    write(".circleci/more.yml", "version: 2.1\njobs: {}\nworkflows: {}\n")
    write("token.yaml", DEMANDING)
    first = severities(".circleci", WITHOUT_CONTEXT)
    assert first == severities(".circleci", WITHOUT_CONTEXT) == ["high"]
    change(write)
    assert severities(".circleci", WITHOUT_CONTEXT) == expected


STARTS = JOINS.replace("--join-method=circleci --token=deploy", "-c deploy/tbot.yaml").replace(
    '{filters: pipeline.git.branch == "main"}', '{context: teleport-access, filters: pipeline.git.branch == "main"}'
)
TBOT_FILE = """\
version: v2
proxy_server: teleport.example.com:443
onboarding: {join_method: circleci, token: deploy}
storage: {type: memory}
oneshot: true
credential_ttl: 20h
services:
  - {type: identity, destination: {type: directory, path: /tmp/bot}}
"""
LONG = "--select=teleport-long-ttl"
PLACE = "deploy/tbot.yaml:6:17: medium[teleport-long-ttl]"


def test_what_lies_in_a_tbot_file_is_told_there_and_once(orbgen, write):
    write(".circleci/config.yml", STARTS)
    write("deploy/tbot.yaml", TBOT_FILE)
    for words in ([".circleci"], ["deploy"], ["."], ["deploy/tbot.yaml", ".circleci/config.yml"]):
        result = orbgen("lint", *words, LONG, "--format", "concise")
        assert [line.split(": ")[0] for line in result.out.splitlines()] == ["deploy/tbot.yaml:6:17"], words
        assert result.code == 1
    assert orbgen("lint", ".", LONG, "--workers=2", "--format", "concise").out.count(PLACE) == 1
    shown = orbgen("lint", ".circleci", LONG).out
    assert "::: .circleci/config.yml:6:14" in shown
    assert "tbot is started with it here" in shown


def test_its_ignores_are_for_what_configurations_find_in_it_too(orbgen, write):
    write(".circleci/config.yml", STARTS)
    write("deploy/tbot.yaml", TBOT_FILE.replace("20h", "20h # orbgen: ignore[teleport-long-ttl] a long job"))
    assert orbgen("lint", ".", LONG).out == ""
    assert orbgen("lint", ".circleci", LONG).out == ""
    write("deploy/tbot.yaml", f"# orbgen: ignore-file[teleport-long-ttl] a long job\n{TBOT_FILE}")
    assert orbgen("lint", ".circleci", LONG).out == ""
    write("deploy/tbot.yaml", TBOT_FILE.replace("v2", "v2 # orbgen: ignore[teleport-long-ttl] a long job"))
    assert orbgen("lint", ".circleci", LONG).out == ""
    write("deploy/tbot.yaml", TBOT_FILE)
    write(
        ".circleci/config.yml",
        STARTS.replace("- run:", "- run: # orbgen: ignore[teleport-long-ttl] a long job\n         "),
    )
    assert orbgen("lint", ".circleci", LONG).out == ""


def test_one_baseline_is_for_both_ways_to_it(orbgen, write):
    write(".circleci/config.yml", STARTS)
    write("deploy/tbot.yaml", TBOT_FILE)
    orbgen("lint", ".", LONG, "--write-baseline", "known.json")
    for words in ([".circleci"], ["deploy"], ["."]):
        result = orbgen("lint", *words, LONG, "--baseline", "known.json")
        assert (result.code, result.out) == (0, ""), words


def test_a_tbot_file_that_changes_makes_its_users_new(severities, write):
    write(".circleci/config.yml", STARTS)
    write(".circleci/more.yml", "version: 2.1\njobs: {}\nworkflows: {}\n")
    write("deploy/tbot.yaml", TBOT_FILE)
    assert severities(".circleci", LONG) == severities(".circleci", LONG) == ["medium"]
    write("deploy/tbot.yaml", TBOT_FILE.replace("20h", "2h"))
    assert severities(".circleci", LONG) == ["low"]
    write("deploy/tbot.yaml", TBOT_FILE.replace("20h", "20m"))
    assert severities(".circleci", LONG) == []


def test_without_a_path_teleports_files_are_linted_where_something_may_join(orbgen, write):
    write("token.yaml", TOKEN)
    write(".circleci/config.yml", "version: 2.1\njobs: {build: {docker: [{image: a}], steps: [checkout]}}\n")
    assert "token.yaml" not in orbgen("lint").out
    write(".circleci/config.yml", JOINS)
    assert "token.yaml" in orbgen("lint").out


def test_an_ignore_in_a_tbot_file_is_used_where_a_configuration_may_need_it(orbgen, write):
    ignored = TBOT_FILE.replace("20h", "20m # orbgen: ignore[teleport-long-ttl] a long job")
    write("deploy/tbot.yaml", ignored)
    assert "unused-ignore" in orbgen("lint", "deploy").out
    write(".circleci/config.yml", STARTS)
    assert "unused-ignore" not in orbgen("lint", "deploy").out


def test_what_configurations_find_in_a_tbot_file_is_not_called_gone_there(orbgen, write):
    old = "curl -fsSLO https://cdn.teleport.dev/teleport-v13.4.27-linux-amd64-bin.tar.gz\n      - run: tbot"
    write(".circleci/config.yml", STARTS.replace("- run: tbot", f"- run: {old}"))
    write("deploy/tbot.yaml", TBOT_FILE)
    assert "deploy/tbot.yaml:1:10: high[teleport-version-mismatch" in orbgen("lint", ".", "--format", "concise").out
    written = orbgen("lint", ".", "--write-baseline", "known.json").err
    again = orbgen("lint", ".", "--baseline", "known.json")
    assert (again.code, again.out) == (0, "")
    assert "gone" not in again.err
    number = written.split()[1]
    assert f"known.json hides {number} known findings" in again.err
    write(".circleci/config.yml", STARTS)
    write("deploy/tbot.yaml", TBOT_FILE.replace("20h", "1h"))
    assert "gone" in orbgen("lint", ".", "--baseline", "known.json").err


def test_what_lies_in_another_file_is_mended_there(orbgen, write):
    config = write(".circleci/config.yml", STARTS)
    tbot = write("deploy/tbot.yaml", TBOT_FILE.replace("20h", "20h0m"))
    assert orbgen("lint", ".circleci", LONG, "--unsafe-fixes", "--write").code == 1
    assert (config.read_text(), tbot.read_text()) == (STARTS, TBOT_FILE.replace("20h", "20h0m"))
    report = json.loads(orbgen("lint", ".circleci", LONG, "--format", "json").out)
    (found,) = report["files"][0]["findings"]
    assert (found["place"]["path"], found["fix"], found["effect"]) == ("deploy/tbot.yaml", None, "open")
    assert "<code>deploy/tbot.yaml</code> 6:17" in orbgen("lint", ".circleci", LONG, "--format", "markdown").out
    mended = orbgen("lint", ".", LONG, "--unsafe-fixes", "--write")
    assert (mended.code, mended.out) == (0, "")
    assert "credential_ttl: 1h\n" in tbot.read_text()


def test_an_alias_without_anchor_is_a_problem_in_any_document(orbgen, write):
    write("all.yaml", f"{BOT}---\n{TOKEN.replace('[Bot]', '*roles')}")
    result = orbgen("lint", "all.yaml", "--format", "concise")
    assert result.code == 2
    assert "all.yaml:10:10: error[undefined-alias]" in result.out


def test_annotations_say_what_teleport_does(orbgen, write):
    write("token.yaml", TOKEN)
    assert "%0ATeleport refuses it: set `bot_name`" in orbgen("lint", "token.yaml", "--format", "github").out


def test_what_is_mended_counts_for_the_files_behind_it(orbgen, write):
    write(".circleci/config.yml", JOINS)
    write(
        "a.yaml",
        "kind: role\nversion: v7\nmetadata: {name: all}\nspec: {allow: {node_labels: {'*': '*'}, logins: [a]}}\n",
    )
    token = WITHOUT_DEMAND.replace("[Bot]", "[Bot]\n  bot_name: deploy").replace("project_id", "projct_id")
    write("token.yaml", token)
    rules = "--select=token-rejected", WITHOUT_CONTEXT, "--select=role-wildcard-labels"
    result = orbgen("lint", ".", *rules, "--unsafe-fixes", "--write", "--format", "concise")
    assert [line.split(": ")[0] for line in result.out.splitlines()] == ["a.yaml:4:30"]


def test_the_plan_s_settings_are_for_these_files_too(orbgen, write):
    write("examples/token.yaml", TOKEN)
    write("teleport/token.yaml", TOKEN)
    write(
        "orbgen.yml",
        "lint:\n"
        "  ignore: [{rule: token-rejected, path: examples/*, reason: they are to fail}]\n"
        "  rules: {token-rejected: {severity: info}}\n",
    )
    result = orbgen("lint", ".", "--select", "token-rejected", "--format", "concise")
    assert [line.partition("[")[0] for line in result.out.splitlines()] == ["teleport/token.yaml:5:3: info"]
    assert result.code == 0


def test_a_method_that_is_none_is_refused_on_the_command_line_too(orbgen, write):
    step = "tbot start --join-method=circlci --token=demo --proxy-server=example.teleport.sh:443 --oneshot"
    write(".circleci/config.yml", _job(f"      - run: {step}\n"))
    result = orbgen("lint", "--format", "concise", "--select", "teleport-invalid-setting")
    assert result.out == (
        ".circleci/config.yml:6:25: high[teleport-invalid-setting[key]]: there is no join method `circlci`\n"
    )


@pytest.mark.parametrize(
    ("listener", "used", "is_found"),
    [
        ("127.0.0.1:8080", "localhost:8080", True),
        ("0.0.0.0:8080", "127.0.0.1:8080", True),
        (":8080", "localhost:8080", True),
        ("127.0.0.1:8080", "localhost:8081", False),
        ("10.0.0.5:8080", "localhost:8080", False),
    ],
)
def test_a_tunnel_is_used_by_any_name_of_this_machine(orbgen, write, listener, used, is_found):
    tunnel = f"tbot start application-tunnel --app=shop --listen=tcp://{listener} --token=demo --join-method=circleci"
    steps = f"      - run: {{background: true, command: {tunnel}}}\n      - run: curl http://{used}/health\n"
    write(".circleci/config.yml", _job(steps))
    found = orbgen("lint", "--format", "concise", "--select", "teleport-absent-output").out
    assert ("absent-output[not-awaited]" in found) is is_found


def test_a_role_without_a_name_is_said_once(orbgen, write):
    role = "---\nkind: role\nversion: v7\nmetadata: {name: deployer}\nspec: {allow: {logins: [ci]}}\n"
    write("all.yaml", BOT.replace("[deployer]", '[deployer, ""]') + role)
    result = orbgen("lint", ".", "--format", "concise")
    assert [line.split()[1] for line in result.out.splitlines()] == ["high[bot-rejected[role]]:"]


def _job(steps):
    entry = "workflows:\n  main:\n    jobs:\n      - ship: {context: teleport, filters: {branches: {only: main}}}\n"
    return f"version: 2.1\njobs:\n  ship:\n    docker: [{{image: cimg/base:2026.01}}]\n    steps:\n{steps}{entry}"
