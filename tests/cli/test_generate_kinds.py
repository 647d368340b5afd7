"""Every kind of access, in either style, for every major version of Teleport: what is written is right as it is."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import regress
import yaml

from tests.cli.running import Run
from tests.generate.plans import HEAD, VERSIONS, entries

STYLES = {"inline": "", "orb": "style: orb\norb: acme/teleport@1.0.0\n"}
SCHEMA = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "circle-ci.json"


@pytest.fixture
def repository(plain_surroundings: Path) -> Path:
    """A git repository, which is the current folder."""
    (plain_surroundings / ".git").rmdir()
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    return plain_surroundings


TBOT = """\
version: v2
oneshot: true
outputs:
  - type: identity
    destination: {type: directory, path: $TELEPORT_CREDENTIALS/mine}
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_compiles_fits_the_schema_and_leaves_lint_nothing_to_say(repository, orbgen: Run, version):
    jobs = {}
    tbot = TBOT if version < "16" else TBOT.replace("outputs:", "services:")
    (repository / "tbot.yaml").write_text(tbot, encoding="utf-8")
    for style, lines in STYLES.items():
        plan = lines + HEAD.replace("VERSION", version) + "".join(entries(version).values())
        (repository / "orbgen.yml").write_text(plan, encoding="utf-8")
        written = orbgen("generate", "--quiet")
        assert (written.code, written.err) == (0, "")
        assert orbgen("generate", "--check").code == 0
        compiled = orbgen("compile", "--format", "json", "--value", "pipeline.git.branch=main")
        assert (compiled.code, compiled.err) == (0, "")
        jobs[style] = json.loads(compiled.out)["jobs"]
        linted = orbgen("lint", "--persona", "auditor", ".", "--fail-on", "info")
        assert (linted.code, linted.out) == (0, ""), linted.out
        assert linted.err.startswith("no findings in")
        fits_the_schema((repository / ".circleci/config.yml").read_text(encoding="utf-8"))
    assert sorted(jobs["inline"]) == sorted(entries(version))
    assert jobs["inline"] == jobs["orb"]


def fits_the_schema(text: str) -> None:
    """Fail unless a configuration is what SchemaStore's schema for CircleCI wants.

    The schema knows filters as maps only; CircleCI's documentation recommends expressions (circleci.md 6.3). So the
    text of an expression is taken out before.
    """
    config = yaml.safe_load(text)
    for workflow in config["workflows"].values():
        for entry in workflow["jobs"]:
            ((_, keys),) = entry.items()
            if isinstance(keys["filters"], str):
                del keys["filters"]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator: Any = jsonschema.validators.validator_for(schema)
    errors = jsonschema.validators.extend(validator, {"pattern": pattern})(schema).iter_errors(config)
    assert [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors] == []


def pattern(_validator: Any, written: str, instance: Any, _schema: Any) -> Iterator[jsonschema.ValidationError]:
    """The schema's patterns are JavaScript's, as check-jsonschema reads them too."""
    if isinstance(instance, str) and regress.Regex(written, "u").find(instance) is None:
        yield jsonschema.ValidationError(f"{instance!r} does not match {written!r}")


def pipeline(orbgen: Run, repository: Path, plan: str) -> dict[str, Any]:
    """What a plan compiles to on the branch main."""
    (repository / "orbgen.yml").write_text(plan, encoding="utf-8")
    written = orbgen("generate", "--quiet")
    assert (written.code, written.err) == (0, "")
    fits_the_schema((repository / ".circleci/config.yml").read_text(encoding="utf-8"))
    compiled = orbgen("compile", "--format", "json", "--value", "pipeline.git.branch=main")
    assert (compiled.code, compiled.err) == (0, "")
    found: dict[str, Any] = json.loads(compiled.out)
    return found


def entry(job: str) -> str:
    return entries("18.6.4")[job]


def test_where_a_job_goes_is_what_the_plan_says(repository, orbgen: Run):
    head = HEAD.replace("VERSION", "18.6.4").replace("branches: [main]", "branches: [main]\ntags: [v*, stable]")
    whole = (
        "approval: true\nserial-group: shop/deploy\nworkflow: deploy\nresource-class: medium\n" + head
        + entry("run-command")
        + entry("tctl").replace("name: tctl", "name: tctl, approval: false, contexts: [aws], requires: [run-command]")
    )  # fmt: skip
    entries_of_it = pipeline(orbgen, repository, whole)["workflows"]["deploy"]["jobs"]
    filters = 'pipeline.git.branch == "main" or pipeline.git.tag starts-with "v" or pipeline.git.tag == "stable"'
    assert entries_of_it == [
        {"approve-run-command": {"type": "approval", "filters": filters}},
        {
            "run-command": {
                "requires": ["approve-run-command"],
                "context": "teleport-access",
                "serial-group": "shop/deploy",
                "filters": filters,
            }
        },
        {
            "tctl": {
                "requires": ["run-command"],
                "context": ["teleport-access", "aws"],
                "serial-group": "shop/deploy",
                "filters": filters,
            }
        },
    ]
    assert orbgen("lint", "--persona", "auditor").code == 0


def test_a_job_joins_by_the_token_of_its_bot(repository, orbgen: Run):
    own = [entry(name).replace("{name:", "{bot: other, name:") for name in ("database", "terraform")]
    plan = HEAD.replace("VERSION", "18.6.4") + entry("run-command") + "".join(own)
    jobs = pipeline(orbgen, repository, plan)["jobs"]
    tokens = {
        name: {
            value
            for step in job["steps"]
            if step != "checkout"
            for key, value in step["run"].get("environment", {}).items()
            if key.endswith("_TOKEN")
        }
        for name, job in jobs.items()
    }
    assert tokens == {"run-command": {"circleci"}, "database": {"other"}, "terraform": {"other"}}
    linted = orbgen("lint", "--persona", "auditor", ".")
    assert (linted.code, linted.out) == (0, ""), linted.out


WORKLOAD = {
    "jwt": ("format: jwt, audiences: [a, b]", {"PARAM_KIND": "jwt", "PARAM_AUDIENCES": "a b"}),
    "aws": (
        "format: aws, aws-role: 'arn:aws:iam::123456789012:role/ci', "
        "aws-profile: 'arn:aws:rolesanywhere:eu-central-1:123456789012:profile/0f9e8d7c', "
        "aws-trust-anchor: 'arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0f9e8d7c'",
        {
            "PARAM_KIND": "aws-roles-anywhere",
            "PARAM_ROLE_ARN": "arn:aws:iam::123456789012:role/ci",
            "PARAM_PROFILE_ARN": "arn:aws:rolesanywhere:eu-central-1:123456789012:profile/0f9e8d7c",
            "PARAM_TRUST_ANCHOR_ARN": "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0f9e8d7c",
        },
    ),
}


@pytest.mark.parametrize("form", WORKLOAD)
def test_a_workload_identity_may_be_a_token_or_credentials_of_aws(repository, orbgen: Run, form):
    keys, parameters = WORKLOAD[form]
    own = entry("workload-identity").replace("path: /ci/shop,", f"path: /ci/shop, {keys},")
    plan = HEAD.replace("VERSION", "18.6.4").replace("  roles:", "  target: operator\n  roles:") + own
    job = pipeline(orbgen, repository, plan)["jobs"]["workload-identity"]
    (run,) = [
        one["run"] for one in job["steps"] if one != "checkout" and "PARAM_KIND" in one["run"].get("environment", {})
    ]
    assert {name: run["environment"][name] for name in parameters} == parameters
    linted = orbgen("lint", "--persona", "auditor", ".")
    assert (linted.code, linted.out) == (0, ""), linted.out


def test_filters_can_be_the_older_maps(repository, orbgen: Run):
    head = HEAD.replace("VERSION", "18.6.4").replace("branches: [main]", "branches: [main, /x]\ntags: [v1.*, stable]")
    tagged = entry("tctl").replace("name: tctl", "name: tctl, tags: [v*]")
    jobs = pipeline(orbgen, repository, "filters: map\n" + head + entry("run-command") + tagged)["workflows"]
    first, second = jobs["teleport"]["jobs"]
    assert first["run-command"]["filters"] == {
        "branches": {"only": ["main", "//x/"]},
        "tags": {"only": [r"/v1\..*/", "stable"]},
    }
    assert second["tctl"]["filters"] == {"branches": {"ignore": "/.*/"}, "tags": {"only": ["/v.*/"]}}


def test_jobs_of_one_plan_may_run_in_several_workflows(repository, orbgen: Run):
    plan = (
        HEAD.replace("VERSION", "18.6.4") + entry("run-command") + entry("tctl").replace("name:", "workflow: x, name:")
    )
    workflows = pipeline(orbgen, repository, plan)["workflows"]
    assert {name: len(workflows[name]["jobs"]) for name in ("teleport", "x")} == {"teleport": 1, "x": 1}


@pytest.mark.parametrize(
    ("line", "step", "parameters"),
    [
        ("  version: auto", "Install Teleport auto",
         {"PARAM_VERSION": "auto", "PARAM_PROXY": "example.teleport.sh:443"}),
        ("  version: 18.6.4\n  edition: fips", "Install Teleport 18.6.4",
         {"PARAM_EDITION": "enterprise", "PARAM_FIPS": True}),
        ("  version: 18.6.4", "Join Teleport for an identity", {"PARAM_TELEMETRY": False, "PARAM_TTL": "30m"}),
        ("  version: 18.6.4\n  telemetry: true\n  ttl: 15m", "Join Teleport for an identity",
         {"PARAM_TELEMETRY": True, "PARAM_TTL": "15m"}),
    ],
)  # fmt: skip
def test_how_jobs_join_is_what_the_plan_says(repository, orbgen: Run, line, step, parameters):
    plan = HEAD.replace("  version: VERSION", line) + entry("run-command")
    job = pipeline(orbgen, repository, plan)["jobs"]["run-command"]
    (run,) = [one["run"] for one in job["steps"] if one["run"]["name"] == step]
    assert {name: run["environment"][name] for name in parameters} == parameters
