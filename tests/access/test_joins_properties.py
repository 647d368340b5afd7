"""Reading joins never fails, and never makes up a value: whatever a script says, what is not known stays unknown."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbgen.access.join import Join
from orbgen.access.join_file import file_join
from orbgen.access.join_versions import stated_versions
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.source.reader import read
from tests.access.joining import HEAD, JOBS, WORKFLOWS, joins

# Pieces of which scripts that have to do with tbot are made; those with a number in them are not known anywhere.
PIECES = [
    "tbot", "start", "identity", "legacy", "--token", "--token=", "-c", "tbot.yaml", "--oneshot", "-d", "--storage",
    "memory://", "--join-uri", "tbot+proxy+circleci://t@h", "--destination", "$UNKNOWN1", '"$UNKNOWN2"', "${UNKNOWN3}",
    "$(unknown4)", "`unknown5`", "${UNKNOWN6:-x}", '"${UNKNOWN7[@]}"', "@PARAMETER@", "sudo",
    "env", "-u", "TELEPORT_PROXY=p", "TELEPORT_PROXY=$UNKNOWN8", "nohup", "timeout", "5", "\n", "\n", ";", "&", "&&",
    "|", "(", ")", "{", "}", "if", "then", "fi", "<<EOF", "EOF\n", "<<<", ">", ">>", "$BASH_ENV", "cat", "echo",
    "printf", "tee", "'export TELEPORT_PROXY=p'", "'onboarding: {token: demo}'", '"token: $UNKNOWN9"', "export",
    "unset",
    "A=tbot", "$A", "docker", "run", "-e", "-v", "a:/b", "tbot-distroless:17", "terraform", "apply", "cd", "..", "rm",
    "'", '"',
    "\\", "#", "\t", "-", "--", "=", "\ue000", "é", "TBOT_CONFIG=b25ib2FyZGluZzoK", "systemctl", "curl",
    "https://cdn.teleport.dev/teleport-v17.5.2-linux-amd64-bin.tar.gz", "https://cdn.teleport.dev/install.sh", "bash",
    "-s", "apt-get", "install", "teleport=17.5.2", "function", "join()", "mktemp", "$(mktemp -d)",
]  # fmt: skip
VALUES = [
    "t", "circleci", "'a b'", '""', "$UNKNOWN1", '"$UNKNOWN2"', "a$UNKNOWN3", "$(unknown4)", "${UNKNOWN5:-x}", "$A",
    "$B", "@PARAMETER@", "x@PARAMETER@", "$PWD/tbot.yaml", "tbot.yaml", "memory://", "tbot+proxy+circleci://$UNKNOWN6@h",
]  # fmt: skip
FLAGS = [
    "--token", "--join-method", "--proxy-server", "-c", "--config-string", "--storage", "--destination", "--data-dir",
    "--destination-dir", "--join-uri", "--oneshot", "-d", "--bogus", "--$UNKNOWN7", "$UNKNOWN8", "@PARAMETER@",
]  # fmt: skip
values = st.sampled_from(VALUES)
words = st.lists(st.tuples(st.sampled_from(FLAGS), st.sampled_from([" ", "="]), values).map("".join), max_size=4)
starts = st.tuples(
    st.sampled_from(["", "sudo ", "env A=$UNKNOWN9 ", "TELEPORT_PROXY=@PARAMETER@ ", "TBOT_CONFIG_PATH=tbot.yaml "]),
    st.sampled_from(["tbot start ", "tbot start identity ", "tbot start $UNKNOWN10 ",
                     "docker run -e TELEPORT_PROXY=$UNKNOWN11 -v $PWD:/w tbot-distroless:$UNKNOWN12 start "]),
    words.map(" ".join), st.sampled_from(["", " &", " | tee log", " > log"]),
).map("".join)  # fmt: skip
statements = st.one_of(
    starts,
    st.tuples(st.sampled_from(["A=", "B=", "export A=", "export TELEPORT_PROXY=", "export TBOT_CONFIG="]), values).map(
        "".join
    ),
    values.map(lambda value: f'echo "export TELEPORT_PROXY={value.strip(chr(34))}" >> $BASH_ENV'),
    values.map(lambda value: f"cat > tbot.yaml <<EOF\nonboarding:\n  token: {value}\n  join_method: $UNKNOWN13\nEOF"),
    values.map(lambda value: f"printf 'proxy_server: %s\\nstorage: x\\n' {value} >> tbot.yaml"),
    values.map(lambda value: f"curl https://cdn.teleport.dev/teleport-v{value}-linux-amd64-bin.tar.gz"),
    st.sampled_from(["unset TELEPORT_PROXY", "cd $UNKNOWN14", "rm tbot.yaml", "source $BASH_ENV"]),
)
likely = st.lists(statements, min_size=1, max_size=6).map("\n".join)
scripts = st.one_of(likely, st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))


def read_all(*texts: str) -> tuple[Join, ...]:
    """The joins of a job that runs some scripts, in which `@PARAMETER@` is a parameter that only CircleCI knows."""
    escaped = [json.dumps(text.strip() or "true", ensure_ascii=False).replace("<<", "\\\\<<") for text in texts]
    commands = [text.replace("@PARAMETER@", "<< pipeline.parameters.unknown >>") for text in escaped]
    text = (
        f"{HEAD}parameters: {{unknown: {{type: string, default: made-up}}}}\n{JOBS}    steps:\n"
        + "".join([f"      - run: {command}\n" for command in commands])
        + WORKFLOWS
    )
    (run,) = compile_document(read(text.encode(), "config.yml"), Inputs()).job_runs
    stated_versions(run)
    return joins(text)


def is_made_up(value: str | None) -> bool:
    """Whether a value has something in it that stands for what is not known."""
    return value is not None and any([sign in value for sign in ("UNKNOWN", "unknown", "xxxx", "made-up", "\ue000")])


@settings(max_examples=80, deadline=None)
@given(first=scripts, second=scripts)
def test_whatever_scripts_say_nothing_fails_and_nothing_is_made_up(first, second):
    for join in read_all(first, f"{second}\ntbot start -c tbot.yaml"):
        values = [*join.given, *[setting for service in join.services for setting in service.settings.values()]]
        assert [one for one in values if is_made_up(one.value)] == []
        assert not any([is_made_up(text) for text in (join.method, join.token, join.storage_folder)])
        for one in values:
            assert 0 <= one.span.start <= one.span.end <= len(one.span.source.text)
        for service in join.services:
            assert not is_made_up(service.folder)
            assert 0 <= service.span.start <= service.span.end


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.sampled_from("ab:{}[]-,'\"#&*!|>% \n$<x\ue000é"), max_size=60))
def test_whatever_a_file_says_nothing_fails(text):
    lines = "".join([f"echo {line!r} >> tbot.yaml\n" for line in text.splitlines() if "'" not in line])
    for join in read_all(f"{lines}tbot start -c tbot.yaml"):
        assert join.step == 0
    quoted = "".join([f"{line}\n" for line in text.splitlines() if line.strip() != "EOF"])
    read_all(f"cat > tbot.yaml <<'EOF'\n{quoted}EOF\ntbot start -c tbot.yaml")


@pytest.mark.parametrize(
    "text",
    ["onboarding: demo", "onboarding: [a]", "services: {a: b}", "services: [a, [b], null]", "storage: [a]",
     "services:\n  - destination: [a]\n    type: [b]", "onboarding: {token: [a, {b: c}], ca_pins: a}",
     "destinations: [{directory: [a]}, {memory: null}]", "join_uri: [a]", "<<: {oneshot: true}",
     "? [a]\n: b", "oneshot: !!binary aGk=", "onboarding: {bound_keypair: {registration_secret: {a: b}}}"],
)  # fmt: skip
def test_files_of_odd_shapes(text):
    document = read(text.encode(), "tbot.yaml")
    file_join(document)
    read_all(f"cat > t.yaml <<'EOF'\n{text}\nEOF\ntbot start -c t.yaml")
