"""Whether an address answers, asked without any token."""

from __future__ import annotations

from http import HTTPStatus

from orbgen import __version__

_MOST_REDIRECTS = 5


def silence_of(address: str, timeout: float) -> str | None:
    """Why an address does not answer with a page, None if it does; where it redirects is followed."""
    import httpx

    headers = {"User-Agent": f"orbgen/{__version__}"}
    try:
        with (
            httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=_MOST_REDIRECTS) as client,
            client.stream("GET", address, headers=headers) as response,
        ):
            if response.status_code == HTTPStatus.OK:
                return None
            return f"it answers {response.status_code} {response.reason_phrase}".strip()
    except httpx.TimeoutException:
        return f"it does not answer within {timeout:g} seconds"
    except httpx.TooManyRedirects:
        return "its redirects do not end"
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        return "it is no address of a web page"
    except httpx.HTTPError as error:
        return f"it cannot be reached: {str(error).rpartition('] ')[2] or type(error).__name__}"
    except (OSError, ValueError, ImportError):
        return "the proxy or the certificates that the environment names cannot be used"
