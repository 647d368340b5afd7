"""`orbgen schema`: schemas that editors can use."""

from __future__ import annotations

import json

import jsonschema
import pytest
import yaml

PLAN = {"lint": {"persona": "pedantic", "ignore": [{"rule": "weak-gate", "job": "deploy"}]}}


@pytest.mark.parametrize(("name", "data"), [("plan", PLAN), ("lint", PLAN["lint"])])
def test_a_schema_takes_what_is_right_and_refuses_what_is_wrong(orbgen, name, data):
    code, out, err = orbgen("schema", name)
    assert (code, err) == (0, "")
    schema = json.loads(out)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    assert schema["$id"] == f"urn:orbgen:schema:{name}"
    assert [error.message for error in validator(schema).iter_errors(data)] == []
    assert not validator(schema).is_valid({**data, "nonsense": 1})


RIGHT = {
    "token": """\
kind: token
version: v2
metadata: {name: circleci-demo, expires: "2100-01-01T00:00:00Z"}
spec:
  roles: [Bot]
  join_method: circleci
  bot_name: demo
  circleci:
    organization_id: 5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10
    allow: [{context_id: 0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b}]
""",
    "bot": "{kind: bot, version: v1, metadata: {name: demo}, spec: {roles: [], max_session_ttl: 12h}}",
    "role": "{kind: role, version: v7, metadata: {name: r}, spec: {allow: {logins: [a], node_labels: {env: [a, b]}}}}",
    "tbot": """\
version: v2
proxy_server: example.teleport.sh:443
onboarding: {join_method: circleci, token: circleci-demo}
oneshot: true
storage: {type: memory}
services:
  - type: identity
    destination: {type: directory, path: /tmp/out}
    allow_reissue: true
""",
}


def errors(orbgen, text: str, *words: str) -> list[str]:
    """What a printed schema says against a text of YAML."""
    code, out, err = orbgen("schema", *words)
    assert (code, err) == (0, "")
    schema = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("name", RIGHT)
def test_a_schema_takes_what_teleport_takes(orbgen, name):
    assert errors(orbgen, RIGHT[name], name) == []
    assert errors(orbgen, RIGHT[name], name, "--teleport-version", "18.2.0") == []


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("token", RIGHT["token"].replace("bot_name: demo", "")),
        ("token", RIGHT["token"].replace("allow: [{", "allow: [{branch: main, ")),
        ("token", RIGHT["token"].replace("[{context_id: 0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b}]", "[{}]")),
        ("token", RIGHT["token"].replace("join_method: circleci", "join_method: circelci")),
        ("token", RIGHT["token"][: RIGHT["token"].index("  circleci:")]),
        ("bot", RIGHT["bot"].replace("roles: []", "role: []")),
        ("bot", RIGHT["bot"].replace("name: demo", "labels: {}")),
        ("role", RIGHT["role"].replace("v7", "v2")),
        ("role", RIGHT["role"].replace("logins: [a]", "logins: a")),
        ("tbot", RIGHT["tbot"].replace("oneshot: true", "onshot: true")),
        ("tbot", RIGHT["tbot"].replace("version: v2\n", "")),
        ("tbot", RIGHT["tbot"] + "auth_server: auth.example.com:3025\n"),
        ("tbot", RIGHT["tbot"].replace("allow_reissue: true", "allow_reisue: true")),
        ("tbot", RIGHT["tbot"].replace("type: identity", "type: identitiy")),
        ("tbot", RIGHT["tbot"].replace("{type: memory}", "{type: memory, path: /x}")),
    ],
)
def test_a_schema_refuses_what_teleport_refuses_or_drops(orbgen, name, wrong):
    assert errors(orbgen, wrong, name) != []


@pytest.mark.parametrize(
    ("text", "version", "right"),
    [
        (RIGHT["tbot"], "17.2.7", False),
        (RIGHT["tbot"], "17.2.9", True),
        ("{version: v2, services: []}", "14.0.0", False),
        ("{version: v2, outputs: []}", "14.0.0", True),
        ("{version: v2, services: [{type: identity, roles: [a]}]}", "18.2.0", True),
        ("{version: v2, services: [{type: identity, roles: [a]}]}", "19.0.0", False),
        ("{auth_server: 'a:3025', destinations: []}", "13.4.27", True),
        ("{auth_server: 'a:3025', services: []}", "13.4.27", False),
    ],
)
def test_the_schema_of_tbot_goes_by_the_version(orbgen, text, version, right):
    assert (errors(orbgen, text, "tbot", "--teleport-version", version) == []) is right


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tbot", "--teleport-version", "newest"], "'newest' is no version of Teleport; write one such as 18.2.0"),
        (["tbot", "--teleport-version", "9.0.0"], "Teleport 9.0.0 is too old; orbgen knows 12.0.0 and later"),
        (["plan", "--teleport-version", "18.2.0"], "--teleport-version goes with token, bot, role and tbot"),
    ],
)
def test_versions_that_cannot_be(orbgen, words, said):
    code, out, err = orbgen("schema", *words)
    assert (code, out) == (2, "")
    assert said in err


def test_the_report_is_described(orbgen, write):
    write(".circleci/config.yml", "version: 2.1\njobs: 1\n")
    report = orbgen("lint", "--format", "json").out
    assert json.loads(report)["summary"]["findings"] != 0
    assert errors(orbgen, report, "report") == []


def test_every_setting_is_described(orbgen):
    schema = json.loads(orbgen("schema", "lint").out)
    assert [name for name, setting in schema["properties"].items() if not setting.get("description")] == []


def test_a_schema_that_does_not_exist(orbgen):
    code, out, err = orbgen("schema", "plam")
    assert (code, out) == (2, "")
    assert "'plam' is not one of" in err
    assert "did you mean 'plan'?" in err


def test_a_line_of_releases_is_its_last_one(orbgen):
    newest = orbgen("schema", "tbot", "--teleport-version", "18.99.0").out
    assert orbgen("schema", "tbot", "--teleport-version", "18").out == newest
    assert orbgen("schema", "tbot", "--teleport-version", "16.2").out != newest
