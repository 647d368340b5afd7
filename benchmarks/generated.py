"""Configurations and workflows made from a seed: of any size, of any number of job runs, the same on every machine."""

from __future__ import annotations

from random import Random

# Lines of scripts as pipelines have them, for both makers; `{}` is filled with a name.
_SCRIPT_LINES = (
    "set -euo pipefail",
    "make {}",
    "npm ci --prefer-offline",
    "npm run {}",
    "./scripts/{}.sh --verbose",
    'echo "building {} in $PWD"',
    "docker build --pull -t example/{}:latest .",
    "pip install -r requirements/{}.txt",
    "python -m pytest tests/{} -q --junitxml=results/{}.xml",
    "if [ -f {}.lock ]; then rm {}.lock; fi",
    "for file in dist/{}/*.tgz; do sha256sum $file; done",
    "curl -fsSL https://example.com/{}.txt -o {}.txt",
    "mkdir -p build/{} && cd build/{}",
    'export VERSION="$(cat version-{}.txt)"',
    "tar -czf {}.tar.gz build/{}",
    "go test ./{}/...",
)
_WORDS = ("alpha", "assets", "backend", "cache", "client", "core", "docs", "edge", "frontend", "gateway", "images",
          "ingest", "library", "metrics", "mobile", "notify", "orders", "payments", "proxy", "reports", "schema",
          "search", "server", "storage", "tests", "tools", "users", "worker")  # fmt: skip
_SHA = "0123456789abcdef"


def config(size: int, seed: int = 0) -> str:
    """A CircleCI configuration of `size` bytes: executors, commands with parameters, jobs with scripts, workflows."""
    return _of_size(size, lambda jobs: _config(jobs, Random(seed)))


def workflow(size: int, seed: int = 0) -> str:
    """A GitHub workflow of `size` bytes, with the same kind of jobs and scripts."""
    return _of_size(size, lambda jobs: _workflow(jobs, Random(seed)))


def config_of_lines(lines: int) -> str:
    """A CircleCI configuration of `lines` lines, all of it in use."""
    few, many = 1, 2
    while _config(many, Random(0)).count("\n") <= lines:
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        if _config(middle, Random(0)).count("\n") <= lines:
            few = middle
        else:
            many = middle
    text = _config(few, Random(0))
    return text + "# nothing\n" * (lines - text.count("\n"))


def config_of_job_runs(runs: int) -> str:
    """A CircleCI configuration of a few jobs that its workflow calls `runs` times, with different arguments."""
    text = _config(4, Random(0)).partition("workflows:\n")[0]
    entries = "".join(
        [f"      - build:\n          name: run-{number}\n          target: t{number}\n" for number in range(runs)]
    )
    return f"{text}{_PARAMETRIZED}workflows:\n  main:\n    jobs:\n{entries}"


_PARAMETRIZED = """\
  build:
    parameters:
      target:
        type: string
    executor: default
    steps:
      - checkout
      - prepare:
          target: << parameters.target >>
      - run:
          name: Build << parameters.target >>
          command: |
            set -euo pipefail
            make << parameters.target >>
            tar -czf << parameters.target >>.tar.gz build
      - store_artifacts:
          path: build/<< parameters.target >>
"""


def sizes(count: int, seed: int = 0) -> list[int]:
    """Sizes of files as repositories have them: half below 8 KB, a few above 40 KB."""
    random = Random(seed)
    return [min(max(int(random.lognormvariate(9.0, 0.9)), 1500), 64_000) for _ in range(count)]


def _of_size(size: int, make: object) -> str:
    assert callable(make)
    few, many = 0, 1
    while len(make(many)) <= size:
        few, many = many, many * 2
    while many - few > 1:
        middle = (few + many) // 2
        if len(make(middle)) <= size:
            few = middle
        else:
            many = middle
    text: str = make(few)
    missing = size - len(text)
    if missing < 0:
        raise ValueError(f"no text of {size} bytes can be made; the shortest has {len(text)}")
    lines = "# padding\n" * (missing // 10)
    return text + lines + "#" * (missing % 10 - 1) + ("\n" if missing % 10 else "")


def _name(random: Random, number: int) -> str:
    return f"{random.choice(_WORDS)}-{number}"


def _script(random: Random, indent: str) -> str:
    lines = []
    for _ in range(random.randint(1, 9)):
        word = random.choice(_WORDS)
        lines.append(indent + random.choice(_SCRIPT_LINES).replace("{}", word) + "\n")
    return "".join(lines)


_HEAD = """\
version: 2.1
parameters:
  deploy-environment:
    type: string
    default: staging
  run-nightly:
    type: boolean
    default: false
executors:
  default:
    docker:
      - image: cimg/node:20.11.1
        environment:
          NODE_ENV: test
    resource_class: medium
    working_directory: ~/project
  machine:
    machine:
      image: ubuntu-2204:2024.05.1
commands:
  prepare:
    description: Restore what an earlier run has stored.
    parameters:
      target:
        type: string
      fresh:
        type: boolean
        default: false
    steps:
      - unless:
          condition: << parameters.fresh >>
          steps:
            - restore_cache:
                keys:
                  - v1-<< parameters.target >>-{{ checksum "package-lock.json" }}
                  - v1-<< parameters.target >>-
      - run:
          name: Prepare << parameters.target >>
          command: ./scripts/prepare.sh << parameters.target >>
"""


def _config(count: int, random: Random) -> str:
    names = [_name(random, number) for number in range(count)]
    jobs = "".join([_config_job(name, random) for name in names])
    entries = []
    for number, name in enumerate(names):
        entry = f"      - {name}:\n          context:\n            - {random.choice(_WORDS)}-context\n"
        if number:
            entry += f"          requires:\n            - {names[number // 2]}\n"
        if random.random() < 0.4:
            entry += "          filters:\n            branches:\n              only:\n                - main\n"
        entries.append(entry)
    workflows = f"workflows:\n  main:\n    jobs:\n{''.join(entries)}" if entries else ""
    return f"{_HEAD}jobs:\n{jobs}{workflows}"


def _config_job(name: str, random: Random) -> str:
    steps = []
    for _ in range(random.randint(2, 8)):
        kind = random.random()
        if kind < 0.7:
            title = random.choice(_WORDS).capitalize()
            steps.append(f"      - run:\n          name: {title}\n          command: |\n{_script(random, ' ' * 12)}")
        elif kind < 0.8:
            steps.append(f"      - prepare:\n          target: {random.choice(_WORDS)}\n")
        elif kind < 0.9:
            steps.append(f"      - store_artifacts:\n          path: build/{random.choice(_WORDS)}\n")
        else:
            steps.append("      - persist_to_workspace:\n          root: .\n          paths:\n            - build\n")
    return f"  {name}:\n    executor: default\n    steps:\n      - checkout\n{''.join(steps)}"


_WORKFLOW_HEAD = """\
name: main
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
env:
  NODE_ENV: test
jobs:
"""


def _workflow(count: int, random: Random) -> str:
    names = [_name(random, number) for number in range(count)]
    jobs = []
    for number, name in enumerate(names):
        needs = f"    needs:\n      - {names[number // 2]}\n" if number else ""
        condition = "    if: github.ref == 'refs/heads/main'\n" if random.random() < 0.4 else ""
        jobs.append(f"  {name}:\n    runs-on: ubuntu-24.04\n{needs}{condition}    steps:\n{_workflow_steps(random)}")
    return _WORKFLOW_HEAD + "".join(jobs)


def _workflow_steps(random: Random) -> str:
    steps = [f"      - uses: actions/checkout@{_sha(random)}\n        with:\n          persist-credentials: false\n"]
    for _ in range(random.randint(2, 8)):
        kind = random.random()
        if kind < 0.7:
            title = random.choice(_WORDS).capitalize()
            steps.append(f"      - name: {title}\n        run: |\n{_script(random, ' ' * 10)}")
        elif kind < 0.8:
            steps.append(
                f"      - uses: actions/cache@{_sha(random)}\n        with:\n          path: ~/.npm\n"
                "          key: v1-${{ hashFiles('package-lock.json') }}\n"
            )
        else:
            word = random.choice(_WORDS)
            steps.append(
                f"      - uses: actions/upload-artifact@{_sha(random)}\n        with:\n"
                f"          name: {word}\n          path: build/{word}\n"
            )
    return "".join(steps)


def _sha(random: Random) -> str:
    return "".join(random.choices(_SHA, k=40))
