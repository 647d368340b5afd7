"""The scenarios of the gate analysis: what a pipeline is given when somebody pushes, tags, calls (rules.md 2.1)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import lru_cache

import msgspec

from orbgen.access.outcomes import EITHER, FALSE, TRUE, UNCLEAR, Outcomes, Special
from orbgen.circleci.pipeline_values import Level, TextClass, trust_of

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
_ANY: Outcomes = frozenset((Special.ANY,))
_FRESH: Outcomes = frozenset((Special.FRESH,))
_EMPTY: Outcomes = frozenset(("",))
_PARAMETERS = "pipeline.parameters."
_VCS_TYPES = ("github_app", "github_server", "github_oauth", "bitbucket_cloud", "bitbucket_dc", "gitlab")
_EVENTS = ("push", "pull_request")
# Who sent an event cannot be faked, but no literal names a stranger.
_SENDERS = ("pipeline.event.github.sender.login", "pipeline.event.github.sender.type")
_TEXTS = frozenset((
    "pipeline.event.github.pull_request.title", "pipeline.event.github.pull_request.head.ref",
    "pipeline.event.github.comment.body", "pipeline.event.github.label.name",
))  # fmt: skip


class Trigger(enum.Enum):
    """What starts a pipeline in a scenario."""

    PUSH = "push"
    TAG = "tag"
    CRON = "cron"
    TEXT = "text"
    CALLER = "caller"


class Scenario(msgspec.Struct, frozen=True):
    """One way in which a pipeline starts: what is fixed, what is free, and what the analysis supposes on top.

    `approved` supposes that somebody approves. In one that is `free` everything that is not fixed may be anything.
    """

    trigger: Trigger
    fixed: Mapping[str, Outcomes]
    approved: bool = False
    free: bool = False
    # Whether the pipeline is started for a tag: by pushing it, or by a call for it, which has no branch then.
    tagged: bool = False
    # The branch, or for a tag run the tag.
    ref: Outcomes = _EMPTY

    def __post_init__(self) -> None:
        tagged = self.trigger is Trigger.TAG or self.fixed[BRANCH] == _EMPTY
        msgspec.structs.force_setattr(self, "tagged", tagged)
        msgspec.structs.force_setattr(self, "ref", self.fixed[TAG if tagged else BRANCH])

    def suppose(self, values: Mapping[str, Outcomes] | None = None, *, approved: bool = False) -> Scenario:
        """The same scenario with some values taken otherwise."""
        return Scenario(self.trigger, {**self.fixed, **(values or {})}, self.approved or approved, self.free)

    def value(self, name: str, defaults: Mapping[str, Outcomes], setup: bool) -> Outcomes:
        """What a pipeline value may be; `defaults` are those of the pipeline parameters."""
        found = self.fixed.get(name)
        if found is not None:
            return found
        if self.free:
            return _ANY
        if name.startswith(_PARAMETERS):
            return _ANY if self.trigger is Trigger.CALLER else defaults.get(name.removeprefix(_PARAMETERS), UNCLEAR)
        if name == "pipeline.in_setup":
            return TRUE if setup else FALSE
        if name == "pipeline.config_source":
            return _FRESH
        if name.startswith("pipeline.schedule."):
            return _EMPTY
        if name in _SENDERS:
            return _FRESH
        if _is_text(name):
            return _ANY if self.trigger is Trigger.TEXT else _EMPTY
        if name.startswith(("pipeline.project.", "pipeline.git.repo_")) or name == "pipeline.integration_source":
            return _ANY
        if name.startswith(("pipeline.event.github.pull_request.", "pipeline.event.")):
            return _ANY
        named = ("pipeline.name", "pipeline.id", "pipeline.trigger.name", "pipeline.trigger.id")
        if name in named or name.startswith("pipeline.definition."):
            return _ANY if self.trigger is Trigger.CALLER else UNCLEAR
        return _ANY


def _is_text(name: str) -> bool:
    if name in _TEXTS or name.startswith("pipeline.git.commit."):
        return True
    trust = trust_of(name)
    texts = (TextClass.TEXT, TextClass.LINE)
    return name.startswith("pipeline.trigger_parameters.") and trust.level is Level.OUTSIDER and trust.text in texts


def _of(*values: str) -> Outcomes:
    return frozenset(values)


def _started(
    trigger: Trigger, branch: Outcomes, tag: Outcomes, types: Outcomes, events: Outcomes, actions: Outcomes
) -> Scenario:
    fixed = {
        BRANCH: branch,
        TAG: tag,
        "pipeline.git.branch.is_default": FALSE,
        "pipeline.trigger.type": types,
        "pipeline.trigger_source": types,
        "pipeline.event.name": events,
        "pipeline.event.action": actions,
        "pipeline.event.github.pull_request.merged": FALSE,
        "pipeline.event.github.pull_request.draft": FALSE,
    }
    return Scenario(trigger, fixed)


PUSHES = (
    _started(Trigger.PUSH, _FRESH, _EMPTY, _of(*_VCS_TYPES), _of("push"), _of("push")),
    _started(Trigger.PUSH, _FRESH, _EMPTY, _of(*_VCS_TYPES), _of("pull_request"), _of("opened")),
)
TAGS = (_started(Trigger.TAG, _EMPTY, _FRESH, _of(*_VCS_TYPES), _of("push"), _of("push")),)
CRONS = (_started(Trigger.CRON, _FRESH, _EMPTY, _of("schedule"), _of("schedule"), _of("schedule")),)
PLAIN = (*PUSHES, *TAGS, *CRONS)
TEXTS = (
    _started(Trigger.TEXT, _FRESH, _EMPTY, _of(*_VCS_TYPES), _of(*_EVENTS), _ANY).suppose(
        {"pipeline.event.github.pull_request.draft": EITHER}
    ),
)
CALLERS = (_started(Trigger.CALLER, _FRESH, _EMPTY, _of("api", "webhook"), _of("api", "custom_webhook"), _ANY),)
# A pipeline that a schedule of the project, not of the configuration, starts.
SCHEDULES = (
    _started(Trigger.PUSH, _FRESH, _EMPTY, _of("schedule"), _of("schedule"), _of("schedule")).suppose(
        {"pipeline.schedule.name": _ANY, "pipeline.schedule.id": _ANY}
    ),
)

# Whatever branch or tag, whoever starts it and however.
ANYHOW = (
    Scenario(Trigger.PUSH, {BRANCH: _ANY, TAG: _EMPTY}, approved=True, free=True),
    Scenario(Trigger.TAG, {BRANCH: _EMPTY, TAG: _ANY}, approved=True, free=True),
    Scenario(Trigger.CRON, {BRANCH: _ANY, TAG: _EMPTY}, approved=True, free=True),
)


@lru_cache(maxsize=1024)
def on_branch(name: str) -> Scenario:
    """A pipeline for a branch of this name, with everything else as anybody may want it, and approved."""
    return Scenario(Trigger.PUSH, {BRANCH: _of(name), TAG: _EMPTY}, approved=True, free=True)


@lru_cache(maxsize=1024)
def on_tag(name: str) -> Scenario:
    """A pipeline for a tag of this name, with everything else as anybody may want it, and approved."""
    return Scenario(Trigger.TAG, {BRANCH: _EMPTY, TAG: _of(name)}, approved=True, free=True)
