"""Filters that are maps as the expressions that CircleCI prefers (circleci.md 6.3)."""

from __future__ import annotations

from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_BRANCH = "pipeline.git.branch"
_TAG = "pipeline.git.tag"
_ANYTHING = ("/.*/", "/^.*$/", "/^.*/", "/.*$/")


def expression_of(filters: Mapping) -> str | None:
    """The expression that lets the same branches and tags run; None where there is none that is as simple.

    A map without `branches` lets every branch run, one without `tags` no tag. On a branch the name of the tag is empty,
    on a tag that of the branch.
    """
    if not filters.fields or not set(filters.fields) <= {"branches", "tags"}:
        return None
    branches, tags = filters.get("branches"), filters.get("tags")
    on_branches = f'{_BRANCH} != ""' if branches is None else _condition(branches, _BRANCH)
    on_tags = "" if tags is None else _condition(tags, _TAG)
    if on_branches is None or on_tags is None:
        return None
    return " or ".join([part for part in (on_branches, on_tags) if part]) or None


def _condition(refs: Content, value: str) -> str | None:
    """For which branches, or tags, the job runs: empty for none, None where that cannot be said."""
    if type(refs) is not Mapping or not set(refs.fields) <= {"only", "ignore"}:
        return None
    only, ignored = refs.get("only"), refs.get("ignore")
    if only is not None:
        # Where both are given, `ignore` is not looked at.
        return _any_of(only, value)
    if ignored is None:
        return None
    these = _any_of(ignored, value)
    if these is None or these == f'{value} != ""':
        return these and ""
    if " or " not in these and "==" in these:
        return f'{value} != "" and {these.replace("==", "!=")}'
    return f'{value} != "" and not ({these})'


def _any_of(node: Content, value: str) -> str | None:
    texts = _texts(node)
    if texts is None:
        return None
    if any([text in _ANYTHING for text in texts]):
        return f'{value} != ""'
    return " or ".join([f"{value} matches {text}" if text[0] == "/" else f'{value} == "{text}"' for text in texts])


def _texts(node: Content) -> list[str] | None:
    """Names and patterns; None where some are filled in, empty or could not stand in an expression."""
    items = node.elements if type(node) is Sequence else [node]
    found = []
    for item in items:
        if not isinstance(item, Scalar) or item.templated or not _is_plain(item.text):
            return None
        found.append(item.text)
    return found or None


def _is_plain(text: str) -> bool:
    if not text or not text.isprintable() or '"' in text or text.endswith("\\"):
        return False
    inner = text[1:-1].replace("\\/", "")
    return "\\" not in text if text[0] != "/" else len(text) > 2 and text[-1] == "/" and "/" not in inner
