"""The ids of CircleCI's things, as its answers give them: checked before anything is made of them."""

from __future__ import annotations

import re

from orbgen.remote.failures import GarbledError

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def uuid_of(text: str, what: str) -> str:
    """An id in lower case. Raises GarbledError, which does not quote it, for what is none."""
    identifier = text.lower()
    if not _UUID.fullmatch(identifier):
        raise GarbledError(f"CircleCI's answer holds no UUID as the id of {what}; is this CircleCI's address?")
    return identifier
