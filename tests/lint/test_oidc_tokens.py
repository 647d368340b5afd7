"""Where an OIDC token gets to, and where it may."""

from __future__ import annotations

import pytest

from orbgen.lint.findings import Confidence
from orbgen.project.facts import Facts
from tests.lint.linting import found, job, script

RULE = "exposed-oidc-token"
TOKEN = "$CIRCLE_OIDC_TOKEN"


def kinds(folder, text, facts=None):
    return [finding.kind for finding in found(folder, text, RULE, facts=facts)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([f"echo {TOKEN}"], "printed"),
        (["echo ${CIRCLE_OIDC_TOKEN_V2}"], "printed"),
        ([f"echo {TOKEN} | cut -d. -f1,2"], "printed"),
        ([f"echo {TOKEN} | cut -c1-20"], "printed"),
        ([f"echo {TOKEN} | awk -F. '{{print $3}}'"], "printed"),
        (["echo ${CIRCLE_OIDC_TOKEN:0:9}"], "printed"),
        (["circleci run oidc get --claims '{}'"], "printed"),
        (["x=$(circleci run oidc get); echo $x"], "printed"),
        (["x=`circleci run oidc get | tr -d ' '`; echo $x"], "printed"),
        ([f"echo {TOKEN} > f", "cat f"], "printed"),
        ([f"echo {TOKEN} > f", "x=$(cat f); echo $x"], "printed"),
        ([f"echo {TOKEN} > f", "echo $(< f)"], "printed"),
        ([f'echo "export JWT={TOKEN}" >> $BASH_ENV', "echo $JWT"], "printed"),
        (["circleci run oidc get > f", "base64 < f"], "printed"),
        ([f"set -x; ./login {TOKEN}"], "printed"),
        (["set -x; x=$(circleci run oidc get)"], "printed"),
        ([f"curl -H 'X: y' -H \"Authorization: Bearer {TOKEN}\" https://api.acme.io"], "sent"),
        ([f"curl https://api.acme.io/?token={TOKEN}"], "sent"),
        ([f'wget --header="Authorization: {TOKEN}" https://api.acme.io'], "sent"),
        ([f"http POST https://api.acme.io token={TOKEN}"], "sent"),
        ([f"echo {TOKEN} | curl -d @- https://api.acme.io/x"], "sent"),
        ([f"echo {TOKEN} > f", "curl -d jwt=@f https://api.acme.io/x"], "sent"),
        ([f"sudo -E curl -d {TOKEN} https://api.acme.io/v1/auth/jwt/config"], "sent"),
        ([f"curl -d {TOKEN} https://sts.amazonaws.com.acme.io/"], "sent"),
    ],
)
def test_what_gets_out(tmp_path, texts, expected):
    assert kinds(tmp_path, script(*texts)) == [expected]


@pytest.mark.parametrize(
    "texts",
    [
        [f"./login {TOKEN}"],
        [f"x={TOKEN}; ./login $x"],
        [f"vault write auth/jwt/login jwt={TOKEN}"],
        [f"aws sts assume-role-with-web-identity --web-identity-token {TOKEN}"],
        ["circleci run oidc get > f"],
        ["export NPM_ID_TOKEN=$(circleci run oidc get)"],
        [f"echo {TOKEN} | awk -F. '{{print $2}}' | base64 -d"],
        [f"echo {TOKEN} | jq -R 'split(\".\") | .[1] | @base64d'"],
        [f"echo {TOKEN} > f", "echo x > f", "cat f"],
        [f"[ -z {TOKEN} ] && exit 1", f'test -n "{TOKEN}"'],
        ["echo ${#CIRCLE_OIDC_TOKEN} ${CIRCLE_OIDC_TOKEN:+yes}"],
        [f"curl -d {TOKEN} http://localhost:8200/x"],
        [f"curl -d {TOKEN} https://iamcredentials.googleapis.com/v1/x"],
        [f"curl -d {TOKEN} $HOST/x"],
        [f"x={TOKEN}; curl https://api.acme.io"],
        [f"x={TOKEN}; x=other; echo $x"],
        ["echo '$CIRCLE_OIDC_TOKEN'"],
        ["echo CIRCLE_OIDC_TOKEN"],
    ],
)
def test_what_stays(tmp_path, texts):
    assert kinds(tmp_path, script(*texts)) == []


def test_hosts_of_the_plan(tmp_path):
    text = script(f"curl -d {TOKEN} https://x.acme.io", f"curl -d {TOKEN} https://teleport.acme.io:443")
    assert kinds(tmp_path, text) == ["sent", "sent"]
    facts = Facts(proxy="teleport.acme.io:443", oidc_hosts=("x.acme.io",))
    assert kinds(tmp_path, text, facts) == []


def test_what_is_stored(tmp_path):
    write = f"- run: echo {TOKEN} > out/token"
    (finding,) = found(tmp_path, job(f"{write}\n- store_artifacts: {{path: out}}"), RULE)
    assert (finding.kind, finding.confidence) == ("stored", Confidence.MEDIUM)
    (finding,) = found(tmp_path, job(f"{write}\n- persist_to_workspace: {{root: out, paths: [token]}}"), RULE)
    assert (finding.kind, finding.confidence) == ("stored", Confidence.HIGH)
    assert [note.span.text for note in finding.related] == ["out/token"]
    assert kinds(tmp_path, job(f"{write}\n- run: rm -r out\n- store_artifacts: {{path: .}}")) == []
    assert kinds(tmp_path, job(f"- store_artifacts: {{path: out}}\n{write}")) == []
    minted = "- run: circleci run oidc get > out/token\n- run: cp out/token other\n- store_artifacts: {path: other}"
    assert kinds(tmp_path, job(minted)) == ["stored"]


def test_more_specific_rules_speak_alone(tmp_path):
    text = script(f"echo {TOKEN} > f", f"echo {TOKEN}", "printenv CIRCLE_OIDC_TOKEN > /dev/null")
    stored = text.replace("workflows:", "      - store_artifacts: {path: f}\nworkflows:")
    rules = {finding.rule for finding in found(tmp_path, stored)}
    assert RULE in rules
    assert not rules & {"printed-secret", "persisted-credentials"}


@pytest.mark.parametrize(
    "text",
    [
        job("- x", more="commands:\n  x:\n    steps: [run: echo $CIRCLE_OIDC_TOKEN]\n"),
        job("- x: {t: $CIRCLE_OIDC_TOKEN}", more="commands:\n  x:\n    parameters: {t: {type: string}}\n"
            "    steps: [run: echo << parameters.t >>]\n"),
        job("- run: 'echo $X'", keys="environment: {X: y}").replace("'echo $X'", "echo $CIRCLE_OIDC_TOKEN_V2"),
        job("- unless: {condition: << pipeline.number >>, steps: [run: echo $CIRCLE_OIDC_TOKEN]}"),
        job("- checkout", entry="build: {pre-steps: [run: echo $CIRCLE_OIDC_TOKEN]}"),
    ],
)  # fmt: skip
def test_however_the_step_comes_about(tmp_path, text):
    assert kinds(tmp_path, text) == ["printed"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (job("- x", more="commands:\n  x:\n    steps: [add_ssh_keys]\n"), 1),
        (job("- &keys add_ssh_keys\n- *keys"), 1),
        (job("- when: {condition: << pipeline.number >>, steps: [add_ssh_keys: {}]}"), 1),
        (job("- x: {f: 'SHA256:x'}", more="commands:\n  x:\n    parameters: {f: {type: string}}\n"
             "    steps: [add_ssh_keys: {fingerprints: [<< parameters.f >>]}]\n"), 0),
        (job("- checkout", entry="build: {pre-steps: [add_ssh_keys], name: b-<< matrix.n >>, matrix: "
             "{parameters: {n: [1, 2]}}}", keys="parameters: {n: {type: integer}}"), 1),
    ],
)  # fmt: skip
def test_ssh_keys_however_the_step_comes_about(tmp_path, text, count):
    findings = found(tmp_path, text, "unrestricted-ssh-keys")
    assert len(findings) == count
