"""tbot's command line: every flag of every form, in every way to write it, for each version."""

from __future__ import annotations

import pytest

from orbgen.shell.arguments import split
from orbgen.shell.script import read_script
from orbgen.teleport.tbot import LEGACY, services, start_flags, subcommands
from orbgen.teleport.tbot_command import TbotStart, join_uri, read_tbot
from orbgen.teleport.versions import Version, VersionRange

VERSIONS = [Version(14, 0, 0), Version(16, 0, 0), Version(17, 0, 0), Version(18, 2, 0), Version(19, 0, 0)]

# For 14, 16, 17, 18 and 19: `y` it takes the flag, `-` it does not, `?` not known. A form that a version does not have
# is `-` throughout.
EVERY = "y y y y y"
SUB = "- - y y y"
GLOBAL = {
    "debug": EVERY, "config": EVERY, "config-string": EVERY, "fips": EVERY, "insecure": EVERY, "log-format": EVERY,
    "trace": EVERY, "trace-exporter": EVERY,
}  # fmt: skip
START = {
    "auth-server": EVERY, "proxy-server": "- y y y y", "proxy": "y y y y -", "token": EVERY, "join-method": EVERY,
    "ca-pin": EVERY, "certificate-ttl": EVERY, "renewal-interval": EVERY, "oneshot": EVERY, "diag-addr": EVERY,
    "join-uri": "- - ? ? y", "scoped": "- - - ? y", "pid-file": "- - - ? y",
}  # fmt: skip
OLD = {"data-dir": EVERY, "destination-dir": EVERY}
NEW = {
    "storage": SUB, "registration-secret": "- - - y y", "registration-secret-path": "- - - y y",
    "static-key-path": "- - - y y",
}  # fmt: skip
OUTPUT = {"destination": SUB, "reader-user": SUB, "reader-group": SUB}
OWN = {
    "identity": (OUTPUT, {"cluster": SUB, "allow-reissue": "- - - y y"}),
    "kubernetes": (OUTPUT, {"kubernetes-cluster": SUB, "disable-exec-plugin": SUB}),
    "kubernetes/v2": (OUTPUT, {"name-selector": "- - - y y", "label-selector": "- - - y y",
                               "disable-exec-plugin": "- - - y y"}),
    "application": (OUTPUT, {"app": SUB, "specific-tls-extensions": SUB}),
    "application-tunnel": ({}, {"listen": SUB, "app": SUB}),
    "application-proxy": ({}, {"listen": "- - ? ? y"}),
    "database": (OUTPUT, {"service": SUB, "username": SUB, "database": SUB, "format": SUB}),
    "database-tunnel": ({}, {"listen": SUB, "service": SUB, "username": SUB, "database": SUB}),
    "ssh-multiplexer": ({}, {"destination": SUB, "enable-resumption": SUB, "proxy-command": SUB,
                             "proxy-templates-path": SUB}),
    "workload-identity-x509": (OUTPUT, {"name-selector": "- - ? y y", "label-selector": "- - ? y y",
                                        "include-federated-trust-bundles": "- - ? y y"}),
    "workload-identity-jwt": (OUTPUT, {"name-selector": "- - ? y y", "label-selector": "- - ? y y",
                                       "audience": "- - ? y y"}),
    "workload-identity-api": ({}, {"name-selector": "- - ? y y", "label-selector": "- - ? y y", "listen": "- - ? y y"}),
    "workload-identity-aws-roles-anywhere": (OUTPUT, {
        "name-selector": "- - ? y y", "label-selector": "- - ? y y", "role-arn": "- - ? y y",
        "profile-arn": "- - ? y y", "trust-anchor-arn": "- - ? y y"}),
    "spiffe-svid": (OUTPUT, {}),
    "noop": ({}, {}),
}  # fmt: skip
# Since when each form is there, as above; what it takes is cut by this.
FORMS = {
    LEGACY: EVERY, "identity": SUB, "kubernetes": SUB, "kubernetes/v2": "- - - y y", "application": SUB,
    "application-tunnel": SUB, "application-proxy": "- - ? ? y", "database": SUB, "database-tunnel": SUB,
    "ssh-multiplexer": SUB, "workload-identity-x509": "- - ? y y", "workload-identity-jwt": "- - ? y y",
    "workload-identity-api": "- - ? y y", "workload-identity-aws-roles-anywhere": "- - ? y y",
    "spiffe-svid": "- - y ? -", "noop": "- - - ? y",
}  # fmt: skip
SWITCHES = {
    "debug", "fips", "insecure", "trace", "oneshot", "scoped", "allow-reissue", "disable-exec-plugin",
    "specific-tls-extensions", "enable-resumption", "include-federated-trust-bundles",
}  # fmt: skip
ANSWERS = {"y": True, "-": False, "?": None}


def rows(form: str) -> dict[str, str]:
    """The flags of a form."""
    if form == LEGACY:
        return {**GLOBAL, **START, **OLD}
    common, own = OWN[form]
    return {**GLOBAL, **START, **NEW, **common, **own}


def least(*answers: bool | None) -> bool | None:
    return False if False in answers else None if None in answers else True


def parsed(line: str) -> TbotStart | None:
    (command,) = read_script(line).commands[:1]
    return read_tbot(split(command.words[1:], lambda word: word.literal))


@pytest.mark.parametrize("form", FORMS)
def test_every_flag_of_every_form_by_version(form):
    service = subcommands()[form]
    for index, version in enumerate(VERSIONS):
        versions = VersionRange.only(version)
        there = ANSWERS[FORMS[form].split()[index]]
        assert service.starts(versions) is there
        for flag, row in rows(form).items():
            expected = least(there, ANSWERS[row.split()[index]])
            assert least(service.starts(versions), service.takes(flag, versions)) is expected, (flag, version)
        surplus = set(service.flags) - set(rows(form)) - {"help"}
        assert surplus == set()
        for flag in set(start_flags()) - set(rows(form)) - {"help"}:
            assert service.takes(flag, versions) is (None if service.open else False), (flag, version)


@pytest.mark.parametrize("form", FORMS)
def test_every_flag_of_every_form_in_every_way_to_write_it(form):
    start = "start" if form == LEGACY else f"start {form}"
    for flag in rows(form):
        assert (start_flags()[flag].switch) is (flag in SWITCHES)
        if flag in SWITCHES:
            ways = {f"--{flag}": "true", f"--no-{flag}": "false"}
        else:
            ways = {f"--{flag} one": "one", f"--{flag}=one": "one", f"--{flag} 'one two'": "one two", f"--{flag}=": ""}
        for way, value in ways.items():
            for line in (f"tbot {way} {start}", f"tbot {start} {way}", f"tbot start {way} {form}"):
                command = parsed(line)
                assert command is not None, line
                assert command.value(flag) == value, line
                assert command.service in (form, None)
                assert command.service == form or form == LEGACY
                assert not command.partial


def test_all_names_of_a_service():
    assert {name for name, one in subcommands().items() if one.type == "identity"} == {"identity", "ssh", "id"}
    assert set(FORMS) == {one.type for one in subcommands().values()}
    assert all(services()[form].type == form for form in FORMS)


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("tbot start -d", {"debug": "true"}),
        ("tbot start -a host", {"auth-server": "host"}),
        ("tbot start -c F", {"config": "F"}),
        ("tbot start -cF", {"config": "F"}),
        ("tbot start -dc F", {"debug": "true", "config": "F"}),
        ("tbot start --bogus value", {"bogus": "value"}),
        ("tbot --bogus start", {"bogus": "true"}),
        ("tbot start --bogus --token t", {"bogus": "true", "token": "t"}),
        ("tbot start --bogus", {"bogus": "true"}),
        ("tbot start --token", {"token": None}),
        ("tbot start -z value", {"z": "value"}),
        ("tbot start --ca-pin a --ca-pin b", {"ca-pin": "b"}),
        ("tbot start --token=$T --oneshot", {"token": None, "oneshot": "true"}),
        ("tbot start --token $T --oneshot", {"token": None, "oneshot": "true"}),
    ],
)
def test_odd_ways_to_write_flags(line, given):
    command = parsed(line)
    assert command is not None
    assert {name: flag.value for name, flag in command.flags.items()} == given
    assert not command.partial


def test_every_flag_is_kept_with_its_place():
    line = "tbot start -d --ca-pin a --no-oneshot --ca-pin=b"
    command = parsed(line)
    assert command is not None
    assert [(flag.name, flag.written, line[flag.start : flag.end]) for flag in command.all] == [
        ("debug", "-d", "-d"),
        ("ca-pin", "--ca-pin", "--ca-pin a"),
        ("oneshot", "--no-oneshot", "--no-oneshot"),
        ("ca-pin", "--ca-pin", "--ca-pin=b"),
    ]


@pytest.mark.parametrize(
    ("line", "partial", "service"),
    [
        ("tbot start $FLAGS", True, None),
        ('tbot start "$SERVICE"', True, None),
        ('tbot start "$@"', True, None),
        ('tbot start "${FLAGS[@]}" identity', True, "identity"),
        ("tbot start identity $(flags)", True, "identity"),
        ("tbot start --$FLAG", True, None),
        ("tbot start --tok$EN", True, None),
        ("tbot $GLOBAL start legacy", True, "legacy"),
        ("tbot start nonsense surplus", False, "nonsense"),
        ("tbot start -- identity", False, "identity"),
    ],
)
def test_words_that_are_not_known(line, partial, service):
    command = parsed(line)
    assert command is not None
    assert (command.partial, command.service) == (partial, service)
    assert command.legacy is (service == "legacy")


def test_surplus_words():
    command = parsed("tbot start identity one two")
    assert command is not None
    assert [word.value for word in command.surplus] == ["one", "two"]


@pytest.mark.parametrize(
    "line", ["tbot", "tbot version", "tbot help start", "tbot start --help", "tbot start -h", 'tbot "$X" start',
             "tbot $X", "tbot configure start"],
)  # fmt: skip
def test_what_does_not_start_it(line):
    assert parsed(line) is None


@pytest.mark.parametrize(
    "uri",
    ["", "tbot", "tbot+proxy", "tbot+proxy+circleci", "tbot+proxy+circleci://host", "tbot+other+circleci://t@h",
     "other+proxy+circleci://t@h", "https://t@h"],
)  # fmt: skip
def test_what_is_no_join_uri(uri):
    assert join_uri(uri) == {}
