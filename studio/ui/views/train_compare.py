"""Trainings beside each other: a column a run in every table."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

from studio.charts.curves import QUANTITIES
from studio.training.comparison import LEAST, MOST, Accuracy, Comparison, accuracy_rows
from studio.training.validation.told import validations_of
from studio.ui.text import train as text
from studio.ui.text import train_runs
from studio.ui.text.train_validation import BEST, BEST_STEP
from studio.ui.views.figures import duration, interval, moment, share
from studio.ui.views.train import compare_link, run_link, state_html, tags_html
from studio.ui.views.train_form import plain_value
from studio.ui.views.train_numbers import number, table
from studio.ui.views.train_runs import Listed
from studio.workspace.adapters import ADAPTER_JOBS
from studio.workspace.runs import RunState

FIRST_CURVE = "loss"
_TABLE_STEPS = 50


def suggested_runs(runs: Sequence[Listed], count: int) -> list[str]:
    """Ids of the first `count` trainings that have begun, which is what there is to see; of those that wait where there are too few."""
    begun = sorted((run for run in runs if run.job in ADAPTER_JOBS), key=lambda run: run.status.state is RunState.QUEUED)
    return [run.id for run in begun[:count]]


def run_choices(runs: Sequence[Listed]) -> list[tuple[str, str]]:
    """The trainings as the choice shows them, and their ids."""
    return [
        (
            train_runs.COMPARE_CHOICE.format(
                label=run.notes.name or run.id, state=text.STATE_WORDS[run.status.state], when=moment(run.status.created)
            ),
            run.id,
        )
        for run in runs
        if run.job in ADAPTER_JOBS
    ]


def curve_choices(comparison: Comparison) -> list[tuple[str, str]]:
    """What was measured and has a curve, in words."""
    return [(quantity.name, name) for name, quantity in QUANTITIES.items() if name in comparison.fields]


def hint_html(chosen: int) -> str:
    """How many more runs are needed; empty once there are enough."""
    if LEAST <= chosen <= MOST:
        return ""
    more = f"{LEAST} to {MOST} trainings" if chosen == 0 else f"one to {MOST - chosen} more"
    return f'<p class="muted">{train_runs.COMPARE_HINT.format(more=more)}</p>'


def comparison_html(comparison: Comparison) -> str:
    """Results, right answers, and the settings that differ."""
    parts = [
        _titled(train_runs.RESULTS, train_runs.RESULT_COLUMN, comparison, _result_rows(comparison)),
        _titled(train_runs.ACCURACY, train_runs.SET_COLUMN, comparison, _accuracy_cells(comparison))
        or f'<h3>{train_runs.ACCURACY}</h3><p class="muted">{train_runs.ACCURACY_NONE}</p>',
        _titled(train_runs.DIFFERENT, train_runs.SETTING_COLUMN, comparison, _setting_rows(comparison))
        or f'<h3>{train_runs.DIFFERENT}</h3><p class="muted">{train_runs.SAME}</p>',
    ]
    return "".join(parts)


def links_html(ids: Sequence[str], curve: str) -> str:
    """A link that opens the same comparison, and its downloads."""
    query = urlencode({"runs": ",".join(ids), "curve": curve}, safe=",")
    downloads = (
        ("csv", train_runs.COMPARE_CSV), ("svg", train_runs.COMPARE_SVG), ("table.csv", train_runs.COMPARE_TABLE_CSV),
    )  # fmt: skip
    links = [f'<a href="{compare_link(ids, curve)}">{train_runs.COMPARE_LINK}</a>']
    links += [f'<a href="compare.{ending}?{query}" download>{name}</a>' for ending, name in downloads]
    return f"<p>{' · '.join(links)}</p>"


def curve_table_html(comparison: Comparison, curve: str) -> str:
    """The table behind the curves: steps evenly spread, and the value that each run had measured last by then."""
    columns = [run.metrics.points(curve) for run in comparison.runs]
    steps = sorted({step for column in columns for step, _ in column})
    if len(steps) > _TABLE_STEPS:
        steps = [steps[round(index * (len(steps) - 1) / (_TABLE_STEPS - 1))] for index in range(_TABLE_STEPS)]
    rows = [[f"{step:,}", *(escape(number(_last_by(column, step))) for column in columns)] for step in steps]
    return table(train_runs.CURVE_TABLE, [train_runs.STEP_COLUMN, *comparison.labels], rows)


def _last_by(column: Sequence[tuple[int, float]], step: int) -> float | None:
    index = bisect_right(column, step, key=lambda point: point[0])
    return column[index - 1][1] if index and step <= column[-1][0] else None


def _titled(title: str, first: str, comparison: Comparison, rows: Sequence[Sequence[str]]) -> str:
    return f"<h3>{escape(title)}</h3>{table(title, [first, *comparison.labels], rows)}" if rows else ""


def _result_rows(comparison: Comparison) -> list[list[str]]:
    runs = comparison.runs
    rows = [
        [
            train_runs.STATE_ROW,
            *(f'{state_html(run.status.state)} <a href="{run_link(run.id)}">{escape(run.id)}</a>' for run in runs),
        ]
    ]
    if any(run.notes.tags for run in runs):
        rows.append([train_runs.TAGS_ROW, *(tags_html(run.notes.tags) for run in runs)])
    rows += [
        [train_runs.RESULT_WORDS[name], *(_result(name, run.status.result.get(name)) for run in runs)]
        for name in comparison.results
    ]
    for title, field, best in ((train_runs.BEST_LOSS_ROW, "eval_loss", min), (train_runs.BEST_ACCURACY_ROW, "accuracy", max)):
        measured = [[value for _, value in run.metrics.points(field) if math.isfinite(value)] for run in runs]
        if any(measured):
            rows.append([title, *(number(best(values)) if values else text.NO_VALUE for values in measured)])
    steps = [told.best if (told := validations_of(run.metrics)) else None for run in runs]
    if any(steps):
        rows.append([BEST, *(BEST_STEP.format(step=f"{step:,}") if step else text.NO_VALUE for step in steps)])
    return rows


def _accuracy_cells(comparison: Comparison) -> list[list[str]]:
    return [[escape(name), *map(_accuracy, each)] for name, each in accuracy_rows(comparison).items()]


def _accuracy(one: Accuracy | None) -> str:
    if one is None:
        return text.NO_VALUE
    report = f'<a href="dashboard?{urlencode({"report": one.report})}">{share(one.passed, one.items)}</a>'
    return f'{report}<br><span class="muted">{interval(one.wilson)}</span>'


def _setting_rows(comparison: Comparison) -> list[list[str]]:
    return [
        [f"<code>{escape(name)}</code>", *(escape(_setting(value)) for value in values)]
        for name, values in comparison.settings.items()
    ]


def _setting(value: Any) -> str:
    return text.NO_VALUE if value is None else plain_value(value)


def _result(name: str, value: Any) -> str:
    return duration(value) if name == "seconds" and isinstance(value, int | float) else escape(number(value))
