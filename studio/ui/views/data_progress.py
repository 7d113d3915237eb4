"""An import as a card: what is imported, how far it is, or how it ended and what to do then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from studio.dataset.import_requests import can_try_again
from studio.ui.text import data_import as text
from studio.ui.views.bars import bar_html
from studio.ui.views.figures import count, duration
from studio.workspace.runs import Run, RunState, Status


@dataclass(frozen=True)
class Importing:
    """An import at one moment. `done` of `total` are units of its phase, `rows` how many rows there are, once that is known."""

    what: str
    status: Status
    phase: str = ""
    done: int = 0
    total: int = 0
    seconds_left: float | None = None
    rows: int | None = None
    cancelling: bool = False
    again: bool = False


def importing(run: Run) -> Importing:
    """Read the run's folder; the status first, so that whatever a finished run has written is among the events."""
    status = run.status
    phase, done, total, seconds_left, rows = "", 0, 0, None, None
    for event in run.events("phase", "progress", "note"):
        if event["kind"] == "phase":
            phase, done, total, seconds_left = str(event["name"]), 0, 0, None
        elif event["kind"] == "progress":
            done, total, seconds_left = int(event["done"]), int(event["total"]), event["seconds_left"]
        else:
            rows = event.get("rows", rows)
    return Importing(
        what=_what(run.spec),
        status=status,
        phase=phase,
        done=done,
        total=total,
        seconds_left=seconds_left,
        rows=rows,
        cancelling=run.stop_request is not None,
        again=can_try_again(run),
    )


def importing_html(seen: Importing) -> str:
    """The card; empty for one that has succeeded, because its dataset says more."""
    state = seen.status.state
    if state is RunState.SUCCEEDED:
        return ""
    title = escape(text.TITLES[state.value].format(what=seen.what))
    if state is RunState.FAILED:
        remedy = text.CAN_TRY_AGAIN if seen.again else text.CHOOSE_ANOTHER
        why = f"<p>{escape(seen.status.error or '')}</p><p>{text.NOTHING_KEPT} {remedy}</p>"
        return f'<section class="card" role="alert"><h2 class="failed">{title}</h2>{why}</section>'
    if state is RunState.STOPPED:
        return f'<section class="card" role="status"><h2>{title}</h2><p>{text.NOTHING_KEPT}</p></section>'
    if state is RunState.QUEUED:
        return f'<section class="card"><h2>{title}</h2><p>{text.WAITING}</p></section>'
    line, hint = (text.CANCELLING, text.CANCELLING_HINT) if seen.cancelling else (_line(seen), text.STAYS)
    return (
        f'<section class="card"><h2>{title}</h2><p role="status">{escape(line)}</p>{_bar(seen)}'
        f'<p class="muted">{hint}</p></section>'
    )


def _what(spec: Mapping[str, Any]) -> str:
    if spec.get("what") == "file":
        return str(spec["file"])
    return text.SAMPLES if spec.get("what") == "samples" else text.ANSWERS


def _line(seen: Importing) -> str:
    phases = list(text.PHASES)
    if seen.phase not in phases:
        return text.STARTING
    number = phases.index(seen.phase) + 1
    parts = [text.STEPS.format(number=number, steps=len(phases), phase=text.PHASES[seen.phase])]
    share = _share(seen)
    if share is not None:
        parts.append(text.PERCENT.format(percent=share))
        if seen.rows and seen.phase != phases[0]:
            parts.append(text.ROWS_DONE.format(done=f"{round(seen.rows * share):,}", rows=f"{seen.rows:,}"))
        elif seen.rows:
            parts.append(count(seen.rows, "row"))
    if seen.seconds_left is not None and seen.done < seen.total:
        parts.append(text.TIME_LEFT.format(time=duration(seen.seconds_left)))
    return ", ".join(parts)


def _share(seen: Importing) -> float | None:
    return min(1.0, seen.done / seen.total) if seen.total else None


def _bar(seen: Importing) -> str:
    return bar_html(text.PROGRESS_LABEL, round((_share(seen) or 0.0) * 100), 100, decimals=0)
