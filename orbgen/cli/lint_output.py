"""`--output FORMAT=FILE` of `orbgen lint`: reports in files, each written when the run is over."""

from __future__ import annotations

import os

from orbgen.cli.exits import UsageProblem
from orbgen.lint.reports.formats import FORMATS, Growing, report_in
from orbgen.lint.reports.style import Style
from orbgen.lint.result import Summary
from orbgen.project.atomic import write_atomically

# The formats that a file's name tells; others have to be named.
_ENDINGS = {
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".xml": "junit",
    ".md": "markdown",
    ".html": "html",
    ".json": "json",
}


class Output:
    """One report on its way into a file."""

    def __init__(self, format_: str, path: str) -> None:
        self.path = path
        self.growing = Growing(report_in(format_, Style(coloured=False)))
        self._pieces: list[str] = []

    def add(self, part: tuple[str, str]) -> None:
        """Keep what the report says of the next file."""
        self._pieces.append(self.growing.add(part))

    def write(self, summary: Summary) -> None:
        """Write the file as a whole, and the folders that it lies in. Raises UsageProblem."""
        self._pieces.append(self.growing.close(summary))
        data = "".join(self._pieces).encode("utf-8", "backslashreplace")
        try:
            if os.path.exists(self.path) and not os.path.isfile(self.path):
                # A pipe or a device has no place for a temporary file beside it.
                with open(self.path, "wb") as file:
                    file.write(data)
                return
            os.makedirs(os.path.dirname(self.path) or os.curdir, exist_ok=True)
            write_atomically(self.path, data)
        except (FileExistsError, NotADirectoryError):
            raise UsageProblem(f"cannot write {self.path}: a part of the path is a file, not a folder") from None
        except OSError as error:
            raise UsageProblem(f"cannot write {self.path}: {error.strerror}") from None


def read_outputs(values: tuple[str, ...]) -> list[Output]:
    """The outputs that the command line asks for. Raises UsageProblem for what cannot be one."""
    outputs = [Output(*_read(value)) for value in values]
    seen: set[str] = set()
    for output in outputs:
        real = os.path.realpath(output.path)
        if real in seen:
            raise UsageProblem(f"two reports would be written to {output.path}; give each a file of its own")
        if os.path.isdir(real):
            raise UsageProblem(f"{output.path} is a folder; name a file to write the report to")
        seen.add(real)
    return outputs


def _read(value: str) -> tuple[str, str]:
    """Format and path of one value."""
    name, equals, path = value.partition("=")
    if equals and name in FORMATS:
        if path in ("", "-"):
            raise UsageProblem(f"--output {value} names no file; --format {name} prints the report")
        return name, path
    if equals and name.isidentifier():
        from orbgen.source.names import nearest

        guess = nearest(name, FORMATS)
        hint = f"did you mean '{guess}'?" if guess else f"the formats are {', '.join(FORMATS)}"
        raise UsageProblem(f"there is no format '{name}'; {hint}")
    ending = next(
        (ending for ending in sorted(_ENDINGS, key=len, reverse=True) if value.lower().endswith(ending)), None
    )
    if ending is None:
        raise UsageProblem(f"the name '{value}' does not tell the format; write --output FORMAT={value or 'FILE'}")
    return _ENDINGS[ending], value
