"""The token: shown nowhere, and taken out of what others say."""

from __future__ import annotations

import base64
import copy
import pickle
from urllib.parse import quote

import msgspec
import pytest

from orbgen.remote.settings import Settings
from orbgen.remote.token import Token


def test_it_is_hidden_wherever_it_is_shown(secret):
    token = Token(secret, "CIRCLECI_CLI_TOKEN")
    settings = Settings("https://circleci.com", "a", "b", token, 1.0)
    for text in (repr(token), str(token), f"{token}", f"{token!r:>40}", "%s" % token, repr([token]), repr(settings)):  # noqa: UP031
        assert secret not in text
        assert "[token]" in text


def test_it_stays_in_its_process(secret):
    token = Token(secret, "CIRCLECI_CLI_TOKEN")
    with pytest.raises(TypeError):
        pickle.dumps(token)
    with pytest.raises(TypeError):
        copy.copy(token)
    with pytest.raises(TypeError):
        msgspec.json.encode(token)


@pytest.mark.parametrize(
    "form",
    [
        lambda secret: secret,
        lambda secret: f"Bearer {secret}",
        lambda secret: f"'{secret}'{secret}",
        lambda secret: quote(f"{secret}+/", safe=""),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: "Basic " + base64.b64encode(f"{secret}:".encode()).decode(),
        lambda secret: f"{secret[:20]}...",
        lambda secret: f"...{secret[-12:]}",
    ],
)
def test_what_a_server_repeats_of_it_is_taken_out(secret, form):
    said = f"invalid token {form(secret)} (401)"
    scrubbed = Token(secret, "x").scrub(said)
    assert scrubbed.startswith("invalid token ")
    assert scrubbed.endswith(" (401)")
    assert "[token]" in scrubbed
    for start in range(len(secret) - 8):
        assert secret[start : start + 9] not in scrubbed


def test_other_words_stay(secret):
    assert Token(secret, "x").scrub("the orb does not exist; CCIPAT") == "the orb does not exist; CCIPAT"


@pytest.mark.parametrize(
    "text", ["", "short", "with a blank in it", "line\nbreak in it", "ümlaut-in-the-token", "a" * 7]
)
def test_what_is_no_token(text):
    assert not Token.is_well_formed(text)


def test_whether_a_text_holds_it(secret):
    token = Token(secret, "x")
    assert token.occurs_in(f"run: curl -H 'Circle-Token: {secret}'")
    assert token.occurs_in(base64.b64encode(secret.encode()).decode())
    assert not token.occurs_in(f"run: {secret[:-1]}")
