"""The plan that applies to a file: the nearest `orbgen.yml` from its folder up to the root of its repository."""

from __future__ import annotations

import os

import msgspec

from orbgen.project.facts import Facts, Look, facts_of, look_of
from orbgen.source.files import read_bytes

PLAN_NAME = "orbgen.yml"


class Settings(msgspec.Struct, frozen=True):
    """What a plan says for reading configurations, and where it lies; all at its defaults where there is none."""

    facts: Facts = Facts()
    look: Look = Look()
    path: str | None = None

    @property
    def orbs_folder(self) -> str | None:
        """The folder with sources of orbs that the plan names or implies; None without a plan."""
        return None if self.path is None else os.path.join(os.path.dirname(self.path), self.facts.orbs_folder)


def find_plan(start: str) -> str | None:
    """The nearest plan from a folder up to the root of its repository."""
    folder = os.path.abspath(start)
    while True:
        candidate = os.path.join(folder, PLAN_NAME)
        if os.path.isfile(candidate):
            return os.path.relpath(candidate)
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


class SettingsReader:
    """Reads the plan for one folder after another, each plan once. `given` is a plan to take for all of them."""

    def __init__(self, given: str | None = None) -> None:
        self.given = given
        self._by_folder: dict[str, Settings] = {}
        self._by_path: dict[str | None, Settings] = {None: Settings()}

    def for_folder(self, folder: str) -> Settings:
        """The settings for the files of a folder. Raises UnreadableError and PlanError."""
        found = self._by_folder.get(folder)
        if found is None:
            path = self.given or find_plan(folder)
            found = self._by_path.get(path)
            if found is None:
                found = self._by_path[path] = _read(path or "")
            self._by_folder[folder] = found
        return found


def _read(path: str) -> Settings:
    # The schema's validator takes long to import, and most repositories have no plan.
    from orbgen.project.plan import read_data

    data = read_data(read_bytes(path), path)
    return Settings(facts_of(data), look_of(data), path)
