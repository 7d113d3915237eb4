"""What a run has told so far, from its events: what was measured, in which phase it is and how far, and its notes.

A run of 100,000 steps has some 20 MB of events. They are read once, kept in columns, and at the next look only what was appended is read.
"""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from studio.workspace.runs import Run
from studio.workspace.tail import Tail

_RUNS_KEPT = 8  # a run of 100,000 steps takes some 15 MB


@dataclass
class _Column:
    """The values of one field, each with its step; steps ascend."""

    steps: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))

    def put(self, step: int, value: float) -> None:
        """Add the value of the newest step, or replace it."""
        if self.steps and self.steps[-1] == step:
            self.values[-1] = value
        else:
            self.steps.append(step)
            self.values.append(value)

    def cut(self, step: int) -> None:
        """Forget that step and all after it."""
        end = bisect_left(self.steps, step)
        del self.steps[end:], self.values[end:]

    def at(self, step: int) -> float | None:
        """The value of that step, if the field was measured then."""
        index = bisect_left(self.steps, step)
        return self.values[index] if index < len(self.steps) and self.steps[index] == step else None

    def copy(self) -> _Column:
        """A column of its own."""
        return _Column(self.steps[:], self.values[:])


class Metrics(Sequence[Mapping[str, Any]]):
    """The measured steps of a run, as if they were a list of its metric events.

    Events of the same step are one. A run that was resumed goes back to its checkpoint: what came after that is measured anew, and is forgotten.
    """

    def __init__(self) -> None:
        self._steps: array[int] = array("q")
        self._columns: dict[str, _Column] = {}

    @classmethod
    def of(cls, events: Iterable[Mapping[str, Any]]) -> Metrics:
        """The metrics of these events, in the order they were written."""
        metrics = cls()
        for event in events:
            metrics.add(event)
        return metrics

    def add(self, event: Mapping[str, Any]) -> None:
        """One more metric event. What has no whole step, and fields that are no numbers, are passed over."""
        step = event.get("step")
        if type(step) is not int:
            return
        if self._steps and step < self._steps[-1]:
            self._cut(step)
        if not self._steps or step > self._steps[-1]:
            self._steps.append(step)
        for name, value in event.items():
            if (type(value) is float or type(value) is int) and name != "step":
                column = self._columns.get(name)
                if column is None:
                    column = self._columns[name] = _Column()
                column.put(step, value)

    @property
    def fields(self) -> list[str]:
        """The names of what was measured at any step."""
        return [name for name, column in self._columns.items() if column.steps]

    def points(self, name: str) -> list[tuple[int, float]]:
        """All values of a field with their steps, ascending; values that are not finite too."""
        column = self._columns.get(name)
        return [] if column is None else list(zip(column.steps, column.values, strict=True))

    def last(self, name: str) -> float | None:
        """The newest finite value of a field."""
        column = self._columns.get(name)
        return next(filter(math.isfinite, reversed(column.values)), None) if column else None

    def copy(self) -> Metrics:
        """Metrics of their own, which don't grow with these."""
        copied = Metrics()
        copied._steps = self._steps[:]
        copied._columns = {name: column.copy() for name, column in self._columns.items()}
        return copied

    def __len__(self) -> int:
        return len(self._steps)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> list[Mapping[str, Any]]: ...

    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | list[Mapping[str, Any]]:
        if isinstance(index, slice):
            return [self._at(step) for step in self._steps[index]]
        return self._at(self._steps[index])

    def _at(self, step: int) -> Mapping[str, Any]:
        values = {name: value for name, column in self._columns.items() if (value := column.at(step)) is not None}
        return {"step": step, **values}

    def _cut(self, step: int) -> None:
        del self._steps[bisect_left(self._steps, step) :]
        for column in self._columns.values():
            column.cut(step)


@dataclass
class History:
    """What a run has told. `progress` is the newest event of the current phase, None before its first."""

    metrics: Metrics = field(default_factory=Metrics)
    phase: str = ""
    progress: Mapping[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    def take(self, event: Any) -> None:
        """One more event; kinds that nobody watches are passed over."""
        if not isinstance(event, dict):
            return
        match event.get("kind"):
            case "metric":
                self.metrics.add(event)
            case "phase":
                self.phase, self.progress = str(event.get("name", "")), None
            case "progress":
                self.progress = event
            case "note":
                self.notes.append(str(event.get("text", "")))

    def copy(self) -> History:
        """A history of its own."""
        return History(self.metrics.copy(), self.phase, self.progress, [*self.notes])


class Follower:
    """Follows one run. May be asked by several threads."""

    def __init__(self, run: Run) -> None:
        self._tail = Tail(run.folder / "events.jsonl")
        self._history = History()
        self._lock = threading.Lock()

    def look(self) -> History:
        """All that the run has told until now."""
        with self._lock:
            for event in self._tail.new():
                self._history.take(event)
            return self._history.copy()


class Followers:
    """Follows the runs that were looked at last, so that another look at one of them is quick."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Follower] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, run: Run) -> History:
        """All that the run has told until now."""
        with self._lock:
            follower = self._kept.setdefault(str(run.folder), Follower(run))
            self._kept.move_to_end(str(run.folder))
            while len(self._kept) > _RUNS_KEPT:
                self._kept.popitem(last=False)
        return follower.look()


def history(run: Run) -> History:
    """All that a run has told until now, for who looks once."""
    return Follower(run).look()
