"""What a join is told by its environment: of the job, the step, the image, earlier steps, the script and containers."""

from __future__ import annotations

import pytest

from orbgen.access.join import Join, Origin, Program
from tests.access.joining import config, joined, joins, said

START = "tbot start --join-method circleci"


def proxy(join: Join) -> tuple[str | None, str] | None:
    setting = join.settings.get("proxy-server")
    return None if setting is None else (setting.value, setting.span.text)


@pytest.mark.parametrize(
    ("scripts", "keys", "step", "expected"),
    [
        ([START], "environment: {TELEPORT_PROXY: p:443}", "", ("p:443", "p:443")),
        ([START], "environment:\n  - TELEPORT_PROXY: p:443", "", ("p:443", "p:443")),
        ([START], "environment: {TELEPORT_PROXY: a:1}", "environment: {TELEPORT_PROXY: p:443}", ("p:443", "p:443")),
        ([f"TELEPORT_PROXY=p:443 {START}"], "", "", ("p:443", "TELEPORT_PROXY=p:443 ")),
        ([f"env TELEPORT_PROXY=p:443 {START}"], "", "", ("p:443", "env TELEPORT_PROXY=p:443 ")),
        ([f"export TELEPORT_PROXY=p:443\n{START}"], "", "", ("p:443", "TELEPORT_PROXY=p:443")),
        ([f"TELEPORT_PROXY=p:443\nexport TELEPORT_PROXY\n{START}"], "", "", ("p:443", "TELEPORT_PROXY=p:443")),
        ([f"declare -x TELEPORT_PROXY=p:443\n{START}"], "", "", ("p:443", "TELEPORT_PROXY=p:443")),
        ([f"set -a\nTELEPORT_PROXY=p:443\n{START}"], "", "", ("p:443", "TELEPORT_PROXY=p:443")),
        ([f"TELEPORT_PROXY=p:443\n{START}"], "environment: {TELEPORT_PROXY: a:1}", "",
         ("p:443", "TELEPORT_PROXY=p:443")),
        ([f"HOST=p\nexport TELEPORT_PROXY=$HOST:443\n{START}"], "", "", ("p:443", "TELEPORT_PROXY=$HOST:443")),
        ([f"export TELEPORT_PROXY=$(host)\n{START}"], "", "", (None, "TELEPORT_PROXY=$(host)")),
        (['echo "export TELEPORT_PROXY=p:443" >> "$BASH_ENV"', START], "", "", ("p:443", "TELEPORT_PROXY=p:443")),
        (["echo 'export TELEPORT_PROXY=p:443' >> $BASH_ENV\nsource $BASH_ENV\n" + START], "", "",
         ("p:443", "TELEPORT_PROXY=p:443")),
        (["cat >> $BASH_ENV <<EOF\nexport A=b\nexport TELEPORT_PROXY=p:443\nEOF", START], "", "",
         ("p:443", "TELEPORT_PROXY=p:443")),
        (["{\necho 'export A=b'\necho 'export TELEPORT_PROXY=p:443'\n} >> $BASH_ENV", START], "", "",
         ("p:443", "TELEPORT_PROXY=p:443")),
        (["printf 'export %s=%s\\n' TELEPORT_PROXY p:443 | tee -a $BASH_ENV", START], "", "", ("p:443", None)),
        (["HOST=p\necho \"export TELEPORT_PROXY=$HOST:443\" >> $BASH_ENV", START], "", "", ("p:443", None)),
        (["echo \"export TELEPORT_PROXY=$(host)\" >> $BASH_ENV", START], "", "", (None, None)),
        (["echo 'export TELEPORT_PROXY=p:443' >> $BASH_ENV", START], "", "environment: {TELEPORT_PROXY: a:1}",
         ("p:443", None)),
    ],
)  # fmt: skip
def test_who_may_set_the_proxy(scripts, keys, step, expected):
    join = joins(config(*scripts, keys=keys, step=step))[-1]
    setting = join.settings["proxy-server"]
    assert (setting.name, setting.origin) == ("TELEPORT_PROXY", Origin.ENVIRONMENT)
    value, place = expected
    assert setting.value == value
    if place is not None:
        assert setting.span.text.strip() == place.strip()


@pytest.mark.parametrize(
    ("scripts", "keys"),
    [
        ([f"TELEPORT_PROXY=p:443\n{START}"], ""),
        ([f"export TELEPORT_PROXY=p:443\nunset TELEPORT_PROXY\n{START}"], ""),
        ([f"{START}\nexport TELEPORT_PROXY=p:443"], ""),
        ([f"env -u TELEPORT_PROXY {START}"], "environment: {TELEPORT_PROXY: p:443}"),
        ([f"env --unset=TELEPORT_PROXY {START}"], "environment: {TELEPORT_PROXY: p:443}"),
        ([f"env -i PATH=/bin {START}"], "environment: {TELEPORT_PROXY: p:443}"),
        ([f"unset A TELEPORT_PROXY; {START}"], "environment: {TELEPORT_PROXY: p:443}"),
        (["export TELEPORT_PROXY=p:443", START], ""),
        (["echo 'unset TELEPORT_PROXY' >> $BASH_ENV", START], "environment: {TELEPORT_PROXY: p:443}"),
        ([f"TELEPORT_PROXY=p:443 true; {START}"], ""),
        ([START], 'environment: {TELEPORT_PROXY: ""}'),
    ],
)
def test_where_it_is_not_set(scripts, keys):
    assert "proxy-server" not in said(joined(*scripts, keys=keys))


def test_what_the_image_of_the_job_sets():
    text = config(START, keys="environment: {TELEPORT_BOT_TOKEN: job}").replace(
        "cimg/base:2026.01'}", "cimg/base:2026.01', environment: {TELEPORT_PROXY: p:443, TELEPORT_BOT_TOKEN: image}}"
    )
    (join,) = joins(text)
    assert (join.value("proxy-server"), join.token) == ("p:443", "job")


def test_what_is_unset_leaves_what_is_set_behind_it():
    keys = "environment: {TELEPORT_PROXY: p:443}"
    join = joined(f"unset TELEPORT_PROXY\nexport TELEPORT_BOT_TOKEN=demo\n{START}", keys=keys)
    assert said(join) == {"join-method": "circleci", "token": "demo"}


def test_sudo_may_take_the_environment_away():
    keys = "environment: {TELEPORT_PROXY: p:443}"
    taken = joined(f"sudo {START}", keys=keys)
    assert "proxy-server" not in said(taken)
    assert taken.unread
    assert said(joined(f"sudo -E {START}", keys=keys))["proxy-server"] == "p:443"
    assert said(joined(f"sudo TELEPORT_PROXY=q:443 {START}", keys=keys))["proxy-server"] == "q:443"
    assert not joined(f"sudo {START}").unread


def test_other_variables_that_tbot_reads():
    join = joined(f"export TELEPORT_AUTH_SERVER=a:3025 TELEPORT_BOT_TOKEN=demo TBOT_DEBUG=1\n{START}")
    assert said(join) == {"auth-server": "a:3025", "token": "demo", "debug": "true", "join-method": "circleci"}
    assert said(joined(f"export TBOT_DEBUG=false\n{START}"))["debug"] == "false"


def test_parameters_are_known_where_they_are_given_and_unknown_where_circleci_fills_them_in():
    head = "parameters: {proxy: {type: string, default: p:443}}\n"
    text = config(f"TELEPORT_PROXY=@ {START} --token @ --oneshot", head=head).replace(
        "@", "<< pipeline.parameters.proxy >>"
    )
    (join,) = joins(text)
    assert said(join) == {"proxy-server": None, "join-method": "circleci", "token": None, "oneshot": "true"}
    assert join.settings["token"].span.text == "--token << pipeline.parameters.proxy >>"
    command = (
        "commands:\n  join:\n    parameters: {proxy: {type: string}}\n    steps:\n"
        "      - run:\n          environment: {TELEPORT_PROXY: << parameters.proxy >>}\n"
        f"          command: {START} --token << parameters.proxy >>\n"
    )
    text = config("true", head=command).replace("      - checkout\n", "      - join: {proxy: q:443}\n")
    (join,) = joins(text)
    assert (join.token, proxy(join)) == ("q:443", ("q:443", "q:443"))
    written = "cat > t.yaml <<'EOF'\nonboarding:\n  token: @\n  join_method: circleci\nEOF"
    text = config(written, "tbot start -c t.yaml", head=head).replace("@", "<< pipeline.parameters.proxy >>")
    (join,) = joins(text)
    assert said(join) == {"config": "t.yaml", "token": None, "join-method": "circleci"}
    assert join.settings["token"].span.text == "<< pipeline.parameters.proxy >>"


IMAGE = "public.ecr.aws/gravitational/tbot-distroless:17.5.2"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (f"docker run --rm -it {IMAGE} start --token demo", {"token": "demo"}),
        (f"docker --context prod -H tcp://h run {IMAGE} start --token demo", {"token": "demo"}),
        (f"docker run --pull=always --read-only {IMAGE} start --token demo", {"token": "demo"}),
        (f"docker container run {IMAGE} start --token demo", {"token": "demo"}),
        (f"sudo podman run {IMAGE} start --token demo", {"token": "demo"}),
        ("docker run quay.io/x/tbot-fips-distroless-debug start --token demo", {"token": "demo"}),
        ("docker run --entrypoint tbot acme/teleport-distroless:17 start --token demo", {"token": "demo"}),
        ("docker run --entrypoint=/usr/local/bin/tbot x/teleport-ent-distroless start --token demo", {"token": "demo"}),
        (f"docker run -e TELEPORT_PROXY=p:443 {IMAGE} start", {"proxy-server": "p:443"}),
        (f"docker run --env=TELEPORT_PROXY=p:443 {IMAGE} start", {"proxy-server": "p:443"}),
        (f"docker run -e TELEPORT_PROXY {IMAGE} start", {"proxy-server": "outside:443"}),
        (f"docker run -e TELEPORT_AUTH_SERVER {IMAGE} start", {"auth-server": None}),
        (f'docker run -e TELEPORT_PROXY="$P" {IMAGE} start', {"proxy-server": None}),
        (f"docker run --name b --network host {IMAGE} start --token demo", {"token": "demo"}),
    ],
)
def test_tbot_in_a_container(command, expected):
    join = joined(command, keys="environment: {TELEPORT_PROXY: outside:443}")
    assert said(join) == expected
    assert not join.unread


@pytest.mark.parametrize(
    "command",
    [
        f"docker run {IMAGE} version",
        f"docker run --entrypoint sh {IMAGE} start",
        "docker run public.ecr.aws/gravitational/teleport-distroless:17 start",
        f"docker build -t {IMAGE} start",
        "docker run acme/tbot start",
        "docker run",
        "docker run --rm -it",
        'docker run "$IMAGE" start',
        f"docker --context prod ps {IMAGE} start",
    ],
)
def test_containers_that_do_not_start_tbot(command):
    assert joins(config(command)) == ()


def test_the_files_of_a_container(tmp_path):
    (tmp_path / "tbot.yaml").write_text("onboarding: {join_method: circleci, token: demo}\n", encoding="utf-8")
    start = f"{IMAGE} start -c /etc/tbot/tbot.yaml --destination-dir /out/x --data-dir /inside"
    for mount in ("-v $PWD:/etc/tbot -v /tmp/o:/out", "--volume ./tbot.yaml:/etc/tbot/tbot.yaml:ro -v/tmp/o:/out",
                  "--mount type=bind,source=$PWD,target=/etc/tbot -v /tmp/o:/out"):  # fmt: skip
        join = joined(f"docker run {mount} {start}", folder=tmp_path)
        assert (join.method, join.token, join.unread) == ("circleci", "demo", False)
        assert [one.folder for one in join.services] == ["/tmp/o/x"]
        assert join.storage_folder is None
    unmounted = joined(f"docker run {start}", folder=tmp_path)
    assert (unmounted.method, unmounted.unread) == (None, True)
    assert joined(f"docker run --env-file e {IMAGE} start --oneshot").unread


@pytest.mark.parametrize("program", ["terraform", "tofu", "/usr/bin/terraform"])
@pytest.mark.parametrize("action", ["plan", "apply -auto-approve", "destroy", "import a b", "refresh"])
def test_terraform_joins_by_its_environment(program, action):
    keys = "environment: {TF_TELEPORT_JOIN_METHOD: circleci, TF_TELEPORT_JOIN_TOKEN: demo, TF_TELEPORT_ADDR: p:443}"
    join = joined(f"{program} -chdir=infra {action}", keys=keys)
    assert (join.program, join.method, join.token, join.oneshot) == (Program.TERRAFORM, "circleci", "demo", True)
    assert proxy(join) == ("p:443", "p:443")
    assert join.services == ()
    # A provider block may say more.
    assert join.unread


def test_who_may_name_what_joins():
    """The scripts need not: variables of the job and of the step may."""
    for keys, step in (("environment: {BIN: /opt/tbot, A: b}", ""), ("", "environment: {BIN: /opt/tbot}")):
        assert joined('"$BIN" start --token demo', keys=keys, step=step).token == "demo"
    method = "TF_TELEPORT_JOIN_METHOD: circleci"
    for keys, step in ((f"environment: {{{method}, A: b}}", ""), ("environment: {A: b}", f"environment: {{{method}}}")):
        assert joined("terraform plan", keys=keys, step=step).method == "circleci"


def test_terraform_that_does_not_join():
    keys = "environment: {TF_TELEPORT_JOIN_METHOD: circleci}"
    for action in ("init", "fmt", "validate", "--version"):
        assert joins(config(f"terraform {action}", keys=keys)) == ()
    assert joins(config("terraform plan")) == ()
    assert joins(config("terraform plan", keys="environment: {TF_TELEPORT_ADDR: p:443}")) == ()
    exported = joined("export TF_TELEPORT_JOIN_METHOD=$METHOD\nterraform plan")
    assert exported.method is None


@pytest.mark.parametrize(
    ("script", "value", "surely"),
    [
        ("if cond; then\nexport TELEPORT_PROXY=p\nSTART\nfi", "p", True),
        ("if cond; then\nexport TELEPORT_PROXY=p\nfi\nSTART", None, False),
        ("if cond; then\nexport TELEPORT_PROXY=p\nelse\nSTART\nfi", None, False),
        ("if export TELEPORT_PROXY=p; then\nSTART\nfi", "p", True),
        ("case $x in\na) export TELEPORT_PROXY=p;;\nesac\nSTART", None, False),
        ("for x in a b; do\nexport TELEPORT_PROXY=p\ndone\nSTART", None, False),
        ("set_it() { export TELEPORT_PROXY=p; }\nSTART", None, False),
        ("cond && export TELEPORT_PROXY=p\nSTART", None, False),
        ("cond && export TELEPORT_PROXY=p && START", "p", True),
        ("cond || export TELEPORT_PROXY=p\nSTART", None, False),
        ("export TELEPORT_PROXY=p && cond\nSTART", "p", True),
        ("{ export TELEPORT_PROXY=p; }\nSTART", "p", True),
        ("export TELEPORT_PROXY=p\nif cond; then\nunset TELEPORT_PROXY\nfi\nSTART", None, False),
        ("export TELEPORT_PROXY=a\nexport TELEPORT_PROXY+=:443\nSTART", None, True),
    ],
)
def test_what_is_set_only_in_some_cases_is_not_surely_set(script, value, surely):
    join = joined(script.replace("START", START))
    assert ("proxy-server" in join.settings) is surely
    assert join.value("proxy-server") == value
    assert join.unread is not surely


@pytest.mark.parametrize(
    ("script", "expected", "partial"),
    [
        ('args=(start --token demo)\ntbot "${args[@]}"', {"token": "demo"}, False),
        (
            'args=(--token demo)\nargs+=(--oneshot)\ntbot start "${args[@]}"',
            {"token": "demo", "oneshot": "true"},
            False,
        ),
        ('args=(--token "$T" --oneshot)\ntbot start ${args[*]}', {"token": None, "oneshot": "true"}, False),
        ('args=(--token demo)\nif x; then args+=(--oneshot); fi\ntbot start "${args[@]}"', {"token": "demo"}, True),
        ('if x; then args=(--oneshot); fi\ntbot start "${args[@]}"', {}, True),
        ('tbot start "${args[@]}"\nargs=(--oneshot)', {}, True),
        ('args=(--oneshot)\nargs=(--token demo)\ntbot start "${args[@]}"', {"token": "demo"}, False),
        ('args=--oneshot\ntbot start "${args[@]}"', {}, True),
        ("args=(--oneshot)\ntbot start --token '${args[@]}'", {"token": "${args[@]}"}, False),
    ],
)
def test_arrays_of_arguments(script, expected, partial):
    join = joined(script)
    assert said(join) == expected
    assert join.unread is partial
    if "token" in expected:
        assert join.settings["token"].span.text.startswith("--token")
