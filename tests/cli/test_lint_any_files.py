"""`orbgen lint` on folders in which everything is wrong: all of it is told, in any number of processes."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from orbgen.project import search
from tests.cli.running import BROKEN, CONFIG, PASTED, command, without_privileges

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)
SAID = """\
.circleci/bomb.yml: error[limit]
.circleci/broken.yml: error[file]
.circleci/closed: error[file]
.circleci/config.yml: high[compile-error[undefined-command]]
.circleci/deep.yml: error[limit]
.circleci/esc\\x1b[31m.yml: medium[pipeline-value-injection]
.circleci/noise.yml: error[encoding]
.circleci/pipe.yml: error[file]
.circleci/round.yml: error[file]
.circleci/secret.yml: error[file]
.circleci/wide.yml: error[encoding]
.circleci/zero.yml: error[file]
.circleci/\\xff.yml: medium[pipeline-value-injection]
orb1/commands: error[orb-source]
orb2/commands/pipe.yml: error[orb-source]
orb3/@orb.yml: error[orb-source]
orb4/@orb.yml: error[orb-source]
"""


@pytest.fixture
def mess(write):
    write(".circleci/config.yml", BROKEN)
    write(".circleci/bomb.yml", BOMB)
    write(".circleci/deep.yml", "[" * 10_000)
    write(".circleci/esc\x1b[31m.yml", PASTED)
    write(".circleci/empty.yml", "")
    write(".circleci/secret.yml", CONFIG).chmod(0)
    write(".circleci/closed/inner.yml", CONFIG)
    for name, data in ((b"noise", bytes(range(255, 0, -1)) * 9), (b"wide", b"\xff\xfea"), (b"\xff", PASTED.encode())):
        with open(b".circleci/" + name + b".yml", "wb") as file:
            file.write(data)
    for link, target in (("broken.yml", "absent"), ("round.yml", "round.yml"), ("up", ".."), ("zero.yml", "/dev/zero")):
        os.symlink(target, f".circleci/{link}")
    os.mkfifo(".circleci/pipe.yml")
    for number, text in (
        (1, ""),
        (2, ""),
        (3, "<<include(../../.circleci/config.yml)>>"),
        (4, "<<include(scripts/x)>>"),
    ):
        write(f"orb{number}/@orb.yml", f"version: 2.1\ncommands: {{a: {{steps: [{{run: '{text or 'make'}'}}]}}}}\n")
        os.mkdir(f"orb{number}/commands")
    with open(b"orb1/commands/\xff.yml", "wb") as file:
        file.write(b"steps: [checkout]\n")
    os.mkfifo("orb2/commands/pipe.yml")
    write("orb4/scripts/x", "").write_bytes(b"\xa9")
    os.chmod(".circleci/closed", 0)
    yield
    os.chmod(".circleci/closed", 0o755)


def test_all_that_is_wrong_with_files_is_told_and_nothing_is_waited_for(mess):
    for words in (("--no-cache",), ("--workers=3",), ("--workers=1",)):
        done = subprocess.run(
            without_privileges(command("lint", "--format=concise", *words, ".")),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        # Places without line and column, names of rules and problems without what is said.
        told = [re.sub(r"^(.*?)(?::\d+:\d+)?: ([^:]+):.*", r"\1: \2", line) for line in done.stdout.splitlines()]
        assert told == SAID.splitlines()
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1] == ("3 findings (1 high, 2 medium) in 3 files; 14 files could not be read")


def test_files_that_vanish_while_others_are_linted_are_told(orbgen, write, monkeypatch):
    for name in ("a/.circleci/config.yml", "b/.circleci/config.yml", "c/src/@orb.yml", "d/.circleci/config.yml"):
        write(name, PASTED)
    real = search.find_files

    def find_files(paths):
        found = real(paths)
        os.unlink("b/.circleci/config.yml")
        os.unlink("c/src/@orb.yml")
        return found

    monkeypatch.setattr(search, "find_files", find_files)
    code, out, err = orbgen("lint", "--format=concise", ".")
    assert code == 2
    assert "b/.circleci/config.yml: error[file]: cannot read the file: No such file or directory\n" in out
    assert "c/src: error[orb-source]: @orb.yml file not found, are you sure this is the Orb root?\n" in out
    assert err == "2 findings (2 medium) in 2 files; 2 files could not be read\n"
