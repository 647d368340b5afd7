"""What a plan's values become: the same values, in their place, whatever characters they hold."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import pipeline_data
from orbgen.generate.files import CONFIG
from orbgen.generate.resources import resource_files
from orbgen.generate.templates import Templates
from orbgen.project.plan import Plan
from orbgen.source.nodes import Mapping
from orbgen.source.reader import read, read_documents
from orbgen.source.schemas import plain
from orbgen.source.span import Source
from orbgen.teleport.versions import Version
from tests.generate.plans import CONTEXT, ORGANIZATION, PROJECT, config_for, guide

HOSTILE = [
    "<< pipeline.parameters.x >>",
    "<<",
    "a \\ b << c",
    "<<# parameters.a >>x<</ parameters.a >>",
    "{{ .Branch }}",
    "$(touch /tmp/owned)",
    "`id`",
    'it\'s "quoted"',
    "two\nlines\n",
    "- a: b",
    "# comment",
    "&anchor *alias",
    "yes",
    "0123",
    "null",
    "1e3",
    "é ünïcode 漢字 🚀",
    "[[ 1 ]] [% endfor %] [# #]",
    "---",
    "tab\there",
    "ends with a space ",
    "x" * 5000,
]
# A plan lets no backslash right before `<<` in, which CircleCI gives no way to write.
ANY_TEXT = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)
).filter(lambda text: "\\<<" not in text)


def compiled(plan: Plan) -> dict[str, Any]:
    """The pipeline that CircleCI makes of the configuration for a plan, on the plan's branch."""
    config = config_for(plan)
    document = read(config, CONFIG)
    pipeline = compile_document(document, Inputs(complete=True))
    assert pipeline.problems == ()
    return pipeline_data(pipeline)


def resources(plan: Plan) -> dict[str, list[Any]]:
    """Every resource of a plan, by the name of its file."""
    files = resource_files(plan, Templates())
    return {path: [plain(one.root) for one in read_documents(Source(path, text))] for path, text in files.items()}


@given(command=ANY_TEXT, label=ANY_TEXT, context=ANY_TEXT)
def test_no_value_leaves_its_place(command, label, context):
    plan = guide(command=command, labels={"env": label}, context=context)
    usual, found = compiled(guide()), compiled(plan)
    (usual_job,), (job,) = usual["jobs"].values(), found["jobs"].values()
    assert job["steps"][2]["run"]["environment"]["PARAM_COMMAND"] == command
    job["steps"][2]["run"]["environment"]["PARAM_COMMAND"] = "echo hello >> greetings"
    assert job == usual_job
    (entry,) = found["workflows"]["teleport"]["jobs"]
    assert entry == {"write-greeting": {"filters": 'pipeline.git.branch == "main"', "context": context}}
    (role,) = resources(plan)["teleport/role.yaml"]
    assert role["spec"]["allow"] == {"logins": ["ci-user"], "node_labels": {"env": label}}


# A plan's branches hold no `<<`; whether CircleCI reads an expression behind an escape is not known.
BRANCHES = ANY_TEXT.filter(lambda text: "<<" not in text and len(text) <= 80)


@given(branches=st.lists(BRANCHES, min_size=1, max_size=3, unique=True))
def test_filters_let_in_the_branches_of_the_plan_and_no_other(branches):
    plan = guide(branches=tuple(branches))
    config = read(config_for(plan), CONFIG)
    for branch in (*branches, "zq", ""):
        pipeline = compile_document(config, Inputs(complete=True, values={"pipeline.git.branch": branch}))
        (run,) = pipeline.job_runs
        assert run.filter_condition is not None
        assert run.filter_condition.truth is (branch in branches)


def test_the_token_admits_one_project_with_one_context():
    (token,) = resources(guide())["teleport/token.yaml"]
    assert token == {
        "kind": "token",
        "version": "v2",
        "metadata": {"name": "circleci-demo"},
        "spec": {
            "roles": ["Bot"],
            "join_method": "circleci",
            "bot_name": "circleci-demo",
            "circleci": {
                "organization_id": ORGANIZATION,
                "allow": [{"project_id": PROJECT, "context_id": CONTEXT}],
            },
        },
    }


def test_each_set_of_labels_has_a_role_of_its_own():
    plan = guide()
    (first,) = plan.access
    second = msgspec.structs.replace(first, name="other", login="deploy", labels={"env": "production"})
    third = msgspec.structs.replace(first, name="third", login="admin")
    found = resources(msgspec.structs.replace(plan, access=(first, second, third)))
    roles = {role["metadata"]["name"]: role["spec"]["allow"] for role in found["teleport/role.yaml"]}
    assert roles == {
        "circleci-demo-write-greeting": {"logins": ["ci-user", "admin"], "node_labels": {"env": "demo"}},
        "circleci-demo-other": {"logins": ["deploy"], "node_labels": {"env": "production"}},
    }
    (bot,) = found["teleport/bot.yaml"]
    assert bot["spec"]["roles"] == list(roles)


@pytest.mark.parametrize(
    ("version", "has", "has_not"),
    [
        ("14.0.0", ("auth_server:", "outputs:", "storage: {type: memory}"), ("proxy_server:", "--storage")),
        ("15.4.0", ("auth_server:", "outputs:", "storage: {type: memory}"), ("proxy_server:", "--storage")),
        ("16.5.12", ("proxy_server:", "services:", "storage: {type: memory}"), ("auth_server:", "--storage")),
        ("17.5.2", ("tbot start identity", "--storage=memory://", "--proxy-server="), ("auth_server", "tbot.yaml")),
        ("18.2.0", ("tbot start identity", "--storage=memory://", "--proxy-server="), ("auth_server", "tbot.yaml")),
        ("19.0.0", ("tbot start identity", "--storage=memory://", "--proxy-server="), ("auth_server", "tbot.yaml")),
    ],
)
def test_jobs_join_as_their_version_of_tbot_can(version, has, has_not):
    (job,) = compiled(guide(version=version))["jobs"].values()
    script = job["steps"][1]["run"]["command"]
    assert [words for words in has if words not in script] == []
    assert [words for words in has_not if words in script] == []


def test_what_is_written_needs_no_knowledge_of_a_secret():
    plan = guide()
    text = config_for(plan).decode()
    assert isinstance(read(text.encode(), CONFIG).root, Mapping)
    assert plan.teleport.version == Version(18, 2, 0)
    assert "CIRCLE_OIDC_TOKEN" not in text.replace('"${CIRCLE_OIDC_TOKEN:-}"', "")


@pytest.mark.parametrize("version", ["14.0.0", "15.4.0", "16.5.12", "17.5.2", "18.2.0", "19.0.0"])
def test_shellcheck_has_nothing_to_say_of_the_scripts(version, tmp_path):
    (job,) = compiled(guide(version=version))["jobs"].values()
    paths = []
    for index, step in enumerate(job["steps"]):
        paths.append(tmp_path / f"{index}.sh")
        paths[-1].write_text(step["run"]["command"], encoding="utf-8")
    shellcheck = os.path.join(sysconfig.get_path("scripts"), "shellcheck")
    run = subprocess.run(
        [shellcheck, "--severity=style", *paths], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stdout
