"""What the page From manuals shows: how far a run is, the candidates a page at a time, each beside its passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from studio.dataset.distillation.review import Entry, Review, Standing, objections
from studio.ui.text import manuals as text
from studio.ui.views.data_rows import pages_of
from studio.ui.views.figures import count, moment
from studio.ui.views.train import Watched, state_html
from studio.workspace.runs import Run, RunState

PAGE_SIZE = 10
ALL = "all"
_SHOWN_RUNS = 10
_PASSAGE = "white-space:pre-wrap;overflow-wrap:anywhere;max-height:18rem;overflow-y:auto;margin:.25rem 0 0"


@dataclass(frozen=True)
class CandidatesPage:
    """One page of the candidates that are shown. Pages count from 1."""

    entries: Sequence[Entry]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return pages_of(self.total, PAGE_SIZE)


def select(review: Review, show: str, page: int) -> CandidatesPage:
    """Page `page` of the candidates that stand there, or the nearest page that exists."""
    found = review.standing(*([] if show == ALL else [Standing(show)]))
    page = min(max(1, page), pages_of(len(found), PAGE_SIZE))
    return CandidatesPage(found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], page, len(found))


def standing_of(value: str | None) -> str:
    """What is shown: a standing, or all of them; what nobody has decided where the value is neither."""
    return value if value in {ALL, *(standing.value for standing in Standing)} else Standing.UNDECIDED.value


def may_be_approved_with_others(entry: Entry, show: str) -> bool:
    """Whether approving all that are shown means this one too. What was dropped or rejected is meant only where the filter asks for it."""
    return entry.standing is Standing.UNDECIDED or (entry.standing.value == show and entry.standing is not Standing.APPROVED)


def filter_choices(review: Review) -> list[tuple[str, str]]:
    """The filter's choices, each with how many it shows."""
    counts = review.counts
    choices = [(f"{name} ({counts[standing]:,})", standing.value) for standing, name in text.STANDINGS.items()]
    return [*choices, (f"{text.ALL} ({len(review.entries):,})", ALL)]


def range_html(shown: CandidatesPage, show: str) -> str:
    """Which of them are seen, or why there is none."""
    if not shown.entries:
        sentence = text.NONE_AT_ALL if show == ALL else text.NONE_HERE[Standing(show)]
        return f'<p role="status">{sentence}</p>'
    first = (shown.page - 1) * PAGE_SIZE + 1
    line = text.RANGE.format(first=f"{first:,}", last=f"{first + len(shown.entries) - 1:,}", total=f"{shown.total:,}")
    return f'<p role="status">{line}</p>'


def passage_html(entry: Entry) -> str:
    """Where a candidate comes from: the document, the headings, and the passage itself."""
    marks = [text.ORIGINS[entry.candidate.origin], *([text.EDITED] if entry.edited else [])]
    path = " › ".join(escape(part) for part in (entry.passage.document, *entry.passage.headings))
    return (
        f'<p style="overflow-wrap:anywhere;margin:0"><strong>{path}</strong></p>'
        f'<p class="muted" style="margin:0">{text.STANDINGS[entry.standing]} · {" · ".join(marks)}</p>'
        f'<div tabindex="0" role="region" aria-label="{text.PASSAGE}" style="{_PASSAGE}">{escape(entry.passage.text)}</div>'
    )


def objections_html(entry: Entry) -> str:
    """What speaks against a candidate; empty when nothing does."""
    found = objections(entry)
    if not found:
        return ""
    title = text.AGAINST_EDIT if entry.edited else text.AGAINST
    items = "".join(f"<li>{escape(reason)}</li>" for reason in found)
    return f'<div role="status"><strong class="failed">{title}</strong><ul style="margin:.25rem 0">{items}</ul></div>'


def run_html(seen: Watched) -> str:
    """Where a run stands, how far it is, and what it has to say."""
    documents = seen.spec["documents"]
    head = f'<h2 style="overflow-wrap:anywhere">{escape(seen.spec["name"])}</h2><p>{state_html(seen.status.state)}'
    line = _standing(seen, len(documents))
    notes = "".join(f"<li>{escape(note)}</li>" for note in seen.notes)
    listed = f"<details><summary>{text.NOTES}</summary><ul>{notes}</ul></details>" if notes else ""
    return (
        f'<section class="card" aria-live="polite">{head} <span class="muted">{line}</span></p>{_error(seen)}{listed}</section>'
    )


def nothing_html() -> str:
    """When the documents gave nothing."""
    return f'<div class="card" role="status"><p>{text.NOTHING}</p></div>'


def problem_html(sentence: str) -> str:
    """Why a run can't be shown."""
    return f'<div class="card" role="alert"><p class="failed">{escape(sentence)}</p></div>'


def runs_html(runs: Sequence[Run], shown: str) -> str:
    """The newest runs as links, but for the one that is shown."""
    others = [run for run in runs if run.id != shown][:_SHOWN_RUNS]
    if not others:
        return ""
    links = "".join(
        f'<li><a href="manuals?{urlencode({"run": run.id})}">'
        f"{escape(text.RUN_LINK.format(name=run.spec['name'], when=moment(run.recorded.created)))}</a></li>"
        for run in others
    )
    return f'<h2 style="font-size:1.1rem">{text.RUNS_TITLE}</h2><ul>{links}</ul>'


def make_label(review: Review) -> str:
    """What the button says that makes the dataset."""
    approved = review.counts[Standing.APPROVED]
    return text.MAKE.format(rows=count(approved, "approved row")) if approved else text.MAKE_NONE


def _standing(seen: Watched, documents: int) -> str:
    if seen.status.state is RunState.QUEUED:
        return text.STATE_QUEUED
    if seen.status.state is RunState.RUNNING:
        if seen.progress is None:
            return escape(seen.phase)
        return escape(text.PROGRESS.format(phase=seen.phase, done=seen.progress["done"], total=seen.progress["total"]))
    made = int(seen.status.result.get("candidates", 0))
    found = text.FOUND.format(candidates=count(made, "row"), documents=count(documents, "document"))
    return found if seen.status.state is RunState.SUCCEEDED else ""


def _error(seen: Watched) -> str:
    return f'<p class="failed">{escape(seen.status.error)}</p>' if seen.status.error else ""
