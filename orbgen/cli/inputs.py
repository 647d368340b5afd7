"""What `orbgen compile` is told of a pipeline: parameters and values from options, from files and from git."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from orbgen.cli.exits import UsageProblem

if TYPE_CHECKING:
    from orbgen.circleci.truth import Kind, Known
    from orbgen.source.nodes import Content

_PIPELINE = "pipeline."
_PARAMETERS = "pipeline.parameters."


def parameters_from(pairs: tuple[str, ...], file: str | None, root: Content) -> dict[str, Known]:
    """The pipeline parameters of `-p` and `--parameters`, each of the type that the configuration declares for it.

    Raises UsageProblem, and UnreadableError for the file.
    """
    declared = _declared(root)
    given = {**_from_file(file, "--parameters"), **_from_pairs(pairs, "-p")}
    for name in given:
        if name not in declared:
            raise UsageProblem(f"the configuration declares no pipeline parameter '{name}'; {_near(name, declared)}")
    return {name: _as_declared(value, declared[name]) for name, value in given.items()}


def values_from(pairs: tuple[str, ...], file: str | None, folder: str) -> dict[str, Known]:
    """The pipeline values of `--value` and `--values` by full name, and what git knows of the rest.

    Raises UsageProblem, and UnreadableError for the file.
    """
    given = dict([_value(name, value) for name, value in _from_file(file, "--values").items()])
    given.update([_value(name, value) for name, value in _from_pairs(pairs, "--value").items()])
    known = _of_git(folder)
    # A pipeline belongs to a branch or to a tag.
    for name, other in (("pipeline.git.branch", "pipeline.git.tag"), ("pipeline.git.tag", "pipeline.git.branch")):
        if given.get(name) and other not in given:
            known.pop(other, None)
    if "pipeline.git.branch" in given or given.get("pipeline.git.tag"):
        known.pop("pipeline.git.branch.is_default", None)
    return {**known, **given}


class _Written:
    """A value as it was written: its text and, where that is not plain, its value."""

    def __init__(self, text: str, value: Known, *, plain: bool) -> None:
        self.text, self.value, self.plain = text, value, plain


def _from_pairs(pairs: tuple[str, ...], option: str) -> dict[str, _Written]:
    from orbgen.source.scalars import resolve

    found: dict[str, _Written] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise UsageProblem(f"{option} takes NAME=VALUE, not '{pair}'")
        if name in found:
            raise UsageProblem(f"{option} gives '{name}' twice")
        if not _is_unicode(text):
            raise UsageProblem(f"the value that {option} gives '{name}' is not UTF-8 text")
        if text[:1] in ("'", '"'):
            found[name] = _Written(text, _unquoted(text, name, option), plain=False)
        else:
            found[name] = _Written(text, resolve(text, "", None) if text else "", plain=True)
    return found


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unquoted(text: str, name: str, option: str) -> str:
    from orbgen.source.nodes import Scalar
    from orbgen.source.problems import UnreadableError
    from orbgen.source.reader import read

    try:
        root = read(text.encode(), option).root
    except UnreadableError:
        root = None
    if not isinstance(root, Scalar) or not root.style:
        raise UsageProblem(f"the value that {option} gives '{name}' begins with a quote but is no quoted text: {text}")
    return root.text


def _from_file(path: str | None, option: str) -> dict[str, _Written]:
    """The values in a YAML or JSON file."""
    from orbgen.source.files import read_bytes
    from orbgen.source.nodes import Mapping, Scalar
    from orbgen.source.problems import Problem, UnreadableError
    from orbgen.source.reader import read

    if path is None:
        return {}
    document = read(read_bytes(path), path)
    root = document.root
    for problem in document.problems:
        raise UnreadableError(problem)
    if type(root) is not Mapping:
        message = f"{option} takes a mapping of names to values"
        raise UnreadableError(Problem("value", message, root.span, "write `name: value` on each line"))
    for first, second in root.duplicates():
        message = f"'{first.text}' is given twice"
        raise UnreadableError(Problem("value", message, second.span))
    found: dict[str, _Written] = {}
    for name, field in root.fields.items():
        value = field.value
        if not isinstance(value, Scalar):
            message = f"the value of '{name}' must be a text, a number or a boolean"
            help = "write full names, such as `pipeline.git.branch: main`" if option == "--values" else None
            raise UnreadableError(Problem("value", message, field.key.span, help))
        found[name] = _Written(value.text, value.value, plain=not value.style)
    return found


def _declared(root: Content) -> dict[str, str]:
    """The type of each pipeline parameter that a configuration declares; empty for one that is no type."""
    from orbgen.source.nodes import Mapping, Scalar

    section = root.get("parameters") if type(root) is Mapping else None
    found: dict[str, str] = {}
    if type(section) is Mapping:
        for name, field in section.fields.items():
            kind = field.value.get("type") if type(field.value) is Mapping else None
            found[name] = kind.text if isinstance(kind, Scalar) else ""
    return found


def _as_declared(written: _Written, type_: str) -> Known:
    """A value by its parameter's type: what is a number or boolean in YAML may be meant as text."""
    if type_ in ("string", "enum") and written.plain and written.value is not None:
        return written.text
    return written.value


def _value(name: str, written: _Written) -> tuple[str, Known]:
    """A pipeline value with its full name, of the type that it has. Raises UsageProblem."""
    from orbgen.circleci.pipeline_values import PIPELINE_VALUES

    full = name if name.startswith(_PIPELINE) else f"{_PIPELINE}{name}"
    if full.startswith(_PARAMETERS):
        raise UsageProblem(f"'{full}' is a pipeline parameter; give it with -p {full[len(_PARAMETERS) :]}=VALUE")
    if full not in PIPELINE_VALUES:
        known = [value.removeprefix(_PIPELINE) for value in PIPELINE_VALUES]
        raise UsageProblem(
            f"there is no pipeline value '{full}'; {_near(full.removeprefix(_PIPELINE), known, _PIPELINE)}"
        )
    return full, _of_kind(full, written, PIPELINE_VALUES[full].kind)


def _of_kind(name: str, written: _Written, kind: Kind) -> Known:
    if kind.value == "string":
        return written.text if written.plain else written.value
    wanted: type = bool if kind.value == "boolean" else int
    if type(written.value) is not wanted:
        words = "true or false" if wanted is bool else "a whole number"
        raise UsageProblem(f"the pipeline value '{name}' is {words}, not '{written.text}'")
    return written.value


def _near(name: str, names: Iterable[str], prefix: str = "") -> str:
    """What may be meant by a name: the nearest one, or one that ends with the same word."""
    from orbgen.source.names import nearest

    known = list(names)
    ending = [other for other in known if other.endswith(f".{name.rpartition('.')[2]}")]
    guess = nearest(name, known) or next(iter(ending), None)
    if guess:
        return f"did you mean '{prefix}{guess}'?"
    if not known:
        return "it declares none"
    return f"there are {', '.join(known)}" if len(known) <= 8 else "see CircleCI's reference for their names"


def _of_git(folder: str) -> dict[str, Known]:
    """Pipeline values that git knows of the checkout around a folder."""
    from orbgen.project.git import git_facts

    facts = git_facts(folder or os.curdir)
    found: dict[str, Known] = {
        "pipeline.git.branch": facts.branch,
        "pipeline.git.branch.is_default": bool(facts.branch) and facts.branch == facts.default_branch,
        "pipeline.git.tag": facts.tag,
        "pipeline.git.revision": facts.revision,
        "pipeline.git.base_revision": facts.revision,
        "pipeline.git.commit.subject": facts.subject,
        "pipeline.git.commit.body": facts.body,
        "pipeline.git.commit.author_name": facts.author_name,
        "pipeline.git.commit.author_email": facts.author_email,
        "pipeline.git.repo_url": facts.remote,
        "pipeline.git.repo_owner": facts.owner,
        "pipeline.git.repo_name": facts.repository,
        "pipeline.project.git_url": facts.remote,
    }
    return {name: value for name, value in found.items() if value}
