"""The text of a new plan: what is to be reached, with the comments that somebody who edits it needs."""

from __future__ import annotations

from typing import Any

from orbgen.generate.templates import Verbatim, render

# By the key above which they stand.
_COMMENTS = {
    "version": "Teleport's programs of this version are installed: the cluster's, or of one major version older.",
    "context": "Only jobs with this context can join.",
    "roles": "Roles that are there already, which the bot gets as well.",
    "labels": "The labels that it has in Teleport; the role reaches what has all of them, and nothing else.",
    "rules": "What the role may do with Teleport's own resources.",
    "branches": "Elsewhere the job does not run, and its context is to be restricted to them in CircleCI.",
}


def plan_text(plan: dict[str, Any], schema: str | None = None) -> str:
    """The file of a plan, given in the form that its schema describes, with one entry as `access`.

    `schema` is the file with the plan's schema, for editors.
    """
    comments = {key: Verbatim(text) for key, text in _COMMENTS.items()}
    return render("plan/orbgen.yml.j2", {"plan": plan, "comments": comments, "schema": schema and Verbatim(schema)})
