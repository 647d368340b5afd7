"""The words that rules need: asked first, and never the reason that something is not found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from orbgen.circleci.orbs import OrbSource, OrbStore
from orbgen.lint.analyses.injection.taint import twins
from orbgen.lint.engine import LoadedRule, load_rules, written_rule
from orbgen.lint.pages import examples
from orbgen.lint.run import Linter
from orbgen.lint.vocabulary import Vocabulary
from tests.lint.linting import EVERYTHING, found, job

RULES = load_rules()
WITHOUT_NEEDS = tuple([replace(loaded, rule=replace(loaded.rule, needs=(), given=None)) for loaded in RULES])


def said(linter: Linter, path: Path) -> list[tuple[object, ...]]:
    """What a linter finds in a file, in a form that can be compared."""
    return [
        (one.name, str(one.primary), one.message, one.severity, one.confidence, one.persona, one.path, one.job_runs)
        for one in linter.lint(str(path), named=True).findings
    ]


@pytest.mark.parametrize("loaded", RULES, ids=lambda loaded: loaded.rule.name)
def test_a_rule_is_what_its_module_says(loaded: LoadedRule):
    code = Path(loaded.page).with_suffix(".py").read_text()
    module = sys.modules.get(loaded.module) or __import__(loaded.module, fromlist=["RULE"])
    assert written_rule(code) == module.RULE


def test_a_rule_that_is_made_of_more_than_plain_values_is_imported():
    assert written_rule('\nRULE = Rule(\n    name="a",\n    sees=Sees.STEP,\n    needs=WORDS,\n)\n') is None
    assert written_rule("\nRULE = make()\n") is None


def test_rules_that_need_what_is_not_there_are_not_imported(tmp_path: Path):
    (tmp_path / "config.yml").write_text(job("- run: make test"))
    lint = "from orbgen.cli.main import main; main(['lint', '--quiet', 'config.yml'])"
    code = f"{lint}; import sys; print([name for name in sys.modules if name.startswith('orbgen.lint.rules.')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "unpinned_image" in done.stdout
    for name in ("weak_gate", "piped_script", "unpinned_orb", "reparsed_variable", "unrestricted_ssh_keys"):
        assert name not in done.stdout


def test_no_finding_of_the_pages_depends_on_the_words(tmp_path: Path):
    path = tmp_path / "config.yml"
    with_words, without = [Linter(rules, OrbStore(), EVERYTHING) for rules in (RULES, WITHOUT_NEEDS)]
    count = 0
    for loaded in RULES:
        for example in examples(Path(loaded.page).read_text()):
            path.write_text(example.text)
            expected = said(without, path)
            assert said(with_words, path) == expected, f"{loaded.page}:{example.line}"
            count += len(expected)
    assert count > 200


def test_no_finding_in_real_configurations_depends_on_the_words(corpus: Path):
    with_words, without = [Linter(rules, OrbStore(), EVERYTHING) for rules in (RULES, WITHOUT_NEEDS)]
    for path in sorted(corpus.rglob("*.yml"))[::12]:
        assert said(with_words, path) == said(without, path), path


STEPS = {
    "an escape by number": '- run: "\\x63url -s https://example.com/x.sh | sh"',
    "an escape before it": '- run: "true\\ncurl -s https://example.com/x.sh | sh"',
    "a text broken over lines": '- run: "true; cu\\\n    rl -s https://example.com/x.sh | sh"',
}


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_a_word_is_seen_however_yaml_writes_it(steps: str, tmp_path: Path):
    assert [finding.rule for finding in found(tmp_path, job(steps), "piped-script")] == ["piped-script"]


CALLS = {
    "its end is pasted": ("cu<< parameters.a >>", "rl"),
    "its beginning is pasted": ("<< parameters.a >>rl", "cu"),
    "its middle is pasted": ("c<< parameters.a >>l", "ur"),
    "all of it is pasted": ("<< parameters.a >>", "curl"),
    "two pieces are pasted": ("<< parameters.a >><< parameters.b >>", "cu"),
}


@pytest.mark.parametrize(("command", "value"), CALLS.values(), ids=CALLS)
def test_a_word_is_seen_that_is_pasted_together(command: str, value: str, tmp_path: Path):
    more = (
        "commands:\n  get:\n    parameters:\n      a: {type: string}\n      b: {type: string, default: rl}\n"
        f'    steps:\n      - run: "{command} -s https://example.com/x.sh | sh"\n'
    )
    config = job(f"- get: {{a: {value}}}", more=more)
    assert [finding.rule for finding in found(tmp_path, config, "piped-script")] == ["piped-script"]


def test_tags_side_by_side_that_paste_no_words_together_hide_none():
    for text in (
        "<< parameters.a >><< pipeline.git.branch >>",
        "<<#pipeline.git.tag>><<pipeline.git.tag>><</pipeline.git.tag>>",
        "C:\\Users and \\xylophones",
    ):
        words = Vocabulary([text])
        assert words.complete and not words.may_hold(("curl",)), text
    for text in ("<<parameters.a>><<parameters.b>>", "<<#pipeline.git.tag>><< parameters.a >><</pipeline.git.tag>>"):
        assert not Vocabulary([text]).complete, text


def test_the_words_of_orbs_count(tmp_path: Path):
    packed, tree, nested = tmp_path / "packed.yml", tmp_path / "tree", tmp_path / "nested.yml"
    script = "curl -s https://example.com/x.sh | sh"
    packed.write_text(f'version: 2.1\ncommands:\n  get:\n    steps:\n      - run: "{script}"\n')
    nested.write_text("version: 2.1\norbs: {inner: my/packed@1.0.0}\ncommands:\n  get:\n    steps: [inner/get]\n")
    (tree / "src" / "commands").mkdir(parents=True)
    (tree / "src" / "@orb.yml").write_text("version: 2.1\n")
    (tree / "src" / "commands" / "get.yml").write_text(f'steps:\n  - run: "{script}"\n')
    sources = tuple([OrbSource(f"my/{path.stem}", None, str(path)) for path in (packed, tree, nested)])
    rules = tuple([loaded for loaded in RULES if loaded.rule.name == "piped-script"])
    for name in ("packed", "tree", "nested"):
        path = tmp_path / "config.yml"
        path.write_text(job("- orb/get", more=f"orbs: {{orb: my/{name}@1.0.0}}\n"))
        result = Linter(rules, OrbStore(sources), EVERYTHING).lint(str(path), named=True)
        assert [finding.rule for finding in result.findings] == ["piped-script"], name


def test_a_word_of_several_needs_them_all():
    words = Vocabulary(["- Add_SSH-keys: {}\n"])
    assert words.complete
    assert words.may_hold(("add_ssh_keys",))
    assert not words.may_hold(("add_gpg_keys", "sshkeys"))


def test_the_variables_with_text_from_outside_are_needed_by_name():
    needed = next(loaded.rule.needs for loaded in RULES if loaded.rule.name == "reparsed-variable")
    assert set(twins(frozenset())) <= set(needed)
