"""Where tbot keeps what others could take: its own identity on disk, credentials in the checkout, links followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.source.nodes import Mapping, Scalar
from orbgen.teleport.mistakes import Effect

if TYPE_CHECKING:
    from orbgen.access.join import Join, Setting
    from orbgen.circleci.pipeline import JobRun
    from orbgen.lint.mending.fixes import Fix, Mender
    from orbgen.source.span import Span

RULE = Rule(
    name="teleport-exposed-storage",
    sees=Sees.TBOT,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
)

# Paths outside of any checkout.
_OUTSIDE = ("/", "~", "$", "\\", "file:///")
_TEMPORARY = ("/tmp/", "/dev/shm/", "/run/")


def check(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """The storage, each destination, and what they say of links."""
    join = at.join
    yield from _state(at, context)
    for setting in _folders(join):
        if _is_in_checkout(setting.value):
            yield context.found_at(
                RULE,
                at,
                f"tbot writes credentials to `{setting.value}`, which is below the working directory",
                setting.span,
                kind="checkout",
                severity=Severity.MEDIUM,
                label="committed, packed or stored by accident together with the checkout",
                effect=Effect.OPEN,
                help='use a private folder outside of it, as in `--destination="file://$(mktemp -d)"`',
            )
    for place in _following_links(join):
        yield context.found_at(
            RULE,
            at,
            "tbot follows links when it writes credentials, so whoever can place one chooses where they go",
            place,
            kind="symlinks",
            severity=Severity.MEDIUM,
            effect=Effect.OPEN,
            help="write `symlinks: try-secure` or leave it out",
        )


def _state(at: RunJoin, context: FileContext) -> Iterator[Finding]:
    """tbot's own identity on disk, which a join for one job has no use for."""
    join = at.join
    storage = join.settings.get("storage") or join.settings.get("data-dir")
    if storage is None:
        if join.command is None or not join.lacks("storage") or not join.lacks("data-dir"):
            return
        place, what = join.span, "nothing says where, so tbot keeps its own identity in /var/lib/teleport/bot"
    elif storage.value is None or not _is_folder(storage.value) or _is_all_there_was(storage):
        return
    else:
        place, what = storage.span, f"tbot keeps its own identity on disk, in `{storage.value}`"
    yield context.found_at(
        RULE,
        at,
        f"{what}: it outlives the job on a machine that does, and an image without root cannot write there"
        if storage is None
        else f"{what}, where a job that joins anew each time has no use for it",
        place,
        kind="state",
        severity=Severity.MEDIUM if _on_own_runner(at.run) else None,
        effect=Effect.OPEN,
        help="keep it in memory: `--storage=memory://` from Teleport 17 on, `storage: {type: memory}` in a tbot.yaml",
    )


def _is_all_there_was(storage: Setting) -> bool:
    """Whether a folder is what a tbot had to take whose command line knows no memory: the form before 17."""
    return storage.name in ("--data-dir", "-d") and (storage.value or "").startswith(_TEMPORARY)


def _folders(join: Join) -> Iterator[Setting]:
    for settings in (join.settings, *[service.settings for service in join.services]):
        for name in ("destination", "destination-dir", "data-dir"):
            if name in settings:
                yield settings[name]


def _is_folder(value: str) -> bool:
    return "://" not in value or value.startswith("file://")


def _is_in_checkout(value: str | None) -> bool:
    return value is not None and value != "" and _is_folder(value) and not value.startswith(_OUTSIDE)


def _following_links(join: Join) -> Iterator[Span]:
    root = join.file.root if join.file is not None else None
    holders = [service.entry for service in join.services if service.entry is not None]
    parts = [holder.get("destination") for holder in holders]
    if root is not None:
        parts.append(root.get("storage"))
    for part in parts:
        links = part.get("symlinks") if type(part) is Mapping else None
        if isinstance(links, Scalar) and links.text == "insecure":
            yield links.span


def _on_own_runner(run: JobRun | None) -> bool:
    """Whether the job runs on a machine of one's own, whose resource class names its namespace."""
    given = run.body.get("resource_class") if run is not None and run.body is not None else None
    return isinstance(given, Scalar) and "/" in given.text


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A command that says nothing of its storage keeps it in memory, where Teleport's version can."""
    from orbgen.lint.mending.tbot_settings import with_flag

    return with_flag(finding, mender, "--storage=memory://") if finding.kind == "state" else None
