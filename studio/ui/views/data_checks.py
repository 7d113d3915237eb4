"""What the checks found in a dataset, and what remedies would do, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from studio.dataset.checks.examination import Examination, Finding
from studio.dataset.checks.makeup import QUANTILES, Balance, Lengths, Makeup
from studio.dataset.checks.remedies import KEEP, Mended, Remedy
from studio.dataset.deriving.mending import counted
from studio.ui.text import data_checks as text
from studio.ui.views.data_rows import pages_of, row_html
from studio.ui.views.figures import count
from studio.ui.views.train_form import figures_html
from studio.ui.views.train_numbers import table
from studio.workspace.datasets import Manifest, Row

EXAMPLES = 3
"""Findings of a kind that are shown at once."""

_PAIR = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 1rem"


@dataclass(frozen=True)
class Examples:
    """A page of the findings of one kind; pages count from 1."""

    kind: str
    findings: Sequence[Finding]
    page: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return pages_of(self.total, EXAMPLES)

    @property
    def positions(self) -> set[int]:
        """The rows that are shown."""
        return {place for one in self.findings for place in (one.row, one.other) if isinstance(place, int)}


def select_examples(examination: Examination, kind: str, page: int) -> Examples:
    """Page `page` of a kind's findings, or the nearest that exists."""
    found = [finding for finding in examination.findings if finding.kind == kind]
    page = min(max(1, page), pages_of(len(found), EXAMPLES))
    return Examples(kind, found[(page - 1) * EXAMPLES : page * EXAMPLES], page, len(found))


def rows_at(rows: Iterable[Row], positions: set[int]) -> dict[int, Row]:
    """The rows at these positions; no more are read than needed."""
    last = max(positions, default=-1)
    return {place: row for place, row in enumerate(islice(rows, last + 1)) if place in positions}


def not_examined_html(*, operator: bool) -> str:
    """That there is nothing to show yet."""
    return f'<div class="card">{text.NOT_EXAMINED if operator else text.NOT_EXAMINED_VISITOR}</div>'


def summary_html(examination: Examination) -> str:
    """The score and its parts."""
    rows = count(examination.rows, "row")
    score = figures_html([(text.SCORE_NAME, f"{examination.score:g}", text.SCORE_OF)])
    if not examination.findings:
        return f'{score}<p role="status">{text.SCORE_SOUND.format(rows=rows)}</p>{_own_contacts(examination)}'
    parts = examination.parts
    cells = [
        [text.KINDS[kind], f"{times:,}", f"{parts.get(kind, 0.0):.1f}", escape(text.MEANINGS[kind])]
        for kind, times in examination.counts.items()
    ]
    found = table(text.TABLE_TITLE, text.TABLE_HEAD, cells)
    explained = text.SCORE_EXPLAINED.format(rows=rows)
    return f"{score}<p>{explained}</p>{found}{_own_contacts(examination)}"


def _own_contacts(examination: Examination) -> str:
    if not examination.own_contacts:
        return ""
    contacts = ", ".join(f"{contact} ({questions:,})" for contact, questions in examination.own_contacts.items())
    return f'<p class="muted">{escape(text.OWN_CONTACTS.format(contacts=contacts))}</p>'


def examples_html(shown: Examples, rows: Mapping[int, Row], items: Mapping[str, str]) -> str:
    """The findings of one kind: the sentence, the row, and what it is wrong with beside it. `items` are questions by their ids."""
    first = (shown.page - 1) * EXAMPLES + 1
    title = text.KIND_TITLE.format(kind=text.KINDS[shown.kind], count=f"{shown.total:,}")
    line = text.KIND_RANGE.format(first=f"{first:,}", last=f"{first + len(shown.findings) - 1:,}", total=f"{shown.total:,}")
    body = "".join(_example(finding, rows, items) for finding in shown.findings)
    return f'<h3>{title}</h3><p class="muted">{line}</p>{body}'


def _example(finding: Finding, rows: Mapping[int, Row], items: Mapping[str, str]) -> str:
    cards = [_row(rows.get(finding.row), text.ROW.format(row=f"{finding.row + 1:,}"))]
    if isinstance(finding.other, int):
        cards.append(_row(rows.get(finding.other), text.OTHER_ROW.format(row=f"{finding.other + 1:,}")))
    elif finding.other is not None:
        words = escape(text.OTHER_ITEM.format(item=finding.other))
        question = escape(items.get(finding.other, ""))
        cards.append(
            f'<article class="card" style="margin-bottom:.75rem"><p class="muted">{words}</p><p>{question}</p></article>'
        )
    sentence = escape(f"{text.ROW.format(row=f'{finding.row + 1:,}')}: {finding.sentence}")
    return f'<p style="overflow-wrap:anywhere"><strong>{sentence}</strong></p><div style="{_PAIR}">{"".join(cards)}</div>'


def _row(row: Row | None, number: str) -> str:
    return "" if row is None else row_html(row, number)


def pending_html(mended: Mended | None, remedies: Sequence[Remedy]) -> str:
    """What the chosen remedies would do; without any, how to choose."""
    if mended is None:
        return f'<p class="muted">{text.PENDING_NONE}</p>'
    chosen = escape(text.CHOSEN.format(remedies=", ".join(remedy_in_words(remedy) for remedy in remedies)))
    done = [
        words.format(rows=count(len(changes), "row"))
        for words, changes in ((text.REMOVE, mended.removed), (text.CHANGE, mended.changed))
        if changes
    ]
    if not done:
        return f'<div class="card" role="status"><strong>{text.PENDING_NOTHING}</strong><br>{chosen}</div>'
    scores = {"before": f"{mended.before.score:g}", "after": f"{mended.after.score:g}"}
    words = text.PENDING.format(what=", ".join(done), **scores)
    left = mended.after.counts
    still = text.STILL.format(found=_by_kind(left)) if left else ""
    reasons = text.REASONS.format(reasons=_by_kind(counted([*mended.removed, *mended.changed])))
    lines = "<br>".join(filter(None, (reasons, chosen, still)))
    return f'<div class="card" role="status"><strong>{words}</strong><br>{lines}</div>'


def remedy_in_words(remedy: Remedy) -> str:
    """A chosen remedy: what it is against, and for contradictions which row stays."""
    kind = text.KINDS[remedy.kind].lower()
    if remedy.kind != "contradiction":
        return kind
    keep = text.KEEP_CHOICES[KEEP.index(remedy.keep)][0]
    return f"{kind}: {keep}" + ("" if remedy.row is None else f" (row {remedy.row + 1:,})")


def saved_html(made: Manifest, mended: Mended) -> str:
    """What was saved."""
    words = text.SAVED.format(
        name=made.name,
        rows=count(made.rows, "row"),
        removed=f"{len(mended.removed):,}",
        changed=f"{len(mended.changed):,}",
        before=f"{mended.before.score:g}",
        after=f"{mended.after.score:g}",
    )
    return f'<div class="card" role="status">{escape(words)}</div>'


def makeup_html(makeup: Makeup | None) -> str:
    """How the rows spread over labels, languages and lengths; nothing where that was not kept."""
    if makeup is None:
        return ""
    balance = [_balance(label, one) for label, one in makeup.balance.items()]
    spread = table(text.MAKEUP_TITLE, text.MAKEUP_HEAD, balance) if balance else ""
    languages = ", ".join(f"{name} ({rows:,})" for name, rows in makeup.languages.items())
    lengths = table(text.LENGTHS_TITLE, text.LENGTHS_HEAD, [_lengths(part, one) for part, one in makeup.lengths.items()])
    said = f"<p>{escape(text.LANGUAGES.format(languages=languages))}</p>" if languages else ""
    return f"<h3>{text.MAKEUP_TITLE}</h3>{spread}{said}<h4>{text.LENGTHS_TITLE}</h4>{lengths}"


def _balance(label: str, one: Balance) -> list[str]:
    classes = list(one.counts.items())
    ends = [f"{escape(name)} ({rows:,})" for name, rows in (classes[0], classes[-1])]
    return [text.LABELS[label], f"{len(classes):,}", *ends, f"{one.ratio:.1f}", f"{one.unlabelled:,}"]


def _lengths(part: str, one: Lengths) -> list[str]:
    at = dict(zip(QUANTILES, one.quantiles, strict=True))
    return [part, f"{one.shortest:,}", f"{at[0.5]:,}", f"{at[0.95]:,}", f"{one.longest:,}"]


def _by_kind(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{text.KINDS[kind].lower()} ({times:,})" for kind, times in counts.items())
