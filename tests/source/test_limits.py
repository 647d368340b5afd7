"""What is too much is refused with a reason, quickly and in little memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from orbgen.source import limits
from orbgen.source.limits import MAXIMUM_NODES
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read


def document_of(text: str | bytes) -> Any:
    return read(text if isinstance(text, bytes) else text.encode(), "config.yml")


def refusal(text):
    start = time.process_time()
    with pytest.raises(UnreadableError) as caught:
        document_of(text)
    assert time.process_time() - start < 2
    problem = caught.value.problem
    assert problem.code == "limit"
    assert problem.help
    return problem


def test_file_size():
    problem = refusal("#" * (limits.MAXIMUM_BYTES + 1))
    assert problem.message == "the file is larger than the 16,777,216 bytes that orbgen reads"


def test_a_file_of_the_largest_size_is_read():
    data = b"a: 1\n#" + b" " * (limits.MAXIMUM_BYTES - 6)
    assert document_of(data).root.get("a").value == 1


def test_number_of_nodes(monkeypatch):
    monkeypatch.setattr("orbgen.source.reader.MAXIMUM_NODES", 100)
    assert len(document_of(b"[" + b"a," * 99 + b"]").root.items) == 99
    problem = refusal("a: 1\nb: [" + "c, " * 100 + "]\n")
    assert problem.message == f"the document has more than {MAXIMUM_NODES:,} nodes"
    assert problem.span.line == 2
    refusal("- []\n" * 101)
    refusal("? []\n: {}\n" * 50)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        "{a: " * 10_000,
        "- " * 10_000 + "a",
        "? " * 10_000 + "a",
        "".join([" " * depth + "a:\n" for depth in range(3000)]),
        "&a [" * 10_000,
        "[a: " * 10_000,
    ],
)
def test_nesting(text):
    problem = refusal(text)
    assert problem.message == "the document is nested more than 256 levels deep here"


def test_nesting_up_to_the_limit_is_read():
    depth = limits.MAXIMUM_DEPTH
    document = document_of("[" * depth + "]" * depth)
    assert document.root.span.text == "[" * depth + "]" * depth


def test_nesting_through_aliases():
    chain = ["a0: &a0 []"] + [f"a{number}: &a{number} [*a{number - 1}]" for number in range(1, 300)]
    problem = refusal("\n".join(chain))
    assert problem.message == "with this alias expanded the document is nested more than 256 levels deep"
    assert problem.span.text.startswith("*a2")


@pytest.mark.parametrize("width", [2, 9])
def test_a_bomb_of_aliases(width):
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * width)}]" for number in range(1, 200)]
    problem = refusal("\n".join(lines))
    assert problem.message == "with its aliases expanded the document has more than 250,000 nodes"


def test_a_bomb_of_merges():
    lines = ["a0: &a0 {x: 1}"]
    for number in range(1, 100):
        merges = "".join([f"k{part}: {{<<: *a{number - 1}}}, " for part in range(4)])
        lines.append(f"a{number}: &a{number} {{{merges}}}")
    refusal("\n".join(lines))


def test_many_aliases_are_shared_and_quick():
    lines = ["base: &base {x: [1, 2, 3]}"]
    lines += [f"k{number}: [*base, &n{number} {{y: *base}}, *n{number}]" for number in range(10_000)]
    data = "\n".join(lines).encode()
    start = time.process_time()
    root = document_of(data).root
    assert time.process_time() - start < 1
    base = root.get("base")
    assert all([field.value.elements[0] is base for name, field in root.fields.items() if name != "base"])


def test_ten_thousand_aliases_of_aliases_take_milliseconds():
    """Each list holds the one before it twice or, every few lines, starts afresh, so that the limits are not met."""
    lines = []
    for number in range(10_000):
        inner = f"*a{number - 1}, *a{number - 1}" if number % 4 else "x"
        lines.append(f"- &a{number} [{inner}]")
    data = "\n".join(lines).encode()
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        document_of(data)
        best = min(best, time.process_time() - start)
    assert best < 0.5


def test_undefined_aliases_by_the_thousand_are_quick():
    lines = [f"- &anchor_number_{number} x" for number in range(3000)]
    lines += [f"- *anchor_nummer_{number}" for number in range(3000)]
    start = time.process_time()
    document = document_of("\n".join(lines))
    assert time.process_time() - start < 2
    assert len(document.problems) == 3000
    assert document.problems[0].suggestion == "*anchor_number_0"


def test_names_of_a_megabyte_are_quick():
    name = "ab" * 500_000
    start = time.process_time()
    document = document_of(f"- &{name} x\n- *b{name}a\n")
    assert time.process_time() - start < 1
    assert len(document.problems) == 1


MEASURE = """
import re, sys, time
from pathlib import Path
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read
data = eval(sys.argv[1])
start = time.process_time()
try:
    read(data, "config.yml")
except UnreadableError as error:
    print(error.problem.code)
# The peak that `resource` knows includes that of the process that started this one.
peak = re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(time.process_time() - start, peak.group(1))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not tell a process's memory")
@pytest.mark.parametrize("data", ["b'[' * 10_000", "b'- ' * 10_000", "b'{a: ' * 10_000", "b'[' * 16_000_000"])
def test_deep_nesting_takes_less_than_a_second_and_200_mib(data):
    run = subprocess.run([sys.executable, "-c", MEASURE, data], capture_output=True, text=True, check=True, timeout=60)
    code, figures = run.stdout.splitlines()
    seconds, kibibytes = map(float, figures.split())
    assert (code, seconds < 1, kibibytes < 200 * 1024) == ("limit", True, True)
