"""Questions about ways: from where, through which job or bot, to what."""

from __future__ import annotations

import re

import msgspec

from orbgen.access.scenarios import on_branch, on_tag
from orbgen.teleport.reach import Reach, Target
from orbgen.trace.starts import Exposure
from orbgen.trace.ways import Way

_TARGETS = {
    "node": Target.NODES,
    "app": Target.APPLICATIONS,
    "db": Target.DATABASES,
    "kube": Target.KUBERNETES,
    "desktop": Target.DESKTOPS,
    "workload": Target.WORKLOADS,
    "teleport": Target.TELEPORT,
}
_FROM = ("branch", "tag", "fork", "schedule", "api")
_LABEL = re.compile(r"[^=,]+=[^=,]*")


class QuestionError(ValueError):
    """A question that is not asked in a form that can be answered."""


class Question(msgspec.Struct, frozen=True):
    """What a way has to be like; empty where that does not matter.

    `to` is a kind of target with labels, as `node:env=prod`, or `context:NAME`; `start` is `branch:any`, `branch:NAME`,
    `tag`, `fork`, `schedule` or `api`.
    """

    to: str = ""
    start: str = ""
    job: str = ""
    bot: str = ""

    def check(self) -> None:
        """Raises QuestionError where it cannot be answered."""
        kind, _, rest = self.to.partition(":")
        if self.to and kind != "context" and kind not in _TARGETS:
            known = ", ".join([*_TARGETS, "context"])
            raise QuestionError(f"--to takes one of {known}, as in node:env=prod or context:NAME, not '{self.to}'")
        if kind == "context" and not rest:
            raise QuestionError("--to context:NAME wants the name of a context")
        wrong = [part for part in rest.split(",") if rest and kind != "context" and not _LABEL.fullmatch(part)]
        if wrong:
            raise QuestionError(f"--to {self.to}: '{wrong[0]}' is no label; write them as in node:env=prod,team=web")
        if self.start and self.start.partition(":")[0] not in _FROM:
            raise QuestionError(f"--from takes branch:any, branch:NAME, tag, fork, schedule or api, not '{self.start}'")

    def fits(self, way: Way) -> bool:
        """Whether a way is one that is asked for."""
        named = self.job in ("", way.job, f"{way.workflow}/{way.job}") and self.bot in ("", way.bot)
        return named and self.leads(way) and self.starts(way)

    def leads(self, way: Way) -> bool:
        """Whether a way comes to what is asked for, for all that is known."""
        kind, _, rest = self.to.partition(":")
        if not kind:
            return True
        if kind == "context":
            return rest in way.contexts
        if way.refused is not None:
            return False
        labels = [part.partition("=") for part in rest.split(",") if part]
        wanted = {name: value for name, _, value in labels}
        return any([reach.target is _TARGETS[kind] and _may_match(reach, wanted) for reach in way.reaches])

    def starts(self, way: Way) -> bool:
        """Whether a way begins where the question does."""
        kind, _, name = self.start.partition(":")
        if not kind:
            return True
        step = way.grant.run
        if kind == "branch" and name not in ("", "any"):
            return way.gates.runs_in(step, (on_branch(name),)) is not False
        if kind == "tag" and name not in ("", "any"):
            return way.gates.runs_in(step, (on_tag(name),)) is not False
        if kind in ("branch", "fork"):
            return way.exposure is Exposure.OPEN and "branch" in way.kinds
        if kind == "api":
            return way.exposure in (Exposure.OPEN, Exposure.WEAK) and "text" not in way.kinds
        return kind in way.kinds


def _may_match(reach: Reach, wanted: dict[str, str]) -> bool:
    """Whether something with some labels, and perhaps others, may be among what is reached."""
    if reach.everything or reach.expression is not None or reach.unclear:
        return True
    return all([_takes(values, wanted[name]) for name, values in reach.labels if name in wanted])


def _takes(values: tuple[str, ...], text: str) -> bool:
    """Whether one of a label's values takes in a text, as Teleport compares them."""
    for value in values:
        if value == "*" or value == text:
            return True
        if value.startswith("^") and value.endswith("$"):
            try:
                if re.fullmatch(value[1:-1], text):
                    return True
            except re.error:
                return True
        elif "*" in value and re.fullmatch(re.escape(value).replace(r"\*", ".*"), text):
            return True
    return False
