"""Rendering the orb's source: the tree of files that is packed and published."""

from __future__ import annotations

import os

import msgspec

from orbgen import __version__
from orbgen.generate.templates import TEMPLATES, config_scalar, render, source
from orbgen.project.atomic import write_atomically

_TEMPLATE = ".j2"
_SOURCE = "orb/src"


class OrbSettings(msgspec.Struct, frozen=True):
    """What a publisher may choose; `proxy` becomes the default of the orb's parameter, which else has to be given."""

    name: str = "orbgen/teleport"
    version: str = "1.0.0"
    source_url: str = "https://github.com/orbgen/orbgen"
    teleport_version: str = "18.11.0"
    proxy: str | None = None
    context: str = "teleport-access"
    image_tag: str = "2026.03"
    deploy_tag: str = "2024.11.1"
    python_tag: str = "3.12.11"
    orbgen_version: str = __version__

    @property
    def reference(self) -> str:
        """The orb as a configuration imports it."""
        return f"{self.name}@{self.version}"


DEFAULTS = OrbSettings()


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
