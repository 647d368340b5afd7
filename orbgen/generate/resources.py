"""Teleport's side of a plan: the join tokens, the bots, their roles, and workload identities (teleport.md 1, 2).

They are written as files for tctl, as objects for the Kubernetes operator, or for Terraform; what they say is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from orbgen.generate.roles import bots, roles
from orbgen.generate.structured import hcl_scalar
from orbgen.generate.templates import Templates, Verbatim, scalar
from orbgen.project.plan import Plan
from orbgen.project.planned_jobs import WorkloadIdentityAccess
from orbgen.teleport.versions import has

FOLDER = "teleport"
TERRAFORM_FILE = f"{FOLDER}/circleci.tf"
_YAML_FILES = ("role", "workload-identity", "bot", "token")


class Identity(msgspec.Struct, frozen=True):
    """A workload identity: its name, the labels that roles go by, and the path of its SPIFFE id."""

    name: str
    labels: dict[str, str]
    path: str


def resource_files(plan: Plan, templates: Templates) -> dict[str, str]:
    """The text of each resource file by its path, in the order in which Teleport wants them created."""
    values = _values(plan)
    if plan.teleport.target == "terraform":
        return {TERRAFORM_FILE: templates.render("teleport/terraform/circleci.tf.j2", values, write=_hcl)}
    form = f"teleport/{plan.teleport.target}"
    return {
        f"{FOLDER}/{kind}.yaml": templates.render(f"{form}/{kind}.yaml.j2", values, write=scalar)
        for kind in _YAML_FILES
        if _is_wanted(kind, values)
    }


def other_files() -> frozenset[str]:
    """Every path at which a resource file may have been written for some plan."""
    return frozenset([TERRAFORM_FILE, *[f"{FOLDER}/{kind}.yaml" for kind in _YAML_FILES]])


def makes_bot(plan: Plan) -> bool:
    """Whether the bot is a resource; before Teleport 15 `tctl bots add` makes it."""
    version = plan.teleport.version
    return plan.teleport.target == "terraform" or version is None or has("bot-resource", version)


def identities(plan: Plan) -> tuple[Identity, ...]:
    """The workload identities of a plan, each once."""
    found = {
        job.identity: Identity(job.identity, job.labels, job.path)
        for job in plan.access
        if isinstance(job, WorkloadIdentityAccess)
    }
    return tuple(found.values())


def _values(plan: Plan) -> dict[str, Any]:
    return {
        "teleport": plan.teleport,
        "version": plan.teleport.version,
        "has": _gate(plan),
        "organization_id": plan.organization_id,
        "project_id": plan.project_id,
        "context_id": plan.context_id,
        "roles": roles(plan),
        "bots": bots(plan),
        "identities": identities(plan),
        "makes_bot": makes_bot(plan),
    }


def _gate(plan: Plan) -> Callable[[str], bool]:
    version = plan.teleport.version
    return lambda feature: version is not None and has(feature, version)


def _is_wanted(kind: str, values: dict[str, Any]) -> bool:
    if kind == "bot":
        return bool(values["makes_bot"])
    return bool({"role": values["roles"], "workload-identity": values["identities"]}.get(kind, True))


def _hcl(value: Any) -> str:
    return value if isinstance(value, Verbatim) else hcl_scalar(value)
