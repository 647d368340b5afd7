"""The jobs that a plan asks for: what each reaches, by its kind of access, and where it runs."""

from __future__ import annotations

from typing import Any, TypeAlias, Union

import msgspec

DEFAULT_WORKFLOW = "teleport"
DEFAULT_TTL = "30m"
DEFAULT_RESOURCE_CLASS = "small"


class Rule(msgspec.Struct, frozen=True):
    """What may be done with some of Teleport's own resources."""

    resources: tuple[str, ...]
    verbs: tuple[str, ...]


class _Job(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", tag_field="kind"):
    """What every job has, whatever it reaches."""

    name: str
    workflow: str = DEFAULT_WORKFLOW
    branches: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    approval: bool | str = False
    serial_group: str | None = None
    requires: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    ttl: str = DEFAULT_TTL
    bot: str | None = None
    image: str | None = None
    resource_class: str = DEFAULT_RESOURCE_CLASS
    checkout: bool | None = None
    workspace: str | None = None

    @property
    def kind(self) -> str:
        """The word for its kind of access."""
        return str(self.__struct_config__.tag)

    @property
    def approval_job(self) -> str | None:
        """The name of the job in which somebody approves it; None where nobody has to."""
        if isinstance(self.approval, str):
            return self.approval
        return f"approve-{self.name}" if self.approval else None


class _Servers(_Job, frozen=True, kw_only=True, rename="kebab"):
    """Servers, and the user to log in as."""

    host: str | None = None
    hosts: tuple[str, ...] = ()
    login: str
    labels: dict[str, str]

    @property
    def servers(self) -> tuple[str, ...]:
        """The servers, be it one or several."""
        return self.hosts or ((self.host,) if self.host is not None else ())


class SshAccess(_Servers, frozen=True, kw_only=True, rename="kebab", tag="ssh"):
    """A command, or a script of the repository, on servers."""

    command: str | None = None
    script: str | None = None
    client: str = "tsh"


class ScpAccess(_Servers, frozen=True, kw_only=True, rename="kebab", tag="scp"):
    """Files copied to servers."""

    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")


class RsyncAccess(_Servers, frozen=True, kw_only=True, rename="kebab", tag="rsync"):
    """A folder kept the same on servers."""

    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    delete: bool = False


class AnsibleAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="ansible"):
    """A playbook run against the servers of an inventory."""

    login: str
    labels: dict[str, str]
    playbook: str
    inventory: str = "inventory"
    arguments: str = ""


class KubernetesAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="kubernetes"):
    """A command with a Kubernetes cluster, in some of its namespaces."""

    cluster: str
    labels: dict[str, str]
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    namespaces: tuple[str, ...]
    command: str


class DatabaseAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="database"):
    """A command with a database, through a tunnel."""

    service: str
    database: str
    username: str
    labels: dict[str, str]
    port: int = 5432
    command: str


class ApplicationAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="application"):
    """A command with a web application, through a tunnel or with a certificate."""

    app: str
    labels: dict[str, str]
    mode: str = "tunnel"
    port: int = 8080
    command: str


class TctlAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="tctl"):
    """A command with Teleport itself."""

    rules: tuple[Rule, ...]
    command: str


class TerraformAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="terraform"):
    """Teleport's Terraform provider, which joins by itself."""

    rules: tuple[Rule, ...]
    directory: str = "."
    action: str = "plan"


class WorkloadIdentityAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="workload-identity"):
    """A SPIFFE identity for other systems."""

    identity: str
    labels: dict[str, str]
    path: str
    format: str = "x509"
    audiences: tuple[str, ...] = ()
    aws_role: str | None = None
    aws_profile: str | None = None
    aws_trust_anchor: str | None = None
    aws_region: str | None = None
    command: str


class TbotAccess(_Job, frozen=True, kw_only=True, rename="kebab", tag="tbot"):
    """A tbot.yaml of the repository, and a command that uses what it gives."""

    config: str
    command: str


PlannedJob: TypeAlias = Union[
    SshAccess,
    ScpAccess,
    RsyncAccess,
    AnsibleAccess,
    KubernetesAccess,
    DatabaseAccess,
    ApplicationAccess,
    TctlAccess,
    TerraformAccess,
    WorkloadIdentityAccess,
    TbotAccess,
]

_DEFAULTS = ("workflow", "approval", "serial-group", "image", "resource-class")


def planned_jobs(data: dict[str, Any]) -> tuple[PlannedJob, ...]:
    """The jobs of a plan's data, which fits its schema, with what the plan says for all of them filled in."""
    defaults = {key: data[key] for key in _DEFAULTS if key in data}
    if "ttl" in data["teleport"]:
        defaults["ttl"] = data["teleport"]["ttl"]
    refs = {key: data[key] for key in ("branches", "tags") if key in data}
    jobs = []
    for entry in data["access"]:
        own = {} if "branches" in entry or "tags" in entry else refs
        jobs.append(msgspec.convert({**defaults, **own, **entry}, PlannedJob))
    return tuple(jobs)
