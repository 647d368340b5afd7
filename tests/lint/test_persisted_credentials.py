"""What steps write, remove and store: the table of covers, the commands that leave credentials, paths in one form."""

from __future__ import annotations

import textwrap

import pytest

from orbgen.lint.findings import Confidence, Severity
from tests.lint.linting import found, job

RULE = "persisted-credentials"
BROAD, EXACT = Severity.MEDIUM, Severity.HIGH
KEYS = "- add_ssh_keys: {fingerprints: ['SHA256:x']}"
NPMRC = '- run: echo "//r/:_authToken=$NPM_TOKEN" > .npmrc'
DOCKER = "- run: docker login -u x -p $X"


def tbot(destination):
    return f"- run: tbot start identity --oneshot --join-method=circleci --token=t --destination={destination}"


def persist(root, *paths):
    return f"- persist_to_workspace: {{root: {root}, paths: {list(paths)}}}"


def cache(*paths):
    return f"- save_cache: {{key: k, paths: {list(paths)}}}"


def artifact(path):
    return f"- store_artifacts: {{path: {path}}}"


def covered(folder, *steps, keys=""):
    """The severities and confidences of what is found in a job with these steps."""
    findings = found(folder, job("\n".join(steps), keys=keys), RULE)
    return [(finding.severity, finding.confidence) for finding in findings]


@pytest.mark.parametrize(
    ("store", "write", "how"),
    [
        (persist(".", "."), tbot("./certs"), BROAD),
        (persist("/tmp", "*"), tbot("/tmp/tbot/out"), BROAD),
        (persist("/tmp/tbot", "out"), tbot("/tmp/tbot/out"), EXACT),
        (persist("/tmp/tbot/out", "*.json"), tbot("/tmp/tbot/out"), None),
        (persist("~", "project"), NPMRC, BROAD),
        (persist("~", "project"), DOCKER, None),
        (cache("~/.npm"), "- run: npm config set //host/:_authToken $NPM_TOKEN", None),
        (cache("~/.aws/*"), "- run: aws configure", None),
        (cache("~"), KEYS, BROAD),
        (cache("$HOME/.docker"), DOCKER, None),
        (artifact("/tmp/logs"), tbot("/tmp/logs-tbot"), None),
        (artifact("/tmp"), tbot("$(mktemp -d)/out"), BROAD),
        (artifact("certs/../out"), tbot("./out"), EXACT),
        (artifact("out/known_hosts"), tbot("./out"), None),
        (artifact("."), tbot("./certs") + "\n- run: rm -rf certs", None),
    ],
)
def test_the_table_of_covers(tmp_path, store, write, how):
    expected = {None: [], BROAD: [(BROAD, Confidence.MEDIUM)], EXACT: [(EXACT, Confidence.HIGH)]}
    assert covered(tmp_path, write, store) == expected[how]


def test_test_results_are_mostly_not_kept(tmp_path):
    results = "- store_test_results: {path: ~/results}"
    assert covered(tmp_path, tbot("~/results/x"), results) == [(BROAD, Confidence.LOW)]


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("tsh login --proxy=p", "~/.tsh"),
        ("tsh --proxy=p kube login c", "~/.kube/config"),
        ("tctl auth sign --user=x -o id", "id.key"),
        ("tctl auth sign --user=x --out=keys/id", "keys/id"),
        ("aws configure set aws_secret_access_key $X", "~/.aws/credentials"),
        ("aws configure set aws_session_token $X --profile p", "~/.aws"),
        ("aws sso login", "~/.aws/sso"),
        ("gcloud auth activate-service-account --key-file=x", "~/.config/gcloud"),
        ("gcloud auth application-default login", "~/.config/gcloud/application_default_credentials.json"),
        ("gcloud iam service-accounts keys create key.json --iam-account=x", "key.json"),
        ("az login --service-principal -u x -p $X", "~/.azure"),
        ("sudo docker login -u x -p $X", "~/.docker/config.json"),
        ("export DOCKER_CONFIG=/tmp/d\ndocker login", "/tmp/d/config.json"),
        ("podman login --authfile=auth/a.json r", "auth/a.json"),
        ("helm registry login r", "~/.config/helm/registry"),
        ("npm login --userconfig ci.npmrc", "ci.npmrc"),
        ("npm config set //r/:_authToken=$X", "~/.npmrc"),
        ("npm config set //r/:_authToken=$X --location=project", "./.npmrc"),
        ("yarn config set npmAuthToken $X", ".yarnrc.yml"),
        ("yarn config set npmAuthToken $X --home", "~/.yarnrc.yml"),
        ("kubectl config set-credentials x --token=$X", "~/.kube"),
        ("KUBECONFIG=/tmp/k; kubectl config set-credentials x", "/tmp/k"),
        ("gcloud container clusters get-credentials c", "~/.kube"),
        ("terraform login", "~/.terraform.d"),
        ("echo $X | gh auth login --with-token", "~/.config/gh"),
        ("vault login -method=jwt", "~/.vault-token"),
        ("circleci setup --no-prompt", "~/.circleci"),
        ("git config --global credential.helper store", "~/.git-credentials"),
        ("git config credential.helper 'store --file x'", "~/.git-credentials"),
        ("ssh-keygen -t ed25519 -N '' -f keys/deploy", "keys/deploy"),
        ("ssh-add keys/deploy", "keys/deploy"),
        ("git clone https://x:$GH_TOKEN@github.com/a/b.git", "b/.git/config"),
        ("git clone https://$GH_TOKEN@github.com/a/b c", "c/.git"),
        ("git remote set-url origin https://x:${GH_TOKEN}@github.com/a/b", ".git/config"),
        ("git config --global url.https://$GH_TOKEN@github.com/.insteadOf x", "~/.gitconfig"),
        ("echo $API_TOKEN > f", "f"),
        ("echo $API_TOKEN | base64 -d > f", "f"),
        ("echo $API_TOKEN | openssl base64 -d -A > f", "f"),
        ("echo $API_TOKEN | tee -a f > /dev/null", "f"),
        ("true && printf %s ${API_TOKEN:0:4} >> f", "f"),
        ("cat > f <<END\nx: $API_TOKEN\nEND", "f"),
        ("x=$API_TOKEN\necho $x > f", "f"),
        ("sed \"s/x/$API_TOKEN/\" a > f", "f"),
        ("sed -i \"s/x/$API_TOKEN/\" f", "f"),
        ("jq --arg t $API_TOKEN '.x=$t' a > f", "f"),
        ("echo $API_TOKEN > f\ncp f g", "g"),
        ("echo $API_TOKEN > f\nmv f d/", "d/f"),
        ("cp a .npmrc", ".npmrc"),
        ("curl x > .netrc", ".netrc"),
        ("fetch > service-account-1.json", "service-account-1.json"),
        ("env > f", "f"),
        ("printenv | sort > f", "f"),
        ("export -p > f", "f"),
        ("set > f", "f"),
        ("mkdir -p a && cd a && echo $API_TOKEN > f", "a/f"),
        ("(cd a; x); echo $API_TOKEN > f", "f"),
        ("pushd a; echo $API_TOKEN > f; popd", "a/f"),
        ("cd a; cd ../b; echo $API_TOKEN > f", "b/f"),
        ("D=/tmp/d; echo $API_TOKEN > \"$D/f\"", "/tmp/d/f"),
        ("echo $API_TOKEN > \"$HOME/f\"", "~/f"),
        ("echo $API_TOKEN > \"${PWD}/f\"", "f"),
        ("echo $API_TOKEN > \"$(pwd)/f\"", "f"),
        ("echo $API_TOKEN > $CIRCLE_WORKING_DIRECTORY/f", "f"),
        ("echo $API_TOKEN > /home/circleci/project/f", "f"),
        ("echo $API_TOKEN > /root/f", "~/f"),
    ],
)  # fmt: skip
def test_what_commands_leave_behind(tmp_path, command, path):
    write = "- run: |\n" + textwrap.indent(command.replace("<<", "\\<<"), "    ")
    assert covered(tmp_path, write, artifact(path)) == [(EXACT, Confidence.HIGH)]
    assert covered(tmp_path, artifact(path), write)[:1] != [(EXACT, Confidence.HIGH)]


@pytest.mark.parametrize(
    "command",
    [
        "aws configure set region eu-central-1",
        "aws sts get-caller-identity",
        "gcloud auth configure-docker",
        "gcloud config set project x",
        "docker logout",
        "docker build --build-arg login .",
        "npm config set registry https://r",
        "git config --global user.name x",
        "git config credential.helper cache",
        "git clone https://github.com/a/b ~",
        'git clone "https://github.com/$ORG/b" ~',
        "ssh-keygen -R host -f ~/.ssh/known_hosts",
        "ssh-keygen -lf ~/k.pub",
        "ssh-add -l",
        "echo $API_TOKEN | gpg -e > ~/f",
        "echo $API_TOKEN | age -r x > ~/f",
        "echo $API_TOKEN | sops -e /dev/stdin > ~/f",
        "echo $API_TOKEN | sha256sum > ~/f",
        "echo ${#API_TOKEN} > ~/f",
        'curl -H "Token: $API_TOKEN" x > ~/f',
        "echo registry=https://r > ~/.npmrc",
        "cat > ~/.npmrc <<'END'\nregistry=https://r\nEND",
        "env LANG=C make > ~/f",
        "env | grep -c x > ~/f",
        'echo $API_TOKEN > "$UNKNOWN/f"',
        'cd "$UNKNOWN"; echo $API_TOKEN > f',
        "echo $API_TOKEN > /elsewhere/f",
        "echo $API_TOKEN > /dev/null",
        "echo docker login",
        "# docker login",
    ],
)
def test_what_leaves_nothing_behind(tmp_path, command):
    write = "- run: |\n" + textwrap.indent(command.replace("<<", "\\<<"), "    ")
    assert covered(tmp_path, write, persist("~", ".")) == []


@pytest.mark.parametrize(
    "removal",
    ["rm .npmrc", "rm -f ~/project/.npmrc", "shred -u .npmrc", "cd ..; rm -rf project", "rm -rf /home/circleci/project",
     "rm ./.npm*", "sudo rm .npmrc", "F=.npmrc; rm \"$F\"", "mv .npmrc /elsewhere"],
)  # fmt: skip
def test_what_is_removed_is_not_stored(tmp_path, removal):
    assert covered(tmp_path, NPMRC, f"- run: '{removal}'", persist("~", "project")) == []
    assert covered(tmp_path, NPMRC, persist("~", "project"), f"- run: '{removal}'") != []


@pytest.mark.parametrize("removal", ["rm package.json", "rm -rf ~/.npmrc", "echo rm .npmrc", "(cd x; rm .npmrc)"])
def test_what_else_is_removed_does_not_matter(tmp_path, removal):
    assert covered(tmp_path, NPMRC, f"- run: '{removal}'", persist("~", "project")) == [(BROAD, Confidence.MEDIUM)]


def test_a_known_name_that_is_removed_is_not_stored(tmp_path):
    assert covered(tmp_path, "- run: rm .npmrc", artifact(".npmrc")) == []
    assert covered(tmp_path, NPMRC, "- run: rm .npmrc", artifact(".npmrc")) == []
    assert covered(tmp_path, artifact(".npmrc"), "- run: rm .npmrc") == [(EXACT, Confidence.MEDIUM)]
    assert covered(tmp_path, "- run: rm .npmrc", NPMRC, artifact(".npmrc")) == [(EXACT, Confidence.HIGH)]


def test_what_a_trap_removes_is_gone_with_its_step(tmp_path):
    write = "- run: |\n    trap 'rm -rf \"$D\"' EXIT\n    D=$(mktemp -d)\n    echo $API_TOKEN > $D/f"
    assert covered(tmp_path, write, artifact("/tmp")) == []
    kept = "- run: |\n    trap 'rm -rf \"$E\"' EXIT\n    D=$(mktemp -d)\n    E=$(mktemp -d)\n    echo $API_TOKEN > $D/f"
    assert covered(tmp_path, kept, artifact("/tmp")) == [(BROAD, Confidence.MEDIUM)]


def test_logging_out_removes_what_logging_in_left(tmp_path):
    assert covered(tmp_path, DOCKER, "- run: docker logout", artifact("~/.docker/config.json")) == []
    assert covered(tmp_path, DOCKER, "- run: docker logout", persist("~", ".")) == []
    assert covered(tmp_path, DOCKER, "- run: npm logout", persist("~", ".")) == [(BROAD, Confidence.MEDIUM)]


def test_a_variable_exported_to_later_steps_is_known_there(tmp_path):
    export = '- run: echo "export OUT=/tmp/out" >> "$BASH_ENV"'
    write = "- run: echo $API_TOKEN > $OUT/f"
    assert covered(tmp_path, export, write, artifact("/tmp/out/f")) == [(EXACT, Confidence.HIGH)]
    unknown = '- run: echo "export OUT=$(x)" >> "$BASH_ENV"'
    assert covered(tmp_path, export, unknown, write, artifact("/tmp/out/f")) == []
    private = '- run: |\n    d=$(mktemp -d)\n    echo "export OUT=$d" >> $BASH_ENV'
    assert covered(tmp_path, private, write, artifact("/tmp")) == [(BROAD, Confidence.MEDIUM)]


def test_working_directories(tmp_path):
    write = "- run: {command: echo $API_TOKEN > f, working_directory: sub}"
    assert covered(tmp_path, write, artifact("sub/f")) == [(EXACT, Confidence.HIGH)]
    assert covered(tmp_path, write, artifact("f")) == []
    assert covered(tmp_path, write, artifact("/w/sub/f"), keys="working_directory: /w") == [(EXACT, Confidence.HIGH)]
    assert covered(tmp_path, NPMRC, artifact("~/other/.npmrc"), keys="working_directory: ~/other") == [
        (EXACT, Confidence.HIGH)
    ]


@pytest.mark.parametrize(
    "path", ["~/.ssh", "~/.aws", "/home/circleci/.docker", "~/.kube/config", ".netrc", "ci/credentials.json", "app.jks"]
)
def test_known_names_count_without_a_command(tmp_path, path):
    assert covered(tmp_path, artifact(path)) == [(EXACT, Confidence.MEDIUM)]


@pytest.mark.parametrize("path", [".env", "auth.json", "settings.xml", "gradle.properties", "x.pem", "'*.key'"])
def test_names_that_other_things_have_too(tmp_path, path):
    assert covered(tmp_path, artifact(path)) == [(EXACT, Confidence.LOW)]


@pytest.mark.parametrize(
    "path",
    ["~/.npm", "~/.cache", "~/.m2/repository", "~/.gradle/caches", "~/.cargo/registry", "~/.ssh/known_hosts",
     ".env.example", "id_rsa.pub", "teleport-host-ca.crt", "bundle.pem", "ca.pem", "~/.terraform.d/plugin-cache",
     "npmrc", "$HOME/.ssh", "tbot.log"],
)  # fmt: skip
def test_names_of_other_things(tmp_path, path):
    assert covered(tmp_path, artifact(path)) == []


def test_wildcards_in_caches_stand_for_themselves(tmp_path):
    assert covered(tmp_path, cache("*.jks", "~/.ssh/*")) == []
    assert covered(tmp_path, artifact("'*.jks'")) == [(EXACT, Confidence.MEDIUM)]


@pytest.mark.parametrize(
    ("pattern", "how"),
    [("'.npm*'", EXACT), ("'.npmr?'", EXACT), ("'.npm[rx]c'", EXACT), ("'.npm[a-q]c'", None), ("'.npm[^r]c'", None),
     ("'*'", BROAD), ("'**'", BROAD), ("'*/.npm*'", None), ("'../*/.npmrc'", EXACT), ("'.npm[r'", None)],
)  # fmt: skip
def test_patterns_of_artifacts_are_gos(tmp_path, pattern, how):
    expected = {None: [], BROAD: [(BROAD, Confidence.MEDIUM)], EXACT: [(EXACT, Confidence.HIGH)]}
    assert covered(tmp_path, NPMRC, artifact(pattern)) == expected[how]


def test_a_file_of_that_name_in_the_repository_is_no_news(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".npmrc").write_text("registry=https://r\n")
    assert covered(tmp_path, artifact(".npmrc")) == []
    assert covered(tmp_path, artifact("other/.npmrc")) == [(EXACT, Confidence.MEDIUM)]
    assert covered(tmp_path, NPMRC, artifact(".npmrc")) == [(EXACT, Confidence.HIGH)]


def test_the_key_of_the_checkout_is_a_guess(tmp_path):
    assert covered(tmp_path, "- checkout", persist("~", ".")) == [(BROAD, Confidence.LOW)]


def test_a_step_of_an_orb_in_between_lowers_confidence(tmp_path):
    text = job(f"{NPMRC}\n- node/clean\n{persist('~', 'project')}", more="orbs: {node: circleci/node@7.0.0}\n")
    (finding,) = found(tmp_path, text, RULE)
    assert finding.confidence is Confidence.LOW


def test_what_is_related(tmp_path):
    text = job(f"{NPMRC}\n{persist('.', 'dist', '.')}").replace(
        "workflows:", "  later:\n    machine: true\n    steps: [attach_workspace: {at: .}]\nworkflows:"
    )
    (finding,) = found(tmp_path, text + "      - later: {requires: [build]}\n", RULE)
    assert finding.primary.text == "'.'"
    assert [note.span.text for note in finding.related] == [".npmrc", "attach_workspace: {at: .}"]


@pytest.mark.parametrize(
    "text",
    [
        job("- login: {file: .npmrc}\n" + persist("~", "project"), more="commands:\n  login:\n    parameters: "
            "{file: {type: string}}\n    steps: [run: 'echo $NPM_TOKEN > << parameters.file >>']\n"),
        job(NPMRC + "\n- keep: {what: project}", more="commands:\n  keep:\n    parameters: {what: {type: string}}\n"
            "    steps: [persist_to_workspace: {root: ~, paths: [<< parameters.what >>]}]\n"),
        job("- o/login\n" + persist("~", "project"), more="orbs:\n  o:\n    commands:\n      login:\n"
            "        steps: [run: echo $NPM_TOKEN > .npmrc]\n"),
        job("- when: {condition: << pipeline.number >>, steps: [run: echo $NPM_TOKEN > .npmrc]}\n" + persist("~", ".")),
        job(NPMRC, entry="build: {post-steps: [persist_to_workspace: {root: ~, paths: [project]}]}"),
        job("- &write\n  run: echo $NPM_TOKEN > .npmrc\n- *write\n" + persist("~", "project")),
        job(NPMRC + "\n" + persist("~", "<< parameters.p >>"), entry="build: {matrix: {parameters: {p: [project, x]}}}",
            keys="parameters: {p: {type: string}}"),
    ],
)  # fmt: skip
def test_however_the_steps_come_about(tmp_path, text):
    assert [(finding.severity, finding.confidence) for finding in found(tmp_path, text, RULE)] == [
        (BROAD, Confidence.MEDIUM)
    ]
