"""What lint finds in the repositories whose ways a page shows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orbgen.cli.orb_options import store_for
from orbgen.cli.plan_settings import settings_for

if TYPE_CHECKING:
    from orbgen.circleci.orbs import OrbSource
    from orbgen.trace.reports.html_format import Found


def findings_in(roots: tuple[str, ...], orbs: tuple[OrbSource, ...], plan: str | None) -> tuple[Found, ...]:
    """The findings of the default persona, the gravest first."""
    from orbgen.lint.engine import load_rules
    from orbgen.lint.reports.diagnostics import finding_lines, frame_of
    from orbgen.lint.reports.style import Style
    from orbgen.lint.run import Linter, Thresholds
    from orbgen.project.search import find_files
    from orbgen.project.settings import SettingsReader
    from orbgen.trace.reports.html_format import Found

    rules, reader, style = load_rules(), SettingsReader(plan), Style(coloured=False, width=100)
    found = []
    for file in find_files(roots):
        if file.problem is not None:
            continue
        folder = os.path.dirname(file.path)
        settings = settings_for(reader, folder)
        linter = Linter(rules, store_for(orbs, folder, settings.orbs_folder), Thresholds(), settings.facts)
        path = os.path.relpath(file.path)
        result = linter.lint(path, named=file.named, tree=file.tree, likely=file.likely, teleport=file.teleport)
        for finding in result.findings:
            frame = frame_of(finding_lines(finding, style))
            found.append((finding.severity.rank, Found(finding.severity.value, finding.name, finding.message, frame)))
    found.sort(key=lambda one: -one[0])
    return tuple([shown for _, shown in found])
