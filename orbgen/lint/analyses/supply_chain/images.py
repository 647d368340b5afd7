"""Container images as references: their parts, and those that the executor of a job run names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from orbgen.circleci.library import Library
from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import Part, parts_of
from orbgen.lint.tables import image_aliases
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence
from orbgen.source.span import Span

_REFERENCE = lazy_pattern(
    r"(?P<name>[a-z0-9][a-z0-9._-]*(?::[0-9]+(?=/))?(?:/[a-z0-9][a-z0-9._-]*)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]*))?(?:@(?P<digest>[a-z0-9+._-]+:[0-9a-fA-F]+))?"
)
_NUMBERS = lazy_pattern(r"[0-9]+")
_REVISION = lazy_pattern(r"(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}|[0-9]{6,}")
_LOCAL = ("localhost:", "localhost/", "127.0.0.1:", "127.0.0.1/")


class Image(msgspec.Struct, frozen=True):
    """A reference to an image: its repository with the registry, its tag and its digest."""

    name: str
    tag: str | None = None
    digest: str | None = None

    @property
    def local(self) -> bool:
        """Whether the image comes from a registry on the job's own machine, or is no image at all."""
        return self.name.startswith(_LOCAL) or self.name == "scratch"

    @property
    def looseness(self) -> str | None:
        """How much of the image is left open: `latest`, `alias`, `partial` or `digest`; None for a fixed content."""
        if self.digest is not None:
            return None
        if self.tag is None or self.tag == "latest":
            return "latest"
        pieces = re.split(r"[._-]", self.tag.lower())
        if pieces[0] in image_aliases().words and not _NUMBERS.search(self.tag):
            return "alias"
        exact = len(_NUMBERS.findall(self.tag)) >= 3 or any([_REVISION.fullmatch(piece) for piece in pieces])
        return "digest" if exact else "partial"


def read_image(text: str) -> Image | None:
    """The image that a text names; None where it is no reference."""
    match = _REFERENCE.fullmatch(text)
    return Image(match["name"], match["tag"], match["digest"]) if match else None


def docker_images(run: JobRun) -> Iterator[tuple[int, Scalar]]:
    """The images of a job run's containers, services included, each with the number of its container."""
    docker = (run.body or {}).get("docker")
    for index, container in enumerate(docker.elements if type(docker) is Sequence else ()):
        image = container.get("image") if type(container) is Mapping else None
        if isinstance(image, Scalar) and image.text:
            yield index, image


def last_part(text: Scalar) -> Part | None:
    """The part of a text that holds its end, for an image its tag."""
    parts = [part for part in parts_of(text) if part.text]
    return parts[-1] if parts else None


def written_at(text: Scalar) -> Span:
    """Where the author wrote a text: at the text itself, or where all of it was handed in as a value."""
    parts = [part for part in parts_of(text) if part.text]
    return parts[0].written if len(parts) == 1 and parts[0].via else text.span


def is_default(node: Content, library: Library) -> bool:
    """Whether a node is the default of a parameter in a library or in one of its orbs."""
    for definitions in (library.jobs, library.commands, library.executors):
        for definition in definitions.values():
            for declaration in (definition.declarations or {}).values():
                if declaration.default is node:
                    return True
    return any([orb.library is not None and is_default(node, orb.library) for orb in library.orbs.values()])


def is_unknown(text: Scalar, start: int, end: int) -> bool:
    """Whether something between two characters of a text is for CircleCI to fill in, or to leave out."""
    offset = 0
    for part in parts_of(text):
        behind = offset + len(part.text)
        if not part.known and offset < end and start < behind:
            return True
        offset = behind
    return False
