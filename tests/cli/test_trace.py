"""`orbgen trace` on worked cases: the ways that somebody wrote down before, questions, and what a change opens."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
CASES = Path(__file__).parent.parent / "cases" / "trace"
# Where each stop is written stands behind it; the cases are about what there is.
_PLACE = re.compile(r"  \[[^\]]*:\d+\]$", re.MULTILINE)


@pytest.fixture
def case(plain_surroundings: Path):
    """Lays out a case's repository and goes there."""

    def lay_out(name: str) -> Path:
        root = plain_surroundings / name
        shutil.copytree(CASES / name, root)
        (root / "ways.txt").unlink()
        _git(root, "init", "--quiet", "--initial-branch=main")
        _git(root, "add", "--all")
        _git(root, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=begin")
        os.chdir(root)
        return root

    return lay_out


def _git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)


@pytest.mark.parametrize("name", sorted([one.name for one in CASES.iterdir()]))
def test_the_ways_are_those_that_were_written_down(name, case, orbgen):
    case(name)
    found = orbgen("trace")
    assert (found.code, found.err) == (0, "")
    assert _PLACE.sub("", found.out) == (CASES / name / "ways.txt").read_text()


def test_each_stop_says_where_it_is_written(case, orbgen):
    case("guide-hardened")
    found = orbgen("trace").out
    assert "[.circleci/config.yml:11]" in found
    assert "[teleport.yaml:21]" in found


@pytest.mark.parametrize(
    ("name", "words", "answer"),
    [
        ("guide", ["--to", "node:env=prod", "--from", "branch:any"], True),
        ("guide", ["--to", "db:env=prod"], True),
        ("guide", ["--to", "desktop:env=prod"], False),
        ("guide", ["--from", "tag"], False),
        ("guide-hardened", ["--to", "node:hostname=my-node"], True),
        ("guide-hardened", ["--to", "node:hostname=other"], False),
        ("guide-hardened", ["--to", "node:hostname=my-node", "--from", "branch:any"], False),
        ("guide-hardened", ["--to", "node:hostname=my-node", "--from", "branch:main"], True),
        ("guide-hardened", ["--to", "node:hostname=my-node", "--from", "branch:other"], False),
        ("approval-bypass", ["--to", "node:env=production", "--from", "fork"], True),
        ("tag-only", ["--from", "tag"], True),
        ("tag-only", ["--from", "branch:any"], False),
        ("schedule", ["--from", "schedule"], True),
        ("matrix", ["--to", "node:env=staging", "--job", "ship-production"], False),
        ("matrix", ["--to", "node:env=production", "--bot", "production"], True),
        ("dynamic-configuration", ["--from", "api"], True),
        ("dynamic-configuration", ["--from", "branch:any"], False),
        ("generic-oidc", ["--from", "branch:any"], False),
        ("context-restricted", ["--to", "node:env=production", "--from", "branch:any"], False),
        ("context-restricted", ["--to", "context:teleport-access"], True),
        ("context-restricted", ["--to", "context:other"], False),
    ],
)
def test_a_question_is_answered_by_the_exit_code_and_a_word(name, words, answer, case, orbgen):
    case(name)
    found = orbgen("trace", *words)
    assert found.code == int(answer)
    assert found.err.startswith("yes: " if answer else "no: ")
    assert bool(found.out.strip()) == answer


def test_a_no_says_what_stands_in_the_way(case, orbgen):
    case("guide-hardened")
    found = orbgen("trace", "--to", "node:hostname=my-node", "--from", "branch:any")
    assert 'no: what leads there is started by a push where `pipeline.git.branch == "main"`' in found.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "nodes:env=prod"], "--to takes one of node, app, db"),
        (["--to", "node:prod"], "'prod' is no label"),
        (["--to", "context:"], "wants the name of a context"),
        (["--from", "anywhere"], "--from takes branch:any"),
        (["--compare", "nowhere"], "git has no revision nowhere here"),
        (["--compare", "--output=x"], "'--output=x' is no revision"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told_in_a_sentence(words, message, case, orbgen):
    case("guide")
    found = orbgen("trace", *words)
    assert found.code == 2
    assert message in found.err


# Five changes as people make them, and what a reviewer is told.
_FILTERS = 'filters: pipeline.git.branch == "main"'
CHANGES = [
    pytest.param(
        "guide-hardened", ".circleci/config.yml", f", {_FILTERS}", "", ["--config", "orbgen.yml"],
        "widened: job write-to-host: a push to any branch starts it now, and only the context or the token keeps", 1,
        id="the filter goes, the context guards",
    ),
    pytest.param(
        "two-projects", ".circleci/config.yml", ", filters: {branches: {only: main}}", "", [],
        "widened: job ship: a push to any branch gets in now; before it was a push to branch main", 1,
        id="the filter goes",
    ),
    pytest.param(
        "matrix", "teleport.yaml", "node_labels: {env: staging}", "node_labels: {'*': '*'}", [],
        "widened: job ship-staging: it reaches every one of the servers as ci; before it was servers with env=staging",
        1, id="the role takes every server",
    ),
    pytest.param(
        "two-projects", "teleport.yaml", "context_id:", f"project_id: {PROJECT}\n        context_id:",
        [], "narrowed: job ship: token deploy, rule 1 (this project with this context) lets it in", 0,
        id="the rule names the project",
    ),
    pytest.param(
        "tag-only", "teleport.yaml", "roles: [servers]", "roles: [servers, access]", [],
        "added: job ship: a push to tag /^v.*/ leads to reaches every server", 1, id="the bot gets one more role",
    ),
    pytest.param(
        "schedule", "teleport.yaml", "roles: [servers]", "roles: []", [],
        "gone: job sweep: no way leads to servers with env=production as ci any more", 1, id="the bot loses its role",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "file", "old", "new", "words", "sentence", "code"), CHANGES)
def test_a_change_is_told_in_one_sentence(name, file, old, new, words, sentence, code, case, orbgen):
    root = case(name)
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new, 1))
    found = orbgen("trace", "--compare", "HEAD", *words)
    assert sentence in found.out
    assert found.code == code


def test_what_makes_a_comparison_fail_can_be_chosen(case, orbgen):
    root = case("two-projects")
    config = root / ".circleci" / "config.yml"
    config.write_text(config.read_text().replace(", filters: {branches: {only: main}}", ""))
    assert orbgen("trace", "--compare", "HEAD", "--fail-on", "never").code == 0
    assert orbgen("trace", "--compare", "HEAD", "--fail-on", "any").code == 1


def test_nothing_that_differs_is_said_so(case, orbgen):
    case("guide")
    found = orbgen("trace", "--compare", "HEAD")
    assert (found.code, found.out) == (0, "")
    assert "no way is other than in HEAD" in found.err


def test_json_holds_the_same_ways(case, orbgen):
    case("matrix")
    data = json.loads(orbgen("trace", "--format", "json").out)
    assert data["version"] == 1
    assert [way["job"] for way in data["ways"]] == ["ship-staging", "ship-production"]
    assert [stop["kind"] for stop in data["ways"][0]["stops"]] == ["trigger", "job", "token", "bot", "role", "target"]
    assert data["ways"][0]["exposure"] == "gated"


def test_pictures_hold_each_stop_once(case, orbgen):
    case("matrix")
    dot = orbgen("trace", "--format", "dot").out
    assert dot.startswith("digraph ways {") and dot.rstrip().endswith("}")
    assert dot.count('"a push to branch main"') == 1
    assert dot.count(" -> ") == 10
    mermaid = orbgen("trace", "--format", "mermaid").out
    assert mermaid.startswith("flowchart LR")
    assert mermaid.count(" --> ") == 10


def test_what_stands_in_names_does_not_change_a_picture(case, orbgen):
    root = case("guide")
    config = root / ".circleci" / "config.yml"
    config.write_text(config.read_text().replace("write-to-host", 'x"];<b>'))
    for line in orbgen("trace", "--format", "mermaid").out.splitlines()[1:]:
        assert "<b>" not in line


def test_a_repository_without_joins_has_no_ways(plain_surroundings, orbgen):
    os.chdir(plain_surroundings)
    found = orbgen("trace")
    assert (found.code, found.out.strip()) == (0, "")
    assert "no job here joins Teleport" in found.err


def test_a_page_holds_the_ways_as_text_and_as_data_and_the_findings(case, orbgen):
    root = case("guide")
    assert orbgen("trace", "--format", "html", "--output", "ways.html").code == 0
    page = (root / "ways.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "token circleci-demo, rule 1 (any project with this context)" in page
    assert "organization-id, project-id and the ids of the contexts in orbgen.yml" in page
    assert "<code>access-open-to-any-branch</code>" in page
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    assert [data["stops"][number]["kind"] for number in data["ways"][0]["stops"]][::5] == ["trigger", "target"]


def test_nothing_that_a_file_says_is_read_as_html(case, orbgen):
    root = case("guide")
    for file in (root / ".circleci" / "config.yml", root / "teleport.yaml"):
        text = file.read_text().replace("circleci-demo", '"</script><b>&x"').replace("write-to-host", "'<i>&y'")
        file.write_text(text)
    page = orbgen("trace", "--format", "html").out
    assert "<b>&x" not in page and "<i>&y" not in page
    assert "&lt;b&gt;&amp;x" in page


@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium to open the page in")
@pytest.mark.parametrize("name", ["guide", "matrix"])
def test_a_browser_draws_the_picture(name, case, orbgen):
    root = case(name)
    orbgen("trace", "--format", "html", "--output", "ways.html")
    browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0"]
    address = (root / "ways.html").as_uri()
    done = subprocess.run(
        [*browser, "--virtual-time-budget=2000", "--dump-dom", address], capture_output=True, timeout=60, check=False
    )
    drawn = done.stdout.decode()
    assert b"CONSOLE" not in done.stderr
    assert drawn.count('tabindex="0" role="img"') == {"guide": 6, "matrix": 11}[name]
