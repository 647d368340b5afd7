"""What a join leaves on disk: the credentials that each output writes into its folder (rules.md 2.5)."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.access.join import Join
from orbgen.access.writing import Written

_IDENTITY_FILES = ("identity", "tlscert", "key", "key-cert.pub", "ssh_config")
# Public files are left out.
_OUTPUT_FILES = {
    "identity": _IDENTITY_FILES,
    "kubernetes": (*_IDENTITY_FILES, "kubeconfig.yaml"),
    "kubernetes/v2": (*_IDENTITY_FILES, "kubeconfig.yaml"),
    "application": (*_IDENTITY_FILES, "tls.crt", "tls.key"),
    "database": (*_IDENTITY_FILES, "tls.crt", "tls.key", "mongo.crt"),
    "ssh-multiplexer": (*_IDENTITY_FILES, "v1.sock"),
    "workload-identity-x509": ("svid.pem", "svid.key"),
    "workload-identity-jwt": ("jwt_svid",),
    "workload-identity-aws-roles-anywhere": ("aws_credentials",),
}
_STORAGE_FILES = (*_IDENTITY_FILES, "tokenhash")


def written_by(join: Join) -> Iterator[Written]:
    """What tbot writes into the folders of its outputs and of its storage."""
    for service in join.services:
        if service.folder is not None:
            files = _OUTPUT_FILES.get(service.type or "", _IDENTITY_FILES)
            yield Written(service.folder, files, join.step, join.span)
    if join.storage_folder is not None:
        yield Written(join.storage_folder, _STORAGE_FILES, join.step, join.span)
