"""Ignore comments: where they may stand, and what they cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.facts import Facts

CONFIG = """\
version: 2.1
commands:
  announce:
    parameters:
      branch: {type: string}
    steps:
      - run: ./announce.sh << parameters.branch >>
jobs:
  build:
    docker:
      - image: cimg/base:2026.01.1
    steps:
      - announce:
          branch: << pipeline.git.branch >>
      - run: |
          make test
          make << pipeline.git.branch >>
workflows:
  main:
    jobs:
      - build
"""
SPLICE = "pipeline-value-injection"
COMMENT = f"# orbgen: ignore[{SPLICE}] known"


def lines_found(
    tmp_path: Path, text: str, *, facts: Facts | None = None, ignoring: bool = True
) -> list[tuple[int, str]]:
    path = tmp_path / "config.yml"
    path.write_text(text, encoding="utf-8")
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name in (SPLICE, "unused-ignore")])
    linter = Linter(rules, OrbStore(), Thresholds(), facts, ignoring=ignoring)
    return [(finding.primary.line, finding.name) for finding in linter.lint(str(path), named=True).findings]


def behind(line: int, comment: str = COMMENT) -> str:
    """The configuration with a comment at the end of a line."""
    lines = CONFIG.splitlines()
    lines[line - 1] += f" {comment}"
    return "\n".join(lines) + "\n"


def above(line: int, *comments: str) -> str:
    """The configuration with comments above a line, indented as it is."""
    lines = CONFIG.splitlines()
    indent = " " * (len(lines[line - 1]) - len(lines[line - 1].lstrip()))
    lines[line - 1 : line - 1] = [f"{indent}{comment}" if comment else "" for comment in comments or (COMMENT,)]
    return "\n".join(lines) + "\n"


def test_without_comments_both_splices_are_found(tmp_path):
    assert lines_found(tmp_path, CONFIG) == [(7, SPLICE), (17, SPLICE)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param(behind(7), [17], id="on the line of the finding"),
        pytest.param(above(7), [18], id="above it"),
        pytest.param(above(7, "# a remark", COMMENT, "", "# another"), [21], id="above it, among other comments"),
        pytest.param(behind(14), [17], id="where the value enters"),
        pytest.param(behind(13), [17], id="where the command is called"),
        pytest.param(behind(9), [], id="at the job's key"),
        pytest.param(above(21), [], id="above the workflow's entry"),
        pytest.param(f"# orbgen: ignore-file[{SPLICE}] known\n{CONFIG}", [], id="for the file"),
        pytest.param(behind(17), [7], id="in the script, on the line"),
        pytest.param(above(17), [7], id="in the script, above the line"),
        pytest.param(above(7, f"# orbgen: ignore[compile-error, {SPLICE}] two"), [18], id="several rules"),
        pytest.param(above(7, f"# orbgen: ignore[compile-error] one ignore[{SPLICE}] two"), [18], id="several parts"),
    ],
)  # fmt: skip
def test_what_a_comment_covers(tmp_path, text, left):
    assert [line for line, name in lines_found(tmp_path, text) if name == SPLICE] == left


def test_a_comment_at_the_jobs_key_covers_what_is_no_step(tmp_path):
    text = """\
version: 2.1
jobs:
  j: # orbgen: ignore[pipeline-value-injection] known
    docker: [{image: "cimg/base:2026.01", entrypoint: sh -c "make << pipeline.git.branch >>"}]
    steps: [run: make]
workflows: {w: {jobs: [j]}}
"""
    assert lines_found(tmp_path, text) == []
    assert lines_found(tmp_path, text.replace("known", ""), ignoring=False) == [(4, SPLICE)]


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        (behind(2), 2, "unused"),
        (behind(7, "# orbgen: ignore[pipeline-value-injektion] typo"), 7, "unknown-rule"),
        (behind(7, f"# orbgen: ignore {SPLICE}"), 7, "malformed"),
        (behind(7, f"# orbgen: ignore[{SPLICE}[data]] another kind"), 7, "unused"),
        (behind(7, f"# orbgen: ignore-file[{SPLICE}] too late"), 7, "malformed"),
    ],
)
def test_an_ignore_that_does_nothing_is_told(tmp_path, text, line, kind):
    found = lines_found(tmp_path, text)
    assert (line, f"unused-ignore[{kind}]") in found
    assert (17, SPLICE) in found


def test_ignores_can_be_switched_off(tmp_path):
    assert lines_found(tmp_path, behind(7), ignoring=False) == [(7, SPLICE), (17, SPLICE)]
    assert lines_found(tmp_path, behind(7), facts=Facts(allow_ignores=False)) == [(7, SPLICE), (17, SPLICE)]


def test_marks_of_generate_are_no_ignores(tmp_path):
    text = above(7, "# orbgen generate: begin jobs 0123456789ab", "# orbgen generate: end")
    assert [name for _, name in lines_found(tmp_path, text)] == [SPLICE, SPLICE]
