"""What a plan's values become: the same values, in their place, whatever characters they hold."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import pipeline_data
from orbgen.generate.files import CONFIG
from orbgen.generate.resources import resource_files
from orbgen.generate.templates import Templates
from orbgen.project.plan import Plan
from orbgen.source.reader import read, read_documents
from orbgen.source.schemas import plain
from orbgen.source.span import Source
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
