"""Merging into a configuration that people write: nothing of theirs changes, nothing of theirs is overwritten."""

from __future__ import annotations

import msgspec
import pytest

from orbgen.generate.files import CONFIG, Change, GenerateError, changes
from tests.generate.plans import guide

THEIRS = """\
# The shop's pipeline.
version: 2.1

orbs:
  node: circleci/node@5.2.0   # pinned

jobs:
  build: &build
    docker:
      - {image: "cimg/node:22.11"}
    steps:
      - checkout
      - run: |
          make

workflows:
  main:
    jobs:
      - build
"""


def config(plan=None, text: str | None = THEIRS, *, force: bool = False) -> Change:
    existing = {} if text is None else {CONFIG: text.encode()}
    return changes(plan or guide(), existing, force=force)[0]


def merged(plan=None, text: str = THEIRS, *, force: bool = False) -> str:
    return (config(plan, text, force=force).after or b"").decode()


def refusal(plan=None, text: str = THEIRS):
    with pytest.raises(GenerateError) as caught:
        config(plan, text)
    (problem,) = caught.value.problems
    return problem


def added(before: str, after: str) -> list[str]:
    """The lines that were added; fails if any other line is gone, changed or moved."""
    rest = iter(after.splitlines(keepends=True))
    found = []
    for line in before.splitlines(keepends=True):
        for candidate in rest:
            if candidate == line:
                break
            found.append(candidate)
        else:
            pytest.fail(f"the line {line!r} is gone")
    return [*found, *rest]


PLANS = {"inline": guide(), "orb": guide(orb="acme/teleport@1.0.0")}
HEADLESS = THEIRS[THEIRS.index("jobs:") :]


@pytest.mark.parametrize("style", PLANS)
@pytest.mark.parametrize(
    "text",
    [
        THEIRS,
        f"version: 2.1\n{HEADLESS}",
        f"version: 2.1\n{HEADLESS.partition('workflows:')[0]}",
        "version: 2.1\n",
        "version: 2.1 # no more\n",
        THEIRS.replace("workflows:\n", "workflows:\n  version: 2\n"),
        THEIRS.replace("main:\n    jobs:\n      - build", "main:\n    jobs: [build]"),
        THEIRS.replace("version: 2.1\n", "").rstrip("\n") + "\n\nversion: 2.1",
    ],
)
def test_what_is_there_is_kept_and_a_second_run_changes_nothing(style, text):
    first = merged(PLANS[style], text)
    assert added(text.rstrip("\n") + "\n", first.rstrip("\n") + "\n")
    assert not config(PLANS[style], first).needed


def test_one_style_gives_way_to_the_other():
    for first, second in (("inline", "orb"), ("orb", "inline")):
        assert merged(PLANS[second], merged(PLANS[first])) == merged(PLANS[second])


def test_a_workflow_that_the_plan_uses_no_more_is_left_as_it_was():
    assert merged(guide(workflow="main"), merged(guide(workflow="release"))) == merged(guide(workflow="main"))
    assert merged(guide(workflow="release"), merged(guide(workflow="main"))) == merged(guide(workflow="release"))


def test_the_file_that_a_setup_configuration_continues_with_can_be_named():
    plan = msgspec.structs.replace(guide(), config=".circleci/continue.yml")
    setup = "version: 2.1\nsetup: true\njobs: {}\n"
    found = changes(plan, {CONFIG: setup.encode(), ".circleci/continue.yml": THEIRS.encode()})
    assert [change.path for change in found if change.path.startswith(".circleci")] == [".circleci/continue.yml"]
    assert found[0].after == merged().encode()


def test_every_line_of_theirs_stays_where_it_was():
    lines = added(THEIRS, merged())
    assert lines[0] == "commands:\n"
    assert "  write-greeting:\n" in lines


def test_new_entries_stand_in_the_indentation_of_theirs():
    head, jobs, rest = THEIRS.partition("jobs:\n")
    body, workflows, tail = rest.partition("\nworkflows:")
    deeper = "".join([f"  {line}\n" for line in body.splitlines()])
    assert "\n    write-greeting:\n      docker:\n" in merged(text=head + jobs + deeper + workflows + tail)


def test_entries_go_into_the_workflow_of_the_plan_if_it_is_there():
    result = merged(guide(workflow="main"))
    assert result.count("main:") == 1
    assert "      - build\n      # orbgen generate: begin workflows.main" in result
    assert not config(guide(workflow="main"), result).needed


def test_what_is_marked_is_updated_where_it_stands():
    behind = merged().replace(
        "  # orbgen generate: end\n\nworkflows:", "  # orbgen generate: end\n  last: *build\n\nworkflows:"
    )
    result = merged(guide(command="echo other"), behind)
    assert "echo other" in result
    assert "  # orbgen generate: end\n  last: *build\n" in result


def test_what_the_plan_asks_for_no_more_is_taken_out():
    with_orb = merged(guide(orb="acme/teleport@1.0.0"), merged())
    assert "commands:" not in with_orb
    assert "  teleport: acme/teleport@1.0.0\n" in with_orb
    assert added(THEIRS, with_orb)
    assert merged(text=with_orb) == merged()


def test_a_change_by_hand_is_not_overwritten_without_force():
    edited = merged().replace("resource_class: small", "resource_class: large")
    problem = refusal(text=edited)
    assert problem.code == "changed-by-hand"
    assert problem.span.source.line_text(problem.span.line).strip().startswith("# orbgen generate: begin jobs")
    assert "resource_class: small" in merged(text=edited, force=True)


def test_a_lost_mark_is_refused():
    broken = merged().replace("# orbgen generate: end", "", 1)
    assert refusal(text=broken).code == "marks"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["\n", ""])
def test_line_ends_and_byte_order_marks_stay(line_end, mark, last):
    text = mark + (THEIRS.removesuffix("\n") + last).replace("\n", line_end)
    result = merged(text=text)
    assert result.startswith(mark + "# The shop's")
    assert result.count("\r") == (result.count("\n") if line_end == "\r\n" else 0)
    if last:
        assert added(text, result)
    assert not config(text=result).needed


def test_text_that_ends_in_blank_lines_keeps_them():
    text = THEIRS.replace("      - run: |\n          make\n", "      - run: |+\n          make\n           \n\n")
    result = merged(text=text)
    assert "          make\n           \n\n\n  # orbgen generate: begin jobs" in result
    assert not config(text=result).needed


def test_a_configuration_without_workflows_still_runs_its_build():
    text = THEIRS.partition("workflows:")[0]
    assert "  workflow:\n    jobs:\n      - build\n" in merged(text=text)
    assert not config(text=merged(text=text)).needed


def test_an_orb_that_is_imported_is_used_by_its_alias():
    plan = guide(orb="acme/teleport@1.0.0")
    text = THEIRS.replace("orbs:\n", "orbs:\n  access: acme/teleport@1.0.0\n")
    result = merged(plan, text)
    assert "- access/ssh:" in result
    assert "begin orbs" not in result


def test_an_alias_that_is_taken_is_left_alone():
    text = THEIRS.replace("orbs:\n", "orbs:\n  teleport: other/teleport@2.0.0\n")
    result = merged(guide(orb="acme/teleport@1.0.0"), text)
    assert "  teleport: other/teleport@2.0.0\n" in result
    assert "  orbgen-teleport: acme/teleport@1.0.0\n" in result
    problem = refusal(
        plan=guide(orb="acme/teleport@1.0.0"),
        text=text.replace("orbs:\n", "orbs:\n  orbgen-teleport: other/one@1.0.0\n"),
    )
    assert (problem.code, problem.span.text) == ("taken", "orbgen-teleport")


def test_names_of_orbgens_own_may_be_taken_as_well():
    text = THEIRS.replace("jobs:\n  build", "commands:\n  teleport-ssh:\n    steps: [checkout]\njobs:\n  build")
    assert (refusal(text=text).code, refusal(text=text).span.text) == ("taken", "teleport-ssh")
    plan = guide(workflow="main", approval="build")
    assert "`build`" in refusal(plan).message


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (THEIRS.replace("2.1", "2"), "version", 2),
        (THEIRS.replace("version: 2.1\n", ""), "version", 3),
        (THEIRS.replace("version: 2.1", "version: 2.1\nsetup: true"), "setup", 3),
        (THEIRS.replace("  build:", "  write-greeting:").replace("- build", "- write-greeting"), "taken", 8),
        (THEIRS.replace("jobs:\n  build:", "commands: {a: {steps: [checkout]}}\njobs:\n  build:"), "form", 7),
        ("- a list\n", "value", 1),
        ("version: [2.1\n", "yaml-syntax", 1),
        ("", "value", 1),
    ],
)
def test_what_cannot_be_changed_safely_is_refused_with_its_place(text, code, line):
    problem = refusal(text=text)
    assert (problem.code, problem.span.line) == (code, line)


def test_a_file_of_theirs_is_not_overwritten():
    plan = guide()
    with pytest.raises(GenerateError) as caught:
        changes(plan, {"teleport/bot.yaml": b"kind: bot\n"})
    assert caught.value.problems[0].code == "taken"
    assert changes(plan, {"teleport/bot.yaml": b"kind: bot\n"}, force=True)


def test_a_resource_changed_by_hand_is_not_overwritten():
    plan = guide()
    files = {change.path: change.after or b"" for change in changes(plan, {})}
    other = msgspec.structs.replace(plan, project_id="11111111-2222-4333-8444-555555555555")
    assert [change.path for change in changes(other, files) if change.needed] == ["teleport/token.yaml"]
    files["teleport/token.yaml"] += b"# and more\n"
    with pytest.raises(GenerateError) as caught:
        changes(other, files)
    assert caught.value.problems[0].code == "changed-by-hand"
