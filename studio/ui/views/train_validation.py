"""What a training's validations have found: the newest, the best, and all of them in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from studio.training.validation.outcome import Outcome
from studio.training.validation.told import Told, validations_of
from studio.ui.text import train_validation as text
from studio.ui.views.figures import duration, interval, share
from studio.ui.views.train_form import figures_html
from studio.ui.views.train_numbers import number, spread, table
from studio.workspace.history import Metrics

MAX_TABLE_ROWS = 100


def told_by(metrics: Sequence[Mapping[str, Any]]) -> Told | None:
    """What a run's metric events say; None where nothing was validated."""
    return validations_of(metrics if isinstance(metrics, Metrics) else Metrics.of(metrics))


def validation_html(told: Told, spec: Mapping[str, Any]) -> str:
    """The newest validation beside the best checkpoint, what was asked, and what it cost."""
    step, newest = told.newest
    where = (text.AT_STEP if step else text.OF_THE_BASE).format(step=f"{step:,}", interval=interval(newest.wilson))
    figures = [
        (text.RIGHT, share(newest.passed, newest.items), where),
        (text.LOSS, number(newest.loss), text.LOSS_UNIT),
        (text.PERPLEXITY, number(newest.perplexity), text.PERPLEXITY_UNIT),
        _best(told, taken=bool(spec.get("keep_best", True))),
    ]
    cost = text.COST.format(all=duration(told.seconds), each=duration(newest.seconds))
    return f'<h3>{text.TITLE}</h3>{figures_html(figures)}<p class="muted">{escape(text.ASKED)} {escape(cost)}</p>'


def validation_table_html(told: Told) -> str:
    """Every validation, or as many as a table holds, evenly spread."""
    rows = spread([{"step": step} for step in told.outcomes], MAX_TABLE_ROWS)
    cells = [[escape(cell) for cell in _row(row["step"], told)] for row in rows]
    return table(text.TABLE_TITLE, text.TABLE_COLUMNS, cells)


def stopped_with_best(metrics: Sequence[Mapping[str, Any]], spec: Mapping[str, Any]) -> str | None:
    """Which adapter a stopped training has kept, where it is that of its best checkpoint; else None."""
    told = told_by(metrics) if spec.get("keep_best", True) else None
    if told is None or told.best is None:
        return None
    return text.STOPPED_BEST.format(step=f"{told.best:,}")


def _best(told: Told, *, taken: bool) -> tuple[str, str, str]:
    if told.best is None:
        return text.BEST, "–", text.NO_BEST
    best = told.outcomes[told.best]
    note = text.BEST_NOTE if taken else text.BEST_NOT_TAKEN
    return text.BEST, text.BEST_STEP.format(step=f"{told.best:,}"), note.format(share=share(best.passed, best.items))


def _row(step: int, told: Told) -> list[str]:
    outcome: Outcome = told.outcomes[step]
    marked = text.MARKED_BEST if step == told.best else text.BASE if step == 0 else ""
    return [
        f"{step:,}",
        share(outcome.passed, outcome.items),
        interval(outcome.wilson),
        number(outcome.loss),
        number(outcome.perplexity),
        marked,
    ]
