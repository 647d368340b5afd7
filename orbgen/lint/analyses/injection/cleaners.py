"""What makes text from outside harmless: quoting for the shell, safe characters only, hashing (rules.md 2.3)."""

from __future__ import annotations

import re

from orbgen.circleci.harmless import takes_in_harmless
from orbgen.lint.analyses.injection.extracting import prints_safe_groups, read_pattern
from orbgen.shell.words import Command
from orbgen.source.lazy_patterns import lazy_pattern

_CLASSES = {"alnum", "alpha", "digit", "lower", "upper", "space", "blank", "xdigit"}
_HASHES = frozenset(
    ("sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum", "md5sum", "shasum", "cksum", "base64", "wc", "md5")
)
_FORMATTED = lazy_pattern(r"@(?:sh|uri|json|base64)\b")
_SUBSTITUTE = lazy_pattern(r"s(.)\[\^([^\]]*)\](?:\\?\+)?\1([^&\\]*)\1g[a-zA-Z]*")


def cleans(command: Command) -> bool:
    """Whether a command gives, of whatever it is given, only text that no shell reads as code."""
    name = command.name
    words = [word.literal for word in command.words[1:]]
    if name in _HASHES:
        return True
    if name == "tr":
        return _tr_keeps_safe(words)
    if name in ("sed", "gsed"):
        return any([text is not None and _sed_keeps_safe(text) for text in words]) or prints_safe_groups(command)
    if name in ("grep", "egrep", "ggrep"):
        return _grep_finds_safe(name, words)
    if name == "jq":
        return any([text is not None and bool(_FORMATTED.search(text)) for text in words])
    if name == "printf":
        return quotes_for_the_shell(command)
    if name == "git":
        return "rev-parse" in words and not any([text in ("--abbrev-ref", "--symbolic-full-name") for text in words])
    return False


def quotes_for_the_shell(command: Command) -> bool:
    """Whether a `printf` writes all that it is given by `%q`."""
    if command.name != "printf" or len(command.words) < 2:
        return False
    index = 3 if command.words[1].literal == "-v" and len(command.words) > 3 else 1
    template = command.words[index].literal
    return template is not None and "%q" in template and "%s" not in template and "%b" not in template


def is_clean_expansion(text: str) -> bool:
    """Whether `${NAME...}` gives safe text whatever the variable holds: its length, quoted, or safe characters only."""
    if not text.startswith("${"):
        return False
    inside = text[2:-1]
    if inside.startswith("#"):
        return True
    name = re.match(r"[A-Za-z_][A-Za-z0-9_]*", inside)
    rest = inside[name.end() :] if name else inside
    if rest in ("@Q", "@K") or rest.startswith((":+", "+")):
        return True
    replaced = re.fullmatch(r"//\[[!^]([^\]]*)\](?:/([^$`]*))?", rest)
    return replaced is not None and _is_safe_set(replaced[1]) and _is_safe_text(replaced[2] or "")


def _tr_keeps_safe(words: list[str | None]) -> bool:
    options = "".join([word[1:] for word in words if word is not None and word.startswith("-") and len(word) > 1])
    sets = [word for word in words if word is None or not word.startswith("-") or len(word) == 1]
    if "c" not in options and "C" not in options:
        return False
    if not sets or sets[0] is None or not _is_safe_set(sets[0]):
        return False
    return "d" in options or (len(sets) > 1 and sets[1] is not None and _is_safe_text(sets[1]))


def _sed_keeps_safe(program: str) -> bool:
    match = _SUBSTITUTE.fullmatch(program.strip())
    return match is not None and _is_safe_set(match[2]) and _is_safe_text(match[3])


def _grep_finds_safe(name: str, words: list[str | None]) -> bool:
    """Whether `grep -o PATTERN` prints nothing but harmless characters."""
    options = [word for word in words if word is not None and word.startswith("-")]
    letters = "".join([word[1:] for word in options if not word.startswith("--")])
    patterns = [word for word in words if word is None or not word.startswith("-")]
    if ("o" not in letters and "--only-matching" not in options) or set(letters) - set("oEPimhx") or not patterns:
        return False
    extended = name == "egrep" or bool(set("EP") & set(letters)) or "--extended-regexp" in options
    return patterns[0] is not None and takes_in_harmless(read_pattern(patterns[0], extended=extended))


def _is_safe_set(text: str) -> bool:
    """Whether a set such as `a-zA-Z0-9._-` or `[:alnum:]` holds harmless characters only."""
    rest = re.sub(r"\[:([a-z]+):\]", lambda match: "" if match[1] in _CLASSES else "$", text)
    rest = re.sub(r"\\[nrt]", "", rest).replace("\\-", "-").replace("\\/", "/").replace("\\.", ".")
    return _is_safe_text(rest)


def _is_safe_text(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9._/ \n-]*", text) is not None
