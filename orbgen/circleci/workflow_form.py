"""The form of what stands in a workflow beside its jobs' names: filters, triggers, serial groups (circleci.md 6)."""

from __future__ import annotations

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import (
    FILTER_KEYS,
    FILTER_LIST_KEYS,
    GRAMMAR_DATE,
    WORKFLOW_KEYS,
    check_reruns,
    is_empty,
    needs_version_2_1,
)
from orbgen.circleci.grammar import WORKFLOW_KEYS_OF_VERSION_2_1 as NEWER_KEYS
from orbgen.circleci.text import is_known
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

_SERIAL_GROUP = lazy_pattern(r"[A-Za-z0-9._/-]*")
_LONGEST_SERIAL_GROUP = 512
_TRIGGER_HELP = "write `triggers: [{schedule: {cron: '0 3 * * *', filters: {branches: {only: main}}}}]`"


def check_workflow(compilation: Compilation, node: Mapping, name: str, scope: Scope) -> None:
    """Report what a workflow's own keys have wrong, apart from its conditions and jobs."""
    needs_version_2_1(compilation, node.fields, NEWER_KEYS, f"workflow '{name}'", scope)
    meant = misspelt_jobs(node)
    for key, field in node.fields.items():
        if key not in WORKFLOW_KEYS and key != meant:
            guess = nearest(key, WORKFLOW_KEYS)
            message = f"CircleCI ignores the key `{key}` of workflow '{name}'"
            help = f"did you mean `{guess}`?" if guess else _belongs(key)
            compilation.report("ignored-key", message, field.key.span, scope, help=help, suggestion=guess)
    reruns = node.get("max_auto_reruns")
    if reruns is not None:
        check_reruns(compilation, compilation.fill(reruns, scope), scope)
    triggers = node.get("triggers")
    if triggers is not None and compilation.templates:
        _check_triggers(compilation, triggers, scope)


def misspelt_jobs(node: Mapping) -> str | None:
    """The key of a workflow without `jobs` that comes near to it."""
    return None if "jobs" in node.fields else next((key for key in node.fields if nearest(key, ("jobs",))), None)


def _belongs(key: str) -> str:
    if key in ("filters", "context", "requires", "matrix", "pre-steps", "post-steps", "serial-group"):
        return f"`{key}` belongs to the entry of a job"
    return f"the keys are {', '.join(sorted(WORKFLOW_KEYS))} (as of {GRAMMAR_DATE})"


def _check_triggers(compilation: Compilation, node: Content, scope: Scope) -> None:
    """Report triggers that are no schedules with a cron line and a branch filter (circleci.md 6.6)."""
    if type(node) is not Sequence:
        if not is_empty(node):
            compilation.report("workflow", "`triggers` must be a list", node.span, scope, help=_TRIGGER_HELP)
        return
    for item in node.elements:
        schedule = item.get("schedule") if type(item) is Mapping else None
        if type(schedule) is not Mapping:
            message = "a trigger must be a `schedule` with `cron` and `filters`"
            compilation.report("workflow", message, item.span, scope, help=_TRIGGER_HELP)
            continue
        for key in ("cron", "filters"):
            if is_empty(schedule.get(key)):
                message = f"required key [{key}] not found in `schedule`"
                compilation.report("workflow", message, schedule.span, scope, help=_TRIGGER_HELP)
        filters = schedule.get("filters")
        if type(filters) is not Mapping:
            continue
        check_filters(compilation, filters, scope)
        branches = filters.get("branches")
        if branches is None or (type(branches) is Mapping and not branches.fields.keys() & set(FILTER_LIST_KEYS)):
            message = "the `filters` of a schedule need `branches` with `only` or `ignore`"
            compilation.report("workflow", message, filters.span, scope, help="write `branches: {only: main}`")


def check_serial_group(compilation: Compilation, node: Content, scope: Scope) -> None:
    """Report a `serial-group` that CircleCI refuses."""
    if not isinstance(node, Scalar):
        compilation.report("value", "`serial-group` must be a string", node.span, scope)
    elif is_known(node):
        text = node.text
        if not text.strip():
            compilation.report("value", "`serial-group` must not be blank", node.span, scope)
        elif len(text) > _LONGEST_SERIAL_GROUP:
            message = f"`serial-group` has {len(text)} characters; CircleCI allows {_LONGEST_SERIAL_GROUP}"
            compilation.report("value", message, node.span, scope)
        elif not _SERIAL_GROUP.fullmatch(text):
            message = f"`serial-group` takes letters, digits and `.`, `_`, `/`, `-`, but is `{text}`"
            compilation.report("value", message, node.span, scope)


def check_filters(compilation: Compilation, node: Content, scope: Scope) -> None:
    """Report what is wrong with the form of `filters` given as a map (circleci.md 6.3)."""
    if type(node) is not Mapping:
        return
    for name, field in node.fields.items():
        if name not in FILTER_KEYS:
            guess = nearest(name, FILTER_KEYS)
            message = f"extraneous key [{name}] is not permitted in `filters`"
            help = f"did you mean `{guess}`?" if guess else "`filters` takes `branches` and `tags`"
            compilation.report("unknown-key", message, field.key.span, scope, help=help, suggestion=guess)
        elif type(field.value) is Mapping:
            for inner, option in field.value.fields.items():
                if inner not in FILTER_LIST_KEYS:
                    guess = nearest(inner, FILTER_LIST_KEYS)
                    message = f"extraneous key [{inner}] is not permitted in `{name}`"
                    help = f"did you mean `{guess}`?" if guess else f"`{name}` takes `only` and `ignore`"
                    compilation.report("unknown-key", message, option.key.span, scope, help=help, suggestion=guess)
        elif type(field.value) is Sequence or not is_empty(field.value):
            message = f"`{name}` must be a mapping with `only` or `ignore`"
            compilation.report("value", message, field.value.span, scope, help=f"write `{name}: {{only: [..]}}`")
