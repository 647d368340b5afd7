"""What the orb's templates are rendered with, for the orb or for a configuration that holds its commands."""

from __future__ import annotations

import msgspec

from orbgen import __version__
from orbgen.generate.images import BASE_TAG, DEPLOY_TAG


class OrbSettings(msgspec.Struct, frozen=True):
    """What a publisher may choose.

    `proxy` and `token` become the defaults of the orb's parameters, which else have to be given. `teleport_version` is
    a version, or `auto` for the one that the proxy names.
    """

    name: str = "orbgen/teleport"
    version: str = "1.0.0"
    source_url: str = "https://github.com/orbgen/orbgen"
    teleport_version: str = "18.11.0"
    edition: str = "oss"
    fips: bool = False
    proxy: str | None = None
    token: str | None = None
    ttl: str = "30m"
    context: str = "teleport-access"
    image_tag: str = BASE_TAG
    deploy_tag: str = DEPLOY_TAG
    python_tag: str = "3.12.11"
    orbgen_version: str = __version__

    @property
    def reference(self) -> str:
        """The orb as a configuration imports it."""
        return f"{self.name}@{self.version}"
