"""libyaml's parser as PyYAML binds it, or PyYAML's own where that extension is missing.

`import yaml` also imports the parser that is written in Python, with all of its regular expressions, which takes longer
than reading a configuration does. The binding asks that half only for the names of exceptions, so it gets those alone;
the rest is imported when someone asks for it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

# What the binding makes its results of.
_NEEDED = ("yaml.error", "yaml.tokens", "yaml.events", "yaml.nodes")
# The exception that the binding looks for in each module of the Python half.
_EXCEPTIONS = {
    "composer": "ComposerError",
    "constructor": "ConstructorError",
    "emitter": "EmitterError",
    "parser": "ParserError",
    "reader": "ReaderError",
    "representer": "RepresenterError",
    "scanner": "ScannerError",
    "serializer": "SerializerError",
}


class _Package(ModuleType):
    """The package `yaml`, which becomes whole when it is asked for more than it holds."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        assert spec is not None and spec.loader is not None
        self.__class__ = ModuleType  # type: ignore[assignment]  # modules may change their class
        spec.loader.exec_module(self)
        return getattr(self, name)


def _part() -> Any:
    """The package with the binding and what that needs. Raises ImportError without a binding."""
    spec = PathFinder.find_spec("yaml")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError("No module named 'yaml'", name="yaml")
    package: Any = _Package("yaml")
    package.__spec__, package.__loader__, package.__file__ = spec, spec.loader, spec.origin
    package.__package__, package.__path__ = "yaml", list(spec.submodule_search_locations)
    sys.modules["yaml"] = package
    try:
        for module in _NEEDED:
            import_module(module)
        for name, exception in _EXCEPTIONS.items():
            stand_in = ModuleType(name)
            setattr(stand_in, exception, _exception(package.error, exception))
            setattr(package, name, stand_in)
        import_module("yaml._yaml")
    except ImportError:
        for module in ("yaml", *_NEEDED):
            sys.modules.pop(module, None)
        raise
    for name in _EXCEPTIONS:
        delattr(package, name)
    return package


def _exception(errors: Any, name: str) -> type[Exception]:
    if name != "ReaderError":
        return type(name, (errors.MarkedYAMLError,), {})

    class ReaderError(errors.YAMLError):  # type: ignore[misc]  # a base that is only known at run time
        """A character that may not stand in YAML."""

        def __init__(self, name: str, position: int, character: int, encoding: str, reason: str) -> None:
            super().__init__(name, position, character, encoding, reason)
            self.position = position

    return ReaderError


def _package() -> Any:
    if "yaml" not in sys.modules:
        try:
            return _part()
        except ImportError:
            pass
    import yaml

    return yaml


_yaml = _package()
YAMLError: type[Any] = _yaml.error.YAMLError
MarkedYAMLError: type[Any] = _yaml.error.MarkedYAMLError
events = _yaml.events
_binding = sys.modules.get("yaml._yaml")


def parser(text: str) -> Any:
    """An object whose `get_event` gives the events of a text one by one."""
    if text[:1] == "\ufeff":
        # libyaml would pass over a byte order mark without counting it; an empty line keeps all places right.
        content = text.lstrip("\ufeff")
        text = "\n" * (len(text) - len(content)) + content
    if _binding is not None:
        return _binding.CParser(text)
    from orbgen.source.python_parser import PythonParser

    return PythonParser(text)
