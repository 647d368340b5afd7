"""Values and parameters pasted into code where no job run shows it: unknown orbs, unused elements, orb sources."""

from __future__ import annotations

import pytest

from orbgen.lint.findings import Finding, Persona, Severity
from tests.lint.linting import found, job

RULES = ("pipeline-value-injection", "parameter-injection")
ORBS = "orbs: {o: example/o@1.0.0}\n"


def named(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.name for finding in findings]


def test_values_for_a_job_of_an_unknown_orb(tmp_path):
    entry = "o/deploy: {ref: << pipeline.git.branch >>, nested: {in: [<< pipeline.git.commit.body >>]}}"
    (first, second) = found(tmp_path, f"version: 2.1\n{ORBS}workflows:\n  main:\n    jobs:\n      - {entry}\n", *RULES)
    assert first.name == second.name == "pipeline-value-injection[opaque]"
    assert "`pipeline.git.branch` is handed to 'o/deploy'" in first.message
    assert first.primary.text == "<< pipeline.git.branch >>"
    assert "anyone who opens a pull request" in second.message


def test_a_value_for_an_unknown_orb_through_a_command(tmp_path):
    more = ORBS + "commands:\n  say:\n    parameters: {text: {type: string}}\n    steps:\n"
    more += "      - o/send: {text: << parameters.text >>}\n"
    (finding,) = found(tmp_path, job("- say: {text: << pipeline.git.branch >>}", more=more), *RULES)
    assert finding.name == "pipeline-value-injection[opaque]"
    assert finding.primary.text == "<< parameters.text >>"


def test_what_an_unknown_orb_may_be_given(tmp_path):
    steps = "- o/send: {revision: << pipeline.git.revision >>, login: << pipeline.git.commit.author_login >>}"
    assert found(tmp_path, job(steps, more=ORBS), *RULES) == ()
    steps = "- o/send: {text: << pipeline.git.branch >>}"
    entry = "build: {filters: {branches: {only: main}}}"
    assert found(tmp_path, job(steps, more=ORBS, entry=entry), *RULES) == ()


def test_a_job_that_no_workflow_runs(tmp_path):
    unused = 'jobs:\n  idle:\n    docker: [{image: "cimg/base:2026.01"}]\n    steps:\n      - run: echo '
    text = job("- checkout", more="parameters: {p: {type: string, default: x}}\n")
    both = text.replace("jobs:\n", f"{unused}<< pipeline.git.branch >> << pipeline.parameters.p >>\n", 1)
    (finding,) = found(tmp_path, both, *RULES)
    assert (finding.name, finding.severity, finding.persona) == (RULES[0], Severity.LOW, Persona.PEDANTIC)
    assert finding.job_runs == ()


def test_a_command_of_an_inline_orb_that_a_job_uses_is_found_once(tmp_path):
    more = "orbs:\n  o:\n    commands:\n      say:\n        steps:\n          - run: echo << pipeline.git.branch >>\n"
    (finding,) = found(tmp_path, job("- o/say", more=more), *RULES)
    assert (finding.severity, finding.persona, finding.job_runs) == (Severity.MEDIUM, Persona.DEFAULT, ("main/build",))


ORB = """version: 2.1
display: {source_url: "https://git.example/o"}
commands:
  say:
    parameters:
      text: {type: string, default: ""}
    steps:
      - run: %s
"""


def test_parameters_of_an_orb(tmp_path):
    (finding,) = found(tmp_path, ORB % "echo << parameters.text >>", *RULES)
    assert (finding.name, finding.persona) == ("parameter-injection[orb]", Persona.DEFAULT)
    shown = ORB % "{shell: << parameters.text >>, command: echo}"
    assert named(found(tmp_path, shown, *RULES)) == ["parameter-injection[orb]"]


def test_a_parameter_of_an_orb_in_a_quoted_here_document(tmp_path):
    script = "\"cat > notes.txt \\\\<<'EOF'\\n<< parameters.text >>\\nEOF\""
    assert found(tmp_path, ORB % script, *RULES) == ()


def test_a_command_of_an_orb_that_its_job_calls_with_a_literal(tmp_path):
    jobs = '\njobs:\n  run:\n    docker: [{image: "cimg/base:2026.01"}]\n    steps: [say: {text: hello}]\n'
    assert named(found(tmp_path, ORB % "echo << parameters.text >>" + jobs, *RULES)) == ["parameter-injection[orb]"]


def test_a_parameter_through_another_command_of_the_orb(tmp_path):
    more = "  tell:\n    parameters: {note: {type: string}}\n    steps: [say: {text: << parameters.note >>}]\n"
    (finding,) = found(tmp_path, ORB % "echo << parameters.text >>" + more, *RULES)
    assert "`parameters.text`" in finding.message or "`parameters.note`" in finding.message


@pytest.mark.parametrize(
    ("value", "severity"), [("pipeline.git.branch", Severity.MEDIUM), ("pipeline.git.commit.subject", Severity.HIGH)]
)
def test_a_value_in_the_source_of_an_orb_counts_as_in_a_job(tmp_path, value, severity):
    (finding,) = found(tmp_path, ORB % f"echo << {value} >>", *RULES)
    assert (finding.name, finding.severity, finding.persona) == (RULES[0], severity, Persona.DEFAULT)
    assert found(tmp_path, ORB % f"echo << {value} >>", "parameter-injection") == ()


def test_what_the_pipeline_fills_in_is_said_once(tmp_path):
    more = "parameters: {p: {type: string, default: x}}\norbs:\n  o:\n    commands:\n      say:\n"
    more += "        parameters: {text: {type: string}}\n        steps:\n          - run: echo << parameters.text >>\n"
    text = job("- o/say: {text: << pipeline.parameters.p >>}", more=more)
    assert named(found(tmp_path, text, *RULES)) == ["parameter-injection"]


def test_the_parameters_of_a_command_that_nothing_uses(tmp_path):
    more = "commands:\n  say:\n    parameters: {text: {type: string}}\n    steps: [run: echo << parameters.text >>]\n"
    assert found(tmp_path, job("- checkout", more=more), *RULES) == ()
