"""Pages: HTML in one file, with their style and scripts inside, whose values are text wherever they stand."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from orbgen.project.shipped import TEMPLATES

_FOLDER = os.path.join(TEMPLATES, "page")
# What would end a script or begin a comment in the middle of one.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(template: str, **values: Any) -> str:
    """A page as a template makes it; `style` is there for every one."""
    return rendered(template, style=file("style.css"), **values)


def rendered(template: str, **values: Any) -> str:
    """What a template makes of some values, each of which is text to it."""
    return _environment().get_template(template).render(**values) + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_writable,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="[[",
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
        comment_start_string="[#",
        comment_end_string="#]",
    )


def _writable(value: Any) -> Any:
    """A value without half characters, as in names of files that are no UTF-8, and without what nobody would see."""
    if isinstance(value, str) and not isinstance(value, Markup):
        text = value.encode("utf-8", "replace").decode()
        return "\n".join([line if line.isprintable() else _visible(line) for line in text.split("\n")])
    return value


def _visible(line: str) -> str:
    return "".join([one if one.isprintable() else " " if one.isspace() else "\ufffd" for one in line])


def file(name: str) -> Markup:
    """A style or script that belongs into pages, as it is."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as opened:
        return Markup(opened.read())


def data(value: Any) -> Markup:
    """A value as JSON that a script of the page reads; nothing in it is HTML."""
    text = _writable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return Markup("".join([_ESCAPED.get(character, character) for character in text]))
