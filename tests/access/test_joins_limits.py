"""Scripts that are made to take long: what reading them costs grows with their length."""

from __future__ import annotations

import time

import pytest

from tests.access.joining import config, joins, said

LENGTH = 1500
BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    [
        f"{name}: &{name} [{', '.join(['*' + before] * 8)}]\n"
        for before, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
    ]
)


@pytest.mark.parametrize(
    ("scripts", "count"),
    [
        (["".join([f"export A{number}=b\n" for number in range(LENGTH)]) + "tbot start"], 1),
        (["{\n" + "echo 'a: b'\n" * LENGTH + "} > t.yaml\ntbot start -c t.yaml"], 1),
        (["echo 'a: b' >> t.yaml\n" * LENGTH + "tbot start -c t.yaml"], 1),
        (["export A=b\ncat > x <<EOF\n$A\nEOF\ntbot start -c x\n" * 100] * 5, 500),
        (["join() { tbot start; }\njoin\n" + "echo a\n" * LENGTH], 1),
        (["args+=(--oneshot)\n" * LENGTH + 'tbot start "${args[@]}"'], 1),
        ([f"cat > t.yaml <<'EOF'\n{BOMB}EOF\ntbot start -c t.yaml"], 1),
        (["cat > t.yaml <<'EOF'\na: " + "[" * 250 + "]" * 250 + "\nEOF\ntbot start -c t.yaml"], 1),
    ],
)  # fmt: skip
def test_a_long_script_is_read_in_reasonable_time(scripts, count):
    text = config(*scripts)
    start = time.process_time()
    found = joins(text)
    assert time.process_time() - start < 4
    assert len(found) == count


def test_a_file_that_is_nested_deeper_than_is_read():
    (join,) = joins(config("cat > t.yaml <<'EOF'\na: " + "[" * 300 + "]" * 300 + "\nEOF\ntbot start -c t.yaml"))
    assert join.unread
    assert said(join) == {"config": "t.yaml"}
