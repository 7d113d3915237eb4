"""What a training will need as a page shows it: a badge, the parts of its memory, what to change; and what a run foresaw beside what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from studio.chat.catalog import find_model
from studio.training.estimate.advice import Advice, WhatIf
from studio.training.estimate.estimator import MEGABYTE, Badge, Estimate
from studio.training.estimate.prediction import Prediction, Predictions
from studio.ui.text import train_estimate as text
from studio.ui.views.figures import count, duration
from studio.ui.views.train_form import figures_html, plain_value
from studio.ui.views.train_numbers import number, table

_CLASSES: Mapping[Badge, str] = {Badge.FITS: "passed", Badge.TIGHT: "errored", Badge.TOO_BIG: "failed"}


def estimate_html(estimate: Estimate, advice: Advice | None, table_of: Sequence[WhatIf]) -> str:
    """The whole section: badge and sentence, figures, what to change, the parts, and the table of other settings."""
    return "".join(
        (
            f'<section class="card" aria-live="polite"><h3>{badge_html(estimate.badge)}</h3><p>{escape(_need(estimate))}</p>',
            _advice_html(estimate, advice),
            "</section>",
            f'<div style="margin-top:1rem">{figures_html(_figures(estimate))}</div>',
            f'<p class="muted">{escape(_basis(estimate))}</p>',
            _details(text.PARTS_TITLE, parts_html(estimate)),
            _details(text.WHAT_IF_TITLE, what_if_html(table_of)),
        )
    )


def badge_html(badge: Badge) -> str:
    """A shape and a word."""
    return f'<span class="{_CLASSES[badge]}">{escape(text.BADGES[badge])}</span>'


def parts_html(estimate: Estimate) -> str:
    """The parts of the peak, those that are there."""
    rows = [
        [escape(text.PARTS[name][0]), _memory(size), escape(text.PARTS[name][1])]
        for name, size in estimate.parts_mb.items()
        if size > 0
    ]
    return table(text.PARTS_TITLE, text.PARTS_COLUMNS, rows)


def what_if_html(lines: Sequence[WhatIf]) -> str:
    """Batch x accumulation downwards, length and number format across."""
    columns: dict[tuple[bool, int], str] = {}
    rows: dict[tuple[int, int], dict[tuple[bool, int], str]] = {}
    for line in lines:
        spec = line.estimate.spec
        column, row = (spec.load_in_4bit, spec.max_length), (spec.per_device_train_batch_size, spec.gradient_accumulation_steps)
        name = text.WHAT_IF_COLUMN.format(length=f"{spec.max_length:,}")
        columns[column] = (text.WHAT_IF_4_BIT if spec.load_in_4bit else text.WHAT_IF_16_BIT).format(column=name)
        rows.setdefault(row, {})[column] = _cell(line)
    body = [
        [f"{batch} × {accumulation}", *(cells[column] for column in columns)] for (batch, accumulation), cells in rows.items()
    ]
    return f'<p class="muted">{escape(text.WHAT_IF_NOTE)}</p>' + table(
        text.WHAT_IF_TITLE, [text.WHAT_IF_HEAD, *columns.values()], body
    )


def outlook_html(predictions: Predictions | None, happened: Prediction | None) -> str:
    """What a run foresaw, and, once it has ended, what happened and how far off that was; empty where it foresaw nothing."""
    if predictions is None:
        return ""
    lines = [(text.OUTLOOK_BEFORE, predictions.before, happened)]
    if predictions.after_10_steps:
        lines.append((text.OUTLOOK_AFTER, predictions.after_10_steps, happened))
    if happened:
        lines.append((text.OUTLOOK_HAPPENED, happened, None))
    rows = [
        [
            escape(name),
            _with_error(duration(one.seconds), one.seconds, other and other.seconds),
            _with_error(_memory(one.peak_memory_mb), one.peak_memory_mb, other and other.peak_memory_mb),
            _with_error(f"{one.steps:,}", one.steps, other and other.steps),
        ]
        for name, one, other in lines
    ]
    return f"<h3>{text.OUTLOOK_TITLE}</h3>{table(text.OUTLOOK_TITLE, text.OUTLOOK_COLUMNS, rows)}"


def _details(title: str, html: str) -> str:
    return f'<details open style="margin-top:.75rem"><summary>{escape(title)}</summary>{html}</details>'


def _need(estimate: Estimate) -> str:
    sentence = text.NEED_CLASS if estimate.machine.name != "here" else text.NEED
    need = sentence.format(
        peak=_memory(estimate.peak_mb),
        free=_memory(estimate.machine.memory_mb),
        machine=estimate.machine.title,
        time=duration(estimate.seconds),
        steps=count(estimate.steps, "step"),
    )
    reserve = f" {text.RESERVE.format(reserve=_memory(estimate.reserve / MEGABYTE))}" if estimate.reserve else ""
    return need + reserve


def _advice_html(estimate: Estimate, advice: Advice | None) -> str:
    if estimate.badge is Badge.FITS:
        return ""
    if advice is None:
        return f"<p>{escape(text.NO_ADVICE)}</p>"
    changes = text.AND.join(
        text.SETTING_TO.format(name=escape(name), value=escape(plain_value(value))) for name, value in advice.changes.items()
    )
    sentence = text.ADVICE_TIGHT if estimate.badge is Badge.TIGHT else text.ADVICE
    peak, time = _memory(advice.estimate.peak_mb), duration(advice.estimate.seconds)
    return f"<p>{sentence.format(changes=changes, peak=peak, time=time)}</p>"


def _figures(estimate: Estimate) -> list[tuple[str, str, str]]:
    steps = text.TIME_NOTE.format(steps=count(estimate.steps, "step"))
    return [
        (text.MEMORY, _memory(estimate.peak_mb), text.MEMORY_NOTE.format(free=_memory(estimate.machine.memory_mb))),
        (text.TIME, duration(estimate.seconds), steps),
        (text.SPEED, number(estimate.tokens_per_second), text.SPEED_NOTE),
    ]


def _basis(estimate: Estimate) -> str:
    processes = estimate.spec.processes
    sentences = [
        text.TIME_FROM[estimate.basis].format(rate=f"{estimate.machine.flops / 1e9:,.0f}"),
        text.OF_ONE_PROCESS.format(processes=f"{processes:,}") if processes > 1 else text.LATER,
    ]
    if not estimate.exact_lengths:
        sentences.append(text.APPROXIMATE.format(model=find_model(estimate.spec.model).title))
    return " ".join(sentences)


def _cell(line: WhatIf) -> str:
    one = line.estimate
    words = f"{text.MARKS[one.badge]} {_memory(one.peak_mb)}, {duration(one.seconds)}"
    return f"<strong>{escape(words)}</strong>" if line.chosen else escape(words)


def _memory(mebibytes: float) -> str:
    """MiB in GB or MB, as memory is sold: powers of 1000."""
    size = mebibytes * MEGABYTE
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"


def _with_error(shown: str, value: float, happened: Any) -> str:
    """A predicted value, and by how much it was over (+) or under (−) what happened."""
    if not happened:
        return escape(shown)
    off = f"{value / happened - 1:+.0%}".replace("-", "−")
    return escape(text.OUTLOOK_OFF.format(value=shown, off=off))
