"""Programs downloaded for another platform: what counts as run, and what the script knows itself."""

from __future__ import annotations

import pytest

from tests.lint.linting import found, script

RULE = "mismatched-executor"
HOST = "https://cdn.example/v1"


def places(folder, *texts: str, keys: str = "") -> list[str]:
    return [finding.primary.text for finding in found(folder, script(*texts, keys=keys), RULE)]


@pytest.mark.parametrize(
    "use",
    [
        "chmod +x {file}",
        "sudo chmod 755 ./{file}",
        "sudo install -m 755 {file} /usr/local/bin/tool",
        "mv {file} ~/bin/tool",
        "cp {file} /usr/local/bin",
        "./{file} --version",
        "bash {file}",
        "sudo dpkg -i {file}",
        "sudo apt-get install -y ./{file}",
        "tar -xzf {file} -C /usr/local/bin",
        "tar -xzf {file}\n./tool/bin/tool",
        "unzip {file}\ncd out\nsudo mv tool /usr/local/bin/",
        "unzip {file}\nsudo ./tool/install",
    ],
)
def test_a_program_that_is_run(tmp_path, use):
    file = "tool-linux-arm64"
    address = f"{HOST}/{file}"
    for text in (f"curl -fsSLO {address}", f"wget -q {address}", f"curl -s {address} > {file}"):
        assert places(tmp_path, f"{text}\n{use.format(file=file)}") == [address]
    assert places(tmp_path, f"curl -o /tmp/x {address}", use.format(file="x")) == [address]


@pytest.mark.parametrize(
    "use",
    [
        "",
        "sha256sum {file}",
        "tar -czf out.tar.gz {file}",
        "tar -xzf {file} -C dist",
        "mv {file} dist/",
        "chmod +x other",
        "unzip {file}\nother",
        "tool --version",
        "aws s3 cp {file} s3://bucket/bin/tool",
    ],
)
def test_a_program_that_is_not_run(tmp_path, use):
    assert places(tmp_path, f"curl -fsSLO {HOST}/tool-linux-arm64\n{use.format(file='tool-linux-arm64')}") == []


@pytest.mark.parametrize(
    ("name", "found_here"),
    [
        ("tool_Linux_aarch64", True),
        ("tool-arm64", True),
        ("tool-darwin-amd64", True),
        ("tool-macos", True),
        ("tool-windows-amd64.exe", True),
        ("tool-linux-amd64", False),
        ("tool-linux-x86_64", False),
        ("tool-linux", False),
        ("tool", False),
        ("charm64", False),
        ("tool-linux-darwin-amd64", False),
        ("tool-amd64-arm64", False),
    ],
)
def test_what_an_address_says(tmp_path, name, found_here):
    assert bool(places(tmp_path, f"curl -sSLo t {HOST}/{name}\nchmod +x t")) == found_here


def test_a_name_that_is_put_together(tmp_path):
    assert places(tmp_path, f"ARCH=arm64\ncurl -sSLo t {HOST}/$VERSION/tool-linux-${{ARCH}}\nchmod +x t") != []
    assert places(tmp_path, f"curl -sSLo t {HOST}/tool-linux-$ARCH\nchmod +x t") == []


@pytest.mark.parametrize(
    "more",
    [
        "test $(uname -m) = aarch64",
        "dpkg --print-architecture",
        "docker run --privileged tonistiigi/binfmt --install all",
        f"curl -sSLo t {HOST}/tool-linux-amd64",
    ],
)
def test_a_script_that_knows_its_platform(tmp_path, more):
    assert places(tmp_path, f"{more}\ncurl -sSLo t {HOST}/tool-linux-arm64\nchmod +x t") == []


@pytest.mark.parametrize(
    ("keys", "found_here"),
    [
        ("resource_class: large", True),
        ("resource_class: arm.large", False),
        ("resource_class: unheard.of", False),
        ("resource_class: << pipeline.parameters.size >>", False),
        ("resource_class: example/runner", False),
    ],
)
def test_the_platform_of_a_job(tmp_path, keys, found_here):
    text = f"curl -sSLo t {HOST}/tool-linux-arm64\nchmod +x t"
    config = script(text, keys=keys).replace(
        "jobs:", "parameters: {size: {type: string, default: arm.large}}\njobs:", 1
    )
    assert bool(found(tmp_path, config, RULE)) == found_here


def test_a_mac_with_programs_of_the_other_kind(tmp_path):
    text = f"curl -sSLo t {HOST}/tool-darwin-%s\nchmod +x t"
    for processor in ("amd64", "arm64"):
        config = script(text % processor).replace('docker: [{image: "cimg/base:2026.01"}]', "macos: {xcode: 26.3.0}")
        assert found(tmp_path, config, RULE) == ()
