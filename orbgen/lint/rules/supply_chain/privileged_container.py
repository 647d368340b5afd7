"""Containers that are given the machine that they run on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.supply_chain.image_commands import options_of_containers
from orbgen.lint.analyses.supply_chain.machines import machine_of
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.project.facts import is_any
from orbgen.source.lazy_patterns import lazy_pattern

RULE = Rule(
    name="privileged-container",
    sees=Sees.JOB_RUN,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("--privileged", "docker.sock", "podman.sock", "--pid", "--network", "--net", "--cap-add", "--security-opt"),
)
# Each option that opens the machine, and what the container can do then.
_OPENING = (
    (lazy_pattern(r"--privileged(?:=true)?"), "may do to the machine whatever root may"),
    (
        lazy_pattern(
            r"(?:-v=?|--volume=|--mount=)(?:.*(?:source|src)=)?/(?:var/)?run/(?:docker|podman/podman)\.sock[:,].*"
        ),
        "starts further containers, and so may do to the machine whatever root may",
    ),
    (lazy_pattern(r"--pid=host"), "sees the machine's processes, and what stands in their environment"),
    (lazy_pattern(r"--cap-add=(?:CAP_)?(?:ALL|SYS_ADMIN)", re.IGNORECASE), "may do almost all that root may"),
    (lazy_pattern(r"--security-opt=(?:apparmor|seccomp)[=:]unconfined"), "is kept from no system call"),
)
_LATER = {True: ", which the next jobs run on", False: ", which is gone after this job"}
_HOST_NETWORK = lazy_pattern(r"--net(?:work)?=host")
_ROOT_MOUNT = lazy_pattern(r"(?:-v=?|--volume=)/:.*|--mount=.*(?:source|src)=/,.*")


def check(run: JobRun, context: Context) -> Iterator[Finding]:
    """Each container of a job run's scripts that is started with power over a machine that outlives the job."""
    machine = machine_of(run)
    if machine.kind != "machine" and not machine.self_hosted:
        return  # A container's docker is a machine of its own, made for the job.
    own = machine.resource_class.text if machine.resource_class is not None else ""
    lasting = machine.self_hosted and not is_any(own, context.facts.ephemeral_runners)
    for script in context.scripts(run):
        if not any([word in script.text.text for word in ("docker", "podman")]):
            continue
        for _, options in options_of_containers(script.script):
            for text, word in options:
                power = _power(text, [other for other, _ in options])
                if power is not None:
                    yield context.found(
                        RULE,
                        run,
                        f"a container with `{text.removesuffix('=')}` {power}{_LATER[lasting]}",
                        script.place(word.start, word.end),
                        call=script.at.step.call,
                        severity=None if lasting else Severity.INFO,
                        persona=None if lasting else Persona.PEDANTIC,
                        path=f"steps/{script.at.index}/command",
                        help="give the container what it needs and no more: one device, one capability, one folder",
                    )


def _power(option: str, options: list[str]) -> str | None:
    if _ROOT_MOUNT.fullmatch(option) and any([_HOST_NETWORK.fullmatch(other) for other in options]):
        return "has the machine's files and its network"
    return next((power for pattern, power in _OPENING if pattern.fullmatch(option)), None)
