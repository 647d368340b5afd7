"""Fixes stay only if they do what they say, each alone or many at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.context import Context, StepScript
from orbgen.lint.engine import LoadedRule
from orbgen.lint.findings import Confidence, Finding, Rule, Sees, Severity
from orbgen.lint.mending.fixes import Fix, Mender
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.mending.mended import Mended
from orbgen.lint.run import Linter
from orbgen.source.edits import Edit
from orbgen.source.nodes import Scalar
from orbgen.source.problems import EditError, Problem
from tests.lint.linting import EVERYTHING

BAD = Rule("bad-word", Sees.SCRIPT, Severity.LOW, Confidence.HIGH, "0.1")
WORSE = Rule("worse-word", Sees.SCRIPT, Severity.LOW, Confidence.HIGH, "0.1")
Fixing = Callable[[Finding, Mender], "Fix | None"]


def config(*scripts: str, entries: str = "[build]") -> str:
    steps = "".join([f"      - run: {script}\n" for script in scripts])
    return (
        'version: 2.1\njobs:\n  build:\n    docker: [{image: "cimg/base:2026.01"}]\n'
        f"    steps:\n{steps}workflows:\n  main:\n    jobs: {entries}\n"
    )


def finding_words(rule: Rule, word: str) -> Callable[..., Iterator[Finding]]:
    def check(script: StepScript, context: Context) -> Iterator[Finding]:
        if word in script.text.text:
            yield context.found(rule, script.at.run, f"a {word}", script.text.span, path=f"{script.at.path}/command")

    return check


def writing(text: str, *, safe: bool = True, declared: bool = True) -> Fixing:
    """A fix that writes `text` in the place of the word; it says what that changes where `declared`."""

    def fix(finding: Finding, mender: Mender) -> Fix:
        node = mender.node_at(finding.primary)
        assert isinstance(node, Scalar)
        new = node.text.replace("bad", text)
        changes = mender.scripts_with(node) if declared else ()
        return Fix("write another word", mender.replace(node, new), changes, safe)

    return fix


def loaded(rule: Rule, check: Callable[..., Iterator[Finding]], fix: Fixing | None = None) -> LoadedRule:
    """A rule of a module that is made here."""
    module = ModuleType(f"tests.made.{rule.name}")
    module.__dict__.update({"RULE": rule, "check": check, "fix": fix})
    sys.modules[module.__name__] = module
    return LoadedRule(rule, module.__name__, "")


def mended(text: str, fix: Fixing, *, unsafe: bool = False) -> Mended:
    rules = (loaded(BAD, finding_words(BAD, "bad"), fix), loaded(WORSE, finding_words(WORSE, "worse")))
    found = Fixer(Linter(rules, OrbStore(), EVERYTHING), unsafe=unsafe).mend(text.encode(), "config.yml", named=True)
    assert found is not None
    return found


def reasons(found: Mended) -> list[str]:
    return [refused.reason for refused in found.refused]


def test_a_fix_is_made_and_all_else_is_kept():
    text = config("make bad # first", "make", "make bad")
    found = mended(text, writing("good"))
    assert found.after.decode() == text.replace("bad", "good")
    assert [finding.name for finding, _ in found.made] == ["bad-word", "bad-word"]
    assert found.last.findings == ()
    assert len(found.first.findings) == 2


def test_an_unsafe_fix_is_only_made_where_it_is_wanted():
    text = config("make bad", "make bad again")
    found = mended(text, writing("good", safe=False))
    assert (found.after.decode(), found.unsafe) == (text, 2)
    found = mended(text, writing("good", safe=False), unsafe=True)
    assert (found.after.decode(), found.unsafe) == (text.replace("bad", "good"), 0)


def test_a_fix_that_changes_more_than_it_says_is_taken_back():
    text = config("make bad")
    found = mended(text, writing("good", declared=False))
    assert found.after.decode() == text
    assert reasons(found) == ["it would change `main/build/steps/0/command` of the compiled pipeline too"]


def test_a_fix_that_mends_nothing_is_taken_back():
    found = mended(config("make bad"), writing("bad bad"))
    assert reasons(found) == ["it would not mend bad-word"]


def test_a_fix_that_brings_another_finding_is_taken_back():
    text = config("make bad")
    found = mended(text, writing("worse"))
    assert found.after.decode() == text
    assert reasons(found) == ["it would bring worse-word"]


def test_a_fix_that_breaks_the_file_is_taken_back():
    def fix(finding: Finding, mender: Mender) -> Fix:
        return Fix("break it", (Edit(finding.primary, "[: {"),), ("main",))

    text = config("make bad")
    found = mended(text, fix, unsafe=True)
    assert found.after.decode() == text
    assert len(found.refused) == 1


def test_a_fix_that_cannot_be_made_says_why():
    def fix(finding: Finding, mender: Mender) -> Fix:
        raise EditError(Problem("edit", "this stands in the way", finding.primary))

    assert reasons(mended(config("make bad"), fix)) == ["this stands in the way"]


def test_one_bad_fix_keeps_no_other_from_being_made():
    def fix(finding: Finding, mender: Mender) -> Fix | None:
        return writing("good", declared="7" not in finding.primary.text)(finding, mender)

    text = config(*[f"make {number} bad" for number in range(12)])
    found = mended(text, fix)
    assert found.after.decode() == text.replace("bad", "good").replace("7 good", "7 bad")
    assert len(found.made) == 11
    assert len(found.refused) == 1


def test_fixes_of_one_text_are_made_one_after_the_other():
    """Two findings in one script: the second fix is made of what the first one left."""

    def check(script: StepScript, context: Context) -> Iterator[Finding]:
        for index, word in enumerate(script.text.text.split()):
            if word == "bad":
                start = len(" ".join(script.text.text.split()[:index])) + 1
                yield context.found(BAD, script.at.run, "bad", script.place(start, start + 3), path=str(index))

    def fix(finding: Finding, mender: Mender) -> Fix:
        place = finding.primary
        scalar = next(s.text for s in mender.context.scripts() if s.text.start <= place.start < s.text.end)
        start = place.start - scalar.start
        new = f"{scalar.text[:start]}good{scalar.text[start + 3 :]}"
        return Fix("write it anew", mender.replace(scalar, new), mender.scripts_with(scalar), safe=True)

    text = config("make bad bad bad", "make bad")
    linter = Linter((loaded(BAD, check, fix),), OrbStore(), EVERYTHING)
    found = Fixer(linter, unsafe=False).mend(text.encode(), "config.yml", named=True)
    assert found is not None
    assert found.after.decode() == text.replace("bad", "good")
    assert len(found.made) == 4


def test_the_pipeline_may_differ_in_every_job_run_that_the_script_comes_to():
    text = config("make bad", entries='[build, build: {name: again}, build: {name: "with/slash"}]')
    found = mended(text, writing("good"))
    assert found.after.decode() == text.replace("bad", "good")


def test_a_fix_in_an_anchored_text_says_all_places():
    text = config("&script make bad", "*script")
    found = mended(text, writing("good"))
    assert found.after.decode() == text.replace("bad", "good")
    assert not found.refused


def test_a_workflow_that_is_switched_off_is_compared_too():
    def fix(finding: Finding, mender: Mender) -> Fix:
        node = mender.node_at(finding.primary)
        assert isinstance(node, Scalar)
        scripts = [path for path in mender.scripts_with(node) if path.startswith("main/")]
        return Fix("say half", mender.replace(node, "make good"), tuple(scripts), safe=True)

    text = config("make bad") + "  other:\n    when: false\n    jobs: [build]\n"
    assert reasons(mended(text, fix)) == ["it would change `other/build/steps/0/command` of the compiled pipeline too"]
