"""What the Brand identity page shows: some rows as they will be learned, what is in the way of saving, and what was saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from studio.dataset.identity.rendering import Rendered
from studio.dataset.importing.file import ImportResult
from studio.dataset.reading.problems import Problem
from studio.ui.text import identity as text
from studio.ui.views.data_rows import row_html
from studio.ui.views.figures import count
from studio.workspace.datasets import Row

_SHOWN = 6
_LISTED = 10


def start_html() -> str:
    """What is missing before there is anything to show."""
    return f'{_title()}<div class="card"><p>{text.START}</p></div>'


def refusal_html(sentence: str) -> str:
    """Why there are no rows to show."""
    return f"{_title()}{_alert(text.NOT_YET, sentence)}"


def preview_html(rendered: Rendered) -> str:
    """Some of the rows, how many there are, which were left out, and why nothing can be saved where that is so."""
    parts = [_title()]
    if rendered.refusal:
        parts.append(_alert(text.BLOCKED, rendered.refusal))
    if rendered.rows:
        parts.append(f'<p role="status">{text.COUNTED.format(rows=count(len(rendered.rows), "row"))}</p>')
        parts += [row_html(row) for row in spread(rendered.rows, _SHOWN)]
    if rendered.problems:
        parts.append(_left_out(rendered.problems))
    return "".join(parts)


def spread(rows: Sequence[Row], limit: int) -> list[Row]:
    """So many of the rows, evenly from first to last."""
    if len(rows) <= limit:
        return list(rows)
    return [rows[index * len(rows) // limit] for index in range(limit)]


def other_placeholders(typed: str, unknown: Mapping[str, int]) -> str:
    """The lines of the field for other placeholders: what was typed, and an empty line for each that is not there yet."""
    lines = [line for line in typed.splitlines() if line.strip()]
    named = {line.partition("=")[0].strip().lower() for line in lines}
    return "\n".join([*lines, *(f"{name} = " for name in unknown if name not in named)])


def saved_html(result: ImportResult) -> str:
    """What was saved, where to look at it, and what to do with it."""
    name = f"<strong>{escape(result.dataset.name)}</strong>"
    link = f'<a href="data?dataset={escape(result.dataset.id, quote=True)}">{text.OPEN_DATASET}</a>'
    saved = text.SAVED.format(rows=count(result.rows, "row"), name=name)
    return f'<div class="card" role="status"><p>{saved} {link}</p><p>{text.MIX}</p></div>'


def visitor_html() -> str:
    """Why a visitor sees no form."""
    return f'<div class="card"><p>{text.VISITOR}</p></div>'


def _title() -> str:
    return f'<h2 style="font-size:1.1rem">{text.PREVIEW_TITLE}</h2>'


def _alert(title: str, sentence: str) -> str:
    return f'<div class="card" role="alert"><strong class="failed">{title}</strong><p>{escape(sentence)}</p></div>'


def _left_out(problems: Sequence[Problem]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in text.LEFT_OUT_HEAD)
    rows = "".join(
        f'<tr><td>{problem.row + 1:,}</td><td style="overflow-wrap:anywhere">{escape(problem.message)}</td></tr>'
        for problem in problems[:_LISTED]
    )
    more = len(problems) - _LISTED
    rest = f'<p class="muted">{text.MORE_LEFT_OUT.format(count=f"{more:,}")}</p>' if more > 0 else ""
    summary = text.LEFT_OUT.format(rows=count(len(problems), "row"))
    table = f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<details><summary>{summary}</summary><div class="studio-scroll">{table}</div>{rest}</details>'
