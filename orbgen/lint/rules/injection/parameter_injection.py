"""Pipeline parameters, names that callers choose, and an orb's own parameters that CircleCI pastes into code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.pipeline_values import Level
from orbgen.lint.analyses.injection.splices import found_alone, found_splice, parameter_splices, splices
from orbgen.lint.analyses.supply_chain.orb_references import is_orb_source
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.project.continuing import setup_of
from orbgen.source.nodes import Content, Mapping, Scalar
from orbgen.source.span import Span

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="parameter-injection",
    sees=Sees.CONFIG,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    since="0.1",
    needs=("pipeline", "parameters"),
)
_PARAMETERS = "pipeline.parameters."
_NAMED_CODE = re.compile(r"(?:.*[-_])?(?:commands?|scripts?|run|cmd|steps|args|arguments)")
_DESCRIBED_CODE = re.compile(
    r"\b(?:run|execut\w+|evaluat\w+|append\w*|pass\w*)\b.*\b(?:scripts?|commands?|code|arguments?|args|flags)\b"
    r"|\b(?:scripts?|commands?|code)\b.*\b(?:run|executed?|evaluated?)\b"
    r"|\b(?:additional|extra|custom|further|other)\b.*\b(?:arguments?|args|options|flags|parameters)\b"
    r"|\b(?:shell|bash) (?:code|expression|snippet|syntax)\b",
    re.IGNORECASE | re.DOTALL,
)


def check(context: Context) -> Iterator[Finding]:
    """Each part of a text that is code which a caller, or a user of the orb, chooses."""
    known: set[Span] = set()
    literal = _set_by_setup(context)
    for run in context.pipeline.job_runs:
        for splice in splices(run):
            known.add(splice.part.pasted)
            if splice.value.level is Level.CALLER and splice.source not in literal:
                found = found_splice(RULE, run, splice, context)
                yield replace(found, persona=Persona.PEDANTIC) if context.facts.trusted_callers else found
    published = bool(context.pipeline.elements) and is_orb_source(context)
    for element in context.pipeline.elements:
        inline = element.definition is not None and bool(element.definition.library.orb)
        for splice in parameter_splices(element) if published or inline else ():
            if splice.part.pasted in known:
                continue  # What the configuration itself pastes there is worse.
            if not splice.data and not _is_code(splice.source.partition(".")[2], element):
                yield found_alone(
                    RULE,
                    element,
                    splice,
                    context,
                    who="whatever argument it is given",
                    kind="orb",
                    severity=Severity.LOW,
                    persona=Persona.PEDANTIC if inline else Persona.DEFAULT,
                )


def _set_by_setup(context: Context) -> set[str]:
    """The parameters that the setup configuration before this one sets to values that are written in it."""
    setup = setup_of(context.document.source.name) if _PARAMETERS in context.document.source.text else None
    if setup is None:
        return set()
    from orbgen.lint.analyses.injection.continuations import literal_parameters

    return {f"{_PARAMETERS}{name}" for name in literal_parameters(setup)}


def _is_code(name: str, element: JobRun) -> bool:
    """Whether a parameter is meant to hold code, as its name or its description says."""
    if _NAMED_CODE.fullmatch(name.lower()):
        return True
    node: Content | None = element.definition.node if element.definition is not None else None
    for key in ("parameters", name, "description"):
        node = node.get(key) if type(node) is Mapping else None
    return isinstance(node, Scalar) and _DESCRIBED_CODE.search(node.text) is not None


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """The value is handed to the script by the step's environment, and the script uses the quoted variable."""
    from orbgen.lint.mending.unpasting import unpasted

    return unpasted(finding, mender) if not finding.kind else None
