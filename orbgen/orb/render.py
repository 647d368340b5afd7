"""Rendering the orb's source: the tree of files that is packed and published."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from orbgen.generate.orb_settings import OrbSettings
from orbgen.generate.templates import config_scalar, render, source
from orbgen.project.atomic import write_atomically
from orbgen.project.shipped import TEMPLATES

_TEMPLATE = ".j2"
_SOURCE = "orb/src"

DEFAULTS = OrbSettings()


def company_settings(plan: dict[str, Any], settings: OrbSettings = DEFAULTS) -> OrbSettings:
    """The settings with what a plan says in their place; the plan as `project.plan.read_data` gives it."""
    teleport = plan.get("teleport", {})
    chosen = {key: teleport[key] for key in ("proxy", "token", "ttl", "context") if key in teleport}
    if "version" in teleport:
        chosen["teleport_version"] = teleport["version"]
    if "edition" in teleport:
        chosen["fips"] = teleport["edition"] == "fips"
        chosen["edition"] = "enterprise" if chosen["fips"] else teleport["edition"]
    if "orb" in plan:
        chosen["name"], _, chosen["version"] = plan["orb"].partition("@")
    return msgspec.structs.replace(settings, **chosen)


def render_orb(settings: OrbSettings = DEFAULTS) -> dict[str, str]:
    """The text of each file of the orb by its path, `src/@orb.yml` among them.

    Templates end in `.j2`, which is dropped; every other file, such as a script, is taken as it is.
    """
    rendered = {}
    for path in _templates():
        name = f"src/{path}"
        template = f"{_SOURCE}/{path}"
        if path.endswith(_TEMPLATE):
            rendered[name.removesuffix(_TEMPLATE)] = render(template, {"orb": settings}, write=config_scalar)
        else:
            rendered[name] = source(template)
    return rendered


def write_orb(folder: str, settings: OrbSettings = DEFAULTS) -> tuple[str, ...]:
    """Write the orb into a folder; the paths of the files that changed. Files that are not the orb's are let be.

    Raises OSError.
    """
    changed = []
    for name, text in render_orb(settings).items():
        path = os.path.join(folder, *name.split("/"))
        data = text.encode()
        if _content(path) != data:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write_atomically(path, data)
            changed.append(path)
    return tuple(changed)


def _templates() -> list[str]:
    """The files of the orb among the templates, by their paths below its source, in order."""
    top = os.path.join(TEMPLATES, *_SOURCE.split("/"))
    found = []
    for folder, _, names in os.walk(top):
        below = os.path.relpath(folder, top).replace(os.sep, "/")
        found.extend([name if below == "." else f"{below}/{name}" for name in names if not name.startswith(".")])
    return sorted(found)


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
