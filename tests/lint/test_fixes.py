"""What the rules' fixes make of configurations that are written in other ways than their pages show."""

from __future__ import annotations

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.mending.mended import Mended
from orbgen.lint.run import Linter
from orbgen.lint.selection import Pattern, Selection
from orbgen.project.facts import Facts
from tests.lint.linting import EVERYTHING, job

RULES = load_rules()
TAG = "<< pipeline.git.commit.subject >>"


def mended(text: str, rule: str, facts: Facts | None = None) -> Mended:
    linter = Linter(RULES, OrbStore(), EVERYTHING, facts, Selection((Pattern(rule),)))
    found = Fixer(linter, unsafe=True).mend(text.encode(), "config.yml", named=True)
    assert found is not None
    return found


def fixed(text: str, rule: str, facts: Facts | None = None) -> str:
    found = mended(text, rule, facts)
    assert found.made, [refused.reason for refused in found.refused]
    windows = mended(text.replace("\n", "\r\n"), rule, facts)
    assert windows.after.decode() == found.after.decode().replace("\n", "\r\n")
    return found.after.decode()


def refused(text: str, rule: str, facts: Facts | None = None) -> list[str]:
    found = mended(text, rule, facts)
    assert found.after.decode() == text
    return [refused.reason for refused in found.refused]


def entries(*lines: str, jobs: str = "[run: make]") -> str:
    listed = "".join([f"      {line}\n" for line in lines])
    return (
        'version: 2.1\njobs:\n  build:\n    docker: [{image: "cimg/base:2026.01"}]\n'
        f"    steps: {jobs}\nworkflows:\n  main:\n    jobs:\n{listed}"
    )


# Pasted values


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f"- run:\n    command: ./say.sh {TAG} # loudly\n    name: say",
            '- run:\n    command: ./say.sh "$GIT_COMMIT_SUBJECT" # loudly\n    name: say\n'
            f"    environment:\n      GIT_COMMIT_SUBJECT: {TAG}",
        ),
        (
            f"- run:\n    environment: {{A: b}}\n    command: ./say.sh x{TAG}",
            f"- run:\n    environment: {{A: b, GIT_COMMIT_SUBJECT: {TAG}}}\n"
            '    command: ./say.sh x"$GIT_COMMIT_SUBJECT"',
        ),
        (
            f'- run: {{command: "./say.sh {TAG}"}}',
            f'- run: {{command: "./say.sh \\"$GIT_COMMIT_SUBJECT\\"", environment: {{GIT_COMMIT_SUBJECT: {TAG}}}}}',
        ),
        (
            f'- run:\n    command: |\n      echo "a{TAG}b"\n\n      # done\n      echo {TAG}\n    name: say',
            '- run:\n    command: |\n      echo "a${GIT_COMMIT_SUBJECT}b"\n\n      # done\n'
            '      echo "$GIT_COMMIT_SUBJECT"\n'
            f"    name: say\n    environment:\n      GIT_COMMIT_SUBJECT: {TAG}",
        ),
    ],
)
def test_a_pasted_value_is_handed_over(before, after):
    assert fixed(job(before), "pipeline-value-injection") == job(after)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (f"- run: echo '{TAG}'", "the shell puts no variable in at that place"),
        (f"- run: |\n    cat \\<<EOF\n    {TAG}\n    EOF", "the shell puts no variable in at that place"),
        (
            f"- run:\n    command: echo {TAG}\n    environment: {{GIT_COMMIT_SUBJECT: other}}",
            "the step's `environment` has a `GIT_COMMIT_SUBJECT` already",
        ),
        (
            f"- run: GIT_COMMIT_SUBJECT=x; echo {TAG}",
            "the script uses the name `GIT_COMMIT_SUBJECT` for something else",
        ),
    ],
)
def test_a_value_stays_where_a_variable_would_mean_something_else(step, reason):
    assert reason in refused(job(step), "pipeline-value-injection")


def test_a_value_in_a_shell_s_name_has_no_fix():
    assert refused(job(f"- run: {{shell: bash {TAG}, command: make}}"), "pipeline-value-injection") == []


def test_a_script_that_several_jobs_share_is_changed_once():
    text = job("- &say\n  run:\n    command: echo " + TAG, more="# comments stay\n")
    text = text.replace(
        "workflows:", '  other:\n    docker: [{image: "cimg/base:2026.01"}]\n    steps: [*say]\nworkflows:'
    )
    text += "      - other\n"
    after = fixed(text, "pipeline-value-injection")
    assert after.count("$GIT_COMMIT_SUBJECT") == 1
    assert "steps: [*say]" in after


# Filters


@pytest.mark.parametrize(
    ("filters", "expression"),
    [
        ("{branches: {only: main}}", 'pipeline.git.branch == "main"'),
        ("{branches: {only: [main, /release-.*/]}}",
         'pipeline.git.branch == "main" or pipeline.git.branch matches /release-.*/'),
        ("{branches: {ignore: main}}", 'pipeline.git.branch != "" and pipeline.git.branch != "main"'),
        ("{branches: {ignore: [a, /b.*/]}}",
         'pipeline.git.branch != "" and not (pipeline.git.branch == "a" or pipeline.git.branch matches /b.*/)'),
        ("{tags: {only: /v.*/}, branches: {ignore: /.*/}}", "pipeline.git.tag matches /v.*/"),
        ("{tags: {only: /v\\.1/}, branches: {ignore: /.*/}}", "pipeline.git.tag matches /v\\.1/"),
    ],
)  # fmt: skip
def test_filters_become_the_expression_that_lets_the_same_run(filters, expression):
    text = entries("- build:", f"    filters: {filters} # only these")
    assert fixed(text, "deprecated-feature") == entries("- build:", f"    filters: {expression} # only these")


@pytest.mark.parametrize(
    "filters",
    [
        "{branches: {only: main}, tags: {only: /v.*/}}",
        "{branches: {only: []}}",
        "{branches: {only: << pipeline.parameters.x >>}}",
        "{branches: {only: 'a\"b'}}",
        "{branches: {only: /a}}",
    ],
)
def test_filters_stay_where_an_expression_would_not_be_the_same(filters):
    text = entries("- build:", f"    filters: {filters}").replace(
        "jobs:", 'parameters: {x: {type: string, default: ""}}\njobs:', 1
    )
    refused(text, "deprecated-feature")


def test_shared_filters_become_a_shared_expression():
    text = entries("- build: {filters: &only {branches: {only: main}}}", "- build: {name: again, filters: *only}")
    after = fixed(text, "deprecated-feature")
    assert 'filters: &only pipeline.git.branch == "main"' in after
    assert "filters: *only" in after


# Entries


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["- build:", "    context: prod # ours"],
         ["- build:", "    context: prod # ours", '    filters: pipeline.git.branch == "main"']),
        (["- build: {context: [prod]}"], ['- build: {context: [prod], filters: pipeline.git.branch == "main"}']),
    ],
)  # fmt: skip
def test_an_open_job_is_kept_to_the_default_branch(before, after):
    facts = Facts(default_branch="main")
    assert fixed(entries(*before), "ungated-credentials", facts) == entries(*after)
    assert (
        refused(
            entries("- build:", "    context: prod", "    filters: {tags: {only: /.*/}}"), "ungated-credentials", facts
        )
        == []
    )


def test_a_filter_that_would_end_a_job_s_followers_is_taken_back():
    text = entries(
        "- build: {context: prod}",
        '- build: {name: next, requires: [build], context: prod, filters: pipeline.git.branch == "dev"}',
    )
    assert "unreachable-job" in " ".join(refused(text, "ungated-credentials", Facts(default_branch="main")))


# Names


def test_a_name_is_mended_only_where_the_result_compiles():
    text = entries("- biuld")
    assert fixed(text, "compile-error") == entries("- build")
    assert refused(entries("- xyz"), "compile-error") == []


def test_quotes_and_comments_stay_around_a_mended_name():
    text = entries('- "biuld": # first', "    context: a")
    assert fixed(text, "compile-error") == entries('- "build": # first', "    context: a")


# Ignores


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# orbgen: ignore[weak-gate, piped-script] no", "# orbgen: ignore[weak-gate] no"),
        ("# orbgen: ignore[piped-script, unpinned-orb] no", ""),
        ("# orbgen: ignore[piped-script] no # shellcheck disable=all", "# shellcheck disable=all"),
    ],
)
def test_only_what_is_not_needed_goes_out_of_a_comment(before, after):
    linter = Linter(RULES, OrbStore(), EVERYTHING)
    text = entries("- build", jobs=f"[run: make] {before}")
    found = Fixer(linter, unsafe=False).mend(text.encode(), "config.yml", named=True)
    assert found is not None
    left = after if "weak-gate" not in after else ""
    assert found.after.decode() == entries("- build", jobs=f"[run: make]{' ' + left if left else ''}")


# Tracing


def test_tracing_is_off_for_each_command_with_a_secret():
    before = """\
- run: |
    set -x
    make
    login "$API_TOKEN" \\
      --now # first

    if true; then
      login "$API_TOKEN"
    fi
    make"""
    after = """\
- run: |
    set -x
    make
    set +x
    login "$API_TOKEN" \\
      --now # first
    set -x

    if true; then
      set +x
      login "$API_TOKEN"
      set -x
    fi
    make"""
    assert fixed(job(before), "printed-secret") == job(after)


@pytest.mark.parametrize(
    "script",
    [
        'if true; then login "$API_TOKEN"; fi',
        'true &&\n      login "$API_TOKEN"',
        'login "$API_TOKEN" ||\n      true',
        'login "$API_TOKEN" |\n      cat',
    ],
)
def test_tracing_stays_where_a_command_is_a_part_of_something(script):
    assert refused(job(f"- run: |\n    set -x\n    {script}\n    make"), "printed-secret") == []
