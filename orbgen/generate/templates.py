"""Rendering: templates whose values cannot leave their place.

Every value that a YAML template writes becomes a YAML scalar, in quotes where it needs them. A value for CircleCI's
configuration also has its `<<` escaped, so that CircleCI substitutes nothing in it. Values never become part of a
script; scripts are given them through their environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import SandboxedEnvironment

from orbgen.circleci.yaml_output import write_scalar

_PACKAGE = os.path.dirname(os.path.dirname(__file__))
# In the wheel the templates lie in the package, in a checkout beside it.
TEMPLATES = next(
    folder
    for folder in (os.path.join(_PACKAGE, "templates"), os.path.join(os.path.dirname(_PACKAGE), "templates"))
    if os.path.isdir(folder)
)


_SHELL_PARTS = "orb/shell"
_INCLUDE = re.compile(r"^#include (\S+)\n", re.MULTILINE)


class Verbatim(str):
    """Text that is already in the language of the file that it goes into."""

    __slots__ = ()


class _Loader(BaseLoader):
    """Templates by their path below the templates folder, read as they are."""

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        path = os.path.normpath(os.path.join(TEMPLATES, template))
        if not path.startswith(TEMPLATES + os.sep) or not os.path.isfile(path):
            raise TemplateNotFound(template)
        with open(path, encoding="utf-8") as file:
            return file.read(), path, lambda: True


def scalar(value: Any) -> str:
    """A value as a YAML scalar on one line."""
    if isinstance(value, Verbatim):
        return value
    return write_scalar(value if isinstance(value, bool | int | float) or value is None else str(value))


def config_scalar(value: Any) -> str:
    """A value as a YAML scalar in which CircleCI substitutes nothing."""
    if isinstance(value, Verbatim):
        return value
    return scalar(escaped(value) if isinstance(value, str) else value)


def escaped(text: str) -> str:
    """A text as CircleCI has to be given it to get that text (circleci.md 2.6).

    There is no way to write a backslash right before `<<`; a plan's schema lets none in.
    """
    return text.replace("<<", "\\<<")


def _block(text: str, indent: int) -> Verbatim:
    """Lines for a block scalar, all but the first indented; the template indents the first."""
    pad = " " * indent
    first, *rest = escaped(text).rstrip("\n").split("\n")
    return Verbatim("\n".join([first, *[pad + line if line else "" for line in rest]]))


def _comment(value: Any) -> Verbatim:
    """Words for a comment: one line, whatever the value holds."""
    return Verbatim(" ".join(str(value).split()))


@lru_cache(maxsize=4)
def _environment(write: Callable[[Any], str]) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=_Loader(),
        undefined=StrictUndefined,
        finalize=write,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(block=_block, comment=_comment)
    return environment


def render(template: str, values: dict[str, Any], *, write: Callable[[Any], str] = scalar) -> str:
    """What a template makes of some values; `write` says how a value is written. Raises jinja2.UndefinedError."""
    return _environment(write).get_template(template).render(values)


def source(template: str) -> str:
    """The text of a file among the templates, not rendered; a script has the parts that it includes in their places.

    A line `#include NAME` in a script stands for the file NAME of `orb/shell`.
    """
    text = _Loader().get_source(None, template)[0]
    if not template.endswith(".sh"):
        return text
    return _INCLUDE.sub(lambda match: source(f"{_SHELL_PARTS}/{match[1]}"), text)
