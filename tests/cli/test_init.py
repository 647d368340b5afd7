"""`orbgen init` from flags: a plan of every kind, or a sentence that says what is missing or wrong."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from orbgen.cli.groups import command as orbgen_group
from orbgen.cli.init_questions import ALL, KINDS, Form
from orbgen.cli.main import COMMANDS
from orbgen.project.plan import plan_part, plan_schema, read_plan
from tests.cli.running import Run

SYSTEMS = {
    "--proxy": "example.teleport.sh:443",
    "--teleport-version": "18.2.0",
    "--organization-id": "5f0a3c1e-9d2b-4c7a-8e61-0b2d4f6a8c10",
    "--project-id": "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d",
    "--context-id": "0f9e8d7c-6b5a-4938-a271-605f4e3d2c1b",
}
SSH = {"--host": "my-node", "--login": "ci-user", "--label": "env=demo", "--command": "echo hello >> greetings"}
FLAGS = {**SYSTEMS, **SSH}
# What each kind of access needs, and what the plan then says of it.
OF_KINDS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "ssh": (SSH, {"host": "my-node", "login": "ci-user", "labels": {"env": "demo"}, "command": SSH["--command"]}),
    "scp": (
        {"--host": "a", "--login": "ci", "--label": "env=demo", "--from": "dist", "--to": "/srv/shop"},
        {"host": "a", "login": "ci", "labels": {"env": "demo"}, "from": "dist", "to": "/srv/shop"},
    ),
    "rsync": (
        {"--host": "a", "--login": "ci", "--label": "env=demo", "--from": "dist", "--to": "/srv/shop", "--delete": ""},
        {"host": "a", "login": "ci", "labels": {"env": "demo"}, "from": "dist", "to": "/srv/shop", "delete": True},
    ),
    "ansible": (
        {"--login": "ci", "--label": "env=demo", "--playbook": "site.yml"},
        {"login": "ci", "labels": {"env": "demo"}, "playbook": "site.yml", "inventory": "inventory"},
    ),
    "kubernetes": (
        {"--kubernetes-cluster": "k", "--label": "a=b", "--group": "ci", "--namespace": "shop", "--command": "helm ls"},
        {"cluster": "k", "labels": {"a": "b"}, "groups": ["ci"], "namespaces": ["shop"], "command": "helm ls"},
    ),
    "database": (
        {"--service": "pg", "--database": "shop", "--username": "ci", "--label": "a=b", "--command": "psql",
         "--port": "5433"},
        {"service": "pg", "database": "shop", "username": "ci", "labels": {"a": "b"}, "command": "psql", "port": 5433},
    ),
    "application": (
        {"--app": "grafana", "--label": "a=b", "--command": "curl localhost:8080", "--mode": "certificate"},
        {"app": "grafana", "labels": {"a": "b"}, "command": "curl localhost:8080", "mode": "certificate"},
    ),
    "tctl": (
        {"--rule": "node,token:list,read", "--command": "tctl nodes ls"},
        {"rules": [{"resources": ["node", "token"], "verbs": ["list", "read"]}], "command": "tctl nodes ls"},
    ),
    "terraform": (
        {"--rule": "app:list,read,create,update", "--action": "apply"},
        {"rules": [{"resources": ["app"], "verbs": ["list", "read", "create", "update"]}], "directory": ".",
         "action": "apply"},
    ),
    "workload-identity": (
        {"--label": "a=b", "--command": "use it", "--format": "jwt", "--audience": "vault"},
        {"identity": "folder", "labels": {"a": "b"}, "path": "/ci/folder", "format": "jwt", "audiences": ["vault"],
         "command": "use it"},
    ),
    "tbot": (
        {"--tbot-config": "ci/tbot.yaml", "--command": "tsh ls", "--existing-role": "ci"},
        {"config": "ci/tbot.yaml", "command": "tsh ls"},
    ),
}  # fmt: skip


def words(flags: dict[str, str]) -> list[str]:
    return [word for flag, value in flags.items() for word in ((flag, value) if value else (flag,))]


@pytest.fixture
def folder(plain_surroundings: Path) -> Path:
    """An empty git repository, which is the current folder."""
    (plain_surroundings / ".git").rmdir()
    subprocess.run(["git", "init", "-q", "-b", "trunk"], check=True)
    return plain_surroundings


@pytest.fixture
def init(orbgen: Run) -> Callable[..., str]:
    """What the command prints."""

    def run(*arguments: str) -> str:
        result = orbgen("init", *arguments)
        assert (result.code, result.err) == (0, "")
        return result.out

    return run


@pytest.fixture
def refusal(orbgen: Run) -> Callable[..., str]:
    """The sentence with which the command refuses."""

    def run(*arguments: str) -> str:
        result = orbgen("init", *arguments)
        assert (result.code, result.out) == (2, "")
        return " ".join(result.err.removeprefix("error: ").split())

    return run


def data_in(folder: Path) -> dict[str, Any]:
    """What the plan in a folder says, which has to be a plan."""
    from orbgen.project.plan import read_data

    text = (folder / "orbgen.yml").read_bytes()
    read_plan(text, "orbgen.yml")
    return read_data(text, "orbgen.yml")


def test_flags_make_a_plan(folder, init):
    said = init(*words(FLAGS), "--token", "demo", "--bot", "demo-bot", "--name", "greet")
    assert said == "wrote orbgen.yml\nnext: orbgen generate\n"
    data = data_in(folder)
    assert data["teleport"] == {
        "proxy": "example.teleport.sh:443", "version": "18.2.0", "token": "demo", "bot": "demo-bot", "role": "demo-bot",
        "context": "teleport-access",
    }  # fmt: skip
    assert data["contexts"] == {"teleport-access": {"id": FLAGS["--context-id"]}}
    assert data["access"][0]["branches"] == ["trunk"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_access(folder, init, kind):
    flags, entry = OF_KINDS[kind]
    init(*words({**SYSTEMS, **flags, "--kind": kind}))
    (found,) = data_in(folder)["access"]
    assert found == {"name": f"{kind}-through-teleport", "kind": kind, **entry, "branches": ["trunk"]}


AWS = {
    "--aws-role": "arn:aws:iam::123456789012:role/deploy",
    "--aws-profile": "arn:aws:rolesanywhere:eu-central-1:123456789012:profile/1f2e",
    "--aws-trust-anchor": "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/3a4b",
}


def test_a_workload_identity_for_aws_is_asked_for_more(folder, init, refusal):
    flags = {**SYSTEMS, "--kind": "workload-identity", "--label": "a=b", "--command": "aws s3 ls", "--format": "aws"}
    assert refusal(*words(flags)) == (
        "--aws-role, --aws-profile and --aws-trust-anchor are needed, since there is no terminal to ask on"
    )
    init(*words({**flags, **AWS}))
    (entry,) = data_in(folder)["access"]
    assert entry["format"] == "aws"
    assert [entry[flag.removeprefix("--")] for flag in AWS] == list(AWS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_what_generate_makes_of_it_is_clean(folder, init, orbgen, kind):
    init(*words({**SYSTEMS, **OF_KINDS[kind][0], "--kind": kind}))
    assert orbgen("generate", "--quiet").code == 0
    # The images' digests are the user's to choose.
    result = orbgen("lint", "--persona", "auditor", "--ignore", "unpinned-image", ".")
    assert (result.code, result.out) == (0, "")


def test_every_kind_and_all_that_it_needs_can_be_asked_for():
    assert plan_part("properties", "access", "items", "properties", "kind")["enum"] == list(KINDS)
    for kind in KINDS:
        asked = {question.key[0] for question in ALL if question.is_for(kind)}
        needed = set(plan_schema()["$defs"][kind]["required"])
        assert needed <= asked, kind


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.name)
def test_questions_fit_the_schema_of_the_plan(question):
    part = plan_part(*question.place)
    if question.choices:
        assert part["enum"] == list(question.choices)
    elif question.form is Form.TEXT:
        assert part["x-expected"]
    if question.suggested is not None:
        from orbgen.source.schemas import fits

        assert fits(question.suggested, part)


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({"--playbook": "site.yml", "--login": "ci", "--label": "a=b"}, "ansible"),
        (OF_KINDS["tctl"][0], "tctl"),
        (OF_KINDS["scp"][0], "scp"),
        ({**OF_KINDS["scp"][0], "--delete": ""}, "rsync"),
        (OF_KINDS["tbot"][0], "tbot"),
    ],
)
def test_flags_tell_the_kind(folder, init, flags, kind):
    init(*words({**SYSTEMS, **flags}))
    assert data_in(folder)["access"][0]["kind"] == kind


def test_flags_that_do_not_go_together(folder, refusal):
    assert refusal(*words(FLAGS), "--playbook", "x") == (
        "--host is for ssh, scp, rsync, and --playbook for ansible; give one of the two"
    )
    assert refusal(*words(FLAGS), "--kind", "tctl").startswith("--host is for ssh, scp, rsync, not for tctl")


def test_what_only_flags_change(folder, init):
    flags = ("--tag", "v*", "--approval", "--serial-group", "shop/deploy", "--edition", "enterprise", "--ttl", "20m",
             "--target", "operator", "--cluster", "shop", "--workflow", "deploy", "--client", "openssh",
             "--host", "b")  # fmt: skip
    init(*words(FLAGS), *flags)
    data = data_in(folder)
    (entry,) = data["access"]
    assert entry["hosts"] == ["my-node", "b"] and "branches" not in entry
    assert (entry["tags"], entry["approval"], entry["serial-group"], entry["client"]) == (
        ["v*"], True, "shop/deploy", "openssh",
    )  # fmt: skip
    expected = {"edition": "enterprise", "cluster": "shop", "ttl": "20m", "target": "operator"}
    assert expected.items() <= data["teleport"].items()
    assert data["workflow"] == "deploy"


@pytest.mark.parametrize("flag", sorted(FLAGS))
def test_without_a_terminal_a_missing_flag_is_named(folder, refusal, flag):
    said = refusal("--kind", "ssh", *words({name: value for name, value in FLAGS.items() if name != flag}))
    assert said.startswith(f"{flag} is needed, since there is no terminal to ask on")
    assert not (folder / "orbgen.yml").exists()


def test_all_that_is_missing_is_named_at_once(folder, refusal):
    flags = {**FLAGS}
    del flags["--proxy"], flags["--login"], flags["--context-id"]
    said = refusal("--yes", *words(flags))
    assert said == "--proxy, --login and --context-id are needed, since there is no terminal to ask on"


@pytest.mark.parametrize(
    ("flag", "value", "reason"),
    [
        ("--proxy", "https://example.teleport.sh", "host:port"),
        ("--teleport-version", "18", "an exact version"),
        ("--organization-id", "acme", "UUID"),
        ("--context-id", "0F9E8D7C-6B5A-4938-A271-605F4E3D2C1B", "lower case"),
        ("--host", "a b", "the name of a server"),
        ("--login", "-l", "a user name"),
        ("--label", "env", "name=value"),
        ("--label", "env=*", "wildcard"),
        ("--command", "", "a command"),
        ("--branch", "a..b c", "the name of a branch"),
        ("--bot", "Demo", "lower case"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused(folder, refusal, flag, value, reason):
    given = [word for pair in {**FLAGS, flag: value}.items() for word in pair]
    said = refusal(*given)
    assert said.startswith(f"{flag} {value}".strip()) and reason in said
    assert not (folder / "orbgen.yml").exists()


def test_what_does_not_go_together_is_refused(folder, refusal):
    flags = {**SYSTEMS, **OF_KINDS["workload-identity"][0], "--teleport-version": "14.0.0"}
    assert refusal(*words(flags)).startswith(
        "Teleport 14.0.0 does not have what `workload-identity-through-teleport` needs"
    )


def test_style_orb_needs_the_orb(folder, init, refusal):
    assert refusal(*words(FLAGS), "--style", "orb").startswith("--orb is needed")
    init(*words(FLAGS), "--orb", "acme/teleport@1.0.0")
    assert read_plan((folder / "orbgen.yml").read_bytes(), "orbgen.yml").orb == "acme/teleport@1.0.0"


def test_a_plan_that_is_there_is_kept(folder, init, refusal):
    (folder / "orbgen.yml").write_text("mine\n", encoding="utf-8")
    assert "is there already" in refusal(*words(FLAGS))
    assert (folder / "orbgen.yml").read_text(encoding="utf-8") == "mine\n"
    init(*words(FLAGS), "--force")
    assert data_in(folder)["access"]


SETTINGS = "# ours\nlint:\n  fail-on: high # for now\norbs: vendor/orbs\n"


def test_settings_that_are_there_are_kept_below(folder, init):
    (folder / "orbgen.yml").write_text(SETTINGS, encoding="utf-8")
    init(*words(FLAGS))
    assert (folder / "orbgen.yml").read_text(encoding="utf-8").endswith(f"\n\n{SETTINGS}")
    data = data_in(folder)
    assert (data["lint"], data["orbs"], data["access"][0]["host"]) == ({"fail-on": "high"}, "vendor/orbs", "my-node")


@pytest.mark.parametrize(
    "text",
    [
        "default-branch: main\n",
        "{lint: {fail-on: high}}\n",
        f"---\n{SETTINGS}",
        f"{SETTINGS}---\n",
        "  lint:\n    fail-on: high\n",
        "lint: {fail-on: sometimes}\n",
        "contexts: {x: {shared: true}}\n",
        "",
    ],
)
def test_a_plan_to_which_nothing_can_be_added_is_kept(folder, refusal, text):
    (folder / "orbgen.yml").write_text(text, encoding="utf-8")
    assert refusal(*words(FLAGS)) == "orbgen.yml is there already; edit it, or overwrite it with --force"
    assert (folder / "orbgen.yml").read_text(encoding="utf-8") == text


def test_the_plan_lies_at_the_root_of_the_repository(folder, init, refusal, monkeypatch):
    (folder / "deploy").mkdir()
    monkeypatch.chdir(folder / "deploy")
    assert init(*words(FLAGS)).startswith("wrote ../orbgen.yml\n")
    assert data_in(folder)["access"]
    assert refusal(*words(FLAGS)).startswith("../orbgen.yml is there already")


def test_the_schema_for_editors(folder, init):
    assert "wrote orbgen.schema.json\n" in init(*words(FLAGS), "--schema")
    assert json.loads((folder / "orbgen.schema.json").read_bytes()) == plan_schema()
    first, *_ = (folder / "orbgen.yml").read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=./orbgen.schema.json"
    assert data_in(folder)["access"]


@pytest.mark.parametrize(
    "value",
    ["a: b # c", "'\"\\", "two\nlines\n", "{{ x }} << pipeline.id >>", "[% x %]", "- a", "yes", "\t", "\u2028é"],
)
def test_no_value_breaks_out_of_its_place(folder, init, value):
    init(*words(FLAGS), "--command", value, "--label", f"x={value}", "--force")
    (entry,) = data_in(folder)["access"]
    assert (entry["command"], entry["labels"]) == (value, {"env": "demo", "x": value})


def test_only_online_takes_what_is_for_it(folder, refusal):
    assert refusal(*words(FLAGS), "--create-context") == "--create-context goes with --online"
    assert refusal(*words(FLAGS), "--project-slug", "gh/acme/shop") == "--project-slug goes with --online"


@pytest.mark.parametrize(
    ("typed", "offered"), [("--kind k", "kubernetes"), ("--branch tr", "trunk"), ("--proj", "--project-id")]
)
def test_the_shell_completes(folder, typed, offered):
    author = ("-c", "user.name=x", "-c", "user.email=x")
    subprocess.run(["git", *author, "commit", "-qm", "x", "--allow-empty"], check=True)
    orbgen_group.listed = COMMANDS
    position = str(1 + len(typed.split()))
    environment = {"_ORBGEN_COMPLETE": "bash_complete", "COMP_WORDS": f"orbgen init {typed}", "COMP_CWORD": position}
    assert offered in CliRunner().invoke(orbgen_group, prog_name="orbgen", env=environment).output
