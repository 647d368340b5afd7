"""Regular expressions that are compiled when they are first used: one run of orbgen needs few of the many."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _LazyPattern:
    """Stands for a compiled pattern. What is asked of it is kept, so that only the first time costs anything."""

    def __init__(self, text: Any, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, for the top of a module: to be asked to match and search, not to be passed to `re`."""
    return cast("re.Pattern[AnyStr]", _LazyPattern(text, flags))
