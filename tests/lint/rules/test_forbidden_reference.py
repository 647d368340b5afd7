"""What the plan forbids and allows, and what cannot be judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.lint.analyses.contexts.permitted import is_image, is_orb
from orbgen.lint.findings import Persona, Severity
from orbgen.project.facts import Facts, References, facts_of
from tests.lint.linting import found, job


@pytest.mark.parametrize(
    ("reference", "pattern", "outcome"),
    [
        ("circleci/node@5.2.0", "circleci/node", True),
        ("circleci/node@5.2.0", "circleci/*", True),
        ("circleci/node@5.2.0", "circleci/node@5", True),
        ("circleci/node@5.2.0", "circleci/node@5.2.0", True),
        ("circleci/node@50.0.1", "circleci/node@5", False),
        ("circleci/node@5", "circleci/node@5.2", False),
        ("acme/x@dev:abc", "*/*@dev:*", True),
        ("acme/nodes@1", "acme/node", False),
        ("acme/<< pipeline.parameters.orb >>@1.0.0", "acme/node", None),
        ("acme/node@<< pipeline.parameters.v >>", "acme/node", True),
        ("acme/node@<< pipeline.parameters.v >>", "acme/node@1", None),
        ("acme/node@<< pipeline.parameters.v >>", "acme/other@1", False),
        ("https://a.example/orb.yml", "https://a.example/", True),
        ("https://b.example/orb.yml", "https://a.example/", False),
        ("https://a.example/<< pipeline.git.revision >>/orb.yml", "https://b.example/", False),
        ("https://a.example/<< pipeline.git.revision >>/orb.yml", "https://a.example/v1/", None),
        ("acme/node@1.0.0", "https://a.example/", False),
    ],
)
def test_what_a_pattern_says_of_an_orb(reference: str, pattern: str, outcome: bool | None):
    assert is_orb(reference, pattern) is outcome


@pytest.mark.parametrize(
    ("reference", "pattern", "outcome"),
    [
        ("node", "node", True),
        ("node:24", "node", True),
        ("docker.io/library/node:24", "node", True),
        ("docker.io/acme/app:1", "acme/*", True),
        ("acme/app:1", "docker.io/*", True),
        ("node:24", "docker.io/library/*", True),
        ("node@sha256:0123456789abcdef", "node", True),
        ("ghcr.io/acme/app:1", "docker.io/*", False),
        ("ghcr.io/acme/app:1", "acme/*", False),
        ("registry.example:5000/app:1", "registry.example:5000/*", True),
        ("registry.example:5000/app:1", "docker.io/*", False),
        ("acme/node:24", "node", False),
        ("cimg/node:24.1", "cimg/node:24*", True),
        ("cimg/node:22.1", "cimg/node:24*", False),
    ],
)
def test_what_a_pattern_says_of_an_image(reference: str, pattern: str, outcome: bool):
    assert is_image(reference, pattern) is outcome


def _facts(**patterns: tuple[str, ...]) -> Facts:
    return Facts(forbidden=References(**patterns))


def test_an_orb_of_an_unknown_version_may_be_an_allowed_one(tmp_path: Path):
    text = job(
        "- o/x", more="orbs: {o: acme/o@<< pipeline.parameters.v >>}\nparameters: {v: {type: string, default: x}}\n"
    )
    assert found(tmp_path, text, "forbidden-reference", facts=Facts(allowed=References(orbs=("acme/o@1",)))) == ()
    assert len(found(tmp_path, text, "forbidden-reference", facts=Facts(allowed=References(orbs=("acme/p@1",))))) == 1


def test_a_context_that_an_expression_may_choose(tmp_path: Path):
    entry = 'build: {context: << pipeline.git.branch == "main" and "prod" or "dev" >>}'
    (finding,) = found(
        tmp_path, job("- checkout", entry=entry), "forbidden-reference", facts=_facts(contexts=("prod",))
    )
    assert "'prod' is forbidden" in finding.message
    assert finding.severity is Severity.HIGH


def test_a_context_nobody_knows(tmp_path: Path):
    text = job(
        "- checkout",
        entry="build: {context: << pipeline.parameters.where >>}",
        more="parameters: {where: {type: string, default: prod}}\n",
    )
    assert found(tmp_path, text, "forbidden-reference", facts=_facts(contexts=("*",))) == ()


def test_a_misspelt_context(tmp_path: Path):
    facts = facts_of({"contexts": {"production": {}}, "contexts-complete": True})
    (finding,) = found(
        tmp_path, job("- checkout", entry="build: {context: prodction}"), "forbidden-reference", facts=facts
    )
    assert finding.help == "did you mean 'production'?"


def test_the_context_that_jobs_join_with_is_known(tmp_path: Path):
    data = {"contexts": {"production": {}}, "contexts-complete": True, "teleport": {"context": "reach"}}
    text = job("- checkout", entry="build: {context: reach}")
    assert found(tmp_path, text, "forbidden-reference", facts=facts_of(data)) == ()


def test_the_context_of_everybody(tmp_path: Path):
    text = job("- checkout", entry="build: {context: org-global}")
    (finding,) = found(tmp_path, text, "forbidden-reference")
    assert (finding.severity, finding.persona) == (Severity.LOW, Persona.PEDANTIC)
    (finding,) = found(tmp_path, text, "forbidden-reference", facts=_facts(contexts=("org-*",)))
    assert (finding.severity, finding.persona) == (Severity.HIGH, Persona.DEFAULT)
    assert found(tmp_path, text, "forbidden-reference", facts=Facts(allowed=References(contexts=("org-global",)))) == ()


@pytest.mark.parametrize("text", ["docker run app", "podman pull localhost:5000/bad:1", "echo docker run bad:1"])
def test_images_that_are_not_judged(tmp_path: Path, text: str):
    config = job(f"- run: docker build -t app .\n- run: {text}")
    facts = Facts(allowed=References(images=("cimg/*",)))
    assert found(tmp_path, config, "forbidden-reference", facts=facts) == ()


def test_an_image_through_an_executor_of_an_inline_orb(tmp_path: Path):
    text = """
version: 2.1
orbs:
  own:
    executors:
      any:
        parameters: {tag: {type: string, default: "3"}}
        docker: [{image: "bad:<< parameters.tag >>"}]
    jobs:
      run:
        executor: {name: any, tag: "4"}
        steps: [checkout]
workflows:
  main: {jobs: [own/run]}
"""
    (finding,) = found(tmp_path, text, "forbidden-reference", facts=_facts(images=("bad:4",)))
    assert finding.primary.text == "4"
    assert finding.job_runs == ("main/own/run",)


def test_runners(tmp_path: Path):
    text = job("- checkout", keys="resource_class: acme/big")
    (finding,) = found(tmp_path, text, "forbidden-reference", facts=_facts(runners=("acme/*",)))
    assert finding.kind == "runner"
    allowed = Facts(allowed=References(runners=("other/*",)))
    assert len(found(tmp_path, text, "forbidden-reference", facts=allowed)) == 1
    ordinary = job("- checkout", keys="resource_class: large")
    assert found(tmp_path, ordinary, "forbidden-reference", facts=allowed) == ()
