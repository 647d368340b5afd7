"""What git prints that somebody outside wrote: commits, their authors, names of branches and tags (rules.md 2.2)."""

from __future__ import annotations

import re

import msgspec

from orbgen.circleci.pipeline_values import Level, TextClass
from orbgen.shell.words import Command
from orbgen.source.lazy_patterns import lazy_pattern

_NAMES = {
    "branch": "pipeline.git.branch",
    "symbolic-ref": "pipeline.git.branch",
    "describe": "pipeline.git.tag",
    "tag": "pipeline.git.tag",
    "for-each-ref": "pipeline.git.branch",
}
_VALUED = ("-C", "-c", "--git-dir", "--work-tree")
_FORMAT = lazy_pattern(r"^--(?:pretty|format)(?:=(?:format:|tformat:)?(.*))?$", re.DOTALL)
_BODIES, _LINES = re.compile(r"%[bBN]"), re.compile(r"%(?:s|f|an|ae|aE|aN|cn|ce|cE|cN)")
_FIXED_FORMATS = frozenset(("oneline", "short", "medium", "full", "fuller", "email", "raw"))


class GitText(msgspec.Struct, frozen=True):
    """What a call of git prints: whose text it is, and what it can be."""

    source: str
    level: Level
    text: TextClass


def git_text(command: Command) -> GitText | None:
    """The text from outside in what a call of git prints; None where there is none."""
    words = [word.literal or "" for word in command.words[1:]]
    while words and (words[0] in _VALUED or words[0].startswith("--git-dir=")):
        del words[: 2 if words[0] in _VALUED else 1]
    if not words:
        return None
    verb, options = words[0], words[1:]
    if verb in ("log", "show", "whatchanged"):
        return _commit_text(options)
    if verb == "rev-parse":
        named = "--abbrev-ref" in options or "--symbolic-full-name" in options
        return GitText("pipeline.git.branch", Level.PUSHER, TextClass.REF) if named else None
    if verb == "branch" and "--show-current" not in options and any([not word.startswith("-") for word in options]):
        return None
    source = _NAMES.get(verb)
    return GitText(source, Level.PUSHER, TextClass.REF) if source is not None else None


def _commit_text(options: list[str]) -> GitText | None:
    subject = GitText("pipeline.git.commit.subject", Level.OUTSIDER, TextClass.LINE)
    body = GitText("pipeline.git.commit.body", Level.OUTSIDER, TextClass.TEXT)
    for index, word in enumerate(options):
        match = _FORMAT.match(word)
        if match is None:
            continue
        template = match[1] if match[1] is not None else (options[index + 1] if index + 1 < len(options) else "")
        if template in _FIXED_FORMATS:
            return subject if template == "oneline" else body
        if _BODIES.search(template):
            return body
        return subject if _LINES.search(template) else None
    return subject if "--oneline" in options else body
