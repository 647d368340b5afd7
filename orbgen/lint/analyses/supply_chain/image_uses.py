"""The images that the scripts of a job run use and did not make themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from orbgen.circleci.pipeline import JobRun
from orbgen.lint.analyses.supply_chain.image_commands import ImageUse, images_made, images_used
from orbgen.lint.analyses.supply_chain.images import Image, is_unknown, read_image
from orbgen.lint.context import Context, StepScript
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Span

_CACHE_FROM = lazy_pattern(r"--cache-from[= ][\"']?(?:type=registry,ref=)?([^\s,\"']+)")
_MAKE = lazy_pattern(r"\bmake\b")
# A command that uses an image, on its line, or a Dockerfile.
_USES = lazy_pattern(
    r"(?:docker|podman)\b(?:[^\n]|\\\r?\n)*?(?<![\w-])(?:run|create|pull)(?![\w-])|^[ \t]*FROM[ \t]",
    re.IGNORECASE | re.MULTILINE,
)


class ScriptImage(msgspec.Struct, frozen=True, eq=False):
    """An image that a script pulls, runs or builds on."""

    script: StepScript
    use: ImageUse
    image: Image

    @property
    def place(self) -> Span:
        """Where the reference stands in the author's file."""
        return self.script.place(self.use.start, self.use.end)


def script_images(run: JobRun, context: Context) -> Iterator[ScriptImage]:
    """Each image in the scripts of a job run whose reference is known, but those that the job builds or may build."""
    scripts = list(context.scripts(run))
    if not any([_may_use(script.text.text) for script in scripts]):
        return
    made: set[str] = set()
    others = False
    for script in scripts:
        if "docker" not in script.text.text and "podman" not in script.text.text:
            others = others or _MAKE.search(script.text.text) is not None
            continue
        here = images_made(script.script)
        for use in images_used(script.script):
            image = read_image(use.text)
            if image is None or image.local or is_unknown(script.text, use.start, use.end):
                continue
            own = image.name in made or image.name in here.names or ((others or here.others) and not use.pulled)
            if not own:
                yield ScriptImage(script, use, image)
        made |= here.names
        others = others or here.others


def cache_sources(run: JobRun, context: Context) -> frozenset[str]:
    """The images that builds of a job run take their cache from: layers are compared, and nothing of them runs."""
    texts = [script.text.text for script in context.scripts(run)]
    return frozenset([match[1] for text in texts for match in _CACHE_FROM.finditer(text)])


@lru_cache(maxsize=1024)
def _may_use(text: str) -> bool:
    """Whether a script names an image: most that speak of docker only build one."""
    return ("docker" in text or "podman" in text) and _USES.search(text) is not None
