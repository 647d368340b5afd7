"""Teleport's side of a plan: the same whether it is written for tctl, for the Kubernetes operator or for Terraform."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import hcl2
import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orbgen.generate.next_steps import next_steps
from orbgen.generate.resources import resource_files
from orbgen.generate.structured import hcl_scalar
from orbgen.generate.templates import own_templates
from orbgen.project.plan import Plan
from orbgen.source.reader import read_documents
from orbgen.source.schemas import plain
from orbgen.source.span import Source
from orbgen.teleport.resources import Bot, Role, Token, resources_of
from orbgen.teleport.versions import Version
from tests.generate.plans import CONTEXT, ORGANIZATION, PROJECT, VERSIONS, entries, every_kind, guide, plan_of

TARGETS = ("tctl", "operator", "terraform")


def aimed(plan: Plan, target: str) -> Plan:
    """A plan whose resources are written in another form."""
    return msgspec.structs.replace(plan, teleport=msgspec.structs.replace(plan.teleport, target=target))


def files(plan: Plan) -> dict[str, str]:
    return resource_files(plan, own_templates())


def read_back(plan: Plan) -> dict[str, Any]:
    """What orbgen's own reader finds in the files of a plan, by the kind and the name of each resource."""
    found: dict[str, Any] = {}
    for path, text in files(plan).items():
        documents = (
            "---\n".join([yaml.safe_dump(one) for one in from_terraform(text)]) if path.endswith(".tf") else text
        )
        for one in resources_of(read_documents(Source(path, documents))):
            assert one.name is not None
            found[f"{type(one).__name__} {one.name.text}"] = meaning(one)
    return found


def meaning(resource: Token | Bot | Role) -> Any:
    """What a resource says, without its form."""
    if isinstance(resource, Token):
        texts = [(rule.project and rule.project.text, rule.context and rule.context.text) for rule in resource.rules]
        organization, bot = resource.organization, resource.bot_name
        assert organization is not None and bot is not None
        roles = [role.text for role in resource.roles]
        return (resource.method, bot.text, organization.text, texts, roles, resource.expires)
    if isinstance(resource, Bot):
        ttl = resource.max_session_ttl
        return ([role.text for role in resource.roles], ttl.text if ttl is not None else None)
    assert resource.allow is not None and resource.options is not None
    allow = plain(resource.allow)
    labels = {key: in_lists(value) if key.endswith("_labels") else value for key, value in allow.items()}
    return (resource.version, labels, plain(resource.options), resource.deny)


def in_lists(labels: dict[str, Any]) -> dict[str, list[str]]:
    """Labels with a list of values each; Teleport takes a single value for a list of one."""
    return {name: value if isinstance(value, list) else [value] for name, value in labels.items()}


def from_terraform(text: str) -> Iterator[dict[str, Any]]:
    """The resources of a Terraform file in the form that tctl reads (teleport.md 2.4)."""
    for block in unquoted(hcl2.loads(text))["resource"]:
        ((kind, named),) = block.items()
        if kind.startswith("__") or kind == "teleport_workload_identity":
            continue
        (body,) = named.values()
        if kind == "teleport_bot" and "spec" not in body:
            body = {"metadata": {"name": body["name"]}, "spec": {"roles": body["roles"]}}
        names = {"teleport_provision_token": "token", "teleport_role": "role", "teleport_bot": "bot"}
        yield {
            "kind": names[kind],
            "version": body.get("version", "v1"),
            "metadata": body["metadata"],
            "spec": body["spec"],
        }


def unquoted(data: Any) -> Any:
    """What python-hcl2 reads, without the quotes that it keeps and the marks that it adds."""
    if isinstance(data, dict):
        return {unquoted(key): unquoted(value) for key, value in data.items() if key != "__is_block__"}
    if isinstance(data, list):
        return [unquoted(item) for item in data]
    return data[1:-1] if isinstance(data, str) and data[:1] == '"' == data[-1:] else data


@pytest.mark.parametrize("version", VERSIONS)
def test_all_forms_read_back_as_the_same(version):
    plan = every_kind(version)
    tctl, operator, terraform = (read_back(aimed(plan, target)) for target in TARGETS)
    bot = "Bot circleci"
    assert tctl == operator
    assert {name: of for name, of in tctl.items() if name != bot} == {
        name: of for name, of in terraform.items() if name != bot
    }
    if version >= "15":
        assert tctl[bot][0] == terraform[bot][0]
    else:
        assert bot not in tctl, "before Teleport 15 `tctl bots add` makes the bot"


def test_a_role_lets_in_to_what_its_job_needs_and_nothing_else():
    allowed = {name.partition("Role circleci-")[2]: of[1] for name, of in read_back(every_kind("18.6.4")).items()}
    env = {"env": ["staging"]}
    read = ["list", "read"]
    assert allowed["run-command"] == {"logins": ["ci-user"], "node_labels": env}
    assert allowed["kubernetes"] == {
        "kubernetes_labels": env,
        "kubernetes_groups": ["deployers"],
        "kubernetes_resources": [{"kind": "*", "namespace": "shop", "name": "*", "verbs": ["*"]}],
    }
    assert allowed["database"] == {
        "db_labels": env,
        "db_names": ["shop"],
        "db_users": ["migrator"],
        "rules": [{"resources": ["db_server", "db"], "verbs": read}],
    }
    assert allowed["application"] == {"app_labels": env}
    assert allowed["tctl"] == {"rules": [{"resources": ["node"], "verbs": read}]}
    assert allowed["workload-identity"] == {
        "workload_identity_labels": env,
        "rules": [{"resources": ["workload_identity"], "verbs": read}],
    }


def test_the_options_of_all_roles_keep_the_bot_from_more_than_its_jobs_need():
    plan = guide(ttl="1h30m")
    expected = {"max_session_ttl": "1h30m", "forward_agent": False, "port_forwarding": False}
    (options,) = (of[2] for name, of in read_back(plan).items() if name.startswith("Role"))
    assert options == {**expected, "ssh_file_copy": False}
    assert all(
        [of[2] == {**expected, "max_session_ttl": "30m", "ssh_file_copy": True}
         for name, of in read_back(every_kind("18.6.4")).items() if name.startswith("Role")]
    )  # fmt: skip


def test_the_bot_gets_no_longer_than_its_longest_job_where_that_can_be_said():
    assert read_back(guide(version="17.4.0", ttl="1h"))["Bot circleci-demo"][1] == "3600s"
    assert read_back(guide(version="17.3.9", ttl="1h"))["Bot circleci-demo"][1] is None


def test_a_workload_identity_is_made_with_the_labels_of_its_role():
    for target, kind in (("tctl", "workload_identity"), ("operator", "TeleportWorkloadIdentityV1")):
        made = yaml.safe_load(files(aimed(every_kind("18.6.4"), target))["teleport/workload-identity.yaml"])
        assert made["kind"] == kind
        assert made["metadata"] == {"name": "shop", "labels": {"env": "staging"}}
        assert made["spec"] == {"spiffe": {"id": "/ci/shop"}}
    text = files(aimed(every_kind("18.6.4"), "terraform"))["teleport/circleci.tf"]
    (block,) = [one for one in unquoted(hcl2.loads(text))["resource"] if "teleport_workload_identity" in one]
    made = block["teleport_workload_identity"]["shop"]
    assert (made["metadata"], made["spec"]) == (
        {"name": "shop", "labels": {"env": "staging"}}, {"spiffe": {"id": "/ci/shop"}},
    )  # fmt: skip


def test_roles_that_are_there_already_are_the_bots_as_well():
    plan = guide()
    plan = msgspec.structs.replace(plan, teleport=msgspec.structs.replace(plan.teleport, roles=("reader",)))
    for target in TARGETS:
        assert read_back(aimed(plan, target))["Bot circleci-demo"][0] == ["circleci-demo", "reader"]


def two_bots(version: str = "18.6.4") -> Plan:
    found = entries(version)
    own = found["database"].replace("name: database", "name: database, bot: migrator, ttl: 1h")
    return plan_of(found["scp"] + own + found["tctl"], version)


@pytest.mark.parametrize("target", TARGETS)
def test_a_job_may_join_as_a_bot_of_its_own_which_gets_no_role_of_the_others(target):
    found = read_back(aimed(two_bots(), target))
    assert {name: of[0] for name, of in found.items() if name.startswith("Bot")} == {
        "Bot circleci": ["circleci-scp", "circleci-tctl", "deployer"],
        "Bot migrator": ["migrator"],
    }
    assert {name: of[1] for name, of in found.items() if name.startswith("Token")} == {
        "Token circleci": "circleci",
        "Token migrator": "migrator",
    }
    options = {name: (of[2]["max_session_ttl"], of[2]["ssh_file_copy"]) for name, of in found.items() if "Role" in name}
    assert options == {
        "Role circleci-scp": ("30m", True),
        "Role circleci-tctl": ("30m", True),
        "Role migrator": ("1h", False),
    }


def test_each_bot_is_made_by_a_command_of_its_own_where_there_is_no_resource_for_it():
    found = entries("14.3.33")
    plan = plan_of(found["scp"] + found["tctl"].replace("name: tctl", "name: tctl, bot: lister"), "14.3.33")
    assert [step.what for step in next_steps(plan) if "bots add" in step.what] == [
        "tctl bots add circleci --roles=circleci,deployer --token=circleci",
        "tctl bots add lister --roles=lister --token=lister",
    ]


def test_the_token_admits_one_project_with_one_context_in_every_form():
    for target in TARGETS:
        assert read_back(aimed(guide(), target))["Token circleci-demo"] == (
            "circleci", "circleci-demo", ORGANIZATION, [(PROJECT, CONTEXT)], ["Bot"], None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "target", "commands"),
    [
        ("18.2.0", "tctl", ["tctl create -f teleport/role.yaml", "tctl create -f teleport/bot.yaml",
                            "tctl create -f teleport/token.yaml"]),
        ("14.0.0", "tctl", ["tctl create -f teleport/role.yaml", "tctl create -f teleport/token.yaml",
                            "tctl bots add circleci-demo --roles=circleci-demo --token=circleci-demo"]),
        ("18.2.0", "operator", ["kubectl apply --namespace teleport -f teleport/role.yaml",
                                "kubectl apply --namespace teleport -f teleport/bot.yaml",
                                "kubectl apply --namespace teleport -f teleport/token.yaml"]),
        ("14.0.0", "terraform", ["terraform -chdir=teleport init && terraform -chdir=teleport apply"]),
    ],
)  # fmt: skip
def test_the_commands_that_create_them_are_told_in_order(version, target, commands):
    plan = aimed(guide(version=version), target)
    said = [step.what for step in next_steps(plan)]
    assert said[: len(commands)] == commands
    assert {path for path in files(plan) if not path.endswith(".tf")} == {
        word for line in commands for word in line.split() if word.endswith(".yaml")
    }


def test_a_version_that_the_proxy_tells_leaves_terraform_open():
    plan = guide()
    open_version = msgspec.structs.replace(plan, teleport=msgspec.structs.replace(plan.teleport, version=None))
    assert 'version = "~>' not in files(aimed(open_version, "terraform"))["teleport/circleci.tf"]
    assert 'version = "~> 18.0"' in files(aimed(plan, "terraform"))["teleport/circleci.tf"]
    assert Version(18, 2, 0) == plan.teleport.version


@given(st.text(min_size=1, max_size=40).filter(lambda text: "\0" not in text))
def test_no_value_leaves_its_place_in_hcl(text):
    written = hcl_scalar(text)
    assert written[0] == written[-1] == '"' and "\n" not in written
    assert hcl_text(written[1:-1]) == text


def hcl_text(written: str) -> str:
    """What Terraform reads in quotes; fails where the text would end, or something would be filled in."""
    found = ""
    rest = written
    while rest:
        if rest.startswith(("$${", "%%{")):
            found, rest = found + rest[1:3], rest[3:]
        elif rest[0] == "\\":
            marks = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
            if rest[1] == "U":
                found, rest = found + chr(int(rest[2:10], 16)), rest[10:]
            else:
                found, rest = found + marks[rest[1]], rest[2:]
        else:
            assert rest[0] != '"' and not rest.startswith(("${", "%{")), written
            assert rest[0].isprintable() or rest[0] in string.whitespace, written
            found, rest = found + rest[0], rest[1:]
    return found
