"""The step that installs: what is on the disk afterwards, and what it says when it cannot."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from orbgen.teleport.versions import Version, advisories

RELEASE = "teleport-v18.11.0-linux-amd64"
ARCHIVE = f"{RELEASE}-bin.tar.gz"


@pytest.fixture(autouse=True)
def on_amd64(request):
    """The mirror's release is for Linux on amd64, whatever the tests run on."""
    for name in ("job", "any_job"):
        if name in request.fixturenames:
            request.getfixturevalue(name).claim_to_be("Linux", "x86_64")


def releases(job) -> Path:
    home: Path = job.home
    return home / ".teleport-releases"


def installed(job) -> list[str]:
    """All files below the folder for releases."""
    return sorted(str(path.relative_to(releases(job))) for path in releases(job).rglob("*") if not path.is_dir())


def test_a_release_is_installed_and_found_by_later_steps(any_job, mirror):
    result = any_job.install(mirror, BINARIES="tbot tsh")
    assert result.code == 0, result.output
    assert installed(any_job) == [f"{RELEASE}/tbot", f"{RELEASE}/tsh"]
    assert any_job.left == []
    any_job.shell = ("bash",)
    assert any_job.run("command -v tbot") == str(releases(any_job) / RELEASE / "tbot")
    assert any_job.run("tsh version --client").startswith("Teleport v18.11.0 ")


def test_what_is_installed_is_private(job, mirror):
    assert job.install(mirror).code == 0
    for path in [releases(job), *releases(job).rglob("*")]:
        assert path.stat().st_mode & 0o777 == 0o700, path
        assert path.stat().st_uid == os.getuid(), path


def test_tbot_and_tsh_come_by_default(job, mirror):
    assert job.install(mirror).code == 0
    assert installed(job) == [f"{RELEASE}/tbot", f"{RELEASE}/tsh"]


def test_only_the_programs_asked_for_are_installed(job, mirror):
    assert job.install(mirror, BINARIES="tctl").code == 0
    assert installed(job) == [f"{RELEASE}/tctl"]


def test_programs_may_be_added_later(job, mirror):
    assert job.install(mirror, BINARIES="tbot").code == 0
    assert job.install(mirror, BINARIES="tbot\n tctl ").code == 0
    assert installed(job) == [f"{RELEASE}/tbot", f"{RELEASE}/tctl"]
    assert job.bash_env.read_text().count("export PATH=") == 1


def test_a_release_that_is_there_is_not_downloaded_again(job, mirror):
    assert job.install(mirror).code == 0
    asked = len(mirror.asked)
    job.bash_env.unlink()
    result = job.install(mirror)
    assert result.code == 0
    assert result.says("Teleport 18.11.0 is in", "already")
    assert len(mirror.asked) == asked
    assert job.run("command -v tbot") == str(releases(job) / RELEASE / "tbot")


def test_a_damaged_program_is_replaced(job, mirror):
    assert job.install(mirror).code == 0
    (releases(job) / RELEASE / "tsh").write_text("#!/bin/sh\nexit 1\n")
    assert job.install(mirror).code == 0
    assert job.run("tsh version --client").startswith("Teleport v18.11.0 ")


def test_releases_lie_beside_each_other(job, mirror):
    mirror.publish("teleport-v17.7.29-linux-amd64")
    assert job.install(mirror, BINARIES="tbot").code == 0
    assert job.install(mirror, BINARIES="tbot", VERSION="17.7.29").code == 0
    assert installed(job) == ["teleport-v17.7.29-linux-amd64/tbot", f"{RELEASE}/tbot"]
    assert "17.7.29" in job.run("command -v tbot")


def test_an_image_that_holds_the_release_needs_no_download(job, mirror):
    job.install_fakes()
    result = job.install(mirror)
    assert result.code == 0
    assert result.says("Teleport 18.11.0 is on the PATH already")
    assert mirror.asked == []
    assert not releases(job).exists()
    assert not job.bash_env.exists()


def test_a_program_without_a_version_in_the_image_is_not_taken_for_it(job, mirror):
    mirror.server.clear_all_handlers()
    mirror.publish(RELEASE, {"fdpass-teleport": b"#!/bin/sh\n"})
    job.write("fdpass-teleport", "#!/bin/sh\n")
    assert job.install(mirror, BINARIES="fdpass-teleport").code == 0
    assert installed(job) == [f"{RELEASE}/fdpass-teleport"]
    assert job.install(mirror, BINARIES="fdpass-teleport").says("already")


def test_an_image_that_holds_the_edition_needs_no_download(job, mirror):
    job.install_fakes()
    job.environment["FAKE_TELEPORT_EDITION"] = "Enterprise"
    assert job.install(mirror, EDITION="enterprise").says("on the PATH already")
    assert mirror.asked == []


@pytest.mark.parametrize(
    ("parameters", "environment"),
    [
        ({}, {"FAKE_TELEPORT_VERSION": "18.11.0-beta.1"}),
        ({"EDITION": "enterprise"}, {}),
        ({"EDITION": "oss"}, {"FAKE_TELEPORT_EDITION": "Enterprise"}),
        ({"BINARIES": "tbot tctl"}, {}),
        ({"EDITION": "enterprise", "FIPS": "1"}, {"FAKE_TELEPORT_EDITION": "Enterprise"}),
        ({}, {"FAKE_TSH_FAILURE": "version"}),
    ],
    ids=["version", "edition", "other-edition", "program-missing", "fips", "broken"],
)
def test_another_release_in_the_image_is_not_taken_for_it(job, mirror, parameters, environment):
    job.install_fakes()
    job.environment.update(environment)
    job.install(mirror, **parameters)
    assert mirror.asked != []


@pytest.mark.parametrize(
    ("system", "machine", "parameters", "release"),
    [
        ("Linux", "x86_64", {}, "teleport-v18.11.0-linux-amd64"),
        ("Linux", "aarch64", {}, "teleport-v18.11.0-linux-arm64"),
        ("Linux", "arm64", {}, "teleport-v18.11.0-linux-arm64"),
        ("Darwin", "arm64", {}, "teleport-v18.11.0-darwin-universal"),
        ("Darwin", "x86_64", {}, "teleport-v18.11.0-darwin-universal"),
        ("Linux", "x86_64", {"EDITION": "oss", "FIPS": "0"}, "teleport-v18.11.0-linux-amd64"),
        ("Linux", "x86_64", {"EDITION": "enterprise", "FIPS": "false"}, "teleport-ent-v18.11.0-linux-amd64"),
        ("Linux", "x86_64", {"EDITION": "enterprise", "FIPS": "1"}, "teleport-ent-v18.11.0-linux-amd64-fips"),
        ("Linux", "aarch64", {"EDITION": "enterprise", "FIPS": "true"}, "teleport-ent-v18.11.0-linux-arm64-fips"),
        ("Linux", "x86_64", {"VERSION": "19.0.0-rc.1"}, "teleport-v19.0.0-rc.1-linux-amd64"),
    ],
)
def test_each_platform_edition_and_build_has_its_archive(job, mirror, system, machine, parameters, release):
    job.claim_to_be(system, machine)
    mirror.publish(release)
    result = job.install(mirror, BINARIES="tbot", **parameters)
    assert result.code == 0, result.output
    assert mirror.asked == [f"{release}-bin.tar.gz.sha256", f"{release}-bin.tar.gz"]
    assert installed(job) == [f"{release}/tbot"]


@pytest.mark.parametrize(("version", "bundled"), [("16.5.12", False), ("17.7.29", True)])
def test_macos_gets_the_bundles_that_its_releases_hold(job, mirror, version, bundled):
    job.claim_to_be("Darwin", "arm64")
    mirror.bundles(version)
    for _ in range(2):  # The second time a bundle is in the way.
        result = job.install(mirror, VERSION=version, BINARIES="tsh")
        assert result.code == 0, result.output
        assert job.run("tsh version --client").startswith(f"Teleport v{version} ")
        folder = releases(job) / f"teleport-v{version}-darwin-universal"
        assert (folder / "tsh.app" / "Contents" / "Info.plist").exists() is bundled
        (folder / "tsh").unlink()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"VERSION": ""}, ("'' is no exact version", "18.11.0")),
        ({"VERSION": "18.11"}, ("'18.11' is no exact version", "three numbers")),
        ({"VERSION": "13"}, ("'13' is no exact version", "from 14 to 18")),
        ({"VERSION": "v18.11.0"}, ("'v18.11.0' is no exact version", "no v")),
        ({"VERSION": "latest"}, ("'latest' is no exact version",)),
        ({"VERSION": "18.11.0/../x"}, ("'18.11.0/../x' is no exact version",)),
        ({"BINARIES": "tbot,tsh"}, ("'tbot,tsh' is no list of programs", "spaces")),
        ({"BINARIES": "../tbot"}, ("'../tbot' is no list of programs",)),
        ({"BINARIES": "$(touch made)"}, ("is no list of programs",)),
        ({"EDITION": "cloud"}, ("no edition 'cloud'", "oss or enterprise")),
        ({"FIPS": "yes"}, ("fips is 'yes'", "true or false")),
        ({"FIPS": "true"}, ("FIPS", "edition to enterprise")),
        ({"DOWNLOAD_URL": "http://mirror.example.com"}, ("http://mirror.example.com", "https://")),
        ({"DOWNLOAD_URL": "ftp://mirror.example.com"}, ("https://",)),
        ({"DIRECTORY": "releases"}, ("'releases' is no absolute path", "~/")),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_explained(job, mirror, parameters, words):
    result = job.install(mirror, **parameters)
    assert result.code == 1
    assert result.says(*words), result.output
    assert mirror.asked == []
    assert not releases(job).exists()
    assert list(job.checkout.iterdir()) == []


@pytest.mark.parametrize(
    ("system", "machine"),
    [("Linux", "armv7l"), ("Linux", "riscv64"), ("MINGW64_NT-10.0", "aarch64"), ("FreeBSD", "amd64")],
)
def test_a_platform_without_teleport_is_named(job, mirror, system, machine):
    job.claim_to_be(system, machine)
    result = job.install(mirror)
    assert result.code == 1
    assert result.says(f"{system} {machine}", "amd64 or arm64")
    assert mirror.asked == []


def test_fips_is_for_linux_alone(job, mirror):
    job.claim_to_be("Darwin", "arm64")
    result = job.install(mirror, EDITION="enterprise", FIPS="true")
    assert result.code == 1
    assert result.says("FIPS", "Linux only")


def unpublished(job, mirror, result) -> None:
    """Nothing of a download that was refused may be left, neither on disk nor for later steps."""
    assert result.code == 1
    assert installed(job) == []
    assert not job.bash_env.exists()
    assert job.left == []


def test_an_archive_that_was_changed_is_not_installed(any_job, mirror):
    mirror.server.clear_all_handlers()
    mirror.serve(ARCHIVE, mirror.archive(RELEASE, {"tbot": b"#!/bin/sh\necho evil\n", "tsh": b""}))
    mirror.serve(f"{ARCHIVE}.sha256", b"a" * 64 + f"  {ARCHIVE}\n".encode())
    result = any_job.install(mirror)
    assert result.says("is not what was published", "nothing was installed", "instead of " + "a" * 64)
    unpublished(any_job, mirror, result)


def test_an_archive_that_was_cut_short_is_not_installed(job, mirror):
    whole = mirror.archive(RELEASE)
    mirror.server.clear_all_handlers()
    mirror.serve(ARCHIVE, whole[: len(whole) // 2])
    mirror.serve(f"{ARCHIVE}.sha256", f"{hashlib.sha256(whole).hexdigest()}  {ARCHIVE}\n".encode())
    result = job.install(mirror)
    assert result.says("is not what was published", "cut short")
    unpublished(job, mirror, result)


@pytest.mark.parametrize("checksum", [b"", b"<html>sign in</html>\n", b"abc  file\n", b"A" * 64])
def test_a_checksum_that_is_none_stops_the_installation(job, mirror, checksum):
    mirror.server.clear_all_handlers()
    mirror.serve(ARCHIVE, mirror.archive(RELEASE))
    mirror.serve(f"{ARCHIVE}.sha256", checksum)
    result = job.install(mirror)
    assert result.says(f"{ARCHIVE}.sha256 holds no SHA-256")
    unpublished(job, mirror, result)


def test_a_checksum_without_a_line_end_is_read(job, mirror):
    mirror.server.clear_all_handlers()
    archive = mirror.archive(RELEASE)
    mirror.serve(ARCHIVE, archive)
    mirror.serve(f"{ARCHIVE}.sha256", hashlib.sha256(archive).hexdigest().encode())
    assert job.install(mirror).code == 0


@pytest.mark.parametrize("client", ["curl", "wget"])
def test_a_download_that_fails_is_tried_three_times(job, mirror, client):
    if client == "wget":
        job.remove("curl")
        job.link("wget")
    mirror.fail_once(f"{ARCHIVE}.sha256")
    mirror.fail_once(f"{ARCHIVE}.sha256", 500)
    mirror.fail_once(ARCHIVE)
    result = job.install(mirror)
    assert result.code == 0, result.output
    assert result.says("Attempt 2 of 3")
    assert mirror.asked == [f"{ARCHIVE}.sha256"] * 3 + [ARCHIVE] * 2


@pytest.mark.parametrize("client", ["curl", "wget"])
def test_a_release_that_does_not_exist_is_explained(job, mirror, client):
    if client == "wget":
        job.remove("curl")
        job.link("wget")
    mirror.serve("teleport-v18.99.0-linux-amd64-bin.tar.gz.sha256", b"no such file\n", 404)
    result = job.install(mirror, VERSION="18.99.0")
    assert result.says("teleport-v18.99.0-linux-amd64-bin.tar.gz.sha256 could not be downloaded", "18.99.0 exists")
    assert len(mirror.asked) == 3
    unpublished(job, mirror, result)


def test_an_image_without_curl_uses_wget(any_job, mirror):
    any_job.remove("curl")
    any_job.link("wget")
    result = any_job.install(mirror)
    assert result.code == 0, result.output
    assert installed(any_job) == [f"{RELEASE}/tbot", f"{RELEASE}/tsh"]


def test_busybox_has_all_the_tools(job, mirror):
    job.use_busybox()
    job.claim_to_be("Linux", "x86_64")
    result = job.install(mirror)
    assert result.code == 0, result.output
    assert installed(job) == [f"{RELEASE}/tbot", f"{RELEASE}/tsh"]


def test_the_address_of_a_mirror_may_end_with_a_slash(job, mirror):
    assert job.install(mirror, DOWNLOAD_URL=f"{mirror.url}/").code == 0
    assert mirror.asked == [f"{ARCHIVE}.sha256", ARCHIVE]


def test_an_image_without_sha256sum_uses_shasum(job, mirror):
    job.remove("sha256sum")
    job.link("shasum")
    result = job.install(mirror)
    assert result.code == 0, result.output


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("curl", ("Neither curl nor wget",)),
        ("sha256sum", ("Neither sha256sum nor shasum",)),
        ("tar", ("tar and gzip",)),
        ("gzip", ("tar and gzip",)),
    ],
)
def test_a_missing_tool_is_named(job, mirror, missing, words):
    job.remove(missing)
    result = job.install(mirror)
    assert result.code == 1
    assert result.says(*words, "install")
    assert mirror.asked == []


def test_a_program_that_the_release_does_not_hold_is_named(job, mirror):
    result = job.install(mirror, BINARIES="tbot teleport-update")
    assert result.says("does not hold all of these programs", "tbot teleport-update")
    unpublished(job, mirror, result)


def test_programs_that_do_not_run_here_are_explained(job, mirror):
    # What a system with another C library says of a program that is linked with glibc.
    foreign = b"#!/lib64/ld-linux-absent.so.2\n"
    mirror.server.clear_all_handlers()
    mirror.publish(RELEASE, {"tbot": foreign, "tsh": foreign})
    result = job.install(mirror)
    assert result.code == 1
    assert result.says("not all of its programs run here", "glibc", "cimg/base"), result.output
    assert not job.bash_env.exists()


def test_a_release_that_says_another_version_is_refused(job, mirror):
    job.environment["FAKE_TELEPORT_VERSION"] = "18.10.0"
    result = job.install(mirror)
    assert result.code == 1
    assert result.says("Teleport v18.10.0", "not all of its programs run here")
    assert not job.bash_env.exists()


def test_a_folder_of_ones_own_is_used(job, mirror, tmp_path):
    odd = tmp_path / "a folder's name; $(touch made)"
    result = job.install(mirror, DIRECTORY=str(odd))
    assert result.code == 0, result.output
    assert job.run("command -v tbot") == str(odd / RELEASE / "tbot")
    assert list(job.checkout.iterdir()) == []


def test_a_folder_below_home_is_used(job, mirror):
    assert job.install(mirror, DIRECTORY="~/tools/teleport").code == 0
    assert (job.home / "tools" / "teleport" / RELEASE / "tbot").exists()


def test_a_folder_that_cannot_be_made_is_named(job, mirror, tmp_path):
    (tmp_path / "file").write_text("")
    result = job.install(mirror, DIRECTORY=str(tmp_path / "file" / "releases"))
    assert result.code == 1
    assert result.says(f"{tmp_path}/file/releases/{RELEASE} cannot be made", "set directory")


def test_without_a_home_the_folder_has_to_be_given(job, mirror, tmp_path):
    job.environment.pop("HOME")
    result = job.install(mirror)
    assert result.code == 1
    assert result.says("HOME: is not set")
    assert job.install(mirror, DIRECTORY=str(tmp_path / "releases")).code == 0


def test_without_bash_env_the_path_is_told(job, mirror):
    job.environment.pop("BASH_ENV")
    result = job.install(mirror)
    assert result.code == 0
    assert result.says("BASH_ENV is not set", f"add {releases(job) / RELEASE} to their PATH")


FIND = json.dumps({"auto_update": {"tools_auto_update": False, "tools_version": "17.7.29"}}, separators=(",", ":"))
PING = json.dumps({"server_version": "17.7.29", "cluster_name": "example"}, indent=2)


@pytest.mark.parametrize(("page", "text"), [("find", FIND), ("find", PING), ("ping", PING), ("ping", FIND)])
def test_the_proxy_tells_which_version_it_wants(any_job, mirror, page, text):
    mirror.publish("teleport-v17.7.29-linux-amd64")
    any_job.serve_page(page, text)
    result = any_job.install(mirror, VERSION="auto", PROXY="example.teleport.sh", BINARIES="tbot")
    expected = (page, "tools_version" in text) in (("find", True), ("ping", False))
    assert (result.code == 0) is expected, result.output
    if expected:
        assert result.says("The proxy at example.teleport.sh:443 names Teleport 17.7.29")
        assert installed(any_job) == ["teleport-v17.7.29-linux-amd64/tbot"]
        assert (any_job.pages / "asked").read_text() == f"https://example.teleport.sh:443/webapi/{page}\n"
    else:
        assert result.says("does not tell which version it wants")


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("", ("no proxy is given",)),
        ("https://example.teleport.sh", ("no address of a Teleport proxy",)),
        ("absent.example.com", ("proxy at absent.example.com:443 does not tell", "exact one")),
    ],
)
def test_a_version_that_no_proxy_tells_is_explained(job, mirror, proxy, words):
    result = job.install(mirror, VERSION="auto", PROXY=proxy)
    assert result.code == 1
    assert result.says(*words), result.output
    assert mirror.asked == []


def test_a_proxy_that_answers_nonsense_gives_no_version(job, mirror):
    job.serve_page("find", '{"auto_update": {"tools_version": "18; touch made"}}')
    job.serve_page("ping", "<html>sign in</html>")
    assert job.install(mirror, VERSION="auto", PROXY="example.teleport.sh").says("does not tell which version")
    assert list(job.checkout.iterdir()) == []


@pytest.mark.parametrize("major", ["14", "15", "16", "17", "18"])
def test_a_major_version_stands_for_its_newest_known_release(job, mirror, major):
    result = job.install(mirror, VERSION=major)
    assert (result.code == 0) is (major == "18")
    version = mirror.asked[0].partition("-v")[2].partition("-linux")[0]
    assert version.startswith(f"{major}.")
    # No release with a known hole is installed by default.
    assert not [hole for hole in advisories() if hole.concerns(parsed(version))]


def parsed(text: str) -> Version:
    version = Version.parse(text)
    assert version is not None
    return version


def test_a_digest_of_ones_own_needs_no_other(job, mirror):
    archive = mirror.archive(RELEASE)
    mirror.server.clear_all_handlers()
    mirror.serve(ARCHIVE, archive)
    assert job.install(mirror, SHA256=hashlib.sha256(archive).hexdigest()).code == 0
    assert mirror.asked == [ARCHIVE]


def test_an_archive_with_another_digest_than_ones_own_is_not_installed(job, mirror):
    result = job.install(mirror, SHA256="b" * 64)
    assert result.says("is not what was published", "instead of " + "b" * 64)
    unpublished(job, mirror, result)


@pytest.mark.parametrize("digest", ["abc", "A" * 64, "a" * 63 + "\n"])
def test_a_digest_that_is_none_is_refused(job, mirror, digest):
    assert job.install(mirror, SHA256=digest).says("is no SHA-256")
    assert mirror.asked == []


def forget(job) -> None:
    """Let the job begin anew with what a cache of CircleCI keeps."""
    shutil.rmtree(releases(job))
    job.bash_env.unlink()


def test_an_archive_from_the_cache_is_checked_and_used(job, mirror):
    assert job.install(mirror, CACHE="1").code == 0
    assert [path.name for path in (job.home / ".teleport-archives").iterdir()] == [ARCHIVE]
    forget(job)
    asked = len(mirror.asked)
    result = job.install(mirror, CACHE="1")
    assert result.code == 0, result.output
    assert mirror.asked[asked:] == [f"{ARCHIVE}.sha256"]
    assert installed(job) == [f"{RELEASE}/tbot", f"{RELEASE}/tsh"]


def test_an_archive_that_somebody_put_into_the_cache_is_not_used(job, mirror):
    assert job.install(mirror, CACHE="1").code == 0
    forget(job)
    evil = mirror.archive(RELEASE, {"tbot": b"#!/bin/sh\ntouch made\n", "tsh": b""})
    (job.home / ".teleport-archives" / ARCHIVE).write_bytes(evil)
    result = job.install(mirror, CACHE="1")
    assert result.code == 0, result.output
    assert result.says("in the cache is not what was published")
    assert list(job.checkout.iterdir()) == []
    assert job.run("tbot version").startswith("Teleport v18.11.0 ")


def test_without_a_cache_no_archive_is_kept(job, mirror):
    assert job.install(mirror).code == 0
    assert not (job.home / ".teleport-archives").exists()


def test_the_key_of_the_cache_tells_releases_apart(job, mirror):
    key = Path("/tmp/teleport-release")
    names = []
    for parameters in ({}, {"EDITION": "enterprise"}, {"EDITION": "enterprise", "FIPS": "1"}, {"VERSION": "17"}):
        given = {"VERSION": "18.11.0", **parameters}
        result = job.step("release.sh", **{f"PARAM_{name}": value for name, value in given.items()})
        assert result.code == 0, result.output
        names.append(key.read_text())
    key.unlink()
    assert names == [
        "teleport-v18.11.0-linux-amd64\n",
        "teleport-ent-v18.11.0-linux-amd64\n",
        "teleport-ent-v18.11.0-linux-amd64-fips\n",
        "teleport-v17.7.29-linux-amd64\n",
    ]


@pytest.mark.parametrize("system", ["MINGW64_NT-10.0-20348", "MSYS_NT-10.0"])
def test_windows_gets_its_own_archive(job, mirror, system):
    job.claim_to_be(system, "x86_64")
    mirror.publish_zip("teleport-v18.11.0-windows-amd64")
    job.write("unzip", UNZIP)
    result = job.install(mirror)
    assert result.code == 0, result.output
    assert installed(job) == ["teleport-v18.11.0-windows-amd64/tbot.exe", "teleport-v18.11.0-windows-amd64/tsh.exe"]
    assert job.run("command -v tbot.exe").endswith("/teleport-v18.11.0-windows-amd64/tbot.exe")


def test_windows_needs_unzip(job, mirror):
    job.claim_to_be("MINGW64_NT-10.0-20348", "x86_64")
    assert job.install(mirror).says("unzip is needed")


# `unzip -q ARCHIVE MEMBER... -d FOLDER`
UNZIP = """\
#!/bin/sh
exec python3 -c 'import sys, zipfile
archive, members, folder = sys.argv[2], sys.argv[3:-2], sys.argv[-1]
zipfile.ZipFile(archive).extractall(folder, members)' "$@"
"""
