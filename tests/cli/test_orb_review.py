"""`orbgen orb review`: the checks of orb-tools' review, in an orb's folder, with their codes."""

from __future__ import annotations

import json
import threading
import xml.etree.ElementTree
from pathlib import Path

import pytest
from werkzeug import Response

MANIFEST = """\
version: 2.1
description: Puts applications onto servers, starts them, and waits until they answer.
display: {source_url: "https://github.com/acme/deploy-orb"}
"""
COMMAND = """\
description: Start it.
parameters:
  port: {type: string, default: "80"}
steps:
  - run:
      name: Start
      command: <<include(scripts/start.sh)>>
"""
EXAMPLE = """\
description: Starts an application.
usage:
  version: 2.1
  orbs: {ship: acme/deploy@1.4.0}
  jobs:
    go:
      docker: [{image: "cimg/base:2026.01"}]
      steps: [ship/start]
  workflows: {main: {jobs: [go]}}
"""


@pytest.fixture
def polished(write, monkeypatch):
    """An orb in `src` that lacks nothing."""
    monkeypatch.delenv("CIRCLE_TAG", raising=False)
    monkeypatch.delenv("ORB_VAL_RC_EXCLUDE", raising=False)
    write("src/@orb.yml", MANIFEST)
    write("src/commands/start.yml", COMMAND)
    write("src/examples/start_an_application.yml", EXAMPLE)
    write("src/scripts/start.sh", "#!/bin/sh\n" + "start one thing after another\n" * 5)


def codes(out: str) -> list[tuple[str, str]]:
    """Place and code of each finding of a concise report."""
    return [(line.split(": ")[0], line.split(": ")[2]) for line in out.splitlines()]


def test_nothing_is_said_of_an_orb_that_lacks_nothing(orbgen, polished):
    assert orbgen("orb", "review", "src") == (0, "", "no findings in 4 files\n")


LONG = "start --with-this --and-that | grep --no-messages something-else-that-is-long"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("@orb.yml", "version: 2.1\ndescription: 'Long enough, and yet nobody can find the source that it was made "
         "of.'\n", [("src/@orb.yml:1:1", "RC001")]),
        ("commands/start.yml", COMMAND.replace("description: Start it.\n", ""),
         [("src/commands/start.yml:1:1", "RC002")]),
        ("commands/start.yml", COMMAND.replace("Start it.", '""'), [("src/commands/start.yml:1:1", "RC002")]),
        ("examples/example.yml", EXAMPLE, [("src/examples/example.yml:1:1", "RC004")]),
        ("@orb.yml", MANIFEST.replace("Puts applications onto servers, starts them, and waits until they answer.",
                                      "x" * 63), [("src/@orb.yml:2:14", "RC005")]),
        ("@orb.yml", MANIFEST.replace("https", "http"), [("src/@orb.yml:3:23", "RC006")]),
        ("@orb.yml", MANIFEST.replace("display: {", "display: {home_url: acme.example.com, "),
         [("src/@orb.yml:3:21", "RC007")]),
        ("jobs/go.yml", "description: Go.\ndocker: [{image: x}]\nsteps:\n  - run: go\n",
         [("src/jobs/go.yml:4:5", "RC008")]),
        ("commands/go.yml", "description: Go.\nsteps:\n  - when:\n      condition: true\n      steps:\n"
         "        - run: {command: go, name: ''}\n", [("src/commands/go.yml:6:11", "RC008")]),
        ("commands/go.yml", f"description: Go.\nsteps:\n  - run: {{name: Go, command: {LONG}}}\n",
         [("src/commands/go.yml:3:30", "RC009")]),
        ("commands/go-on.yml", "description: Go.\nsteps: [checkout]\n", [("src/commands/go-on.yml:1:1", "RC010")]),
        ("commands/go.yml", "description: Go.\nparameters: {how-far: {type: integer}}\nsteps: [checkout]\n",
         [("src/commands/go.yml:2:14", "RC010")]),
        ("commands/go.yml", "description: Go.\nparameters: {key: {type: string, default: v1-$CIRCLE_JOB}}\nsteps:\n"
         "  - restore_cache: {key: << parameters.key >>}\n", [("src/commands/go.yml:2:43", "RC012")]),
    ],
)  # fmt: skip
def test_each_check_finds_what_it_is_for(orbgen, write, polished, name, text, found):
    write(f"src/{name}", text)
    code, out, err = orbgen("orb", "review", "src", "--format=concise")
    assert (code, codes(out)) == (1, found)
    assert "1 finding (1 low)" in err or "1 finding (1 medium)" in err


def test_an_orb_without_examples(orbgen, polished):
    Path("src/examples/start_an_application.yml").unlink()
    assert codes(orbgen("orb", "review", "src", "--format=concise").out) == [("src/@orb.yml:1:1", "RC003")]


@pytest.mark.parametrize(
    ("arguments", "tag", "stale"),
    [
        ((), "", False),
        (("--name=acme/deploy",), "", False),
        (("--name=acme/deploy",), "v1.9.0", False),
        (("--name=acme/deploy",), "v2.0.0", True),
        (("--name=acme/deploy@2.0.0",), "v1.0.0", True),
        (("--name=acme/other",), "v2.0.0", False),
        (("--name=acme/deploy",), "deployed-2.0.0", False),
    ],
)
def test_an_example_of_another_major_version_under_any_alias(orbgen, polished, monkeypatch, arguments, tag, stale):
    monkeypatch.setenv("CIRCLE_TAG", tag)
    out = orbgen("orb", "review", "src", "--format=concise", *arguments).out
    assert codes(out) == ([("src/examples/start_an_application.yml:4:16", "RC011")] if stale else [])


def test_the_plan_tells_which_orb_it_is_and_who_sees_it(orbgen, write, polished):
    write("orbgen.yml", "orb: acme/deploy@2.0.0\nlint: {private-orb: true}\n")
    write("src/@orb.yml", "version: 2.1\n")
    assert [code for _, code in codes(orbgen("orb", "review", "src", "--format=concise").out)] == ["RC011"]
    assert codes(orbgen("orb", "review", "src", "--format=concise", "--name=acme/deploy@1.0.0").out) == []


def test_a_private_orb_needs_no_description(orbgen, write, polished):
    write("src/@orb.yml", "version: 2.1\n")
    assert orbgen("orb", "review", "src", "--private").code == 0


class TestOnline:
    @pytest.fixture
    def online(self, orbgen, write, polished, httpserver):
        """Reviews the orb, whose source is said to lie on a server of this machine."""

        def run(path, *arguments):
            url = httpserver.url_for(path)
            write("src/@orb.yml", MANIFEST.replace("https://github.com/acme/deploy-orb", url))
            out = orbgen("orb", "review", "src", "--format=concise", "--online", *arguments).out
            return [line.partition("RC006: ")[2] for line in out.splitlines()]

        return run

    def test_an_address_that_answers(self, online, httpserver):
        httpserver.expect_request("/source").respond_with_data("here")
        httpserver.expect_request("/moved").respond_with_data("", 302, {"Location": "/source"})
        for path in ("/source", "/moved"):
            (form,) = online(path)
            assert "is no https address" in form

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("/gone", "it answers 404 NOT FOUND"),
            ("/circle", "its redirects do not end"),
            ("/late", "does not answer within"),
        ],
    )
    def test_an_address_that_does_not(self, online, httpserver, path, reason):
        over = threading.Event()

        def late(request):
            over.wait(5)
            return Response("late")

        httpserver.expect_request("/gone").respond_with_data("", 404)
        httpserver.expect_request("/circle").respond_with_data("", 302, {"Location": "/circle"})
        httpserver.expect_request("/late").respond_with_handler(late)
        found = online(path, "--timeout=0.3")
        over.set()
        assert any([f"leads nowhere: {reason}" in line or reason in line for line in found])

    def test_a_server_that_is_not_there(self, orbgen, write, polished):
        write("src/@orb.yml", MANIFEST.replace("https://github.com/acme/deploy-orb", "http://127.0.0.1:9/x"))
        out = orbgen("orb", "review", "src", "--format=concise", "--online").out
        assert "leads nowhere: it cannot be reached: " in out
        assert "leads nowhere" not in orbgen("orb", "review", "src", "--format=concise").out
        assert orbgen("orb", "review", "src", "--online", "--exclude=RC006").code == 0
        assert orbgen("orb", "review", "src", "--online", "--private").code == 0

    @pytest.mark.parametrize("url", ["https://", "https://[", "nothing", "https://exa mple.com"])
    def test_what_is_no_address(self, orbgen, write, polished, url):
        write("src/@orb.yml", MANIFEST.replace("https://github.com/acme/deploy-orb", url))
        code, out, _ = orbgen("orb", "review", "src", "--format=concise", "--online", "--timeout=1")
        assert code == 1
        assert "leads nowhere" in out


def test_a_call_with_many_arguments_is_for_the_pedantic(orbgen, write, polished):
    call = "start --with-this-option --and-with-that-one --to the-server-that-is-meant"
    write("src/commands/go.yml", f"description: Go.\nsteps:\n  - run: {{name: Go, command: {call}}}\n")
    assert orbgen("orb", "review", "src").code == 0
    out = orbgen("orb", "review", "src", "--persona=pedantic", "--format=concise").out
    assert codes(out) == [("src/commands/go.yml:3:30", "RC009")]


class TestExcluded:
    @pytest.mark.parametrize("codes_", [("RC001", "RC008,rc010"), ("RC001,RC008,RC010",)])
    def test_codes_are_left_out(self, orbgen, write, polished, codes_):
        self.spoil(write)
        flags = [f"--exclude={one}" for one in codes_]
        assert [code for _, code in codes(orbgen("orb", "review", "src", "--format=concise", *flags).out)] == ["RC005"]

    def test_as_orb_tools_is_told(self, orbgen, write, polished, monkeypatch):
        self.spoil(write)
        monkeypatch.setenv("ORB_VAL_RC_EXCLUDE", "RC001,RC005,RC008,RC010")
        assert orbgen("orb", "review", "src").code == 0

    def test_what_is_no_code(self, orbgen, polished):
        code, _, err = orbgen("orb", "review", "src", "--exclude=RC013")
        assert (code, err) == (2, "error: 'RC013' is no code of a review; there are RC001 to RC012\n")

    def spoil(self, write):
        write("src/@orb.yml", "version: 2.1\ndescription: Deploys.\n")
        write("src/jobs/go-on.yml", "description: Go.\ndocker: [{image: x}]\nsteps: [run: go]\n")


def test_reports_have_the_codes(orbgen, write, polished):
    write("src/jobs/go.yml", "description: Go.\ndocker: [{image: x}]\nsteps: [run: go]\n")
    code, out, _ = orbgen("orb", "review", "src", "--format=json", "--output=junit=review.xml")
    assert code == 1
    (finding,) = json.loads(out)["files"][0]["findings"]
    assert (finding["rule"], finding["kind"]) == ("unpolished-orb", "unnamed-step")
    assert finding["message"].startswith("RC008: the step has no name")
    failure = xml.etree.ElementTree.parse("review.xml").getroot().find(".//failure")
    assert failure is not None
    assert "src/jobs/go.yml:3:9: RC008: the step has no name" in failure.attrib["message"]


def test_a_step_is_named_where_it_is_written(orbgen, write, polished):
    job = "description: Go.\ndocker: [{image: x}]\nsteps:\n  - run: <<include(scripts/set_up.sh)>> # first\n"
    path = write("src/jobs/go.yml", job + "  - run: |\n      set -e\n      go far\n")
    write("src/scripts/set_up.sh", "set up\n")
    command = write("src/commands/go.yml", "description: Go.\nsteps: [run: go]\n")
    code, out, err = orbgen("orb", "review", "src", "--unsafe-fixes")
    assert (code, path.read_text()[: len(job)]) == (1, job)
    assert "--- src/commands/go.yml\n" in out
    assert "--- src/jobs/go.yml\n" in out
    assert "would fix 3 findings (3 unpolished-orb[unnamed-step]) in 2 files" in err
    assert orbgen("orb", "review", "src", "--fix").code == 1
    code, out, err = orbgen("orb", "review", "src", "--unsafe-fixes", "--write")
    assert (code, out) == (0, "")
    assert path.read_text() == (
        "description: Go.\ndocker: [{image: x}]\nsteps:\n  - run: # first\n      name: Set up\n"
        "      command: <<include(scripts/set_up.sh)>>\n"
        "  - run:\n      name: go far\n      command: |\n        set -e\n        go far\n"
    )
    assert command.read_text() == "description: Go.\nsteps: [run: {name: go, command: go}]\n"


def test_a_long_script_is_the_name_up_to_a_word_and_not_into_a_tag(orbgen, write, polished):
    tagged = "cp --recursive --preserve << parameters.where_everything_is >> elsewhere"
    long = "start everything that there is to start and wait until all of it answers, one by one"
    parameters = "parameters: {where_everything_is: {type: string}}"
    steps = f"steps:\n  - run: {tagged}\n  - run: {long}\n"
    path = write("src/commands/go.yml", f"description: Go.\n{parameters}\n{steps}")
    assert orbgen("orb", "review", "src", "--unsafe-fixes", "--write").code == 0
    names = [line.strip() for line in path.read_text().splitlines() if "name:" in line]
    assert names == [
        "name: cp --recursive --preserve",
        "name: start everything that there is to start and wait until all",
    ]


def test_safe_fixes_are_made_in_the_files_of_an_orb(orbgen, write, polished):
    path = write(
        "src/commands/start.yml", COMMAND.replace("Start it.", "Start it. # orbgen: ignore[piped-script] once")
    )
    assert orbgen("lint", "--fix", "src").code == 1
    code, _, err = orbgen("lint", "--fix", "--write", "src")
    assert (code, path.read_text()) == (0, COMMAND)
    assert "fixed 1 finding (1 unused-ignore[unused]) in 1 file" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "@orb.yml file not found"),
        (("src", "--name=deploy"), "'deploy' is no orb; write NAMESPACE/ORB or NAMESPACE/ORB@1.2.3"),
        (("src", "--name=acme/deploy@dev:x"), "'acme/deploy@dev:x' is no orb"),
        (("src", "--write"), "--write goes with --fix or --unsafe-fixes"),
    ],
)
def test_what_cannot_be_reviewed(orbgen, polished, arguments, message):
    code, out, err = orbgen("orb", "review", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_an_orb_that_cannot_be_read(orbgen, write, polished):
    write("src/commands/go.yml", "steps: [\n")
    code, out, _ = orbgen("orb", "review", "src", "--format=concise")
    assert code == 2
    assert out.startswith("src/commands/go.yml:2:1: error[yaml-syntax]")


def test_our_own_orb_lacks_nothing(orbgen):
    own = Path(__file__).parents[2] / "orb" / "src"
    code, out, _ = orbgen("orb", "review", own, "--persona=pedantic")
    assert (code, out) == (0, "")
