"""The schema of the JSON report."""

from __future__ import annotations

import json
import os
from typing import Any

_SCHEMA = os.path.join(os.path.dirname(os.path.dirname(__file__)), "schemas", "report.json")


def report_schema() -> dict[str, Any]:
    """The JSON Schema of what `orbgen lint --format json` prints."""
    with open(_SCHEMA, encoding="utf-8") as file:
        schema: dict[str, Any] = json.load(file)
    return schema
