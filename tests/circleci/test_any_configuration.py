"""Whatever a configuration says, it ends in a pipeline or in problems with places: nothing raises."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orbgen.circleci.compiler import compile_document, compile_orb
from orbgen.circleci.inputs import Inputs
from orbgen.circleci.output import Data, header, pipeline_data, source_comment
from orbgen.circleci.yaml_output import write
from orbgen.source.reader import read

# The words of the language, and names that they may refer to.
_WORDS = (
    "a", "b", "c", "version", "setup", "orbs", "commands", "executors", "parameters", "jobs", "job-groups",
    "workflows", "steps", "docker", "machine", "macos", "image", "xcode", "executor", "environment", "shell", "type",
    "default", "enum", "description", "name", "requires", "context", "filters", "branches", "tags", "only", "ignore",
    "matrix", "exclude", "alias", "pre-steps", "post-steps", "serial-group", "override-with", "when", "unless",
    "condition", "and", "or", "not", "equal", "matches", "pattern", "value", "run", "command", "checkout",
    "save_cache", "key", "keys", "paths", "plan_name", "parallelism", "retention", "caches", "triggers", "schedule",
    "cron", "max_auto_reruns", "auto_rerun_delay", "background", "method", "depth", "auth", "username",
)  # fmt: skip
_TEXTS = (
    "a", "b", "c", "2.1", "2", "build", "main", "checkout", "a/b", "ns/orb@1.2.3", "ns/orb@1", "string", "boolean",
    "integer", "steps", "executor", "enum", "env_var_name", "approval", "no-op", "lock", "release", "success",
    "failed", "terminal", "on_fail", "10m", "/re/", "1d", "blobless", "shallow",
)  # fmt: skip
_TAGS = (
    "<< parameters.a >>",
    "<<parameters.b>> and << parameters.a >>",
    "<< pipeline.parameters.a >>",
    "<< pipeline.git.branch >>",
    "<< matrix.a >>",
    "<<# parameters.a >>x<</ parameters.a >>",
    "<< include(a.sh) >>",
    "<<",
    "\\<< a",
    'pipeline.git.branch == "main" and pipeline.parameters.a',
    '<< pipeline.git.branch == "main" and a or "b" >>',
)
_SCALARS = st.one_of(
    st.sampled_from(_TEXTS),
    st.sampled_from(_TAGS),
    st.booleans(),
    st.none(),
    st.integers(-1, 6),
    st.just(1.5),
    st.just(""),
)
_ANYTHING: st.SearchStrategy[Any] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WORDS), inner, max_size=3),
    max_leaves=6,
)


def _mostly(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What usually stands somewhere, and now and then anything."""
    return st.one_of(usual, usual, usual, usual, _ANYTHING)


_NAMES = st.sampled_from(["a", "b", "c", "build", "a/b"])
_TYPES = st.sampled_from(["string", "boolean", "integer", "enum", "executor", "steps", "env_var_name"])
_PARAMETERS = _mostly(
    st.dictionaries(
        st.sampled_from("abc"),
        _mostly(
            st.fixed_dictionaries(
                {"type": _mostly(_TYPES)}, optional={"default": _ANYTHING, "enum": st.lists(_SCALARS, max_size=2)}
            )
        ),
        max_size=2,
    )
)
_CONDITIONS = st.one_of(_SCALARS, _ANYTHING)
_STEPS: st.SearchStrategy[Any] = st.recursive(
    st.lists(
        st.one_of(
            st.sampled_from(["checkout", "a", "b", "c", "a/b", "<< parameters.a >>"]),
            st.fixed_dictionaries({"run": _ANYTHING}),
            st.dictionaries(_NAMES, _ANYTHING, min_size=1, max_size=1),
            st.fixed_dictionaries({"steps": _SCALARS}),
        ),
        max_size=3,
    ),
    lambda inner: st.lists(
        st.fixed_dictionaries({"when": st.fixed_dictionaries({"condition": _CONDITIONS, "steps": inner})})
        | st.fixed_dictionaries({"unless": st.fixed_dictionaries({"condition": _CONDITIONS, "steps": inner})}),
        max_size=2,
    ),
    max_leaves=4,
)
_EXECUTOR = st.fixed_dictionaries(
    {},
    optional={
        "docker": _mostly(st.lists(st.fixed_dictionaries({"image": _SCALARS}), max_size=2)),
        "machine": _ANYTHING,
        "macos": _ANYTHING,
        "environment": _ANYTHING,
        "parameters": _PARAMETERS,
    },
)
_JOB = st.fixed_dictionaries(
    {"steps": _mostly(_STEPS)},
    optional={
        "executor": _mostly(_NAMES),
        "docker": _mostly(st.just([{"image": "x"}])),
        "parameters": _PARAMETERS,
        "type": _SCALARS,
        "environment": _ANYTHING,
        "parallelism": _SCALARS,
        "retention": _ANYTHING,
    },
)
_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "requires": _mostly(st.lists(_mostly(_NAMES), max_size=2)),
        "name": _SCALARS,
        "context": _ANYTHING,
        "filters": _ANYTHING,
        "type": _SCALARS,
        "matrix": _mostly(
            st.fixed_dictionaries(
                {"parameters": _mostly(st.dictionaries(_NAMES, st.lists(_ANYTHING, max_size=2), max_size=2))},
                optional={"exclude": _ANYTHING, "alias": _SCALARS},
            )
        ),
        "pre-steps": _mostly(_STEPS),
        "serial-group": _SCALARS,
        "override-with": _SCALARS,
        "a": _ANYTHING,
    },
)
_ENTRIES = _mostly(
    st.lists(_mostly(_NAMES | st.dictionaries(_NAMES, _mostly(_SETTINGS), min_size=1, max_size=1)), max_size=4)
)
_ELEMENTS = {
    "commands": _mostly(
        st.dictionaries(
            _NAMES, _mostly(st.fixed_dictionaries({"steps": _STEPS}, optional={"parameters": _PARAMETERS})), max_size=3
        )
    ),
    "executors": _mostly(st.dictionaries(_NAMES, _mostly(_EXECUTOR | _NAMES), max_size=2)),
    "jobs": _mostly(st.dictionaries(_NAMES, _mostly(_JOB | _NAMES), max_size=3)),
}
_CONFIGURATIONS = st.fixed_dictionaries(
    {"version": _mostly(st.sampled_from([2.1, 2]))},
    optional={
        **_ELEMENTS,
        "orbs": _mostly(
            st.dictionaries(
                st.sampled_from("ab"), _mostly(st.just("ns/orb@1") | st.fixed_dictionaries(_ELEMENTS)), max_size=2
            )
        ),
        "parameters": _PARAMETERS,
        "job-groups": _mostly(st.dictionaries(_NAMES, _mostly(st.fixed_dictionaries({"jobs": _ENTRIES})), max_size=2)),
        "workflows": _mostly(
            st.dictionaries(
                st.sampled_from(["main", "version", "other"]),
                _mostly(
                    st.fixed_dictionaries(
                        {"jobs": _ENTRIES},
                        optional={"when": _CONDITIONS, "unless": _CONDITIONS, "triggers": _ANYTHING, "a": _ANYTHING},
                    )
                ),
                max_size=2,
            )
        ),
        "setup": _SCALARS,
    },
)


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_CONFIGURATIONS)
def test_any_configuration_compiles_or_has_problems_with_places(config: Data):
    document = read(write(config).encode(), "config.yml")
    for inputs in (Inputs(), Inputs(complete=True), Inputs({"a": "given"}, complete=True)):
        pipeline = compile_document(document, inputs)
        for problem in (*pipeline.problems, *compile_orb(document, inputs).problems):
            assert problem.message
            assert 0 <= problem.span.start <= problem.span.end <= len(problem.span.source.text)
        text = write(pipeline_data(pipeline, origins=True))
        read(text.encode(), "compiled.yml")
        list(header(pipeline))
        list(source_comment(document.source.text))
