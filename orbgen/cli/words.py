"""Options that take one of a few words, as click reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice


class Word(_Choice):
    """One of a few words; for another the nearest one is offered."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word. Raises click.BadParameter."""
        try:
            return str(super().convert(value, param, ctx))
        except click.BadParameter as error:
            from orbgen.source.names import nearest

            guess = nearest(str(value), [str(choice) for choice in self.choices])
            if guess:
                message = f"{error.message.removesuffix('.')}; did you mean '{guess}'?"
                raise click.BadParameter(message, ctx, param) from None
            raise
