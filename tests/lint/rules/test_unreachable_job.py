"""Jobs that no branch and no tag starts."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Finding, Persona, Severity
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.run import Linter
from tests.lint.linting import EVERYTHING, found

HEAD = """\
version: 2.1
parameters:
  deploy: {type: boolean, default: false}
jobs:
  a: &job
    parameters: {of: {type: string, default: ""}}
    docker: [{image: "cimg/base:2026.01"}]
    steps: [run: make]
  b: *job
  c: *job
  d: *job
job-groups:
  g:
    jobs:
      - c
      - d: {requires: [c]}
"""
TAGGED = "filters: {branches: {ignore: /.*/}, tags: {only: /^v.*/}}"


def reported(folder: Path, workflow: str, *rules: str) -> list[tuple[str, str]]:
    """The kinds and job runs of what is found in a workflow; the workflow is what stands under its name."""
    return [(finding.kind, ",".join(finding.job_runs)) for finding in all_of(folder, workflow, *rules)]


def all_of(folder: Path, workflow: str, *rules: str) -> tuple[Finding, ...]:
    text = HEAD + "workflows:\n  w:\n" + textwrap.indent(textwrap.dedent(workflow), "    ")
    return found(folder, text, "unreachable-job", *rules)


def entries(*texts: str) -> str:
    return "jobs:\n" + "".join([f"  - {text}\n" for text in texts])


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        (entries("a", f"b: {{requires: [a], {TAGGED}}}"), [("tag-chain", "w/b")]),
        (entries("a: {filters: {tags: {only: /x.*/}}}", f"b: {{requires: [a], {TAGGED}}}"), [("tag-chain", "w/b")]),
        (entries("a: {filters: {tags: {only: /v1.*/}}}", f"b: {{requires: [a], {TAGGED}}}"), []),
        (entries("a: {filters: {tags: {ignore: /v.*/}}}", f"b: {{requires: [a], {TAGGED}}}"), [("tag-chain", "w/b")]),
        (entries("a: {filters: {tags: {ignore: /x.*/}}}", f"b: {{requires: [a], {TAGGED}}}"), []),
        (entries("a", "b: {requires: [a], filters: {tags: {ignore: v1}}}"), [("tag-chain", "w/b")]),
        (entries("a", "b: {requires: [a], filters: {tags: {ignore: /.*/}}}"), []),
        (entries("a", f"c: {{{TAGGED}}}", f"b: {{requires: [a, c], {TAGGED}}}"), []),
        (entries("a", f"b: {{requires: [a], {TAGGED}}}", f"c: {{requires: [b], {TAGGED}}}"),
         [("tag-chain", "w/b"), ("tag-chain", "w/c")]),
        (entries("a: {name: x}", f"b: {{requires: [{{x: failed}}], {TAGGED}}}"), [("tag-chain", "w/b")]),
        (entries("a", 'b: {requires: [a], filters: pipeline.git.tag starts-with "v"}'), [("tag-chain", "w/b")]),
        (entries("a", 'b: {requires: [a], filters: pipeline.git.tag matches /v\\d+/}'), [("tag-chain", "w/b")]),
        (entries("a", 'b: {requires: [a], filters: pipeline.git.branch != "x"}'), []),
        (entries("a", f"g: {{requires: [a], {TAGGED}}}"), [("tag-chain", "w/g/start")]),
        (entries(f"g: {{{TAGGED}}}", f"b: {{requires: [g], {TAGGED}}}"), []),
        (entries("a: {matrix: {parameters: {of: [x, y]}}}", f"b: {{requires: [a], {TAGGED}}}"), [("tag-chain", "w/b")]),
        (entries("hold: {type: approval}", f"b: {{requires: [hold], {TAGGED}}}"), [("tag-chain", "w/b")]),
        ('when: pipeline.git.tag != ""\n' + entries("a"), [("tag-chain", "w/a")]),
        ("when: {matches: {pattern: ^v.+, value: << pipeline.git.tag >>}}\n" + entries("a", "b: {requires: [a]}"),
         [("tag-chain", "w/a"), ("tag-chain", "w/b")]),
        ('when: pipeline.git.tag == "v1"\n' + entries("a: {filters: {tags: {only: /.*/}}}"), []),
    ],
)  # fmt: skip
def test_jobs_that_no_tag_starts(tmp_path: Path, workflow: str, expected: list[tuple[str, str]]):
    assert reported(tmp_path, workflow) == expected


@pytest.mark.parametrize(
    ("workflow", "expected"),
    [
        (entries("a: {filters: {branches: {only: main}}}", "b: {requires: [a], filters: {branches: {only: dev}}}"),
         [("contradiction", "w/b")]),
        (entries("a: {filters: {branches: {only: main}}}", "b: {requires: [a], filters: {branches: {ignore: main}}}"),
         [("contradiction", "w/b")]),
        (entries("a: {filters: {branches: {only: main}}}", "b: {requires: [a], filters: {branches: {only: /ma.*/}}}"),
         []),
        (entries("a: {filters: {branches: {only: /v1.*/}}}",
                 "b: {requires: [a], filters: {branches: {only: /v2.*/}}}"),
         [("contradiction", "w/b")]),
        (entries("a: {filters: {branches: {only: main}}}", "c",
                 "b: {requires: [a, c], filters: {branches: {only: dev}}}"),
         []),
        # What waits for a job that never runs is no second mistake.
        (entries("a: {filters: {branches: {only: main}}}", "b: {requires: [a], filters: {branches: {only: dev}}}",
                 "c: {requires: [b]}"),
         [("contradiction", "w/b")]),
        (entries("a: {filters: {branches: {only: main}}}", f"b: {{requires: [a], {TAGGED}}}"), [("tag-chain", "w/b")]),
        ('when: pipeline.git.branch == "main"\n' + entries("a: {filters: {branches: {only: dev}}}", "b"),
         [("contradiction", "w/a")]),
        ('unless: pipeline.git.branch == "main"\n' + entries("a: {filters: {branches: {only: main}}}"),
         [("contradiction", "w/a")]),
        (entries('a: {filters: pipeline.git.branch == "a" and pipeline.git.tag == "b"}'), [("no-trigger", "w/a")]),
        (entries("a: {filters: {branches: {ignore: /.*/}}}"), [("no-trigger", "w/a")]),
        (entries("a: {filters: {branches: {ignore: [/.*/, main]}, tags: {ignore: /.*/}}}"), [("no-trigger", "w/a")]),
        (entries("a: {filters: {branches: {ignore: /.*/}, tags: {only: /.*/}}}"), []),
        (entries("a: {filters: {branches: {ignore: /x.*/}}}"), []),
        ('when: pipeline.git.branch == "a" and pipeline.git.branch == "b"\n' + entries("a", "b"),
         [("no-trigger", "w/a,w/b")]),
        ("when: << pipeline.parameters.deploy >>\n" + entries("a"), []),
        (entries('a: {filters: {branches: {ignore: /.*/}, tags: {only: "/v\\\\p{L}/"}}}'), []),
        ('when: pipeline.git.branch starts-with "a" and pipeline.git.branch != "a"\n' + entries("a"), []),
        ("when: {and: [<< pipeline.parameters.deploy >>, {equal: [api, << pipeline.trigger.type >>]}]}\n"
         + entries("a"), []),
        ('when: pipeline.git.commit.subject starts-with "x"\n' + entries("a: {filters: {branches: {only: main}}}"), []),
        ("triggers: [{schedule: {cron: 0 3 * * *, filters: {branches: {only: main}}}}]\n"
         + entries("a: {filters: {branches: {only: dev}}}"), []),
        (entries("a: {filters: {branches: {only: main}}}",
                 'b: {requires: [a], filters: {branches: {only: "/d\\\\p{L}/"}}}'), []),
        (entries("b: {requires: [a], filters: {branches: {only: main}}}",
                 "a: {requires: [b], filters: {branches: {only: dev}}}"), []),
    ],
)  # fmt: skip
def test_jobs_that_nothing_starts(tmp_path: Path, workflow: str, expected: list[tuple[str, str]]):
    found_here = reported(tmp_path, workflow)
    assert found_here == expected


def test_a_matrix_in_a_filter(tmp_path: Path):
    workflow = entries(
        "a: {filters: {branches: {only: main}}}",
        "b: {requires: [a], matrix: {parameters: {of: [main, dev]}}, filters: {branches: {only: << matrix.of >>}}}",
    )
    assert reported(tmp_path, workflow) == [("contradiction", "w/b-dev")]


def test_how_much_each_kind_counts(tmp_path: Path):
    (chain,) = all_of(tmp_path, entries("a", f"b: {{requires: [a], {TAGGED}}}"))
    assert (chain.severity, chain.confidence) == (Severity.MEDIUM, Confidence.HIGH)
    assert chain.related[0].span.text == "a"
    (other,) = all_of(
        tmp_path, 'when: pipeline.git.branch == "main"\n' + entries("a: {filters: {branches: {only: x}}}")
    )
    assert (other.severity, other.confidence) == (Severity.MEDIUM, Confidence.MEDIUM)
    for off in ("when: false", "unless: true"):
        (switched_off,) = all_of(tmp_path, f"{off}\n" + entries("a", "b"))
        assert (switched_off.severity, switched_off.persona) == (Severity.INFO, Persona.PEDANTIC)
        assert switched_off.job_runs == ("w/a", "w/b")


@pytest.mark.parametrize(
    "workflow",
    [
        "when: {equal: [a, b]}\n" + entries("a"),
        "when: {and: [true, false]}\n" + entries("a"),
        'when: not pipeline.git.branch == "main"\n' + entries("a"),
        entries('a: {filters: not pipeline.git.branch == "main"}'),
    ],
)
def test_a_condition_that_is_constant_is_spoken_of_once(tmp_path: Path, workflow: str):
    assert [kind for kind, _ in reported(tmp_path, workflow)] == ["no-trigger"]
    both = all_of(tmp_path, workflow, "constant-condition")
    assert [finding.rule for finding in both] == ["constant-condition"]


def test_many_names_are_too_many_to_ask(tmp_path: Path):
    names = ", ".join([f"branch-{number}" for number in range(200)])
    workflow = entries(
        f"a: {{filters: {{branches: {{only: [{names}]}}}}}}", "b: {requires: [a], filters: {branches: {only: x}}}"
    )
    assert reported(tmp_path, workflow) == []


def test_a_filter_that_entries_share_is_not_where_one_of_them_is_wrong(tmp_path):
    text = (
        "version: 2.1\n"
        "tags: &tags {tags: {only: /^v.*/}}\n"
        'jobs: {build: &job {docker: [{image: "cimg/base:2026.01"}], steps: [run: make]}, test: *job, ship: *job}\n'
        "workflows:\n"
        "  main:\n"
        "    jobs:\n"
        "      - build\n"
        "      - test: {requires: [build], filters: *tags}\n"
        "      - ship: {requires: [test], filters: *tags}\n"
    )
    assert [finding.primary.text for finding in found(tmp_path, text, "unreachable-job")] == ["test", "ship"]


@pytest.mark.parametrize(
    ("requires", "tags", "added"),
    [
        ("a", "{only: /^v.*/}", 'pipeline.git.branch != "" or pipeline.git.tag matches /^v.*/'),
        ("a", "{only: [v1, '/x\\/.*/']}",
         'pipeline.git.branch != "" or pipeline.git.tag == "v1" or pipeline.git.tag matches /x\\/.*/'),
        ("a", "{only: '/x/.*/'}", None),
        ("a", "{ignore: /x.*/}", None),
        ("'a: {filters: {branches: {only: main}}}'", "{only: /^v.*/}", None),
    ],
)  # fmt: skip
def test_the_fix_of_a_chain(tmp_path: Path, requires: str, tags: str, added: str | None):
    text = (
        HEAD + f"workflows:\n  w:\n    jobs:\n      - {requires.strip(chr(39))}\n      - b:\n          requires: [a]\n"
    )
    text += f"          filters: {{branches: {{ignore: /.*/}}, tags: {tags}}}\n"
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name == "unreachable-job"])
    mended = Fixer(Linter(rules, OrbStore(), EVERYTHING), unsafe=True).mend(
        text.encode(), str(tmp_path / "config.yml"), named=True
    )
    assert mended is not None
    assert [finding.kind for finding in mended.first.findings] == ["tag-chain"]
    expected = text if added is None else text.replace("      - a\n", f"      - a:\n          filters: {added}\n")
    assert mended.after.decode() == expected
