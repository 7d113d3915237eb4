"""What a command prints: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from studio.jobs.queue import JobQueue
from studio.training.validation.outcome import Outcome
from studio.training.validation.told import validations_of
from studio.workspace.history import Follower, Metrics
from studio.workspace.runs import Run, RunState, Status

errors = Console(stderr=True)
results = Console()
_PLAIN_INTERVAL = 10.0  # seconds between two progress lines where no bar can be drawn
_BAR_INTERVAL = 1.0  # seconds between two looks for a progress bar


def print_json(value: Any) -> None:
    """The one JSON object of a command."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """A small table for people."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    results.print(table)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    whole = round(seconds)
    return f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60:02d} s"


class RunProgress:
    """Shows a run's phase, progress and time left while somebody waits for it."""

    def __init__(self, run: Run, label: str) -> None:
        self._run = run
        self._follower = Follower(run)
        self._label = label
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._last_look = -_PLAIN_INTERVAL

    def __enter__(self) -> RunProgress:
        if errors.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[status]}"), TimeElapsedColumn())
            self._bar = Progress(*columns, console=errors)
            self._bar.start()
            self._task = self._bar.add_task(self._label, total=None, status="waiting")
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self) -> None:
        """Look at the run folder and show what it says; not too often, because whoever looks takes time from the run."""
        interval = _PLAIN_INTERVAL if self._bar is None else _BAR_INTERVAL
        if time.monotonic() - self._last_look < interval:
            return
        self._last_look = time.monotonic()
        done, total, words = progress_of(self._run, self._follower)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None, status=words)
        else:
            errors.print(f"{self._label}: {words}", highlight=False, soft_wrap=True)


class PhaseProgress:
    """A bar for work in this process that goes through phases; nothing where no bar can be drawn. It is an import's `Watch`."""

    def __init__(self, label: str) -> None:
        self._label = label
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal)
        self._task = self._bar.add_task(label, total=None)

    def __enter__(self) -> PhaseProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def phase(self, name: str) -> None:
        """A new phase begins."""
        self._bar.reset(self._task, total=None, description=f"{self._label}: {name}")

    def progress(self, done: int, total: int) -> None:
        """So much of it is done."""
        self._bar.update(self._task, completed=done, total=total or None)

    def read(self, rows: int, rejected: int) -> None:
        """Nothing to show: the result says it."""


def progress_of(run: Run, follower: Follower | None = None) -> tuple[int, int, str]:
    """Units done, units in all (0 when unknown), and a phrase such as `training, 12 of 96, loss 1.320, 4 min 02 s left`."""
    if run.recorded.state is RunState.QUEUED:
        return 0, 0, "waiting for another run to end"
    told = (follower or Follower(run)).look()
    phase, progress, loss = told.phase or "waiting", told.progress, told.metrics.last("loss")
    if progress is None:
        return 0, 0, phase
    parts = [f"{phase}, {progress['done']} of {progress['total']}"]
    if loss is not None and phase == "training":
        parts.append(f"loss {loss:.3f}")
        parts += _validated(told.metrics)
        margin = told.metrics.last("reward_margin")
        if margin is not None:
            parts.append(f"reward margin {margin:.3f}")
    if progress["seconds_left"] is not None and progress["done"] < progress["total"]:
        parts.append(f"{duration(progress['seconds_left'])} left")
    return progress["done"], progress["total"], ", ".join(parts)


def _validated(metrics: Metrics) -> list[str]:
    """The newest validation and the best checkpoint, as in `validation loss 0.412, 27/32 right (best 29/32 at step 400)`."""
    told = validations_of(metrics)
    if told is None:
        return []
    _, newest = told.newest
    best = "" if told.best is None else f" (best {_right(told.outcomes[told.best])} at step {told.best})"
    return [f"validation loss {newest.loss:.3f}, perplexity {newest.perplexity:.2f}, {_right(newest)} right{best}"]


def _right(outcome: Outcome) -> str:
    return f"{outcome.passed}/{outcome.items}"


def follow(queue: JobQueue, run: Run, label: str, *, quiet: bool = False) -> Status:
    """Wait for the run and show its progress; interrupting it leaves the run at work.

    Raises:
        JobFailed: the run failed.
    """
    progress = RunProgress(run, label)
    shown: AbstractContextManager[object] = nullcontext() if quiet else progress
    watch: Callable[[], None] | None = None if quiet else progress.update
    try:
        with shown:
            return queue.wait(run, watch=watch)
    except KeyboardInterrupt:
        errors.print(f"Left run {run.id} at work; `python -m studio runs` shows how it goes.")
        raise
