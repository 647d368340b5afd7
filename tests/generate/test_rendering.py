"""What a plan's values become: the same values, in their place, whatever characters they hold."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import pipeline_data
from orbgen.generate.files import CONFIG
from orbgen.generate.resources import resource_files
from orbgen.generate.templates import own_templates
from orbgen.project.plan import Plan, plan_part
from orbgen.project.planned_jobs import PlannedJob
from orbgen.source.reader import read, read_documents
from orbgen.source.schemas import fits, plain
from orbgen.source.span import Source
from tests.generate.plans import CONTEXT, ORGANIZATION, PROJECT, config_for, entries, guide, plan_of

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
    files = resource_files(plan, own_templates())
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


def job_named(name: str) -> tuple[Plan, PlannedJob]:
    """A plan with one job of every kind's, by name."""
    plan = plan_of(entries("18.6.4")[name], "18.6.4")
    return plan, plan.access[0]


COMMANDS = ("kubernetes", "database", "application", "tctl", "workload-identity", "tbot")


@settings(max_examples=30)
@given(name=st.sampled_from(COMMANDS), command=ANY_TEXT)
def test_a_command_of_the_job_is_one_step_whatever_it_holds(name, command):
    plan, job = job_named(name)
    usual = compiled(plan)["jobs"][name]
    found = compiled(msgspec.structs.replace(plan, access=(msgspec.structs.replace(job, command=command),)))
    steps = found["jobs"][name]["steps"]
    (number,) = [n for n, step in enumerate(steps) if step != "checkout" and step["run"]["name"] == "Run the command"]
    assert steps[number] == {"run": {"name": "Run the command", "command": command}}
    steps[number] = usual["steps"][number]
    assert found["jobs"][name] == usual


# What a schema lets in where it is told what a path looks like, with all that YAML, CircleCI and shells may trip over.
PATHS = st.one_of(
    st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=300)
).filter(lambda text: fits(text, plan_part("$defs", "path")))


@settings(max_examples=30)
@given(path=PATHS)
def test_a_path_is_one_value_of_its_step_whatever_it_holds(path):
    for name, key, parameter in (("scp", "source", "PARAM_FROM"), ("run-script", "script", "PARAM_SCRIPT"),
                                 ("tbot", "config", "PARAM_CONFIG")):  # fmt: skip
        plan, job = job_named(name)
        usual = compiled(plan)["jobs"][name]["steps"]
        replaced = msgspec.structs.replace(plan, access=(msgspec.structs.replace(job, **{key: path}),))
        found = compiled(replaced)["jobs"][name]["steps"]
        assert len(found) == len(usual)
        for step, before in zip(found, usual, strict=True):
            if step != before:
                assert step["run"]["environment"].pop(parameter) == path
                del before["run"]["environment"][parameter]
                step["run"]["name"] = before["run"]["name"]
                assert step == before


LABEL_NAMES = ANY_TEXT.filter(lambda text: fits(text, plan_part("$defs", "labels", "propertyNames")))


@given(label=ANY_TEXT, name=LABEL_NAMES)
def test_labels_stay_in_their_place_in_every_form_of_the_resources(label, name):
    plan = guide(labels={name: label})
    expected = {"logins": ["ci-user"], "node_labels": {name: label}}
    for target in ("tctl", "operator"):
        aimed = msgspec.structs.replace(plan, teleport=msgspec.structs.replace(plan.teleport, target=target))
        (role,) = resources(aimed)["teleport/role.yaml"]
        assert role["spec"]["allow"] == expected
