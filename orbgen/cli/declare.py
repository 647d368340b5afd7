"""Commands as data: read here where the words are plain, made into click's commands for all else.

Importing click takes longer than linting a configuration, and hooks and editors start orbgen for every file. So a
command is declared with the decorators of this module, which take what click's take, and a call such as
`orbgen lint --format concise config.yml` is read without click. Help, completion, mistakes and rarer forms (`-oFILE`,
`--`, paths that must exist) are click's: whatever is not plain here goes there, and there all is checked anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    import click

_Function = TypeVar("_Function", bound=Callable[..., Any])

# The settings of click's that reading plain words knows; a parameter with any other is click's to read.
_KNOWN = frozenset(
    ("default", "help", "is_flag", "metavar", "multiple", "nargs", "required", "shell_complete", "show_default", "type")
)

_MOST_DIGITS = 10


class Path(msgspec.Struct, frozen=True):
    """The type of a path, which shells complete; what is asked of it is for click to check."""

    exists: bool = False
    dir_okay: bool = True
    file_okay: bool = True


class Parameter(msgspec.Struct, frozen=True):
    """One option, or an argument if it has no flags. `off` are the flags that turn a switch off."""

    name: str
    declarations: tuple[str, ...]
    settings: dict[str, Any]
    flags: tuple[str, ...] = ()
    off: tuple[str, ...] = ()

    @property
    def switch(self) -> bool:
        """Whether the option takes no value."""
        return bool(self.off) or bool(self.settings.get("is_flag"))

    @property
    def many(self) -> bool:
        """Whether it may be given several times."""
        return bool(self.settings.get("multiple")) or self.settings.get("nargs") == -1

    @property
    def default(self) -> Any:
        """Its value where it is not given."""
        if self.many:
            return ()
        return self.settings.get("default", False if self.switch and not self.off else None)

    def takes(self, value: str) -> bool:
        """Whether a value is plain: any text or path, digits for a number, or one of the choices."""
        type_ = self.settings.get("type")
        if type_ is int:
            return value.isascii() and value.isdecimal() and len(value) < _MOST_DIGITS
        return type_ in (None, str, Path()) or (isinstance(type_, tuple) and value in type_)

    def click_settings(self) -> dict[str, Any]:
        """The settings with click's own types."""
        import click

        type_ = self.settings.get("type")
        if isinstance(type_, tuple):
            from orbgen.cli.words import Word

            return {**self.settings, "type": Word(type_)}
        if isinstance(type_, Path):
            # Whether a file can be read is known when it is read, and said better there.
            checks = msgspec.structs.asdict(type_)
            return {**self.settings, "type": click.Path(**checks, readable=False, allow_dash=True)}
        return self.settings


class Command(msgspec.Struct, frozen=True, eq=False):
    """A function with the parameters that it is called with from the command line."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]

    def read(self, words: list[str]) -> dict[str, Any] | None:
        """The function's arguments as plain words give them; None where the words are click's to read."""
        if any([not set(parameter.settings) <= _KNOWN for parameter in self.parameters]):
            return None
        values = {parameter.name: parameter.default for parameter in self.parameters}
        flags = {flag: parameter for parameter in self.parameters for flag in parameter.flags}
        free: list[str] = []
        rest = iter(words)
        for word in rest:
            if word == "-" or not word.startswith("-"):
                free.append(word)
                continue
            flag, equals, value = word.partition("=")
            option = flags.get(flag)
            if option is None or (equals and (option.switch or not flag.startswith("--"))):
                return None
            if option.switch:
                values[option.name] = flag not in option.off
                continue
            if not equals:
                value = next(rest, "-")
                if value.startswith("-"):
                    return None
            if not option.takes(value):
                return None
            given = int(value) if option.settings.get("type") is int else value
            values[option.name] = (*values[option.name], given) if option.many else given
        missing = [p for p in self.parameters if p.flags and p.settings.get("required") and not values[p.name]]
        return values if not missing and self._place(free, values) else None

    def _place(self, free: list[str], values: dict[str, Any]) -> bool:
        """Give the words without flags to the arguments; whether all have a plain place."""
        for argument in [parameter for parameter in self.parameters if not parameter.flags]:
            wanted = argument.settings.get("required", argument.settings.get("nargs") != -1)
            if argument.settings.get("nargs", 1) not in (1, -1) or (wanted and not free):
                return False
            taken = free if argument.many else free[:1]
            free = free[len(taken) :]
            if not all([argument.takes(word) for word in taken]):
                return False
            if taken:
                values[argument.name] = tuple(taken) if argument.many else taken[0]
        return not free

    def click(self) -> click.Command:
        """The same as one of click's commands."""
        import click

        built: Any = self.function
        for parameter in reversed(self.parameters):
            decorate = click.option if parameter.flags else click.argument
            built = decorate(*parameter.declarations, **parameter.click_settings())(built)
        found: click.Command = click.command(name=self.name)(built)
        return found


def option(*declarations: str, **settings: Any) -> Callable[[_Function], _Function]:
    """As `click.option`; `type` is a tuple of the words to choose from, a Path, or a type of Python."""
    written = [declaration for declaration in declarations if declaration.startswith("-")]
    named = [declaration for declaration in declarations if not declaration.startswith("-")]
    on = tuple([declaration.partition("/")[0] for declaration in written])
    off = tuple([declaration.partition("/")[2] for declaration in written if "/" in declaration])
    longest = max(on, key=lambda flag: len(flag) - len(flag.lstrip("-")))
    name = named[0] if named else longest.lstrip("-").replace("-", "_").lower()
    return _declare(Parameter(name, declarations, settings, (*on, *off), off))


def argument(name: str, **settings: Any) -> Callable[[_Function], _Function]:
    """As `click.argument`."""
    return _declare(Parameter(name, (name,), settings))


def _declare(parameter: Parameter) -> Callable[[_Function], _Function]:
    def decorate(function: _Function) -> _Function:
        # Decorators are applied from the last to the first.
        function.__dict__["parameters"] = (parameter, *function.__dict__.get("parameters", ()))
        return function

    return decorate


def command(name: str) -> Callable[[Callable[..., Any]], Command]:
    """As `click.command`, for a function under decorators of this module."""

    def declared(function: Callable[..., Any]) -> Command:
        return Command(name, function, function.__dict__.pop("parameters", ()))

    return declared
