"""What Teleport refuses in a token when it is created (teleport.md 1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orbgen.source.names import nearest
from orbgen.source.nodes import Content, Mapping
from orbgen.source.span import Span
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.resources import AllowRule, Token, is_blank, is_filled_in, known
from orbgen.teleport.versions import table

_BOT = "bot"
# Each join method whose rules stand in a block of its own name, which orbgen reads in full.
_BLOCKS = ("circleci", "generic_oidc")
# What people write for a key, and what they take for fields of a rule.
_MEANT = {
    "org": "organization_id",
    "org_id": "organization_id",
    "organization": "organization_id",
    "rules": "allow",
    "project": "project_id",
    "context": "context_id",
}
_REFS = ("branch", "branches", "ref", "refs", "tag", "tags", "vcs_ref")


def refused(token: Token) -> Iterator[Mistake]:
    """Every reason for which Teleport refuses a token, in the order of the file's parts.

    Of a token of another join method only roles and method are looked at, of one of another version nothing.
    """
    if not token.is_understood:
        return
    if token.spec is None:
        yield _refused("roles", "the token has no `spec`, so it gives no role", token.place, "write `spec`")
        return
    lists = table("tokens")
    if not _joins_otherwise(token, lists):
        yield from _unknown_keys(token.spec, lists["spec-keys"], "a token's spec")
    yield from _roles(token, lists)
    yield from _method(token, lists)
    if token.method == "circleci" and token.circleci is not None:
        yield from _circleci(token, token.circleci, lists)


def _joins_otherwise(token: Token, lists: dict[str, Any]) -> bool:
    """Whether a token names another join method, whose keys may be newer than what is known of it."""
    assert token.spec is not None
    given = known(token.spec.get("join_method"))
    return given in lists["join-methods"] and given not in _BLOCKS


def _roles(token: Token, lists: dict[str, Any]) -> Iterator[Mistake]:
    assert token.spec is not None
    listed = token.spec.get("roles")
    if not token.roles:
        if is_filled_in(listed):
            return
        yield _refused("roles", "the token gives no role", _key(token.spec, "roles", token.place),
                       "write `roles: [Bot]`")  # fmt: skip
        return
    names = [name for role in token.roles if (name := known(role)) is not None]
    system = {name.lower(): name for name in [*lists["system-roles"], *lists["other-spellings"]]}
    for role in token.roles:
        name = known(role)
        if name is not None and name.lower() not in system:
            guess = nearest(name, lists["system-roles"])
            help = f"did you mean `{guess}`?" if guess else "a token for tbot has the role `Bot` and no other"
            yield _refused("roles", f"`{name}` is no role that a token can give", role.span, help, guess)
    is_bot = _BOT in [name.lower() for name in names]
    bot_name = token.bot_name
    if is_bot and is_blank(token.spec.get("bot_name")):
        place = _key(token.spec, "bot_name", _key(token.spec, "roles", token.place))
        yield _refused("bot-name", "a token with the role `Bot` has to name its bot", place, "set `bot_name`")
    elif bot_name is not None and bot_name.text and not is_bot and _are_services(names, token, system):
        place = token.spec.fields["bot_name"].key.span
        yield _refused("bot-name", "`bot_name` is for tokens with the role `Bot` only", place, "write `roles: [Bot]`")


def _are_services(names: list[str], token: Token, system: dict[str, str]) -> bool:
    """Whether all roles are known to be roles of services; a misspelt one may be meant for `Bot`."""
    return len(names) == len(token.roles) and all([name.lower() in system for name in names])


def _method(token: Token, lists: dict[str, Any]) -> Iterator[Mistake]:
    assert token.spec is not None
    given = token.spec.get("join_method")
    name = known(given)
    if name and given is not None and name not in lists["join-methods"]:
        guess = nearest(name, lists["join-methods"])
        help = f"did you mean `{guess}`?" if guess else "CircleCI's jobs join by `circleci`"
        yield _refused("method", f"there is no join method `{name}`", given.span, help, guess)
    elif name == "token" and token.spec.get("allow") is not None:
        place = token.spec.fields["allow"].key.span
        yield _refused("method", "the join method `token` takes no `allow`", place, "`allow` is for `ec2` and `iam`")
    elif name in _BLOCKS and not isinstance(token.spec.get(name), Mapping) and not is_filled_in(token.spec.get(name)):
        assert given is not None
        yield _refused("block", f"the join method `{name}` needs a block `{name}`, which is missing", given.span,
                       f"say under `{name}` who may join")  # fmt: skip


def _circleci(token: Token, block: Mapping, lists: dict[str, Any]) -> Iterator[Mistake]:
    assert token.spec is not None
    here = token.spec.fields["circleci"].key.span
    yield from _unknown_keys(block, lists["circleci-keys"], "`circleci`")
    organization = block.get("organization_id")
    if is_blank(organization):
        place = _key(block, "organization_id", here)
        help = "set `organization_id` to the organization's id, from CircleCI's Organization Settings"
        yield _refused("organization", "`circleci` does not say whose jobs may join", place, help)
    if not token.rules:
        if not is_filled_in(block.get("allow")):
            yield _refused("no-rule", "`circleci` has no rule, so no job may join", _key(block, "allow", here),
                           "list a rule with `project_id` and `context_id` under `allow`")  # fmt: skip
        return
    for rule in token.rules:
        yield from _rule(rule, lists)


def _rule(rule: AllowRule, lists: dict[str, Any]) -> Iterator[Mistake]:
    node = rule.node
    if isinstance(node, Mapping):
        yield from _unknown_keys(node, lists["circleci-rule-keys"], "a rule for CircleCI's jobs")
        parts: list[Content | None] = [node.get("project_id"), node.get("context_id")]
    else:
        parts = []
    if all([is_blank(part) for part in parts]) and not is_filled_in(node):
        yield _refused("empty-rule", "a rule has to name a project, a context or both", node.span,
                       "set `project_id`, `context_id`, or better both")  # fmt: skip


def _unknown_keys(node: Mapping, known_keys: list[str], what: str) -> Iterator[Mistake]:
    """Keys that no version knows, which are refused or dropped: without effect in any case."""
    for name, field in node.fields.items():
        if name in known_keys or is_filled_in(field.key):
            continue
        absent = [key for key in known_keys if key not in node.fields]
        meant = _MEANT.get(name)
        guess = meant if meant in absent else nearest(name, absent)
        if guess is not None:
            help = f"did you mean `{guess}`?"
        elif name.lower() in _REFS:
            help = "Teleport does not see the branch of a job: restrict the context in CircleCI"
        else:
            help = f"the keys here are {', '.join(known_keys)}"
        yield _refused("unknown-key", f"{what} has no key `{name}`", field.key.span, help, guess)


def _key(node: Mapping, key: str, otherwise: Span) -> Span:
    field = node.fields.get(key)
    return otherwise if field is None else field.key.span


def _refused(kind: str, message: str, span: Span, help: str | None = None, suggestion: str | None = None) -> Mistake:
    return Mistake(kind, message, span, Effect.REFUSED, help, suggestion)
