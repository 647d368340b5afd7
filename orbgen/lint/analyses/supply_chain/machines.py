"""What a job run is executed on: containers, a virtual machine or a Mac, and of which resource class."""

from __future__ import annotations

import msgspec

from orbgen.circleci.pipeline import JobRun
from orbgen.circleci.text import is_known
from orbgen.source.nodes import Content, Mapping, Scalar


class Machine(msgspec.Struct, frozen=True, eq=False):
    """The executor of a job run: `docker`, `machine`, `macos`, or empty where that is not known.

    `image` is the image of a virtual machine or the version of Xcode, and `bare` the `true` of `machine: true`.
    """

    kind: str
    node: Content | None = None
    image: Scalar | None = None
    bare: Scalar | None = None
    resource_class: Scalar | None = None

    @property
    def self_hosted(self) -> bool:
        """Whether the job runs on a runner of the user's own, or may."""
        resource_class = self.resource_class
        return resource_class is not None and ("/" in resource_class.text or not is_known(resource_class))

    @property
    def linux(self) -> bool:
        """Whether the job runs on Linux, as far as is known."""
        words = [scalar.text for scalar in (self.image, self.resource_class) if scalar is not None]
        return self.kind != "macos" and not any([word.startswith("windows") for word in words])


def machine_of(run: JobRun) -> Machine:
    """The executor of a job run."""
    body = run.body or {}
    resource_class = _scalar(body.get("resource_class"))
    for kind in ("docker", "machine", "macos"):
        node = body.get(kind)
        if node is None or (isinstance(node, Scalar) and node.value in (None, False)):
            continue
        image = _scalar(node.get("xcode" if kind == "macos" else "image")) if type(node) is Mapping else None
        if resource_class is None and type(node) is Mapping:
            resource_class = _scalar(node.get("resource_class"))
        bare = node if kind == "machine" and isinstance(node, Scalar) else None
        if bare is not None and bare.value is not True:
            image, bare = (bare, None) if isinstance(bare.value, str) else (None, None)
        return Machine(kind, node, image, bare, resource_class)
    return Machine("", resource_class=resource_class)


def _scalar(node: Content | None) -> Scalar | None:
    return node if isinstance(node, Scalar) and node.text else None
