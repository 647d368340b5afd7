"""Files that are no files."""

from __future__ import annotations

import io
import os
import sys

import pytest

from orbgen.source.files import read_bytes
from orbgen.source.limits import MAXIMUM_BYTES
from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read


def test_standard_input_is_read_as_a_file_is(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1")))
    assert read_bytes("-") == b"a: 1"


@pytest.mark.parametrize("name", ["absent.yml", "."])
def test_what_cannot_be_opened_is_said_with_its_reason(name, tmp_path):
    with pytest.raises(UnreadableError) as caught:
        read_bytes(str(tmp_path / name))
    assert caught.value.problem.message.startswith("cannot read the file: ")
    assert caught.value.problem.span.source.name == str(tmp_path / name)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="this system has no device that never ends")
def test_a_device_that_never_ends_is_read_no_further_than_a_file():
    data = read_bytes("/dev/zero")
    assert len(data) == MAXIMUM_BYTES + 1
    with pytest.raises(UnreadableError, match="larger than the 16,777,216 bytes"):
        read(data, "zero")
