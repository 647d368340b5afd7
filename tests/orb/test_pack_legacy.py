"""Packing by the rules of CircleCI's CLI before version 1."""

from __future__ import annotations

import textwrap

import pytest

from orbgen.circleci.output import data_of
from orbgen.orb.pack import pack, read_folder
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read


def packed(folder):
    return pack(read_folder(folder, legacy=True), legacy=True)


def data(folder):
    return data_of(read(packed(folder).encode(), "x").root)


def refusal(folder):
    with pytest.raises(UnreadableError) as caught:
        packed(folder)
    return caught.value.problem


def test_top_level_keys_in_their_order_and_no_others(orb):
    folder = orb(
        {
            "jobs/j.yml": "docker: [{image: x}]\n",
            "commands/c.yml": "steps: [checkout]\n",
            "executors/e.yml": "docker: [{image: x}]\n",
            "examples/x.yml": "description: How.\nusage: {version: 2.1}\n",
            "anchors/a.yml": "lost: true\n",
        },
        manifest="orbs: {a: b/c@1}\ndisplay: {home_url: u}\ndescription: d\nversion: 2.1\nunknown: lost\n",
    )
    assert packed(folder) == textwrap.dedent(
        """\
        version: 2.1
        description: d
        display:
            home_url: u
        orbs:
            a: b/c@1
        commands:
            c:
                steps:
                    - checkout
        executors:
            e:
                docker:
                    - image: x
        jobs:
            j:
                docker:
                    - image: x
        examples:
            x:
                description: How.
                usage:
                    version: "2.1"
        """
    )


def test_what_is_empty_is_left_out(orb):
    assert data(orb({}, manifest="version: 2.1\ndescription: ''\ndisplay: {}\njobs:\n")) == {"version": 2.1}


def test_yes_and_on_become_text_and_true_does_not(orb):
    folder = orb({"commands/c.yml": "a: on\nb: yes\nc: true\nd: False\n"})
    for line in ('a: "on"', 'b: "yes"', "c: true", "d: false"):
        assert f"        {line}\n" in packed(folder)


def test_examples_lose_executors_commands_and_parameters(orb):
    usage = "{version: 2.1, setup: true, orbs: {a: b/c@1}, executors: {e: {}}, commands: {c: {}}, parameters: {p: {}}, "
    usage += "jobs: {j: {}}, workflows: {w: {}}}"
    folder = orb({"examples/x.yml": f"note: lost\nusage: {usage}\nresult: {usage}\n"})
    kept = {"version": "2.1", "setup": True, "orbs": {"a": "b/c@1"}, "jobs": {"j": {}}, "workflows": {"w": {}}}
    assert data(folder)["examples"] == {"x": {"usage": kept, "result": kept}}


def test_only_folders_with_the_names_of_sections_are_entered(orb):
    folder = orb({"commands/aws/login.yml": "steps: [checkout]\n", "commands/jobs/j.yml": "{}", "commands/c.yml": "{}"})
    assert data(folder)["commands"] == {"c": {}, "jobs": {"j": {}}}


def test_of_two_equal_keys_the_later_wins(orb):
    folder = orb(
        {"commands/c.yml": "steps: [one]\n", "commands/c.yaml": "steps: [two]\n", "zz.yml": "description: last\n"},
        manifest="version: 2.1\ndescription: first\n",
    )
    assert data(folder) == {"version": 2.1, "description": "last", "commands": {"c": {"steps": ["one"]}}}


def test_anchors_end_with_their_file(orb):
    folder = orb({"commands/@a.yml": "x: &one {}\n", "commands/b.yml": "y: *one\n"})
    assert "`*one` has no anchor" in refusal(folder).message


def test_duplicate_keys_are_refused(orb):
    assert "mapping key `a` already defined at line 1" in refusal(orb({"jobs/j.yml": "a: 1\na: 2\n"})).message


def test_a_manifest_of_another_name_is_none(orb, tmp_path):
    folder = orb({"orb.yml": "version: 2.1\n"})
    (tmp_path / folder / "@orb.yml").unlink()
    assert "@orb.yml file not found" in refusal(folder).message


class TestIncludes:
    def test_a_whole_scalar(self, orb):
        folder = orb({"jobs/j.yml": "a: <<include(s.sh)>>\nb: << include(s.sh >>\n", "s.sh": "cat <<E\n"})
        assert data(folder)["jobs"]["j"] == {"a": "cat \\<<E\n", "b": "cat \\<<E\n"}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("echo <<include(s.sh)>>", "entire string must be include statement: 'echo <<include(s.sh)>>'"),
            ("<<include(s.sh)>><<include(s.sh)>>", "multiple include statements: '<<include(s.sh)>><<include(s.sh)>>'"),
            ("<<include(no.sh)>>", "could not open src/no.sh for inclusion"),
            ("<<include(../no.sh)>>", "leaves the orb's folder"),
        ],
    )
    def test_what_is_refused(self, orb, text, message):
        problem = refusal(orb({"jobs/j.yml": f"a: '{text}'\n", "s.sh": "x"}))
        assert message in problem.message
        assert str(problem.span).startswith("src/jobs/j.yml:1:")


def test_a_published_orb_byte_for_byte(corpus):
    """Kept as its packer wrote it, but for one script that was changed later, and a key that came with a later CLI."""
    folder = corpus / "orb-packs" / "bjd2385__dynamic-continuation-orb" / "dab10702a6d6"
    ours = packed(str(folder / "src")).splitlines()
    published = (folder / "packed.yml").read_text(encoding="utf-8").strip().splitlines()
    start = "    reduce:"
    assert ours[ours.index(start) :][:60] == published[published.index(start) :][:60]
    assert ours[:60] == published[:60]
