"""The more specific rule speaks for a place, not for all that lies around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona, Rule, Sees, Severity
from orbgen.lint.precedence import prevailing
from orbgen.lint.run import Linter, Thresholds
from orbgen.project.facts import Facts, References
from orbgen.source.span import Source, Span
from tests.lint.linting import found


def names_in(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "config.yml"
    path.write_text(text, encoding="utf-8")
    linter = Linter(load_rules(), OrbStore(), Thresholds())
    return [f"{finding.name}:{finding.primary.line}" for finding in linter.lint(str(path), named=True).findings]


def test_a_dropped_key_does_not_hide_that_there_is_nothing_to_run(tmp_path: Path):
    text = "version: 2.1\ncommands:\n  greet:\n    steps:\n      - checkout: {directory: app}\n"
    assert names_in(tmp_path, text) == ["compile-error[workflow]:1", "unknown-key[ignored]:5"]


JOB = 'jobs:\n  d:\n    docker: [{image: "cimg/base:2026.01"}]\n    steps:\n      - %s\n'
WORKFLOW = "workflows:\n  main:\n    jobs: [d]\n"
# Each winner with a loser and a configuration in which the loser would speak alone.
PAIRS = [
    (
        "approval-bypass",
        "ungated-credentials",
        JOB % "checkout" + "workflows:\n  main:\n    jobs:\n      - hold: {type: approval}\n"
        "      - d: {context: c, requires: [{hold: [success, canceled]}]}\n",
    ),
    (
        "weak-gate",
        "ungated-credentials",
        "parameters: {c: {type: string, default: c}}\n"
        + JOB % "checkout"
        + "workflows:\n  main:\n    jobs:\n      - d: {context: [a, << pipeline.parameters.c >>]}\n",
    ),
    (
        "approval-bypass",
        "weak-gate",
        "parameters: {c: {type: string, default: c}}\n"
        + JOB % "checkout"
        + "workflows:\n  main:\n    jobs:\n      - hold: {type: approval}\n"
        "      - d: {context: [a, << pipeline.parameters.c >>], requires: [{hold: [success, canceled]}]}\n",
    ),
    (
        "constant-condition",
        "unreachable-job",
        JOB % "checkout"
        + "workflows:\n  main:\n    when: {equal: [a, b]}\n    jobs: [d: {filters: {branches: {ignore: /.*/}}}]\n",
    ),
    (
        "teleport-persisted-credentials",
        "persisted-credentials",
        JOB % "run: tbot start identity --oneshot --destination=./certs --storage=./state --join-method=circleci"
        "\n      - run: docker login -u a --password-stdin\n      - run: cp ~/.docker/config.json certs/config.json"
        "\n      - persist_to_workspace: {root: ., paths: [certs]}" + WORKFLOW,
    ),
    (
        "exposed-oidc-token",
        "printed-secret",
        JOB % 'run: |\n          TOKEN=$CIRCLE_OIDC_TOKEN\n          echo "$TOKEN"' + WORKFLOW,
    ),
    (
        "pipeline-value-injection",
        "parameter-injection",
        "parameters: {p: {type: string, default: c}}\n"
        "commands:\n  c:\n    parameters: {x: {type: string}}\n    steps: [run: echo << parameters.x >>]\n"
        + JOB % 'c: {x: "<< pipeline.parameters.p >> << pipeline.git.branch >>"}'
        + WORKFLOW,
    ),
    (
        "deferred-injection",
        "reparsed-variable",
        JOB % 'run: echo $CIRCLE_BRANCH | bash | tee -a "$BASH_ENV"' + WORKFLOW,
    ),
]


@pytest.mark.parametrize(("winner", "loser", "body"), PAIRS, ids=[f"{one[0]}-{one[1]}" for one in PAIRS])
def test_the_winner_silences_the_loser(tmp_path: Path, winner: str, loser: str, body: str):
    text = f"version: 2.1\n{body}"
    assert [one.rule for one in found(tmp_path, text, loser)] == [loser]
    assert {one.rule for one in found(tmp_path, text, winner, loser)} == {winner}


@pytest.mark.parametrize("loser", ["untrusted-orb", "unpinned-orb"])
def test_a_forbidden_orb_is_not_also_untrusted_or_unpinned(tmp_path: Path, loser: str):
    facts = Facts(forbidden=References(orbs=("elsewhere/*",)))
    text = "version: 2.1\norbs: {o: elsewhere/o@volatile}\nworkflows: {main: {jobs: [o/run]}}\n"
    assert [one.rule for one in found(tmp_path, text, loser, facts=facts)] == [loser]
    both = found(tmp_path, text, "forbidden-reference", loser, facts=facts)
    assert {one.rule for one in both} == {"forbidden-reference"}


def test_an_unknown_key_speaks_for_its_own_place_alone(tmp_path: Path):
    key, other = [Span(Source("config.yml", "version: 2.1\nvesion: 2\n"), start, start + 6) for start in (13, 0)]
    known = Rule("unknown-key", Sees.CONFIG, Severity.HIGH, Confidence.HIGH, "0.1").finding("the key", key)
    compiled = Rule("compile-error", Sees.CONFIG, Severity.HIGH, Confidence.HIGH, "0.1")
    elsewhere = compiled.finding("elsewhere", other)
    assert prevailing([known, compiled.finding("the same", key), elsewhere]) == [known, elsewhere]


def test_what_few_see_does_not_hide_what_all_should(tmp_path: Path):
    """On a bounded branch the pasted name is for the pedantic, but the parameter beside it is not."""
    body = next(text for winner, _, text in PAIRS if winner == "pipeline-value-injection")
    text = "version: 2.1\n" + body.replace("jobs: [d]", "jobs: [d: {filters: {branches: {only: main}}}]")
    rules = ("pipeline-value-injection", "parameter-injection")
    shown = [(one.rule, one.persona) for one in found(tmp_path, text, *rules)]
    assert shown == [("parameter-injection", Persona.DEFAULT), ("pipeline-value-injection", Persona.PEDANTIC)]


@pytest.mark.parametrize(("confidence", "silenced"), [(Confidence.HIGH, True), (Confidence.LOW, False)])
def test_a_guess_about_a_job_run_silences_nothing(confidence: Confidence, silenced: bool):
    place = Span(Source("config.yml", "version: 2.1\n"), 0, 7)
    first = Rule("teleport-ungated-join", Sees.JOB_RUN, Severity.HIGH, confidence, "0.1")
    second = Rule("ungated-credentials", Sees.JOB_RUN, Severity.HIGH, Confidence.HIGH, "0.1")
    findings = [rule.finding("open", place, job_runs=("main/ship",)) for rule in (first, second)]
    assert prevailing(findings) == (findings[:1] if silenced else findings)
