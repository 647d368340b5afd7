"""From a plan to the files that it asks for, and from the files that are there to what has to change."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from orbgen.generate.blocks import Block, blocks
from orbgen.generate.kept import check_kept
from orbgen.generate.marks import MarksError, file_state, file_with_mark, find_marked
from orbgen.generate.merge import NEW_CONFIG, MergeError, merge, theirs
from orbgen.generate.resources import other_files, resource_files
from orbgen.generate.templates import TemplateError, Templates, own_templates
from orbgen.project.plan import DEFAULT_CONFIG, Plan
from orbgen.source.nodes import Document, Mapping, Scalar
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.span import Source, Span

CONFIG = DEFAULT_CONFIG
ORBS_FOLDER = ".circleci/orbs"
PARTS = ("config", "teleport", "orb")


class Change(msgspec.Struct, frozen=True):
    """One file as it is and as it is to be; None stands for a file that is not there."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def needed(self) -> bool:
        """Whether the file differs from what it is to be."""
        return self.before != self.after


class GenerateError(Exception):
    """Files that cannot be written safely; `problems` say why."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join([str(problem) for problem in problems]))
        self.problems = problems


def changes(
    plan: Plan,
    existing: dict[str, bytes],
    orb: str | None = None,
    *,
    force: bool = False,
    templates: Templates | None = None,
    parts: tuple[str, ...] = PARTS,
) -> tuple[Change, ...]:
    """What a plan makes of the files that exist, by path; `orb` is the text of the packed orb of a plan that uses one.

    `parts` are those of PARTS that it is about. Raises GenerateError with every reason against it.
    """
    templates = templates or own_templates()
    found: list[Change] = []
    problems: list[Problem] = []
    try:
        if "config" in parts:
            found.append(_config(plan, existing.get(plan.config), templates, force=force))
    except (MergeError, MarksError) as error:
        problems.append(error.problem)
    except TemplateError as error:
        raise _in_template(error) from None
    try:
        whole = _whole_files(plan, orb, templates, parts)
    except TemplateError as error:
        raise _in_template(error) from None
    for path, text in [*whole.items(), *[(path, None) for path in _left_over(existing, whole, parts)]]:
        problem = _whole_file_problem(path, text, existing.get(path), force=force)
        if problem is not None:
            problems.append(problem)
            continue
        found.append(Change(path, existing.get(path), None if text is None else file_with_mark(text).encode()))
    if problems:
        raise GenerateError(tuple(problems))
    return tuple(found)


def _whole_files(plan: Plan, orb: str | None, templates: Templates, parts: tuple[str, ...]) -> dict[str, str]:
    """The text of each file that is orbgen's alone."""
    whole = resource_files(plan, templates) if "teleport" in parts else {}
    path = path_of_orb(plan)
    if path is not None and orb is not None and "orb" in parts:
        whole[path] = orb
    return whole


def _left_over(existing: dict[str, bytes], whole: dict[str, str], parts: tuple[str, ...]) -> Iterator[str]:
    """Files that orbgen wrote for an earlier plan and this one does not ask for."""
    resources = other_files() if "teleport" in parts else frozenset()
    for path, data in existing.items():
        written = path in resources or ("orb" in parts and path.startswith(f"{ORBS_FOLDER}/"))
        if written and path not in whole and file_state(data.decode("utf-8", "replace")).own:
            yield path


def paths_of(plan: Plan) -> tuple[str, ...]:
    """The files that a plan is about, and those that may be left over from an earlier one, orbs aside."""
    orb = path_of_orb(plan)
    return (plan.config, *sorted(other_files()), *([orb] if orb is not None else []))


def path_of_orb(plan: Plan) -> str | None:
    """Where the packed orb lies, so that the configuration compiles offline; None for a plan without orb."""
    return None if plan.orb is None else f"{ORBS_FOLDER}/{plan.orb}.yml"


def _whole_file_problem(path: str, text: str | None, before: bytes | None, *, force: bool) -> Problem | None:
    """Why a file that is orbgen's alone must not be written, or removed where its new text is None."""
    if before is None or force or (text is not None and before == file_with_mark(text).encode()):
        return None
    content = before.decode("utf-8", "replace")
    state = file_state(content)
    where = Span(Source(path, content), 0, len(content.partition("\n")[0]))
    if not state.own:
        message = f"{path} is there already and was not written by orbgen"
        return Problem("taken", message, where, "move it away, or overwrite it with --force")
    if state.changed:
        message = f"somebody has changed {path} since orbgen wrote it"
        help = "make the change in orbgen.yml, or overwrite it with --force"
        if text is None:
            help = "the plan asks for it no more: move it away, or remove it with --force"
        return Problem("changed-by-hand", message, where, help)
    return None


def _config(plan: Plan, before: bytes | None, templates: Templates, *, force: bool) -> Change:
    name = plan.config
    document = _read(before if before is not None else NEW_CONFIG.encode(), name)
    root = _accepted(document)
    text = document.source.text
    merged = merge(text, name, _blocks(plan, root, templates), force=force)
    encoding = "utf-8" if before is None or before[:2] not in (b"\xff\xfe", b"\xfe\xff") else "utf-16"
    after = (document.source.mark + merged).encode() if encoding == "utf-8" else merged.encode(encoding)
    if before is not None and before != after:
        check_kept(_read(theirs(text, name).encode(), name), _read(after, name))
    return Change(name, before, after)


def _in_template(error: TemplateError) -> GenerateError:
    """The problem of a template, shown in its file."""
    try:
        with open(error.path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        text = ""
    source = Source(error.path, text)
    start = source.line_start(min(error.line, text.count("\n") + 1))
    where = Span(source, start, len(text) if "\n" not in text[start:] else text.index("\n", start))
    return GenerateError((Problem("template", f"this template cannot be rendered: {error}", where),))


def _read(data: bytes, name: str) -> Document:
    try:
        return read(data, name)
    except UnreadableError as error:
        raise MergeError(error.problem) from None


def _accepted(document: Document) -> Mapping:
    """The root of a configuration that can hold what orbgen writes."""
    root = document.root
    if type(root) is not Mapping:
        raise MergeError(Problem("value", "a configuration must be a mapping", root.span, "start with `version: 2.1`"))
    version = root.fields.get("version")
    if version is None or not isinstance(version.value, Scalar) or version.value.text != "2.1":
        place = version.value.span if version is not None else root.span
        message = "only a configuration of version 2.1 can hold commands and expressions"
        help = "write `version: 2.1`; `orbgen lint` tells what that changes"
        raise MergeError(Problem("version", message, place, help))
    setup = root.fields.get("setup")
    if setup is not None and isinstance(setup.value, Scalar) and setup.value.value is True:
        message = "a setup configuration may run one workflow only, so the jobs belong into the one it continues with"
        help = "name that file as `config` in orbgen.yml, or add by hand what `orbgen generate --stdout` prints"
        raise MergeError(Problem("setup", message, setup.key.span, help))
    return root


def _blocks(plan: Plan, root: Mapping, templates: Templates) -> list[Block]:
    if plan.orb is None:
        return blocks(plan, templates)
    alias, imported = _alias(plan.orb, root)
    return blocks(plan, templates, alias, imported=imported)


def _alias(reference: str, root: Mapping) -> tuple[str, bool]:
    """The alias to use the orb by: theirs if they have it, else a free one."""
    marked = find_marked(root.source)
    orbs = root.get("orbs")
    taken = {
        alias: field.value
        for alias, field in (orbs.fields.items() if type(orbs) is Mapping else ())
        if not any([one.holds(field.key.span.line) for one in marked])
    }
    for alias, value in taken.items():
        if isinstance(value, Scalar) and value.text == reference:
            return alias, True
    return ("teleport" if "teleport" not in taken else "orbgen-teleport"), False
