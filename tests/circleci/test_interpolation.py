"""What `<< >>` makes of a scalar: values with their types, text with its parts, sections, escapes, expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbgen.circleci.inputs import Inputs
from orbgen.circleci.pipeline import Pipeline
from orbgen.circleci.text import Part, Text, is_known
from orbgen.circleci.truth import Kind, Unknown
from tests.circleci.marked import body, check, compiled, data, steps

HEAD = """\
version: 2.1
parameters:
  flag: {type: boolean, default: true}
  off: {type: boolean, default: false}
  count: {type: integer, default: 4}
  zero: {type: integer, default: 0}
  name: {type: string, default: "an name"}
  empty: {type: string, default: ""}
  env: {type: enum, enum: [dev, prod], default: dev}
jobs:
  build:
    docker: [{image: "cimg/base:2026.01"}]
"""
GIVEN = Inputs(values={"pipeline.git.branch": "main", "pipeline.number": 12}, complete=True)


def environment(value: str, inputs: Inputs = GIVEN) -> object:
    """What a value of the job's environment becomes."""
    text = f"{HEAD}    environment: {{VALUE: {value}}}\n    steps: [checkout]\n"
    (entry,) = body(text, inputs)["environment"]
    return entry["VALUE"]


@pytest.mark.parametrize(
    ("written", "result"),
    [
        # A lone tag keeps the type of its value.
        ("<< pipeline.parameters.flag >>", True),
        ("<<pipeline.parameters.count>>", 4),
        ('"<<   pipeline.parameters.count\\t>>"', 4),
        ("<< pipeline.parameters.name >>", "an name"),
        ("<< pipeline.parameters.empty >>", ""),
        ("<< pipeline.git.branch >>", "main"),
        ("<< pipeline.number >>", 12),
        # Anything beside it makes a text.
        ("x<< pipeline.parameters.flag >>", "xtrue"),
        ("<< pipeline.parameters.off >><< pipeline.parameters.count >>", "false4"),
        ('"<< pipeline.parameters.count >> "', "4 "),
        ("[<< pipeline.parameters.empty >>]", ["", 1]),
        ('"<< pipeline.parameters.empty >>"', ""),
        # Expressions, lone and in a text.
        ('<< pipeline.git.branch == "main" and 10 or 1 >>', 10),
        ('<< pipeline.git.branch == "x" and 10 or 1 >>', 1),
        ('on << pipeline.git.tag or "no tag" >>', "on no tag"),
        ("<< not pipeline.parameters.off >>", True),
        ("<< pipeline.parameters.zero or 3 >>", 0),
        ("<< pipeline.parameters.count >= 4 >>!", "true!"),
        ('<< 5 >>-<< "text" >>', "5-text"),
        ("<< pipeline.number > 3 and pipeline.parameters.env matches /dev|prod/ >>", True),
        # Escapes.
        (r"cat \<<EOF", "cat <<EOF"),
        (r"\<< pipeline.number >>", "<< pipeline.number >>"),
        (r"a\\<< pipeline.number >>", "a\\12"),
        (r'"\\<<- << pipeline.number >>"', "<<- 12"),
        ("echo >> log", "echo >> log"),
    ],
)
def test_tags_become_values(written, result):
    if isinstance(result, list):
        written, result = f'"{written}"', f"[{result[0]}]"
    found = environment(written)
    assert (type(found), found) == (type(result), result)


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ("a<<# pipeline.parameters.flag >>b<</ pipeline.parameters.flag >>c", "abc"),
        ("a<<# pipeline.parameters.off >>b<</ pipeline.parameters.off >>c", "ac"),
        ("a<<^ pipeline.parameters.off >>b<</ pipeline.parameters.off >>c", "abc"),
        ("a<<^pipeline.parameters.flag>>b<</pipeline.parameters.flag>>c", "ac"),
        ("<<# pipeline.parameters.name >>n<</ pipeline.parameters.name >>", "n"),
        ("<<# pipeline.parameters.empty >>n<</ pipeline.parameters.empty >>x", "x"),
        ("<<^ pipeline.parameters.zero >>z<</ pipeline.parameters.zero >>", "z"),
        ("<<# pipeline.git.tag >>t<</ pipeline.git.tag >>x", "x"),
        # Around tags of its own, other sections, and the templates of cache keys.
        ("<<# pipeline.parameters.flag >>{{ .Branch }}-<< pipeline.number >><</ pipeline.parameters.flag >>",
         "{{ .Branch }}-12"),
        ("<<# pipeline.parameters.flag >>a<<# pipeline.parameters.off >>b<</ pipeline.parameters.off >>c"
         "<<^ pipeline.parameters.off >>d<</ pipeline.parameters.off >><</ pipeline.parameters.flag >>", "acd"),
        (r"<<# pipeline.parameters.flag >>\<<<</ pipeline.parameters.flag >>", "<<"),
    ],
)  # fmt: skip
def test_sections_stand_or_fall(written, result):
    assert environment(f"'{written}'") == result


def test_a_section_alone_on_its_line_takes_the_line_with_it():
    found = steps(
        HEAD
        + """\
    steps:
      - run: |
          first
          <<# pipeline.parameters.flag >>
          second
          <</ pipeline.parameters.flag >>
            <<^ pipeline.parameters.flag >>
          third
            <</ pipeline.parameters.flag >>
          last <<# pipeline.parameters.off >>x<</ pipeline.parameters.off >>
"""
    )
    assert found == [{"run": {"command": "first\nsecond\nlast \n"}}]


def test_everything_but_keys_is_filled_in():
    text = """\
        version: 2.1
        parameters: {v: {type: string, default: "2026.01"}, n: {type: integer, default: 2}}
        executors:
          e:
            parameters: {tag: {type: string}}
            docker: [{image: "cimg/base:<< parameters.tag >>", environment: {"<< x": "<< parameters.tag >>"}}]
            working_directory: ~/<< parameters.tag >>
        commands:
          c:
            parameters: {paths: {type: steps}, key: {type: string}}
            steps:
              - save_cache: {key: "k-<< parameters.key >>-{{ .Revision }}", paths: [a, "<< parameters.key >>"]}
              - steps: << parameters.paths >>
        jobs:
          build:
            parameters: {v: {type: string}}
            executor: {name: e, tag: << parameters.v >>}
            parallelism: << pipeline.parameters.n >>
            steps:
              - c: {key: << parameters.v >>, paths: [run: "<< parameters.v >>"]}
        workflows:
          main:
            jobs:
              - build:
                  name: b-<< matrix.v >>
                  context: ctx-<< matrix.v >>
                  requires: ["hold-<< matrix.v >>"]
                  filters: {branches: {only: "release-<< matrix.v >>"}}
                  serial-group: << pipeline.project.slug >>/<< matrix.v >>
                  matrix: {parameters: {v: ["<< pipeline.parameters.v >>"]}}
                  pre-steps: [run: "pre << matrix.v >>"]
              - hold-2026.01: {type: approval}
        """
    inputs = Inputs(values={"pipeline.project.slug": "gh/acme/app"}, complete=True)
    job = body(text, inputs, "b-2026.01")
    assert job["docker"] == [{"image": "cimg/base:2026.01", "environment": {"<< x": "2026.01"}}]
    assert (job["working_directory"], job["parallelism"]) == ("~/2026.01", 2)
    assert steps(text, inputs, "b-2026.01") == [
        {"run": {"command": "pre 2026.01"}},
        {"save_cache": {"key": "k-2026.01-{{ .Revision }}", "paths": ["a", "2026.01"]}},
        {"run": {"command": "2026.01"}},
    ]
    assert data(text, inputs)["workflows"]["main"]["jobs"][0] == {
        "b-2026.01": {
            "filters": {"branches": {"only": "release-2026.01"}},
            "requires": ["hold-2026.01"],
            "context": "ctx-2026.01",
            "serial-group": "gh/acme/app/2026.01",
        }
    }


def test_orb_references_see_pipeline_parameters_alone():
    pipeline = compiled("""\
        version: 2.1
        parameters: {v: {type: string, default: "5.2.0"}}
        orbs: {node: "circleci/node@<< pipeline.parameters.v >>"}
        jobs: {build: {docker: [{image: "cimg/base:2026.01"}], steps: [node/install]}}
        """)
    assert [orb.reference for orb in pipeline.missing_orbs] == ["circleci/node@5.2.0"]
    whole = """\
        version: 2.1
        parameters: {orb: {type: string, default: "circleci/node@5.2.0"}}
        orbs: {node: << pipeline.parameters.orb >>}
        jobs: {build: {docker: [{image: "cimg/base:2026.01"}], steps: [node/install]}}
        """
    check(whole)
    assert [orb.reference for orb in compiled(whole).missing_orbs] == ["circleci/node@5.2.0"]
    check("""\
        version: 2.1
        orbs: {node: "circleci/node@<< parameters.v >>"}
        #                              ^ undefined-parameter: declared parameters: v
        jobs: {build: {docker: [{image: "cimg/base:2026.01"}], steps: [node/install]}}
        """)


def test_what_circleci_drops_is_not_looked_at():
    assert steps("""\
        version: 2.1
        description: << not.a.tag
        x-scripts:
          script: &script
            run: echo << parameters.greeting >>
        jobs:
          build:
            description: an <<unclosed tag
            parameters: {greeting: {type: string, default: hello, description: "<<network>>"}}
            docker: [{image: "cimg/base:2026.01"}]
            steps: [*script]
        """) == [{"run": {"command": "echo hello"}}]


def test_version_2_has_no_tags():
    assert steps("""\
        version: 2
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps: [run: "cat <<EOF > x"]
        """) == [{"run": {"command": "cat <<EOF > x"}}]


def test_tags_that_circleci_refuses():
    problems = check("""\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: "cat <<EOF > notes\\n<< pipeline.number >>\\nEOF"
              #           ^ unclosed-tag: Unclosed '<<' tag ('<<' must be escaped as '\\<<' in config v2.1+)
              - run: cat <<< "$X"
              #          ^ unclosed-tag: Unclosed '<<' tag
              - run: <<include(scripts/greet.sh)>>
              #      ^ unclosed-tag: `<< include(scripts/greet.sh) >>` is no reference
              - run: echo << EOF >> log
              #           ^ unclosed-tag: `EOF` is no reference
              - run: echo <<>>
              #           ^ unclosed-tag: Expected expression after '<<'
              - run: echo << pipeline.git.branch == "main" and and true >>
              #                                                ^ expression: expected an expression, found `and`
              - run: echo << pipeline.git.branch = "main" >>
              #                                  ^ expression: did you mean `==`?
              - run: echo << pipeline.number starts-with "1" >>
              #              ^ expression: expected string operands to "starts-with" operator, but this is a number
              - run: <<# pipeline.git.tag >>x
              #          ^ unclosed-tag: Unclosed section
              - run: x<</ pipeline.git.tag >>
              #           ^ unclosed-tag: Expected section end tag to match start tag
              - run: <<# pipeline.git.tag >>x<</ pipeline.git.branch >>
              #                                  ^ unclosed-tag: Expected section end tag to match start tag
              - run: echo << pipeline.git.brnach >>
              #              ^ undefined-value: Referred to a variable "pipeline.git.brnach" that does not exist
        """)
    assert [problem.span.text for problem in problems][:2] == ["<<", "<<"]
    assert problems[0].help == "write `\\<<` where the text itself needs `<<`, as in a here-document"
    assert problems[-1].suggestion == "pipeline.git.branch"


def test_problems_in_scripts_of_several_lines_have_their_own_line_and_column():
    text = """\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: |
                  set -e
                  echo << parameters.none >>
              - run: >-
                  set -e;
                  cat <<EOF
              - run: "set -e;
                  echo \\"<< pipeline.number and and 1 >>\\""
        """
    found = [(problem.span.line, problem.span.column, problem.code) for problem in compiled(text).problems]
    assert found == [(8, 19, "undefined-parameter"), (11, 15, "unclosed-tag"), (13, 41, "expression")]


def test_a_refused_tag_leads_to_no_other_problem():
    check("""\
        version: 2.1
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run: {command: x, when: << pipeline.oops >>}
              #                            ^ undefined-value
              - run: {command: x, when: <<oops}
              #                         ^ unclosed-tag
        """)


@pytest.mark.parametrize("depth", [32, 33])
def test_sections_nest_so_deep(depth):
    opening = "<<# pipeline.parameters.flag >>" * depth
    text = f"{HEAD}    steps: [run: '{opening}x{'<</ pipeline.parameters.flag >>' * depth}']\n"
    problems = compiled(text).problems
    assert [problem.message for problem in problems] == [] if depth == 32 else ["sections are nested more than 32 deep"]


# Parts


THROUGH = """\
version: 2.1
parameters: {suffix: {type: string, default: s}, flag: {type: boolean, default: false}}
commands:
  outer:
    parameters: {text: {type: string}, number: {type: integer, default: 7}}
    steps:
      - inner: {text: "[<< parameters.text >>]", number: << parameters.number >>}
  inner:
    parameters: {text: {type: string}, number: {type: integer}}
    steps:
      - run: echo << parameters.text >> << parameters.number >> << pipeline.git.tag >>
jobs:
  build:
    docker: [{image: "cimg/base:2026.01"}]
    steps:
      - outer: {text: "v<< pipeline.git.branch >>-<< pipeline.parameters.suffix >>"}
"""


def command(pipeline: Pipeline) -> Text:
    found = pipeline.job_runs[0].steps[0].command
    assert isinstance(found, Text)
    return found


def described(part: Part) -> tuple[str, str, int, list[int], tuple[str, ...] | None]:
    """Text, what is written in its place and where, the lines that it went through, the sources of an unknown."""
    unknown = part.unknown.sources if part.unknown is not None else None
    return part.text, part.written.text, part.written.line, [tag.span.line for tag in part.via], unknown


def test_a_text_keeps_its_parts_however_many_parameters_they_went_through():
    text = command(compiled(THROUGH, Inputs()))
    assert [described(part) for part in text.parts] == [
        ("echo ", "echo ", 11, [], None),
        ("[", "[", 7, [11], None),
        ("v", "v", 16, [11, 7], None),
        ("<< pipeline.git.branch >>", "<< pipeline.git.branch >>", 16, [11, 7], ("pipeline.git.branch",)),
        ("-", "-", 16, [11, 7], None),
        ("<< pipeline.parameters.suffix >>", "<< pipeline.parameters.suffix >>", 16, [11, 7],
         ("pipeline.parameters.suffix",)),
        ("]", "]", 7, [11], None),
        (" ", " ", 11, [], None),
        ("7", "7", 5, [11, 7], None),
        (" ", " ", 11, [], None),
        ("<< pipeline.git.tag >>", "<< pipeline.git.tag >>", 11, [], ("pipeline.git.tag",)),
    ]  # fmt: skip
    assert text.text == ("echo [v<< pipeline.git.branch >>-<< pipeline.parameters.suffix >>] 7 << pipeline.git.tag >>")
    assert isinstance(text.result, Unknown)
    assert text.result.sources == ("pipeline.git.branch", "pipeline.parameters.suffix", "pipeline.git.tag")
    assert text.result.kind is Kind.STRING


def test_known_parts_keep_their_way_too():
    inputs = Inputs({"suffix": "x"}, {"pipeline.git.branch": "main"}, complete=True)
    text = command(compiled(THROUGH, inputs))
    assert text.value == "echo [vmain-x] 7 "
    assert is_known(text)
    assert [(part.text, part.pasted.line, part.pasted.text) for part in text.parts if part.via] == [
        ("[", 11, "<< parameters.text >>"),
        ("v", 11, "<< parameters.text >>"),
        ("main", 11, "<< parameters.text >>"),
        ("-", 11, "<< parameters.text >>"),
        ("x", 11, "<< parameters.text >>"),
        ("]", 11, "<< parameters.text >>"),
        ("7", 11, "<< parameters.number >>"),
        ("", 11, "<< pipeline.git.tag >>"),
    ]


def test_each_character_of_a_text_has_its_place():
    text = command(compiled(THROUGH, Inputs()))
    assert text.place(0, 4).text == "echo"
    assert text.place(6, 7).text == "<< parameters.text >>"
    number = text.text.index(" 7 ")
    assert text.place(number, number + 1).text == " "
    assert text.place(number + 1, number + 2).text == "<< parameters.number >>"


def test_what_a_section_may_leave_out_is_not_known():
    text = """\
        version: 2.1
        parameters: {flag: {type: boolean, default: true}}
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - run:
                  command: make <<# pipeline.parameters.flag >>all<</ pipeline.parameters.flag >>
                  when: "<<# pipeline.parameters.flag >>always<</ pipeline.parameters.flag >>\\
                    <<^ pipeline.parameters.flag >>on_fail<</ pipeline.parameters.flag >>"
        """
    script = command(compiled(text, Inputs()))
    assert [(part.text, part.known, part.optional) for part in script.parts] == [
        ("make ", True, False),
        ("all", False, True),
    ]
    assert not is_known(script)
    check(text)
    assert steps(text) == [{"run": {"command": "make all", "when": "always"}}]


def test_a_parameters_type_ends_the_way_of_free_text():
    pipeline = compiled(
        """\
        version: 2.1
        commands:
          c:
            parameters:
              env: {type: enum, enum: [dev, prod]}
              variable: {type: env_var_name}
              text: {type: string}
            steps: [run: "<< parameters.env >> << parameters.variable >> << parameters.text >>"]
        jobs:
          build:
            docker: [{image: "cimg/base:2026.01"}]
            steps:
              - c:
                  env: << pipeline.git.branch >>
                  variable: A_<< pipeline.git.branch >>
                  text: << pipeline.git.branch >>
        """,
        Inputs(),
    )
    unknown = [part.unknown for part in command(pipeline).parts if part.unknown is not None]
    assert [value.sources for value in unknown] == [(), (), ("pipeline.git.branch",)]
    assert unknown[0].alternatives == ("dev", "prod", None)


TAGS = st.sampled_from(
    ["<< parameters.a >>", "<< parameters.b >>", "<< parameters.c >>", "text", " ", "\\<<", ">>", "é", "{{ x }}",
     "<<# parameters.c >>on<</ parameters.c >>", "<<^ parameters.c >>off<</ parameters.c >>"]
)  # fmt: skip


@given(st.lists(TAGS, max_size=8), st.sampled_from(["a-text", "<< pipeline.git.tag >>", "x<< pipeline.git.tag >>y"]))
def test_unknown_texts_become_the_known_ones(pieces, argument):
    """Filling in what is unknown later gives what filling it in at once gives."""
    written = "".join(pieces).replace("'", "''")
    text = (
        "version: 2.1\n"
        "jobs:\n"
        "  build:\n"
        "    parameters: {a: {type: string}, b: {type: integer, default: 3}, c: {type: boolean, default: true}}\n"
        '    docker: [{image: "cimg/base:2026.01"}]\n'
        f"    steps: [run: {{name: n, command: 'x{written}'}}]\n"
        "workflows:\n"
        "  main:\n"
        "    jobs:\n"
        f"      - build: {{a: '{argument}'}}\n"
    )
    values = {"pipeline.git.tag": "v1"}
    known = compiled(text, Inputs(values=values, complete=True)).job_runs[0].steps[0].command
    later = compiled(text, Inputs()).job_runs[0].steps[0].command
    assert known is not None and later is not None
    parts = later.parts if isinstance(later, Text) else ()
    filled = "".join([part.text if part.unknown is None else values[part.unknown.sources[0]] for part in parts])
    assert (filled if parts else later.text) == known.text
