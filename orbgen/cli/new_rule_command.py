"""`orbgen new-rule`: begin a rule of lint, in a checkout of orbgen."""

from __future__ import annotations

import os

from orbgen.cli import declare
from orbgen.cli.exits import UsageProblem
from orbgen.cli.terminal import say


@declare.command(name="new-rule")
@declare.argument("name", required=True)
@declare.option("--group", required=True, metavar="GROUP", help="The subject, a folder of orbgen/lint/rules.")
@declare.option(
    "--sees",
    type=("config", "job-run", "step", "script", "tbot", "token", "bot", "role"),
    default="script",
    show_default=True,
    help="What the rule is called with.",
)
def command(name: str, group: str, sees: str) -> None:
    """Begin the rule NAME: write a module and a page that pass their tests, to be rewritten.

    It writes into the checkout that orbgen runs from.
    """
    from orbgen.generate.rule_files import RuleNameError, groups, rule_files
    from orbgen.lint.engine import RULES_FOLDER
    from orbgen.project.atomic import write_atomically
    from orbgen.source.names import nearest

    checkout = os.path.dirname(os.path.dirname(os.path.dirname(RULES_FOLDER)))
    if not os.path.exists(os.path.join(checkout, "pyproject.toml")):
        raise UsageProblem("rules are written in a checkout of orbgen, and this one is installed without")
    if group not in groups():
        guess = nearest(group, groups())
        hint = f"did you mean '{guess}'?" if guess else f"the groups are {', '.join(groups())}"
        raise UsageProblem(f"there is no group '{group}'; {hint}")
    try:
        files = rule_files(name, group, sees)
    except RuleNameError as error:
        raise UsageProblem(str(error)) from None
    for path, text in files.items():
        write_atomically(path, text.encode())
        say(f"wrote {os.path.relpath(path)}")
    say("add the name to the list in tests/lint/test_pages.py, and run that file with python -m pytest", "next")
