"""Rules and findings: what lint looks for and what it saw."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from orbgen.source.problems import Note
from orbgen.source.sentences import shortened
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.teleport.mistakes import Effect


class Severity(enum.Enum):
    """What happens if a finding is true (rules.md 1)."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for info up to 3 for high."""
        return _SEVERITIES[self]

    def fails(self, fail_on: Severity) -> bool:
        """Whether a finding of this severity fails a run that fails from another on; `info` alone never does."""
        return self.rank >= max(fail_on.rank, 1)


class Confidence(enum.Enum):
    """How sure a finding is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low up to 2 for high."""
        return _CONFIDENCES[self]


class Persona(enum.Enum):
    """Who wants to see a finding; each includes the former."""

    DEFAULT = "default"
    PEDANTIC = "pedantic"
    AUDITOR = "auditor"

    @property
    def rank(self) -> int:
        """0 for default up to 2 for auditor."""
        return _PERSONAS[self]


_SEVERITIES = {member: rank for rank, member in enumerate(Severity)}
_CONFIDENCES = {member: rank for rank, member in enumerate(Confidence)}
_PERSONAS = {member: rank for rank, member in enumerate(Persona)}


class Sees(enum.Enum):
    """What a rule's `check` is called with: a `file` may be any, a configuration is one of CircleCI's."""

    FILE = "file"
    CONFIG = "config"
    JOB_RUN = "job run"
    STEP = "step"
    SCRIPT = "script"
    TBOT = "tbot"
    TOKEN = "token"
    BOT = "bot"
    ROLE = "role"
    ORB = "orb"
    IGNORES = "ignores"


class Given(enum.Enum):
    """What is given to few configurations, and what a rule may be about."""

    PROBLEMS = "problems that the compiler found"
    PLAN = "a plan with facts"


class Finding(msgspec.Struct, frozen=True):
    """One place where a rule saw what it looks for.

    `path` leads to the place in the compiled pipeline, `written_path` to the same through the keys of the file. That
    one, the offending text and the `occurrence` among equal findings of a file (`identity.identified`) make the
    fingerprint. `hidden` spans are not shown; an ignore comment at one of them covers the finding. What stands in the
    `redact` spans is secret: whoever shows a piece of a file masks it (`masking.masked`). The `effect` is what Teleport
    does with a mistake in one of its files.
    """

    rule: str
    kind: str
    message: str
    primary: Span
    severity: Severity
    confidence: Confidence
    persona: Persona
    path: str = ""
    label: str = ""
    related: tuple[Note, ...] = ()
    chain: tuple[Note, ...] = ()
    hidden: tuple[Span, ...] = ()
    help: str | None = None
    job_runs: tuple[str, ...] = ()
    redact: tuple[Span, ...] = ()
    written_path: str = ""
    occurrence: int = 1
    effect: Effect | None = None

    @property
    def name(self) -> str:
        """The rule with the finding's kind, as in `compile-error[requires]`."""
        return f"{self.rule}[{self.kind}]" if self.kind else self.rule

    @property
    def shown_text(self) -> str:
        """The offending text without secrets, with single spaces."""
        from orbgen.lint.masking import masked

        span = self.primary
        return " ".join(masked(span.text, span.start, span.source, self.redact).split())

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits that no other finding of the file has, and that stay the same when lines move.

        Nor do they change with the job runs that come to the place: the path is the file's, not the pipeline's.
        """
        import hashlib

        parts = [self.name, self.written_path or self.path, self.shown_text]
        if self.occurrence > 1:
            parts.append(str(self.occurrence))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Rule(msgspec.Struct, frozen=True):
    """What a rule is called, what its `check` is given, and how its findings count unless they say otherwise.

    A rule `needs` one of some words: it has nothing to say where none of them stands in the configuration or in an orb
    that it imports. A rule that has `given` is asked where that is at hand, too. Without either it is always asked.
    """

    name: str
    sees: Sees
    severity: Severity
    confidence: Confidence
    since: str
    persona: Persona = Persona.DEFAULT
    needs: tuple[str, ...] = ()
    given: Given | None = None

    def finding(
        self,
        message: str,
        primary: Span,
        *,
        kind: str = "",
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        persona: Persona | None = None,
        path: str = "",
        label: str = "",
        related: tuple[Note, ...] = (),
        chain: tuple[Note, ...] = (),
        hidden: tuple[Span, ...] = (),
        help: str | None = None,
        job_runs: tuple[str, ...] = (),
        redact: tuple[Span, ...] = (),
        effect: Effect | None = None,
    ) -> Finding:
        """A finding of this rule with the rule's own severity, confidence and persona where none is given."""
        return Finding(
            self.name,
            kind,
            shortened(message),
            primary,
            severity or self.severity,
            confidence or self.confidence,
            persona or self.persona,
            path,
            label,
            related,
            chain,
            hidden,
            help,
            job_runs,
            redact,
            effect=effect,
        )
