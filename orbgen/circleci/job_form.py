"""The form of the keys that jobs and executors share: images, machines, variables and the like (circleci.md 5)."""

from __future__ import annotations

from orbgen.circleci.compilation import Compilation, Scope
from orbgen.circleci.grammar import check_environment, is_empty
from orbgen.circleci.text import is_known
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.nodes import Content, Mapping, Scalar, Sequence

# CircleCI's pages differ on whether 15 or 30 days are the most.
_RETENTION = lazy_pattern(r"(?:[1-9]|[12][0-9]|30)d")
_TEXTS = ("shell", "working_directory", "resource_class")


def check_keys(compilation: Compilation, keys: dict[str, Content], what: str, scope: Scope) -> None:
    """Report what filled keys of a job or an executor have wrong. Only version 2.1 is that strict."""
    if not compilation.templates:
        return
    for key, node in keys.items():
        if key == "docker":
            _check_docker(compilation, node, what, scope)
        elif key == "macos":
            xcode = node.get("xcode") if type(node) is Mapping else None
            if not is_empty(node) and is_empty(xcode) and not compilation.lost(node) and not compilation.lost(xcode):
                compilation.report("value", f"required key [xcode] not found in `macos` of {what}", node.span, scope)
        elif key == "environment":
            check_environment(compilation, node, what, scope)
        elif key in _TEXTS:
            if not isinstance(node, Scalar) and not (key == "shell" and type(node) is Sequence):
                compilation.report("value", f"`{key}` of {what} must be a string", node.span, scope)
        elif key == "parallelism":
            if not _is(int, node):
                _refuse(compilation, key, what, "an integer", node, scope)
        elif key == "circleci_ip_ranges":
            if not _is(bool, node):
                _refuse(compilation, key, what, "true or false", node, scope)
        elif key == "retention":
            caches = node.get("caches") if type(node) is Mapping else None
            if isinstance(caches, Scalar) and is_known(caches) and not _RETENTION.fullmatch(caches.text):
                message = f"`caches` of {what} are kept for 1d to 15d, not `{caches.text}`"
                compilation.report("value", message, caches.span, scope)


def _is(kind: type, node: Content) -> bool:
    """Whether a node is a value of a type, null, or unknown. A boolean is no integer."""
    if not isinstance(node, Scalar):
        return False
    return not is_known(node) or node.value is None or type(node.value) is kind


def _refuse(compilation: Compilation, key: str, what: str, expected: str, node: Content, scope: Scope) -> None:
    shown = f"`{node.text}`" if isinstance(node, Scalar) else "a collection"
    help = "write it without quotes" if isinstance(node, Scalar) and node.style else None
    compilation.report("value", f"`{key}` of {what} must be {expected}, not {shown}", node.span, scope, help=help)


def _check_docker(compilation: Compilation, node: Content, what: str, scope: Scope) -> None:
    if is_empty(node):
        return
    if type(node) is not Sequence or not node.items:
        message = f"`docker` of {what} must be a list of images"
        compilation.report("value", message, node.span, scope, help="write `docker: [{image: NAME}]`")
        return
    for item in node.elements:
        image = item.get("image") if type(item) is Mapping else None
        if compilation.lost(item) or compilation.lost(image):
            continue
        if image is None or is_empty(image):
            message = f"required key [image] not found in `docker` of {what}"
            compilation.report("value", message, item.span, scope, help="write `- image: NAME`")
        elif not isinstance(image, Scalar):
            compilation.report("value", f"`image` of {what} must be a string", image.span, scope)
        if type(item) is Mapping:
            _check_container(compilation, item, what, scope)


def _check_container(compilation: Compilation, item: Mapping, what: str, scope: Scope) -> None:
    """The keys of one container that come in pairs or hold variables."""
    auth = item.get("auth")
    if type(auth) is Mapping:
        for key in ("username", "password"):
            if key not in auth.fields:
                message = f"required key [{key}] not found in `auth` of {what}"
                compilation.report("value", message, item.fields["auth"].key.span, scope)
    aws = item.get("aws_auth")
    if type(aws) is Mapping:
        keys, role = {"aws_access_key_id", "aws_secret_access_key"}, "oidc_role_arn"
        if not (keys <= aws.fields.keys()) ^ (role in aws.fields):
            message = f"`aws_auth` of {what} needs either `oidc_role_arn`, or both an access key and its secret"
            compilation.report("value", message, item.fields["aws_auth"].key.span, scope)
    environment = item.get("environment")
    if environment is not None:
        check_environment(compilation, environment, what, scope)
