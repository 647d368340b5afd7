"""What can go wrong with a remote, each in one sentence that holds no secret."""

from __future__ import annotations


class SettingsError(Exception):
    """The user's settings do not tell which CircleCI to speak to, or how; nothing was sent."""


class RemoteError(Exception):
    """A remote refused or failed.

    `undecided` says that the remote may have done what it was asked all the same, `passing` that asking again may help.
    """

    undecided = True
    passing = False


class UnreachableError(RemoteError):
    """No connection was made, so nothing was done."""

    undecided = False
    passing = True


class BrokenError(RemoteError):
    """The connection ended, or time ran out, before there was an answer."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


class RefusedError(RemoteError):
    """The remote said no, or failed. `status` is HTTP's, 200 where the refusal stands in an answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
        self.undecided = status >= 500
        self.passing = status in (429, 502, 503, 504)


class GarbledError(RemoteError):
    """The answer is not one that CircleCI gives."""
