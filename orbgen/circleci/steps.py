"""Steps: commands inlined, conditions decided or kept, each step with the way that it came."""

from __future__ import annotations

from orbgen.circleci.compilation import Argument, Compilation, Scope
from orbgen.circleci.declarations import declarations
from orbgen.circleci.grammar import BUILT_IN_STEPS, LEGACY_STEP_TYPES, check_step
from orbgen.circleci.library import Kind, ParameterType
from orbgen.circleci.limits import MAXIMUM_CALLS, MAXIMUM_DEPTH, MAXIMUM_STEPS
from orbgen.circleci.logic import condition
from orbgen.circleci.parameters import bind, free, free_scope
from orbgen.circleci.pipeline import Call, CallKind, Condition, Step
from orbgen.circleci.resolution import Missing, Unresolved, report_unresolved, resolve
from orbgen.circleci.text import is_known
from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Field, Mapping, Scalar, Sequence


class StepList:
    """Flattens lists of steps into one list for one job run."""

    def __init__(self, compilation: Compilation) -> None:
        self.compilation = compilation
        self.steps: list[Step] = []
        self.full = compilation.spent.calls > MAXIMUM_CALLS or compilation.spent.steps > MAXIMUM_STEPS

    def extend(
        self, node: Content, scope: Scope, call: Call, conditions: tuple[Condition, ...] = (), depth: int = 0
    ) -> None:
        """Append the steps that a list stands for, seen from a scope."""
        if depth > MAXIMUM_DEPTH:
            self._refuse(node, scope)
            return
        if type(node) is not Sequence:
            if isinstance(node, Scalar) and node.templated:
                self._spliced(node, scope, call, conditions, depth)
            else:
                self.compilation.report("no-steps", "`steps` must be a list", node.span, scope)
            return
        for item in node.elements:
            if self.full:
                return
            self._step(item, scope, call, conditions, depth)

    def _step(self, item: Content, scope: Scope, call: Call, conditions: tuple[Condition, ...], depth: int) -> None:
        if type(item) is Mapping:
            fields = item.fields
            if len(fields) == 1:
                ((name, field),) = fields.items()
                self._named(name, field.key, item, field.value, scope, call, conditions, depth)
                return
            kind = fields.get("type")
            if kind is not None and isinstance(kind.value, Scalar) and kind.value.text in LEGACY_STEP_TYPES:
                self._add(
                    LEGACY_STEP_TYPES[kind.value.text], item, self.compilation.fill(item, scope), call, conditions
                )
                return
        elif isinstance(item, Scalar):
            if item.templated:
                self._spliced(item, scope, call, conditions, depth)
                return
            if isinstance(item.value, str):
                self._named(item.text, item, item, None, scope, call, conditions, depth)
                return
        self._malformed(item, scope)

    def _malformed(self, item: Content, scope: Scope) -> None:
        if type(item) is Mapping and item.fields:
            first, *others = item.fields.values()
            misplaced = [field.key.text for field in others]
            stands = "stand" if len(misplaced) > 1 else "stands"
            message = (
                f"a step has exactly one key, its name; {_enumerate(misplaced)} {stands} beside `{first.key.text}`"
            )
            help = (
                f"indent {_enumerate(misplaced)} under `{first.key.text}`"
                if first.written.start == first.value.start
                else None
            )
            self.compilation.report("misplaced-key", message, others[0].key.span, scope, help=help)
        elif not self._is_without_names(item):
            message = "a step must be a name or a mapping with one key"
            empty = isinstance(item, Scalar) and item.value is None
            self.compilation.report("step-form", message + ("; this one is empty" if empty else ""), item.span, scope)

    def _is_without_names(self, item: Content) -> bool:
        """Whether all keys of a mapping are collections, which is reported there."""
        own = item.source is self.compilation.library.source
        return type(item) is Mapping and bool(item.entries) and not item.fields and own

    def _spliced(self, item: Scalar, scope: Scope, call: Call, conditions: tuple[Condition, ...], depth: int) -> None:
        """`- steps: << parameters.x >>`, the older form with the tag alone, or a name that holds a tag."""
        found = self.compilation.fill_scalar(item, scope)
        if not isinstance(found, Argument):
            if is_known(found) and isinstance(found.value, str) and found.text:
                self._named(found.text, item, found, None, scope, call, conditions, depth)
            elif is_known(found):
                self.compilation.report("argument-type", "Parameter type is not steps", item.span, scope)
            else:
                self._add(found.text, item, None, call, conditions, opaque=True)
            return
        if found.type is not ParameterType.STEPS or found.scope is None:
            self.compilation.report("argument-type", "Parameter type is not steps", item.span, scope)
            return
        link = Call(CallKind.STEPS, item.text.strip("<> ").removeprefix("parameters."), item.span, call)
        self.extend(found.node, found.scope.seen_from(link), link, conditions, depth + 1)

    def _named(
        self,
        name: str,
        key: Scalar,
        item: Content,
        value: Content | None,
        scope: Scope,
        call: Call,
        conditions: tuple[Condition, ...],
        depth: int,
    ) -> None:
        own = scope.library.commands.get(name)
        built_in = BUILT_IN_STEPS.get(name)
        # A command may bear the name of a built-in step, and inside it that name means the step (unverified).
        if own is None or (built_in is not None and scope.inside(own)):
            if built_in is not None:
                self._built_in(built_in, name, key, item, value, scope, call, conditions)
                return
            if name in ("when", "unless"):
                self._conditional(name, key, value, scope, call, conditions, depth)
                return
            if name == "steps" and value is not None:
                self.extend(value, scope, call, conditions, depth)
                return
        found = resolve(self.compilation, Kind.COMMAND, name, scope.library)
        if isinstance(found, Missing):
            body = None if value is None else self.compilation.fill(value, scope)
            self._add(name, item, body, call, conditions, opaque=True)
            return
        if isinstance(found, Unresolved):
            guess = found.suggestion or nearest(name, (*BUILT_IN_STEPS, "when", "unless"))
            help = f"'{name}' is a job; jobs are called in workflows" if name in scope.library.jobs else None
            if " " in name or name.startswith(("/", ".", "~", "$")):
                help, guess = f"a shell command needs `run`: write `- run: {name.partition(chr(10))[0]}`", None
            report_unresolved(self.compilation, found, key.span, scope, guess, help=help)
            return
        if scope.inside(found):
            message = f"command '{name}' calls itself"
            self.compilation.report("limit", message, key.span, scope, help="a command cannot be recursive")
            return
        self.compilation.spent.calls += 1
        if self.compilation.spent.calls > MAXIMUM_CALLS or depth >= MAXIMUM_DEPTH:
            self._refuse(item, scope)
            return
        inner_call = Call(CallKind.COMMAND, name, item.span, call)
        given = self._arguments(value, scope)
        arguments: dict[str, Argument] = {}
        if given is None:
            declared = declarations(self.compilation, found).items()
            arguments = {name: free(declaration, None) for name, declaration in declared}
        elif given or declarations(self.compilation, found):
            arguments = bind(self.compilation, found, given, scope, key.span)
        body = found.node.get("steps") if type(found.node) is Mapping else None
        if body is None:
            return
        self.extend(
            body, Scope(found.library, inner_call, found, arguments, outer=scope), inner_call, conditions, depth + 1
        )

    def _refuse(self, item: Content, scope: Scope) -> None:
        limits = f"{MAXIMUM_STEPS:,} steps, {MAXIMUM_CALLS:,} calls of commands, {MAXIMUM_DEPTH} levels of them"
        message = f"the configuration goes beyond one of orbgen's limits: {limits}"
        self.compilation.report("limit", message, item.span, scope)
        self.full = True

    def _arguments(self, value: Content | None, scope: Scope) -> dict[str, Field] | None:
        """What a command is called with; None, with a problem reported, where that has another form."""
        if value is None or (isinstance(value, Scalar) and value.value is None):
            return {}
        if type(value) is Mapping:
            return value.fields
        message = "the arguments of a command must be a mapping of names to values"
        self.compilation.report("step-form", message, value.span, scope)
        return None

    def _conditional(
        self,
        name: str,
        key: Scalar,
        value: Content | None,
        scope: Scope,
        call: Call,
        conditions: tuple[Condition, ...],
        depth: int,
    ) -> None:
        if not self.compilation.templates:
            message = f"the step `{name}` needs version 2.1"
            self.compilation.report("version", message, key.span, scope, help="write `version: 2.1`")
        if self.compilation.lost(value):
            return
        if type(value) is not Mapping or not {"condition", "steps"} <= set(value.fields):
            message = f"a `{name}` step needs `condition` and `steps`"
            self.compilation.report("condition", message, key.span, scope)
            return
        for extra, field in value.fields.items():
            if extra not in ("condition", "steps"):
                message = f"extraneous key [{extra}] is not permitted in a `{name}` step"
                self.compilation.report(
                    "unknown-key", message, field.key.span, scope, help="permitted keys: condition, steps"
                )
        decided = condition(self.compilation, value.fields["condition"].value, scope, negated=name == "unless")
        body = value.fields["steps"].value
        if decided.truth is False:
            self._check_only(body, scope, call, depth)
        else:
            inner = conditions if decided.truth else (*conditions, decided)
            if type(body) is Sequence or (isinstance(body, Scalar) and body.templated):
                self.extend(body, scope, call, inner, depth + 1)
            else:
                self._step(body, scope, call, inner, depth)

    def _check_only(self, node: Content, scope: Scope, call: Call, depth: int) -> None:
        """Look, once, for problems in steps that a condition leaves out, where CircleCI does not look.

        The condition may guard against the very arguments given here, so parameters count as unknown.
        """
        if type(node) is Sequence and self.compilation.visit(node):
            aside, dormant = StepList(self.compilation), self.compilation.dormant
            self.compilation.dormant = True
            aside.extend(node, free_scope(self.compilation, scope), call, (), depth + 1)
            self.compilation.dormant = dormant

    def _built_in(
        self,
        name: str,
        written: str,
        key: Scalar,
        item: Content,
        value: Content | None,
        scope: Scope,
        call: Call,
        conditions: tuple[Condition, ...],
    ) -> None:
        compilation = self.compilation
        body = value if value is None or not value.templated else compilation.fill(value, scope)
        substituted = body is not value
        if (substituted or compilation.dormant or compilation.visit(item)) and not compilation.lost(value):
            check_step(compilation, name, key, item, body, scope)
        self._add(written, item, body, call, conditions, substituted=substituted)

    def _add(
        self,
        name: str,
        item: Content,
        body: Content | None,
        call: Call,
        conditions: tuple[Condition, ...],
        *,
        opaque: bool = False,
        substituted: bool = False,
    ) -> None:
        spent = self.compilation.spent
        spent.steps += 1
        if spent.steps > MAXIMUM_STEPS:
            self._refuse(item, Scope(self.compilation.library, call))
            return
        self.steps.append(Step(name, item, body, call, conditions, opaque, substituted))


def _enumerate(names: list[str]) -> str:
    return ", ".join([f"`{name}`" for name in names])
