"""What the shell is offered where an option or argument takes the name of a rule or a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def complete_rules(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rules that begin with what is typed, each with its first sentence."""
    from click.shell_completion import CompletionItem

    from orbgen.lint.catalogue import catalogue

    return [CompletionItem(one.name, help=one.summary) for one in catalogue() if one.name.startswith(incomplete)]


def complete_branches(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The branches of this repository that begin with what is typed."""
    from click.shell_completion import CompletionItem

    from orbgen.project.git import branches

    return [CompletionItem(name) for name in branches(".") if name.startswith(incomplete)]


def complete_codes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The codes of a review that begin with what is typed."""
    from click.shell_completion import CompletionItem

    from orbgen.orb.review import CODES

    return [CompletionItem(code) for code in CODES if code.startswith(incomplete.upper())]
