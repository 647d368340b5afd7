"""What a plan says for the linter: facts that no configuration holds, and how to look (rules.md 4).

What a plan does not say is unknown, not false.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import msgspec

from orbgen.source.lazy_patterns import lazy_pattern

if TYPE_CHECKING:
    from orbgen.teleport.versions import Version

DEFAULT_SENSITIVE = ("*prod*", "*deploy*", "*release*", "*publish*")
# What says the opposite of production, or something else.
_NOT_PRODUCTION = lazy_pattern(r"(?:non|not|pre)[-_. ]?prod(?:uction)?(?![a-z])|prod(?=uct(?!ion)|uce)")
DEFAULT_TRUSTED_ORBS = ("circleci/*",)
DEFAULT_ORBS_FOLDER = os.path.join(".circleci", "orbs")
_HOUR = 3600


class ContextFacts(msgspec.Struct, frozen=True):
    """What is known of a CircleCI context; None and empty where it is not."""

    id: str | None = None
    variables: tuple[str, ...] = ()
    restricted: frozenset[str] = frozenset()
    sensitive: bool | None = None
    shared: bool = False

    @property
    def closed(self) -> bool:
        """Whether CircleCI itself keeps branches or people out of it."""
        return bool(self.restricted & {"expression", "group"})


class References(msgspec.Struct, frozen=True):
    """Patterns of orbs, images, contexts and runners."""

    orbs: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    runners: tuple[str, ...] = ()


class PlannedIgnore(msgspec.Struct, frozen=True):
    """An ignore of the plan: a rule, perhaps with a kind, in some files or one job."""

    rule: str
    path: str | None = None
    job: str | None = None
    reason: str | None = None


class Facts(msgspec.Struct, frozen=True):
    """The facts of one repository, and the options of rules; all at their defaults where there is no plan."""

    organization_id: str | None = None
    project_id: str | None = None
    default_branch: str | None = None
    proxy: str | None = None
    teleport_version: Version | None = None
    teleport_context: str | None = None
    contexts: dict[str, ContextFacts] = {}
    contexts_complete: bool = False
    managed_elsewhere: frozenset[str] = frozenset()
    shared_tokens: frozenset[str] = frozenset()
    test_tokens: frozenset[str] = frozenset()
    bot_uses: dict[str, str] = {}
    bot_role: str | None = None
    bot_roles: frozenset[str] = frozenset()
    orbs_folder: str = DEFAULT_ORBS_FOLDER
    trusted_orbs: tuple[str, ...] = DEFAULT_TRUSTED_ORBS
    trusted_callers: bool = False
    trusted_downloads: tuple[str, ...] = ()
    immutable_url_prefixes: tuple[str, ...] = ()
    oidc_hosts: tuple[str, ...] = ()
    ephemeral_runners: tuple[str, ...] = ()
    sensitive_contexts: tuple[str, ...] = DEFAULT_SENSITIVE
    secret_names: frozenset[str] = frozenset()
    not_secret_names: frozenset[str] = frozenset()
    max_ttl: int = _HOUR
    forbidden: References = References()
    allowed: References = References()
    require_reason: bool = False
    allow_ignores: bool = True
    own_orb: str | None = None
    private_orb: bool = False

    def context(self, name: str) -> ContextFacts:
        """What is known of a context; nothing where the plan does not name it."""
        return self.contexts.get(name, ContextFacts())

    def holds(self, role: str) -> bool:
        """Whether the plan gives a role to its bot: by its name, by a number behind that, or as one already there."""
        numbered = self.bot_role is not None and re.fullmatch(rf"{re.escape(self.bot_role)}(?:-\d+)?", role)
        return bool(numbered) or role in self.bot_roles

    @property
    def teleport_context_id(self) -> str | None:
        """The id of the context that jobs join Teleport with, where the plan knows it of one alone."""
        ids = [of.id for name, of in self.contexts.items() if of.id is not None and self.is_for_teleport(name)]
        return ids[0] if len(ids) == 1 else None

    def is_sensitive(self, name: str) -> bool:
        """Whether a context opens production, releases or Teleport, as the plan or its name says."""
        said = self.context(name).sensitive
        if said is not None:
            return said
        told = name
        if self.sensitive_contexts == DEFAULT_SENSITIVE:
            told = _NOT_PRODUCTION.sub("", name.lower())
        return is_any(told, self.sensitive_contexts) or self.is_for_teleport(name)

    def is_for_teleport(self, name: str) -> bool:
        """Whether a context is the one that jobs join Teleport with, as the plan or its name says (rules.md 2.6)."""
        if self.teleport_context is not None:
            return name == self.teleport_context
        return bool({"teleport", "tbot"} & set(re.split(r"[^a-z0-9]+", name.lower())))


class Look(msgspec.Struct, frozen=True):
    """How the plan wants findings chosen; None where it does not say."""

    persona: str | None = None
    minimum_severity: str | None = None
    minimum_confidence: str | None = None
    fail_on: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[PlannedIgnore, ...] = ()
    severities: dict[str, str] = {}
    baseline: str | None = None


def is_any(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a name is one that a list of patterns means; `*` stands for anything, case counts."""
    return any([fnmatchcase(name, pattern) for pattern in patterns])


def facts_of(data: dict[str, Any]) -> Facts:
    """The facts of a plan's data, which fits its schema."""
    from orbgen.teleport.versions import Version

    teleport = data.get("teleport", {})
    lint = data.get("lint", {})
    return Facts(
        organization_id=data.get("organization-id"),
        project_id=data.get("project-id"),
        default_branch=data.get("default-branch"),
        proxy=teleport.get("proxy"),
        teleport_version=Version.parse(teleport.get("version", "")),
        teleport_context=teleport.get("context"),
        contexts={name: _context(facts or {}) for name, facts in data.get("contexts", {}).items()},
        contexts_complete=data.get("contexts-complete", False),
        managed_elsewhere=frozenset(data.get("managed-elsewhere", ())),
        shared_tokens=frozenset(name for name, of in data.get("tokens", {}).items() if of.get("projects") == "many"),
        test_tokens=frozenset(name for name, of in data.get("tokens", {}).items() if of.get("use") == "tests"),
        bot_uses={name: (of or {}).get("use", "ci") for name, of in data.get("bots", {}).items()},
        bot_role=teleport.get("role", teleport.get("bot", "circleci")) if "access" in data else None,
        bot_roles=frozenset(teleport.get("roles", ())),
        orbs_folder=data.get("orbs", DEFAULT_ORBS_FOLDER),
        trusted_orbs=(*lint.get("trusted-orbs", DEFAULT_TRUSTED_ORBS), *_own_orbs(data.get("orb"))),
        trusted_callers=lint.get("trusted-callers", False),
        trusted_downloads=tuple(lint.get("trusted-downloads", ())),
        immutable_url_prefixes=tuple(lint.get("immutable-url-prefixes", ())),
        oidc_hosts=tuple(lint.get("oidc-hosts", ())),
        ephemeral_runners=tuple(lint.get("ephemeral-runners", ())),
        sensitive_contexts=tuple(lint.get("sensitive-contexts", DEFAULT_SENSITIVE)),
        secret_names=frozenset(lint.get("secret-names", ())),
        not_secret_names=frozenset(lint.get("not-secret-names", ())),
        max_ttl=seconds(lint.get("max-ttl", "1h")),
        forbidden=_references(lint.get("forbidden", {})),
        allowed=_references(lint.get("allowed", {})),
        require_reason=lint.get("require-reason", False),
        allow_ignores=lint.get("allow-ignores", True),
        own_orb=data.get("orb"),
        private_orb=lint.get("private-orb", False),
    )


def look_of(data: dict[str, Any]) -> Look:
    """How a plan wants findings chosen."""
    lint = data.get("lint", {})
    # YAML reads a bare `off` as false.
    severities = {name: of["severity"] or "off" for name, of in lint.get("rules", {}).items() if "severity" in of}
    ignores = [
        PlannedIgnore(entry["rule"], entry.get("path"), entry.get("job"), entry.get("reason"))
        for entry in lint.get("ignore", ())
    ]
    return Look(
        lint.get("persona"),
        lint.get("min-severity"),
        lint.get("min-confidence"),
        lint.get("fail-on"),
        tuple(lint.get("select", ())),
        tuple(ignores),
        severities,
        lint.get("baseline"),
    )


def _own_orbs(reference: str | None) -> tuple[str, ...]:
    """The orbs of the namespace that the plan's own orb is published in."""
    return (f"{reference.partition('/')[0]}/*",) if reference is not None else ()


def _context(facts: dict[str, Any]) -> ContextFacts:
    return ContextFacts(
        facts.get("id"),
        tuple(facts.get("variables", ())),
        frozenset(facts.get("restricted", ())),
        facts.get("sensitive"),
        facts.get("shared", False),
    )


def _references(patterns: dict[str, list[str]]) -> References:
    return References(*[tuple(patterns.get(kind, ())) for kind in ("orbs", "images", "contexts", "runners")])


def seconds(duration: str) -> int:
    """The seconds of a duration such as `1h30m`."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum([int(number) * units[unit] for number, unit in re.findall(r"([0-9]+)([hms])", duration)])
