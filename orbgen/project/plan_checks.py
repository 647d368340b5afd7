"""What no schema can say of a plan: whether its parts go together, and whether its version of Teleport can do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from orbgen.project.planned_jobs import (
    ApplicationAccess,
    DatabaseAccess,
    PlannedJob,
    RsyncAccess,
    ScpAccess,
    SshAccess,
    TbotAccess,
    WorkloadIdentityAccess,
)
from orbgen.source.nodes import Document, Mapping, Sequence
from orbgen.source.problems import Problem
from orbgen.source.schemas import plain
from orbgen.source.span import Span
from orbgen.teleport.versions import Version, gates

if TYPE_CHECKING:
    from orbgen.project.plan import Plan


def contradictions(document: Document, plan: Plan) -> Iterator[Problem]:
    """Every place at which the parts of a plan do not go together."""
    root = document.root
    assert isinstance(root, Mapping)
    yield from _about_the_context(root, plan)
    yield from _about_the_style(root, plan)
    yield from _about_the_roles(root, plan)
    yield from _about_names(root, plan)
    entries = root.fields["access"].value
    assert isinstance(entries, Sequence)
    for node, job in zip(entries.elements, plan.access, strict=True):
        assert isinstance(node, Mapping)
        yield from _about_the_job(node, job, plan.teleport.version)


def _about_the_context(root: Mapping, plan: Plan) -> Iterator[Problem]:
    if plan.teleport.context not in plan.contexts:
        place = root.fields["contexts"].key.span
        message = f"`contexts` gives no id for `{plan.teleport.context}`, the context that jobs join with"
        help = f"add `{plan.teleport.context}: {{id: ...}}`; the id stands in the address of the context's page"
        yield Problem("missing-key", message, place, help)


def _about_the_style(root: Mapping, plan: Plan) -> Iterator[Problem]:
    style = root.fields.get("style")
    if style is not None and plan.orb is None and plain(style.value) == "orb":
        message = "style `orb` needs the orb's reference"
        yield Problem("missing-key", message, style.key.span, "add `orb: namespace/name@1.0.0`")


def _about_the_roles(root: Mapping, plan: Plan) -> Iterator[Problem]:
    teleport = plan.teleport
    for bot in dict.fromkeys([job.bot or teleport.bot for job in plan.access]):
        own = [job for job in plan.access if (job.bot or teleport.bot) == bot]
        named = bot == teleport.bot and teleport.roles
        if not named and all([isinstance(job, TbotAccess) for job in own]):
            message = f"the bot `{bot}` would have no role: what a tbot.yaml of your own reaches cannot be told from it"
            help = f"name the roles that it needs in `teleport.roles`, for jobs of the bot `{teleport.bot}`"
            yield Problem("missing-key", message, root.fields["teleport"].key.span, help)
        if bot != teleport.bot and bot in (teleport.token, teleport.role):
            message = f"`{bot}` is the name of a bot, and of the token or the role of another one"
            yield Problem("value", message, root.fields["access"].key.span, "give one of them another name")


def _about_names(root: Mapping, plan: Plan) -> Iterator[Problem]:
    place = root.fields["access"].key.span
    names = [job.name for job in plan.access]
    for index, name in enumerate(names):
        if name in names[:index]:
            message = f"two entries of `access` have the name `{name}`"
            yield Problem("value", message, place, "give each job a name of its own")
    for name in sorted({job.approval_job for job in plan.access if job.approval_job is not None} & set(names)):
        message = f"`{name}` is the name of a job and of the job in which somebody approves"
        yield Problem("value", message, place, "give one of them another name")


def _about_the_job(node: Mapping, job: PlannedJob, version: Version | None) -> Iterator[Problem]:
    def missing(message: str, help: str) -> Problem:
        return Problem("missing-key", message, _place(node), help)

    if not job.branches and not job.tags:
        yield missing(f"`{job.name}` names neither branches nor tags, so every branch could reach Teleport",
                      "add `branches: [main]` here or at the top")  # fmt: skip
    if isinstance(job, SshAccess | ScpAccess | RsyncAccess) and (job.host is None) == (not job.hosts):
        yield missing(f"`{job.name}` needs either `host` or `hosts`", "add one of the two, and not both")
    if isinstance(job, SshAccess) and (job.command is None) == (job.script is None):
        yield missing(f"`{job.name}` needs either `command` or `script`", "add one of the two, and not both")
    if isinstance(job, WorkloadIdentityAccess):
        yield from _about_the_identity(job, missing)
    feature, what = _needed(job)
    if feature is not None and version is not None and gates()[feature].exists_in(version) is not True:
        message = f"Teleport {version} does not have what `{job.name}` needs: {what}"
        yield Problem("version", message, _place(node), f"it is there from {gates()[feature].since} on")


def _about_the_identity(job: WorkloadIdentityAccess, missing: Callable[[str, str], Problem]) -> Iterator[Problem]:
    if job.format == "jwt" and not job.audiences:
        yield missing(f"`{job.name}` asks for a JWT that is for nobody", "add `audiences: [...]`")
    if job.format == "aws" and not (job.aws_role and job.aws_profile and job.aws_trust_anchor):
        help = "add `aws-role`, `aws-profile` and `aws-trust-anchor`"
        yield missing(f"`{job.name}` needs to know which AWS role to assume, and how", help)


def _needed(job: PlannedJob) -> tuple[str | None, str]:
    """The feature of tbot that a job needs and not every version has, and what it is in words."""
    if isinstance(job, DatabaseAccess) or (isinstance(job, ApplicationAccess) and job.mode == "tunnel"):
        # From this version on tbot has all tunnels, and tells when they are ready.
        return "application-tunnel", "tunnels that tell when they are ready"
    if isinstance(job, WorkloadIdentityAccess):
        return "workload-identity", "workload identities"
    return None, ""


def _place(node: Mapping) -> Span:
    return node.fields["name"].key.span
