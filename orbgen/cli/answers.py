"""Answers in the words of a flag or of a terminal: read, and checked against the plan's schema."""

from __future__ import annotations

from typing import Any

from orbgen.cli.init_questions import Form, Question
from orbgen.source.names import nearest

SEPARATOR = ","
_FORMS = {Form.LABELS: "name=value, such as env=staging", Form.RULES: "resource:verb,verb, such as node:list,read"}


class WrongAnswerError(ValueError):
    """An answer that cannot be right; the message says why, as it follows the answer."""


def read_answer(question: Question, words: tuple[str, ...]) -> object:
    """What some words mean as the answer to a question. Raises WrongAnswerError."""
    if question.form is Form.LABELS:
        return dict([_label(question, word) for word in words])
    if question.form is Form.RULES:
        return [_rule(question, word) for word in words]
    if question.form is Form.LIST:
        return [_checked(question, word) for word in words]
    (word,) = words
    if question.form is Form.NUMBER:
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 6 else None
        return _checked(question, number)
    return _checked(question, word)


def split(question: Question, line: str) -> tuple[str, ...]:
    """The words of a line that answers a question; commas stand between several."""
    if question.form in (Form.LIST, Form.LABELS):
        return tuple([word.strip() for word in line.split(SEPARATOR) if word.strip()])
    return (line,) if question.form is not Form.RULES else tuple(line.split())


def expected(question: Question) -> str:
    """What an answer has to be, in a few words."""
    if question.form in (Form.LABELS, Form.RULES):
        return _FORMS[question.form]
    from orbgen.project.plan import plan_part

    return _expected(plan_part(*question.place))


def _label(question: Question, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise WrongAnswerError(f"must be {_FORMS[Form.LABELS]}")
    _check((*question.place[:-1], "propertyNames"), name)
    _check(question.place, value)
    return name, value


def _rule(question: Question, text: str) -> dict[str, list[str]]:
    resources, colon, verbs = text.partition(":")
    if not colon:
        raise WrongAnswerError(f"must be {_FORMS[Form.RULES]}")
    rule = {"resources": resources.split(SEPARATOR), "verbs": verbs.split(SEPARATOR)}
    for key, words in rule.items():
        for word in words:
            _check((*question.place, "items", "properties", key, "items"), word)
    return rule


def _checked(question: Question, value: object) -> object:
    _check(question.place, value)
    return value


def _check(place: tuple[str, ...], value: object) -> None:
    """Raises WrongAnswerError for what the plan's schema does not accept."""
    from orbgen.project.plan import plan_part
    from orbgen.source.schemas import fits

    schema = plan_part(*place)
    if fits(value, schema):
        return
    guess = nearest(str(value), [str(word) for word in schema.get("enum", ())])
    raise WrongAnswerError(f"must be {_expected(schema)}" + (f"; did you mean {guess}?" if guess else ""))


def _expected(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return f"one of {', '.join([str(word) for word in schema['enum']])}"
    return str(schema["x-expected"])
