"""The commands of `orbgen orb` as a user meets them: output, messages, exit codes, files."""

from __future__ import annotations

import io
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
        listed = [line.split()[0] for line in out.partition("Commands:")[2].strip().splitlines()]
        assert {"pack", "publish", "validate"} <= set(listed)
        assert listed == sorted(listed)

    def test_offers_the_nearest_command(self, orbgen):
        code, _, err = orbgen("orb", "pakc")
        assert code == 2
        assert "no such command 'pakc'; did you mean 'pack'?" in err


class TestOrbHere:
    """`orbgen orb validate` without a path."""

    @pytest.mark.parametrize(
        ("name", "said"),
        [("@orb.yml", ". is valid"), ("src/@orb.yml", "src is valid"), ("orb/src/@orb.yml", "orb/src is valid"),
         ("orb.yml", "orb.yml is valid")],
    )  # fmt: skip
    def test_the_orb_of_the_folder(self, orbgen, tmp_path, monkeypatch, name, said):
        path = tmp_path / "here" / name
        path.parent.mkdir(parents=True)
        path.write_text("version: 2.1\ncommands: {go: {steps: [checkout]}}\n", encoding="utf-8")
        monkeypatch.chdir(tmp_path / "here")
        code, _, err = orbgen("orb", "validate")
        assert (code, err) == (0, f"{said}: 1 command; 1 use expanded\n")

    def test_a_folder_without_one(self, orbgen):
        code, _, err = orbgen("orb", "validate")
        assert code == 2
        assert "there is no orb in this folder; name the folder with @orb.yml, or a packed file" in err


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
        assert "warning[misplaced-key]: `run` has no value, and `command` stands beside it" in err
        assert "= help: indent `command` one level further" in err

    @pytest.mark.parametrize("folder", ["nowhere", "src/@orb.yml", "src/commands"])
    def test_what_is_no_orb(self, orbgen, source, folder):
        code, out, err = orbgen("orb", "pack", folder)
        assert (code, out) == (2, "")
        assert f" --> {folder}\n" in err


class TestValidate:
    def test_a_valid_orb(self, orbgen, source):
        code, out, err = orbgen("orb", "validate", "src")
        assert (code, out, err) == (0, "", "src is valid: 1 command; 1 use expanded\n")

    def test_a_finding_in_the_authors_own_file(self, orbgen, source):
        (source / "commands" / "greet.yml").write_text("steps:\n  - run: << parameters.who >>\n")
        code, out, err = orbgen("orb", "validate", "src")
        assert code == 1
        assert out.startswith(
            "high[compile-error[undefined-parameter]]: Arguments referenced without declared parameters: who\n"
            " --> src/commands/greet.yml:2:13\n"
        )
        assert "2 |   - run: << parameters.who >>\n" in out
        assert err == "1 finding (1 high) in 1 file\n"

    def test_one_line_a_finding(self, orbgen, source):
        (source / "commands" / "greet.yml").write_text("steps: [nowhere]\n")
        code, out, _ = orbgen("orb", "validate", "src", "--format", "concise")
        assert code == 1
        assert out == (
            "src/commands/greet.yml:1:9: high[compile-error[undefined-command]]: "
            "Cannot find a definition for command named nowhere\n"
        )

    def test_the_packed_orb_in_a_file_and_on_standard_input(self, orbgen, source, monkeypatch):
        _, packed, _ = orbgen("orb", "pack", "src")
        (source.parent / "orb.yml").write_text(packed)
        assert orbgen("orb", "validate", "orb.yml")[0] == 0
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed.encode())))
        code, _, err = orbgen("orb", "validate", "-")
        assert (code, err) == (0, "- is valid: 1 command; 1 use expanded\n")

    def test_orbs_that_it_uses(self, orbgen, source):
        (source / "@orb.yml").write_text("version: 2.1\norbs: {other: acme/other@1}\n")
        (source / "commands" / "greet.yml").write_text("steps: [other/gone]\n")
        code, _, err = orbgen("orb", "validate", "src")
        assert code == 0
        assert "note: not at hand, so not looked into: acme/other@1; give the source with --orb NAME=PATH" in err
        (source.parent / "other.yml").write_text("version: 2.1\n")
        code, out, _ = orbgen("orb", "validate", "src", "--orb", "acme/other=other.yml")
        assert code == 1
        assert "Cannot find a definition for command named other/gone" in out

    def test_the_name_by_which_examples_import_it(self, orbgen, source):
        (source / "examples").mkdir()
        (source / "examples" / "e.yml").write_text(
            "usage:\n  version: 2.1\n  orbs: {one: acme/one@1, two: acme/two@1}\n"
            "  jobs: {build: {docker: [{image: x}], steps: [one/gret, two/gret]}}\n"
        )
        code, _, err = orbgen("orb", "validate", "src")
        assert code == 0
        assert "note: example 'e' does not seem to import this orb" in err
        code, out, _ = orbgen("orb", "validate", "src", "--name", "acme/two")
        assert code == 1
        assert "did you mean 'two/greet'?" in out
        code, _, err = orbgen("orb", "validate", "src", "--name", "two")
        assert code == 2
        assert "--name takes NAMESPACE/ORB" in err

    @pytest.mark.parametrize(
        ("path", "message"),
        [("nowhere", "cannot read the file: No such file"), ("src/commands", "@orb.yml file not found")],
    )
    def test_what_cannot_be_read(self, orbgen, source, path, message):
        code, out, err = orbgen("orb", "validate", path)
        assert (code, out) == (2, "")
        assert message in err

    def test_what_cannot_be_packed(self, orbgen, source):
        (source / "commands" / "greet.yml").write_text("steps: [checkout]\nsteps: []\n")
        code, out, err = orbgen("orb", "validate", "src")
        assert code == 2
        assert "error[duplicate-key]: mapping key `steps` already defined at line 1" in out
        assert "1 file could not be read" in err
