"""Checks that are switched off, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.lint.linting import found, job, script

RULE = "insecure-transport"


def kinds(folder, text):
    return [finding.kind for finding in found(folder, text, RULE)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("curl -ksSL https://get.example.com/x -o x", "tls"),
        ("curl -sSLko x https://get.example.com/x", "tls"),
        ("curl --insecure -X POST https://api.example.com -d @x", "tls"),
        ("timeout 60 curl -k https://get.example.com/x | tar x", "tls"),
        ("git config --global http.sslVerify false", "tls"),
        ("git -c http.https://git.example.com.sslVerify=0 pull", "tls"),
        ("yarn config set strict-ssl false -g", "tls"),
        ("npm ci --strict-ssl=false", "tls"),
        ("python3 -m pip install --trusted-host=pypi.example.com x", "tls"),
        ("export NODE_TLS_REJECT_UNAUTHORIZED=0\nnpm test", "tls"),
        ("env PYTHONHTTPSVERIFY=0 ./x.py", "tls"),
        ("GOINSECURE=go.example.com go build", "tls"),
        ("echo 'export A=1 NODE_TLS_REJECT_UNAUTHORIZED=\"0\"' >> $BASH_ENV", "tls"),
        ("kubectl --insecure-skip-tls-verify=true apply -f x", "tls"),
        ("curl http://files.example.com/x > x", "plain"),
        ("curl -L http://files.example.com/x.tgz | tar xz", "plain"),
        ("curl -LO http://$USER:$TOKEN@files.example.com/x", "plain"),
        ("wget -q http://files.example.com/x", "plain"),
        ("npm install --registry=http://npm.example.com", "plain"),
        ("npm install --registry http://npm.example.com", "plain"),
        ("dnf install -y --nogpgcheck x", "checksum"),
        ("export GONOSUMDB='*'", "checksum"),
        ("curl -s http://files.example.com", None),
        ("curl -ks http://files.example.com", None),
        ("curl -kI https://localhost", None),
        ("curl -k https://db.internal:8443/x -o x", None),
        ("curl -k https://192.168.0.4/x -o x", None),
        ("curl -Xk -o x https://files.example.com", None),
        ("wget -qO- http://files.example.com/x", None),
        ("wget --spider http://files.example.com/x", None),
        ("curl -o /dev/null http://files.example.com/x", None),
        ("curl -o x http://$HOST/x", None),
        ("wget http://web:8080/x", None),
        ("GIT_SSL_NO_VERIFY=0 git pull", None),
        ("git clone https://git.example.com/x http://", None),
        ("git commit --no-verify -m http://x.example.com", None),
        ("echo NODE_TLS_REJECT_UNAUTHORIZED=0", None),
        ("GOFLAGS=-mod=vendor GOSUMDB=sum.golang.org go build", None),
    ],
)
def test_what_a_script_does(tmp_path, text, kind):
    assert kinds(tmp_path, script(text)) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("curl -k https://x.example.com -o x", "high"),
        ("curl -k https://$HOST/x -o x", "medium"),
        ('curl -k "$URL/x" -o x', "low"),
        ("URL=https://x.example.com; curl -k $URL/x -o x", "high"),
        ("helm --insecure-skip-tls-verify upgrade x", "medium"),
        ("npm config set strict-ssl false", "high"),
    ],
)
def test_an_address_that_is_not_known_may_be_a_private_one(tmp_path, text, confidence):
    assert [finding.confidence.value for finding in found(tmp_path, script(text), RULE)] == [confidence]


def test_variables_of_jobs_and_steps_from_wherever_they_come(tmp_path):
    step = "- run: {command: npm ci, environment: {NPM_CONFIG_STRICT_SSL: false, GOFLAGS: '-v -insecure'}}"
    assert kinds(tmp_path, job(step, keys="environment: [GIT_SSL_NO_VERIFY: 1]")) == ["tls", "tls", "checksum"]
    more = "commands: {get: {parameters: {o: {type: string}}, steps: [{run: curl << parameters.o >> https://x.example.com}]}}\n"
    assert kinds(tmp_path, job("- when: {condition: true, steps: [{get: {o: -k}}]}", more=more)) == ["tls"]
