"""`orbgen orb publish` against a registry on this machine. No run may show the token anywhere."""

from __future__ import annotations

import io
import json
import socket
import threading

import pytest
from werkzeug import Response

from tests.cli.orb_server import ORB, SOURCE


@pytest.fixture
def publish(remote, registry, tmp_path, monkeypatch):
    """Publishes a small orb from `src`; the exit code, standard output and standard error, without the token."""
    (tmp_path / "src" / "commands").mkdir(parents=True)
    (tmp_path / "src" / "@orb.yml").write_text("version: 2.1\ndescription: Deploys.\n")
    (tmp_path / "src" / "commands" / "go.yml").write_text("steps:\n  - run: deploy\n")

    def run(*arguments, path="src", reference=f"{ORB}@1.2.3", yes=True):
        return remote("publish", path, reference, *(["--yes"] * yes), *arguments)

    run.packed = lambda: remote("pack", "src").out  # type: ignore[attr-defined]
    return run


class Terminal(io.StringIO):
    """Standard input at which somebody sits."""

    def isatty(self):
        return True


class TestPublished:
    def test_a_production_version(self, publish, registry, httpserver):
        code, out, err = publish()
        assert code == 0
        assert out == f"{ORB}@1.2.3\n"
        assert err.splitlines() == [
            "orb       acme/deploy, public: everybody can read it",
            "version   1.2.3, a production version, which can never be changed or deleted",
            "newest    1.2.2",
            "changes   none since 1.2.2",
            "source    src: 1 command; 94 bytes",
            "review    5 findings; `orbgen orb review src` lists them",
            f"host      {httpserver.url_for('').rstrip('/')}",
            f"published acme/deploy@1.2.3 on {httpserver.url_for('').rstrip('/')}",
        ]
        assert registry.asked == ["registryNamespace", "orbVersion", "orbVersion", "publishOrb"]
        assert registry.published == {
            f"{ORB}@1.2.3": "commands:\n    go:\n        steps:\n            - run: deploy\n"
            "description: Deploys.\nversion: 2.1\n"
        }

    def test_a_development_version(self, publish, registry):
        code, _, err = publish(reference=f"{ORB}@dev:alpha")
        assert code == 0
        assert "version   dev:alpha, a development version, new, kept for 90 days" in err
        registry.sources[f"{ORB}@dev:alpha"] = SOURCE
        _, _, err = publish(reference=f"{ORB}@dev:alpha")
        assert "dev:alpha, a development version, replaces what stands there" in err
        assert registry.asked.count("publishOrb") == 2

    def test_a_private_orb_without_a_version(self, publish, registry):
        registry.private[ORB] = True
        registry.sources.clear()
        _, _, err = publish()
        assert "orb       acme/deploy, private\n" in err
        assert "newest    no production version yet" in err

    def test_a_version_that_is_lower_than_the_newest(self, publish):
        code, _, err = publish(reference=f"{ORB}@1.0.0")
        assert code == 0
        assert "warning: 1.0.0 is lower than the newest version, 1.2.2" in err

    def test_a_packed_file_as_it_is(self, publish, registry, tmp_path):
        text = "# packed\nversion: 2.1\ncommands:\n  go: {steps: [{run: 'deploy'}]}\n"
        (tmp_path / "orb.yml").write_text(text)
        assert publish(path="orb.yml")[0] == 0
        assert registry.published == {f"{ORB}@1.2.3": text}

    def test_standard_input(self, publish, registry, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SOURCE.encode())))
        assert publish(path="-")[0] == 0
        assert registry.published == {f"{ORB}@1.2.3": SOURCE}

    def test_the_settings_of_the_cli(self, publish, registry, monkeypatch, tmp_path, httpserver, secret):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        monkeypatch.delenv("CIRCLECI_CLI_HOST")
        (tmp_path / ".circleci").mkdir()
        (tmp_path / ".circleci" / "cli.yml").write_text(f"host: {httpserver.url_for('')}\ntoken: {secret}\n")
        assert publish()[0] == 0
        assert f"{ORB}@1.2.3" in registry.published

    def test_the_page_of_a_version_in_the_cloud(self, publish, monkeypatch, httpserver):
        monkeypatch.setenv("CIRCLECI_CLI_HOST", "https://circleci.com")
        monkeypatch.setenv("CIRCLECI_CLI_ENDPOINT", httpserver.url_for("/graphql-unstable"))
        code, out, err = publish()
        assert "host      https://circleci.com\n" in err
        assert (code, out) == (0, f"https://circleci.com/developer/orbs/orb/{ORB}?version=1.2.3\n")


class TestRepeated:
    def test_a_version_that_is_there_with_this_source(self, publish, registry, tmp_path):
        registry.sources[f"{ORB}@1.2.3"] = publish.packed()
        code, out, err = publish()
        assert (code, out) == (0, f"{ORB}@1.2.3\n")
        assert "acme/deploy@1.2.3 is published already, with this source; nothing was published" in err
        assert not registry.published

    def test_a_development_version_begins_its_days_anew(self, publish, registry):
        registry.sources[f"{ORB}@dev:alpha"] = publish.packed()
        assert publish(reference=f"{ORB}@dev:alpha")[0] == 0
        assert registry.published

    def test_a_version_whose_answer_was_lost(self, publish, registry):
        def lost(request):
            registry.sources[f"{ORB}@1.2.3"] = request.get_json()["variables"]["config"]
            return Response('{"data": {"pub')

        registry.answers["publishOrb"] = lost
        code, out, err = publish()
        assert (code, out) == (0, f"{ORB}@1.2.3\n")
        assert "is no JSON, or is cut off; is this CircleCI's address?, but the version is there" in " ".join(
            err.split()
        )
        assert registry.asked.count("publishOrb") == 1


class TestIncrement:
    @pytest.mark.parametrize(("step", "version"), [("major", "2.0.0"), ("minor", "1.3.0"), ("patch", "1.2.3")])
    def test_the_version_after_the_newest(self, publish, registry, step, version):
        code, out, _ = publish("--increment", step, reference=ORB)
        assert (code, out) == (0, f"{ORB}@{version}\n")
        assert list(registry.published) == [f"{ORB}@{version}"]

    @pytest.mark.parametrize(("step", "version"), [("major", "1.0.0"), ("minor", "0.1.0"), ("patch", "0.0.1")])
    def test_the_first_version(self, publish, registry, step, version):
        registry.sources.clear()
        assert publish("--increment", step, reference=ORB)[1] == f"{ORB}@{version}\n"

    def test_what_is_the_newest_already(self, publish, registry):
        registry.sources[f"{ORB}@1.2.3"] = publish.packed()
        code, out, err = publish("--increment", "patch", reference=ORB)
        assert (code, out) == (0, f"{ORB}@1.2.3\n")
        assert "is published already" in err
        assert not registry.published

    @pytest.mark.parametrize(
        ("arguments", "reference", "message"),
        [
            (("--increment", "patch"), f"{ORB}@1.2.3", "--increment tells the version itself; write acme/deploy alone"),
            ((), ORB, "names no version; add one, such as acme/deploy@1.2.3 or acme/deploy@dev:alpha, or --increment"),
            (("--increment", "huge"), ORB, "'huge' is not one of 'major', 'minor', 'patch'"),
        ],
    )
    def test_wrong_usage(self, publish, registry, arguments, reference, message):
        code, _, err = publish(*arguments, reference=reference)
        assert code == 2
        assert message in " ".join(err.split())
        assert registry.asked == []


class TestChanges:
    def test_what_is_new_is_shown(self, publish, registry, tmp_path):
        (tmp_path / "src" / "commands" / "stay.yml").write_text("steps:\n  - run: stay\n")
        _, _, err = publish(reference=f"{ORB}@1.3.0")
        assert "changes   minor since 1.2.2\n          minor: command 'stay' is new\n" in err

    def test_a_step_that_is_too_small_is_not_made(self, publish, registry, tmp_path):
        (tmp_path / "src" / "commands" / "go.yml").rename(tmp_path / "src" / "commands" / "leave.yml")
        code, out, err = publish(reference=f"{ORB}@1.3.0")
        assert (code, out) == (1, "")
        said = " ".join(err.split())
        assert "warning: 1.3.0 is too small a step from 1.2.2: what has changed for users is major" in said
        assert said.endswith("nothing was published; publish 2.0.0, or add --allow-findings")
        assert not registry.published
        assert publish("--allow-findings", reference=f"{ORB}@1.3.0")[0] == 0
        assert publish(reference=f"{ORB}@2.0.0")[0] == 0

    def test_before_version_1_any_step_will_do(self, publish, registry, tmp_path):
        registry.sources = {f"{ORB}@0.2.0": SOURCE}
        (tmp_path / "src" / "commands" / "go.yml").rename(tmp_path / "src" / "commands" / "leave.yml")
        assert publish(reference=f"{ORB}@0.3.0")[0] == 0

    def test_a_development_version_may_change_anything(self, publish, registry, tmp_path):
        (tmp_path / "src" / "commands" / "go.yml").rename(tmp_path / "src" / "commands" / "leave.yml")
        code, _, err = publish(reference=f"{ORB}@dev:alpha")
        assert code == 0
        assert "changes   major since 1.2.2" in err

    def test_a_newest_version_that_is_no_orb(self, publish, registry):
        registry.sources[f"{ORB}@1.2.2"] = "a: ["
        code, _, err = publish()
        assert code == 0
        assert "changes" not in err


class TestAsking:
    @pytest.mark.parametrize("answer", ["y\n", "YES\n"])
    def test_yes(self, publish, registry, monkeypatch, answer):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        code, _, err = publish(yes=False)
        assert code == 0
        assert f"Publish {ORB}@1.2.3? [y/N] " in err
        assert registry.published

    @pytest.mark.parametrize("answer", ["n\n", "\n", "", "perhaps\n"])
    def test_anything_else(self, publish, registry, monkeypatch, answer):
        monkeypatch.setattr("sys.stdin", Terminal(answer))
        code, out, err = publish(yes=False)
        assert (code, out) == (130, "")
        assert err.endswith("nothing was published\n")
        assert not registry.published

    def test_nobody_to_ask(self, publish, registry, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
        code, _, err = publish(yes=False)
        assert code == 2
        assert err == "error: there is no terminal to ask on; add --yes to publish without a question\n"
        assert registry.asked == []

    def test_interrupted_while_it_is_published(self, publish, registry, monkeypatch):
        def interrupt(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr("orbgen.remote.registry.OrbRegistry.publish", interrupt)
        code, _, err = publish()
        assert code == 130
        assert "it may have been published all the same: look for acme/deploy@1.2.3 on" in err


class TestNotSent:
    def test_an_orb_with_findings(self, publish, registry, tmp_path):
        (tmp_path / "src" / "commands" / "go.yml").write_text("steps: [nowhere]\n")
        code, out, err = publish()
        assert code == 1
        assert "src/commands/go.yml:1:9" in out
        assert "nothing was published; mend what was found, or add --allow-findings" in err
        assert registry.asked == []
        assert publish("--allow-findings")[0] == 0
        assert registry.published

    def test_an_orb_that_cannot_be_packed(self, publish, registry, tmp_path):
        (tmp_path / "src" / "commands" / "go.yml").write_text("a: 1\na: 2\n")
        assert publish("--allow-findings")[0] == 2
        (tmp_path / "src" / "commands" / "go.yml").write_text("a: b: c\n")
        assert publish("--allow-findings")[0] == 2
        assert publish(path="nowhere")[0] == 2
        assert registry.asked == []

    def test_an_example_that_does_not_fit_the_orb(self, publish, tmp_path):
        (tmp_path / "src" / "examples").mkdir()
        (tmp_path / "src" / "examples" / "e.yml").write_text(
            f"usage:\n  version: 2.1\n  orbs: {{one: acme/one@1, mine: {ORB}@1.0.0}}\n"
            "  jobs: {build: {docker: [{image: x}], steps: [one/og, mine/og]}}\n"
        )
        code, out, _ = publish()
        assert code == 1
        assert "Cannot find a definition for command named mine/og" in out

    def test_no_token(self, publish, registry, monkeypatch):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        code, _, err = publish()
        assert code == 2
        assert "there is no token; set CIRCLECI_CLI_TOKEN, or run `circleci setup`" in err

    @pytest.mark.parametrize(
        "content",
        [
            "steps:\n  - run: curl -H 'Circle-Token:{}' x\n",
            "steps:\n  - nowhere # {}\n",
            "steps:\n  - run: x\n    y: {}\n z",
            "steps: [checkout] # {}\nsteps: [checkout]\n",
        ],
    )
    def test_an_orb_that_holds_the_token(self, publish, registry, tmp_path, secret, content):
        (tmp_path / "src" / "commands" / "go.yml").write_text(content.format(secret))
        code, out, err = publish("--allow-findings")
        assert (code, out) == (2, "")
        assert "holds the API token itself" in err
        assert registry.asked == []

    def test_an_open_connection(self, publish, monkeypatch):
        monkeypatch.setenv("CIRCLECI_CLI_HOST", "http://ci.example.com")
        code, _, err = publish()
        assert code == 2
        assert "the token is not sent to http://ci.example.com/graphql-unstable without encryption" in err

    @pytest.mark.parametrize(
        ("variables", "message"),
        [
            ({"CIRCLECI_CLI_HOST": "ci.example.com"}, "the host in CIRCLECI_CLI_HOST must be an address"),
            ({"CIRCLECI_CLI_TOKEN": "two words here"}, "the token in CIRCLECI_CLI_TOKEN is none of CircleCI's"),
            ({"CIRCLECI_CLI_TIMEOUT": "soon"}, "CIRCLECI_CLI_TIMEOUT must be a duration"),
        ],
    )
    def test_settings_that_cannot_be_used(self, publish, registry, monkeypatch, variables, message):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        code, _, err = publish()
        assert code == 2
        assert message in err
        assert registry.asked == []

    @pytest.mark.parametrize("reference", ["deploy@1.2.3", ORB, f"{ORB}@1.2", f"{ORB}@volatile"])
    def test_what_is_no_version(self, publish, registry, reference):
        assert publish(reference=reference)[0] == 2
        assert registry.asked == []

    @pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1e9", "x"])
    def test_what_is_no_timeout(self, publish, registry, seconds):
        assert publish("--timeout", seconds)[0] == 2
        assert registry.asked == []


class TestRefused:
    def test_a_version_that_exists(self, publish, registry):
        code, out, err = publish(reference=f"{ORB}@1.2.2")
        assert (code, out) == (3, "")
        assert "acme/deploy@1.2.2 exists already with another source, and a production version can never be" in err
        assert "publish 1.2.3 or another new version" in err
        assert not registry.published

    def test_an_unknown_namespace(self, publish):
        code, _, err = publish(reference="other/deploy@1.0.0")
        assert code == 3
        assert "there is no namespace 'other'; an organization admin claims it once" in err

    def test_an_unknown_orb(self, publish):
        code, _, err = publish(reference="acme/other@1.0.0")
        assert code == 3
        assert "creates it once with `orbgen orb create acme/other`" in err

    def test_a_reason_of_the_registrys_own(self, publish, registry, secret):
        errors = {
            "data": {"publishOrb": {"orb": None, "errors": [{"message": f"{secret} may not publish production"}]}}
        }
        registry.answers["publishOrb"] = Response(json.dumps(errors))
        code, out, err = publish()
        assert (code, out) == (3, "")
        assert "does not publish it: [token] may not publish production" in err
        assert err.endswith("nothing was published\n")

    def test_a_token_that_is_not_accepted(self, publish, registry):
        registry.token = "another"
        code, _, err = publish()
        assert code == 3
        assert "does not accept the token in CIRCLECI_CLI_TOKEN (401 UNAUTHORIZED)" in err

    @pytest.mark.parametrize(
        ("status", "words", "outcome"),
        [
            (403, "does not allow this (403 FORBIDDEN)", "nothing was published"),
            (500, "failed (500 INTERNAL SERVER ERROR)", "it may have been published all the same"),
            (503, "failed (503 SERVICE UNAVAILABLE)", "it may have been published all the same"),
        ],
    )
    def test_a_status(self, publish, registry, status, words, outcome):
        registry.answers["publishOrb"] = Response("<html>", status)
        code, _, err = publish()
        assert code == 3
        assert words in err
        assert outcome in err
        assert registry.asked.count("publishOrb") == 1

    def test_a_redirect(self, publish, registry):
        registry.answers["registryNamespace"] = Response("", 302, {"Location": "https://evil.example.com/graphql"})
        code, _, err = publish()
        assert code == 3
        assert "redirects to https://evil.example.com/graphql; the token was not sent there" in err

    @pytest.mark.parametrize(
        "body", [b"", b"<html>Log in</html>", b'{"data": {"pub', b'{"data": []}', b'{"data": null}']
    )
    def test_garbage_after_the_orb_was_sent(self, publish, registry, body):
        registry.answers["publishOrb"] = Response(body)
        code, out, err = publish()
        assert (code, out) == (3, "")
        assert "is this CircleCI's address?" in err
        assert "it may have been published all the same: look for acme/deploy@1.2.3 on http://" in err

    @pytest.mark.parametrize("body", [b"", b"<html>Log in</html>", b"[1, 2"])
    def test_garbage_before(self, publish, registry, body):
        registry.answers["registryNamespace"] = Response(body)
        code, _, err = publish()
        assert code == 3
        assert err.endswith("nothing was published\n")
        assert not registry.published

    def test_a_server_that_is_down(self, publish, monkeypatch):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        monkeypatch.setenv("CIRCLECI_CLI_HOST", f"http://127.0.0.1:{port}")
        code, _, err = publish()
        assert code == 3
        assert f"cannot connect to http://127.0.0.1:{port}: Connection refused\nnote: nothing was published\n" in err

    @pytest.mark.parametrize(("arguments", "variable"), [(("--timeout", "0.2"), "60s"), ((), "200ms")])
    def test_a_server_that_does_not_answer(self, publish, registry, monkeypatch, arguments, variable):
        over = threading.Event()

        def late(request):
            over.wait(5)
            return Response("{}")

        registry.answers["publishOrb"] = late
        monkeypatch.setenv("CIRCLECI_CLI_TIMEOUT", variable)
        code, _, err = publish(*arguments)
        over.set()
        assert code == 3
        assert "did not answer within 0.2 seconds" in err
        assert "it may have been published all the same" in err
        assert registry.asked.count("publishOrb") == 1
