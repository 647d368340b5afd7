"""Which rules are run and which findings of them are wanted, by `--select` and `--ignore` (rules.md 2.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from orbgen.lint.findings import Finding
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.names import nearest

_PATTERN = lazy_pattern(r"(?P<rule>[^\[\]*]*)(?P<any>\*)?(?:\[(?P<kind>[^\[\]]+)\])?")


class UnknownRuleError(Exception):
    """A pattern names no rule or kind: one sentence that says so, with the nearest name.

    `text` is the pattern, `message` what is wrong with it, `help` what to do about it.
    """

    def __init__(self, text: str, message: str, help: str) -> None:
        super().__init__(f"{message}; {help}")
        self.text = text
        self.message = message
        self.help = help


class Pattern(msgspec.Struct, frozen=True):
    """A rule by its name, one kind of it as in `rule[kind]`, or all rules of a group as in `teleport-*`."""

    rule: str
    kind: str = ""
    group: bool = False

    def names(self, rule: str) -> bool:
        """Whether this is about a rule, or about a kind of it."""
        return rule.startswith(self.rule) if self.group else rule == self.rule

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is meant."""
        return self.names(finding.rule) and self.kind in ("", finding.kind)


class Selection(msgspec.Struct, frozen=True):
    """What is wanted. Without `select` that is everything; `ignore` has the last word."""

    select: tuple[Pattern, ...] = ()
    ignore: tuple[Pattern, ...] = ()

    def runs(self, rule: str) -> bool:
        """Whether a rule can have findings that are wanted."""
        wanted = not self.select or any([pattern.names(rule) for pattern in self.select])
        return wanted and not any([pattern.names(rule) and not pattern.kind for pattern in self.ignore])

    def names(self, rule: str, kind: str) -> bool:
        """Whether findings of a rule and kind are wanted."""

        def covers(pattern: Pattern) -> bool:
            return pattern.names(rule) and pattern.kind in ("", kind)

        wanted = not self.select or any([covers(pattern) for pattern in self.select])
        return wanted and not any([covers(pattern) for pattern in self.ignore])

    def keeps(self, finding: Finding) -> bool:
        """Whether a finding is wanted."""
        return self.names(finding.rule, finding.kind)


def read_patterns(texts: Iterable[str], rules: tuple[str, ...], page: Callable[[str], str]) -> tuple[Pattern, ...]:
    """The patterns in what a user wrote; commas may stand between several. `page` gives a rule's page, for its kinds.

    Raises UnknownRuleError for one that no rule or kind answers to.
    """
    return tuple([_read(piece.strip(), rules, page) for text in texts for piece in text.split(",") if piece.strip()])


def _read(text: str, rules: tuple[str, ...], page: Callable[[str], str]) -> Pattern:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise UnknownRuleError(text, f"'{text}' is no rule", "write RULE, RULE[KIND] or PREFIX-*")
    pattern = Pattern(match["rule"], match["kind"] or "", match["any"] is not None)
    known = [rule for rule in rules if pattern.names(rule)]
    if not known:
        word = "no rule begins with" if pattern.group else "there is no rule"
        raise UnknownRuleError(text, f"{word} '{pattern.rule}'", _hint(pattern.rule, rules))
    if pattern.kind and not any([names_kind(page(rule), pattern.kind) for rule in known]):
        kinds = [kind for rule in known for kind in _KINDS.findall(page(rule))]
        guess = nearest(pattern.kind, kinds)
        hint = f"did you mean '{guess}'?" if guess else f"orbgen explain {known[0]} tells which there are"
        raise UnknownRuleError(text, f"the rule '{known[0]}' has no kind '{pattern.kind}'", hint)
    return pattern


_KINDS = lazy_pattern(r"`\[?([a-z][a-z0-9-]*)\]?`")


def names_kind(page: str, kind: str) -> bool:
    """Whether a rule's page speaks of a kind."""
    return kind in _KINDS.findall(page)


def _hint(name: str, rules: tuple[str, ...]) -> str:
    guess = suggested(name, rules)
    return f"did you mean '{guess}'?" if guess else "orbgen rules lists all rules"


def suggested(name: str, rules: tuple[str, ...]) -> str | None:
    """The rule that is nearly called so, or the only one whose name holds the words."""
    holding = [rule for rule in rules if name and name in rule]
    return nearest(name, rules) or (holding[0] if len(holding) == 1 else None)
