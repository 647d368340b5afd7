"""The commands that ask the registry or change it, beside `publish`, against a registry on this machine."""

from __future__ import annotations

import io
import json
import socket
import threading

import pytest
from werkzeug import Response

from tests.cli.orb_server import ORB, SOURCE

ALPHA = f"{ORB}@dev:alpha"
NEW = SOURCE.replace("run: deploy", "run: deploy --now")
ORGANIZATION = "01234567-89ab-cdef-0123-456789abcdef"


@pytest.fixture
def alpha(registry):
    """A development version of the orb."""
    registry.sources[ALPHA] = NEW
    return registry


class Terminal(io.StringIO):
    """Standard input at which somebody sits."""

    def isatty(self):
        return True


class TestPromote:
    @pytest.mark.parametrize(
        ("arguments", "version"),
        [
            (("1.2.3",), "1.2.3"),
            (("1.4.0",), "1.4.0"),
            (("--increment=minor",), "1.3.0"),
            (("--increment=major",), "2.0.0"),
        ],
    )
    def test_a_development_version_becomes_a_production_version(self, remote, alpha, arguments, version):
        code, out, err = remote("promote", ALPHA, *arguments, "--yes")
        assert (code, out) == (0, f"{ORB}@{version}\n")
        assert alpha.made == [
            (
                "promoteOrb",
                {"orbName": "deploy", "namespaceName": "acme", "devVersion": "dev:alpha", "semanticVersion": version},
            )
        ]
        assert f"version   {version}, a production version, which can never be changed or deleted\n" in err
        assert "changes   patch since 1.2.2\n" in err
        assert f"source    {ALPHA}\n" in err
        assert f"promoted acme/deploy@{version} on" in err

    def test_what_is_promoted_already(self, remote, alpha):
        alpha.sources[f"{ORB}@1.2.3"] = NEW
        for arguments in (("1.2.3",), ("--increment=patch",)):
            code, out, err = remote("promote", ALPHA, *arguments, "--yes")
            assert (code, out) == (0, f"{ORB}@1.2.3\n")
            assert "is published already, with this source; nothing was promoted" in err
        assert alpha.made == []

    def test_a_step_that_is_too_small(self, remote, alpha):
        alpha.sources[ALPHA] = "version: 2.1\n"
        code, _, err = remote("promote", ALPHA, "1.2.3", "--yes")
        assert code == 1
        assert "nothing was promoted; publish 2.0.0, or add --allow-findings" in err
        assert remote("promote", ALPHA, "1.2.3", "--yes", "--allow-findings").code == 0

    def test_it_asks_on_a_terminal(self, remote, alpha, monkeypatch):
        monkeypatch.setattr("sys.stdin", Terminal("n\n"))
        code, _, err = remote("promote", ALPHA, "1.2.3")
        assert code == 130
        assert err.endswith("Promote acme/deploy@1.2.3? [y/N] nothing was promoted\n")
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))
        assert remote("promote", ALPHA, "1.2.3").code == 0
        assert len(alpha.made) == 1

    def test_a_label_that_nobody_knows(self, remote, registry):
        code, _, err = remote("promote", ALPHA, "1.2.3", "--yes")
        assert code == 3
        assert "there is no acme/deploy@dev:alpha, or the token may not see it" in err

    def test_an_answer_that_is_lost(self, remote, alpha):
        alpha.answers["promoteOrb"] = Response("<html>")
        code, _, err = remote("promote", ALPHA, "1.2.3", "--yes")
        assert code == 3
        assert "it may have been promoted all the same" in err

        def lost(request):
            alpha.sources[f"{ORB}@1.2.3"] = NEW
            return Response("<html>")

        alpha.answers["promoteOrb"] = lost
        assert remote("promote", ALPHA, "1.2.3", "--yes").code == 0

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((ALPHA,), "name the version to promote to, such as 1.2.3, or add --increment major, minor or patch"),
            ((ALPHA, "1.2.3", "--increment=patch"), "name the version to promote to"),
            ((f"{ORB}@1.2.2", "1.2.3"), "acme/deploy@1.2.2 is no development version; one is acme/deploy@dev:alpha"),
            ((ALPHA, "dev:beta"), "a development version is promoted to a production version, such as 1.2.3"),
            ((ALPHA, "1.2"), "'1.2' is no version to publish"),
            (("deploy@dev:alpha", "1.2.3"), "does not begin with an orb's name"),
        ],
    )
    def test_wrong_usage(self, remote, registry, arguments, message):
        code, _, err = remote("promote", *arguments, "--yes")
        assert code == 2
        assert message in " ".join(err.split())
        assert registry.asked == []


class TestCreate:
    @pytest.mark.parametrize(("flags", "private"), [((), False), (("--private",), True)])
    def test_an_orb(self, remote, registry, flags, private):
        code, out, err = remote("create", "acme/other", "--yes", *flags)
        assert (code, out) == (0, "acme/other\n")
        assert err == f"created acme/other, {'private' if private else 'public'}\n"
        variables = {"name": "other", "registryNamespaceId": "namespace-id", "isPrivate": private}
        assert registry.made == [("createOrb", variables)]

    def test_an_orb_that_is_there(self, remote, registry):
        assert remote("create", ORB, "--yes") == (0, f"{ORB}\n", f"{ORB} exists already; nothing was created\n")
        code, _, err = remote("create", ORB, "--private", "--yes")
        assert code == 3
        assert "acme/deploy exists already and is public, which can never be changed" in err
        assert registry.made == []

    def test_a_namespace_that_is_not_there(self, remote, registry):
        code, _, err = remote("create", "other/deploy", "--yes")
        assert code == 3
        assert "there is no namespace 'other'; an organization admin claims it once with" in err

    def test_it_asks_on_a_terminal(self, remote, registry, monkeypatch):
        assert remote("create", "acme/other").code == 2
        monkeypatch.setattr("sys.stdin", Terminal("\n"))
        code, _, err = remote("create", "acme/other")
        assert code == 130
        assert "acme/other will be public, for everybody to read and use, for ever\nCreate acme/other? [y/N]" in err
        assert registry.made == []

    def test_a_reason_of_the_registrys_own(self, remote, registry, secret):
        errors = [{"message": f"{secret} must be an admin", "type": "FORBIDDEN"}]
        registry.answers["createOrb"] = Response(json.dumps({"data": {"createOrb": {"orb": None, "errors": errors}}}))
        code, _, err = remote("create", "acme/other", "--yes")
        assert code == 3
        assert "does not create it: [token] must be an admin\nnote: nothing was created" in err

    def test_an_answer_that_is_lost(self, remote, registry):
        registry.answers["createOrb"] = Response("", 502)
        code, _, err = remote("create", "acme/other", "--yes")
        assert code == 3
        assert "it may be there all the same; the same command tells" in err
        assert registry.asked.count("createOrb") == 1

    @pytest.mark.parametrize("name", ["acme", "acme/", "Acme/other", "acme/other@1.0.0", "a/b/c"])
    def test_what_is_no_name(self, remote, registry, name):
        assert remote("create", name, "--yes").code == 2
        assert registry.asked == []


class TestCreateNamespace:
    @pytest.mark.parametrize(
        ("arguments", "organization"),
        [(("--org-id", ORGANIZATION), ORGANIZATION), (("--org-slug", "gh/acme-inc"), "organization-id")],
    )
    def test_a_namespace(self, remote, registry, arguments, organization):
        code, out, err = remote("create-namespace", "other", *arguments, "--yes")
        assert (code, out, err) == (0, "other\n", "created the namespace other\n")
        assert registry.made == [("createNamespace", {"name": "other", "organizationId": organization})]

    def test_a_namespace_that_is_there(self, remote, registry):
        code, _, err = remote("create-namespace", "acme", "--org-id", ORGANIZATION, "--yes")
        assert code == 3
        assert "the namespace 'acme' is taken" in err
        assert registry.made == []

    def test_an_organization_that_nobody_knows(self, remote, registry):
        code, _, err = remote("create-namespace", "other", "--org-slug", "bb/acme-inc", "--yes")
        assert code == 3
        assert "there is no organization bb/acme-inc, or the token may not see it" in err

    def test_it_asks_on_a_terminal(self, remote, registry, monkeypatch):
        monkeypatch.setattr("sys.stdin", Terminal("no\n"))
        code, _, err = remote("create-namespace", "other", "--org-slug", "gh/acme-inc")
        assert code == 130
        assert "other will be the only namespace of gh/acme-inc, for ever\n" in err
        assert registry.made == []

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("other",), "name the organization by --org-id or by --org-slug"),
            (("other", "--org-id", ORGANIZATION, "--org-slug", "gh/a"), "name the organization by"),
            (("other", "--org-id", "1234"), "--org-id takes an id such as"),
            (("other", "--org-slug", "acme"), "--org-slug takes gh/NAME or bb/NAME, not 'acme'"),
            (("other", "--org-slug", "circleci/1234"), "for others there is --org-id"),
            (("Other", "--org-id", ORGANIZATION), "'Other' is no name of a namespace"),
        ],
    )
    def test_wrong_usage(self, remote, registry, arguments, message):
        code, _, err = remote("create-namespace", *arguments, "--yes")
        assert code == 2
        assert message in " ".join(err.split())
        assert registry.asked == []


class TestLooking:
    def test_the_source_of_a_version(self, remote, registry, monkeypatch):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        assert remote("source", f"{ORB}@1.2.2") == (0, SOURCE, "")
        assert remote("source", ORB).out == SOURCE

    def test_what_the_registry_tells_of_an_orb(self, remote, registry):
        parameters = "parameters: {at: {type: enum, enum: [a, b], default: a}, to: {type: string}}"
        registry.sources[f"{ORB}@1.3.0"] = SOURCE.replace("{steps:", f"{{{parameters}, steps:")
        code, out, _ = remote("info", ORB)
        assert code == 0
        assert out.splitlines() == [
            "orb         acme/deploy",
            "version     1.3.0, of 2026-01-02",
            "since       2025-01-02",
            "versions    1.3.0, 1.2.2",
            "categories  Deployment",
            "30 days     1,234 builds, 5 projects, 2 organizations",
            "command 'go'",
            "    at: enum (a, b), else 'a'",
            "    to: string, has to be given",
        ]
        data = json.loads(remote("info", f"{ORB}@1.2.2", "--format=json").out)
        assert (data["orb"], data["orb_version"], data["builds"]) == (ORB, "1.2.2", 1234)
        assert data["elements"] == [{"section": "commands", "name": "go", "parameters": []}]

    def test_a_source_that_is_no_orb(self, remote, registry):
        registry.sources[f"{ORB}@1.2.2"] = "a: ["
        code, _, err = remote("info", ORB)
        assert code == 3
        assert "the source of acme/deploy@1.2.2 cannot be read as an orb" in err

    @pytest.mark.parametrize("command", ["source", "info"])
    def test_an_orb_that_nobody_knows(self, remote, registry, command):
        code, out, err = remote(command, "acme/other@1.0.0")
        assert (code, out) == (3, "")
        assert "CircleCI knows no acme/other@1.0.0" in err
        assert remote(command, "deploy").code == 2

    def test_the_certified_orbs_and_all_others(self, remote, registry, monkeypatch):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        assert remote("list").out == "circleci/node  no version\n"
        assert remote("list", "--uncertified").out == "acme/deploy    1.2.2\ncircleci/node  no version\n"
        assert remote("list", "--uncertified", "--sort=builds").out.startswith("circleci/node")

    def test_the_orbs_of_a_namespace(self, remote, registry):
        registry.private.update({"acme/secret": True, "acme/another": False})
        assert remote("list", "acme").out == "acme/another  no version\nacme/deploy   1.2.2\n"
        data = json.loads(remote("list", "acme", "--private", "--format=json").out)
        assert data == {
            "version": 1,
            "orbs": [{"name": "acme/secret", "version": None, "builds": 110, "projects": 1, "organizations": None}],
        }
        code, _, err = remote("list", "other")
        assert (code, err) == (3, "error: there is no namespace 'other'\n")

    @pytest.mark.parametrize("arguments", [("--private",), ("acme", "--uncertified"), ("acme", "--sort=age")])
    def test_wrong_lists(self, remote, registry, arguments):
        assert remote("list", *arguments).code == 2
        assert registry.asked == []

    def test_a_list_that_goes_in_a_circle(self, remote, registry):
        node = {"name": "acme/x", "versions": []}
        orbs = {"edges": [{"cursor": "", "node": node}], "pageInfo": {"hasNextPage": True}}
        registry.answers["ListOrbs"] = Response(json.dumps({"data": {"orbs": orbs}}))
        code, _, err = remote("list")
        assert code == 3
        assert "go in a circle" in err

    def test_what_is_new_since_a_published_version(self, remote, registry, tmp_path):
        (tmp_path / "new.yml").write_text(SOURCE.replace("commands:\n", "commands:\n  stay: {steps: [checkout]}\n"))
        code, out, _ = remote("diff", ORB, "new.yml", "--online")
        assert code == 0
        assert out == (
            "minor: users can do more\n  command 'stay' is new\nthe step is minor: 1.3.0 comes after 1.2.2\n"
        )
        (tmp_path / ORB).mkdir(parents=True)
        assert remote("diff", ORB, "new.yml", "--online").out == out
        code, _, err = remote("diff", f"{ORB}@9.9.9", "new.yml", "--online")
        assert code == 2
        assert "CircleCI knows no acme/deploy@9.9.9" in err


class TestValidate:
    @pytest.fixture
    def orb(self, remote, tmp_path):
        (tmp_path / "orb.yml").write_text(SOURCE)
        return tmp_path / "orb.yml"

    def test_circleci_is_asked_once_nothing_was_found(self, remote, registry, orb, monkeypatch):
        monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
        code, _, err = remote("validate", "orb.yml", "--online")
        assert code == 0
        assert err.endswith("CircleCI takes it, too\n")
        orb.write_text(SOURCE.replace("run: deploy", "nowhere: x"))
        assert remote("validate", "orb.yml", "--online").code == 1
        assert registry.asked == ["orbConfig"]

    def test_what_circleci_refuses(self, remote, registry, orb, secret):
        verdict = {"valid": False, "errors": [{"message": f"no {secret}"}, {"message": "and no"}]}
        registry.answers["orbConfig"] = Response(json.dumps({"data": {"orbConfig": verdict}}))
        code, _, err = remote("validate", "orb.yml", "--online")
        assert code == 1
        assert err.endswith("error: CircleCI refuses it: no [token]\nerror: CircleCI refuses it: and no\n")

    def test_the_organization_is_told(self, remote, registry, orb):
        asked = []

        def verdict(request):
            asked.append(request.get_json()["variables"])
            return Response('{"data": {"orbConfig": {"valid": true}}}')

        registry.answers["orbConfig"] = verdict
        assert remote("validate", "orb.yml", "--online", "--org-id", ORGANIZATION).code == 0
        assert asked == [{"config": SOURCE, "owner": ORGANIZATION}]


COMMANDS = {
    "promote": (("promote", ALPHA, "1.2.3", "--yes"), "orbVersion"),
    "promote's change": (("promote", ALPHA, "1.2.3", "--yes"), "promoteOrb"),
    "create": (("create", "acme/other", "--yes"), "registryNamespace"),
    "create's change": (("create", "acme/other", "--yes"), "createOrb"),
    "create-namespace": (("create-namespace", "other", "--org-slug=gh/acme-inc", "--yes"), "organization"),
    "create-namespace's change": (
        ("create-namespace", "other", f"--org-id={ORGANIZATION}", "--yes"),
        "createNamespace",
    ),
    "list": (("list",), "ListOrbs"),
    "list of a namespace": (("list", "acme"), "namespaceOrbs"),
    "info": (("info", ORB), "orbVersion"),
    "source": (("source", ORB), "orbVersion"),
    "validate": (("validate", "orb.yml", "--online"), "orbConfig"),
    "diff": (("diff", ORB, "orb.yml", "--online"), "orbVersion"),
}


class TestFailures:
    """Whatever the registry answers, each command says what is wrong and ends with 3, and no token is shown."""

    @pytest.fixture(params=COMMANDS)
    def failing(self, request, remote, alpha, tmp_path, monkeypatch):
        (tmp_path / "orb.yml").write_text(SOURCE)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        arguments, operation = COMMANDS[request.param]

        def run(answer, *more):
            alpha.answers[operation] = answer
            return remote(*arguments, *more)

        return run

    @pytest.mark.parametrize(
        ("status", "body", "words"),
        [
            (401, '{{"message": "{0} is no token"}}', "does not accept the token in CIRCLECI_CLI_TOKEN (401"),
            (403, '{{"message": "not for {0}"}}', "does not allow this (403 FORBIDDEN): not for [token]"),
            (404, "", "has no API at this address (404 NOT FOUND)"),
            (429, "", "refuses (429 TOO MANY REQUESTS)"),
            (500, "<html>{0}</html>", "failed (500 INTERNAL SERVER ERROR)"),
            (
                200,
                '{{"errors": [{{"message": "Permission denied for {0}"}}]}}',
                "refuses: Permission denied for [token]",
            ),
            (200, "", "is empty"),
            (200, "<html>{0}</html>", "is a page for browsers"),
            (200, '{{"data": {{"orb', "is no JSON, or is cut off"),
            (200, '{{"data": {{"other": "{0}"}}}}', ""),
            (200, '{{"data": ["{0}"]}}', "is not of the form that CircleCI documents"),
        ],
    )
    def test_answers(self, failing, secret, status, body, words):
        code, out, err = failing(Response(body.format(secret), status))
        assert code == 3
        assert out == ""
        assert words in " ".join(err.split())

    def test_a_redirect(self, failing):
        code, _, err = failing(Response("", 302, {"Location": "https://evil.example.com/"}))
        assert code == 3
        assert "the token was not sent there" in " ".join(err.split())

    def test_a_server_that_does_not_answer(self, failing):
        over = threading.Event()

        def late(request):
            over.wait(5)
            return Response("{}")

        code, _, err = failing(late, "--timeout=0.1")
        over.set()
        assert code == 3
        assert "did not answer within 0.1 seconds" in " ".join(err.split())

    def test_a_server_that_is_down(self, failing, monkeypatch):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        monkeypatch.setenv("CIRCLECI_CLI_HOST", f"http://127.0.0.1:{port}")
        code, _, err = failing(Response(""))
        assert code == 3
        assert "Connection refused" in err


@pytest.mark.parametrize("command", ["promote", "create", "create-namespace", "list of a namespace"])
def test_what_needs_a_token_says_so(remote, registry, monkeypatch, command):
    monkeypatch.delenv("CIRCLECI_CLI_TOKEN")
    arguments = (*COMMANDS[command][0], *(["--private"] if command.startswith("list") else []))
    code, _, err = remote(*arguments)
    assert code == 2
    assert "there is no token; set CIRCLECI_CLI_TOKEN" in err
    assert registry.asked == []
