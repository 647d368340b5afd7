"""Whether a script can feed an interpreter at all, seen from its text (rules.md 3.4)."""

from __future__ import annotations

import re
from functools import lru_cache

from orbgen.source.lazy_patterns import lazy_pattern

# A script without one of these neither downloads nor decodes.
_NAMES = (
    "curl", "wget", "fetch", "iwr", "irm", "invoke-webrequest", "invoke-restmethod", "downloadstring", "base64", "xxd",
    "openssl", "gunzip", "gzip", "zcat",
)  # fmt: skip
_MENTIONS = lazy_pattern(rf"\b(?:{'|'.join(_NAMES)})\b", re.IGNORECASE)
# What may hold a download as a whole, and the simplest of these, in which it is easily seen whether one does.
_SUBSTITUTIONS = ("$(", "<(", "`")
_PLAIN_SUBSTITUTION = lazy_pattern(r"[$<]\([^()'\"`\\#]*\)")
_READS = lazy_pattern(
    r"(?<![\w-])(?:sh|bash|dash|zsh|ksh|ash|python[23]?|perl|ruby|node|php|pwsh|powershell|source|stdin)(?![\w-])"
)


@lru_cache(maxsize=1024)
def mentions(text: str) -> bool:
    """Whether a script names anything that downloads or decodes. Job runs share scripts, so the answers are kept."""
    lower = text.lower()
    return any([name in lower for name in _NAMES]) and _MENTIONS.search(text) is not None


@lru_cache(maxsize=1024)
def may_feed(text: str) -> bool:
    """Whether a script can feed an interpreter: what downloads or decodes stands before a pipe, or in a substitution.

    The shell need not be read to see that most scripts do not, although many of them download something.
    """
    first = _MENTIONS.search(text) if mentions(text) else None
    if first is None:
        return False
    if "pwsh" in text or "powershell" in text:
        return True
    pipe = text.find("|", first.end())
    if pipe >= 0 and _READS.search(text, pipe) is not None:
        return True
    plain = _PLAIN_SUBSTITUTION.sub(lambda found: found[0] if _MENTIONS.search(found[0]) else "", text)
    starts = [start for start in [plain.find(sign) for sign in _SUBSTITUTIONS] if start >= 0]
    return bool(starts) and _MENTIONS.search(plain, min(starts)) is not None
