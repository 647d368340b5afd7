"""Packing by the newer rules: what the packer of CircleCI's CLI makes of a folder, and what it refuses."""

from __future__ import annotations

import os
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.circleci.output import data_of
from orbgen.orb.pack import detached_keys, pack, read_folder
from orbgen.orb.packed_yaml import write
from orbgen.source.nodes import Mapping
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read


def packed(folder):
    return pack(read_folder(folder))


def contents(folder):
    return data(packed(folder))


def data(text):
    return data_of(read(text.encode(), "packed.yml").root)


def refusal(folder):
    with pytest.raises(UnreadableError) as caught:
        packed(folder)
    return caught.value.problem


def test_sections_are_folders_and_elements_files(orb):
    folder = orb(
        {
            "commands/greet.yml": "steps:\n- run: echo hi\ndescription: Say hi.\n",
            "jobs/build.yaml": "docker:\n  - image: cimg/base:2026.01\nsteps: [checkout]\n",
            "examples/simple.yml": "usage:\n  version: 2.1\n",
            "README.md": "not a fragment",
            ".hidden.yml": "lost: true",
            "commands/.draft.yml": "lost: true",
            ".notes/x.yml": "lost: true",
        }
    )
    assert packed(folder) == textwrap.dedent(
        """\
        commands:
            greet:
                description: Say hi.
                steps:
                    - run: echo hi
        examples:
            simple:
                usage:
                    version: 2.1
        jobs:
            build:
                docker:
                    - image: cimg/base:2026.01
                steps:
                    - checkout
        version: 2.1
        """
    )


def test_packing_is_the_same_whatever_the_order_of_writing(orb, tmp_path):
    folder = orb({"commands/b.yml": "steps: [checkout]\n", "commands/a.yml": "steps: [checkout]\n"})
    first = packed(folder)
    for name in ("a", "b"):
        path = tmp_path / folder / f"commands/{name}.yml"
        content = path.read_text()
        path.unlink()
        path.write_text(content)
    assert packed(folder) == first


def test_keys_are_sorted_with_numbers_by_value(orb):
    names = ["job10", "job9", "job-a", "job_a", "joba", "Build", "v12", "v1b"]
    folder = orb({f"jobs/{name}.yml": "{}" for name in names})
    keys = [line.strip(" :{}\n") for line in packed(folder).splitlines() if line.startswith("    ")]
    assert keys == ["Build", "job-a", "job_a", "job9", "job10", "joba", "v1b", "v12"]


def test_yes_and_on_are_booleans_unless_quoted(orb):
    folder = orb(
        {
            "commands/vpn.yml": "parameters:\n"
            "  a: {type: boolean, default: on}\n"
            "  b: {type: boolean, default: No}\n"
            "  c: {type: string, default: 'on'}\n"
            "  d: {type: string, default: n}\n"
            "  e: {type: string, default: Y}\n"
            "environment:\n  on: value\n  off: other\n"
        }
    )
    lines = [line.strip() for line in packed(folder).splitlines()]
    defaults = [line for line in lines if line.startswith("default")]
    assert defaults == ["default: true", "default: false", 'default: "on"', 'default: "n"', 'default: "Y"']
    assert '"on": value' in lines
    assert '"off": other' in lines


def test_text_is_written_so_that_every_reader_takes_it_for_text(orb):
    values = {
        "date": "2026-01-31",
        "time": "'12:30'",
        "number": "'1.0'",
        "empty": "''",
        "null": "'null'",
        "colon": "'a: b'",
        "comment": "'a #b'",
        "dash": "'- a'",
        "tab": '"a\\tb"',
        "lead": "' a'",
        "script": "|\n    if true; then\n      echo hi\n    fi",
        "kept": "|+\n    a\n",
        "stripped": "|-\n    a\n    b",
        "indented": "|2\n      a\n    b\n",
        "folded": ">\n    a\n    b",
        "trailing": '"a \\nb\\n"',
        "emoji": '"a \U0001f600"',
    }
    folder = orb({"commands/c.yml": "".join([f"{key}: {value}\n" for key, value in values.items()])})
    assert packed(folder) == textwrap.dedent(
        """\
        commands:
            c:
                colon: 'a: b'
                comment: 'a #b'
                dash: '- a'
                date: "2026-01-31"
                emoji: "a \\U0001F600"
                empty: ""
                folded: |
                    a b
                indented: |4
                        a
                      b
                kept: |+
                    a

                lead: ' a'
                "null": "null"
                number: "1.0"
                script: |
                    if true; then
                      echo hi
                    fi
                stripped: |-
                    a
                    b
                tab: "a\\tb"
                time: "12:30"
                trailing: "a \\nb\\n"
        version: 2.1
        """
    )


def test_numbers_keep_the_text_that_their_author_gave_them(orb):
    folder = orb({"executors/e.yml": "a: 7.10\nb: 010\nc: 1_000\nd: 0x1F\ne: -3\n"})
    for line in ("a: 7.10", "b: 010", "c: 1_000", "d: 0x1F", "e: -3"):
        assert f"        {line}\n" in packed(folder)


def test_deeper_folders_only_organise(orb):
    folder = orb({"commands/aws/iam/login.yml": "steps: [checkout]\n", "commands/top.yml": "steps: [checkout]\n"})
    assert contents(folder)["commands"].keys() == {"login", "top"}


@pytest.mark.parametrize("other", ["commands/aaa/login.yml", "commands/zzz/login.yml", "commands/login.yaml"])
def test_two_files_cannot_define_one_element(orb, other):
    folder = orb({"commands/login.yml": "steps: [checkout]\n", other: "steps: [checkout]\n"})
    message = refusal(folder).message
    assert "both define `login` in commands" in message
    assert f"src/{other}" in message
    assert "src/commands/login.yml" in message


def test_an_element_in_the_manifest_and_in_a_file_collide(orb):
    folder = orb(
        {"commands/login.yml": "steps: [checkout]\n"}, manifest="version: 2.1\ncommands: {login: {steps: [checkout]}}\n"
    )
    problem = refusal(folder)
    assert "src/@orb.yml and src/commands/login.yml both define `login`" in problem.message
    assert str(problem.related[0].span) == "src/@orb.yml:2:12"


def test_elements_of_the_manifest_and_of_files_are_joined(orb):
    folder = orb(
        {"commands/two.yml": "steps: [checkout]\n"}, manifest="version: 2.1\ncommands: {one: {steps: [checkout]}}\n"
    )
    assert contents(folder)["commands"].keys() == {"one", "two"}


def test_files_beginning_with_an_at_sign_are_merged_where_they_stand(orb):
    folder = orb({"commands/@more.yml": "one: {steps: [checkout]}\n", "@extra.yml": "display: {home_url: x}\n"})
    data = contents(folder)
    assert data["commands"] == {"one": {"steps": ["checkout"]}}
    assert data["display"] == {"home_url": "x"}


def test_a_key_in_two_files_of_the_orbs_folder_is_pointed_out(orb):
    folder = orb({"more.yml": "description: second\n"}, manifest="version: 2.1\ndescription: first\n")
    tree = read_folder(folder)
    assert contents(folder)["description"] == "second"
    assert [str(warning) for warning in tree.warnings] == [
        "src/more.yml:1:1: `description` stands in two files of the orb's folder; this one is used"
    ]


def test_sections_without_elements_are_left_out(orb, tmp_path):
    folder = orb({"jobs/empty.yml": "# nothing yet\n"}, manifest="version: 2.1\nexecutors: {}\ncommands:\n")
    (tmp_path / folder / "examples").mkdir()
    assert contents(folder) == {"version": 2.1, "jobs": {"empty": {}}}


def test_a_section_that_is_no_mapping_cannot_take_files(orb):
    folder = orb({"commands/a.yml": "steps: [checkout]\n"}, manifest="version: 2.1\ncommands: [a]\n")
    problem = refusal(folder)
    assert str(problem.span) == "src/@orb.yml:2:11"
    assert "`commands` must be a mapping" in problem.message


class TestAnchors:
    def test_one_file_uses_the_anchor_of_another(self, orb):
        folder = orb(
            {
                "anchors/@anchors.yml": "base: &base\n  docker: [{image: x}]\nflag: &flag on\n",
                "executors/e.yml": "<<: *base\nshell: sh\n",
                "commands/c.yml": "parameters: {p: {type: boolean, default: *flag}}\n",
            }
        )
        data = contents(folder)
        assert data["executors"] == {"e": {"docker": [{"image": "x"}], "shell": "sh"}}
        assert data["commands"]["c"]["parameters"]["p"]["default"] is True
        assert "*" not in packed(folder)

    def test_an_include_that_another_file_names(self, orb):
        folder = orb({"x/a.yml": "x: &script <<include(s.sh)>>\n", "commands/c.yml": "y: *script\n", "s.sh": "text"})
        assert contents(folder)["commands"] == {"c": {"y": "text"}}

    def test_a_file_prefers_its_own(self, orb):
        folder = orb({"commands/a.yml": "x: &one 1\ny: *one\n", "commands/b.yml": "x: &one 2\ny: *one\n"})
        data = contents(folder)
        assert data["commands"] == {"a": {"x": 1, "y": 1}, "b": {"x": 2, "y": 2}}

    def test_an_alias_that_nothing_defines(self, orb):
        folder = orb({"commands/a.yml": "x: &one 1\n", "commands/b.yml": "description: *oen\n"})
        problem = refusal(folder)
        assert str(problem.span) == "src/commands/b.yml:1:14"
        assert "`*oen` has no anchor" in problem.message

    def test_an_alias_that_two_other_files_define(self, orb):
        folder = orb({"commands/a.yml": "x: &one 1\n", "commands/b.yml": "x: &one 2\n", "jobs/c.yml": "x: *one\n"})
        problem = refusal(folder)
        assert str(problem.span) == "src/jobs/c.yml:1:4"
        assert "may mean the anchor of either of two other files" in problem.message

    def test_a_circle_through_two_files(self, orb):
        folder = orb({"commands/a.yml": "x: &a {y: *b}\n", "commands/b.yml": "x: &b {y: *a}\n"})
        assert refusal(folder).code == "recursive-alias"

    def test_a_bomb_over_several_files(self, orb):
        files = {f"x/{level}.yml": f"n: &l{level} [{', '.join([f'*l{level + 1}'] * 20)}]\n" for level in range(8)}
        folder = orb({**files, "x/8.yml": "n: &l8 [a, b, c]\n"})
        assert refusal(folder).code == "limit"

    def test_a_long_text_that_another_file_repeats(self, orb):
        files = {"x/a.yml": f"n: &long {'x' * 1_000_000}\n", "x/b.yml": f"n: [{', '.join(['*long'] * 30)}]\n"}
        assert refusal(orb(files)).code == "limit"

    def test_a_long_chain_over_several_files_is_too_deep(self, orb):
        files = {f"x/{level}.yml": f"n: &l{level} {{m: *l{level + 1}}}\n" for level in range(300)}
        folder = orb({**files, "x/300.yml": "n: &l300 {a: b}\n"})
        assert refusal(folder).code == "limit"


class TestIncludes:
    def test_the_text_of_the_file_takes_the_place_of_the_directive(self, orb):
        folder = orb(
            {
                "commands/c.yml": "steps:\n- run:\n    command: << include(scripts/greet.sh) >>\n",
                "scripts/greet.sh": "#!/bin/sh\necho hello\n",
            }
        )
        assert "command: |\n                    #!/bin/sh\n                    echo hello\n" in packed(folder)

    def test_included_text_is_never_a_template(self, orb):
        folder = orb({"jobs/j.yml": "c: <<include(a.sh)>>\n", "a.sh": "cat <<EOF\n<< parameters.x >>\nEOF\n"})
        assert "cat \\<<EOF\n            \\<< parameters.x >>\n" in packed(folder)

    def test_text_and_further_directives_around_it(self, orb):
        folder = orb(
            {
                "commands/c.yml": 'a: "<< parameters.x >> <<include(one)>> <<include(two)>>!"\n'
                'b: "(<<include(two)>>)"\n',
                "one": "<<1",
                "two": "2",
            }
        )
        data = contents(folder)
        assert data["commands"]["c"] == {"a": "<< parameters.x >> \\<<1 2!", "b": "(2)"}

    def test_an_aliased_directive(self, orb):
        folder = orb({"commands/c.yml": "a: &a <<include(one)>>\nb: *a\n", "one": "text"})
        assert contents(folder)["commands"]["c"] == {"a": "text", "b": "text"}

    def test_included_text_stays_text(self, orb):
        folder = orb({"commands/c.yml": "a: <<include(one)>>\n", "one": "true"})
        assert 'a: "true"' in packed(folder)

    def test_only_in_commands_executors_and_jobs(self, orb):
        folder = orb(
            {"examples/e.yml": "description: <<include(one)>>\n", "one": "text"},
            manifest="version: 2.1\ndescription: <<include(one)>>\n",
        )
        assert packed(folder).count("<<include(one)>>") == 2

    @pytest.mark.parametrize(
        ("directive", "reason"),
        [
            ("<<include(scripts/nope.sh)>>", "could not open src/scripts/nope.sh for inclusion"),
            ("<<include(../secret)>>", "the include `../secret` leaves the orb's folder src"),
            ("<<include(scripts/../../secret)>>", "leaves the orb's folder src"),
            ("<<include(/etc/hostname)>>", "leaves the orb's folder src"),
            ("<<include(link)>>", "leaves the orb's folder src"),
            ("<<include(scripts)>>", "could not open src/scripts for inclusion: this is no regular file"),
            ("<<include(image.png)>>", "could not open src/image.png for inclusion: byte 0x89 is not UTF-8 text"),
        ],
    )
    def test_a_file_that_cannot_be_included(self, orb, tmp_path, directive, reason):
        (tmp_path / "secret").write_text("secret")
        folder = orb(
            {
                "commands/c.yml": f"steps:\n  - run: {directive}\n",
                "scripts/a.sh": "",
                "image.png": b"\x89PNG",
            }
        )
        os.symlink(tmp_path / "secret", tmp_path / folder / "link")
        problem = refusal(folder)
        assert reason in problem.message
        assert str(problem.span) == "src/commands/c.yml:2:10"

    def test_a_link_inside_the_folder_is_followed(self, orb, tmp_path):
        folder = orb({"commands/c.yml": "a: <<include(link)>>\n", "scripts/a.sh": "text"})
        os.symlink("scripts/a.sh", tmp_path / folder / "link")
        assert "a: text" in packed(folder)


class TestRefused:
    def test_a_folder_without_a_manifest(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "src").mkdir()
        (tmp_path / "src" / "@orb.yml").write_text("version: 2.1\n")
        problem = refusal(".")
        assert problem.message == "@orb.yml file not found, are you sure this is the Orb root?"
        assert problem.help == "did you mean ./src?"

    def test_a_file(self, orb):
        problem = refusal(orb({}) + "/@orb.yml")
        assert problem.help == "a file is packed already; name the folder that holds @orb.yml"

    @pytest.mark.parametrize("content", ["- a\n- b\n", "text\n", "5\n"])
    def test_a_fragment_that_is_no_mapping(self, orb, content):
        assert "expected a map in src/commands/c.yml" in refusal(orb({"commands/c.yml": content})).message

    @pytest.mark.parametrize(
        ("content", "place", "message"),
        [
            ("a: b: c\n", "src/commands/c.yml:1:5", "mapping values are not allowed"),
            ("a: 1\nsteps:\n\t- x\n", "src/commands/c.yml:3:1", "a tab cannot indent YAML"),
            ("a: 1\nb:\n  c: 1\n  c: 2\n", "src/commands/c.yml:4:3", "mapping key `c` already defined at line 3"),
            ("a: 1\n---\nb: 2\n", "src/commands/c.yml:2:1", "a second YAML document"),
            (b"a: \xff\n", "src/commands/c.yml:1:4", "not UTF-8"),
        ],
    )
    def test_a_broken_fragment_at_its_own_place(self, orb, content, place, message):
        problem = refusal(orb({"commands/c.yml": content}))
        assert str(problem.span) == place
        assert message in problem.message

    def test_a_fragment_that_links_out_of_the_folder(self, orb, tmp_path):
        (tmp_path / "secret.yml").write_text("token: x\n")
        folder = orb({"commands/c.yml": "{}"})
        os.symlink(tmp_path / "secret.yml", tmp_path / folder / "commands" / "d.yml")
        assert "lies outside the orb's folder" in refusal(folder).message

    def test_a_linked_folder_is_not_entered(self, orb, tmp_path):
        folder = orb({"commands/c.yml": "{}"})
        os.symlink(tmp_path, tmp_path / folder / "commands" / "loop")
        assert "c: {}" in packed(folder)

    def test_a_pipe_does_not_hang(self, orb, tmp_path):
        folder = orb({"commands/c.yml": "{}"})
        os.mkfifo(tmp_path / folder / "commands" / "d.yml")
        assert "no regular file" in refusal(folder).message

    def test_folders_that_are_nested_too_deep(self, orb):
        assert refusal(orb({"commands/" + "d/" * 40 + "c.yml": "{}"})).message.startswith("folders are nested")

    def test_an_orb_that_would_become_enormous(self, orb):
        commands = {f"commands/c{number}.yml": "a: <<include(big.sh)>>\n" for number in range(20)}
        assert "would be larger than" in refusal(orb({**commands, "big.sh": "x" * 1_000_000})).message

    def test_a_name_that_cannot_be_shown(self, orb):
        assert "holds characters that cannot be shown" in refusal(orb({"commands/a\x1b[2J.yml": "{}"})).message


class TestDetachedKeys:
    @pytest.mark.parametrize(
        ("content", "place", "words"),
        [
            ("jobs:\n  - a\n  - b:\n    requires:\n      - a\n", "3:5", "`b` has no value, and `requires` stands"),
            ("steps:\n  - run:\n    name: x\n    command: y\n", "2:5", "`run` has no value, and `name`, `command`"),
        ],
    )
    def test_settings_beside_their_name(self, orb, content, place, words):
        folder = orb({"commands/c.yml": content})
        (warning,) = detached_keys(read_folder(folder))
        assert str(warning.span) == f"src/commands/c.yml:{place}"
        assert words in warning.message

    @pytest.mark.parametrize(
        "content",
        [
            "jobs:\n  - a\n  - b:\n      requires:\n        - a\n",
            "jobs:\n  - a:\n  - b\n",
            "jobs:\n  - hold:\n      type: approval\n",
            "docker:\n  - image: x\n  - image: y\n    command: z\n",
            "docker:\n  - image: x\n    command:\n",
            "docker:\n  - image: x\n    environment:\n",
        ],
    )
    def test_what_is_meant_as_it_stands(self, orb, content):
        assert detached_keys(read_folder(orb({"jobs/j.yml": content}))) == ()


_texts = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\ufeff"), max_size=12
) | st.sampled_from(
    [
        "yes",
        "on",
        "null",
        "~",
        "1",
        "1.5",
        "010",
        "1:30",
        "2026-01-01",
        "<<",
        "",
        "- a",
        "a: b",
        "? x",
        "a\n b\n",
        "\ta\nb",
    ]
)
_data = st.recursive(
    _texts | st.booleans() | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(_texts, _data, min_size=1, max_size=4))
def test_what_is_written_is_read_back(made):
    import yaml

    text = yaml.dump(made, default_style='"', Dumper=yaml.CSafeDumper)
    assert _typed(data(rewritten(text))) == _typed(data(text))


def _typed(found):
    """Data with its types, so that `1`, `true` and `"1"` differ, and without the order of keys."""
    if isinstance(found, dict):
        return {key: _typed(value) for key, value in found.items()}
    return [_typed(item) for item in found] if isinstance(found, list) else (type(found), found)


def rewritten(text):
    root = read(text.encode(), "x").root
    assert isinstance(root, Mapping)
    return write(root)


def test_a_very_long_key_is_read_back():
    key = "k" * 2000
    assert data(rewritten(f"? {key}\n: a: [1, 2]\n  b: |\n    x\n    y\n")) == {key: {"a": [1, 2], "b": "x\ny\n"}}


class TestCorpus:
    def test_every_folder_packs_and_packs_again_to_the_same(self, corpus, tmp_path):
        count = 0
        for manifest in sorted(corpus.rglob("@orb.yml")):
            try:
                first = packed(str(manifest.parent))
            except UnreadableError as error:
                assert "unable to parse YAML" in str(error)
                continue
            (tmp_path / "@orb.yml").write_text(first, encoding="utf-8")
            assert packed(str(tmp_path)) == first
            count += 1
        assert count >= 30
