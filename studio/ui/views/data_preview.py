"""How a file begins and what it was taken for, before anything is imported; and what can be done with one that is no training rows."""

from __future__ import annotations

from html import escape

from studio.dataset.importing.file import Preview
from studio.dataset.reading.shapes import Columns
from studio.ui.text import data as text
from studio.ui.text import data_import as import_text
from studio.ui.views.data import problem_table, refusal_html
from studio.ui.views.data_rows import row_html
from studio.ui.views.figures import count

_ROWS = 3


def preview_html(beginning: Preview, name: str) -> str:
    """How a file begins, and what is wrong with it so far."""
    parts = [f'<h2 style="font-size:1.1rem">{escape(text.PREVIEW_TITLE.format(name=name))}</h2>']
    shape = beginning.shape or beginning.questions
    if shape is not None:
        parts.append(f"<p>{escape(text.PREVIEW_SHAPE.format(kind=beginning.kind, shape=shape.title))}</p>")
    if beginning.files > 1:
        parts.append(f"<p>{text.PREVIEW_FILES.format(files=count(beginning.files, 'file'))}</p>")
    return "".join(parts) + _rows_html(beginning)


def column_choice(beginning: Preview) -> tuple[str | None, str | None]:
    """Which columns were taken for question and answer; None where the file has no such column."""
    if beginning.questions is not None:
        return beginning.questions.question, None
    shape = beginning.shape
    return (shape.prompt, shape.response) if isinstance(shape, Columns) else (None, None)


def _rows_html(beginning: Preview) -> str:
    if beginning.articles:
        return _note(import_text.ARTICLES_TITLE, import_text.ARTICLES_WHAT)
    examples = "".join(row_html(row) for row in beginning.rows[:_ROWS])
    if beginning.questions is not None:
        note = _note(import_text.QUESTIONS_TITLE, import_text.QUESTIONS_WHAT)
        return f"{note}<p>{import_text.QUESTIONS_EXAMPLES}</p>{examples}"
    usable, rejected = len(beginning.rows), len(beginning.problems)
    rows = count(usable + rejected, "row")
    parts = [refusal_html(beginning.refusal, title=text.PREVIEW_UNKNOWN)] if beginning.refusal else []
    if usable:
        parts.append(f"<p>{text.PREVIEW_ROWS.format(usable=usable, rows=rows)}</p>{examples}")
    if rejected:
        parts.append(f"<p>{text.PREVIEW_PROBLEMS.format(rejected=rejected, rows=rows)}</p>")
        parts.append(problem_table([problem.to_json() for problem in beginning.problems]))
    return "".join(parts)


def _note(title: str, what: str) -> str:
    """What the file is instead; the sentences are our own and may hold a link."""
    return f'<div class="card" role="status"><strong>{title}</strong><p>{what}</p></div>'
