"""Answers from flags, else from a terminal, else what is suggested; all that is missing is told at once."""

from __future__ import annotations

import sys

from orbgen.cli.answers import WrongAnswerError, expected, read_answer, split
from orbgen.cli.exits import UsageProblem
from orbgen.cli.init_questions import Form, Question
from orbgen.cli.terminal import say, say_error

_LONGEST_CHOICES = 50  # characters


class Asking:
    """Finds the answer to one question after another; `answers` holds those found, by the questions' names."""

    def __init__(self, given: dict[str, object], suggestions: dict[str, tuple[str, ...]], *, yes: bool) -> None:
        """`given` are the flags' values by the questions' names, `suggestions` words that a look around found."""
        self.terminal = sys.stdin.isatty() and sys.stderr.isatty()
        self.answers: dict[str, object] = {}
        self.missing: list[Question] = []
        self._given = given
        self._suggestions = suggestions
        self._yes = yes

    def ask(self, question: Question) -> object:
        """The answer to a question; None where there is nothing to ask, or nobody to ask it.

        Raises UsageProblem for a flag whose value cannot be right, and KeyboardInterrupt where the user gives up.
        """
        answer = self.answers.get(question.name)
        if answer is None:
            answer = self._flag(question)
        if answer is None and question.asked and question.applies(self.answers):
            answer = self._asked(question)
        if answer is not None:
            self.answers[question.name] = answer
        return answer

    def is_given(self, question: Question) -> bool:
        """Whether a flag answers a question."""
        return self._given.get(question.name) not in (None, (), False)

    def know(self, question: Question, word: str) -> bool:
        """Take what was found out for the answer, unless a flag says otherwise; whether it can be one."""
        if self.is_given(question):
            return True
        try:
            self.answers[question.name] = read_answer(question, (word,))
        except WrongAnswerError:
            return False
        return True

    def suggest(self, suggestions: dict[str, tuple[str, ...]]) -> None:
        """Add words that are likely answers, by the questions' names."""
        self._suggestions = {**self._suggestions, **suggestions}

    def suggestion(self, question: Question) -> tuple[str, ...]:
        """The words that are suggested as the answer to a question; none that could not be right."""
        found = self._suggestions.get(question.name, ())
        for words in (found, (question.suggested,) if question.suggested is not None else ()):
            try:
                if words and read_answer(question, words):
                    return words
            except WrongAnswerError:
                continue
        return ()

    def require_all(self) -> None:
        """Raises UsageProblem for the questions that nobody could be asked."""
        if not self.missing:
            return
        reason = "since there is no terminal to ask on"
        flags = [question.flag for question in self.missing]
        if len(flags) == 1:
            raise UsageProblem(f"{flags[0]} is needed, {reason}: {self.missing[0].ask}")
        raise UsageProblem(f"{', '.join(flags[:-1])} and {flags[-1]} are needed, {reason}")

    def _flag(self, question: Question) -> object:
        """The answer that the question's flag gives."""
        if not self.is_given(question):
            return None
        value = self._given[question.name]
        if question.form is Form.SWITCH:
            return value
        words = value if isinstance(value, tuple) else (str(value),)
        try:
            return read_answer(question, words)
        except WrongAnswerError as error:
            raise UsageProblem(f"{question.flag} {' '.join(words)}: {error}") from None

    def _asked(self, question: Question) -> object:
        words = self.suggestion(question)
        if words and (self._yes or not self.terminal):
            return read_answer(question, words)
        if not self.terminal:
            self.missing.append(question)
            return None
        return self._prompt(question, words)

    def _prompt(self, question: Question, words: tuple[str, ...]) -> object:
        choices = f" ({', '.join(question.choices)})" if question.choices else ""
        if len(choices) > _LONGEST_CHOICES:
            say(", ".join(question.choices), "choices")
            choices = ""
        shown = (" " if question.form is Form.RULES else ", ").join(words)
        while True:
            line = _typed(f"{question.ask}{choices}", shown)
            try:
                if not line:
                    raise WrongAnswerError(f"needs an answer: {expected(question)}")
                return read_answer(question, split(question, line))
            except WrongAnswerError as error:
                say_error(f"{line or 'this'} {error}")


def confirmed(question: str) -> bool:
    """Whether the user at the terminal agrees. Raises KeyboardInterrupt where they give up."""
    return _typed(f"{question} [y/N]", "", suffix=" ").lower() in ("y", "yes")


def _typed(text: str, suggested: str, suffix: str = ": ") -> str:
    import click

    try:
        line: str = click.prompt(
            text, default=suggested, show_default=bool(suggested), prompt_suffix=suffix, value_proc=str, err=True
        )
    except click.Abort:
        raise KeyboardInterrupt from None
    return line.strip()
