"""Orbs to compare, each as CircleCI has it: what is packed, and what is published."""

from __future__ import annotations

import os

from orbgen.orb.interface import Interface, interface_of
from orbgen.orb.pack import pack, read_folder
from orbgen.source.files import read_bytes
from orbgen.source.reader import read


def interface_at(path: str) -> Interface:
    """What users can write of the orb in a folder or in a packed file. Raises UnreadableError."""
    if os.path.isdir(path):
        return interface_in(pack(read_folder(path)), path)
    return interface_of(read(read_bytes(path), path).root)


def interface_in(text: str, name: str) -> Interface:
    """What users can write of a packed orb. Raises UnreadableError."""
    return interface_of(read(text.encode(), name).root)
