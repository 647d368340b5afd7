"""Names that say that they hold a secret, and texts that are likely to be one."""

from __future__ import annotations

import base64
import random
import string

import pytest

from orbgen.lint.analyses.credentials.secret_literals import (
    is_likely_secret,
    is_literal,
    is_name,
    is_placeholder,
    is_public,
    secret_part,
)
from orbgen.lint.analyses.credentials.secret_names import is_secret_name, is_secret_word
from orbgen.lint.analyses.credentials.secret_patterns import aws_keys_in, secrets_in
from orbgen.project.facts import Facts

LETTERS = string.ascii_letters + string.digits


def some(count: int, letters: str = LETTERS) -> str:
    """Characters that no vendor gave to anyone."""
    chosen = random.Random(count)
    return "".join([chosen.choice(letters) for _ in range(count)])


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD", "dbPassword", "db-password", "PASSWD", "sshPassphrase", "CLIENT_SECRET", "GITHUB_TOKEN",
        "GITHUB_TOKEN2", "authToken", "APIKEY", "apiKey", "AWS_SECRET_ACCESS_KEY", "SSH_PRIVATE_KEY",
        "GPG_SIGNING_KEY", "GCLOUD_SERVICE_KEY", "SLACK_WEBHOOK_URL", "DB_CONNECTION_STRING", "DOCKER_PASS",
        "BASIC_AUTH", "SENTRY_DSN", "GITHUB_PAT", "PGPASSWORD", "KUBECONFIG_DATA", "NPM_AUTH", "NPM_TOKEN_2",
        "CIRCLE_CONTINUATION_KEY", "CREDENTIALS", "ENCRYPTION_KEY",
    ],
)  # fmt: skip
def test_names_of_secrets(name):
    assert is_secret_word(name)


@pytest.mark.parametrize(
    "name",
    [
        "TOKEN_FILE", "SECRET_PATH", "AWS_ACCESS_KEY_ID", "TOKEN_NAME", "secret-name", "PASSWORD_LENGTH",
        "API_KEY_HEADER", "TOKEN_TTL", "HAS_TOKEN", "use-token", "ENABLE_SECRET_SCAN", "SSH_PUBLIC_KEY", "PWD",
        "OLDPWD", "GOOGLE_APPLICATION_CREDENTIALS", "PASSWORD_ENV_VAR", "SSH_AUTH_SOCK", "CIRCLE_OIDC_TOKEN",
        "CIRCLE_OIDC_TOKEN_V2",
        "PATH", "AUTHOR",
        "COMPASS", "KEY", "PATTERN", "TOKENIZER", "WEBHOOK", "REPOSITORY_URL", "CREDENTIAL_PROVIDER", "SECRETARY", "",
    ],
)  # fmt: skip
def test_names_of_other_things(name):
    assert not is_secret_word(name)


def test_the_plan_has_the_last_word_on_names():
    facts = Facts(secret_names=frozenset({"LICENCE"}), not_secret_names=frozenset({"PAGE_TOKEN", "LICENCE_2"}))
    assert is_secret_name("LICENCE", facts)
    assert not is_secret_name("PAGE_TOKEN", facts)
    assert is_secret_name("OTHER_TOKEN", facts)


@pytest.mark.parametrize("text", ["q7Rt2LmX90sVbK4h", "tR7pXq2LmZ9w!", "9c56cc51b374c3ba189210d5b6d4bf57"])
def test_likely_secrets(text):
    assert is_likely_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "$TOKEN", "${TOKEN}", "$(pass show x)", "<< parameters.x >>", "{{ .Environment.X9 }}", "true", "1234567890123",
        "/etc/ssl/private/k3y8", "./secrets/Prod1", "~/keys/Prod1", "https://vault.acme.io/v1/Prod1",
        "service-8Qx.json", "env:DEPLOY_TOKEN_1", "op://vault/Item1/field", "vault:secret/data/Prod1#x",
        "projects/x1/secrets/Prod1", "", "two Words 7x9Qz3", "short7Q",
        "alllowercaseletters", "aaaaaaaaaaaaA1", "DEPLOY_TOKEN", "Prod_AWS_KEY_2",
        "circleci-deploy-prod", "changeme-9Xq2Lm", "your-token-9Xq2", "xxxx-9Xq2Lm-xxxx", "<token-9Xq2Lm>",
        "q7Rt*****bK4h", "6f1c2a34-5b7d-4e89-9a10-c2d3e4f5a6b7", "sha256:9c56cc51b374c3ba189210d5b6d4bf57790d351c",
        "MD5:9c:56:cc:51:b3:74:c3:ba:18:92:10:d5:b6:d4:bf:57", "ssh-ed25519AAAAC3NzaC1lZDI1",
    ],
)  # fmt: skip
def test_texts_that_are_no_secret(text):
    assert not is_likely_secret(text)
    assert not is_likely_secret(text, password=True)


def test_of_a_password_less_is_asked():
    assert is_likely_secret("Kx7!qP2v", password=True)
    assert not is_likely_secret("Kx7!qP2v")
    assert not is_likely_secret("Kx7!qP2", password=True)


@pytest.mark.parametrize("word", ["Password", "TOKEN", "letmein", "circle_test", "0000000000", "aaaa"])
def test_words_that_stand_for_a_secret(word):
    assert is_placeholder(word)


def test_the_password_of_an_address_is_the_secret_in_it():
    for text, part in (
        ("postgres://app:Nf8vKq2ZrX5m@db.acme.io/app", "Nf8vKq2ZrX5m"),
        ("app:Nf8vKq2ZrX5m@tcp(db.acme.io:3306)/app", "Nf8vKq2ZrX5m"),
        ("Server=db.acme.io;User=app;Password=Nf8vKq2ZrX5m;", "Nf8vKq2ZrX5m"),
        ("Nf8vKq2Z@X5m", "Nf8vKq2Z@X5m"),
    ):
        found = secret_part(text)
        assert found is not None
        assert text[slice(*found)] == part
    for text in (
        "postgres://app:Nf8vKq2ZrX5m@localhost/app",
        "postgres://app:Nf8vKq2ZrX5m@db:5432/app",
        "app:Nf8vKq2ZrX5m@tcp(127.0.0.1:3306)/app",
        "https://9c56cc51b374c3ba@o1.ingest.sentry.io/1",
        "Server=localhost;Password=Nf8vKq2ZrX5m;",
        "Server=db.acme.io;User=app;",
    ):
        assert secret_part(text) is None


def test_what_is_public_or_a_name():
    assert is_public("-----BEGIN PUBLIC KEY-----\nMIIB")
    assert is_public("-----BEGIN CERTIFICATE-----\nMIIB")
    assert not is_public("q7Rt2LmX90sVbK4h")
    assert is_name("prod-eu-1.credentials")
    assert not is_name("q7Rt-2LmX-90sV")
    assert not is_literal("12.5")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def web_token(payload: str) -> str:
    return ".".join([encoded('{"alg":"HS256","typ":"JWT"}'), encoded(payload), some(43)])


PEM = "-----BEGIN RSA PRIVATE KEY-----"
TOKENS = {
    "AWS access key id": "AKIA" + some(16, string.ascii_uppercase + "234567"),
    "GitHub token": "gh" + "p_" + some(36),
    "GitLab token": "glp" + "at-" + some(20),
    "CircleCI token": "CCIPAT_" + some(22) + "_" + some(40, "0123456789abcdef"),
    "Slack token": "xo" + "xb-" + some(24),
    "Google API key": "AI" + "za" + some(35),
    "Stripe key": "sk" + "_live_" + some(24),
    "npm token": "npm" + "_" + some(36),
    "PyPI token": "pypi-" + "AgE" + some(60),
    "Docker Hub token": "dckr" + "_pat_" + some(27),
    "Vault token": "hvs" + "." + some(24),
    "Terraform Cloud token": some(14) + ".atlas" + "v1." + some(64),
    "DigitalOcean token": "dop" + "_v1_" + some(64, "0123456789abcdef"),
    "SendGrid key": "SG" + "." + some(22) + "." + some(43),
    "JSON web token": web_token('{"iss":"acme","role":"admin"}'),
}


@pytest.mark.parametrize("what", TOKENS)
def test_tokens_are_known_by_their_form(what):
    text = f"x = '{TOKENS[what]}' # see"
    (secret,) = secrets_in(text)
    assert (secret.what, text[secret.start : secret.end]) == (what, TOKENS[what])
    assert secret.head == TOKENS[what][:4]


def test_secrets_in_longer_texts():
    token = some(24)
    (hook,) = secrets_in(f"curl https://hooks.slack.com/services/T0A1/B0B2/{token} -d x")
    assert (hook.what, hook.head) == ("Slack webhook", token[:4])
    body = some(64)
    (key,) = secrets_in(f"a\n  {PEM}\n  {body}\n  {body}\n  -----END")
    assert key.what == "private key"
    (key,) = secrets_in(f'"{PEM}\\n{body}\\n-----END"')
    assert key.end - key.start >= 64
    (address,) = secrets_in("url = amqp://app:Nf8vKq2ZrX5m@mq.acme.io:5671/x")
    assert address.what == "password in an address"
    assert address.head == ""


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "AKIA" + "A" * 16,
        "XAKIA" + some(16, string.ascii_uppercase),
        "gh" + "p_" + "x" * 36,
        "gh" + "p_0123456789abcdefghijklmnopqrstuvwxyz",
        f"grep -q -- '{PEM}' key.pem",
        f'echo "{PEM}" > key; echo "$KEY" >> key',
        f"{PEM}\n...\n-----END",
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "postgres://user:password@db.acme.io/x",
        "postgres://app:Nf8vKq2ZrX5m@localhost:5432/x",
        "postgres://app:Nf8vKq2ZrX5m@postgres/x",
        "https://user:$TOKEN@github.com/x",
        "https://user:${GITHUB_TOKEN}@github.com/x",
        "https://user:<token>@github.com/x",
        f"eyJhbGciOiJub25l.{some(20)}.{some(20)}",
        web_token('{"sub":"1234567890","name":"John Doe"}'),
    ],
)
def test_what_only_looks_like_a_token(text):
    assert list(secrets_in(text)) == []


def test_the_secret_of_an_aws_key():
    secret = some(40)
    assert [found.head for found in aws_keys_in(f"key {secret}")] == [secret[:4]]
    assert list(aws_keys_in("2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")) == []
    assert list(aws_keys_in("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")) == []
    assert list(aws_keys_in("/usr/local/share/ca/certificates/x/y/z/k")) == []
