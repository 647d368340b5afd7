"""What a script is about: whether it is one command, and what a step with it may be called."""

from __future__ import annotations

from orbgen.shell.script import read_script
from orbgen.source.lazy_patterns import lazy_pattern

_LONGEST_NAME = 60  # characters
_INCLUDE = lazy_pattern(r"\s*<<\s*include\((?:[^()]*/)?([^()/.]+)[^()/]*\)\s*>>\s*")
_TAG = lazy_pattern(r"<<[^<>]*>>")


def is_one_command(text: str) -> bool:
    """Whether a script calls one program and does nothing else, so that only its arguments make it long."""
    script = read_script(_TAG.sub(lambda tag: "x" * len(tag[0]), text))
    if not script.parsed or len(script.commands) != 1 or script.assignments:
        return False
    (command,) = script.commands
    plain = not (command.around or command.redirections or command.background)
    return plain and command.pipeline < 0 and text.strip().startswith(text[command.start : command.start + 1])


def name_for(script: str) -> str:
    """A name for the step with a script: words of the file's name, or the first line that does something.

    Empty where there is none.
    """
    include = _INCLUDE.fullmatch(script)
    if include is not None:
        words = include[1].replace("_", " ").replace("-", " ").strip()
        return words[:1].upper() + words[1:]
    lines = [line.strip() for line in script.splitlines()]
    doing = [line for line in lines if line and not line.startswith(("#", "set ")) and "include(" not in line]
    first = " ".join(doing[0].removesuffix("\\").split()) if doing else ""
    if len(first) <= _LONGEST_NAME:
        return first
    cut = first[:_LONGEST_NAME].rpartition(" ")[0] or first[:_LONGEST_NAME]
    if cut.count("<<") > cut.count(">>"):
        # Half a tag is none.
        cut = cut[: cut.rindex("<<")].rstrip()
    return cut
