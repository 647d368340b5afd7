"""Orbs: references, inline orbs, orbs of orbs, and sources that are at hand or missing (circleci.md 7.1 to 7.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.circleci.output import header
from tests.circleci.compiling import DOCKER, chain_of, compiled, only, orbs_of, pipeline_of, run_of, said, told


def say(what: str) -> str:
    return f"commands: {{say: {{steps: [run: {what}]}}}}\n"


def said_by(text: str, store: OrbStore | None = None) -> list[str]:
    """The commands that the job `build` runs."""
    return [step["run"]["command"] for step in compiled(text, store=store)["jobs"]["build"]["steps"]]


def config(orbs: str, steps: str = "[o/say]") -> str:
    return f"version: 2.1\norbs: {orbs}\njobs: {{build: {{{DOCKER}, steps: {steps}}}}}\n"


# References


@pytest.mark.parametrize(
    "reference",
    [
        "ns/orb@1.2.3",
        "ns/orb@1.2",
        "ns/orb@1",
        "ns/orb@volatile",
        "ns/orb@dev:first.try_1",
        "https://orbs.example.com/o.yml",
    ],
)
def test_references(reference: str):
    pipeline = pipeline_of(config(f'{{o: "{reference}"}}'))
    assert pipeline.problems == ()
    assert [orb.reference for orb in pipeline.missing_orbs] == [reference]


@pytest.mark.parametrize(
    ("orbs", "message"),
    [
        ("{o: ns/orb}", "'ns/orb' is no orb reference"),
        ("{o: orb@1.2.3}", "'orb@1.2.3' is no orb reference"),
        ("{o: ns/orb@1.2.3.4}", "'ns/orb@1.2.3.4' is no orb reference"),
        ("{o: ns/orb@v1}", "'ns/orb@v1' is no orb reference"),
        ("{o: ns/orb@latest}", "'ns/orb@latest' is no orb reference"),
        ("{o: http://orbs.example.com/o.yml}", "'http://orbs.example.com/o.yml' is no orb reference"),
        ("{o: }", "orb 'o' must be a reference such as `circleci/node@5.2.0`, or a mapping"),
        ("{o: 1.5}", "orb 'o' must be a reference such as `circleci/node@5.2.0`, or a mapping"),
        ("[ns/orb@1.2.3]", "`orbs` must be a mapping of names to orbs"),
        (
            "{o: 'ns/orb@<< pipeline.parameters.none >>'}",
            'Referred to a variable "pipeline.parameters.none" that does not exist',
        ),
    ],
)
def test_what_is_no_reference(orbs: str, message: str):
    problem = only(config(orbs, "[checkout]"))
    assert problem.message == message


def test_a_wrong_reference_is_told_once_though_it_is_used():
    assert said(config("{o: ns/orb}", "[o/say, o/other]")) == ["2:11 [orb-reference] 'ns/orb' is no orb reference"]


def test_the_version_may_be_a_pipeline_parameter(tmp_path: Path):
    store = orbs_of(tmp_path, {"ns/orb@1.0.0": say("one"), "ns/orb@2.0.0": say("two")})
    text = config("{o: 'ns/orb@<< pipeline.parameters.v >>'}").replace(
        "orbs:", "parameters: {v: {type: string, default: 2.0.0}}\norbs:"
    )
    assert said_by(text, store) == ["two"]
    assert [orb.missing for orb in pipeline_of(text, complete=False, store=store).missing_orbs] == [True]
    problem = only(text.replace("default: 2.0.0", "default: ''"))
    assert problem.message == "'ns/orb@' is no orb reference"
    assert problem.help == "it comes from `<< pipeline.parameters.v >>`; give the values that this needs"


# Sources


VERSIONS = ("1.2.3", "1.2.10", "1.10.0", "2.0.0", "dev:alpha")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("1.2.3", "1.2.3"),
        ("1.2", "1.2.10"),
        ("1", "1.10.0"),
        ("volatile", "2.0.0"),
        ("dev:alpha", "dev:alpha"),
    ],
)
def test_the_highest_version_at_hand_serves_a_part_of_one(tmp_path: Path, reference: str, expected: str):
    store = orbs_of(tmp_path, {f"ns/orb@{version}": say(version) for version in VERSIONS})
    assert said_by(config(f"{{o: 'ns/orb@{reference}'}}"), store) == [expected]
    (line,) = header(pipeline_of(config(f"{{o: 'ns/orb@{reference}'}}"), store=store))
    assert line == f"# Orb 'ns/orb@{reference}' resolved to 'ns/orb@{expected}'"


@pytest.mark.parametrize("reference", ["1.2.4", "1.3", "3", "dev:beta"])
def test_a_version_that_is_not_at_hand(tmp_path: Path, reference: str):
    store = orbs_of(tmp_path, {f"ns/orb@{version}": say(version) for version in VERSIONS})
    assert [orb.reference for orb in pipeline_of(config(f"{{o: 'ns/orb@{reference}'}}"), store=store).missing_orbs] == [
        f"ns/orb@{reference}"
    ]


def test_development_versions_are_never_the_newest(tmp_path: Path):
    store = orbs_of(tmp_path, {"ns/orb@dev:alpha": say("dev")})
    assert pipeline_of(config("{o: ns/orb@volatile}"), store=store).missing_orbs


def test_the_first_source_that_has_the_orb_wins(tmp_path: Path):
    folders = [tmp_path / name for name in ("project", "cache")]
    for folder, version in zip(folders, ("1.0.0", "1.5.0"), strict=True):
        (folder / "ns").mkdir(parents=True)
        (folder / "ns" / f"orb@{version}.yml").write_text(say(f"{folder.name} {version}"))
    (tmp_path / "cache" / "ns" / "only@1.0.0.yml").write_text(say("only"))
    (tmp_path / "given.yml").write_text(say("given"))
    names = tuple([str(folder) for folder in folders])
    assert said_by(config("{o: ns/orb@1}"), OrbStore((), names)) == ["project 1.0.0"]
    assert said_by(config("{o: ns/orb@1.5.0}"), OrbStore((), names)) == ["cache 1.5.0"]
    assert said_by(config("{o: ns/only@1.0}"), OrbStore((), names)) == ["only"]
    given = (OrbSource("ns/orb", None, str(tmp_path / "given.yml")),)
    assert said_by(config("{o: ns/orb@1}"), OrbStore(given, names)) == ["given"]
    assert said_by(config("{o: ns/orb@7.7.7}"), OrbStore(given, names)) == ["given"]


def test_a_source_given_without_a_version_is_printed_with_what_was_asked_for(tmp_path: Path):
    (tmp_path / "o.yml").write_text(say("x"))
    store = OrbStore((OrbSource("ns/orb", None, str(tmp_path / "o.yml")),))
    assert list(header(pipeline_of(config("{o: ns/orb@1.2.3}"), store=store))) == [
        "# Orb 'ns/orb@1.2.3' resolved to 'ns/orb@1.2.3'"
    ]
    assert list(header(pipeline_of(config("{o: ns/orb@1}"), store=store))) == []


@pytest.mark.parametrize(
    "name", ["orb@1.0.0.md", "orb@1.0.0.yml.orig", "orb@one.yml", "orb2@1.0.0.yml", "orb.yml", "1.0.0.yml"]
)
def test_other_files_in_a_folder_are_no_orbs(tmp_path: Path, name: str):
    (tmp_path / "ns").mkdir()
    (tmp_path / "ns" / name).write_text(say("x"))
    assert pipeline_of(config("{o: ns/orb@1}"), store=OrbStore((), (str(tmp_path),))).missing_orbs


def tree(folder: Path) -> None:
    """An orb as a tree of fragments."""
    (folder / "commands").mkdir(parents=True)
    (folder / "scripts").mkdir()
    (folder / "@orb.yml").write_text("version: 2.1\ndescription: d\n")
    (folder / "commands" / "say.yml").write_text(
        "parameters: {to: {type: string, default: you}}\n"
        "steps:\n  - run: {name: Say << parameters.to >>, command: << include(scripts/say.sh) >>}\n"
    )
    (folder / "scripts" / "say.sh").write_text("cat <<EOF\n<< parameters.to >>\nEOF\n")


@pytest.mark.parametrize("below", ["", "src"])
def test_an_orb_as_a_tree(tmp_path: Path, below: str):
    tree(tmp_path / below)
    if below:
        (tmp_path / "orb.yml").write_text(say("packed long ago"))
    store = OrbStore((OrbSource("ns/orb", "1.0.0", str(tmp_path)),))
    (step,) = compiled(config("{o: ns/orb@1.0.0}", "[o/say: {to: me}]"), store=store)["jobs"]["build"]["steps"]
    assert step == {"run": {"command": "cat <<EOF\n<< parameters.to >>\nEOF\n", "name": "Say me"}}


def test_a_packed_orb_in_a_folder(tmp_path: Path):
    (tmp_path / "orb.yml").write_text(say("packed"))
    assert said_by(config("{o: ns/orb@1.0.0}"), OrbStore((OrbSource("ns/orb", "1.0.0", str(tmp_path)),))) == ["packed"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [", "orb ns/orb@1.0.0 cannot be read: "),
        ("- a", "is not a mapping"),
        ("a: *none", "the alias `*none` has no anchor `&none` before it"),
        (None, "the folder has neither `@orb.yml`, `src/@orb.yml` nor `orb.yml`"),
    ],
)
def test_a_source_that_is_no_orb(tmp_path: Path, content: str | None, message: str):
    path = tmp_path if content is None else tmp_path / "o.yml"
    if content is not None:
        path.write_text(content)
    pipeline = pipeline_of(
        config("{o: ns/orb@1.0.0}", "[checkout]"), store=OrbStore((OrbSource("ns/orb", "1.0.0", str(path)),))
    )
    (problem,) = pipeline.problems
    assert (problem.code, problem.span.line) == ("orb-reference", 2)
    assert message in problem.message
    assert pipeline.missing_orbs == ()


# Missing orbs


def test_what_a_missing_orb_defines_is_kept_as_it_is_called():
    text = """\
        version: 2.1
        orbs: {o: ns/orb@1.2.3, unused: ns/unused@1.0.0}
        jobs:
          build:
            docker: [{image: a}]
            steps:
              - o/say: {to: << pipeline.git.branch >>}
              - o/say
        workflows:
          main:
            jobs:
              - build
              - o/test:
                  name: t
                  arg: [1, << pipeline.number >>]
                  requires: [build]
                  context: c
                  pre-steps: [run: before]
              - build: {name: b, requires: [t]}
        """
    pipeline = pipeline_of(text, values={"pipeline.git.branch": "main"})
    assert pipeline.problems == ()
    assert [(orb.reference, orb.needed) for orb in pipeline.missing_orbs] == [
        ("ns/orb@1.2.3", True),
        ("ns/unused@1.0.0", False),
    ]
    from orbgen.circleci.output import pipeline_data

    data: dict[str, Any] = pipeline_data(pipeline)
    assert list(data["jobs"]) == ["build", "b"]
    assert data["jobs"]["build"]["steps"] == [{"o/say": {"to": "main"}}, "o/say"]
    assert data["workflows"]["main"]["jobs"] == [
        "build",
        {
            "o/test": {
                "name": "t",
                "requires": ["build"],
                "context": "c",
                "arg": [1, 1],
                "pre-steps": [{"run": {"command": "before"}}],
            }
        },
        {"b": {"requires": ["t"]}},
    ]
    run = run_of(pipeline, "t")
    assert run.opaque
    assert list(run.arguments) == ["arg"]


def test_an_orb_that_only_what_nothing_runs_needs_is_not_needed():
    text = config("{o: ns/orb@1.0.0}", "[checkout]") + "commands: {c: {steps: [o/say]}}\n"
    (orb,) = pipeline_of(text).missing_orbs
    assert (orb.used, orb.needed) == (True, False)
    switched_off = """\
        version: 2.1
        orbs: {o: ns/orb@1.0.0}
        jobs: {build: {machine: true, steps: [checkout]}}
        workflows: {main: {jobs: [build]}, other: {when: false, jobs: [o/test]}}
        """
    (orb,) = pipeline_of(switched_off).missing_orbs
    assert not orb.needed


def test_nothing_is_said_of_the_arguments_of_a_missing_orb():
    text = config(
        "{o: ns/orb@1.0.0}",
        "[o/say: {a: 1, b: [x], c: {d: e}}, o/say: []]".replace("[o/say", "[{o/say", 1).replace(
            "}}, o/say: []", "}}}, {o/say: []}"
        ),
    )
    assert said(text) == []


# Inline orbs and orbs of orbs


def test_an_inline_orb():
    text = """\
        version: 2.1
        orbs:
          my:
            version: 2.1
            name: my
            description: mine
            executors: {default: {docker: [{image: a}]}}
            commands: {say: {parameters: {to: {type: string}}, steps: [run: "echo << parameters.to >>"]}}
            jobs:
              hello:
                parameters: {to: {type: string, default: you}}
                executor: default
                steps: [say: {to: << parameters.to >>}]
        workflows:
          main:
            jobs: [my/hello, my/hello: {name: me, to: me}]
        """
    data = compiled(text)
    assert list(data["jobs"]) == ["my/hello", "me"]
    assert data["jobs"]["my/hello"] == {"docker": [{"image": "a"}], "steps": [{"run": {"command": "echo you"}}]}
    assert data["workflows"]["main"]["jobs"] == ["my/hello", "me"]


@pytest.mark.parametrize(
    ("use", "message"),
    [
        ("[my/hello]", "Cannot find a definition for command named hidden"),
        ("[my/other]", "Cannot find a definition for job named my/other"),
        ("[my/inner/job]", "Cannot find a definition for job named my/inner/job"),
    ],
)
def test_an_orb_sees_only_its_own(use: str, message: str):
    text = f"""\
        version: 2.1
        commands: {{hidden: {{steps: [checkout]}}}}
        orbs:
          my:
            orbs: {{inner: {{jobs: {{job: {{machine: true, steps: [checkout]}}}}}}}}
            jobs: {{hello: {{machine: true, steps: [hidden]}}}}
        workflows: {{main: {{jobs: {use}}}}}
        """
    assert message in [line.partition("] ")[2] for line in said(text)]


def test_orbs_of_orbs(tmp_path: Path):
    outer = "orbs: {deep: ns/inner@1}\ncommands: {say: {steps: [deep/say, run: outer]}}\n"
    store = orbs_of(tmp_path, {"ns/outer@1.0.0": outer, "ns/inner@1.4.0": say("inner")})
    assert said_by(config("{o: ns/outer@1}"), store) == ["inner", "outer"]
    # The orbs of an orb are its own matter.
    assert list(header(pipeline_of(config("{o: ns/outer@1}"), store=store))) == [
        "# Orb 'ns/outer@1' resolved to 'ns/outer@1.0.0'"
    ]
    problem = only(config("{o: ns/outer@1}", "[deep/say]"), store=store)
    assert problem.message == "Cannot find orb 'deep' looking for command named 'deep/say'"


def test_an_orb_that_an_orb_misses_is_told(tmp_path: Path):
    store = orbs_of(tmp_path, {"ns/outer@1.0.0": "orbs: {deep: ns/inner@1}\ncommands: {say: {steps: [deep/say]}}\n"})
    (orb,) = pipeline_of(config("{o: ns/outer@1}"), store=store).missing_orbs
    assert (orb.reference, orb.needed) == ("ns/inner@1", True)


def test_elements_may_be_names_of_those_of_an_orb(tmp_path: Path):
    orb = f"executors: {{default: {{{DOCKER}}}}}\n{say('x')}jobs: {{test: {{executor: default, steps: [say]}}}}\n"
    text = """\
        version: 2.1
        orbs: {o: ns/orb@1.0.0}
        executors: {mine: o/default}
        commands: {install: o/say}
        jobs:
          check: o/test
          build: {executor: mine, steps: [install]}
        workflows: {main: {jobs: [check, build]}}
        """
    jobs = compiled(text, store=orbs_of(tmp_path, {"ns/orb@1.0.0": orb}))["jobs"]
    expected = {"docker": [{"image": "cimg/base:2026.01"}], "steps": [{"run": {"command": "x"}}]}
    assert jobs == {"check": expected, "build": expected}


def test_an_alias_of_itself():
    text = f"version: 2.1\ncommands: {{a: b, b: a}}\njobs: {{build: {{{DOCKER}, steps: [a]}}}}\n"
    assert {line.partition("] ")[2] for line in said(text)} == {
        "command 'a' must be a mapping, or the name of another command",
        "command 'b' must be a mapping, or the name of another command",
    }


@pytest.mark.parametrize(
    ("element", "suggestion"),
    [("o/sya", "o/say"), ("ob/say", "o/say")],
)
def test_elements_that_are_nearly_right(tmp_path: Path, element: str, suggestion: str):
    store = orbs_of(tmp_path, {"ns/orb@1.0.0": say("x")})
    orbs = "{o: ns/orb@1.0.0}" if element == "o/sya" else "{obs: ns/orb@1.0.0}"
    problem = only(config(orbs, f"[{element}]"), store=store)
    assert problem.suggestion == (suggestion if element == "o/sya" else "obs/say")


def test_a_mistake_in_an_orb_is_told_in_its_own_file_with_the_way_to_it(tmp_path: Path):
    store = orbs_of(tmp_path, {"ns/orb@1.0.0": "commands:\n  say:\n    steps:\n      - run:\n"})
    (problem,) = pipeline_of(config("{o: ns/orb@1.0.0}"), store=store).problems
    assert str(problem.span) == f"{tmp_path / 'orb0.yml'}:4:9"
    assert told(problem).endswith("[empty-run] the step `run` is empty; required key [command] not found")
    assert chain_of(problem)[-1] == "command 'o/say' (3)"


def test_what_nothing_uses_is_looked_at_in_an_inline_orb_alone(tmp_path: Path):
    wrong = "commands: {unused: {steps: [run: ]}}"
    store = orbs_of(tmp_path, {"ns/orb@1.0.0": f"{wrong}\n"})
    assert said(config("{o: ns/orb@1.0.0}", "[checkout]"), store=store) == []
    problem = only(config(f"{{o: {{{wrong}}}}}", "[checkout]"))
    assert (problem.code, problem.dormant) == ("empty-run", True)


def test_a_reference_that_only_circleci_knows():
    parameters = "parameters: {v: {type: string, default: 1.0.0}}\norbs:"
    text = config("{o: 'ns/orb@<< pipeline.parameters.v >>'}").replace("orbs:", parameters)
    assert said(text, complete=False) == []
    text = config("{o: ns/<< pipeline.parameters.v >>}").replace("orbs:", parameters)
    assert said(text, complete=False) == [
        "3:11 [orb-reference] 'ns/<< pipeline.parameters.v >>' is no orb reference",
    ]


def test_pipeline_parameters_do_not_reach_into_orbs():
    text = """\
        version: 2.1
        parameters: {p: {type: string, default: x}}
        orbs: {my: {commands: {say: {steps: [run: << pipeline.parameters.p >>]}}}}
        jobs: {build: {machine: true, steps: [my/say]}}
        """
    problem = only(text)
    assert problem.code == "undefined-parameter"
    assert problem.help == "pass it to the orb's element as an argument"


# Limits of orbs


def test_an_orb_that_imports_itself(tmp_path: Path):
    store = orbs_of(tmp_path, {"ns/aa@1.0.0": "orbs: {b: ns/bb@1.0.0}\n", "ns/bb@1.0.0": "orbs: {a: ns/aa@1.0.0}\n"})
    (problem,) = pipeline_of(config("{a: ns/aa@1.0.0}", "[checkout]"), store=store).problems
    assert (problem.code, problem.message) == ("limit", "orb ns/aa@1.0.0 imports itself")


def test_orbs_nested_too_deep(tmp_path: Path):
    chain = {f"ns/orb{n}@1.0.0": f"orbs: {{next: ns/orb{n + 1}@1.0.0}}\n" for n in range(30)}
    (problem,) = pipeline_of(config("{a: ns/orb0@1.0.0}", "[checkout]"), store=orbs_of(tmp_path, chain)).problems
    assert problem.message == "orb ns/orb16@1.0.0 is nested more than 16 orbs deep"


def test_orbs_that_double_at_each_level(tmp_path: Path):
    chain = {f"ns/orb{n}@1.0.0": f"orbs: {{a: ns/orb{n + 1}@1.0.0, b: ns/orb{n + 1}@1.0.0}}\n" for n in range(14)}
    chain["ns/orb14@1.0.0"] = say("x")
    problems = pipeline_of(config("{a: ns/orb0@1.0.0}", "[checkout]"), store=orbs_of(tmp_path, chain)).problems
    assert {problem.message for problem in problems} == {"the configuration imports more than 256 orbs"}


def test_circlecis_limits_of_orbs_by_address(tmp_path: Path):
    def address(number: int) -> str:
        return f"https://orbs.example.com/{number}.yml"

    many = ", ".join([f'o{n}: "{address(n)}"' for n in range(51)])
    (problem,) = pipeline_of(config(f"{{{many}}}", "[checkout]")).problems
    assert problem.message == "the configuration imports more than 50 orbs by their addresses"
    given = []
    for number in range(7):
        path = tmp_path / f"{number}.yml"
        path.write_text(f'orbs: {{next: "{address(number + 1)}"}}\n')
        given.append(OrbSource(address(number), None, str(path)))
    (problem,) = pipeline_of(config(f'{{o: "{address(0)}"}}', "[checkout]"), store=OrbStore(tuple(given))).problems
    assert problem.message == f"orb {address(5)} is nested more than 5 orbs deep"
