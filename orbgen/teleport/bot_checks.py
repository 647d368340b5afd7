"""What Teleport refuses in a bot when it is created (teleport.md 2.1)."""

from __future__ import annotations

from collections.abc import Iterator

from orbgen.source.names import nearest
from orbgen.source.nodes import Mapping, Scalar, Sequence
from orbgen.teleport.durations import seconds_of
from orbgen.teleport.mistakes import Effect, Mistake
from orbgen.teleport.resources import Bot, is_filled_in, known
from orbgen.teleport.versions import table

LONGEST_SESSION = 168 * 3600  # seconds


def refused(bot: Bot) -> Iterator[Mistake]:
    """Every reason for which Teleport refuses a bot. That a role exists is not among them; Teleport does not look.

    Nothing is said of a bot of a version that is not known.
    """
    if not bot.is_understood:
        return
    if bot.name is None or bot.name.text == "":
        yield Mistake("name", "the bot has no name", bot.place, Effect.REFUSED, "set `metadata.name`")
    if not bot.operator:
        # Kubernetes has further keys there, and says so itself where one is wrong.
        yield from _unknown_keys(bot.root, "bot-keys", "a bot")
        yield from _unknown_keys(bot.metadata, "metadata-keys", "a bot's metadata")
    spec = bot.spec
    if spec is None:
        yield Mistake("spec", "the bot has no `spec`", bot.place, Effect.REFUSED, "write at least `spec: {roles: []}`")
        return
    roles = spec.get("roles")
    for role in roles.elements if type(roles) is Sequence else ():
        if isinstance(role, Scalar) and role.text == "":
            yield Mistake("role", "a role of the bot has no name", role.span, Effect.REFUSED, "name it or take it away")
    yield from _unknown_keys(spec, "bot-spec-keys", "a bot's spec")
    yield from _scoped(bot)
    yield from _session(bot)


def _unknown_keys(node: Mapping | None, known_keys: str, what: str) -> Iterator[Mistake]:
    keys = table("tokens")[known_keys]
    for name, field in node.fields.items() if node is not None else ():
        if name not in keys and not is_filled_in(field.key):
            guess = nearest(name, [key for key in keys if node is not None and key not in node.fields])
            help = f"did you mean `{guess}`?" if guess else f"the keys here are {', '.join(keys)}"
            yield Mistake("unknown-key", f"{what} has no key `{name}`", field.key.span, Effect.REFUSED, help, guess)


def _scoped(bot: Bot) -> Iterator[Mistake]:
    """A bot of a scope gets its roles by assignments, and has none of its own."""
    if known(bot.root.get("scope")) and bot.spec is not None:
        for name in ("roles", "traits", "max_session_ttl"):
            field = bot.spec.fields.get(name)
            empty = field is None or (type(field.value) is Sequence and not field.value.elements)
            if field is not None and not empty:
                yield Mistake("scope", f"a bot with a scope has no `{name}`", field.key.span, Effect.REFUSED,
                              "assign scoped roles to it instead")  # fmt: skip


def _session(bot: Bot) -> Iterator[Mistake]:
    given = bot.max_session_ttl
    text = known(given)
    if given is None or text is None:
        return
    seconds = seconds_of(text)
    if seconds is None:
        yield Mistake("session", f"`{text}` is no duration", given.span, Effect.REFUSED, "write it as `12h` or `90m`")
    elif seconds > LONGEST_SESSION:
        message = f"certificates of a bot live for 168 hours at most, and this says `{text}`"
        yield Mistake("session", message, given.span, Effect.REFUSED, "write `168h` or less")
