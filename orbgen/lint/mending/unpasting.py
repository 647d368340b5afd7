"""Taking a pasted value out of a script: into the step's environment, and a quoted variable in its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orbgen.circleci.text import code_of
from orbgen.lint.analyses.injection.sinks import SinkKind
from orbgen.lint.analyses.injection.splices import Splice, splices, variable_for
from orbgen.lint.findings import Finding
from orbgen.lint.shells import is_posix, shell_of
from orbgen.shell.script import Context as Place
from orbgen.shell.script import read_script
from orbgen.source.nodes import Mapping, Scalar
from orbgen.source.writing import write_scalar

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender
    from orbgen.source.edits import Edit

# The variable as it is written in code, and between double quotes.
_BRACED = "${NAME}"
_QUOTED = {Place.CODE: '"$NAME"', Place.DOUBLE_QUOTED: _BRACED}


def unpasted(finding: Finding, mender: Mender) -> Fix | None:
    """The fix for a finding about a value that is pasted into a script; None where it is about something else.

    Raises EditError where the shell would not put a variable in, or the variable's name is taken.
    """
    splice = _splice_of(finding, mender)
    if splice is None or splice.sink.step is None or splice.sink.kind is not SinkKind.SCRIPT:
        return None
    tag = splice.part.via[0] if splice.part.via else splice.part
    script, start, end = tag.scalar, tag.start, tag.end
    holder = mender.document.holder(script)
    if not mender.context.is_own(script.span) or not isinstance(holder, Mapping):
        return None
    name, value = variable_for(splice.source), script.text[start:end]
    quoted = _QUOTED.get(_place(splice))
    if quoted is None or not read_script(code_of(splice.sink.text)).parsed:
        raise mender.refusal("the shell puts no variable in at that place", finding.primary)
    if quoted == _BRACED and not re.match(r"[\w\[]", script.text[end : end + 1]):
        quoted = "$NAME"
    edits = _edits(mender, holder, script, (start, end, quoted.replace("NAME", name)), (name, value))
    steps = tuple([path.rpartition("/")[0] for path in mender.scripts_with(script)])
    return mender.fix(f"hand it over as `${name}`", edits, changes=steps)


def _splice_of(finding: Finding, mender: Mender) -> Splice | None:
    """The splice that a finding is about, in a step that a POSIX shell reads."""
    for run in mender.context.pipeline.job_runs:
        for splice in splices(run):
            step = splice.sink.step
            if splice.part.pasted == finding.primary and step is not None and is_posix(shell_of(run, step)):
                return splice
    return None


def _place(splice: Splice) -> Place:
    """What the shell makes of the place at which the value is pasted."""
    script = read_script(splice.sink.code())
    offset = next(offset for offset, part in splice.sink.unknown_parts() if part is splice.part)
    return script.context_at(offset)


def _edits(
    mender: Mender, holder: Mapping, script: Scalar, change: tuple[int, int, str], variable: tuple[str, str]
) -> tuple[Edit, ...]:
    """The changed script, and the variable in the `environment` of its step, which is made where there is none."""
    start, end, new = change
    name, value = variable
    line = f"{name}: {write_scalar(value)}"
    text = script.text[:start] + script.text[end:]
    if re.search(rf"\b{name}\b", text) and not _is_set(holder, name, value):
        raise mender.refusal(f"the script uses the name `{name}` for something else", script.place(start, end))
    if "command" not in holder.fields:
        body = write_scalar(script.text[:start] + new + script.text[end:], script.style)
        return mender.replace(script, f"command: {body}\nenvironment:\n  {line}")
    changed = mender.replace_text(script, start, end, new)
    environment = holder.get("environment")
    if environment is None:
        return (*changed, *mender.append(holder, f"environment:\n  {line}"))
    if _is_set(holder, name, value):
        return changed
    if not isinstance(environment, Mapping) or name in environment.fields:
        raise mender.refusal(f"the step's `environment` has a `{name}` already", environment.span)
    return (*changed, *mender.append(holder.fields["environment"].written, line))


def _is_set(holder: Mapping, name: str, value: str) -> bool:
    """Whether the step hands the value over by that name already."""
    environment = holder.get("environment")
    found = environment.get(name) if isinstance(environment, Mapping) else None
    return isinstance(found, Scalar) and found.text == value
