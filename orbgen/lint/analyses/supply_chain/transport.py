"""What is fetched and nobody vouches for: no certificate, no encryption, no checksum is asked for (rules.md 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from orbgen.lint.analyses.credentials.secret_literals import is_local
from orbgen.shell.script import Script
from orbgen.shell.words import Command, PartKind, Word, written_files
from orbgen.shell.wrappers import Unwrapped, unwrap
from orbgen.source.lazy_patterns import lazy_pattern

# A script without one of these, in small letters, has nothing of the kind.
_SIGNS = (
    "insecure", "no-check-certificate", "sslverify", "ssl_no_verify", "tls_reject", "httpsverify", "trusted-host",
    "sumdb", "allow-unauthenticated", "nosignature", "nogpgcheck", "http://", "git://",
)  # fmt: skip
_FURTHER_SIGNS = lazy_pattern(r"strict.ssl|\s-[a-z#]{0,20}k")
_ADDRESS = lazy_pattern(r"([a-z]+)://(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]*)")
_UNKNOWN = "\0"
# `http.https://host.sslVerify`: a setting of git's for some addresses.
_OWN_ADDRESS = lazy_pattern(r"^http\..+\.(?=sslverify)", re.IGNORECASE)
_PRIVATE = lazy_pattern(r"10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|169\.254\.|\[?f[cd][0-9a-f]{2}:")
_PRIVATE_NAMES = (".local", ".internal", ".localhost", ".localdomain", ".lan", ".test", ".svc", ".example", ".invalid")
_SET = lazy_pattern(r"(?:^|\s|;)(?:export\s+)?([A-Za-z_]\w*)=['\"]?([^\s'\";]*)")
# Letters of curl's options that take a value: what follows one in a cluster is the value.
_CURL_VALUED = frozenset("AbcCdDeEFHKmoPQrtTuUwxXyYz")
_TAKING = frozenset(("tar", "gunzip", "gzip", "unzip", "bsdtar", "xz", "gpg", "apt-key", "tee", "dd", "cpio", "jq"))
_PACKAGES = frozenset(("pip", "pip3", "uv", "npm", "yarn", "pnpm", "gem", "poetry"))
_INSTALLERS = frozenset(("pip", "pip3", "uv", "python", "python3"))
_OPTIONS: Mapping[str, tuple[str, frozenset[str]]] = {
    "curl": ("tls", frozenset(("--insecure",))),
    "wget": ("tls", frozenset(("--no-check-certificate",))),
    **dict.fromkeys(
        ("kubectl", "helm", "oc"),
        ("tls", frozenset(("--insecure-skip-tls-verify", "--insecure-skip-tls-verify=true"))),
    ),
    **dict.fromkeys(("apt", "apt-get"), ("checksum", frozenset(("--allow-unauthenticated",)))),
    "rpm": ("checksum", frozenset(("--nosignature",))),
    **dict.fromkeys(("yum", "dnf"), ("checksum", frozenset(("--nogpgcheck",)))),
}
_INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "--registry", "--default-index", "--index", "--source")


class Insecure(msgspec.Struct, frozen=True):
    """One place where what is fetched is not vouched for: its kind, where, what switches it off, and whose it is.

    `host` is None where it is not known, or where it is for all. `sure` is False where the address is not known, and
    None where not even whether it has certificates is.
    """

    kind: str
    start: int
    end: int
    what: str
    host: str | None = None
    sure: bool | None = True


def insecurities(script: Script) -> Iterator[Insecure]:
    """Each of them in a script, in the order of its commands."""
    if not _may_be_insecure(script.text):
        return
    variables = script.literals
    for assignment in script.assignments:
        value = assignment.value.expand(variables) if assignment.value is not None else None
        kind = weakened(assignment.name, value or "")
        if kind is not None:
            yield Insecure(kind, assignment.start, assignment.end, f"{assignment.name}={value}")
    taken = {one.pipeline for one in script.commands if one.name in _TAKING}
    for command in script.commands:
        found = unwrap(command, variables)
        if found is not None:
            yield from _in_environment(command, found)
            yield from _in_command(command, found, variables, taken=command.pipeline >= 0 and command.pipeline in taken)


@lru_cache(maxsize=1024)
def _may_be_insecure(text: str) -> bool:
    lower = text.lower()
    if any([sign in lower for sign in _SIGNS]):
        return True
    return ("curl" in lower or "ssl" in lower) and _FURTHER_SIGNS.search(lower) is not None


def weakened(name: str, value: str) -> str | None:
    """What kind of check a variable switches off by a value."""
    if (name in ("NODE_TLS_REJECT_UNAUTHORIZED", "PYTHONHTTPSVERIFY") and value == "0") or (
        name == "GIT_SSL_NO_VERIFY" and value.lower() not in ("", "0", "false")
    ):
        return "tls"
    if name.lower() == "npm_config_strict_ssl" and value.lower() == "false":
        return "tls"
    patterns = [pattern for pattern in value.split(",") if pattern]
    if name == "GOINSECURE" and any([not _is_private(pattern.partition("/")[0]) for pattern in patterns]):
        return "tls"
    if (name == "GOSUMDB" and value == "off") or (name == "GONOSUMDB" and "*" in patterns):
        return "checksum"
    return "checksum" if name == "GOFLAGS" and "-insecure" in value.split() else None


def _in_environment(command: Command, found: Unwrapped) -> Iterator[Insecure]:
    """What stands before a command, or what it writes for later ones."""
    for name, value in found.environment.items():
        kind = weakened(name, value or "")
        if kind is not None:
            yield Insecure(kind, command.start, found.start, f"{name}={value}")
    if found.name in ("echo", "printf") and written_files(command):
        for word in found.arguments:
            for match in _SET.finditer(_text(word)):
                kind = weakened(match[1], match[2])
                if kind is not None:
                    yield Insecure(kind, word.start, word.end, f"{match[1]}={match[2]}")


def _in_command(command: Command, found: Unwrapped, variables: Mapping[str, str], *, taken: bool) -> Iterator[Insecure]:
    words = [word.expand(variables) or _text(word) for word in found.arguments]
    at = list(zip(words, found.arguments, strict=True))
    off = _unchecked(found.name, words)
    if off is not None:
        kind, index, what, host = off
        unencrypted = any([text.startswith("http://") for text in words])
        if (host is None or not _is_private(host)) and not unencrypted:
            word, sure = found.arguments[index], _is_sure(found.name, host, words)
            yield Insecure(kind, word.start, word.end, f"{found.name} {what}", host, sure)
    if _fetches(command, found.name, words, taken=taken):
        for text, word in at:
            address = _ADDRESS.match(text.partition("=")[2] if text.startswith("--") else text)
            plain = address is not None and address[1] in ("http", "git")
            if address is not None and plain and _UNKNOWN not in address[2] and not _is_private(address[2]):
                yield Insecure("plain", word.start, word.end, f"{address[1]}://{address[2]}", address[2])


def _is_sure(name: str, host: str | None, words: list[str]) -> bool | None:
    if host is not None or name not in ("curl", "wget", "kubectl", "helm", "oc"):
        return True
    return None if name in ("curl", "wget") and not any(["https://" in text for text in words]) else False


def _unchecked(name: str, words: list[str]) -> tuple[str, int, str, str | None] | None:
    """The option that switches a check off: its kind, its index, as it is called, and the host that it is for."""
    kind, options = _OPTIONS.get(name, ("", frozenset()))
    for index, text in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if text in options:
            return kind, index, text.partition("=")[0], _host(words)
        if name == "curl" and _has_k(text):
            return "tls", index, "-k", _host(words)
        if name == "git" and _switches_off(_OWN_ADDRESS.sub("http.", text), following, "http.sslverify"):
            return "tls", index, "http.sslVerify=false", _host(words)
        if name in ("npm", "yarn", "pnpm") and _switches_off(text.lstrip("-"), following, "strict-ssl"):
            return "tls", index, "strict-ssl=false", None
        if name in _INSTALLERS and text.partition("=")[0] == "--trusted-host":
            host = _name(text.partition("=")[2] or following)
            return "tls", index, f"--trusted-host {host}" if host else "--trusted-host", host
    return None


def _switches_off(text: str, following: str, setting: str) -> bool:
    """Whether a word, with the one behind it, sets something to false."""
    name, equals, value = text.lower().partition("=")
    return name == setting and (value if equals else following.lower()) in ("false", "0")


def _fetches(command: Command, name: str, words: list[str], *, taken: bool) -> bool:
    """Whether a command takes something that is used then; asking whether a server answers is no fetching."""
    if name == "git":
        verbs = [word for word in words if not word.startswith("-")]
        return bool({"clone", "fetch", "pull"} & {*verbs[:3]})
    if name in _PACKAGES:
        return any([word.partition("=")[0] in _INDEX_OPTIONS for word in words]) or "install" in words
    if name not in ("curl", "wget") or "--spider" in words or "/dev/null" in words:
        return False
    saved = any(
        [one.writes and (one.target.literal if one.target else "") != "/dev/null" for one in command.redirections]
    )
    if saved or taken:
        return True
    options = [word for word in words if word.startswith("-")]
    if name == "wget":
        return not any([option == "-" or re.fullmatch(r"-\w*O-", option) for option in words])
    return any([word.startswith(("--output", "--remote-name")) for word in options]) or any(
        [not word.startswith("--") and bool({"o", "O"} & {*word[1:]}) for word in options]
    )


def _has_k(option: str) -> bool:
    """Whether a cluster of curl's options holds `-k`."""
    if not re.fullmatch(r"-[a-zA-Z#0-9]+", option):
        return False
    for letter in option[1:]:
        if letter == "k":
            return True
        if letter in _CURL_VALUED:
            return False
    return False


def _host(words: list[str]) -> str | None:
    """The host of the first address among some words, if it is known."""
    for text in words:
        match = _ADDRESS.match(text)
        if match is not None:
            return _name(match[2])
    return None


def _name(host: str) -> str | None:
    return host if host and _UNKNOWN not in host else None


def _is_private(host: str) -> bool:
    """Whether a host is the job's own, or in a network of its owner's."""
    plain = host.lower().partition(":")[0] if not host.startswith("[") else host.lower()
    return is_local(plain) or _PRIVATE.match(plain) is not None or plain.endswith(_PRIVATE_NAMES)


def _text(word: Word) -> str:
    """A word with a sign for what the shell puts in."""
    return "".join([part.text if part.kind is PartKind.LITERAL else _UNKNOWN for part in word.parts])
