"""Resource classes and executors: every class of the table goes with its own executors, and with no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter, Thresholds

RULES = tuple([loaded for loaded in load_rules() if loaded.rule.name == "mismatched-executor"])
EXECUTORS = {
    "docker": "docker: [{image: 'cimg/base:2026.01'}]",
    "linux machine": "machine: {image: 'ubuntu-2404:2024.11.1'}",
    "windows machine": "machine: {image: 'windows-server-2022-gui:current'}",
    "macos": "macos: {xcode: 26.3.0}",
}


@pytest.mark.parametrize(
    ("resource_class", "fitting"),
    [
        ("small", {"docker"}),
        ("medium", {"docker", "linux machine"}),
        ("2xlarge+.gen2", {"docker", "linux machine"}),
        ("large.gen3", {"linux machine"}),
        ("arm.xlarge", {"docker", "linux machine"}),
        ("gpu.nvidia.small", {"linux machine"}),
        ("windows.large", {"windows machine"}),
        ("m4pro.medium", {"macos"}),
        ("unheard.of", set(EXECUTORS)),
    ],
)
def test_which_executors_take_a_class(tmp_path: Path, resource_class: str, fitting: set[str]):
    accepted = set()
    for executor, text in EXECUTORS.items():
        path = tmp_path / "config.yml"
        path.write_text(
            f"version: 2.1\njobs: {{build: {{{text}, resource_class: '{resource_class}', steps: [checkout]}}}}\n"
            "workflows: {main: {jobs: [build]}}\n"
        )
        findings = Linter(RULES, OrbStore(), Thresholds()).lint(str(path), named=True).findings
        if not findings:
            accepted.add(executor)
        else:
            assert findings[0].primary.text.strip("'") == resource_class
    assert accepted == fitting
