"""`orbgen explain`: the page of a rule, or the list of all."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from orbgen.cli import declare
from orbgen.cli.completion import complete_rules
from orbgen.cli.exits import UsageProblem
from orbgen.cli.streams import write
from orbgen.cli.terminal import color_option, style_for

if TYPE_CHECKING:
    from orbgen.lint.engine import LoadedRule
    from orbgen.lint.reports.style import Style


@declare.command(name="explain")
@declare.argument("rule", required=False, shell_complete=complete_rules)
@color_option
def command(rule: str | None, color: bool | None) -> None:
    """Explain RULE: what it looks for, why, examples and the remedy. Without RULE, list all rules with a line each."""
    from orbgen.lint.engine import load_rules
    from orbgen.lint.reports.page import page_lines
    from orbgen.lint.selection import suggested

    style = style_for(sys.stdout, color)
    if style.width is None:
        # What is piped is mostly read in a pager, on the terminal that errors go to.
        style.width = style_for(sys.stderr).width
    rules = {loaded.rule.name: loaded for loaded in load_rules()}
    if rule is None:
        _list(list(rules.values()), style)
        return
    name = rule.partition("[")[0]
    if name not in rules:
        guess = suggested(name, tuple(rules))
        hint = f"did you mean '{guess}'?" if guess else "orbgen explain lists all rules"
        raise UsageProblem(f"there is no rule '{name}'; {hint}")
    write(page_lines(_page(rules[name]), rules[name].rule, style))


def _list(rules: list[LoadedRule], style: Style) -> None:
    from orbgen.lint.pages import summary
    from orbgen.lint.reports.columns import wrap

    width = max([len(loaded.rule.name) for loaded in rules])
    room = max(style.prose_width - width - 2, 20) if style.prose_width is not None else None
    lines = []
    for loaded in rules:
        first, *rest = wrap(summary(_page(loaded)), room)
        pad = " " * (width - len(loaded.rule.name))
        lines.append(f"{style.severity(loaded.rule.name, loaded.rule.severity)}{pad}  {first}")
        lines += [f"{' ' * (width + 2)}{line}" for line in rest]
    write(lines)


def _page(loaded: LoadedRule) -> str:
    with open(loaded.page, encoding="utf-8") as file:
        return file.read()
