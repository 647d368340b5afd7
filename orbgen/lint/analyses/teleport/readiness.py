"""Whether a job waits for a tbot in the background before it uses what that gives (rules.md 3.7, `absent-output`)."""

from __future__ import annotations

from orbgen.access.following import RunCommand, commands_of
from orbgen.access.join import Join
from orbgen.circleci.pipeline import JobRun
from orbgen.source.lazy_patterns import lazy_pattern
from orbgen.source.span import Span

_CLIENTS = ("tsh", "tctl")
_LOOP = lazy_pattern(r"(?:^|[\n;&|({])\s*(?:until|while)\b")
_READY = lazy_pattern(r"/(?:readyz|wait)\b")
# Hosts of a listener that a client on the same machine reaches by the loopback address.
_OWN_HOSTS = ("", "0.0.0.0", "[::]", "127.0.0.1", "localhost", "[::1]")
# From this many seconds on a pause counts as waiting.
_PAUSE = 5


def used_too_early(run: JobRun, join: Join) -> Span | None:
    """The first command that needs what a join gives, if nothing waits before it; None where all is well or unclear."""
    begun = False
    for at in commands_of(run, lambda text: True):
        if at.text.place(at.command.start, at.command.start).start <= join.span.start and at.step == join.step:
            begun = True
            continue
        if not begun or at.step < join.step or at.found is None:
            continue
        if run.steps[at.step].opaque or _waits(at):
            return None
        if at.step != join.step and any([step.opaque for step in run.steps[join.step : at.step]]):
            return None
        if _uses(at, join):
            background = run.steps[at.step].argument("background")
            return None if background is not None else at.span
    return None


def _waits(at: RunCommand) -> bool:
    """Whether a command waits, or stands in a script that does."""
    assert at.found is not None
    name = at.found.name
    words = [at.value(word) or "" for word in at.found.arguments]
    if name == "tbot" and words[:1] == ["wait"]:
        return True
    if _LOOP.search(at.script.text) is not None or name.startswith("wait-for") or name in ("wait4x", "timeout"):
        return True
    if name in ("nc", "ncat", "netcat"):
        return any([word.startswith("-") and "z" in word for word in words])
    if name == "curl":
        return any([word.startswith("--retry") or _READY.search(word) is not None for word in words])
    if name == "dockerize":
        return "-wait" in words
    return name == "sleep" and bool(words) and _is_long(words[0])


def _is_long(duration: str) -> bool:
    return duration.rstrip("smh") != duration or (duration.isdigit() and int(duration) >= _PAUSE)


def _uses(at: RunCommand, join: Join) -> bool:
    assert at.found is not None
    if at.found.name in _CLIENTS and not [word for word in at.found.arguments if at.value(word) == "version"]:
        return True
    if at.found.name in ("mkdir", "rm", "ls", "echo", "printf", "chmod", "export", "tbot", "test", "["):
        return False
    folders = [written.folder for written in join.written]
    texts = [at.value(word) or "" for word in at.command.words[1:]]
    texts += [value.value or "" for name, value in at.environment.items() if name == "KUBECONFIG"]
    listeners = [service.value("listen") for service in join.services]
    addresses = [spelling for one in listeners if one for spelling in _spellings(one.rpartition("//")[2])]
    ports = [address.rpartition(":")[2] for address in addresses if ":" in address]
    if any([folder and folder in text for folder in folders for text in texts]):
        return True
    return any([address in text for address in addresses for text in texts]) or _names_port(texts, ports)


def _spellings(address: str) -> list[str]:
    """What a client of this machine may call the address of a listener; one on every address is on the loopback too."""
    host, colon, port = address.rpartition(":")
    if not colon or host not in _OWN_HOSTS:
        return [address]
    return [address, *[f"{own}:{port}" for own in ("127.0.0.1", "localhost", "[::1]")]]


def _names_port(texts: list[str], ports: list[str]) -> bool:
    """Whether a client is given the port of a tunnel, as in `-p 5432` beside this machine's address."""
    local = any(["127.0.0.1" in text or "localhost" in text for text in texts])
    return local and any([text.lstrip("-pP=") == port or text.endswith(f":{port}") for text in texts for port in ports])
