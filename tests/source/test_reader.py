"""What is no YAML is said with the place in characters, whatever the parser counts in."""

from __future__ import annotations

import pytest

from orbgen.source.problems import UnreadableError
from orbgen.source.reader import read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\xa0\0", "any.yml:1:2: the character U+0000 may not stand in a YAML file"),
        ("ééééé: \x01\nfoo: bar bar bar", "any.yml:1:8: the character U+0001 may not stand in a YAML file"),
        ("日本: '\x7f'", "any.yml:1:6: the character U+007F may not stand in a YAML file"),
    ],
)
def test_a_character_that_may_not_stand_in_yaml(text, message):
    with pytest.raises(UnreadableError) as caught:
        read(text.encode(), "any.yml")
    assert str(caught.value) == message
