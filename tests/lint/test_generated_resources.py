"""What `orbgen generate` writes for Teleport, as an auditor reads it."""

from __future__ import annotations

import msgspec
import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.generate.resources import resource_files
from orbgen.generate.templates import Templates
from orbgen.lint.engine import load_rules
from orbgen.lint.run import Linter
from orbgen.project.facts import facts_of
from orbgen.project.plan import read_data
from tests.generate.plans import HEAD, VERSIONS, entries, plan_of
from tests.lint.linting import EVERYTHING

RULES = tuple([loaded for loaded in load_rules() if loaded.rule.name.startswith(("token-", "bot-", "role-"))])


@pytest.mark.parametrize("target", ["tctl", "operator"])
@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_nobody_has_anything_to_say_of_it(tmp_path, version, target):
    chosen = "".join(entries(version).values())
    facts = facts_of(read_data((HEAD.replace("VERSION", version) + chosen).encode(), "orbgen.yml"))
    plan = plan_of(chosen, version)
    plan = msgspec.structs.replace(plan, teleport=msgspec.structs.replace(plan.teleport, target=target))
    for name, text in resource_files(plan, Templates()).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    linter = Linter(RULES, OrbStore(), EVERYTHING, facts)
    results = [linter.lint(str(path), named=True) for path in sorted(tmp_path.glob("*/*.yaml"))]
    linted = [result for result in results if result.linted]
    assert len(linted) >= 2
    assert [f"{one.name} {one.message} {one.primary}" for result in linted for one in result.findings] == []
