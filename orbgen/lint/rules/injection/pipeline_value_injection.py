"""Untrusted pipeline values that CircleCI pastes into code."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.circleci.pipeline_values import Level, TextClass, trust_of
from orbgen.circleci.text import Part
from orbgen.lint.context import Context, RunStep
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.lint.sinks import Sink, SinkKind, sinks_of
from orbgen.source.problems import Note

RULE = Rule(
    name="pipeline-value-injection",
    sees=Sees.STEP,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    since="0.1",
)
