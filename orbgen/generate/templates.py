"""Rendering: templates whose values cannot leave their place.

Every value that a YAML template writes becomes a YAML scalar, in quotes where it needs them. A value for CircleCI's
configuration also has its `<<` escaped, so that CircleCI substitutes nothing in it. Values never become part of a
script; scripts are given them through their environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import SandboxedEnvironment

from orbgen.circleci.yaml_output import write_scalar
from orbgen.generate.structured import flow_list, hcl_identifier, hcl_lines, yaml_lines
from orbgen.project.shipped import TEMPLATES
from orbgen.source.names import nearest

_SHELL_PARTS = "orb/shell"
_INCLUDE = re.compile(r"^#include (\S+)\n", re.MULTILINE)


class Verbatim(str):
    """Text that is already in the language of the file that it goes into."""

    __slots__ = ()


class _Loader(BaseLoader):
    """Templates by their path below the first folder that has them, read as they are."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self.folders = folders

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Callable[[], bool]]:
        for folder in self.folders:
            path = os.path.normpath(os.path.join(folder, template))
            if path.startswith(folder + os.sep) and os.path.isfile(path):
                with open(path, encoding="utf-8") as file:
                    return file.read(), path, lambda: True
        raise TemplateNotFound(template)


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


def _indented(lines: list[str], indent: int) -> Verbatim:
    """Lines, all but the first indented; the template indents the first."""
    return Verbatim(("\n" + " " * indent).join(lines))


def _identifier(name: str) -> Verbatim:
    """A name as Terraform's own for a resource."""
    return Verbatim(hcl_identifier(name))


def _comment(value: Any) -> Verbatim:
    """Words for a comment: one line, whatever the value holds."""
    return Verbatim(" ".join(str(value).split()))


class TemplateError(ValueError):
    """A template that cannot be rendered; `path` and `line` say where, as far as that is known."""

    def __init__(self, message: str, path: str, line: int) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class Templates:
    """The templates, those of a folder of the user's before orbgen's own.

    A file in that folder takes the place of the template of the same path, such as `config/job.yml.j2`. Raises
    TemplateError for a file that takes no template's place; one whose name begins with `_` is for others to include,
    and hidden ones do not count.
    """

    def __init__(self, folder: str | None = None) -> None:
        own = os.path.abspath(folder) if folder is not None else None
        self._loader = _Loader((TEMPLATES,) if own is None else (own, TEMPLATES))
        self._environments: dict[Callable[[Any], str], SandboxedEnvironment] = {}
        for path in _files(own) if own is not None else ():
            if not os.path.basename(path).startswith(("_", ".")) and not os.path.isfile(os.path.join(TEMPLATES, path)):
                guess = nearest(path, list(_files(TEMPLATES)))
                raise TemplateError(
                    f"there is no template `{path}` whose place this file could take"
                    + (f"; did you mean `{guess}`?" if guess else ""),
                    os.path.join(folder or "", path),
                    1,
                )

    def render(self, template: str, values: dict[str, Any], *, write: Callable[[Any], str] = scalar) -> str:
        """What a template makes of some values; `write` says how a value is written. Raises TemplateError."""
        if write not in self._environments:
            self._environments[write] = _environment(self._loader, write)
        try:
            return self._environments[write].get_template(template).render(values)
        except TemplateSyntaxError as error:
            raise TemplateError(error.message or "wrong syntax", error.filename or template, error.lineno) from None
        except RecursionError:
            raise TemplateError("it includes itself", template, 1) from None
        except (JinjaError, TypeError, ValueError, LookupError, ArithmeticError, OSError) as error:
            path, line = self._failing_line(error, template)
            raise TemplateError(str(error) or type(error).__name__, path, line) from None

    def source(self, template: str) -> str:
        """The text of a file among the templates, not rendered; a script has the parts that it includes.

        A line `#include NAME` in a script stands for the file NAME of `orb/shell`.
        """
        try:
            text = self._loader.get_source(None, template)[0]
        except (TemplateNotFound, ValueError, OSError) as error:
            raise TemplateError(f"{template} cannot be read: {error}", template, 1) from None
        if not template.endswith(".sh"):
            return text
        return _INCLUDE.sub(lambda match: self.source(f"{_SHELL_PARTS}/{match[1]}"), text)

    def _failing_line(self, error: Exception, template: str) -> tuple[str, int]:
        """The place in a template that failed, which Jinja puts into the traceback as if it were Python."""
        place = (template, 1)
        trace = error.__traceback__
        while trace is not None:
            name = trace.tb_frame.f_code.co_filename
            if any([name.startswith(folder + os.sep) for folder in self._loader.folders]):
                place = (name, trace.tb_lineno)
            trace = trace.tb_next
        return place


def _files(folder: str) -> Iterator[str]:
    """The files below a folder, by their paths in it."""
    for top, _, names in os.walk(folder):
        for name in sorted(names):
            yield os.path.relpath(os.path.join(top, name), folder).replace(os.sep, "/")


def _environment(loader: _Loader, write: Callable[[Any], str]) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=loader,
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

    def yaml(data: Any, indent: int) -> Verbatim:
        return _indented(yaml_lines(data, write), indent)

    def hcl(data: Any, indent: int) -> Verbatim:
        return _indented(hcl_lines(data), indent)

    def flow(values: Iterable[Any]) -> Verbatim:
        return Verbatim(flow_list(values, write))

    environment.filters.update(comment=_comment, yaml=yaml, hcl=hcl, flow=flow, identifier=_identifier)
    return environment


@lru_cache(maxsize=1)
def own_templates() -> Templates:
    """Orbgen's own templates, each read and compiled once."""
    return Templates()


def render(template: str, values: dict[str, Any], *, write: Callable[[Any], str] = scalar) -> str:
    """What a template of orbgen's own makes of some values; `write` says how a value is written."""
    return own_templates().render(template, values, write=write)


def source(template: str) -> str:
    """The text of a file among orbgen's own templates, not rendered; a script has the parts that it includes."""
    return own_templates().source(template)
