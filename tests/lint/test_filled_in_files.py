"""Ids that a tool writes into a file before Teleport sees it, and the day for which a file is looked at."""

from __future__ import annotations

import pytest

from tests.lint.linting import found

TOKEN = """\
kind: token
version: v2
metadata: {name: deploy, expires: "2026-06-01T00:00:00Z"}
spec:
  roles: [Bot]
  bot_name: deploy
  join_method: circleci
  circleci:
    organization_id: $ORGANIZATION
    allow: [{project_id: __PROJECT__, context_id: 9B1C7F3A-2D8E-4F60-B7A1-6E5D4C3B2A19}]
"""
CONFIG = """\
version: 2.1
jobs:
  apply:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - run: STEP
workflows:
  main:
    jobs: [apply]
"""


@pytest.mark.parametrize(
    ("name", "text", "is_filled_in"),
    [
        (".circleci/config.yml", CONFIG.replace("STEP", "envsubst < teleport/config.yml | tctl create"), True),
        (".circleci/config.yml", CONFIG.replace("STEP", "for f in teleport/*.yml; do sed -i s/a/b/ $f; done"), True),
        (".circleci/config.yml", CONFIG.replace("STEP", "envsubst < teleport/other.yml"), False),
        (".circleci/config.yml", CONFIG.replace("STEP", "tctl create teleport/config.yml; based"), False),
        ("tools/apply.sh", "yq -i '.spec = 1' teleport/config.yml\n", True),
        ("Makefile", "apply:\n\tkustomize build teleport config.yml\n", True),
        ("README.md", "envsubst < teleport/config.yml\n", False),
        ("teleport/kustomization.yaml", "resources: [config.yml]\n", True),
        ("Chart.yaml", "name: shop\n", True),
        ("other/Chart.yaml", "name: shop\n", False),
    ],
)
def test_who_writes_into_a_file(tmp_path, name, text, is_filled_in):
    (tmp_path / ".git").mkdir()
    (tmp_path / "teleport").mkdir()
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    findings = found(tmp_path / "teleport", TOKEN, "token-unmatchable-rule")
    kinds = [finding.kind for finding in findings]
    # What no tool mends is said in any case.
    assert [kind for kind in kinds if kind not in ("placeholder", "not-uuid")] == ["expired", "case"]
    assert ("placeholder" not in kinds) is is_filled_in
    assert ("not-uuid" not in kinds) is is_filled_in


@pytest.mark.parametrize(
    ("kustomization", "is_patch"),
    [
        ("patches:\n  - path: teleport/config.yml\n", True),
        ("patchesStrategicMerge: [./teleport/config.yml]\n", True),
        ("resources: [teleport/config.yml]\n", False),
        ("patches: [{path: teleport/other.yml}]\n", False),
        ("patches: [\n", False),
    ],
)
def test_a_patch_of_kustomize_holds_only_what_differs(tmp_path, kustomization, is_patch):
    (tmp_path / ".git").mkdir()
    (tmp_path / "teleport").mkdir()
    (tmp_path / "kustomization.yaml").write_text(kustomization)
    head = "kind: TeleportProvisionToken\napiVersion: resources.teleport.dev/v2\nmetadata: {name: deploy}\n"
    patch = f"{head}spec: {{zone: a}}\n"
    kinds = [str(finding.kind) for finding in found(tmp_path / "teleport", patch, "token-rejected")]
    assert sorted(kinds) == (["unknown-key"] if is_patch else ["roles", "unknown-key"])
