"""What the compiler is told from outside: pipeline parameters, pipeline values, and where orbs are."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from orbgen.circleci.expressions import Variable
from orbgen.circleci.pipeline_values import PIPELINE_VALUES
from orbgen.circleci.truth import Unknown, Value


class Inputs(msgspec.Struct, frozen=True):
    """Pipeline parameters by name and pipeline values by full name.

    With `complete`, parameters take their defaults and values the table's where nothing is given, and one pipeline
    results. Without, all that is not given is unknown. With `orbs_injected` an orb that is not declared is one that
    somebody adds before CircleCI reads the file, as orb-tools does for `test-deploy.yml`.
    """

    parameters: Mapping[str, Value] = {}
    values: Mapping[str, Value] = {}
    complete: bool = False
    orbs_injected: bool = False

    def value(self, name: str) -> Value:
        """The value of a full name such as `pipeline.git.branch`. Raises KeyError for one that does not exist."""
        if name in self.values:
            return self.values[name]
        known = PIPELINE_VALUES[name]
        return known.default if self.complete else Unknown((name,), known.kind, formula=Variable(name))
