"""What a training has measured: the newest values, and the table behind the curves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from studio.ui.text import train as text
from studio.ui.views.train_form import figures_html

MAX_TABLE_ROWS = 100


def numbers_html(metrics: Sequence[Mapping[str, Any]]) -> str:
    """The newest measured values; empty before the first step."""
    if not metrics:
        return ""
    newest = metrics[-1]
    where = text.AT_STEP.format(step=f"{newest['step']:,}", epoch=number(newest.get("epoch")))
    units = {"loss": text.PREFERENCE_LOSS_UNIT} if "reward_chosen" in newest else {}
    figures = [
        (name, number(newest[field]), units.get(field, unit)) for field, (name, unit) in text.METRICS.items() if field in newest
    ]
    return f"<h3>{where}</h3>{figures_html(figures)}" if figures else ""


def table_html(metrics: Sequence[Mapping[str, Any]]) -> str:
    """The table behind the curves: every step, or at most `MAX_TABLE_ROWS` of them, evenly spread."""
    shown = spread(metrics, MAX_TABLE_ROWS)
    columns = {field: name for field, name in text.TABLE_COLUMNS.items() if any(field in event for event in shown)}
    rows = [[number(event.get(field)) for field in columns] for event in shown]
    note = ""
    if len(shown) < len(metrics):
        note = f'<p class="muted">{text.TABLE_THINNED.format(shown=f"{len(shown):,}", steps=f"{len(metrics):,}")}</p>'
    body = table(text.TABLE_TITLE, list(columns.values()), [[escape(cell) for cell in row] for row in rows])
    return note + body


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table that scrolls sideways where it must. Cells are HTML already; names of columns are text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="studio-scroll" tabindex="0" role="region" aria-label="{escape(name)}">'
        '<table class="studio-table" style="white-space:nowrap">'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def spread(values: Sequence[Mapping[str, Any]], limit: int) -> list[Mapping[str, Any]]:
    """At most `limit` (2 or more) of the values, evenly spread, the first and the last among them."""
    if len(values) <= limit:
        return list(values)
    return [values[round(index * (len(values) - 1) / (limit - 1))] for index in range(limit)]


def number(value: Any) -> str:
    """A measured value: three significant digits, whole from a hundred on, exponents below a thousandth."""
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value):
        return text.NO_VALUE
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2e}" if abs(value) < 1e-3 else f"{value:.3g}"
