"""Where secrets in a configuration are found, and that no report shows them."""

from __future__ import annotations

import random
import string

import pytest

from orbgen.lint.reports.concise import report_file as concise
from orbgen.lint.reports.full import report_file as full
from orbgen.lint.reports.style import Style
from orbgen.project.facts import Facts
from tests.lint.linting import found, job, linted, script

SECRET = "q7Rt2LmX90sVbK4h"
RULE = "hardcoded-secret"
DATABASE = "- run: |\n    export DB_PASSWORD=q7Rt2LmX90sVbK4h\n    "


def kinds(folder, text, facts=None):
    return [(finding.kind, finding.primary.text) for finding in found(folder, text, RULE, facts=facts)]


@pytest.mark.parametrize(
    "text",
    [
        job(f"- run: {{command: make, environment: {{API_KEY: {SECRET}}}}}"),
        job(f"- run:\n    command: make\n    environment:\n      - API_KEY: {SECRET}"),
        job(f"- run:\n    command: make\n    environment: ['API_KEY={SECRET}']"),
        job("- run: make", keys=f"environment: &keys\n  API_KEY: '{SECRET}'"),
        job("- x", more=f"commands:\n  x:\n    parameters: {{api-key: {{type: string, default: {SECRET}}}}}\n"
            "    steps: [run: make]\n"),
        job(f"- x: {{key: {SECRET}}}", more="commands:\n  x:\n    parameters: {key: {type: string}}\n"
            "    steps:\n      - run: {command: make, environment: {API_KEY: << parameters.key >>}}\n"),
        job("- x", more=f"commands:\n  x:\n    parameters: {{key: {{type: string, default: {SECRET}}}}}\n"
            "    steps:\n      - run: {command: make, environment: {API_KEY: << parameters.key >>}}\n"),
        job("- run: make", more="executors:\n  unused:\n    docker: [{image: x, environment: "
            f"{{API_KEY: {SECRET}}}}}]\n"),
        job(f"- when: {{condition: false, steps: [run: {{command: make, environment: {{API_KEY: {SECRET}}}}}]}}"),
        job("- run: make", entry=f"build: {{matrix: {{parameters: {{api-key: [{SECRET}]}}}}}}"),
        job("- o/x", more="orbs:\n  o:\n    commands:\n      x:\n        steps:\n          - run: "
            f"export API_KEY={SECRET}\n"),
        script(f"export API_KEY={SECRET}"),
        script(f"API_KEY='{SECRET}' make"),
        script(f"if make; then\n  declare -x API_KEY=\"{SECRET}\"\nfi"),
    ],
)  # fmt: skip
def test_a_named_secret_is_found_wherever_it_is_set(tmp_path, text):
    assert kinds(tmp_path, text) == [("named", SECRET)]


@pytest.mark.parametrize(
    "text",
    [
        job("- run: make", keys="environment: {API_KEY: << pipeline.parameters.x >>}",
            more="parameters: {x: {type: string, default: ''}}\n"),
        job("- run: make", keys=f"environment: {{API_KEY: {SECRET}, NAME: {SECRET}}}"),
        job("- run: make", keys=f"environment: {{DB_HOST: localhost, DB_PASSWORD: {SECRET}}}"),
        job("- run: make", keys=f"environment: {{NODE_ENV: test, JWT_SECRET: {SECRET}}}"),
        job("- run: make", keys=f"environment: {{API_KEY: test-{SECRET}}}"),
        job(DATABASE + "docker run -d -e X=$DB_PASSWORD postgres:17"),
        job(DATABASE + "sudo service postgresql start"),
        job(f"- save_cache: {{key: api-key-{SECRET}, paths: [x]}}"),
        script(f"echo API_KEY={SECRET}"),
        script(f"curl -d API_KEY={SECRET} x"),
        script("export API_KEY=$(fetch q7Rt2LmX90sVbK4h)"),
        script(f"# export API_KEY={SECRET}"),
        script(f"export API_KEY={SECRET} ("),
    ],
)  # fmt: skip
def test_values_that_are_no_named_secret(tmp_path, text):
    assert kinds(tmp_path, text) == []


def test_a_database_elsewhere_is_none_of_the_jobs_own(tmp_path):
    text = job("- run: make", keys=f"environment: {{DB_HOST: db.acme.io, DB_PASSWORD: {SECRET}, NODE_ENV: production}}")
    assert kinds(tmp_path, text) == [("named", SECRET)]


def test_the_plan_names_what_is_secret(tmp_path):
    text = job("- run: make", keys=f"environment: {{LICENCE: {SECRET}}}")
    assert kinds(tmp_path, text) == []
    assert kinds(tmp_path, text, Facts(secret_names=frozenset({"LICENCE"}))) == [("named", SECRET)]


def test_the_password_of_a_registry(tmp_path):
    image = "version: 2.1\nexecutors:\n  e:\n    docker:\n      - image: x\n        "
    rest = "\njobs:\n  build:\n    executor: e\n    steps: [checkout]\nworkflows:\n  main:\n    jobs: [build]\n"
    for auth, expected in (
        ("auth: {username: u, password: hunter2}", [("registry", "hunter2")]),
        ("auth: {username: u, password: $PASSWORD}", []),
        ("auth: {username: u, password: DOCKER_PASSWORD}", []),
        ("auth: {username: u, password: ''}", []),
        ("auth: {username: u, password: << pipeline.parameters.p >>}", []),
        (f"aws_auth: {{aws_access_key_id: $A, aws_secret_access_key: {SECRET}}}", [("registry", SECRET)]),
    ):
        result = linted(tmp_path, image + auth + rest, RULE)
        assert [(finding.kind, finding.primary.text) for finding in result.findings] == expected


def test_an_aws_secret_is_one_beside_its_key(tmp_path):
    chosen = random.Random(1)
    key = "AKIA" + "".join(chosen.choices(string.ascii_uppercase, k=16))
    secret = "".join(chosen.choices(string.ascii_letters + string.digits, k=40))
    beside = script(f"aws configure set a {key}", f"x {secret}")
    assert kinds(tmp_path, beside) == [("pattern", key)]
    for text in (
        script(f"aws configure set a {key}\naws configure set b {secret}"),
        job("- run: make", keys=f"environment: {{A: {key}, B: {secret}}}"),
        job("- checkout") + f"# {key}\n# {secret}\n",
    ):
        assert kinds(tmp_path, text) == [("pattern", key), ("pattern", secret)]


SHOWN_TO_NOBODY = job(
    "- run: make",
    keys=f"environment: {{API_KEY: {SECRET}, OTHER_API_KEY: Zk29fLq8XmB4tR1v, AUTH_TOKEN: Zk29fLq8XmB4tR1v9}}\n"
    f"environmnt: {{API_KEY: {SECRET}}}",
)


def test_no_report_shows_a_secret_whichever_rule_speaks(tmp_path):
    result = linted(tmp_path, SHOWN_TO_NOBODY)
    assert {finding.rule for finding in result.findings} > {RULE}
    for report in (full, concise):
        text = "\n".join(report(result, Style(coloured=False)))
        assert SECRET[:4] in text
        assert "Zk29fLq8" not in text
        assert SECRET[:5] not in text


def test_secrets_of_a_known_form_are_masked_in_findings_of_other_rules_alone(tmp_path):
    key = "AKIA" + "".join(random.Random(2).choices(string.ascii_uppercase, k=16))
    result = linted(tmp_path, job("- checkout", keys=f"unknown: 1 # {key}"), "unknown-key")
    text = "\n".join(full(result, Style(coloured=False)))
    assert "AKIA****************" in text
    assert key[4:] not in text


def test_a_fingerprint_does_not_hold_the_secret(tmp_path):
    one, other = [
        found(tmp_path, job("- run: make", keys=f"environment: {{API_KEY: {value}}}"), RULE)[0].fingerprint
        for value in ("q7Rt2LmX90sVbK4h", "q7RtVbK4h2LmX90s")
    ]
    assert one == other


def test_a_comment_at_the_jobs_key_could_cover_it(tmp_path):
    (finding,) = found(tmp_path, job("- run: make", keys=f"environment: {{API_KEY: {SECRET}}}"), RULE)
    assert [span.text for span in finding.hidden] == ["build"]
