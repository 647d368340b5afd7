"""The step that runs a command on a server: what the server gets, and what the step makes of it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def joined(request):
    """The image holds tbot and tsh, and the job has joined."""
    for name in ("job", "any_job"):
        if name in request.fixturenames:
            job = request.getfixturevalue(name)
            job.install_fakes()
            assert job.join().code == 0


def test_a_command_runs_on_the_server(any_job):
    result = any_job.ssh("pwd && echo $USER")
    assert result.code == 0, result.output
    assert result.output.splitlines() == [str(any_job.servers / "shop-1"), "deploy"]


@pytest.mark.parametrize("code", [1, 3, 127, 255])
def test_the_exit_code_of_the_command_is_the_steps(any_job, code):
    assert any_job.ssh(f"exit {code}").code == code


def test_the_proxy_and_the_identity_are_those_of_the_join(job):
    assert job.ssh("true", PARAM_PROXY="example.teleport.sh").code == 0
    call = job.calls[-1]
    folder = job.run("echo $TELEPORT_CREDENTIALS")
    assert call["arguments"] == [
        "-i",
        f"{folder}/identity/identity",
        "--proxy=example.teleport.sh:443",
        "ssh",
        "deploy@shop-1",
        "true",
    ]


def test_a_leaf_cluster_is_passed_on(job):
    assert job.ssh("echo $TELEPORT_CLUSTER", PARAM_CLUSTER="leaf one").output == "leaf one\n"


def test_several_lines_and_quotes_reach_the_server_as_they_are(job):
    result = job.ssh("set -e\nname='it is \"quoted\"'\necho \"$name\"\necho 'a  b' \\\\ `echo c` *\n")
    assert result.output == 'it is "quoted"\na  b \\ c *\n'


def test_the_environment_of_the_job_is_not_put_into_the_command(job):
    job.environment["SECRET"] = "hidden"
    assert job.ssh("echo [${SECRET:-}] [${CIRCLE_OIDC_TOKEN:-}]").output == "[] []\n"


def test_a_command_that_reads_gets_no_input(job):
    assert job.ssh("cat; echo done").output == "done\n"


def test_a_server_that_cannot_be_reached_fails_the_step(job):
    result = job.ssh("true", FAKE_TSH_FAILURE="connect")
    assert result.code == 1
    assert result.says("connection refused")


def test_an_unknown_server_fails_the_step(job):
    assert job.ssh("true", PARAM_HOST="shop-2").code == 1


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PARAM_PROXY": "https://example.teleport.sh"}, ("is no address of a Teleport proxy",)),
        ({"PARAM_PROXY": ""}, ("'' is no address of a Teleport proxy",)),
        ({"PARAM_HOST": ""}, ("'' is no name of a server",)),
        ({"PARAM_HOST": "$HOST"}, ("'$HOST' is no name of a server", "not expanded")),
        ({"PARAM_HOST": "shop 1"}, ("is no name of a server",)),
        ({"PARAM_HOST": "other@shop-1"}, ("is no name of a server",)),
        ({"PARAM_LOGIN": ""}, ("'' is no user",)),
        ({"PARAM_LOGIN": "-oProxyCommand=touch made;"}, ("is no user",)),
        ({"PARAM_LOGIN": "$USER"}, ("'$USER' is no user", "not expanded")),
        ({"PARAM_COMMAND": ""}, ("no command to run on shop-1",)),
        ({"TELEPORT_CREDENTIALS": "", "BASH_ENV": None}, ("no Teleport credentials", "join Teleport")),
        (
            {"TELEPORT_CREDENTIALS": "/absent", "BASH_ENV": None},
            ("no Teleport identity in /absent/identity", "join Teleport"),
        ),
    ],
)
def test_what_cannot_work_is_explained_before_tsh_starts(job, environment, words):
    before = len(job.calls)
    result = job.ssh("true", **environment)
    assert result.code == 1
    assert result.says(*words), result.output
    assert len(job.calls) == before
    assert list(job.checkout.iterdir()) == []


def test_a_missing_tsh_is_explained(job):
    job.remove("tsh")
    result = job.ssh("true")
    assert result.code == 1
    assert result.says("no tsh on the PATH", "install it")


def test_after_logout_there_are_no_credentials(job):
    assert job.logout().code == 0
    result = job.ssh("true")
    assert result.code == 1
    assert result.says("no Teleport credentials", "join Teleport")
