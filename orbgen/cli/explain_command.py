"""`orbgen explain`: the page of a rule."""

from __future__ import annotations

import sys

from orbgen.cli import declare
from orbgen.cli.completion import complete_rules
from orbgen.cli.exits import UsageProblem
from orbgen.cli.streams import write
from orbgen.cli.terminal import color_option, reading_style


@declare.command(name="explain")
@declare.argument("rule", required=True, shell_complete=complete_rules)
@color_option
def command(rule: str, color: bool | None) -> None:
    """Explain RULE: what it looks for, why, examples and the remedy. orbgen rules lists all rules."""
    from orbgen.lint.catalogue import page_of
    from orbgen.lint.engine import load_rules
    from orbgen.lint.reports.page import page_lines
    from orbgen.lint.selection import suggested

    rules = {loaded.rule.name: loaded for loaded in load_rules()}
    name = rule.partition("[")[0]
    if name not in rules:
        guess = suggested(name, tuple(rules))
        hint = f"did you mean '{guess}'?" if guess else "orbgen rules lists all rules"
        raise UsageProblem(f"there is no rule '{name}'; {hint}")
    write(page_lines(page_of(rules[name]), rules[name].rule, reading_style(sys.stdout, color)))
