"""The rows of a dataset on the page: filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from studio.ui.text import data as text
from studio.ui.text.data_tokens import FROM_CARD as LINK_TO_TOKENS
from studio.ui.views.figures import count
from studio.ui.views.words import shortened
from studio.workspace.datasets import Row

PAGE_SIZE = 10
_SHOWN_CHARACTERS = 2_000
_COLUMNS = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:.25rem 1.5rem"
_TEXT = "white-space:pre-wrap;overflow-wrap:anywhere;margin:0"


@dataclass(frozen=True)
class RowFilter:
    """Which rows are shown: those with the text in any message (case aside), of that industry, of that family."""

    text: str = ""
    industry: str = ""
    family: str = ""

    def admits(self, row: Row) -> bool:
        """Whether the row is shown."""
        if (self.industry and row.industry != self.industry) or (self.family and row.family != self.family):
            return False
        wanted = self.text.strip().casefold()
        return not wanted or any(wanted in turn["content"].casefold() for turn in row.messages)

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text.strip() or self.industry or self.family)


@dataclass(frozen=True)
class RowsPage:
    """One page of the rows that match. `rows` are (number in the dataset from 1, row); pages count from 1."""

    rows: Sequence[tuple[int, Row]]
    page: int
    matched: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return pages_of(self.matched, PAGE_SIZE)


@dataclass(frozen=True)
class Labels:
    """The industries and families of a dataset, in the alphabet's order."""

    industries: Sequence[str]
    families: Sequence[str]


def pages_of(entries: int, page_size: int) -> int:
    """How many pages so many entries fill, at least one."""
    return max(1, -(-entries // page_size))


def select_page(rows: Iterable[Row], wanted: RowFilter, page: int) -> RowsPage:
    """Page `page` of the rows that match, or the nearest page that exists; the rows are read once and not kept."""
    matching: list[tuple[int, Row]] = []
    newest_page: list[tuple[int, Row]] = []
    matched = total = 0
    for total, row in enumerate(rows, start=1):
        if not wanted.admits(row):
            continue
        if matched % PAGE_SIZE == 0:
            newest_page = []
        newest_page.append((total, row))
        matched += 1
        if pages_of(matched, PAGE_SIZE) <= max(1, page):
            matching = newest_page
    return RowsPage(matching, min(max(1, page), pages_of(matched, PAGE_SIZE)), matched, total)


def labels_of(rows: Iterable[Row]) -> Labels:
    """What the rows can be filtered by."""
    industries, families = set(), set()
    for row in rows:
        industries.add(row.industry or "")
        families.add(row.family or "")
    return Labels(sorted(industries - {""}), sorted(families - {""}))


def rows_html(shown: RowsPage, *, filtered: bool, tokens: Callable[[int], str] | None = None) -> str:
    """The page's rows as cards, under a line that says which they are. `tokens` gives the address of a row's tokens."""
    if not shown.rows:
        return f"<p>{text.NO_MATCH}</p>"
    first = (shown.page - 1) * PAGE_SIZE + 1
    words = text.MATCHES_FILTERED if filtered else text.MATCHES
    line = words.format(
        first=f"{first:,}", last=f"{first + len(shown.rows) - 1:,}", matched=f"{shown.matched:,}", total=f"{shown.total:,}"
    )
    return f'<p role="status">{line}</p>' + "".join(
        row_html(row, str(number), tokens(number) if tokens else "") for number, row in shown.rows
    )


def row_html(row: Row, number: str = "", tokens: str = "") -> str:
    """One row: its labels, the question and the answer, where it has one, what was said before them, and a link to its `tokens`."""
    link = f' · <a href="{escape(tokens, quote=True)}">{LINK_TO_TOKENS}</a>' if tokens else ""
    labels = " · ".join(escape(label) for label in (number, row.industry, row.family, row.intent) if label)
    earlier, question, answer = _parts(row)
    answered = "" if answer is None else _turn(text.ANSWER, answer)
    return (
        '<article class="card" style="margin-bottom:.75rem">'
        f'<p class="muted" style="overflow-wrap:anywhere">{labels}{link}</p>{_earlier(earlier)}<div style="{_COLUMNS}">'
        f"{_turn(text.QUESTION, question)}{answered}</div></article>"
    )


def _parts(row: Row) -> tuple[Sequence[Mapping[str, str]], str, str | None]:
    """What was said before, the question, and the answer; None where the row ends with the question."""
    *earlier, last = row.messages
    if last["role"] == "user":
        return earlier, last["content"], None
    question = earlier.pop()["content"] if earlier else ""
    return earlier, question, last["content"]


def _earlier(messages: Sequence[Mapping[str, str]]) -> str:
    if not messages:
        return ""
    turns = "".join(_turn(text.SPEAKERS.get(turn["role"], turn["role"]), turn["content"]) for turn in messages)
    return f"<details><summary>{text.EARLIER}: {count(len(messages), 'message')}</summary>{turns}</details>"


def _turn(speaker: str, content: str) -> str:
    return f'<div><strong>{escape(speaker)}</strong><p style="{_TEXT}">{escape(shortened(content, _SHOWN_CHARACTERS))}</p></div>'
