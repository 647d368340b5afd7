"""Which CircleCI is meant: the variables, the file of CircleCI's CLI, and what neither may be."""

from __future__ import annotations

import pytest

from orbgen.remote.failures import SettingsError
from orbgen.remote.settings import is_loopback, is_safe, read_settings


@pytest.fixture
def home(tmp_path):
    (tmp_path / ".circleci").mkdir()
    return tmp_path


@pytest.fixture
def settings(home):
    """Reads the settings of a user with a file and variables."""

    def read(file: str | bytes | None = None, timeout: float | None = None, **variables: str):
        if file is not None:
            (home / ".circleci" / "cli.yml").write_bytes(file if isinstance(file, bytes) else file.encode())
        return read_settings({"HOME": str(home), **variables}, timeout)

    return read


def test_without_anything_it_is_the_cloud_without_a_token(settings):
    found = settings()
    assert (found.host, found.graphql) == ("https://circleci.com", "https://circleci.com/graphql-unstable")
    assert found.rest == "https://circleci.com/api/v2/"
    assert (found.token, found.timeout, found.is_cloud) == (None, 60.0, True)


def test_the_file_of_the_cli(settings, secret, home):
    found = settings(
        f"host: https://ci.example.com/\nendpoint: graphql\nrest_endpoint: api/v9\ntoken: '{secret}'\n"
        "tls_cert: ''\norb_publishing: {default_owner: x}\n"
    )
    assert found.host == "https://ci.example.com"
    assert found.graphql == "https://ci.example.com/graphql"
    assert found.rest == "https://ci.example.com/api/v9/"
    assert not found.is_cloud
    assert found.token.reveal() == secret
    assert found.token.origin == str(home / ".circleci" / "cli.yml")


def test_variables_win(settings, secret):
    found = settings(
        "host: https://ci.example.com\ntoken: other-token-in-the-file\n",
        CIRCLECI_CLI_HOST="https://two.example.com",
        CIRCLECI_CLI_TOKEN=f" {secret}\n",
        CIRCLECI_CLI_ENDPOINT="https://graphql.example.com/x",
        CIRCLECI_CLI_REST_ENDPOINT="rest/",
    )
    assert found.host == "https://two.example.com"
    assert found.graphql == "https://graphql.example.com/x"
    assert found.rest == "https://two.example.com/rest/"
    assert (found.token.reveal(), found.token.origin) == (secret, "CIRCLECI_CLI_TOKEN")


@pytest.mark.parametrize("file", ["", "token:\nhost: ''\n", "# nothing\n", "- a\n", "token: {a: b}\n"])
def test_an_empty_file_says_nothing(settings, file):
    found = settings(file, CIRCLECI_CLI_TOKEN="", CIRCLECI_CLI_HOST="")
    assert (found.host, found.token) == ("https://circleci.com", None)


@pytest.mark.parametrize("line", ["token: '{}\nx", "token: *{}", "token: {}: x", "token: &{} [", "\ttoken: {}"])
def test_a_broken_file_is_told_without_what_stands_in_it(settings, secret, line, all_said):
    with pytest.raises(SettingsError) as caught:
        settings("host: https://ci.example.com\n" + line.format(secret) + "\n")
    assert "are no YAML at line" in str(caught.value)
    assert "cli.yml" in all_said(caught.value)


def test_bytes_that_are_no_text(settings):
    with pytest.raises(SettingsError, match="no YAML"):
        settings(b"token: \xff\n")


def test_an_enormous_file(settings):
    with pytest.raises(SettingsError, match="more than 1,048,576 bytes"):
        settings(b"a: b\n" * 300_000)


def test_a_file_that_cannot_be_read(settings, home):
    (home / ".circleci" / "cli.yml").mkdir()
    with pytest.raises(SettingsError, match="cannot read the settings of CircleCI's CLI"):
        settings()


@pytest.mark.parametrize("token", ["abc", "two words in it", "tökens-are-ascii", "tab\tin-the-token"])
def test_what_is_no_token_is_not_repeated(settings, token):
    with pytest.raises(SettingsError) as caught:
        settings(CIRCLECI_CLI_TOKEN=token)
    assert "the token in CIRCLECI_CLI_TOKEN is none of CircleCI's" in str(caught.value)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["ci.example.com", "ftp://ci.example.com", "https://", "https://[", "https://a:b", "https://a b", "https://a:99999",
     "https://a\x1b[2J"],
)  # fmt: skip
def test_what_is_no_host(settings, host):
    with pytest.raises(SettingsError, match=r"the host in CIRCLECI_CLI_HOST must be an address such as"):
        settings(CIRCLECI_CLI_HOST=host)


@pytest.mark.parametrize("variable", ["CIRCLECI_CLI_HOST", "CIRCLECI_CLI_ENDPOINT"])
def test_an_address_with_a_password_is_not_repeated(settings, variable):
    with pytest.raises(SettingsError) as caught:
        settings(**{variable: "https://user:hunter22@ci.example.com"})
    assert f"the host in {variable} must not hold a user name or password" in str(caught.value)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("1m30s", 90), ("250ms", 0.25), ("1.5s", 1.5), ("1h", 3600)]
)
def test_the_time_to_wait(settings, text, seconds):
    assert settings(CIRCLECI_CLI_TIMEOUT=text).timeout == seconds
    assert settings(CIRCLECI_CLI_TIMEOUT=text, timeout=7.0).timeout == 7.0


@pytest.mark.parametrize("text", ["30", "s", "-1s", "0s", "1s2", "soon"])
def test_what_is_no_time_to_wait(settings, text):
    with pytest.raises(SettingsError, match="must be a duration such as 30s"):
        settings(CIRCLECI_CLI_TIMEOUT=text)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("http://localhost:80/x", True),
        ("HTTP://LOCALHOST", True),
        ("http://127.0.0.1", True),
        ("http://127.8.9.1:5", True),
        ("http://[::1]:5", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://example.com/localhost", False),
        ("http://example.com#localhost", False),
    ],
)
def test_which_addresses_are_this_machine(address, loopback):
    assert is_loopback(address) is loopback
    assert is_safe(address) is loopback
    assert is_safe(address.lower().replace("http:", "https:"))
