"""Validating an orb: what is found, at which place, and what is left alone."""

from __future__ import annotations

import pytest

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.orb.pack import pack, read_folder
from orbgen.orb.validate import validate_file, validate_folder
from orbgen.source.problems import UnreadableError

DOCKER = "docker: [{image: cimg/base:2026.01}]\n"


def validated(folder, *, store=None, name=None):
    return validate_folder(folder, store or OrbStore(), name)


def found(folder, **options):
    """Each finding as its place and its message."""
    return [f"{finding.primary}: {finding.message}" for finding in validated(folder, **options).findings]


def names(folder, **options):
    return [finding.name for finding in validated(folder, **options).findings]


def test_a_good_orb_is_clean_and_counted(orb):
    folder = orb(
        {
            "commands/greet.yml": "parameters:\n"
            "  to: {type: string}\n"
            "  loud: {type: boolean, default: false}\n"
            "  style: {type: enum, enum: [plain, warm], default: plain}\n"
            "  variable: {type: env_var_name}\n"
            "  times: {type: integer}\n"
            "  after: {type: steps}\n"
            "steps:\n"
            "  - when: {condition: << parameters.loud >>, steps: [{run: 'LOUD << parameters.style >>'}]}\n"
            "  - run: echo << parameters.to >> ${<< parameters.variable >>} << parameters.times >>\n"
            "  - steps: << parameters.after >>\n",
            "executors/default.yml": "parameters: {tag: {type: string}}\n"
            "docker: [{image: 'cimg/base:<< parameters.tag >>'}]\n",
            "jobs/build.yml": "parameters:\n"
            "  on: {type: executor}\n"
            "  size: {type: enum, enum: [small, large]}\n"
            "executor: << parameters.on >>\n"
            "resource_class: << parameters.size >>\n"
            "steps:\n"
            "  - greet: {to: a, variable: B, times: 2, after: [checkout]}\n",
            "examples/simple.yml": "usage:\n"
            "  version: 2.1\n"
            "  orbs: {mine: acme/mine@x.y}\n"
            "  jobs:\n"
            "    use: {executor: {name: mine/default, tag: '1'}, steps: [{mine/greet: {to: a, variable: B, times: 1, "
            "after: []}}]}\n"
            "  workflows: {main: {jobs: [use, {mine/build: {on: {name: mine/default, tag: '2'}, size: small}}]}}\n",
        },
        manifest="version: 2.1\ndescription: d\n"
        "display: {home_url: 'https://example.com', source_url: 'https://example.com/a'}\n",
    )
    validation = validated(folder)
    assert (validation.findings, validation.problems, validation.unlinked, validation.missing) == ((), (), (), ())
    assert validation.counts == {"commands": 1, "executors": 1, "jobs": 1, "examples": 1}
    # The command: once, and with two booleans and two words; the executor: once; the job: once, and with two words.
    assert validation.uses == 5 + 1 + 3


class TestExpansion:
    def test_a_value_of_an_enum_that_leads_nowhere(self, orb):
        folder = orb(
            {
                "executors/linux.yml": DOCKER,
                "jobs/build.yml": "parameters:\n"
                "  os: {type: enum, enum: [linux, windows], default: linux}\n"
                "executor: << parameters.os >>\n"
                "steps: [checkout]\n",
            }
        )
        assert found(folder) == ["src/jobs/build.yml:2:34: Cannot find a definition for executor named windows"]

    def test_each_value_that_leads_nowhere(self, orb):
        folder = orb(
            {
                "jobs/build.yml": "parameters:\n"
                "  os: {type: enum, enum: [linux, windows], default: linux}\n"
                "executor: << parameters.os >>\n"
                "steps: [checkout]\n",
            }
        )
        assert {line.rpartition(" ")[2] for line in found(folder)} == {"linux", "windows"}

    def test_a_value_of_an_enum_that_the_command_does_not_take(self, orb):
        folder = orb(
            {
                "commands/deploy.yml": "parameters:\n"
                "  to: {type: enum, enum: [test, live], default: test}\n"
                "steps: [{run: 'deploy << parameters.to >>'}]\n",
                "jobs/deploy.yml": "parameters:\n"
                "  to: {type: enum, enum: [test, live, dev], default: test}\n" + DOCKER + "steps:\n"
                "  - deploy: {to: << parameters.to >>}\n",
            }
        )
        (line,) = found(folder)
        assert line.startswith("src/jobs/deploy.yml:5:18: Type error for argument to: expected type: enum")
        assert '"dev"' in line

    def test_a_default_that_fits_nowhere(self, orb):
        folder = orb(
            {
                "commands/login.yml": "parameters: {secret: {type: env_var_name}}\nsteps: [{run: x}]\n",
                "jobs/login.yml": "parameters: {secret: {type: string, default: ''}}\n" + DOCKER + "steps:\n"
                "  - login: {secret: << parameters.secret >>}\n",
            }
        )
        assert found(folder) == [
            'src/jobs/login.yml:4:21: Type error for argument secret: expected type: env_var_name, actual value: "" '
            "(type string)"
        ]

    def test_both_sides_of_a_boolean(self, orb):
        folder = orb(
            {
                "commands/c.yml": "parameters: {fast: {type: boolean, default: true}}\n"
                "steps:\n"
                "  - when: {condition: << parameters.fast >>, steps: [one]}\n"
                "  - unless: {condition: << parameters.fast >>, steps: [two]}\n",
            }
        )
        assert [line.rpartition(" ")[2] for line in found(folder)] == ["one", "two"]

    def test_a_required_text_may_be_anything(self, orb):
        folder = orb(
            {
                "executors/known.yml": DOCKER,
                "jobs/build.yml": "parameters: {on: {type: string}, count: {type: integer}}\n"
                "executor: << parameters.on >>\n"
                "parallelism: << parameters.count >>\n"
                "steps: [checkout]\n",
            }
        )
        assert found(folder) == []

    def test_more_values_than_one_configuration_may_have_job_runs(self, orb):
        values = ", ".join([f"v{number}" for number in range(5000)])
        folder = orb(
            {"jobs/j.yml": f"parameters: {{v: {{type: enum, enum: [{values}]}}}}\n{DOCKER}steps: [checkout]\n"}
        )
        validation = validated(folder)
        assert (validation.findings, validation.uses) == ((), 5001)

    def test_an_alias_of_an_element_elsewhere(self, orb):
        folder = orb(
            {}, manifest="version: 2.1\norbs: {other: acme/other@1}\nexecutors: {mine: other/default, bad: nowhere}\n"
        )
        (line,) = found(folder)
        assert line.startswith("src/@orb.yml:3:34: executor 'bad' must be a mapping")
        assert validated(folder).missing == ("acme/other@1",)


class TestPlaces:
    def test_an_error_in_a_script_that_was_included_partly(self, orb):
        folder = orb({"commands/c.yml": "steps:\n  - run: << parameters.x >> <<include(s.sh)>>\n", "s.sh": "echo << y"})
        assert found(folder) == ["src/commands/c.yml:2:10: Arguments referenced without declared parameters: x"]

    def test_what_a_script_holds_is_no_template(self, orb):
        folder = orb({"commands/c.yml": "steps:\n  - run: <<include(s.sh)>>\n", "s.sh": "cat <<EOF\n<< x >>\nEOF\n"})
        assert found(folder) == []

    def test_a_packed_orb_at_its_lines(self, orb):
        folder = orb({"commands/c.yml": "steps:\n  - run: << parameters.x >>\n"})
        text = pack(read_folder(folder))
        (finding,) = validate_file(text.encode(), "orb.yml", OrbStore()).findings
        assert str(finding.primary) == "orb.yml:4:23"

    def test_a_step_that_another_file_holds(self, orb):
        folder = orb({"anchors/a.yml": "x: &step\n  run: << parameters.p >>\n", "commands/c.yml": "steps: [*step]\n"})
        assert found(folder) == ["src/anchors/a.yml:2:11: Arguments referenced without declared parameters: p"]

    def test_one_problem_is_told_once(self, orb):
        folder = orb(
            {
                "commands/c.yml": "steps: [nowhere]\n",
                "jobs/a.yml": DOCKER + "steps: [c]\n",
                "jobs/b.yml": DOCKER + "parameters: {x: {type: boolean, default: true}}\nsteps: [c, c]\n",
            }
        )
        assert found(folder) == ["src/commands/c.yml:1:9: Cannot find a definition for command named nowhere"]

    def test_what_is_wrong_in_another_orb_is_shown_at_the_call(self, orb, tmp_path):
        (tmp_path / "other.yml").write_text(
            "version: 2.1\ncommands: {go: {parameters: {n: {type: integer}}, steps: [gone]}}\n"
        )
        folder = orb(
            {"commands/c.yml": "steps:\n  - other/go: {n: 1}\n"}, manifest="version: 2.1\norbs: {other: acme/other@1}\n"
        )
        store = OrbStore((OrbSource("acme/other", None, "other.yml"),))
        (finding,) = validated(folder, store=store).findings
        assert str(finding.primary) == "src/commands/c.yml:2:5"
        assert str(finding.related[-1].span) == "other.yml:2:59"

    def test_an_argument_that_another_orb_does_not_take(self, orb, tmp_path):
        (tmp_path / "other.yml").write_text("version: 2.1\ncommands: {go: {steps: [checkout]}}\n")
        folder = orb(
            {"commands/c.yml": "steps:\n  - other/go: {m: 1}\n"}, manifest="version: 2.1\norbs: {other: acme/other@1}\n"
        )
        store = OrbStore((OrbSource("acme/other", None, "other.yml"),))
        assert found(folder, store=store) == ["src/commands/c.yml:2:16: Unexpected argument(s): m"]


class TestExamples:
    def use(self, orb, steps, *, imports="mine: acme/mine@1.0.0", extra=""):
        return orb(
            {
                "commands/greet.yml": "parameters: {to: {type: string}}\nsteps: [{run: x}]\n",
                "examples/one.yml": "description: d\n"
                "usage:\n"
                "  version: 2.1\n"
                f"  orbs: {{{imports}}}\n"
                "  jobs:\n"
                "    build:\n"
                "      docker: [{image: cimg/base:2026.01}]\n"
                f"      steps: [{steps}]\n"
                "  workflows: {main: {jobs: [build]}}\n" + extra,
            }
        )

    @pytest.mark.parametrize(
        ("steps", "place", "message"),
        [
            ("mine/great", "8:15", "Cannot find a definition for command named mine/great"),
            ("mine/greet", "8:15", "Missing required argument(s): to"),
            ("{mine/greet: {to: true}}", "8:33", "Type error for argument to: expected type: string"),
            ("{mine/greet: {to: x, form: y}}", "8:36", "Unexpected argument(s): form"),
            ("theirs/greet", "8:15", "Cannot find orb 'theirs'"),
        ],
    )
    def test_a_use_that_the_orb_does_not_support(self, orb, steps, place, message):
        (line,) = found(self.use(orb, steps))
        assert line.startswith(f"src/examples/one.yml:{place}: {message}")

    def test_the_orb_is_told_from_others_by_its_elements(self, orb):
        imports = "node: circleci/node@5, mine: acme/mine@1.0.0, aws: circleci/aws-cli@4"
        folder = self.use(orb, "node/install, {mine/greet: {to: x}}, mine/great, aws/setup", imports=imports)
        assert [line.rpartition(" ")[2] for line in found(folder)] == ["mine/great"]

    def test_the_orb_is_told_from_others_by_its_name(self, orb):
        imports = "a: acme/first@1, b: acme/second@1"
        folder = self.use(orb, "a/great, b/great", imports=imports)
        assert found(folder) == []
        assert validated(folder).unlinked == ("one",)
        assert [line.rpartition(" ")[2] for line in found(folder, name="acme/second")] == ["b/great"]
        assert validated(folder, name="acme/second").unlinked == ()

    @pytest.mark.parametrize("version", ["x", "x.y", "x.y.z", "X.Y.Z"])
    def test_a_version_that_the_reader_chooses(self, orb, version):
        imports = f"mine: acme/mine@{version}, node: circleci/node@{version}"
        assert found(self.use(orb, "{mine/greet: {to: x}}, node/install", imports=imports)) == []

    def test_a_malformed_reference(self, orb):
        folder = self.use(orb, "{mine/greet: {to: x}}", imports="mine: acme/mine@1.0.0, node: 'circleci/node:5'")
        assert found(folder) == ["src/examples/one.yml:4:39: 'circleci/node:5' is no orb reference"]

    def test_parameters_of_the_examples_own(self, orb):
        folder = self.use(
            orb,
            "{mine/greet: {to: << pipeline.parameters.who >>}}",
            extra="  parameters: {who: {type: string, default: me}}\n",
        )
        assert found(folder) == []


class TestForm:
    def manifest(self, orb, text):
        return orb({}, manifest=text)

    @pytest.mark.parametrize(
        ("manifest", "line"),
        [
            ("description: d\n", "src/@orb.yml:1:1: the orb has no `version`"),
            ("version: 2\n", "src/@orb.yml:1:10: an orb has version 2.1"),
            ("version: 2.1\ncommmands: {}\n", "src/@orb.yml:2:1: `commmands` is no key of an orb"),
            ("version: 2.1\ndescription: [a]\n", "src/@orb.yml:2:14: an orb's `description` must be a text"),
            ("version: 2.1\ndisplay: x\n", "src/@orb.yml:2:10: `display` must be a mapping"),
            ("version: 2.1\ndisplay: {home: x}\n", "src/@orb.yml:2:11: extraneous key [home] is not permitted"),
            ("version: 2.1\ndisplay: {home_url: x}\n", "src/@orb.yml:2:21: `home_url` must be an address"),
            ("version: 2.1\ndisplay: {source_url: 5}\n", "src/@orb.yml:2:23: `source_url` must be an address"),
            ("version: 2.1\ndisplay: {source_url: 'https://['}\n", "src/@orb.yml:2:23: `source_url` must be"),
            ("version: 2.1\nexamples: [a]\n", "src/@orb.yml:2:11: `examples` must be a mapping"),
            ("version: 2.1\nexamples: {e: x}\n", "src/@orb.yml:2:12: example 'e' must be a mapping with `usage`"),
            ("version: 2.1\nexamples: {e: {description: d}}\n", "src/@orb.yml:2:12: required key [usage] not found"),
            ("version: 2.1\nexamples: {e: {usage: x}}\n", "src/@orb.yml:2:23: `usage` of example 'e' must be"),
            ("version: 2.1\norbs: {a: b}\n", "src/@orb.yml:2:11: 'b' is no orb reference"),
        ],
    )
    def test_what_is_wrong_with_the_whole(self, orb, manifest, line):
        assert [text[: len(line)] for text in found(self.manifest(orb, manifest))] == [line]

    @pytest.mark.parametrize("key", ["x-anchors", "definitions", "references"])
    def test_other_keys_hold_anchors(self, orb, key):
        assert found(self.manifest(orb, f"version: 2.1\n{key}: {{a: 1}}\n")) == []

    def test_an_unknown_key_of_an_example(self, orb):
        usage = "usage: {version: 2.1, jobs: {build: {docker: [{image: x}], steps: [checkout]}}}"
        folder = orb({"examples/e.yml": f"{usage}\ndescripton: d\n"})
        validation = validated(folder)
        assert [finding.name for finding in validation.findings] == ["unknown-key[refused]"]
        assert validation.findings[0].help == "did you mean `description`?"

    @pytest.mark.parametrize(
        ("path", "content"),
        [
            ("commands/Greet.yml", "steps: [checkout]\n"),
            ("executors/9.yml", DOCKER),
            ("jobs/1build.yml", DOCKER + "steps: [checkout]\n"),
            ("examples/an example.yml", "usage: {version: 2.1, jobs: {build: {docker: [{image: x}], steps: [a]}}}\n"),
        ],
    )
    def test_a_name_that_no_configuration_could_use(self, orb, path, content):
        assert "compile-error[value]" in names(orb({path: content}))

    def test_a_job_may_have_blanks_and_capitals_in_its_name(self, orb):
        assert found(orb({"jobs/Build it.yml": DOCKER + "steps: [checkout]\n"})) == []

    def test_a_parameter_that_a_workflow_keeps_for_itself(self, orb):
        folder = orb(
            {
                "jobs/j.yml": "parameters: {context: {type: string}}\n"
                + DOCKER
                + "steps: [{run: << parameters.context >>}]\n"
            }
        )
        (line,) = found(folder)
        assert line.startswith(
            "src/jobs/j.yml:1:14: the job parameter `context` bears the name of a key of workflow entries"
        )

    def test_pipeline_parameters_are_not_seen_in_an_orb(self, orb):
        folder = orb({"commands/c.yml": "steps: [{run: << pipeline.parameters.string >>}]\n"})
        (line,) = found(folder)
        assert "src/commands/c.yml:1:18: pipeline parameter 'string' is used in an orb" in line

    def test_what_cannot_be_packed_is_a_problem(self, orb):
        validation = validated(orb({"commands/c.yml": "steps: [checkout]\nsteps: [checkout]\n"}))
        assert [problem.message for problem in validation.problems] == ["mapping key `steps` already defined at line 1"]

    def test_what_is_no_mapping(self):
        (finding,) = validate_file(b"- a\n", "orb.yml", OrbStore()).findings
        assert "must be a mapping" in finding.message

    def test_what_is_no_yaml(self):
        with pytest.raises(UnreadableError, match=r"orb.yml:1:5: unable to parse YAML"):
            validate_file(b"a: b: c\n", "orb.yml", OrbStore())


def test_the_orbs_of_the_corpus_are_expanded(corpus):
    """Each is valid, or is wrong in an example or in a value that its author did not try."""
    checked = 0
    for manifest in sorted((corpus / "orb-registry").rglob("@orb.yml"))[::2]:
        validation = validate_folder(str(manifest.parent), OrbStore())
        assert validation.problems == ()
        for finding in validation.findings:
            inside = str(finding.primary)[len(str(manifest.parent)) + 1 :]
            assert inside.startswith(("examples/", "jobs/docker_build_and_push.yml:48:32")), finding
        checked += 1
    assert checked >= 12
