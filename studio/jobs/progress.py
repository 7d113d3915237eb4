"""How a job tells what it is doing. Everything goes to the run folder; pages and the command line read it there."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from studio.workspace.runs import Run

_PROGRESS_INTERVAL = 0.5  # seconds between two progress events


class Stopped(Exception):
    """Somebody asked the run to stop; raised at a step boundary. `sentence` says what became of its work."""

    def __init__(self, *, keep: bool, sentence: str | None = None) -> None:
        super().__init__("stopped on request")
        self.keep = keep
        self.sentence = sentence or f"Stopped on request; what was learned is {'kept' if keep else 'discarded'}."


@dataclass
class Reporter:
    """Writes a run's events; of several processes that do a job together, only the first one `speaks`."""

    run: Run
    speaks: bool = True
    _phase: str = ""
    _phase_started: float = field(default=0.0)
    _first_done: int | None = None
    _last_progress: float = field(default=0.0)

    def phase(self, name: str) -> None:
        """A new phase begins; progress counts anew."""
        self._phase, self._phase_started, self._last_progress, self._first_done = name, time.monotonic(), 0.0, None
        self._tell("phase", name=name)

    def progress(self, done: int, total: int) -> None:
        """`done` of `total` units of the current phase are finished; at most two events a second are written."""
        moment = time.monotonic()
        if self._first_done is None:
            self._first_done, self._phase_started = done, moment if done else self._phase_started
        if done < total and moment - self._last_progress < _PROGRESS_INTERVAL:
            return
        self._last_progress = moment
        worked = done - self._first_done
        seconds_left = (moment - self._phase_started) / worked * (total - done) if worked > 0 else None
        self._tell(
            "progress",
            phase=self._phase,
            done=done,
            total=total,
            seconds_left=None if seconds_left is None else round(seconds_left, 1),
        )

    def metric(self, *, step: int, **values: float) -> None:
        """Measured values at a step, for the live curves."""
        self._tell("metric", step=step, **values)

    def note(self, text: str, **fields: Any) -> None:
        """Something a person may want to know."""
        self._tell("note", text=text, **fields)

    def check_stop(self) -> None:
        """Raise when somebody asked to stop.

        Raises:
            Stopped: with `keep` as it was asked.
        """
        keep = self.run.stop_request
        if keep is not None:
            raise Stopped(keep=keep)

    def _tell(self, kind: str, **fields: Any) -> None:
        if self.speaks:
            self.run.append_event(kind, **fields)
