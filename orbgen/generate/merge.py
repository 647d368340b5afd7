"""Merging orbgen's blocks into a configuration that people write, every other byte kept.

The text is changed line by line; nothing is written out again from data. What is marked as orbgen's is replaced where
it stands, what is new goes behind the last entry of its section, and what the plan asks for no more is taken out.
"""

from __future__ import annotations

from orbgen.generate.blocks import Block
from orbgen.generate.marks import Marked, MarksError, find_marked, with_marks
from orbgen.source.nodes import Field, Mapping, Node, Scalar, Sequence
from orbgen.source.problems import Problem, UnreadableError
from orbgen.source.reader import read
from orbgen.source.span import Span

NEW_CONFIG = "version: 2.1\n"


class MergeError(Exception):
    """A configuration that cannot be changed safely; `problem` says why, and what the user can do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def theirs(text: str, name: str) -> str:
    """The configuration without anything of orbgen's. Raises MergeError."""
    return merge(text, name, [], force=True)


def merge(text: str, name: str, blocks: list[Block], *, force: bool = False) -> str:
    """The configuration with the blocks in it. Raises MergeError; `force` overwrites what was changed by hand."""
    merging = _Merging(text, name)
    merging.check_free(blocks)
    merging.replace_marked(blocks, force=force)
    for block in blocks:
        merging.insert(block)
    merging.drop_empty_sections()
    return merging.text


class _Merging:
    """The text while it is being changed, as lines that keep the carriage return that they may end with."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines = text.split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.final_break = text.endswith("\n")
        self.carriage = "\r" if "\r\n" in text else ""
        self.done: set[str] = set()
        # Sections that held nothing but text of orbgen's.
        self.emptied: set[str] = set()
        self._read: tuple[str, Mapping] | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + ("\n" if self.final_break else "")

    def put(self, first: int, last: int, lines: list[str]) -> None:
        """Put lines in the place of lines `first` up to, not including, `last`."""
        if lines and first >= len(self.lines) and not self.final_break:
            self.lines[-1] += self.carriage
            self.final_break = True
        self.lines[first:last] = [line + self.carriage for line in lines]

    def root(self) -> Mapping:
        text = self.text
        if self._read is not None and self._read[0] == text:
            return self._read[1]
        try:
            document = read(text.encode(), self.name)
        except UnreadableError as error:
            raise MergeError(error.problem) from None
        if type(document.root) is not Mapping:
            place = document.root.span
            raise MergeError(Problem("value", "a configuration must be a mapping", place, "start with `version: 2.1`"))
        self._read = (text, document.root)
        return document.root

    def marked(self) -> list[Marked]:
        """What is orbgen's in the text."""
        try:
            return find_marked(self.root().source)
        except MarksError as error:
            raise MergeError(error.problem) from None

    def check_free(self, blocks: list[Block]) -> None:
        """See that no name that the blocks define is taken by something that is not orbgen's."""
        root, marked = self.root(), self.marked()
        for block in blocks:
            section = root.get(block.section)
            for name in block.names:
                field = section.fields.get(name) if type(section) is Mapping else None
                if field is not None and not any([one.holds(field.key.span.line) for one in marked]):
                    message = f"`{block.section}` has its own `{name}` already, which orbgen would have to replace"
                    help = "rename it, or give the job another name in orbgen.yml"
                    raise MergeError(Problem("taken", message, field.key.span, help))

    def replace_marked(self, blocks: list[Block], *, force: bool) -> None:
        """Bring what is marked up to date, from the last to the first, so that line numbers hold."""
        wanted = {block.section: block for block in blocks}
        root = self.root()
        for found in reversed(self.marked()):
            block = wanted.get(self._wanted_section(found, wanted))
            if found.changed and not force and (block is None or _body(block, found) != found.body):
                raise _changed_by_hand(root, found)
            lines: list[str] = []
            if block is not None and block.section not in self.done:
                self.done.add(block.section)
                lines = with_marks(found.section, _body(block, found), found.indent)
            else:
                self.emptied.add(found.section)
            self.put(found.first, found.last + 1, lines)

    def _wanted_section(self, found: Marked, wanted: dict[str, Block]) -> str:
        """The section of the block that a marked text is the earlier form of."""
        if found.section != "workflows":
            return found.section
        return next((section for section in wanted if section == _whole_workflow(found)), "")

    def insert(self, block: Block) -> None:
        """Put a block that is not there yet behind the last entry of its section."""
        if block.section in self.done:
            return
        root = self.root()
        section, _, workflow = block.section.partition(".")
        if not workflow:
            self._insert_entries(root, section, block.section, block.text)
            return
        workflows = root.fields.get("workflows")
        own = workflows.value.fields.get(workflow) if workflows and type(workflows.value) is Mapping else None
        if own is not None:
            self._insert_items(own, block)
            return
        if _runs_without_workflows(root):
            self._insert_entries(root, "workflows", "workflows", "workflow:\n  jobs:\n    - build\n", marked=False)
            root = self.root()
        self._insert_entries(root, "workflows", "workflows", _as_workflow(workflow, block.text))

    def _insert_entries(self, root: Mapping, section: str, mark: str, text: str, *, marked: bool = True) -> None:
        """Add entries to a section, which is made where it is missing."""
        field = root.fields.get(section)
        if field is None:
            self._add_section(root, section)
            self._insert_entries(self.root(), section, mark, text, marked=marked)
            return
        indent, line = self._end_of_entries(field, section)
        lines = with_marks(mark, text, indent) if marked else [" " * indent + row for row in text.splitlines()]
        self.put(line, line, lines)

    def _add_section(self, root: Mapping, section: str) -> None:
        """A section's key: before the sections that usually follow it, else at the end."""
        following = _ORDER[_ORDER.index(section) + 1 :]
        before = [root.fields[name].key.span.line - 1 for name in following if name in root.fields]
        if not before:
            end = len(self.lines)
            self.put(end, end, ["", f"{section}:"] if self.lines[-1].strip() else [f"{section}:"])
            return
        line = min(before)
        while line and self.lines[line - 1].startswith("#") and not self.lines[line - 1].startswith("# orbgen"):
            line -= 1
        self.put(line, line, [f"{section}:", ""])

    def _end_of_entries(self, field: Field, section: str) -> tuple[int, int]:
        """The indentation of a section's entries, and the line behind the last of them."""
        key_line = field.key.span.line
        if isinstance(field.written, Scalar) and field.written.value is None:
            return 2, key_line
        value = field.written
        if type(value) is not Mapping or value.flow or not value.entries:
            raise _not_in_lines(field, section)
        first, _ = value.entries[0]
        return first.span.column - 1, self._behind(value.entries[-1][1], value.entries[-1][0])

    def _insert_items(self, workflow: Field, block: Block) -> None:
        """Add entries to the list of jobs of a workflow that somebody else wrote."""
        value = workflow.value
        jobs = value.fields.get("jobs") if type(value) is Mapping else None
        if jobs is None or type(jobs.written) is not Sequence or jobs.written.flow or not jobs.written.items:
            raise _not_in_lines(workflow, f"workflow {workflow.key.text}")
        items = jobs.written.items
        dash = self.lines[items[0].span.line - 1]
        indent = len(dash) - len(dash.lstrip(" "))
        line = self._behind(items[-1], items[-1])
        self.put(line, line, with_marks(block.section, block.text, indent))

    def _behind(self, value: Node, key: Node) -> int:
        """The line behind an entry, with what still belongs to it: blank lines of its text, a closing mark."""
        line = value.source.position(max(key.end, value.end) - 1)[0]
        leaf = _last_leaf(value)
        if isinstance(leaf, Scalar) and leaf.style in ("|", ">"):
            kept = "+" in leaf.span.text.partition("\n")[0]
            while line < len(self.lines) and not self.lines[line].strip() and (kept or " " in self.lines[line]):
                line += 1
        following = self.lines[line].strip() if line < len(self.lines) else ""
        return line + 1 if following.startswith("# orbgen generate: end") else line

    def drop_empty_sections(self) -> None:
        """Take out the keys of sections that held nothing but text which is there no more."""
        for section in sorted({name.partition(".")[0] for name in self.emptied}):
            field = self.root().fields.get(section)
            if field is not None and isinstance(field.written, Scalar) and field.written.value is None:
                line = field.key.span.line - 1
                end = line + 1
                if end < len(self.lines) and not self.lines[end].strip():
                    end += 1
                self.put(line, end, [])


_ORDER = ("orbs", "parameters", "executors", "commands", "jobs", "workflows")


def _body(block: Block, found: Marked) -> str:
    """A block's text in the form in which it stands in the file: entries, or a workflow of its own."""
    if found.section == "workflows":
        return _as_workflow(block.section.partition(".")[2], block.text)
    return block.text


def _as_workflow(name: str, entries: str) -> str:
    indented = "".join([f"    {line}\n" if line else "\n" for line in entries.splitlines()])
    return f"{name}:\n  jobs:\n{indented}"


def _whole_workflow(found: Marked) -> str:
    return f"workflows.{found.body.partition(':')[0]}"


def _runs_without_workflows(root: Mapping) -> bool:
    """Whether CircleCI runs the job `build` because there are no workflows; with one it would run no more."""
    jobs = root.get("jobs")
    return "workflows" not in root.fields and type(jobs) is Mapping and "build" in jobs.fields


def _last_leaf(node: Node) -> Node:
    """The node that stands last in another one."""
    while True:
        if type(node) is Mapping and node.entries:
            node = node.entries[-1][1]
        elif type(node) is Sequence and node.items:
            node = node.items[-1]
        else:
            return node


def _changed_by_hand(root: Mapping, found: Marked) -> MergeError:
    start = root.source.line_start(found.first + 1)
    where = Span(root.source, start, start + len(root.source.line_text(found.first + 1)))
    message = f"somebody has changed what orbgen wrote here (lines {found.first + 1} to {found.last + 1})"
    help = "make the change in orbgen.yml or move it out of the marked lines; --force overwrites it"
    return MergeError(Problem("changed-by-hand", message, where, help))


def _not_in_lines(field: Field, what: str) -> MergeError:
    message = f"`{what}` is not written as one entry a line, so nothing can be added to it without rewriting it"
    help = "write it in block style, one entry a line, or add what `orbgen generate --stdout` prints by hand"
    return MergeError(Problem("form", message, field.key.span, help))
