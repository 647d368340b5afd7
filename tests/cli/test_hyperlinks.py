"""Links on the terminal: which terminals get them, and what is a link."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from orbgen.cli.hyperlinks import makes_links
from tests.cli.running import PASTED

CHECKOUT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "links"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "linux", "VTE_VERSION": "7600"}, False),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "VTE_VERSION": "7600"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "4999"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "new"}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "vscode", "CI": "true"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.0.9"}, False),
        ({"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.10.0"}, True),
        ({"WT_SESSION": "1"}, True),
        ({"WT_SESSION": "1", "FORCE_HYPERLINK": "0"}, False),
        ({"FORCE_HYPERLINK": "1"}, True),
    ],
)
def test_terminals_that_are_known_to_make_links_get_them(environment, links):
    assert makes_links(Terminal(), environment, color=True) == links


def test_only_a_terminal_gets_links_and_none_without_colours():
    assert not makes_links(io.StringIO(), {"WT_SESSION": "1"}, color=True)
    assert not makes_links(Terminal(), {"WT_SESSION": "1"}, color=False)
    assert makes_links(io.StringIO(), {"FORCE_HYPERLINK": "1"}, color=False)


@pytest.mark.parametrize("format_", ["full", "concise"])
def test_the_name_of_a_rule_leads_to_its_page(orbgen, write, monkeypatch, format_):
    write(".circleci/config.yml", PASTED)
    plain = orbgen("lint", "--format", format_).out
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    linked = orbgen("lint", "--format", format_).out
    page = "docs/rules/pipeline-value-injection.md"
    assert (CHECKOUT / page).is_file()
    opening = f"\x1b]8;;https://github.com/orbgen/orbgen/blob/main/{page}\x1b\\"
    name = "medium[pipeline-value-injection]"
    assert linked == plain.replace(name, f"{opening}{name}\x1b]8;;\x1b\\")


@pytest.mark.parametrize("format_", ["json", "sarif", "junit", "github", "gitlab", "markdown", "html"])
def test_programs_get_no_links(orbgen, write, monkeypatch, format_):
    write(".circleci/config.yml", PASTED)
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    assert "\x1b" not in orbgen("lint", "--format", format_, "--color").out
