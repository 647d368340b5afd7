"""What is a join and what it says: the forms in which tbot is started."""

from __future__ import annotations

import base64

import pytest

from orbgen.access.join import Origin, Program
from tests.access.joining import config, joined, joins, said

FILE = """\
version: v2
proxy_server: example.teleport.sh:443
onboarding:
  join_method: circleci
  token: from-file
oneshot: true
storage: {type: memory}
services:
  - type: identity
    destination:
      type: directory
      path: /tmp/out
"""
JOIN = "tbot start --join-method=circleci --token=demo"


def written(path: str = "tbot.yaml") -> str:
    return f"cat > {path} <<'EOF'\n{FILE}EOF"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "tbot start --auth-server a:3025 --token=demo --join-method circleci --ca-pin=sha256:1 --certificate-ttl 1h"
            " --renewal-interval=20m --diag-addr 127.0.0.1:3001",
            {
                "auth-server": "a:3025", "token": "demo", "join-method": "circleci", "ca-pin": "sha256:1",
                "certificate-ttl": "1h", "renewal-interval": "20m", "diag-addr": "127.0.0.1:3001",
            },
        ),
        ("tbot start -a a:3025", {"auth-server": "a:3025"}),
        ("tbot start --proxy-server p:443 --no-oneshot", {"proxy-server": "p:443", "oneshot": "false"}),
        ("tbot start --proxy p:443", {"proxy-server": "p:443"}),
        ("tbot -d --insecure start --oneshot", {"debug": "true", "insecure": "true", "oneshot": "true"}),
        ("tbot start legacy --data-dir /tmp/d", {"data-dir": "/tmp/d"}),
        ("tbot start --token \\\n  demo", {"token": "demo"}),
        ("tbot start -dc tbot.yaml", {"debug": "true", "config": "tbot.yaml"}),
        ("tbot start -ctbot.yaml", {"config": "tbot.yaml"}),
        ("tbot start --token '' --join-method circleci", {"join-method": "circleci"}),
        ("tbot start --storage=memory:// identity --destination /tmp/o", {"storage": "memory://"}),
    ],
)  # fmt: skip
def test_what_flags_say(script, expected):
    assert said(joined(script)) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("tbot+proxy+circleci://demo@p:443", {"join-method": "circleci", "token": "demo", "proxy-server": "p:443"}),
        ("tbot+auth+token://s%40@a:3025", {"join-method": "token", "token": "s@", "auth-server": "a:3025"}),
        (
            "tbot+proxy+bound-keypair://demo:secret@p:443",
            {
                "join-method": "bound_keypair", "token": "demo", "proxy-server": "p:443",
                "registration-secret": "secret",
            },
        ),
        (
            "tbot+proxy+bound-keypair://demo@p",
            {"join-method": "bound_keypair", "token": "demo", "proxy-server": "p"},
        ),
        (
            "tbot+proxy+gitlab://demo:parameter@p",
            {"join-method": "gitlab", "token": "demo", "proxy-server": "p"},
        ),
        ("https://example.com", {}),
        ("tbot+elsewhere+circleci://demo@p", {}),
    ],
)  # fmt: skip
def test_what_a_join_uri_stands_for(uri, expected):
    assert said(joined(f"tbot start noop --join-uri {uri}")) == {"join-uri": uri, **expected}
    in_file = joined(f"echo 'join_uri: {uri}' > t.yaml; tbot start -c t.yaml")
    assert said(in_file) == {"config": "t.yaml", "join-uri": uri, **expected}


@pytest.mark.parametrize(
    ("command", "type_", "settings"),
    [
        ("identity --destination /tmp/o --cluster leaf", "identity", {"destination": "/tmp/o", "cluster": "leaf"}),
        ("ssh --destination=/tmp/o", "identity", {"destination": "/tmp/o"}),
        ("id --destination=/tmp/o --allow-reissue", "identity", {"destination": "/tmp/o", "allow-reissue": "true"}),
        (
            "kubernetes --destination=/tmp/o --kubernetes-cluster k",
            "kubernetes",
            {"destination": "/tmp/o", "kubernetes-cluster": "k"},
        ),
        ("kubernetes/v2 --name-selector k", "kubernetes/v2", {"name-selector": "k"}),
        ("application --app a", "application", {"app": "a"}),
        ("application-tunnel --listen tcp://127.0.0.1:1", "application-tunnel", {"listen": "tcp://127.0.0.1:1"}),
        ("application-proxy --listen tcp://127.0.0.1:1", "application-proxy", {"listen": "tcp://127.0.0.1:1"}),
        ("database --service s --username u --format tls", "database", {"service": "s", "username": "u",
                                                                       "format": "tls"}),
        ("database-tunnel --listen tcp://:1", "database-tunnel", {"listen": "tcp://:1"}),
        ("ssh-multiplexer --destination /tmp/m", "ssh-multiplexer", {"destination": "/tmp/m"}),
        ("workload-identity-x509 --name-selector w", "workload-identity-x509", {"name-selector": "w"}),
        ("workload-identity-jwt --audience a", "workload-identity-jwt", {"audience": "a"}),
        ("workload-identity-api --listen unix:///s", "workload-identity-api", {"listen": "unix:///s"}),
        (
            "workload-identity-aws-roles-anywhere --role-arn r",
            "workload-identity-aws-roles-anywhere",
            {"role-arn": "r"},
        ),
        ("spiffe-svid --destination /tmp/o", "spiffe-svid", {"destination": "/tmp/o"}),
    ],
)  # fmt: skip
def test_what_each_service_on_a_command_line_gives(command, type_, settings):
    join = joined(f"tbot start {command} --token demo")
    (service,) = join.services
    assert service.type == type_
    assert {name: setting.value for name, setting in service.settings.items()} == settings
    assert service.span.text == command.split()[0]
    assert said(join) == {"token": "demo"}


def test_forms_that_give_nothing_or_one_output():
    assert joined("tbot start noop --token demo").services == ()
    assert joined("tbot start --token demo").services == ()
    (service,) = joined("tbot start --destination-dir ./certs").services
    assert (service.type, service.folder, service.value("destination")) == ("identity", "~/project/certs", "./certs")
    assert joined("tbot start identity --destination memory://").services[0].folder is None
    assert joined("tbot start identity --destination file:///tmp/o").services[0].folder == "/tmp/o"
    command = joined("tbot start nonsense --token demo").command
    assert command is not None
    assert command.service == "nonsense"


@pytest.mark.parametrize(
    "script",
    [
        f"{JOIN} --oneshot",
        f"/usr/local/bin/{JOIN}",
        f"./bin/{JOIN}",
        f'BIN=/opt/tbot\n"$BIN" {JOIN.removeprefix("tbot ")}',
        f'BIN=/opt\n"$BIN/tbot" {JOIN.removeprefix("tbot ")}',
        'ARGS="start --join-method circleci --token demo"\ntbot $ARGS',
        f"sudo -E -u circleci {JOIN}",
        f"env -u TELEPORT_PROXY A=b {JOIN}",
        f"nohup {JOIN} &",
        f"exec {JOIN}",
        f"command {JOIN}",
        f"time {JOIN}",
        f"timeout -k 5 30 {JOIN}",
        f"setsid {JOIN}",
        f"nice -n 5 {JOIN}",
        f"if {JOIN}; then echo done; fi",
        f"true && {JOIN} || exit 1",
        f"{{ {JOIN}; }}",
        f"( {JOIN} )",
        f"OUT=$({JOIN})",
        f"! {JOIN} 2>&1 | tee tbot.log",
        f"until {JOIN}; do sleep 1; done",
        f"join() {{ {JOIN}; }}\njoin",
    ],
)
def test_where_a_command_that_joins_may_stand(script):
    join = joined(script)
    assert (join.program, join.method, join.token) == (Program.TBOT, "circleci", "demo")
    assert join.span.text.strip('"').endswith(("tbot", "$BIN"))


@pytest.mark.parametrize(
    "script",
    [
        *[f"tbot {word}" for word in (
            "version", "configure identity --token demo", "init --destination-dir x", "migrate", "wait --diag-addr a",
            "db connect x", "proxy ssh", "ssh-proxy-command", "kube credentials", "keypair create", "install systemd",
            "copy-binaries", "help start", "start --help", "start identity -h",
        )],
        'echo "tbot start --token demo"',
        "# tbot start --token demo",
        "cat > join.sh <<'EOF'\ntbot start --token demo\nEOF",
        "tsh login --proxy p:443",
        "join() { tbot start --token demo; }",
        "command -v tbot start",
        "mytbot start",
        "tbot.sh start",
        "CMD=stop\ntbot $CMD start",
        "docker run alpine tbot start",
        "docker pull public.ecr.aws/gravitational/tbot-distroless:17.5.2",
        "terraform fmt",
        "systemctl status tbot",
        "tbot version; systemctl start nginx",
        "docker --context tbot",
    ],
)  # fmt: skip
def test_what_is_no_join(script):
    assert joins(config(script)) == ()


@pytest.mark.parametrize(
    "start",
    ["tbot -c tbot.yaml start", "tbot start -c ./tbot.yaml", "tbot start --config=tbot.yaml",
     "TBOT_CONFIG_PATH=tbot.yaml tbot start", "export TBOT_CONFIG_PATH=$PWD/tbot.yaml\ntbot start",
     "cd sub\ntbot start -c ../tbot.yaml"],
)  # fmt: skip
@pytest.mark.parametrize("earlier", [True, False])
def test_a_file_in_the_checkout_or_written_before(tmp_path, start, earlier):
    if not earlier:
        (tmp_path / "tbot.yaml").write_text(FILE, encoding="utf-8")
    join = joined(*([written()] if earlier else []), start, folder=tmp_path)
    assert (join.method, join.token, join.oneshot, join.unread) == ("circleci", "from-file", True, False)
    assert join.value("proxy-server") == "example.teleport.sh:443"
    assert join.value("storage") == "memory://"
    assert [(one.type, one.folder, one.value("destination")) for one in join.services] == [
        ("identity", "/tmp/out", "/tmp/out")
    ]
    (token,) = [setting for setting in join.given if setting.flag == "token"]
    assert (token.name, token.span.text, token.origin) == ("onboarding.token", "from-file", Origin.FILE)
    source = token.span.source
    assert source.name == "config.yml" if earlier else source.name.endswith("tbot.yaml")
    assert token.span.line == (source.text[: source.text.index("from-file")].count("\n") + 1)


@pytest.mark.parametrize(
    "script",
    [
        written(),
        f"cat <<EOF | tee tbot.yaml\n{FILE}EOF",
        f"cat <<EOF | sudo tee tbot.yaml > /dev/null\n{FILE}EOF",
        f"tee tbot.yaml <<'EOF'\n{FILE}EOF",
        "cat > tbot.yaml <<-EOF\n" + "".join(f"\t{line}\n" for line in FILE.splitlines()) + "\tEOF",
        "METHOD=circleci\ncat > tbot.yaml <<-EOF\n"
        + "".join(f"\t{line}\n" for line in FILE.replace(": circleci", ": $METHOD").splitlines())
        + "\tEOF",
        f"echo '{FILE}' > tbot.yaml",
        f"printf '%s' '{FILE}' > tbot.yaml",
        "printf '" + FILE.replace("\n", "\\n") + "' > tbot.yaml",
        "echo -e '" + FILE.replace("\n", "\\n") + "' > tbot.yaml",
        "printf '%s\\n' " + " ".join(f"'{line}'" for line in FILE.splitlines()) + " > tbot.yaml",
        "{\n" + "".join(f"echo '{line}'\n" for line in FILE.splitlines()) + "} > tbot.yaml",
        "rm -f tbot.yaml\n" + "".join(f"echo '{line}' >> tbot.yaml\n" for line in FILE.splitlines()),
        written("/tmp/t.yaml") + "\ncp /tmp/t.yaml tbot.yaml",
        written("t.yaml") + "\nmv t.yaml tbot.yaml",
        f"cat <<< '{FILE}' > tbot.yaml",
        f"METHOD=circleci\ncat > tbot.yaml <<EOF\n{FILE.replace(': circleci', ': $METHOD')}EOF",
    ],
)
def test_every_way_to_write_a_file(script):
    join = joined(script, "tbot start -c tbot.yaml")
    assert (join.method, join.token, join.oneshot, join.unread) == ("circleci", "from-file", True, False)
    assert [one.folder for one in join.services] == ["/tmp/out"]


@pytest.mark.parametrize(
    "script",
    [
        "envsubst < t.yaml > tbot.yaml",
        written() + "\nsed -i s/circleci/github/ tbot.yaml",
        "curl -o tbot.yaml https://example.com/tbot.yaml",
        "echo 'debug: true' >> tbot.yaml",
        "cat > tbot.yaml <<EOF\n$CONFIG\nEOF",
        "cat > tbot.yaml <<'EOF'\nversion: [\nEOF",
        "echo 'oneshot: true' >> tbot.yaml\nmake >> tbot.yaml",
        "generate | tee tbot.yaml",
    ],
)
def test_a_file_that_cannot_be_known_leaves_the_join_unread(tmp_path, script):
    (tmp_path / "tbot.yaml").write_text(FILE, encoding="utf-8")
    join = joined(script, "tbot start -c tbot.yaml", folder=tmp_path)
    assert (join.method, join.token, join.unread, join.oneshot) == (None, None, True, None)
    assert join.missing_file is None


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "sub").mkdir()
    for path in ("tbot.yaml", "sub/tbot.yaml"):
        missing = joined("make build", f"tbot start -c {path}", folder=tmp_path)
        assert missing.unread
        assert missing.missing_file is not None
        assert missing.missing_file.span.text == f"-c {path}"
    for scripts in (
        ["tbot start -c /etc/tbot.yaml"],
        ["tbot start -c other/tbot.yaml"],
        ["tbot start -c ../tbot.yaml"],
        ['tbot start -c "$FILE"'],
        ["make tbot.yaml", "tbot start -c tbot.yaml"],
        ["make tbot.yaml\ntbot start -c tbot.yaml"],
        ["git clone https://example.com/x .", "tbot start -c tbot.yaml"],
        ["aws s3 cp --recursive s3://b . && tbot start -c tbot.yaml"],
    ):
        assert joined(*scripts, folder=tmp_path).missing_file is None
    text = config("tbot start -c tbot.yaml")
    for other in ("attach_workspace: {at: .}", "restore_cache: {key: k}", "run: 'true'"):
        (join,) = joins(text.replace("- checkout", f"- {other}"), tmp_path)
        assert join.missing_file is None
    text = config("tbot start -c tbot.yaml", head="orbs: {tool: acme/tool@1.0.0}\n")
    (join,) = joins(text.replace("- checkout", "- checkout\n      - tool/make"), tmp_path)
    assert join.missing_file is None


def test_what_only_reads_a_file_leaves_it_as_it_is(tmp_path):
    (tmp_path / "tbot.yaml").write_text(FILE, encoding="utf-8")
    for command in ("sed -n p tbot.yaml", "cat tbot.yaml", "yq .oneshot tbot.yaml", "grep -i token tbot.yaml"):
        assert joined(command, "tbot start -c tbot.yaml", folder=tmp_path).token == "from-file"
    for command in ("sed -i s/a/b/ tbot.yaml", "sed --in-place=.old s/a/b/ tbot.yaml", "perl -pi -e s/a/b/ tbot.yaml"):
        assert joined(command, "tbot start -c tbot.yaml", folder=tmp_path).unread


def test_a_configuration_given_as_a_text():
    encoded = base64.b64encode(FILE.encode()).decode()
    for script in (f"tbot --config-string {encoded} start", f"TBOT_CONFIG={encoded} tbot start"):
        join = joined(script)
        assert (join.method, join.token, join.oneshot) == ("circleci", "from-file", True)
        assert encoded in join.settings["token"].span.text
        assert [one.folder for one in join.services] == ["/tmp/out"]
        assert all(encoded in one.span.text for one in join.services)
    for script in ('tbot --config-string "$CONFIG" start', "TBOT_CONFIG='not base64' tbot start"):
        join = joined(script)
        assert (join.method, join.unread) == (None, True)


def test_flags_count_before_the_environment_and_that_before_the_file():
    join = joined(
        written(),
        "export TELEPORT_BOT_TOKEN=from-environment TELEPORT_PROXY=environment:443\n"
        "tbot start -c tbot.yaml --token from-flag",
    )
    assert (join.token, join.settings["token"].origin) == ("from-flag", Origin.FLAG)
    assert join.settings["proxy-server"].origin is Origin.ENVIRONMENT
    assert [(one.name, one.value) for one in join.given if one.flag == "token"] == [
        ("--token", "from-flag"),
        ("TELEPORT_BOT_TOKEN", "from-environment"),
        ("onboarding.token", "from-file"),
    ]


def test_what_is_absent_and_what_is_not_known():
    plain = joined("tbot start --token demo")
    assert (plain.method, plain.oneshot) == ("token", False)
    assert plain.lacks("join-method")
    assert not plain.lacks("proxy-server")  # A context may hold it.
    for script in ("tbot start $ARGS", 'tbot start "${ARGS[@]}"', 'tbot start "$@"', "tbot start $(flags)"):
        join = joined(script)
        assert (join.method, join.oneshot, join.unread) == (None, None, True)
    quoted = joined('tbot start --join-method "$METHOD" --oneshot')
    assert (quoted.method, quoted.oneshot, quoted.unread) == (None, True, False)
    assert quoted.settings["join-method"].value is None
    assert joins(config('tbot "$COMMAND" --token demo')) == ()


def test_a_file_of_which_something_is_not_known():
    for script in (
        'echo -e "oneshot: true\\nonboarding:\\n  token: $T\\n  join_method: circleci" > t.yaml',
        "printf 'oneshot: true\\nonboarding:\\n  token: %s\\n  join_method: circleci\\n' \"$T\" > t.yaml",
        "cat > t.yaml <<EOF\noneshot: true\nonboarding: {token: ${T}, join_method: circleci}\nEOF",
        "cat > t.yaml <<EOF\noneshot: true\nonboarding: {token: $(a $(b)), join_method: circleci}\nEOF",
        "cat > t.yaml <<EOF\noneshot: true\nonboarding: {token: `a b`, join_method: circleci}\nEOF",
    ):
        join = joined(script, "tbot start -c t.yaml")
        assert (join.method, join.token, join.oneshot, join.unread) == ("circleci", None, True, False)
        assert "token" in join.settings
    listed = "cat > t.yaml <<EOF\nonboarding: {token: demo, join_method: circleci}\nservices: $SERVICES\nEOF"
    join = joined(listed, "tbot start -c t.yaml")
    assert (join.method, join.services, join.unread) == ("circleci", (), True)


def test_a_variable_that_a_script_sets_again_is_not_known():
    keys = "environment: {NAME: outside}"
    assert joined('tbot start --token "$NAME"', keys=keys).token == "outside"
    assert joined('NAME=inside\ntbot start --token "$NAME"', keys=keys).token == "inside"
    assert joined('NAME=one\nNAME=two\ntbot start --token "$NAME"', keys=keys).token is None
    assert joined('NAME=$(name)\ntbot start --token "$NAME"', keys=keys).token is None


def test_each_join_leaves_its_own_files():
    first, second = joins(config("tbot start --destination-dir /tmp/a", "tbot start --destination-dir /tmp/b"))
    assert [[event.folder for event in join.written] for join in (first, second)] == [["/tmp/a"], ["/tmp/b"]]


def test_where_the_folder_is_not_known_only_whole_paths_are():
    away = 'cd "$ELSEWHERE"\ntbot start -c'
    assert joined(written(), f"{away} tbot.yaml").unread
    assert joined(written("/tmp/t.yaml"), f"{away} /tmp/t.yaml").token == "from-file"


def test_pins_in_a_file():
    pins = "cat > t.yaml <<EOF\nonboarding: {{ca_pins: [{}]}}\nEOF"
    assert joined(pins.format("'sha256:1', 'sha256:2'"), "tbot start -c t.yaml").value("ca-pin") == "sha256:1,sha256:2"
    unknown = joined(pins.format("'sha256:1', $PIN"), "tbot start -c t.yaml")
    assert "ca-pin" in unknown.settings
    assert unknown.value("ca-pin") is None


def test_what_is_no_service_in_a_list_of_services():
    join = joined("cat > t.yaml <<EOF\nservices: [text, [], {type: identity}]\nEOF", "tbot start -c t.yaml")
    assert [one.type for one in join.services] == ["identity"]


def test_version_1_of_the_file():
    text = (
        "auth_server: a:443\nonboarding: {join_method: circleci, token: demo}\nstorage: {directory: /tmp/s}\n"
        "destinations:\n  - directory: {path: /tmp/one}\n    kubernetes_cluster: k\n  - memory: {}\n"
        "  - directory: /tmp/two\n"
    )
    join = joined(f"cat > t.yaml <<'EOF'\n{text}EOF", "tbot start -c t.yaml")
    assert (join.value("auth-server"), join.method, join.storage_folder) == ("a:443", "circleci", "/tmp/s")
    assert [(one.type, one.value("destination"), one.folder) for one in join.services] == [
        ("kubernetes", "/tmp/one", "/tmp/one"),
        ("identity", "memory://", None),
        ("identity", "/tmp/two", "/tmp/two"),
    ]
    places = [one.settings["destination"].span.text for one in join.services]
    assert [place for place in places if place.startswith("/")] == ["/tmp/one", "/tmp/two"]
    assert join.settings["storage"].span.text == "/tmp/s"
