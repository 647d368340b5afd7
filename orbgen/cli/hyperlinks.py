"""Whether a terminal makes links of text (OSC 8): told from its environment, as there is no way to ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

# VTE has links from 0.50 on, iTerm2 from 3.1 on.
_FIRST_VTE = 5000
_FIRST_ITERM = (3, 1)
_PROGRAMS = ("Hyper", "WezTerm", "ghostty", "rio", "terminology", "vscode", "WarpTerminal", "zed")
_TERMS = ("alacritty", "alacritty-direct", "foot", "xterm-ghostty", "xterm-kitty")
_MARKS = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WEZTERM_PANE", "WT_SESSION")


def makes_links(stream: TextIO, environment: Mapping[str, str], *, color: bool) -> bool:
    """Whether to write links to a stream: to a terminal that is known to make links, or as FORCE_HYPERLINK says.

    Who wants no colours wants no other escape sequences either.
    """
    forced = environment.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced.strip() not in ("", "0")
    return color and stream.isatty() and _is_known(environment)


def _is_known(environment: Mapping[str, str]) -> bool:
    if "CI" in environment or environment.get("TERM", "").startswith(("screen", "tmux", "linux", "dumb")):
        return False
    if environment.get("TERM") in _TERMS or environment.get("COLORTERM") == "xfce4-terminal":
        return True
    if any([mark in environment for mark in _MARKS]):
        return True
    program = environment.get("TERM_PROGRAM", "")
    if program == "iTerm.app":
        return _numbers(environment.get("TERM_PROGRAM_VERSION", "")) >= _FIRST_ITERM
    return program in _PROGRAMS or _numbers(environment.get("VTE_VERSION", "")) >= (_FIRST_VTE,)


def _numbers(version: str) -> tuple[int, ...]:
    pieces = version.split(".")
    return tuple(map(int, pieces)) if all([piece.isdecimal() and piece.isascii() for piece in pieces]) else ()
