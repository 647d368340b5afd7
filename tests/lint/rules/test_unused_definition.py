"""What nothing uses, and what only seems to be unused."""

from __future__ import annotations

from pathlib import Path

import pytest

from orbgen.circleci.orbs import OrbStore
from orbgen.lint.engine import load_rules
from orbgen.lint.findings import Confidence, Persona, Severity
from orbgen.lint.mending.fixing import Fixer
from orbgen.lint.run import Linter
from tests.lint.linting import EVERYTHING, found, job

IMAGE = '[{image: "cimg/base:2026.01"}]'


def names(folder: Path, text: str) -> list[str]:
    """The kinds and texts of what is found."""
    return [f"{finding.kind} {finding.primary.text}" for finding in found(folder, text, "unused-definition")]


def config(
    *, commands: str = "", jobs: str = "", entries: str = "build", more: str = "", steps: str = "checkout"
) -> str:
    return (
        f"version: 2.1\n{more}commands: {{{commands}}}\n"
        f"jobs:\n  build: {{docker: {IMAGE}, steps: [{steps}]}}\n{jobs}"
        f"workflows: {{w: {{jobs: [{entries}]}}}}\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (config(commands="a: {steps: [b]}, b: {steps: [checkout]}"), ["command a", "command b"]),
        (config(commands="a: {steps: [b]}, b: {steps: [checkout]}", steps="b"), ["command a"]),
        (config(commands="a: {steps: [b]}, b: {steps: [checkout]}", steps="a"), []),
        (config(commands="a: {steps: [checkout]}", steps="when: {condition: false, steps: [a]}"), []),
        (config(commands="a: {steps: [checkout]}", entries="build: {pre-steps: [a]}"), []),
        (config(jobs="  x: build\n"), ["job x"]),
        (config(jobs="  x: build\n", entries="x"), []),
        (config(more=f"executors: {{e: {{docker: {IMAGE}}}}}\n"), ["executor e"]),
        (config(more="job-groups: {g: {jobs: [build]}}\n"), ["job-group g"]),
        (config(more="orbs: {o: ns/orb@1.0.0}\n"), ["orb o"]),
        (config(more="orbs: {o: ns/orb@1.0.0}\n", commands="c: {steps: [o/x]}"), ["command c"]),
        (config(more="orbs: {o: ns/orb@1.0.0}\nexecutors: {e: o/x}\n"), ["executor e"]),
        (config(more="orbs: {o: ns/orb@1.0.0}\n", steps='run: "ls << pipeline.number >>/x"'), ["orb o"]),
        (config(more="orbs: {o: {}}\n"), []),
        (config(more="orbs: {o: {commands: {c: {steps: [checkout]}}}}\n"), ["orb o"]),
        (config(more="orbs: {o: {commands: {c: {steps: [checkout]}, d: {steps: [c]}}}}\n", steps="o/c"), []),
    ],
)  # fmt: skip
def test_definitions(tmp_path: Path, text: str, expected: list[str]):
    assert sorted(names(tmp_path, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("c: {parameters: {p: {type: string, default: x}}, steps: [checkout]}", ["parameter p"]),
        ('c: {parameters: {p: {type: string, default: x}}, steps: [run: "<<parameters.p>>"]}', []),
        ("c: {parameters: {p: {type: boolean, default: true}}, "
         "steps: [when: {condition: << parameters.p >>, steps: []}]}", []),
        ('c: {parameters: {p: {type: string, default: x}}, steps: [run: "<< pipeline.parameters.p >>"]}',
         ["parameter p"]),
        ('c: {parameters: {p: {type: string, default: x}, pq: {type: string, default: x}}, '
         'steps: [run: "<< parameters.pq >>"]}', ["parameter p"]),
        ('c: {parameters: {p: {type: boolean, default: true}}, '
         'steps: [run: "<<# parameters.p >>x<</ parameters.p >>"]}', []),
    ],
)  # fmt: skip
def test_parameters_of_elements(tmp_path: Path, text: str, expected: list[str]):
    more = "parameters: {p: {type: string, default: x}, used: {type: string, default: x}}\n"
    steps = 'c, run: "<< pipeline.parameters.p >><< pipeline.parameters.used >>"'
    assert names(tmp_path, config(commands=text, steps=steps, more=more)) == expected


def test_a_parameter_whose_declaration_is_wrong(tmp_path: Path):
    text = config(commands="c: {parameters: {p: {type: strng, default: x}}, steps: [checkout]}", steps="c")
    assert [finding.rule for finding in found(tmp_path, text, "unused-definition", "compile-error")] == [
        "compile-error"
    ]


def test_parameters_that_elements_share(tmp_path: Path):
    shared = "c: {parameters: &p {p: {type: string, default: x}}, steps: [checkout]}, d: {parameters: *p, steps: [%s]}"
    assert names(tmp_path, config(commands=shared % "checkout", steps="c, d")) == ["parameter p"]
    assert names(tmp_path, config(commands=shared % "run: << parameters.p >>", steps="c, d")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (config(more="parameters: {p: {type: string, default: x}}\n"), ["parameter p"]),
        (config(more="parameters: {GHA_Meta: {type: string, default: x}}\n"), []),
        (config(more="parameters: {p: {type: string, default: x}}\n",
                entries="build: {filters: pipeline.parameters.p}"), []),
        (config(more="setup: true\nparameters: {p: {type: string, default: x}}\n"), []),
    ],
)  # fmt: skip
def test_parameters_of_the_pipeline(tmp_path: Path, text: str, expected: list[str]):
    assert names(tmp_path, text) == expected


def test_the_parameters_of_a_continuation(tmp_path: Path):
    folder = tmp_path / ".circleci"
    folder.mkdir()
    (folder / "config.yml").write_text("version: 2.1\nsetup: true\n")
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name == "unused-definition"])
    text = config(more="parameters: {p: {type: string, default: x}}\n", jobs="  x: build\n")
    (folder / "continue.yml").write_text(text)
    result = Linter(rules, OrbStore(), EVERYTHING).lint(str(folder / "continue.yml"), named=True)
    assert [finding.primary.text for finding in result.findings] == ["x"]


@pytest.mark.parametrize(
    "steps",
    [
        "o/x: {before: [a]}",
        "o/x: {before: [{a: {}}]}",
        "o/x: {before: [{when: {condition: true, steps: [c]}}]}",
    ],
)
def test_what_an_orb_that_is_not_at_hand_is_given(tmp_path: Path, steps: str):
    commands = "a: {steps: [b]}, b: {steps: [checkout]}, c: {steps: [a]}"
    left = names(tmp_path, config(commands=commands, steps=steps, more="orbs: {o: ns/orb@1.0.0}\n"))
    assert left in (["command c"], [])
    assert names(tmp_path, config(commands="a: {steps: [checkout]}", entries="o/j: {s: [a]}, build",
                                  more="orbs: {o: ns/orb@1.0.0}\n")) == []  # fmt: skip


def test_behind_a_mistake_whatever_is_named_counts_as_used(tmp_path: Path):
    commands = "a: {steps: [checkout]}, b: {steps: [checkout]}, c: {steps: [checkout]}"
    # The step is no step, so what is in it was not followed.
    broken = "when: {condition: true, stepz: [a]}, b"
    assert names(tmp_path, config(commands=commands, steps=broken)) == ["command c"]


def test_a_misspelt_job_is_no_unused_one(tmp_path: Path):
    text = config(jobs=f"  deploy: {{docker: {IMAGE}, steps: [checkout]}}\n", entries="build, depoly")
    assert "job deploy" not in names(tmp_path, text)


def test_a_part_of_a_configuration(tmp_path: Path):
    text = config(commands="a: {steps: [checkout]}", entries="build, something-of-another-file")
    assert names(tmp_path, text) == []
    assert names(tmp_path, "version: 2.1\ncommands: {a: {steps: [checkout]}}\njobs: {x: {steps: [checkout]}}\n") == []


def test_an_orb_source(tmp_path: Path):
    path = tmp_path / "@orb.yml"
    path.write_text(
        "version: 2.1\ndescription: x\ncommands: {a: {parameters: {p: {type: string}}, steps: [checkout]}}\n"
    )
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name == "unused-definition"])
    assert Linter(rules, OrbStore(), EVERYTHING).lint(str(path)).findings == ()


def test_how_much_they_count(tmp_path: Path):
    text = (
        "version: 2.1\nparameters: {p: {type: string, default: x}}\n"
        f"jobs:\n  old: {{docker: {IMAGE}, steps: [checkout]}}\n  base: &b {{docker: {IMAGE}, steps: [checkout]}}\n"
        "  build: *b\nworkflows: {w: {jobs: [build]}}\n"
    )
    by_name = {finding.primary.text: finding for finding in found(tmp_path, text, "unused-definition")}
    assert by_name["old"].severity is Severity.LOW
    assert by_name["old"].persona is Persona.DEFAULT
    assert by_name["p"].confidence is Confidence.MEDIUM
    assert by_name["base"].persona is Persona.PEDANTIC
    old = text.replace("2.1", "2").replace("parameters: {p: {type: string, default: x}}\n", "")
    by_name = {finding.primary.text: finding for finding in found(tmp_path, old, "unused-definition")}
    assert by_name["old"].confidence is Confidence.MEDIUM


def test_a_job_that_is_an_alias_lends_nothing(tmp_path: Path):
    text = (
        f"version: 2.1\njobs:\n  build: &b {{docker: {IMAGE}, steps: [checkout]}}\n  old: *b\n"
        "workflows: {w: {jobs: [build]}}\n"
    )
    (finding,) = found(tmp_path, text, "unused-definition")
    assert (finding.primary.text, finding.persona) == ("old", Persona.DEFAULT)


def test_a_job_whose_entry_is_an_approval(tmp_path: Path):
    text = config(jobs=f"  hold: {{docker: {IMAGE}, steps: [checkout]}}\n", entries="hold: {type: approval}, build")
    (finding,) = found(tmp_path, text, "unused-definition")
    assert "its entry is an approval" in finding.message
    assert finding.related[0].span.text == "hold"
    assert found(tmp_path, text, "compile-error") == ()
    assert found(tmp_path, text.replace("hold: {type", "hold, hold: {name: x, type"), "unused-definition") == ()


def test_anchors(tmp_path: Path):
    text = job("- run: &a make\n- run: *a\n- run: &b make", more="x: &c [1]\ny: &d {z: 1}\nw: {<<: *d}\n")
    found_here = found(tmp_path, text, "unused-definition")
    assert [finding.primary.text for finding in found_here] == ["&c", "&b"]
    assert {(finding.severity, finding.persona) for finding in found_here} == {(Severity.INFO, Persona.PEDANTIC)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (config(commands="a: {steps: [b]}, b: {steps: [checkout]}"), config(commands="").replace("commands: {}\n", "")),
        (config(commands="a: {steps: [checkout]}, b: {steps: [checkout]}", steps="b"),
         config(commands="b: {steps: [checkout]}", steps="b")),
        (config(commands="c: {parameters: {p: {type: string, default: x}}, steps: [checkout]}", steps="c"),
         config(commands="c: {steps: [checkout]}", steps="c")),
        (config(more="parameters: {p: {type: string, default: x}}\n"), None),
        (config(commands="c: {parameters: {p: {type: string, default: x}}, steps: [checkout]}",
                steps="c: {p: y}"), None),
        (config(jobs="  old: &old {steps: [checkout]}\n", more="x: 1\n").replace("w: {", "w: {x: *old, "), None),
    ],
)  # fmt: skip
def test_the_safe_fix(tmp_path: Path, text: str, expected: str | None):
    rules = tuple([loaded for loaded in load_rules() if loaded.rule.name == "unused-definition"])
    fixer = Fixer(Linter(rules, OrbStore(), EVERYTHING), unsafe=False)
    mended = fixer.mend(text.encode(), str(tmp_path / "config.yml"), named=True)
    assert mended is not None
    assert mended.after.decode() == (text if expected is None else expected)
