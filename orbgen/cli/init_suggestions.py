"""What a look at the repository suggests as answers to the questions of `orbgen init`."""

from __future__ import annotations

import re

from orbgen.project.deploy_tools import Tool, inventory_of, playbook_of
from orbgen.project.facts import Facts
from orbgen.project.survey import Survey
from orbgen.source.nodes import Content, Mapping
from orbgen.teleport.resources import known, scalars

Suggestions = dict[str, tuple[str, ...]]

_BUILT = {"Node.js": "dist", "Go": "bin", "Rust": "target/release", "Java": "target", "Python": "dist"}
# Where a role says what it opens, by the kind of access that it opens it for.
_LABELS = {"kubernetes": "kubernetes_labels", "database": "db_labels", "application": "app_labels"}
_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")


def suggestions(found: Survey) -> Suggestions:
    """The words that are likely answers, by the questions' names, whatever is to be reached."""
    name = _NOT_IN_NAMES.sub("-", found.name.lower()).strip("._-")[:40].strip("._-")
    said: Suggestions = {"branch": (found.branch,)}
    if name:
        said["bot"] = (_free(f"circleci-{name}", _names_of(found)),)
        said["identity"] = (name,)
        said["spiffe_path"] = (f"/ci/{name}",)
    proxies = {one.proxy for one in found.teleport.tbot_files if one.proxy is not None}
    proxies.update(found.config.proxies if found.config is not None else ())
    if len(proxies) == 1:
        said["proxy"] = (proxies.pop(),)
    contexts = [name for name in found.config.contexts if Facts().is_for_teleport(name)] if found.config else []
    if len(contexts) == 1:
        said["context"] = (contexts[0],)
    if len(found.teleport.tbot_files) == 1:
        said["tbot_config"] = (found.teleport.tbot_files[0].path,)
    said.update(_of_token(found))
    return said


def suggested_kind(found: Survey) -> str:
    """The kind of access that the repository most likely needs."""
    if found.teleport.tbot_files:
        return "tbot"
    return next((tool.kind for tool in found.tools if tool.kind is not None), "ssh")


def suggestions_for(kind: str, found: Survey) -> Suggestions:
    """The words that are likely answers to what is asked of a kind of access."""
    jobs = frozenset(found.config.jobs if found.config is not None else ())
    # Not `teleport-ssh`: commands that orbgen writes are called so.
    said: Suggestions = {"name": (_free(f"{kind}-through-teleport", jobs),), **_of_role(kind, found)}
    tool = next((tool for tool in found.tools if tool.kind == kind), None)
    if tool is not None:
        said.update(_of_tool(tool, found))
    built = next((folder for language, folder in _BUILT.items() if language in found.languages), None)
    if built is not None:
        said["from"] = (built,)
    return said


def _names_of(found: Survey) -> frozenset[str | None]:
    """The names that Teleport's files in the repository give away: what is made anew must not replace those."""
    resources = (*found.teleport.tokens, *found.teleport.bots, *found.teleport.roles)
    return frozenset([known(resource.name) for _, resource in resources])


def _free(name: str, taken: frozenset[str | None]) -> str:
    """A name, with a number behind it where it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def _of_tool(tool: Tool, found: Survey) -> Suggestions:
    said: Suggestions = {}
    if tool.command is not None:
        said["command"] = (tool.command,)
    if tool.kind == "ansible":
        for name, path in (("playbook", playbook_of(found.root, tool)), ("inventory", inventory_of(found.root, tool))):
            if path is not None:
                said[name] = (path,)
    if tool.kind == "terraform":
        said["directory"] = (tool.path.rpartition("/")[0] or ".",)
    return said


def _of_token(found: Survey) -> Suggestions:
    """The ids in the repository's only join token for CircleCI."""
    tokens = [token for _, token in found.teleport.tokens if token.method == "circleci"]
    if len(tokens) != 1:
        return {}
    (token,) = tokens
    rule = token.rules[0] if len(token.rules) == 1 else None
    values = {
        "organization_id": token.organization,
        "project_id": rule.project if rule is not None else None,
        "context_id": rule.context if rule is not None else None,
    }
    return {name: (text,) for name, node in values.items() if (text := known(node)) is not None}


def _of_role(kind: str, found: Survey) -> Suggestions:
    """What the repository's only role opens of a kind of access; wildcards fit no question and fall out later."""
    if len(found.teleport.roles) != 1:
        return {}
    allow = found.teleport.roles[0][1].allow
    if allow is None:
        return {}
    said = {"label": _pairs(allow.get(_LABELS.get(kind, "node_labels")))}
    names = {"group": "kubernetes_groups"} if kind == "kubernetes" else {"login": "logins"}
    if kind == "database":
        names = {"database": "db_names", "username": "db_users"}
    for name, key in names.items():
        values = tuple([text for node in scalars(allow.get(key)) if (text := known(node)) is not None])
        said[name] = values if name == "group" or len(values) == 1 else ()
    return said


def _pairs(labels: Content | None) -> tuple[str, ...]:
    if type(labels) is not Mapping:
        return ()
    return tuple(
        [f"{name}={text}" for name, field in labels.fields.items() if (text := known(field.value)) is not None]
    )
