"""Lists and mappings as lines of YAML and of Terraform's HCL, every scalar in quotes where it needs them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from orbgen.circleci.yaml_output import write_scalar

_HCL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HCL_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def yaml_lines(data: Any, write: Callable[[Any], str] = write_scalar) -> list[str]:
    """A mapping or a list in block style; lists of scalars stand on one line."""
    if isinstance(data, dict):
        return [line for key, value in data.items() for line in _under(f"{write(key)}:", value, write)]
    return [line for value in data for line in _item(value, write)]


def _under(start: str, value: Any, write: Callable[[Any], str]) -> list[str]:
    if isinstance(value, list | tuple) and not any([isinstance(item, dict | list | tuple) for item in value]):
        return [f"{start} {flow_list(value, write)}"]
    if isinstance(value, dict | list | tuple):
        return [start, *[f"  {line}" for line in yaml_lines(value, write)]]
    return [f"{start} {write(value)}"]


def flow_list(values: Iterable[Any], write: Callable[[Any], str] = write_scalar) -> str:
    """Scalars as a list in brackets."""
    return f"[{', '.join([_in_brackets(write(value)) for value in values])}]"


def _in_brackets(written: str) -> str:
    """A scalar as it may stand in brackets, where a comma or a bracket would end a plain one."""
    plain = not written.startswith(("'", '"'))
    return f"'{written}'" if plain and any([mark in written for mark in ",[]{}"]) else written


def _item(value: Any, write: Callable[[Any], str]) -> Iterator[str]:
    if not isinstance(value, dict | list | tuple):
        yield f"- {write(value)}"
        return
    first, *rest = yaml_lines(value, write)
    yield f"- {first}"
    yield from [f"  {line}" for line in rest]


def hcl_scalar(value: Any) -> str:
    """A value as an HCL literal in which Terraform fills nothing in."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = "".join([_hcl_character(character) for character in str(value)])
    return '"' + text.replace("${", "$${").replace("%{", "%%{") + '"'


def _hcl_character(character: str) -> str:
    if character in _HCL_ESCAPES:
        return _HCL_ESCAPES[character]
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def hcl_lines(data: Any) -> list[str]:
    """A mapping, a list or a scalar as an HCL expression, laid out as Terraform lays it out."""
    if isinstance(data, dict):
        return ["{", *[f"  {line}" for line in _hcl_entries(data)], "}"]
    if isinstance(data, list | tuple):
        if not any([isinstance(item, dict | list | tuple) for item in data]):
            return [f"[{', '.join([hcl_scalar(item) for item in data])}]"]
        items = [hcl_lines(item) for item in data]
        return ["[", *[f"  {line}" for lines in items for line in [*lines[:-1], f"{lines[-1]},"]], "]"]
    return [hcl_scalar(data)]


def _hcl_entries(data: dict[str, Any]) -> Iterator[str]:
    """The lines of a mapping; the signs of entries of one line that follow each other stand below each other."""
    run: list[tuple[str, str]] = []
    for key, value in data.items():
        first, *rest = hcl_lines(value)
        if not rest:
            run.append((_hcl_key(key), first))
            continue
        yield from _aligned(run)
        run = []
        yield from [f"{_hcl_key(key)} = {first}", *rest]
    yield from _aligned(run)


def _aligned(run: list[tuple[str, str]]) -> list[str]:
    width = max([len(key) for key, _ in run], default=0)
    return [f"{key.ljust(width)} = {value}" for key, value in run]


def _hcl_key(key: str) -> str:
    return key if _HCL_NAME.fullmatch(key) else hcl_scalar(key)


def hcl_identifier(name: str) -> str:
    """A name as Terraform's own for a resource, which has no dots and begins with a letter."""
    text = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    return text if text[:1].isalpha() else f"_{text}"
