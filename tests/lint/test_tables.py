"""The dated tables: each says where it is from and of when it is, and none contradicts itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from orbgen.lint.tables import popular_orbs, resource_classes, xcode_versions

DATA = sorted((Path(__file__).parents[2] / "orbgen" / "lint" / "data").glob("*.json"))


@pytest.mark.parametrize("path", DATA, ids=[path.stem for path in DATA])
def test_a_table_is_dated_and_says_where_it_is_from(path: Path):
    table = json.loads(path.read_text(encoding="utf-8"))
    assert re.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", table["date"])
    assert len(table["source"].split()) >= 4


def test_no_xcode_is_removed_of_which_a_patch_is_offered():
    def minor(version: str) -> str:
        return ".".join(version.split(".")[:2])

    table = xcode_versions()
    assert not {minor(version) for version in table.removed} & {minor(version) for version in table.offered}


def test_classes_with_arm_are_classes():
    table = resource_classes()
    assert all([table.executors(name) == ["docker", "linux machine"] for name in table.arm])
    assert {name for name in table.classes["docker"] if name.startswith("arm.")} == table.arm


def test_popular_orbs_are_named_by_namespace_and_name():
    assert all([re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+", name) for name in popular_orbs().names])
