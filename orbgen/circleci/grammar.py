"""The closed parts of the grammar: which keys stand where, and what a built-in step needs (circleci.md 5, 6)."""

from __future__ import annotations

import msgspec

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.text import Text, is_known, value_of
from orbgen.circleci.truth import Kind, Known, Unknown
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Field, Mapping, Scalar, Sequence

# The day on which these tables were last compared with CircleCI's documentation and schema.
GRAMMAR_DATE = "2026-09-01"

TOP_LEVEL_KEYS = frozenset(
    ("version", "setup", "orbs", "commands", "executors", "parameters", "jobs", "job-groups", "workflows", "examples",
     "display", "description", "experimental", "build_agent", "notify")
)  # fmt: skip
NEEDS_VERSION_2_1 = ("orbs", "commands", "executors", "parameters", "job-groups", "setup")
JOB_KEYS_OF_VERSION_2_1 = ("executor",)  # `parameters` does nothing in version 2, and is accepted.
WORKFLOW_KEYS_OF_VERSION_2_1 = ("when", "unless")
ENTRY_KEYS_OF_VERSION_2_1 = ("matrix", "pre-steps", "post-steps")

CONCRETE_EXECUTORS = ("docker", "machine", "macos")
EXECUTOR_KINDS = (*CONCRETE_EXECUTORS, "executor")
JOB_KEYS = frozenset(
    (*EXECUTOR_KINDS, "type", "shell", "parameters", "steps", "working_directory", "parallelism", "environment",
     "branches", "resource_class", "retention", "circleci_ip_ranges", "description", "key", "plan_name", "validation",
     "max_auto_reruns")
)  # fmt: skip
EXECUTOR_KEYS = frozenset(
    ("docker", "machine", "macos", "resource_class", "shell", "working_directory", "environment", "parameters",
     "description")
)  # fmt: skip
COMMAND_KEYS = frozenset(("steps", "parameters", "description"))
GROUP_KEYS = frozenset(("jobs",))
JOB_TYPES = ("build", "approval", "no-op", "release", "lock", "unlock")
# The keys that a job of each other type keeps, the first of them required; what else it has does nothing.
KEYS_BY_TYPE = {
    "approval": (),
    "no-op": (),
    "release": ("plan_name", "validation"),
    "lock": ("key",),
    "unlock": ("key",),
}
WORKFLOW_KEYS = frozenset(("jobs", "triggers", "when", "unless", "max_auto_reruns"))
CHECKOUT_METHODS = ("blobless", "full", "shallow")
FILTER_KEYS = ("branches", "tags")
FILTER_LIST_KEYS = ("only", "ignore")
STATUSES = ("success", "failed", "canceled", "unauthorized", "not_run", "terminal")
ENTRY_KEYS = frozenset(
    ("requires", "name", "context", "type", "filters", "matrix", "pre-steps", "post-steps", "serial-group",
     "override-with", "max_auto_reruns")
)  # fmt: skip
GROUP_ENTRY_KEYS = frozenset(("name", "requires", "filters", "serial-group"))


class StepGrammar(msgspec.Struct, frozen=True):
    """The keys of a built-in step. Of each group in `required` one key must be given; `bare` steps need no body."""

    keys: frozenset[str]
    required: tuple[tuple[str, ...], ...] = ()
    bare: bool = False


_RUN = StepGrammar(
    frozenset(("command", "name", "shell", "environment", "background", "working_directory", "no_output_timeout",
               "when", "max_auto_reruns", "auto_rerun_delay")),
    (("command",),),
)  # fmt: skip
STEPS: dict[str, StepGrammar] = {
    "run": _RUN,
    "deploy": _RUN,
    "checkout": StepGrammar(frozenset(("path", "method", "depth", "name")), bare=True),
    "setup_remote_docker": StepGrammar(
        frozenset(("version", "docker_layer_caching", "prefer_same_region", "reusable", "exclusive", "name")), bare=True
    ),
    "save_cache": StepGrammar(frozenset(("key", "paths", "name", "when")), (("key",), ("paths",))),
    "restore_cache": StepGrammar(frozenset(("key", "keys", "name", "paths")), (("key", "keys"),)),
    "store_artifacts": StepGrammar(frozenset(("path", "destination", "name", "when")), (("path",),)),
    "store_test_results": StepGrammar(frozenset(("path", "name", "when")), (("path",),)),
    "persist_to_workspace": StepGrammar(frozenset(("root", "paths", "name")), (("root",), ("paths",))),
    "attach_workspace": StepGrammar(frozenset(("at", "name")), (("at",),)),
    "add_ssh_keys": StepGrammar(frozenset(("fingerprints", "name")), bare=True),
    "install_signing_bundle": StepGrammar(frozenset(), bare=True),
}
# Old spellings with hyphens still run.
BUILT_IN_STEPS: dict[str, str] = {**{name: name for name in STEPS}, **{name.replace("_", "-"): name for name in STEPS}}
LEGACY_STEP_TYPES = {
    "run": "run", "shell": "run", "checkout": "checkout", "deploy": "deploy", "cache-save": "save_cache",
    "cache-restore": "restore_cache", "artifacts-store": "store_artifacts", "test-results-store": "store_test_results",
    "persist-to-workspace": "persist_to_workspace", "attach-workspace": "attach_workspace",
    "add-ssh-keys": "add_ssh_keys", "setup-docker-engine": "setup_remote_docker",
}  # fmt: skip

# All that most `run` steps have.
_PLAIN_RUN = frozenset(("command", "name"))

_DURATION = lazy_pattern(r"\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)?(?:\d+(?:s|m))*")
_RERUN_DELAY = lazy_pattern(r"(?:10|[1-9])m|[1-9][0-9]*s")


def check_step(
    compilation: Compilation, name: str, key: Scalar, item: Content, body: Content | None, scope: Scope
) -> None:
    """Report what is wrong with the form of a built-in step. `body` is filled."""
    grammar = STEPS[name]
    if body is None or (isinstance(body, Scalar) and body.value is None):
        if not grammar.bare:
            needed = " and ".join([f"`{' or '.join(group)}`" for group in grammar.required])
            help = "write the command behind `run:`" if name == "run" else f"add {needed}"
            message = f"the step `{name}` is empty; required key [{grammar.required[0][0]}] not found"
            compilation.report(
                "empty-run" if name in ("run", "deploy") else "step-form", message, key.span, scope, help=help
            )
        return
    if type(body) is Mapping:
        _check_keys(compilation, name, grammar, body, scope, key)
        if name in ("run", "deploy"):
            _check_run(compilation, body, scope)
        elif name == "checkout":
            _check_checkout(compilation, body, scope)
    elif isinstance(body, Scalar) and name in ("run", "deploy"):
        if not body.text.strip() and is_known(body):
            compilation.report("empty-run", "the command of `run` is empty", key.span, scope)
        else:
            _check_command(compilation, body, scope)
    else:
        expected = "a mapping" if name not in ("run", "deploy") else "a string or a mapping with `command`"
        compilation.report("step-form", f"the step `{name}` takes {expected}", body.span, scope)


def _check_keys(
    compilation: Compilation, name: str, grammar: StepGrammar, body: Mapping, scope: Scope, key: Scalar
) -> None:
    fields = body.fields
    for group in grammar.required:
        if not any([option in fields for option in group]):
            message = f"required key [{' or '.join(group)}] not found in the step `{name}`"
            code = "empty-run" if name in ("run", "deploy") else "missing-argument"
            compilation.report(code, message, key.span, scope)
    if fields.keys() <= grammar.keys:
        return
    for option, field in fields.items():
        if option not in grammar.keys:
            guess = nearest(option, grammar.keys)
            message = f"CircleCI ignores the key `{option}` of the step `{name}`"
            known = f"the keys are {', '.join(sorted(grammar.keys))} (as of {GRAMMAR_DATE})"
            help = f"did you mean `{guess}`?" if guess else known
            compilation.report("ignored-key", message, field.key.span, scope, help=help, suggestion=guess)


def _check_run(compilation: Compilation, body: Mapping, scope: Scope) -> None:
    fields = body.fields
    command = fields.get("command")
    if command is not None:
        value = command.value
        if not isinstance(value, Scalar):
            compilation.report("step-form", "`command` of `run` must be a string", value.span, scope)
        elif _check_command(compilation, value, scope):
            pass
        elif is_known(value) and (value.value is None or not value.text.strip()):
            compilation.report("empty-run", "the command of `run` is empty", command.key.span, scope)
    if fields.keys() <= _PLAIN_RUN:
        return
    environment = fields.get("environment")
    if environment is not None and compilation.templates:
        check_environment(compilation, environment.value, "the step `run`", scope)
    when = fields.get("when")
    if when is not None:
        check_word(compilation, "when", when.value, ("on_success", "always", "on_fail"), scope)
    for key, pattern in (("no_output_timeout", _DURATION), ("auto_rerun_delay", _RERUN_DELAY)):
        field = fields.get(key)
        if field is None or not isinstance(field.value, Scalar) or not is_known(field.value):
            continue
        text = field.value.text.strip()
        if not pattern.fullmatch(text):
            message = f"`{key}` must be a duration such as `10m` or `30s`, not `{field.value.text}`"
            compilation.report("value", message, field.value.span, scope)
        elif key == "auto_rerun_delay" and text.endswith("s") and (len(text) > 4 or int(text[:-1]) > 600):
            compilation.report("value", "auto_rerun_delay must not exceed 10 minutes", field.value.span, scope)
    reruns = fields.get("max_auto_reruns")
    if reruns is not None:
        check_reruns(compilation, reruns.value, scope)
        background = fields.get("background")
        if background is not None and isinstance(background.value, Scalar) and background.value.value is True:
            message = "Background steps cannot use max_auto_reruns or auto_rerun_delay fields"
            compilation.report("value", message, reruns.key.span, scope)
    elif "auto_rerun_delay" in fields:
        message = "auto_rerun_delay requires max_auto_reruns to be specified"
        compilation.report("value", message, fields["auto_rerun_delay"].key.span, scope)


def _check_command(compilation: Compilation, command: Scalar, scope: Scope) -> bool:
    """Report, and say, that a command is no text, nor will be when CircleCI has filled it in."""
    value = value_of(command)
    if isinstance(value, Unknown):
        choices = value.alternatives
        wrong = (
            value.kind not in (None, Kind.STRING) if choices is None else not any([_is_text(one) for one in choices])
        )
    else:
        wrong = not _is_text(value)
    if wrong:
        filled = isinstance(command, Text)
        help = f"write a command around it, such as `echo {command.text}`" if filled else f"quote it: '{command.text}'"
        message = f"the command of `run` must be a string, but `{command.text}` is not one"
        compilation.report("value", message, command.span, scope, help=help)
    return wrong


def _is_text(value: Known) -> bool:
    return isinstance(value, str) or value is None


def _check_checkout(compilation: Compilation, body: Mapping, scope: Scope) -> None:
    method, depth = body.get("method"), body.get("depth")
    if method is not None:
        check_word(compilation, "method", method, CHECKOUT_METHODS, scope)
    if depth is None or not isinstance(depth, Scalar) or not is_known(depth):
        return
    if not isinstance(depth.value, int) or isinstance(depth.value, bool) or depth.value < 1:
        message = f"`depth` of `checkout` must be a positive integer, not `{depth.text}`"
        compilation.report("value", message, depth.span, scope)
    elif not isinstance(method, Scalar) or (is_known(method) and method.text != "shallow"):
        message = "`depth` of `checkout` can only be used with the method `shallow`"
        compilation.report("value", message, body.fields["depth"].key.span, scope, help="add `method: shallow`")


def check_reruns(compilation: Compilation, node: Content, scope: Scope) -> None:
    """Report a rerun count outside 1 to 5."""
    if isinstance(node, Scalar) and is_known(node):
        value = node.value
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 5:
            compilation.report("value", f"max_auto_reruns must be between 1 and 5, not `{node.text}`", node.span, scope)


def check_environment(compilation: Compilation, node: Content, what: str, scope: Scope) -> None:
    """Report an environment that is a text, and variables whose values are no single values."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and is_known(node) and "=" not in node.text:
        message = f"`environment` of {what} must be a mapping of names to values"
        compilation.report("value", message, node.span, scope, help="write `environment: {NAME: value}`")
    for mapping in node.elements if type(node) is Sequence else (node,):
        for name, field in mapping.fields.items() if type(mapping) is Mapping else ():
            if not isinstance(field.value, Scalar):
                message = f"the variable `{name}` of {what} must have a single value"
                help = "quote it if it is meant as text"
                compilation.report("value", message, field.value.span, scope, help=help)


def check_word(compilation: Compilation, key: str, node: Content, words: tuple[str, ...], scope: Scope) -> None:
    """Report a value that is none of the words that a key takes."""
    if isinstance(node, Scalar) and is_known(node) and node.text not in words:
        guess = nearest(node.text, words)
        message = f"`{key}` must be {', '.join(words[:-1])} or {words[-1]}, not `{node.text}`"
        compilation.report("value", message, node.span, scope, suggestion=guess)


def check_closed(
    compilation: Compilation, node: Mapping, keys: frozenset[str], what: str, scope: Scope, *, hint: str | None = None
) -> None:
    """Report the keys of a closed mapping that CircleCI refuses."""
    if node.fields.keys() <= keys:
        return
    for name, field in node.fields.items():
        if name not in keys:
            guess = nearest(name, keys)
            message = f"extraneous key [{name}] is not permitted in {what}"
            permitted = f"permitted keys: {', '.join(sorted(keys))} (as of {GRAMMAR_DATE})"
            help = f"did you mean `{guess}`?" if guess else hint or permitted
            compilation.report("unknown-key", message, field.key.span, scope, help=help, suggestion=guess)


def needs_version_2_1(
    compilation: Compilation, fields: dict[str, Field], keys: tuple[str, ...], what: str, scope: Scope
) -> None:
    """Report keys that a configuration of version 2 cannot have."""
    if compilation.templates:
        return
    for key in keys:
        field = fields.get(key)
        if field is not None and not is_empty(field.value):
            message = f"`{key}` of {what} needs version 2.1"
            compilation.report("version", message, field.key.span, scope, help="write `version: 2.1`")


def is_empty(node: Content | None) -> bool:
    """Whether a node is absent or null."""
    return node is None or (isinstance(node, Scalar) and node.value is None)
