"""The join of Teleport's Terraform provider, as its environment says it (rules.md 2.6, teleport.md 2.4).

A provider block in a `.tf` file says the same, but is not read.
"""

from __future__ import annotations

from orbgen.access.following import RunCommand
from orbgen.access.join import Join, Origin, Program, Setting, settle
from orbgen.shell.arguments import split

PROGRAMS = ("terraform", "tofu")
_ACTIONS = ("plan", "apply", "destroy", "import", "refresh")
_VARIABLES = {
    "TF_TELEPORT_JOIN_METHOD": "join-method",
    "TF_TELEPORT_JOIN_TOKEN": "token",
    "TF_TELEPORT_ADDR": "proxy-server",
}


def terraform_join(at: RunCommand) -> Join | None:
    """The join of a command of Terraform; None where it needs no provider, or nothing says how to join."""
    assert at.found is not None
    words = split(at.found.arguments, at.value, at.elements)
    action = next((word.text for word in words if not word.first.startswith("-")), None)
    if action not in _ACTIONS:
        return None
    variables = at.seen(_VARIABLES)
    given = [
        Setting(name, variables[name].value, variables[name].span, Origin.ENVIRONMENT, flag)
        for name, flag in _VARIABLES.items()
        if name in variables
    ]
    settings = settle(given)
    if "join-method" not in settings:
        return None
    return Join(
        program=Program.TERRAFORM,
        step=at.step,
        span=at.span,
        settings=settings,
        given=tuple(given),
        unread=True,
    )
