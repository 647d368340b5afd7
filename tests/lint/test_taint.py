"""Following text from outside through scripts: what stays tainted, what is cleaned, what reads it as code."""

from __future__ import annotations

import textwrap
import time

import pytest

from orbgen.access.checkout import Checkout
from orbgen.circleci.compiler import compile_document
from orbgen.circleci.inputs import Inputs
from orbgen.lint.context import Context
from orbgen.lint.rules.injection.reparsed_variable import check
from orbgen.source.reader import read

CONFIG = """\
version: 2.1
jobs:
  build:
    docker: [{image: "cimg/base:2026.01"}]
    environment: {PARAMETER: << pipeline.parameters.p >>, STAGE: << pipeline.parameters.e >>}
    steps:
"""
PARAMETERS = """\
parameters:
  p: {type: string, default: ""}
  e: {type: enum, enum: [a, b], default: a}
"""
WORKFLOWS = "workflows:\n  main:\n    jobs:\n      - build: {filters: {tags: {only: /.*/}}}\n"


def kinds(*scripts: str) -> list[str]:
    """The kinds of what is read again as code in the steps of one job, in order."""
    steps = "".join(
        [f"      - run: |\n{textwrap.indent(script.replace('<<', chr(92) + '<<'), ' ' * 10)}\n" for script in scripts]
    )
    document = read((CONFIG + steps + PARAMETERS + WORKFLOWS).encode(), "config.yml")
    pipeline = compile_document(document, Inputs())
    assert [problem.message for problem in pipeline.problems] == []
    context = Context(document, pipeline, Checkout("."))
    return [finding.kind for run in pipeline.job_runs for finding in check(run, context)]


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ('eval "x $CIRCLE_BRANCH"', "shell"),
        ("eval x ${CIRCLE_TAG}", "shell"),
        ('bash -ec "x $CIRCLE_BRANCH"', "shell"),
        ('sudo -E sh -c "x $CIRCLE_BRANCH"', "shell"),
        ('su -c "x $CIRCLE_BRANCH" user', "shell"),
        ('trap "x $CIRCLE_BRANCH" EXIT', "shell"),
        ('echo "x $CIRCLE_BRANCH" | bash', "shell"),
        ('bash <<< "x $CIRCLE_BRANCH"', "shell"),
        ("bash <<END\nx $CIRCLE_BRANCH\nEND", "shell"),
        ('source <(echo "x $CIRCLE_BRANCH")', "shell"),
        ('ssh -p 22 -i key host x "$CIRCLE_BRANCH"', "remote"),
        ('ssh -o User=a host -- x "$CIRCLE_BRANCH"', "remote"),
        ('tsh -i id --proxy=p:443 ssh user@host x "$CIRCLE_BRANCH"', "remote"),
        ('gcloud compute ssh vm --command="x $CIRCLE_BRANCH"', "remote"),
        ('docker exec box sh -c "x $CIRCLE_BRANCH"', "remote"),
        ('kubectl exec pod -- bash -c "x $CIRCLE_BRANCH"', "remote"),
        ("python3 -c \"x('$CIRCLE_BRANCH')\"", "interpreter"),
        ("psql -c \"select '$CIRCLE_BRANCH'\"", "interpreter"),
        ('awk "/$CIRCLE_BRANCH/" file', "interpreter"),
        ('sed -e "s/x/$CIRCLE_BRANCH/" file', "expression"),
        ('jq ".x = \\"$CIRCLE_BRANCH\\""', "expression"),
        ('X=$(git log -1 --format=%s); eval "$X"', "shell"),
        ('X=$(git rev-parse --abbrev-ref HEAD); eval "$X"', "shell"),
        ('X="$CIRCLE_BRANCH"; Y=v$X; eval "$Y"', "shell"),
        ('X=${CIRCLE_BRANCH##*/}; eval "$X"', "shell"),
        ('X=${CIRCLE_BRANCH:-main}; eval "$X"', "shell"),
        ('read -r X <<< "$CIRCLE_BRANCH"; eval "$X"', "shell"),
        ('for x in $(git log --format=%an); do eval "$x"; done', "shell"),
        ('X=$(echo "$CIRCLE_BRANCH" | tr / -); eval "$X"', "shell"),
        ('X=$(echo "$CIRCLE_BRANCH" | sed "s#/#-#g"); eval "$X"', "shell"),
        ("X=$(git log -1 --pretty=%s | sed -E 's/.*#([0-9]+).*/\\1/'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | sed -nE 's/.*#([^ ]+).*/\\1/p'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | sed -nE 's/#([0-9]+).*/\\1/p'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | sed -nE 's/.*#([0-9]+)/\\1/p'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | sed -nE 's/^.*#([0-9]+).*$/&/p'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | sed -nE 's/.*(x.*)#([0-9]+).*/\\1/p'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | grep -oE '#.+'); eval \"$X\"", "shell"),
        ("X=$(git log -1 --pretty=%s | grep -E '[0-9]+'); eval \"$X\"", "shell"),
        ('eval "$PARAMETER"', "shell"),
        ('if [[ $CIRCLE_BRANCH == main* ]]; then eval "$CIRCLE_BRANCH"; fi', "shell"),
        ('if [[ $CIRCLE_BRANCH == main ]]; then :; else eval "$CIRCLE_BRANCH"; fi', "shell"),
    ],
)
def test_what_is_read_again_is_found(script, kind):
    assert kinds(script) == [kind]


@pytest.mark.parametrize(
    "script",
    [
        'echo "$CIRCLE_BRANCH"',
        'bash -c "x \\"\\$1\\"" _ "$CIRCLE_BRANCH"',
        "bash -c 'x \"$CIRCLE_BRANCH\"'",
        'bash script.sh "$CIRCLE_BRANCH"',
        'ssh -l "$CIRCLE_BRANCH" host uptime',
        "ssh host 'x \"$CIRCLE_BRANCH\"'",
        'ssh host "x $(printf %q "$CIRCLE_BRANCH")"',
        'ssh host "x ${CIRCLE_BRANCH@Q}"',
        'eval "x ${#CIRCLE_BRANCH}"',
        'eval "x ${CIRCLE_BRANCH:+yes}"',
        'eval "x ${CIRCLE_BRANCH//[^a-zA-Z0-9]/-}"',
        'X=$(echo "$CIRCLE_BRANCH" | tr -cd "a-z0-9-"); eval "$X"',
        'X=$(echo "$CIRCLE_BRANCH" | tr -c "[:alnum:]" -); eval "$X"',
        'X=$(echo "$CIRCLE_BRANCH" | sed "s/[^a-z0-9]/-/g"); eval "$X"',
        "X=`git log -1 --pretty=%s | sed -En 's/.*\\(#([0-9]*)\\).*/\\1/p'`; eval \"$X\"",
        "X=$(git log -1 --pretty=%s | sed -n 's/^.*pr-\\([[:digit:]]\\{1,6\\}\\)$/PR-\\1/p'); eval \"$X\"",
        "X=$(git log -1 --pretty=%s | sed -rn 's|^(.*/)?([a-z]+-[0-9]+).*|\\2|p'); eval \"$X\"",
        "X=$(git log -1 --pretty=%s | grep -oE '[A-Z]+-[0-9]+' | head -n 1); eval \"$X\"",
        "X=$(git log -1 --pretty=%s | grep -o 'v[0-9]\\+\\.[0-9]\\+'); eval \"$X\"",
        'X=$(echo "$CIRCLE_BRANCH" | sha256sum); eval "$X"',
        'X=$(git rev-parse "$CIRCLE_BRANCH"); eval "$X"',
        'X=$(git log -1 --format=%H); eval "$X"',
        'X="$CIRCLE_BRANCH"; X=fixed; eval "$X"',
        'case "$CIRCLE_BRANCH" in main|next) eval "$CIRCLE_BRANCH";; esac',
        'if [ "$CIRCLE_BRANCH" = main ]; then eval "$CIRCLE_BRANCH"; fi',
        '[[ $CIRCLE_BRANCH =~ ^[a-z0-9-]+$ ]] && eval "$CIRCLE_BRANCH"',
        '[[ $CIRCLE_BRANCH =~ ^[a-z0-9-]+$ ]] || exit 1\neval "$CIRCLE_BRANCH"',
        'jq --arg b "$CIRCLE_BRANCH" ".x = \\$b"',
        'awk -v b="$CIRCLE_BRANCH" "{print b}"',
        'eval "x $STAGE $CIRCLE_SHA1 $CIRCLE_BUILD_NUM"',
        'bash <<"END"\nx $CIRCLE_BRANCH\nEND',
        'echo "bash -c $CIRCLE_BRANCH"',
        'eval "$CIRCLE_BRANCH" (',
    ],
)
def test_what_is_safe_is_left_alone(script):
    assert kinds(script) == []


def test_what_a_step_exports_is_followed_into_the_next():
    assert kinds('printf \'export X=%q\\n\' "$CIRCLE_BRANCH" >> "$BASH_ENV"', 'eval "$X"') == ["shell"]
    assert kinds('echo "export X=fixed" >> "$BASH_ENV"', 'eval "$X"') == []
    assert kinds('X="$CIRCLE_BRANCH"', 'eval "$X"') == []


def test_a_long_script_is_followed_in_a_moment():
    begin = time.process_time()
    lines = [f'echo "$(cat {number})" | tee {number}.txt; make "$CIRCLE_BRANCH"' for number in range(1000)]
    assert kinds("\n".join([*lines, 'eval "$CIRCLE_BRANCH"'])) == ["shell"]
    assert time.process_time() - begin < 3
