"""What makes a finding the same one after the file around it has changed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from orbgen.lint.findings import Finding
from orbgen.source.nodes import Document, Mapping, Node, Sequence
from orbgen.source.span import Span


def identified(findings: list[Finding], written_path: Callable[[Span], str | None]) -> list[Finding]:
    """The findings of one file or orb, each with its path through its file's keys, equal ones numbered."""
    located = [_located(finding, written_path(finding.primary)) for finding in findings]
    shared = Counter([(finding.name, finding.written_path) for finding in located])
    seen: Counter[tuple[str, str, str]] = Counter()

    def numbered(finding: Finding) -> Finding:
        if shared[finding.name, finding.written_path] == 1:
            return finding
        key = finding.name, finding.written_path, finding.shown_text
        seen[key] += 1
        return replace(finding, occurrence=seen[key]) if seen[key] > 1 else finding

    return [numbered(finding) for finding in located]


def _located(finding: Finding, path: str | None) -> Finding:
    return finding if path is None else replace(finding, written_path=path)


def path_to(document: Document, offset: int) -> str:
    """The keys that lead to a character of a file, as in `jobs/build/steps/run`; elements of lists have no number."""
    keys: list[str] = []
    node: Node = document.root
    while True:
        if type(node) is Mapping and node.entries:
            index = bisect_right(node.entries, offset, key=lambda entry: entry[0].outer) - 1
            key, value = node.entries[max(index, 0)]
            keys.append(document.source.text[key.start : key.end])
            if offset < value.outer:
                break
            node = value
        elif type(node) is Sequence and node.items:
            index = bisect_right(node.items, offset, key=lambda item: item.outer) - 1
            node = node.items[max(index, 0)]
        else:
            break
    return "/".join(keys)
