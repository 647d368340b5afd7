"""docs/rules/ is the rules' own pages, made for readers of the repository, and nothing else.

`ORBGEN_UPDATE_DOCS=1` writes it anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from orbgen.lint.catalogue import Entry, catalogue, entry, page_of
from orbgen.lint.engine import LoadedRule, load_rules
from orbgen.lint.findings import Persona

FOLDER = Path(__file__).parent.parent / "docs" / "rules"
FENCE = re.compile(r"^```yaml (bad|good|fixed|plan|file (\S+))$", re.MULTILINE)
TITLES = {"bad": "Found:", "good": "Not found:", "fixed": "Fixed:", "plan": "With the plan:"}
INDEX_TOP = """\
# The rules

What `orbgen lint` looks for. `orbgen explain RULE` prints a rule's page in the terminal, `orbgen rules` this list.
Severity and confidence are those that a rule's findings mostly have; its page tells the exceptions.
"""


def rendered(loaded: LoadedRule) -> str:
    """A rule's page with how its findings count under the title, and a word above each example."""
    one = entry(loaded)
    title, rest = page_of(loaded).split("\n", 1)
    facts = ["| severity | confidence | persona | since |", "| --- | --- | --- | --- |"]
    facts.append(f"| {one.severity.value} | {one.confidence.value} | {one.persona.value} | {one.since} |")
    body = FENCE.sub(lambda mark: f"{TITLES.get(mark[1]) or f'With `{mark[2]}`:'}\n\n```yaml", rest)
    return "\n".join([title, "", *facts, body])


def index(entries: tuple[Entry, ...]) -> Iterator[str]:
    """The lines of the list of all rules."""
    yield INDEX_TOP
    for group, members in groupby(entries, key=lambda one: one.group):
        yield f"## {group.capitalize()}\n"
        yield "| rule | severity | confidence | looks for |\n| --- | --- | --- | --- |"
        for one in members:
            persona = "" if one.persona is Persona.DEFAULT else f" ({one.persona.value})"
            link = f"[`{one.name}`]({one.name}.md)"
            yield f"| {link} | {one.severity.value} | {one.confidence.value} | {one.summary}{persona} |"
        yield ""


def test_the_published_pages_are_the_rules_own():
    wanted = {f"{loaded.rule.name}.md": rendered(loaded) for loaded in load_rules()}
    wanted["README.md"] = "\n".join(index(catalogue()))
    if os.environ.get("ORBGEN_UPDATE_DOCS") == "1":
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.iterdir():
            if path.name not in wanted:
                path.unlink()
        for name, text in wanted.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == wanted
