"""Names and texts of any kind in every format: whoever reads the report gets them back, and nothing else."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orbgen.lint.findings import Confidence, Finding, Persona, Severity
from orbgen.lint.reports.columns import printable, without_surrogates
from orbgen.lint.reports.formats import FORMATS
from orbgen.lint.reports.locations import slashed, uri_of
from orbgen.lint.result import FileResult
from orbgen.lint.run import unread
from orbgen.source.problems import Note, Problem
from orbgen.source.span import Source, Span
from tests.lint.reports.reading import parsed, reported

ODD = (
    "]]>", "--><!--", "a|b", "`", "```", "<script>", "&amp;", "%0A", "::error::", "@team", "#12", "x\ny", "\r", "\t",
    "\x00", "\x1b[31m", "\x07", "\ufffe", "\udcff", "\ud800", "😀", "e\u0301", "\u2028", "\u202e", "\\", '"', "'",
    "{0}", "[a](b)", "a: b, c=d", "C:\\x", "../..", "http://x.y/", "*a*", "_b_", "~c~", "$d$", "  ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(ODD) | st.text(max_size=4), max_size=4).map("".join)
# What the system gives as the name of a file: any bytes but zero and, in one name, slashes.
NAMES = st.binary(min_size=1, max_size=12).map(lambda name: os.fsdecode(name.replace(b"\0", b"_")))


def finding(message: str, label: str, source: Source, start: int, end: int) -> Finding:
    span = Span(source, start, end)
    note = Note(span, label)
    return Finding(
        "unpinned-image", "", message, span, Severity.HIGH, Confidence.HIGH, Persona.DEFAULT,
        label=label, related=(note,), chain=(note,), help=label or None, job_runs=(label,),
    )  # fmt: skip


@st.composite
def results(draw: st.DrawFn) -> FileResult:
    """Findings and a problem with any texts in a file of any name and content."""
    source = Source(draw(NAMES), draw(TEXTS))
    start = draw(st.integers(0, len(source.text)))
    end = draw(st.integers(start, len(source.text)))
    problem = Problem("syntax", draw(TEXTS) or "x", Span(source, start, end), draw(TEXTS))
    found = finding(draw(TEXTS) or "x", draw(TEXTS), source, start, end)
    return FileResult(source.name, (found, found), (problem,))


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts_in(one)]


@pytest.mark.parametrize("format_", FORMATS)
@given(result=results())
def test_every_report_can_be_written_and_read(format_, result):
    report = reported(format_, result)
    report.encode("utf-8")
    if format_ in ("json", "sarif", "junit", "gitlab"):
        parsed(format_, report)
    if format_ in ("full", "concise", "github", "markdown"):
        assert all([line.isprintable() for line in report.split("\n")])


@given(message=TEXTS, name=NAMES)
def test_json_gives_texts_back(message, name):
    source = Source(name, "text")
    (file,) = parsed("json", reported("json", FileResult(name, (finding(message, "", source, 0, 4),))))["files"]
    assert file["findings"][0]["message"] == without_surrogates(message)
    assert file["path"] == without_surrogates(name)


@example(message="a\nb\tc\rd")
@example(message="]]>\x00\udcff")
@given(message=TEXTS)
def test_junit_gives_texts_back(message):
    source = Source("config.yml", "text")
    (suite,) = parsed("junit", reported("junit", FileResult("config.yml", (finding(message, "", source, 0, 4),))))
    shown = suite[0].find("failure").attrib["message"].removeprefix("config.yml:1:1: ")
    # What XML cannot hold is written out.
    allowed = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    assert shown == "".join([one if allowed.match(one) else printable(one) for one in message])


@example(message="100%\n::error::x", name="a,b:c=d%")
@given(message=TEXTS, name=NAMES)
def test_a_workflow_command_is_one_line_whose_parts_can_be_told_apart(message, name):
    source = Source(f"/{name}", "text")
    report = reported("github", FileResult(name, (finding(message, "", source, 0, 4),)))
    assert report.count("\n") == 1
    match = re.fullmatch(r"::error ([^\n]*?)::([^\n]*)\n", report)
    assert match is not None

    def decoded(text: str) -> str:
        return re.sub("%(25|0A|0D|3A|2C)", lambda code: chr(int(code[1], 16)), text)

    properties = dict(part.split("=", 1) for part in match[1].split(","))
    assert set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
    assert decoded(match[2]) == printable(message)


@given(name=st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name))
def test_a_uri_gives_the_bytes_of_a_path_back(name):
    path = os.fsdecode(name)
    uri = uri_of(path, windows=False)
    assert re.fullmatch(r"[A-Za-z0-9_.~/%:-]+", uri)
    opening = "file:" if path.startswith("//") else "file://" if path.startswith("/") else ""
    assert uri.startswith(opening)
    assert unquote_to_bytes(uri.removeprefix(opening)) == name
    assert opening or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", uri) is None


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src\\.circleci\\config.yml", "src/.circleci/config.yml"),
        ("C:\\shop\\a b\\config.yml", "file:///C:/shop/a%20b/config.yml"),
        ("\\\\server\\share\\config.yml", "file://server/share/config.yml"),
    ],
)
def test_paths_of_windows_become_uris(path, uri):
    assert uri_of(slashed(path, "\\"), windows=True) == uri


@given(message=TEXTS, name=NAMES)
def test_markdown_shows_texts_and_reads_nothing_in_them(message, name):
    source = Source(name, "text")
    report = reported("markdown", FileResult(name, (finding(message, "", source, 0, 4),)))
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(report)
    table = [token for token in tokens if token.type == "inline" and token.level > 3]
    assert len(table) == 6
    shown = table[-1]
    opened = [child.content for child in shown.children or [] if child.type == "html_inline"]
    assert set(opened) <= {"<code>", "</code>", "<!-- -->"}
    assert [child.type for child in shown.children or []].count("link_open") == 1
    assert {child.type for child in shown.children or []} <= {
        "text", "html_inline", "link_open", "link_close", "text_special"
    }  # fmt: skip
    text = "".join([child.content for child in shown.children or [] if child.type in ("text", "text_special")])
    wanted = f"unpinned-image: {printable(message)}"
    assert text.replace("`", "").rstrip() == wanted.replace("`", "").rstrip()
    assert [token.type for token in tokens].count("heading_open") == 2


def reported_message(format_: str, message: str) -> str:
    return reported(format_, FileResult("c.yml", (finding(message, "", Source("c.yml", "text"), 0, 4),)))


def test_nobody_is_mentioned_and_no_issue_is_referred_to():
    table = reported_message("markdown", "ask @team about #12, !34 and tools@1.2").partition("<details>")[0]
    assert "ask @<!-- -->team about #<!-- -->12, !<!-- -->34 and tools@<!-- -->1.2" in table


def test_nothing_in_a_message_of_sarif_is_a_link():
    (run,) = parsed("sarif", reported_message("sarif", "see [here](https://example.com) and [this]"))["runs"]
    assert run["results"][0]["message"]["text"] == r"see \[here\](https://example.com) and [this]"


def test_a_file_that_is_not_there_has_a_name_only():
    gone = unread("a\nb.yml", Problem("file", "there is no such file", Span(Source("a\nb.yml", ""), 0, 0)))
    assert reported("github", gone) == "::error file=a\\nb.yml,title=orbgen%3A file::there is no such file\n"
    assert reported("concise", gone) == "a\\nb.yml: error[file]: there is no such file\n"
