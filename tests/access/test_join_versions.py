"""Which version of tbot a join runs, and every version of Teleport's software that a job states."""

from __future__ import annotations

import pytest

from orbgen.access.join_versions import stated_versions
from orbgen.access.version_statements import StatedBy
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.project.facts import Facts
from orbgen.source.reader import read
from orbgen.teleport.versions import Version, VersionRange, known_versions
from tests.access.joining import config, joined, joins

CDN = "https://cdn.teleport.dev"
START = "tbot start --oneshot --token demo"


@pytest.mark.parametrize(
    ("script", "versions", "place"),
    [
        (f"curl -O {CDN}/teleport-v17.5.2-linux-amd64-bin.tar.gz", "17.5.2", "17.5.2"),
        (f"curl -O {CDN}/teleport-ent-v17.5.2-linux-arm64-fips-bin.tar.gz", "17.5.2", "17.5.2"),
        (f'V=17.5.2\ncurl -O "{CDN}/teleport-v${{V}}-linux-$(arch)-bin.tar.gz"', "17.5.2", "17.5.2"),
        (f'V=17.5.2\nF="teleport-v$V-linux-amd64-bin.tar.gz"\nwget "{CDN}/$F"', "17.5.2", "17.5.2"),
        (f"curl -O {CDN}/teleport_17.5.2_amd64.deb", "17.5.2", "17.5.2"),
        (f"sudo rpm -i {CDN}/teleport-17.5.2-1.x86_64.rpm", "17.5.2", "17.5.2"),
        (f"curl -O {CDN}/teleport-17.5.2.pkg", "17.5.2", "17.5.2"),
        (f"curl {CDN}/install.sh | bash -s 17.5.2", "17.5.2", "17.5.2"),
        (f"curl {CDN}/install.sh | sudo bash -s -- 17.5.2 oss", "17.5.2", "17.5.2"),
        (f"curl {CDN}/install-v15.4.22.sh | bash", "15.4.22", f"{CDN}/install-v15.4.22.sh"),
        (f"curl -o install.sh {CDN}/install.sh\nsudo bash ./install.sh 17.5.2 oss", "17.5.2", "17.5.2"),
        (f"wget {CDN}/install.sh && chmod +x install.sh && ./install.sh 17.5.2", "17.5.2", "17.5.2"),
        (f"bash <(curl -sS {CDN}/install.sh) 17.5.2", "17.5.2", "17.5.2"),
        (f"curl {CDN}/install.sh > install.sh\nV=17.5.2\nbash -e install.sh $V", "17.5.2", "17.5.2"),
        ("sudo apt-get install -y teleport=17.5.2", "17.5.2", "17.5.2"),
        ("dnf install -y teleport-ent-17.5.2-1", "17.5.2", "17.5.2"),
        ("brew install teleport@17", "17.x", "17"),
        (
            "echo 'deb https://apt.releases.teleport.dev/ubuntu jammy stable/v17' | sudo tee /etc/apt/sources.list.d/t"
            "\nsudo apt-get install -y teleport",
            "17.x",
            "17",
        ),
        ("export TELEPORT_VERSION=16.4.2\n./install-teleport.sh", "16.4.2", "16.4.2"),
    ],
)
def test_what_installs_says_the_version(script, versions, place):
    join = joined(script, START)
    assert str(join.versions) == versions
    assert join.version is not None
    assert join.version.span.text == place


@pytest.mark.parametrize(
    "script",
    [
        "curl https://example.teleport.sh/scripts/install.sh | sudo bash",
        f'curl {CDN}/install.sh | bash -s "$VERSION"',
        f"curl {CDN}/install.sh | bash",
        f"curl -O {CDN}/install.sh && bash install.sh",
        f"curl -O {CDN}/install.sh && bash install.sh $(cat version)",
        f"curl -O {CDN}/install.sh && bash other.sh 17.5.2",
        "bash install.sh 17.5.2",
        "apt-get install teleport",
        f"echo 'see {CDN}/teleport-v17.5.2-linux-amd64-bin.tar.gz'",
        "true",
    ],
)
def test_where_no_version_is_stated_the_plan_says_it_or_any_may_run(script):
    text = config(script, START)
    (join,) = joins(text)
    assert join.versions == known_versions()
    planned = Version(18, 2, 0)
    (join,) = joins(text, facts=Facts(teleport_version=planned))
    assert join.versions == VersionRange.only(planned)


def test_of_several_installations_the_last_before_the_join_counts():
    first, second = (f"curl -O {CDN}/teleport-v{version}-linux-amd64-bin.tar.gz" for version in ("16.4.2", "18.1.0"))
    text = config(first, START, second, START, "curl https://p.example/scripts/install.sh | bash", START)
    assert [str(join.versions) for join in joins(text)] == ["16.4.2", "18.1.0", str(known_versions())]


def test_the_image_of_the_job_and_of_a_container():
    text = config(START).replace("cimg/base:2026.01", "public.ecr.aws/gravitational/teleport-distroless-debug:16.4.2")
    (join,) = joins(text)
    assert str(join.versions) == "16.4.2"
    installed = config(f"curl -O {CDN}/teleport-v17.5.2-linux-amd64-bin.tar.gz", START)
    (join,) = joins(installed.replace("cimg/base:2026.01", "public.ecr.aws/gravitational/teleport-distroless:16.4.2"))
    assert str(join.versions) == "17.5.2"
    for tag, versions in (("17.5.2", "17.5.2"), ("17", "17.x"), ("17.2", "17.2.x"), ("latest", "12.0.0 to 19.0.0")):
        join = joined(f"docker run public.ecr.aws/gravitational/tbot-distroless:{tag} start --token demo")
        assert str(join.versions) == versions
        assert join.version is not None
        assert join.version.value == tag


def test_a_parameter_of_an_orb():
    orb = (
        "orbs:\n  own:\n    commands:\n      install:\n        parameters: {version: {type: string, default: 16.4.2}}\n"
        "        steps:\n          - run: |\n"
        f"              curl -O {CDN}/teleport-v<< parameters.version >>-linux-amd64-bin.tar.gz\n"
    )
    for call, version in (("own/install", "16.4.2"), ("own/install: {version: 17.5.2}", "17.5.2")):
        text = config(START, head=orb).replace("      - checkout\n", f"      - {call}\n")
        (join,) = joins(text)
        assert str(join.versions) == version
        assert join.version is not None
        assert (join.version.name, join.version.span.text) == (StatedBy.PARAMETER.value, version)
    missing = "orbs: {teleport: acme/teleport@1.0.0}\n"
    for call, expected in (("teleport/install: {version: 17.5.2}", "17.5.2"), ("teleport/install", "12.0.0 to 19.0.0")):
        text = config(START, head=missing).replace("      - checkout\n", f"      - {call}\n")
        (join,) = joins(text)
        assert str(join.versions) == expected


def stated(text: str) -> list[tuple[str, StatedBy, bool, bool]]:
    (run,) = compile_document(read(text.encode(), "config.yml"), Inputs()).job_runs
    return [(one.text, one.by, one.floating, one.malformed) for one in stated_versions(run)]


def test_every_version_that_is_stated():
    image = "public.ecr.aws/gravitational/teleport-distroless:17"
    text = config(
        f"curl -O {CDN}/teleport-17.5.2-linux-amd64-bin.tar.gz",
        f"curl -O {CDN}/teleport-v16.4.2-linux-amd64-bin.tar.gz\ncurl -O {CDN}/teleport-v16.4.2-linux-amd64-bin.tar.gz",
        f"curl {CDN}/install.sh | bash -s v17.5.3",
        f"curl {CDN}/install.sh | bash",
        "docker pull public.ecr.aws/gravitational/tbot-distroless",
        "docker run acme/teleport-helper:1.2.3 && docker run public.ecr.aws/gravitational/teleport@sha256:0123",
        keys="environment: {TBOT_VERSION: 18.0.0-rc.1}",
    ).replace("cimg/base:2026.01", image)
    assert stated(text) == [
        ("17", StatedBy.IMAGE, True, False),
        ("18.0.0-rc.1", StatedBy.VARIABLE, False, False),
        ("17.5.2", StatedBy.URL, False, True),
        ("16.4.2", StatedBy.URL, False, False),
        ("v17.5.3", StatedBy.SCRIPT, False, True),
        ("", StatedBy.SCRIPT, True, False),
        ("latest", StatedBy.IMAGE, True, False),
    ]


def test_a_version_that_comes_from_a_variable_of_the_job_is_stated_by_what_it_installs():
    text = config(f"curl -O {CDN}/teleport-v${{V}}-linux-amd64-bin.tar.gz", START, keys='environment: {V: "16.4.2"}')
    assert stated(text) == [("16.4.2", StatedBy.URL, False, False)]
    (join,) = joins(text)
    assert join.version is not None
    assert join.version.span.text == '"16.4.2"'


@pytest.mark.parametrize(
    "script",
    [
        f"curl {CDN}/install.sh | bash",
        f"curl {CDN}/install.sh | bash -x",
        f"curl -O {CDN}/install.sh; bash install.sh",
        f"bash <(curl {CDN}/install.sh)",
        f'bash -c "$(curl {CDN}/install.sh)"',
    ],
)
def test_an_install_script_without_a_version_takes_any(script):
    assert stated(config(script)) == [("", StatedBy.SCRIPT, True, False)]


@pytest.mark.parametrize(
    "script",
    [f"curl -O {CDN}/install.sh", f"curl {CDN}/install.sh | less", "curl https://p.example/scripts/install.sh | bash"],
)
def test_an_install_script_that_is_not_run_or_that_the_proxy_gives_states_nothing(script):
    assert stated(config(script)) == []


def test_an_install_script_that_a_later_step_runs():
    text = config(f"curl -O {CDN}/install.sh", "make", "sudo bash install.sh 17.5.2", START)
    assert stated(text) == [("17.5.2", StatedBy.SCRIPT, False, False)]
    (join,) = joins(text)
    assert str(join.versions) == "17.5.2"


def test_what_states_no_version_of_teleport():
    archive = f'OTHER=1.2.3\nV=17.5.2\ncurl -O "{CDN}/teleport-v$V-linux-amd64-bin.tar.gz"'
    join = joined(archive, START)
    assert join.version is not None
    assert join.version.span.line == 10
    # A container beside the job's own, and an orb that is not about Teleport.
    image = "cimg/base:2026.01'}, {image: 'public.ecr.aws/gravitational/teleport-distroless:16.4.2'}"
    (join,) = joins(config(START).replace("cimg/base:2026.01'}", image))
    assert join.versions == known_versions()
    text = config(START, head="orbs: {tool: acme/tool@1.0.0}\n")
    (join,) = joins(text.replace("- checkout", "- tool/install: {version: 1.2.3}"))
    assert join.versions == known_versions()


def test_a_job_that_has_nothing_to_do_with_teleport_states_nothing():
    assert stated(config("curl -O https://example.com/tool-v1.2.3-linux-amd64.tar.gz")) == []
