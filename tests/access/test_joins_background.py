"""Whether a step waits for tbot, and whether tbot ends by itself."""

from __future__ import annotations

import pytest

from tests.access.joining import joined

START = "tbot start --token demo"


@pytest.mark.parametrize(
    ("script", "step", "background"),
    [
        (START, "", False),
        (START, "background: true", True),
        (START, "background: false", False),
        (f"{START} &", "", True),
        (f"nohup {START} > tbot.log 2>&1 &", "", True),
        (f"{START} | tee log &", "", True),
        (f"( {START} ) &", "", True),
        (f"{{ sleep 1; {START}; }} &", "", True),
        (f"({START} &)", "", True),
        (f"setsid {START}", "", True),
        (f"sleep 100 & {START}", "", False),
        (f"{START} && echo done", "", False),
        (f"true & wait && {START}", "", False),
        (f"join() {{ {START}; }}\njoin &", "", True),
        (f"join() {{ {START}; }}\njoin", "", False),
        (f"join() {{ {START}; }}\njoin &\njoin", "", False),
        (f"join() {{ {START} & }}\njoin", "", True),
        ("docker run -d acme/tbot-distroless start", "", True),
        ("docker run --detach acme/tbot-distroless start", "", True),
        ("docker run -itd acme/tbot-distroless start", "", True),
        ("docker run -it acme/tbot-distroless start", "", False),
        ("docker run acme/tbot-distroless start &", "", True),
        ("sudo systemctl start tbot", "", True),
        ("systemctl enable --now tbot.service", "", True),
        ("service tbot start", "", True),
    ],
)
def test_what_runs_in_the_background(script, step, background):
    assert joined(script, step=step).background is background


def test_a_service_of_the_machine_is_a_join_of_which_only_the_place_is_known():
    join = joined("sudo systemctl restart tbot")
    assert (join.method, join.token, join.oneshot, join.unread) == (None, None, None, True)
    assert join.span.text == "systemctl"


def test_a_limited_join_is_ended():
    assert joined(f"timeout 30 {START}").limited
    assert not joined(START).limited


@pytest.mark.parametrize(
    ("start", "file", "oneshot"),
    [
        ("tbot start --oneshot", None, True),
        ("tbot start --no-oneshot", None, False),
        ("tbot start", None, False),
        ("tbot start $FLAGS", None, None),
        ("tbot start $FLAGS --oneshot", None, True),
        ('tbot start -c "$FILE"', None, None),
        ("tbot start -c t.yaml", "oneshot: true", True),
        ("tbot start -c t.yaml", "oneshot: false", False),
        ("tbot start -c t.yaml", "debug: true", False),
        ("tbot start -c t.yaml", "oneshot: $ONESHOT", None),
        ("tbot start -c t.yaml --oneshot", "oneshot: false", True),
        ("tbot start -c t.yaml --no-oneshot", "oneshot: true", False),
        ("tbot start -c elsewhere.yaml", "oneshot: true", None),
    ],
)
def test_whether_tbot_ends_by_itself(start, file, oneshot):
    scripts = [start] if file is None else [f"cat > t.yaml <<EOF\n{file}\nEOF", start]
    assert joined(*scripts).oneshot is oneshot
