"""The step that removes the credentials: it leaves none, and nothing else of the job is touched."""

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


def test_the_credentials_are_gone(any_job):
    (any_job.temporary / "other").write_text("")
    assert any_job.left != ["other"]
    result = any_job.logout()
    assert result.code == 0
    assert result.says("credentials are removed")
    assert any_job.left == ["other"]
    any_job.shell = ("bash",)
    assert any_job.run("echo ${TELEPORT_CREDENTIALS-none}") == "none"


def test_the_credentials_are_gone_after_a_command_failed(job):
    assert job.ssh("exit 3").code == 3
    assert job.logout().code == 0
    assert job.left == []


def test_a_second_time_does_nothing(any_job):
    assert any_job.logout().code == 0
    before = any_job.bash_env.read_text()
    result = any_job.logout()
    assert result.code == 0
    assert result.says("no Teleport credentials to remove")
    assert any_job.bash_env.read_text() == before


@pytest.mark.parametrize("folder", [None, "", "/absent/folder"])
def test_a_job_that_has_not_joined_has_nothing_to_remove(job, folder):
    result = job.logout(BASH_ENV=None, TELEPORT_CREDENTIALS=folder)
    assert result.code == 0
    assert result.says("no Teleport credentials to remove")


def test_without_bash_env_the_credentials_go_as_well(job):
    folder = job.run("echo $TELEPORT_CREDENTIALS")
    assert job.logout(BASH_ENV=None, TELEPORT_CREDENTIALS=folder).code == 0
    assert job.left == []


def test_credentials_of_another_join_script_are_removed(job):
    # Jobs that hold their steps themselves make the folder with a bare `mktemp -d`.
    folder = job.run("mktemp -d")
    assert job.logout(TELEPORT_CREDENTIALS=folder, BASH_ENV=None).code == 0
    assert folder.rpartition("/")[2] not in job.left


@pytest.mark.parametrize("place", ["checkout", "above", "home", "root", "relative", "dots", "link", "file"])
def test_a_folder_that_the_job_needs_is_never_removed(job, place):
    (job.home / "kept").write_text("")
    (job.checkout / "kept").write_text("")
    (job.checkout / "link").symlink_to(job.home)
    folder = {
        "checkout": str(job.checkout),
        "above": str(job.checkout.parent),
        "home": f"{job.home}/",
        "root": "/",
        "relative": "../servers/shop-1",
        "dots": f"{job.checkout}/../home",
        "link": str(job.checkout / "link"),
        "file": str(job.home / "kept"),
    }[place]
    result = job.logout(BASH_ENV=None, TELEPORT_CREDENTIALS=folder)
    assert result.code == 1
    assert result.says(f"TELEPORT_CREDENTIALS is '{folder}'", "nothing was removed")
    assert (job.home / "kept").exists()
    assert (job.servers / "shop-1").exists()
    assert (job.checkout / "kept").exists()


def test_credentials_that_cannot_be_removed_fail_the_step(job):
    job.write("rm", "#!/bin/sh\necho rm: Permission denied >&2\nexit 1\n")
    result = job.logout()
    assert result.code == 1
    assert result.says("could not be removed")
