"""Commands as the grammar gives them: which redirections are theirs, and what stands around them."""

from __future__ import annotations

import pytest

from orbgen.shell.script import Script
from orbgen.shell.words import EnclosureKind


def targets(text: str) -> dict[str, list[str]]:
    """The files that each command writes, with their descriptors."""
    script = Script(text)
    assert script.parsed
    return {
        command.name or "": [
            one.descriptor + (one.target.literal or "")
            for one in command.redirections
            if one.writes and one.target is not None
        ]
        for command in script.commands
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > f", {"a": ["f"]}),
        ("a 2> f", {"a": ["2f"]}),
        ("a && b > f", {"a": [], "b": ["f"]}),
        ("a | b > f", {"a": [], "b": ["f"]}),
        ("a && b | c > f", {"a": [], "b": [], "c": ["f"]}),
        ("a || ! b > f", {"a": [], "b": ["f"]}),
        ("a > f && b > g", {"a": ["f"], "b": ["g"]}),
        ("a <<END > f && b\nx\nEND", {"a": ["f"], "b": []}),
        ("a <<END | b | c > f\nx\nEND", {"a": [], "b": [], "c": ["f"]}),
        ("a | { b; c; } > f", {"a": [], "b": [], "c": []}),
    ],
)
def test_redirections_belong_to_the_last_command_before_them(text, expected):
    assert targets(text) == expected


def test_what_stands_around_a_command_is_known_from_the_outside_in():
    script = Script('f() { ( echo "$(a | b)" ) > log; }')
    around = {command.name: command.around for command in script.commands}
    kinds = [enclosure.kind for enclosure in around["b"]]
    assert kinds == [
        EnclosureKind.FUNCTION,
        EnclosureKind.REDIRECTED,
        EnclosureKind.SUBSHELL,
        EnclosureKind.SUBSTITUTION,
        EnclosureKind.PIPELINE,
    ]
    assert around["b"][0].name == "f"
    assert [(one.index, one.last) for name in "ab" for one in around[name] if one.pipeline >= 0] == [
        (0, False),
        (1, True),
    ]
    assert around["b"][1].redirections[0].target is not None
    assert around["b"][1].redirections[0].target.literal == "log"


def test_the_stages_behind_a_here_document_are_counted():
    script = Script("cat <<END | sort | uniq -c\nx\nEND\n")
    assert [(command.name, command.around[0].index, command.around[0].last) for command in script.commands] == [
        ("cat", 0, False),
        ("sort", 1, False),
        ("uniq", 2, True),
    ]
    assert len({command.pipeline for command in script.commands}) == 1


def test_white_space_between_expansions_is_text():
    script = Script('echo "${#A} ${B:+set}  $C, ${D}"')
    parts = [part for word in script.commands[0].words[1:] for part in word.parts]
    assert [script.text[part.start : part.end] for part in parts] == [
        "${#A}", " ", "${B:+set}", "  ", "$C", ", ", "${D}",
    ]  # fmt: skip
