"""Running the rules over one file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from orbgen.lint.context import Context
from orbgen.lint.file_context import FileContext, RunJoin
from orbgen.lint.findings import Confidence, Finding, Given, Persona, Rule, Sees, Severity
from orbgen.lint.identity import identified
from orbgen.lint.precedence import prevailing
from orbgen.project.facts import Facts
from orbgen.source.lazy_patterns import lazy_pattern

if TYPE_CHECKING:
    from orbgen.lint.mending.fixes import Fix, Mender
    from orbgen.lint.teleport_context import TeleportContext

RULES_FOLDER = os.path.join(os.path.dirname(__file__), "rules")
_RULE = "\nRULE = Rule(\n"
# One line of it, or several for a tuple of strings.
_SETTING = lazy_pattern(
    r"    ([a-z]+)=(?:\"([^\"\\\n]*)\"|\(((?:\s*\"[^\"\\\n]*\",?)+)\s*\)|([A-Z][a-z]+)\.([A-Z_]+)),(?:  #.*)?\n"
)
_STRING = lazy_pattern(r"\"([^\"]*)\"")
_OF_CONFIGURATIONS = frozenset((Sees.FILE, Sees.CONFIG, Sees.JOB_RUN, Sees.STEP, Sees.SCRIPT, Sees.ORB))
_KINDS: dict[str, Any] = {
    "Confidence": Confidence, "Given": Given, "Persona": Persona, "Sees": Sees, "Severity": Severity,
}  # fmt: skip


class LoadedRule(msgspec.Struct, frozen=True, eq=False):
    """A rule, its module, which is imported when it is asked to check something, and the page beside it."""

    rule: Rule
    module: str
    page: str

    @property
    def check(self) -> Callable[..., Iterator[Finding]]:
        """What the rule looks with."""
        found: Callable[..., Iterator[Finding]] = _import(self.module).check
        return found

    @property
    def fix(self) -> Callable[[Finding, Mender], Fix | None] | None:
        """What mends the rule's findings; None where nothing can."""
        return getattr(_import(self.module), "fix", None)


def load_rules() -> tuple[LoadedRule, ...]:
    """Every rule in the rules folder, by name. A rule is a module with `RULE` and `check` in one of its groups."""
    found = []
    for group in os.listdir(RULES_FOLDER):
        if group.startswith("_") or "." in group:
            continue
        folder = os.path.join(RULES_FOLDER, group)
        for file in os.listdir(folder):
            if file.endswith(".py") and not file.startswith("_"):
                found.append(_load(folder, group, file.removesuffix(".py")))
    return tuple(sorted(found, key=lambda loaded: loaded.rule.name))


def _load(folder: str, group: str, name: str) -> LoadedRule:
    path = os.path.join(folder, name)
    module = f"orbgen.lint.rules.{group}.{name}"
    with open(f"{path}.py", encoding="utf-8") as file:
        rule = written_rule(file.read())
    return LoadedRule(rule or _import(module).RULE, module, f"{path}.md")


def written_rule(code: str) -> Rule | None:
    """The `RULE` of a module by what is written there; None where that is more than plain values.

    Most rules have nothing to say to most files, and importing them all takes longer than linting one file.
    """
    start = code.find(_RULE)
    end = code.find("\n)\n", start)
    body = code[start + len(_RULE) : end + 1]
    given: dict[str, Any] = {}
    position = 0
    for match in _SETTING.finditer(body):
        if match.start() != position:
            return None
        position = match.end()
        text, words, kind, member = match.group(2, 3, 4, 5)
        if kind is not None:
            given[match[1]] = _KINDS[kind][member]
        else:
            given[match[1]] = text if words is None else tuple(_STRING.findall(words))
    return Rule(**given) if start >= 0 and given and position == len(body) else None


def _import(module: str) -> Any:
    found = sys.modules.get(module)
    if found is None:
        from importlib import import_module

        found = import_module(module)
    return found


def run_rules(rules: tuple[LoadedRule, ...], context: Context) -> list[Finding]:
    """What the rules see in one configuration, in the order of the places, one finding for one place."""
    found: list[Finding] = []
    by_subject: dict[Sees, list[Callable[..., Iterator[Finding]]]] = {subject: [] for subject in Sees}
    for loaded in rules:
        if loaded.rule.sees in _OF_CONFIGURATIONS and _has_reason(loaded.rule, context):
            by_subject[loaded.rule.sees].append(loaded.check)
    for check in (*by_subject[Sees.FILE], *by_subject[Sees.CONFIG], *by_subject[Sees.ORB]):
        found.extend(check(context))
    for check in by_subject[Sees.JOB_RUN]:
        for run in context.pipeline.job_runs:
            found.extend(check(run, context))
    steps = list(context.run_steps()) if by_subject[Sees.STEP] else []
    for check in by_subject[Sees.STEP]:
        for run_step in steps:
            found.extend(check(run_step, context))
    scripts = list(context.scripts()) if by_subject[Sees.SCRIPT] else []
    for check in by_subject[Sees.SCRIPT]:
        for step_script in scripts:
            found.extend(check(step_script, context))
    joins = context.run_joins() if any([loaded.rule.sees is Sees.TBOT for loaded in rules]) else ()
    found.extend(_about_joins(rules, tuple(joins), context))
    return sorted(_merge(prevailing(found)), key=_order)


def run_teleport_rules(rules: tuple[LoadedRule, ...], context: TeleportContext) -> list[Finding]:
    """What the rules see in one of Teleport's files, in the order of the places."""
    from orbgen.teleport.resources import Bot, Role, Token

    found: list[Finding] = []
    subjects = {Sees.TOKEN: Token, Sees.BOT: Bot, Sees.ROLE: Role}
    for loaded in rules:
        sees = loaded.rule.sees
        if sees is Sees.FILE:
            found.extend(loaded.check(context))
        for resource in context.resources if sees in subjects else ():
            if isinstance(resource, subjects[sees]):
                found.extend(loaded.check(resource, context))
    found.extend(_about_joins(rules, tuple(context.run_joins()), context))
    return sorted(_merge(prevailing(found)), key=_order)


def _about_joins(rules: tuple[LoadedRule, ...], joins: tuple[RunJoin, ...], context: FileContext) -> Iterator[Finding]:
    """What the rules about joins see. Where nothing joins, none of them is imported."""
    for loaded in rules if joins else ():
        if loaded.rule.sees is Sees.TBOT:
            for at in joins:
                yield from loaded.check(at, context)


def _has_reason(rule: Rule, context: Context) -> bool:
    if rule.sees is Sees.ORB and not context.is_orb:
        return False
    if rule.needs and context.vocabulary.may_hold(rule.needs):
        return True
    if rule.given is Given.PROBLEMS:
        return bool(context.problems)
    if rule.given is Given.PLAN:
        return context.facts != Facts()
    return not rule.needs


def ignored_and_unused(
    rules: tuple[LoadedRule, ...],
    known: tuple[str, ...],
    findings: list[Finding],
    context: FileContext,
    *,
    all_run: bool,
) -> list[Finding]:
    """The findings that no ignore comment covers, and those about the ignores themselves.

    An ignore is not called unused if the run could not have found what it names: its rule was not run (`all_run` says
    that none was left out), an orb is missing, or it is about joins and stands in a tbot.yaml that configurations read.
    """
    kept, used = context.ignores.split(findings)
    for ignores in context.ignores_beside():
        kept, _ = ignores.split(kept)
    for loaded in rules:
        if loaded.rule.sees is Sees.IGNORES:
            ran = {one.rule.name for one in rules}
            names = [name for ignore in context.ignores.found for name in ignore.names if name not in used]
            whole = all_run and not any([orb.used for orb in context.missing_orbs])
            unused = [name for name in names if name.rule not in known or (whole and name.rule in ran)]
            elsewhere = {one.rule.name for one in rules if one.rule.sees is Sees.TBOT}
            if not elsewhere.isdisjoint([name.rule for name in unused]) and context.is_read_elsewhere():
                unused = [name for name in unused if name.rule not in elsewhere]
            if unused or context.ignores.malformed:
                about = identified(list(loaded.check(tuple(unused), known, context)), context.written_path)
                kept = sorted([*kept, *about], key=_order)
    return kept


def _order(finding: Finding) -> tuple[str, int, str, str]:
    return finding.primary.source.name, finding.primary.start, finding.name, finding.message


def _merge(findings: list[Finding]) -> Iterator[Finding]:
    """Findings of one rule and kind at one place as one, which names all its job runs and has the highest severity."""
    by_place: dict[tuple[str, str, int, int], list[Finding]] = {}
    for finding in findings:
        span = finding.primary
        by_place.setdefault((finding.name, span.source.name, span.start, span.end), []).append(finding)
    for group in by_place.values():
        first = min(group, key=lambda finding: (-finding.severity.rank, finding.path))
        if len(group) > 1:
            runs = tuple(dict.fromkeys([run for finding in group for run in finding.job_runs]))
            hidden = tuple(dict.fromkeys([span for finding in group for span in finding.hidden]))
            first = msgspec.structs.replace(first, job_runs=runs, hidden=hidden)
        yield first
