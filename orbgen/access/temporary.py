"""What `mktemp` gives: a private name that no other path equals (rules.md 2.5)."""

from __future__ import annotations

import posixpath

from orbgen.source.lazy_patterns import lazy_pattern

_CALL = lazy_pattern(r"(?:\$\(|`)\s*mktemp(?P<words>(?:\s+[^|;&<>$`()]*)?)[)`]")
_PLACE_HOLDER = lazy_pattern(r"X{3,}(?!.*X{3})")
_FOLDER = "/tmp"


def temporary_path(substitution: str, number: int) -> str | None:
    """The path that a command substitution of `mktemp` makes, with a number in it that tells it from others.

    None for any other substitution, and where the path stands in a variable.
    """
    match = _CALL.fullmatch(substitution)
    if match is None:
        return None
    folder, template, short = None, None, False
    words = iter([word.strip("'\"") for word in match["words"].split()])
    for word in words:
        if word in ("-p", "--tmpdir"):
            folder = next(words, None)
        elif word.startswith("--tmpdir="):
            folder = word.partition("=")[2]
        elif not word.startswith("-"):
            template = word
        elif not word.startswith("--") and "t" in word:
            short = True
    if template is None:
        return posixpath.join(folder or _FOLDER, f"tmp.XXXX{number}")
    name = _PLACE_HOLDER.sub(f"XXXX{number}", template) if "XXX" in template else f"{template}.XXXX{number}"
    if short or folder is not None:
        return posixpath.join(folder or _FOLDER, name)
    return name
