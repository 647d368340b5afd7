"""`orbgen schema`: schemas that editors can use."""

from __future__ import annotations

import json

import jsonschema
import pytest

PLAN = {"lint": {"persona": "pedantic", "ignore": [{"rule": "weak-gate", "job": "deploy"}]}}


@pytest.mark.parametrize(("name", "data"), [("plan", PLAN), ("lint", PLAN["lint"])])
def test_a_schema_takes_what_is_right_and_refuses_what_is_wrong(orbgen, name, data):
    code, out, err = orbgen("schema", name)
    assert (code, err) == (0, "")
    schema = json.loads(out)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    assert schema["$id"] == f"urn:orbgen:schema:{name}"
    assert [error.message for error in validator(schema).iter_errors(data)] == []
    assert not validator(schema).is_valid({**data, "nonsense": 1})


def test_every_setting_is_described(orbgen):
    schema = json.loads(orbgen("schema", "lint").out)
    assert [name for name, setting in schema["properties"].items() if not setting.get("description")] == []


def test_a_schema_that_does_not_exist(orbgen):
    code, out, err = orbgen("schema", "plam")
    assert (code, out) == (2, "")
    assert "'plam' is not one of" in err
    assert "did you mean 'plan'?" in err
