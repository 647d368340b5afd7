"""Secrets in the log: what is followed into it, and what never gets there."""

from __future__ import annotations

import pytest

from orbgen.project.facts import ContextFacts, Facts
from tests.lint.linting import found, job, script

RULE = "printed-secret"


def kinds(folder, text, facts=None):
    return [finding.kind for finding in found(folder, text, RULE, facts=facts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("echo $API_TOKEN", "plain"),
        ('[ "$API_TOKEN" != "" ] && echo $API_TOKEN', "plain"),
        ('[ "$API_TOKEN" = changeme ] || echo $API_TOKEN', "plain"),
        ('[ "$API_TOKEN" = "changeme" ] || echo $API_TOKEN', "plain"),
        ('[ "$API_TOKEN" = "$OTHER" ] || echo $API_TOKEN', "plain"),
        ('X=$(./login); [ "$API_TOKEN" = "$X" ] || echo $API_TOKEN', "plain"),
        ("echo ${API_TOKEN:-none}", "plain"),
        ("printf '%s\\n' \"$API_TOKEN\"", "plain"),
        ("echo $API_TOKEN >&2", "plain"),
        ("cat <<END\ntoken: $API_TOKEN\nEND", "plain"),
        ("cat <<< $API_TOKEN", "plain"),
        ("echo $API_TOKEN | tee token", "plain"),
        ("make && echo $API_TOKEN", "plain"),
        ("for x in a b; do echo $x $API_TOKEN; done", "plain"),
        ("token=$API_TOKEN; echo $token", "plain"),
        ("x=$(echo $API_TOKEN); echo $x", "plain"),
        ("echo $API_TOKEN > token; cat token", "plain"),
        ("echo ${X:+$API_TOKEN}", "plain"),
        ("API_TOKEN=$(./login); echo $API_TOKEN", "plain"),
        ("read -rs API_TOKEN; echo $API_TOKEN", "plain"),
        ("base64 <<< $API_TOKEN", "derived"),
        ("echo $API_TOKEN | base64", "derived"),
        ("echo $API_TOKEN | base64 -d | tee key", "derived"),
        ("echo $API_TOKEN | jq -r .id", "derived"),
        ("echo $API_TOKEN | head -c 4", "derived"),
        ("echo ${API_TOKEN:0:4}", "derived"),
        ("echo ${API_TOKEN//a/b}", "derived"),
        ("echo ${API_TOKEN##*-}", "derived"),
        ("x=$(echo $API_TOKEN | base64); echo $x", "derived"),
        ("x=${API_TOKEN%?}; echo $x", "derived"),
        ("echo $API_TOKEN > token; base64 token", "derived"),
        ("set -x; make $API_TOKEN", "xtrace"),
        ("set -eux\nexport X=$API_TOKEN", "xtrace"),
        ("set -o xtrace; make $API_TOKEN", "xtrace"),
        ("set -e -x; if make; then X=$API_TOKEN make; fi", "xtrace"),
        ("set +x; set -x; make $API_TOKEN; set +x", "xtrace"),
        ("(set -x; make $API_TOKEN)", "xtrace"),
        ("f() { set -x; make $API_TOKEN; }; f", "xtrace"),
        ("bash -x -c 'make $API_TOKEN'", "xtrace"),
        ("sh -ex <<'END'\nmake $API_TOKEN\nEND", "xtrace"),
    ],
)
def test_what_gets_into_the_log(tmp_path, text, expected):
    assert kinds(tmp_path, script(text)) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        # What the script compares it with is what it holds, and stands in the file.
        'echo "$API_TOKEN"; if [ "$API_TOKEN" != "two words" ]; then exit 1; fi',
        "echo $API_TOKEN; [[ $API_TOKEN == 'a $b' ]] || exit 1",
        'wanted=\'a "b" c\'\necho "${API_TOKEN}"\n[ "${API_TOKEN}" != "${wanted}" ] && exit 1',
        "echo '$API_TOKEN'",
        "echo \\$API_TOKEN",
        "cat <<'END'\n$API_TOKEN\nEND",
        "cat > f <<END\n$API_TOKEN\nEND",
        "cat <<END | kubectl apply -f -\n$API_TOKEN\nEND",
        "printf -v x %s $API_TOKEN",
        'curl -H "Token: $API_TOKEN" x',
        "echo $API_TOKEN | sha256sum",
        "echo $API_TOKEN | wc -c",
        "echo $API_TOKEN | sed 's/./*/g'",
        "echo $API_TOKEN | grep -q x && echo yes",
        "echo $API_TOKEN | while read -r x; do use $x; done",
        'echo "${#API_TOKEN} ${API_TOKEN:+set} ${API_TOKEN+set} ${!API_TOKEN}"',
        "API_TOKEN=abc; echo $API_TOKEN",
        "for API_TOKEN in a b; do echo $API_TOKEN; done",
        "token=$API_TOKEN; token=x; echo $token",
        "echo $API_TOKEN > token; echo > token; cat token",
        "if x; then make; fi > f; { echo $API_TOKEN; } > f",
        "f() { echo $API_TOKEN; }; x=$(f); f > g",
        "echo $PUBLIC_KEY $TOKEN_FILE $HAS_TOKEN $PWD",
        "set -x; make; set +x; make $API_TOKEN",
        "(set -x; make); make $API_TOKEN",
        "set -x; echo '$API_TOKEN'; cat <<< $API_TOKEN > f",
        'set -x; [ -n "$API_TOKEN" ] && make',
        "set -- -x; make $API_TOKEN",
        "set -ex -- a; set +ex; make $API_TOKEN",
        "bash -c 'make $API_TOKEN'; bash -x script.sh $1",
        '[ -d "$APP_CREDENTIALS" ] || { echo "no folder $APP_CREDENTIALS"; exit 1; }',
        'c=$APP_CREDENTIALS; rm -rf "$c"; echo "removed $c"',
        'make > "$APP_CREDENTIALS"; echo "wrote $APP_CREDENTIALS"',
        "echo $API_TOKEN (",
    ],
)
def test_what_does_not(tmp_path, text):
    assert kinds(tmp_path, script(text)) == []


@pytest.mark.parametrize(
    "text",
    ["env", "printenv", "env | sort", "env | grep -v PATH", "env | grep -i token", "export -p", "export", "declare -x",
     "set", "env -0 | tr '\\0' '\\n'", "make && env", "if make; then\n  printenv | tee env.txt\nfi", "env | base64"],
)  # fmt: skip
def test_dumps(tmp_path, text):
    assert kinds(tmp_path, script(text, entry="build: {context: c}")) == ["dump"]
    assert kinds(tmp_path, script(text)) == []


@pytest.mark.parametrize(
    "text",
    ["env > f", "env | grep -q x", "env | grep -c x", "env | wc -l", "env | cut -f1 -d=", "env | cut -d '=' -f 1",
     "env | sed 's/=.*//'", "env | awk -F= '{print $1}'", "env | grep NODE_VERSION", "env X=1 make", "env -i make",
     "printenv HOME", "export X=1", "set -e", "declare -x X", "x=$(env)", "env | curl -d @- x",
     "env | while read x; do y; done",
     "echo env", "diff <(env) f"],
)  # fmt: skip
def test_what_dumps_no_values(tmp_path, text):
    assert kinds(tmp_path, script(text, entry="build: {context: c}")) == []


def test_what_a_job_holds_besides_a_context(tmp_path):
    keys = "- add_ssh_keys: {fingerprints: ['SHA256:x']}\n- run: env"
    assert kinds(tmp_path, job(keys)) == ["dump"]
    assert kinds(tmp_path, script("env", "vault write auth/jwt/login jwt=$CIRCLE_OIDC_TOKEN")) == ["dump"]
    assert kinds(tmp_path, script("env", "tbot start --join-method=circleci --token=x --oneshot")) == ["dump"]


def test_the_plan_names_the_variables_of_a_context(tmp_path):
    contexts = {"deploy": ContextFacts(variables=("LICENCE",)), "other": ContextFacts(variables=("COLOUR",))}
    text = script("echo $LICENCE $COLOUR", entry="build: {context: deploy}")
    assert kinds(tmp_path, text) == []
    (finding,) = found(tmp_path, text, RULE, facts=Facts(contexts=contexts))
    assert "`LICENCE`" in finding.message
    assert kinds(tmp_path, text, Facts(contexts=contexts, not_secret_names=frozenset({"LICENCE"}))) == []
    assert kinds(tmp_path, text, Facts(secret_names=frozenset({"COLOUR"}))) == ["plain"]


def test_what_environment_sets_to_a_text_is_no_secret(tmp_path):
    text = "- run: {command: echo $API_TOKEN, environment: {API_TOKEN: sample}}"
    assert kinds(tmp_path, job(text)) == []
    assert kinds(tmp_path, job("- run: echo $API_TOKEN", keys="environment: {API_TOKEN: sample}")) == []
    assert kinds(tmp_path, job("- run: echo $API_TOKEN", keys="environment: {OTHER_TOKEN: sample}")) == ["plain"]


def test_tracing_by_the_shell_is_said_where_the_shell_is_chosen(tmp_path):
    text = job("- run: make $API_TOKEN\n- run: make $DB_PASSWORD\n- run: make", keys="shell: bash -eox pipefail")
    (finding,) = found(tmp_path, text, RULE)
    assert (finding.kind, finding.primary.text) == ("xtrace", "bash -eox pipefail")
    assert kinds(tmp_path, job("- run: |\n    set +x\n    make $API_TOKEN", keys="shell: bash -exo pipefail")) == []
    assert kinds(tmp_path, job("- run: make $API_TOKEN", keys="shell: bash -eo pipefail")) == []


def test_a_trace_is_said_once_with_what_it_shows(tmp_path):
    (finding,) = found(tmp_path, script("set -x\nmake $API_TOKEN\nmake $API_TOKEN"), RULE)
    assert finding.primary.text == "set -x"
    assert [note.span.text for note in finding.related] == ["$API_TOKEN"]


@pytest.mark.parametrize(
    "text",
    [
        job("- say: {what: $API_TOKEN}", more="commands:\n  say:\n    parameters: {what: {type: string}}\n"
            "    steps: [run: echo << parameters.what >>]\n"),
        job("- when: {condition: << pipeline.number >>, steps: [run: echo $API_TOKEN]}"),
        job("- o/say", more="orbs:\n  o:\n    commands:\n      say:\n        steps: [run: echo $API_TOKEN]\n"),
        job("- checkout", entry="build: {post-steps: [run: echo $API_TOKEN]}"),
        job("- &say\n  run: echo $API_TOKEN\n- *say"),
        job("- run: make", entry="build: {matrix: {parameters: {x: [1, 2]}}, pre-steps: [run: echo $API_TOKEN]}",
            keys="parameters: {x: {type: integer}}"),
    ],
)  # fmt: skip
def test_however_the_step_comes_about(tmp_path, text):
    assert kinds(tmp_path, text) == ["plain"]
