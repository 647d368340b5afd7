"""The commands of `orbgen orb` as a user meets them: output, messages, exit codes, files."""

from __future__ import annotations

import sys

import pytest

from orbgen.cli.main import main


@pytest.fixture
def orbgen(monkeypatch, capsys):
    """Runs a command line; gives its exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["orbgen", *arguments])
        code = main()
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def source(tmp_path, monkeypatch):
    """The folder of a small orb, in the current folder."""
    monkeypatch.chdir(tmp_path)
    files = {
        "@orb.yml": "version: 2.1\ndescription: Greets whoever asks for it.\n",
        "commands/greet.yml": "parameters:\n"
        "  to: {type: string, default: world}\n"
        "steps:\n"
        "  - run:\n"
        "      name: Greet\n"
        "      environment: {PARAM_TO: << parameters.to >>}\n"
        "      command: <<include(scripts/greet.sh)>>\n",
        "scripts/greet.sh": 'echo "hello ${PARAM_TO}"\n',
    }
    for name, content in files.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path / "src"


class TestGroup:
    def test_lists_its_commands(self, orbgen):
        code, out, _ = orbgen("orb", "--help")
        assert code == 0
        assert "pack " in out

    def test_offers_the_nearest_command(self, orbgen):
        code, _, err = orbgen("orb", "pakc")
        assert code == 2
        assert "no such command 'pakc'; did you mean 'pack'?" in err


class TestPack:
    def test_prints_the_packed_orb(self, orbgen, source):
        code, out, err = orbgen("orb", "pack", "src")
        assert (code, err) == (0, "")
        assert 'command: |\n                    echo "hello ${PARAM_TO}"\n' in out
        assert out.endswith("version: 2.1\n")

    def test_writes_a_file(self, orbgen, source):
        _, expected, _ = orbgen("orb", "pack", "src")
        code, out, err = orbgen("orb", "pack", "src", "-o", "orb.yml")
        assert (code, out, err) == (0, "", "")
        assert (source.parent / "orb.yml").read_text(encoding="utf-8") == expected

    def test_keeps_the_old_file_where_the_orb_is_broken(self, orbgen, source):
        (source.parent / "orb.yml").write_text("old")
        (source / "commands" / "greet.yml").write_text("a: b: c\n")
        code, out, err = orbgen("orb", "pack", "src", "-o", "orb.yml")
        assert (code, out) == (2, "")
        assert " --> src/commands/greet.yml:1:5" in err
        assert (source.parent / "orb.yml").read_text() == "old"

    def test_a_file_that_cannot_be_written(self, orbgen, source):
        code, _, err = orbgen("orb", "pack", "src", "-o", "nowhere/orb.yml")
        assert code == 2
        assert "cannot write nowhere/orb.yml: No such file or directory" in err

    def test_every_duplicate_is_shown(self, orbgen, source):
        (source / "commands" / "greet.yml").write_text("a: 1\na: 2\nb: 1\nb: 2\n")
        code, _, err = orbgen("orb", "pack", "src")
        assert code == 2
        assert "mapping key `a` already defined at line 1" in err
        assert "mapping key `b` already defined at line 3" in err

    def test_the_older_rules(self, orbgen, source):
        (source / "commands" / "greet.yml").write_text("steps:\n  - run: x <<include(scripts/greet.sh)>>\n")
        assert orbgen("orb", "pack", "src")[0] == 0
        code, _, err = orbgen("orb", "pack", "--legacy", "src")
        assert code == 2
        assert "entire string must be include statement" in err

    def test_warnings_go_beside_the_output(self, orbgen, source):
        (source / "commands" / "greet.yml").write_text("steps:\n  - run:\n    command: x\n")
        code, out, err = orbgen("orb", "pack", "src")
        assert code == 0
        assert out.startswith("commands:\n")
        assert "warning: `run` has no value, and `command` stands beside it" in err
        assert "= help: indent `command` one level further" in err

    @pytest.mark.parametrize("folder", ["nowhere", "src/@orb.yml", "src/commands"])
    def test_what_is_no_orb(self, orbgen, source, folder):
        code, out, err = orbgen("orb", "pack", folder)
        assert (code, out) == (2, "")
        assert f" --> {folder}\n" in err
