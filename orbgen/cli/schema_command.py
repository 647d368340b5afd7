"""`orbgen schema`: the JSON Schemas of what orbgen reads and writes."""

from __future__ import annotations

from typing import Any

from orbgen.cli import declare
from orbgen.cli.streams import write

# Each schema's name with what it describes.
SCHEMAS = {
    "plan": "orbgen.yml, the plan",
    "lint": "the section lint of orbgen.yml",
}


@declare.command(name="schema")
@declare.argument("name", required=True, type=tuple(SCHEMAS), metavar=f"[{'|'.join(SCHEMAS)}]")
def command(name: str) -> None:
    """Print a JSON Schema, with which an editor checks and completes a file.

    plan describes orbgen.yml, lint its section of that name.
    """
    import json

    write(json.dumps(_schema(name), indent=2, ensure_ascii=False).splitlines())


def _schema(name: str) -> dict[str, Any]:
    from orbgen.project.plan import lint_schema, plan_schema

    return plan_schema() if name == "plan" else lint_schema()
