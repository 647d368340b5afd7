"""`orbgen lint --fix`: what is shown, what is written, and what the exit code says."""

from __future__ import annotations

import os
import subprocess

from tests.cli.running import CONFIG

UNUSED = CONFIG.replace("- run: make", "- run: make # orbgen: ignore[piped-script] gone long ago")
BYPASSED = CONFIG.replace(
    "      - build\n",
    "      - hold: {type: approval}\n"
    "      - build:\n"
    "          context: production # guarded\n"
    "          requires: [hold: [success, canceled]]\n",
)
APPROVED = BYPASSED.replace("[success, canceled]", "success")


def test_the_safe_fixes_are_shown_as_a_diff_and_nothing_is_written(orbgen, write):
    path = write(".circleci/config.yml", UNUSED)
    code, out, err = orbgen("lint", "--fix")
    assert code == 1
    assert out == (
        "--- .circleci/config.yml\n"
        "+++ .circleci/config.yml\n"
        "@@ -5,7 +5,7 @@\n"
        "       - image: cimg/base@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
        "     steps:\n"
        "       - checkout\n"
        "-      - run: make # orbgen: ignore[piped-script] gone long ago\n"
        "+      - run: make\n"
        " workflows:\n"
        "   main:\n"
        "     jobs:\n"
    )
    assert "would fix 1 finding (1 unused-ignore[unused]) in 1 file; --write makes the changes\n" in err
    assert path.read_text() == UNUSED


def test_the_diff_is_a_patch(orbgen, write):
    path = write("config.yml", UNUSED.rstrip("\n").replace("\n", "\r\n"))
    _, out, _ = orbgen("lint", "--fix", "config.yml")
    subprocess.run(["git", "apply", "-p0", "-"], input=out.encode(), check=True, env={**os.environ, "LC_ALL": "C"})
    assert path.read_bytes() == CONFIG.rstrip("\n").replace("\n", "\r\n").encode()


def test_what_was_mended_counts_no_more(orbgen, write):
    path = write("config.yml", UNUSED)
    code, out, err = orbgen("lint", "--fix", "--write", "config.yml")
    assert (code, out) == (0, "")
    assert "fixed 1 finding (1 unused-ignore[unused]) in 1 file\n" in err
    assert path.read_text() == CONFIG
    assert orbgen("lint", "--fix", "config.yml")[0] == 0


def test_what_is_left_is_reported_with_the_unsafe_fixes_that_there_are(orbgen, write):
    path = write("config.yml", BYPASSED)
    code, out, err = orbgen("lint", "--fix", "--write", "--format", "concise", "config.yml")
    assert code == 1
    assert "config.yml:15:22: high[approval-bypass[status]]" in out
    assert "nothing to fix; 1 more with --unsafe-fixes\n" in err
    assert path.read_text() == BYPASSED
    code, out, err = orbgen("lint", "--unsafe-fixes", "--write", "--format", "concise", "config.yml")
    assert path.read_text() == APPROVED
    assert "fixed 1 finding (1 approval-bypass[status]) in 1 file\n" in err


def test_an_ignored_finding_is_not_mended(orbgen, write):
    text = BYPASSED.replace("- build:\n", "- build: # orbgen: ignore[approval-bypass] it is meant so\n")
    path = write("config.yml", text)
    orbgen("lint", "--unsafe-fixes", "--write", "config.yml")
    assert path.read_text() == text


def test_only_what_is_selected_is_mended(orbgen, write):
    write("config.yml", BYPASSED)
    assert orbgen("lint", "--unsafe-fixes", "--select", "weak-gate", "config.yml")[:2] == (0, "")
    assert orbgen("lint", "--unsafe-fixes", "--select", "approval-bypass", "config.yml")[1]


def test_standard_input_comes_back_mended(orbgen):
    code, out, err = orbgen("lint", "--fix", "--write", "-", stdin=UNUSED)
    assert (code, out) == (0, CONFIG)
    assert "fixed 1 finding" in err
    code, out, err = orbgen("lint", "--fix", "--write", "-", stdin=BYPASSED)
    assert (code, out) == (1, BYPASSED)
    assert "<stdin>:15:22: high[approval-bypass[status]]" in err
    code, out, _ = orbgen("lint", "--fix", "-", stdin=UNUSED)
    assert code == 1
    assert out.startswith("--- <stdin>\n+++ <stdin>\n")


def test_standard_input_comes_back_in_its_encoding(process):
    mark = b"\xff\xfe"
    data = mark + UNUSED.replace("\n", "\r\n").encode("utf-16-le")
    result = process("lint", "--fix", "--write", "-", stdin=data)
    assert result.code == 0
    assert result.out.encode("utf-8", "surrogateescape") == mark + CONFIG.replace("\n", "\r\n").encode("utf-16-le")


def test_a_secret_is_not_shown_in_a_diff(orbgen, write):
    secret = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA2"
    text = UNUSED.replace("      - checkout\n", f"      - run: export TOKEN={secret}\n")
    path = write("config.yml", text)
    _, out, _ = orbgen("lint", "--fix", "config.yml")
    assert "-      - run: make # orbgen" in out
    assert secret not in out
    assert "export TOKEN=" in out
    orbgen("lint", "--fix", "--write", "config.yml")
    assert secret in path.read_text()


def test_a_file_that_cannot_be_read_says_so_beside_the_diff(orbgen, write):
    write("bad.yml", "a: [")
    write("good.yml", UNUSED)
    code, out, err = orbgen("lint", "--fix", "bad.yml", "good.yml")
    assert code == 2
    assert out.startswith("--- good.yml\n")
    assert "bad.yml:1" in err


def test_write_alone_is_refused(orbgen, write):
    write("config.yml", UNUSED)
    assert orbgen("lint", "--write", "config.yml") == (2, "", "error: --write goes with --fix or --unsafe-fixes\n")


def test_the_mode_of_a_file_and_a_link_to_it_are_kept(orbgen, write):
    path = write("real/config.yml", UNUSED)
    path.chmod(0o640)
    os.symlink("real/config.yml", "config.yml")
    assert orbgen("lint", "--fix", "--write", "config.yml")[0] == 0
    assert os.path.islink("config.yml")
    assert path.read_text() == CONFIG
    assert path.stat().st_mode & 0o777 == 0o640


def test_files_of_others_in_a_folder_are_left_alone(orbgen, write):
    write(".circleci/config.yml", UNUSED)
    other = write("deploy/values.yml", "jobs: [build] # orbgen: ignore[piped-script] none of CircleCI's\n")
    code, out, _ = orbgen("lint", "--fix", "--write", ".")
    assert (code, out) == (0, "")
    assert other.read_text().startswith("jobs: [build] # orbgen")


def test_several_workers_and_the_cache_know_the_baseline(orbgen, write):
    for number in range(12):
        write(f"{number}/.circleci/config.yml", UNUSED)
    orbgen("lint", ".", "--write-baseline", "known.json")
    for workers in ("1", "2", "2"):
        code, out, err = orbgen("lint", ".", "--baseline", "known.json", "--workers", workers)
        assert (code, out) == (0, "")
        assert "known.json hides 12 known findings\n" in err
