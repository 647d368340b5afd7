"""Sources of orbs that lack what their users look for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orbgen.lint.analyses.hygiene.examples import stale_imports
from orbgen.lint.analyses.hygiene.orb_source import (
    Element,
    RunStep,
    elements,
    is_included,
    is_unpacked,
    parameters,
    run_steps,
    top_of,
)
from orbgen.lint.analyses.hygiene.scripts import is_one_command, name_for
from orbgen.lint.context import Context
from orbgen.lint.findings import Confidence, Finding, Persona, Rule, Sees, Severity
from orbgen.source.nodes import Content, Mapping, Scalar

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender

RULE = Rule(
    name="unpolished-orb",
    sees=Sees.ORB,
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    since="0.1",
)
SHORTEST_DESCRIPTION = 64
LONGEST_SCRIPT = 64  # characters


def check(context: Context) -> Iterator[Finding]:
    """What an orb lacks as a whole, then what each element lacks."""
    if not context.facts.private_orb:
        yield from _metadata(context)
    root = context.document.root
    found = list(elements(root))
    if not any([element.section == "examples" for element in found]):
        message = "the orb has no example, so nobody sees how it is used"
        help = "add a file to `examples/` for each thing that the orb is for"
        yield RULE.finding(message, top_of(context), kind="example", path="examples", help=help)
    for element in found:
        yield from _element(element, context)
    for stale in stale_imports(root, context.facts.own_orb):
        message = f"the example '{stale.example}' imports version {stale.version}, but the orb is at {stale.current}"
        help = f"write `{stale.reference}`"
        path = f"examples/{stale.example}/orbs"
        yield RULE.finding(message, stale.place, kind="stale-example", path=path, help=help)


def _metadata(context: Context) -> Iterator[Finding]:
    root, top = context.document.root, top_of(context)
    display = root.get("display") if type(root) is Mapping else None
    urls = display if type(display) is Mapping else None
    if _text(urls, "source_url") is None:
        message = "the orb has no `display.source_url`, so nobody who finds it can read its source"
        help = "add `display:` with `source_url: https://..`"
        yield RULE.finding(message, top, kind="metadata", path="display", help=help)
    for key in ("source_url", "home_url"):
        url = _text(urls, key)
        if url is not None and not url.text.startswith("https://"):
            message = f"the `{key}` of the orb, `{url.text}`, is no https address"
            yield RULE.finding(message, url.span, kind="metadata", path=f"display/{key}", help="write `https://..`")
    description = _text(root, "description")
    length = len(" ".join(description.text.split())) if description is not None else 0
    if length < SHORTEST_DESCRIPTION:
        said = f"has {length} characters" if length else "is missing"
        message = f"the description of the orb {said}, and a list of orbs shows nothing else of it"
        help = f"say in {SHORTEST_DESCRIPTION} characters or more what the orb does"
        place = description.span if description is not None else top
        yield RULE.finding(message, place, kind="metadata", path="description", help=help)


def _element(element: Element, context: Context) -> Iterator[Finding]:
    path = f"{element.section}/{element.name}"
    if _text(element.node, "description") is None:
        yield RULE.finding(
            f"{element.title} has no description, and its page in the registry shows nothing else of it",
            element.key.span,
            kind="description",
            path=path,
            help="add `description:` with what it does and what it needs",
        )
    if element.section == "examples":
        if element.name.startswith("example"):
            message = f"the example's name, '{element.name}', does not say what it is an example of"
            help = "call it what it shows, as in `deploy_to_production`"
            yield RULE.finding(message, element.key.span, kind="example", path=path, help=help)
        return
    for key in [element.key, *[key for key, _ in parameters(element)]]:
        if "-" in key.text:
            what = "parameter" if key is not element.key else element.section.removesuffix("s")
            message = f"the name of the {what} `{key.text}` has a hyphen, where orbs have underscores"
            help = f"call it `{key.text.replace('-', '_')}` in the next major version"
            yield RULE.finding(message, key.span, kind="hyphen", path=f"{path}/{key.text}", help=help)
    if element.section != "executors":
        for step in run_steps(element):
            yield from _step(step, f"{path}/steps/{step.index}", unpacked=is_unpacked(context))


def _step(step: RunStep, path: str, *, unpacked: bool) -> Iterator[Finding]:
    if not step.name:
        yield RULE.finding(
            "the step has no name, so whoever runs it sees the script itself in its place",
            step.key.span,
            kind="unnamed-step",
            path=path,
            help="add `name:` with what the step does",
        )
    script = step.script
    if unpacked and script is not None and not is_included(script) and len(script.text.strip()) > LONGEST_SCRIPT:
        yield RULE.finding(
            f"the script has {len(script.text.strip())} characters inside of YAML, where no shell checker reads it and "
            "no test runs it",
            script.span,
            kind="inline-script",
            persona=Persona.PEDANTIC if is_one_command(script.text) else None,
            path=f"{path}/command",
            help="move it into a file and write `<<include(scripts/NAME.sh)>>`",
        )


def _text(node: Content | None, key: str) -> Scalar | None:
    """The text of a key; None where it is missing or empty."""
    found = node.get(key) if type(node) is Mapping else None
    return found if isinstance(found, Scalar) and found.value is not None and found.text.strip() else None


def fix(finding: Finding, mender: Mender) -> Fix | None:
    """A step that is only a script gets a name made of the script."""
    if finding.kind != "unnamed-step":
        return None
    key = mender.node_at(finding.primary)
    step = mender.holders(key)[0] if key is not None else None
    script = step.get("run") if isinstance(step, Mapping) else None
    name = name_for(script.text) if isinstance(script, Scalar) else ""
    if key is None or not isinstance(script, Scalar) or not name:
        return None
    edits = mender.replace_by_mapping(script, {"name": name, "command": script})
    return mender.fix("name the step by its script", edits, changes=mender.steps_around(key))
