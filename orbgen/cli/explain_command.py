"""`orbgen explain`: the page of a rule, or the list of all."""

from __future__ import annotations

import sys

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem


@declare.command(name="explain")
@declare.argument("rule", required=False)
def command(rule: str | None) -> None:
    """Explain RULE as its page does, or list all rules with a line each."""
    from orbgen.lint.engine import load_rules
    from orbgen.lint.pages import readable, summary

    pages = {loaded.rule.name: loaded.page for loaded in load_rules()}
    if rule is None:
        width = max([len(name) for name in pages])
        for name, path in pages.items():
            sys.stdout.write(f"{name:<{width}}  {summary(_read(path))}\n")
        return
    name = rule.partition("[")[0]
    if name not in pages:
        from orbgen.source.names import nearest

        guess = nearest(name, pages)
        hint = f"did you mean '{guess}'?" if guess else "orbgen explain lists all rules"
        raise UsageProblem(f"there is no rule '{name}'; {hint}")
    sys.stdout.write(readable(_read(pages[name])))


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()
