"""Fingerprints: which changes of a file leave a finding the same, and which make it another."""

from __future__ import annotations

import pytest

from tests.lint.linting import found

RULE = "pipeline-value-injection"
CONFIG = """\
version: 2.1
commands:
  greet:
    steps:
      - run: echo << pipeline.git.branch >>
jobs:
  build:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - greet
      - run: make << pipeline.git.branch >>
      - run: make << pipeline.git.branch >>
workflows:
  main:
    jobs:
      - build
"""


def fingerprints(folder, text: str, *rules: str) -> list[str]:
    return [finding.fingerprint for finding in found(folder, text, *(rules or (RULE,)))]


def test_findings_of_a_file_have_different_fingerprints(tmp_path):
    all_of_them = fingerprints(tmp_path, CONFIG)
    assert len(all_of_them) == len(set(all_of_them)) == 3
    assert all([len(one) == 32 and int(one, 16) for one in all_of_them])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("version: 2.1\n", "# one\n\n# two\nversion: 2.1\n", id="lines-above"),
        pytest.param("      - greet\n", "      - checkout\n      - greet\n", id="a-step-before"),
        pytest.param("      - ", "    - ", id="another-indentation"),
        pytest.param("      - build\n", "      - build\n      - build: {name: a-build}\n", id="one-more-job-run"),
        pytest.param("jobs:\n  build:", "jobs:\n  other: {type: no-op}\n  build:", id="a-job-before"),
        pytest.param("workflows:\n  main:", "workflows:\n  first:", id="another-name-of-the-workflow"),
        pytest.param("make << pipeline", "make  <<  pipeline", id="spaces"),
    ],
)
def test_what_stands_around_a_finding_does_not_change_it(tmp_path, old, new):
    before = fingerprints(tmp_path, CONFIG)
    assert old in CONFIG
    assert fingerprints(tmp_path, CONFIG.replace(old, new)) == before


def test_a_finding_elsewhere_or_in_another_text_is_another(tmp_path):
    before = fingerprints(tmp_path, CONFIG)
    moved = fingerprints(tmp_path, CONFIG.replace("  greet:", "  hello:").replace("- greet", "- hello"))
    assert moved[0] != before[0]
    assert moved[1:] == before[1:]
    other = fingerprints(tmp_path, CONFIG.replace("echo << pipeline.git.branch >>", "echo << pipeline.git.tag >>"))
    assert other[0] != before[0]


def test_of_equal_findings_the_later_ones_have_numbers(tmp_path):
    before = fingerprints(tmp_path, CONFIG)
    fewer = fingerprints(tmp_path, CONFIG.replace("      - run: make << pipeline.git.branch >>\n", "", 1))
    assert fewer == before[:2]


def test_a_secret_is_no_part_of_a_fingerprint(tmp_path):
    def config(secret: str) -> str:
        return CONFIG.replace(
            "    steps:\n      - greet", f"    environment: {{API_TOKEN: {secret}}}\n    steps:\n      - greet"
        )

    one, other = "kJ8xQ2mN5vR7tY1pL4wZ", "kJ8xq9Bn3Xr6Tc0Gd5Hs"
    before = fingerprints(tmp_path, config(one), "hardcoded-secret")
    assert len(before) == 1
    assert fingerprints(tmp_path, config(other), "hardcoded-secret") == before


def test_equal_ignores_are_told_apart(tmp_path):
    text = CONFIG.replace("      - run: make", "      # orbgen: ignore[compile-error] never\n      - run: make")
    ignores = fingerprints(tmp_path, text, "unused-ignore")
    assert len(ignores) == len(set(ignores)) == 2
