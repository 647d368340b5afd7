"""docs/orb/ is the Teleport orb's own descriptions, made for readers of the repository, and nothing else.

`ORBGEN_UPDATE_DOCS=1` writes it anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "orb" / "src"
FOLDER = ROOT / "docs" / "orb"
GUIDE = ROOT / "docs" / "teleport-orb.md"
KINDS = {"commands": "command", "jobs": "job", "executors": "executor"}


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def elements(section: str) -> dict[str, dict[str, Any]]:
    return {path.stem: load(path) for path in sorted((SOURCE / section).glob("*.yml"))}


def sentence(text: str) -> str:
    return " ".join(text.split())


def cell(value: Any) -> str:
    """A value in a table of Markdown."""
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`" if value != "" else '`""`'


def type_of(parameter: dict[str, Any]) -> str:
    return ", ".join([f"`{value}`" for value in parameter["enum"]]) if "enum" in parameter else parameter["type"]


def table(parameters: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The parameters, those that have to be given first."""
    yield "| parameter | type | default | what |\n| --- | --- | --- | --- |"
    for name, parameter in sorted(parameters.items(), key=lambda item: "default" in item[1]):
        default = cell(parameter["default"]) if "default" in parameter else "needed"
        description = sentence(parameter["description"]).replace("|", "\\|")
        yield f"| `{name}` | {type_of(parameter)} | {default} | {description} |"


def example_of(name: str) -> dict[str, Any] | None:
    """The first example that uses an element, the one of its own name before others."""
    pattern = re.compile(rf"teleport/{name}\b")
    examples = elements("examples")
    for example in [examples[key] for key in sorted(examples, key=lambda key: key != name)]:
        if pattern.search(yaml.safe_dump(example["usage"])):
            return example
    return None


def usage_text(example: dict[str, Any]) -> str:
    """The example as its author wrote it."""
    path = next(path for path in (SOURCE / "examples").glob("*.yml") if load(path) == example)
    text = path.read_text(encoding="utf-8").partition("\nusage:\n")[2]
    return "".join([line.removeprefix("  ") for line in text.splitlines(keepends=True)])


def page(section: str, name: str, content: dict[str, Any]) -> str:
    lines = [f"# {name}: {KINDS[section]} of the Teleport orb", "", sentence(content["description"]), ""]
    if content.get("parameters"):
        lines += [*table(content["parameters"]), ""]
    example = example_of(name)
    if example is not None:
        lines += [sentence(example["description"]), "", "```yaml", usage_text(example) + "```", ""]
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """The pages by their names; a job that is named as a command gets a name of its own."""
    found: dict[str, str] = {}
    for section, kind in KINDS.items():
        for name, content in elements(section).items():
            found[f"{kind}-{name}.md"] = page(section, name, content)
    return found


def test_the_published_pages_are_the_orb_s_own():
    wanted = pages()
    if os.environ.get("ORBGEN_UPDATE_DOCS") == "1":
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.iterdir():
            if path.name not in wanted:
                path.unlink()
        for name, text in wanted.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == wanted


def test_the_guide_leads_to_every_page():
    links = set(re.findall(r"\]\(orb/([\w-]+\.md)\)", GUIDE.read_text(encoding="utf-8")))
    assert links == pages().keys()


@pytest.mark.parametrize("section", ["commands", "jobs"])
def test_every_command_and_job_is_shown_in_an_example(section):
    shown = "\n".join([yaml.safe_dump(example["usage"]) for example in elements("examples").values()])
    # `run` and `install` are parts of other examples, too.
    assert [name for name in elements(section) if not re.search(rf"teleport/{name}\b", shown)] == []


def test_the_comparison_names_what_the_orb_has():
    """In the table that compares with Teleport's actions every name in the column of the orb is one of its own."""
    known = {"teleport", "TELEPORT_CREDENTIALS", "TELEPORT_PROXY", "TELEPORT_AUTH_SERVER", "KUBECONFIG", "mktemp -d"}
    for section in ("commands", "jobs", "executors"):
        for name, content in elements(section).items():
            known |= {name, *content.get("parameters", {})}
            for parameter in content.get("parameters", {}).values():
                known |= {str(value) for value in parameter.get("enum", ())}
    text = GUIDE.read_text(encoding="utf-8")
    rows = text.partition("| capability | Teleport's actions |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(rows) >= 30
    for row in rows:
        names = re.findall(r"`([^`]+)`", row.strip("|").split("|")[-1])
        assert {name for name in names if name not in known and not re.match(r"[~/$]", name)} == set(), row
