"""The questions of `orbgen init` in their order: the two systems, the job, and the context that it joins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orbgen.cli.asking import Asking, confirmed
from orbgen.cli.exits import UsageProblem
from orbgen.cli.init_plan import checked, plan_of
from orbgen.cli.init_questions import (
    ALL,
    CONTEXT,
    CONTEXT_ID,
    JOB,
    KIND,
    KINDS,
    ORB,
    ORGANIZATION,
    PROXY,
    STYLE,
    SYSTEMS,
    Question,
)
from orbgen.cli.init_suggestions import suggested_kind, suggestions, suggestions_for
from orbgen.cli.notes import note
from orbgen.cli.terminal import say

if TYPE_CHECKING:
    from orbgen.cli.init_online import Online
    from orbgen.project.survey import Survey

_HOSTS = {"github.com": "GitHub", "bitbucket.org": "Bitbucket", "gitlab.com": "GitLab"}
# Takes the place of the id of a context that is still to be made, so that all else can be checked before.
_NO_ID = "00000000-0000-0000-0000-000000000000"


class Interview:
    """Asks what has to be known. `asking` holds the answers; `context_missing` says that there is no such context."""

    def __init__(self, given: dict[str, Any], found: Survey, *, yes: bool) -> None:
        """`given` are the flags' values by the questions' names. Raises UsageProblem for flags at odds."""
        self.found = found
        self.asking = Asking(given, suggestions(found), yes=yes)
        self.context_missing = False
        self._kinds_of_flags = _kinds_of_flags([question for question in ALL if self.asking.is_given(question)])
        self._may_offer = self.asking.terminal and not yes

    def introduce(self) -> None:
        """Say on a terminal what the look at the repository found."""
        if self.asking.terminal:
            note(_seen(self.found))
            note("Enter takes the answer in brackets.\n")

    def about_systems(self, remote: Online | None, slug: str | None) -> None:
        """Ask where Teleport is, and which project of CircleCI this is, as far as that cannot be looked up."""
        for question in SYSTEMS:
            if question is ORGANIZATION and remote is not None:
                remote.look_up_project(self.found, slug)
            answer = self.asking.ask(question)
            if remote is None or answer is None:
                continue
            if question is PROXY:
                remote.look_up_cluster(str(answer))
            organization = self.asking.answers.get(ORGANIZATION.name)
            if question is CONTEXT and organization is not None and not self.asking.is_given(CONTEXT_ID):
                self.context_missing = not remote.look_up_context(str(organization), str(answer))

    def about_the_job(self) -> None:
        """Ask what is to be reached, and how."""
        if self._kinds_of_flags != KINDS and not self.asking.is_given(KIND):
            self.asking.know(KIND, self._kinds_of_flags[0])
        else:
            self.asking.suggest({KIND.name: (suggested_kind(self.found),)})
        kind = str(self.asking.ask(KIND))
        if kind not in self._kinds_of_flags:
            flags = [one for one in ALL if self.asking.is_given(one) and not one.is_for(kind)]
            raise UsageProblem(f"{flags[0].flag} is for {', '.join(flags[0].kinds)}, not for {kind}")
        self.asking.suggest(suggestions_for(kind, self.found))
        if self.asking.is_given(ORB):
            self.asking.know(STYLE, "orb")
        for question in JOB:
            if question.is_for(kind):
                self.asking.ask(question)

    def context_id(self, remote: Online | None, path: str, *, create: bool) -> str | None:
        """The id of the context, which is made first if it is missing and the user wants that; None if nobody knows it.

        Raises UsageProblem where the plan cannot be right otherwise, and RemoteError where the context cannot be made.
        """
        if remote is not None and self.context_missing and (create or self._may_offer) and not self.asking.missing:
            from orbgen.generate.next_steps import restriction
            from orbgen.generate.plan_file import plan_text

            answers = self.asking.answers
            name = str(answers[CONTEXT.name])
            expression = restriction(checked(plan_text(plan_of(answers, self.found, _NO_ID, ())), path))
            if not create:
                note(f"Jobs will get the context {name} only where this holds:\n\n    {expression}\n")
            if create or confirmed(f"Make the context {name} with this restriction?"):
                return remote.make_context(str(answers[ORGANIZATION.name]), name, expression)
        if self.context_missing and not self._may_offer:
            say("--create-context makes the context, restricted to the job's branches", "note")
        answer = self.asking.ask(CONTEXT_ID)
        return None if answer is None else str(answer)


def _kinds_of_flags(given: list[Question]) -> tuple[str, ...]:
    """The kinds of access that all of some flags are for. Raises UsageProblem where there is none."""
    kinds: tuple[str, ...] = KINDS
    narrowest: Question | None = None
    for question in given:
        left = tuple([kind for kind in kinds if question.is_for(kind)])
        if not left and narrowest is not None:
            raise UsageProblem(
                f"{narrowest.flag} is for {', '.join(narrowest.kinds)}, and {question.flag} for "
                f"{', '.join(question.kinds)}; give one of the two"
            )
        if left != kinds:
            kinds, narrowest = left, question
    return kinds


def _seen(found: Survey) -> str:
    """One line about a repository."""
    host = next((name for host, name in _HOSTS.items() if host in found.git.remote), None)
    who = f"{found.git.owner}/{found.git.repository}" if found.git.owner else found.name
    parts = [f"This is {who}{f' on {host}' if host else ''}, with the default branch {found.branch}"]
    parts.append(f"it has {found.config.path}" if found.config is not None else "it has no CircleCI configuration yet")
    teleport = found.teleport
    files = [path for path, _ in (*teleport.tokens, *teleport.bots, *teleport.roles)]
    files += [one.path for one in teleport.tbot_files]
    if files:
        parts.append(f"Teleport's files are {', '.join(dict.fromkeys(files))}")
    used = [*[f"{tool.name} ({tool.path})" for tool in found.tools], *found.languages]
    if used:
        parts.append(f"it uses {', '.join(used)}")
    if not found.complete:
        parts.append("it has more files than were looked at")
    return "; ".join(parts) + "."
