"""Reading reports back, as other programs do: parsed, and checked against the schema of their format."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import xmlschema

import orbgen.lint
from orbgen.lint.findings import Severity
from orbgen.lint.reports.formats import Growing, report_in
from orbgen.lint.reports.style import Style
from orbgen.lint.result import FileResult, Summary

SCHEMAS = Path(__file__).parent.parent.parent / "schemas"
OWN = Path(orbgen.lint.__file__).parent / "schemas" / "report.json"
FILES = {"json": OWN, "sarif": SCHEMAS / "sarif-2.1.0.json", "gitlab": SCHEMAS / "gitlab-code-quality.json"}


def reported(format_: str, *results: FileResult, fail_on: Severity = Severity.LOW) -> str:
    """The report of a run over some files."""
    growing = Growing(report_in(format_, Style(coloured=False)))
    summary = Summary()
    pieces = []
    for result in results:
        summary.add(result, fail_on)
        pieces.append(growing.add(growing.report.part(result, fail_on)))
    return "".join([*pieces, growing.close(summary)])


@lru_cache
def validator(format_: str) -> Any:
    """The validator for a format in JSON; of our own nothing is left out of the schema."""
    schema = json.loads(FILES[format_].read_text(encoding="utf-8"))
    if format_ == "json":
        schema = closed(schema)
    found = jsonschema.validators.validator_for(schema)
    found.check_schema(schema)
    return found(schema)


def closed(schema: Any) -> Any:
    """A schema that permits only the keys that it describes."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if "properties" in inner and "type" in inner else inner


@lru_cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def parsed(format_: str, text: str) -> Any:
    """A report in one of the formats with a schema, parsed; it is checked against that."""
    text.encode("utf-8")
    if format_ == "junit":
        root = ElementTree.fromstring(text.encode("utf-8"))
        junit_schema().validate(root)
        return root
    value = json.loads(text)
    errors = [f"{error.json_path}: {error.message[:300]}" for error in validator(format_).iter_errors(value)]
    assert errors == []
    return value
