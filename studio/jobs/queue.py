"""One heavy job at a time on one machine, and two light ones beside it; the others wait, visibly, in the order they were asked for or put into.

The queue is the set of run folders in state `queued`: there is nothing else to lose. Whoever submits pumps it, a worker
pumps it when it ends, and the app pumps it every second, all under one file lock.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock

from studio.errors import BadInput, JobFailed
from studio.jobs.launcher import Launcher, LocalLauncher
from studio.workspace.clock import now, timestamp
from studio.workspace.endings import Weight
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, Status, create_run, list_runs, process_start_time

AT_ONCE: Mapping[Weight, int] = {Weight.HEAVY: 1, Weight.LIGHT: 2}
"""How many jobs of a weight may be at work: neither waits for the other."""

_EXIT_SECONDS = 0.3


_APART = 0.001  # seconds between the turns of two runs: those that were created in the same moment can be told apart then


class Move(StrEnum):
    """Where a waiting run goes."""

    FIRST = "first"
    UP = "up"
    DOWN = "down"
    LAST = "last"


@dataclass(frozen=True)
class JobQueue:
    """The queue of one workspace."""

    workspace: Workspace
    launcher: Launcher = field(default_factory=LocalLauncher)

    def submit(self, spec: Mapping[str, Any], *, files: Mapping[str, Path] | None = None) -> Run:
        """Put a job into the queue and start it if there is room; `files` are copied into the run's folder first."""
        run = create_run(self.workspace, spec, files=files)
        self.pump()
        return run

    def pump(self) -> list[Run]:
        """Start the waiting runs of each weight, in their order, as far as there is room. Returns those that were started."""
        with FileLock(self.workspace.queue_lock):
            runs = list_runs(self.workspace)
            self._record_deaths(runs)
            unfinished = [run for run in runs if not run.recorded.state.finished]
            started: list[Run] = []
            for weight, places in AT_ONCE.items():
                alike = [run for run in unfinished if run.weight is weight]
                waiting = _in_turn(alike)
                room = places - (len(alike) - len(waiting))
                started += [self._start(run) for run in waiting[: max(0, room)]]
            return started

    def stop(self, run: Run, *, keep: bool) -> None:
        """Ask a run to stop. A waiting one leaves the queue at once; a running one ends at its next step.

        Raises:
            BadInput: the run has finished already.
        """
        with FileLock(self.workspace.queue_lock):
            status = run.status
            if status.state.finished:
                raise BadInput(f"Run {run.id} has {status.state} already, so there is nothing to stop.")
            run.request_stop(keep=keep)
            if status.state is RunState.QUEUED:
                run.write_status(replace(status, state=RunState.STOPPED, finished=timestamp()))

    def cancel(self, run: Run) -> None:
        """Take a waiting run out of the queue. One at work goes on: to end it is `stop`.

        Raises:
            BadInput: the run does not wait.
        """
        with FileLock(self.workspace.queue_lock):
            status = self._waiting_status(run)
            run.write_status(replace(status, state=RunState.STOPPED, finished=timestamp()))

    def waiting(self, weight: Weight | None = None) -> list[Run]:
        """The runs that wait, those that start first first; all of them, or those of a weight."""
        return [run for run in _in_turn(list_runs(self.workspace)) if weight is None or run.weight is weight]

    def move(self, run: Run, to: Move) -> None:
        """Let a waiting run start earlier or later than others of its weight.

        Raises:
            BadInput: the run does not wait.
        """
        with FileLock(self.workspace.queue_lock):
            self._waiting_status(run)
            order = self.waiting(run.weight)
            here = [other.id for other in order].index(run.id)
            there = min(max(_target(to, here), 0), len(order) - 1)
            turns = [other.recorded.turn for other in order]
            order.insert(there, order.pop(here))
            earlier = -math.inf
            for other, turn in zip(order, turns, strict=True):
                earlier = max(turn, earlier + _APART)
                other.write_status(replace(other.recorded, place=earlier))

    def resume(self, run: Run) -> None:
        """Put a failed or stopped run back into the queue; its job goes on from the last checkpoint.

        Raises:
            BadInput: the run is waiting, at work, or has succeeded.
        """
        with FileLock(self.workspace.queue_lock):
            status = run.status
            if status.state not in {RunState.FAILED, RunState.STOPPED}:
                raise BadInput(f"Run {run.id} is {status.state}; only a failed or stopped run can be resumed.")
            (run.folder / "stop.json").unlink(missing_ok=True)
            run.write_status(Status(RunState.QUEUED, created=status.created, place=now().timestamp()))
        self.pump()

    def position(self, run: Run) -> int:
        """How many runs of its weight go before this waiting one, those at work included."""
        alike = [other for other in list_runs(self.workspace) if other.weight is run.weight and other.id != run.id]
        here = (run.recorded.turn, run.id)
        states = {other: other.status for other in alike}
        at_work = sum(status.state is RunState.RUNNING for status in states.values())
        return at_work + sum(
            status.state is RunState.QUEUED and (status.turn, other.id) < here for other, status in states.items()
        )

    def wait(self, run: Run, *, poll: float = 0.5, watch: Callable[[], None] | None = None) -> Status:
        """Block until the run has finished, pumping the queue meanwhile; `watch` is called at every poll.

        Raises:
            JobFailed: the run failed; the message says why.
        """
        while not run.status.state.finished:
            self.pump()
            if watch:
                watch()
            time.sleep(poll)
        self.pump()  # a death is recorded, with what is known of it
        if watch:
            watch()
        status = run.status
        if status.state is RunState.FAILED:
            raise JobFailed(status.error or f"Run {run.id} failed; its log is {run.folder / 'log.txt'}.")
        return status

    @staticmethod
    def _waiting_status(run: Run) -> Status:
        status = run.recorded
        if status.state is not RunState.QUEUED:
            raise BadInput(f"Run {run.id} is {run.status.state}, so it has no place in the queue any more.")
        return status

    def _start(self, run: Run) -> Run:
        pid = self.launcher.start(run)
        status = run.recorded
        if status.state is RunState.QUEUED:
            run.write_status(
                replace(
                    status,
                    state=RunState.RUNNING,
                    started=timestamp(),
                    pid=pid,
                    process_started=process_start_time(pid),
                )
            )
        return run

    @staticmethod
    def _record_deaths(runs: list[Run]) -> None:
        for run in runs:
            if run.recorded.state is RunState.RUNNING and run.status.state is RunState.FAILED:
                _wait_for_exit(run)
                status = run.status
                with suppress(OSError):  # the disk is full: `Run.status` says the same, and it is recorded once there is room
                    run.write_status(replace(status, finished=timestamp()))
                    run.append_event("error", text=status.error)


def _wait_for_exit(run: Run) -> None:
    """Give whoever started the worker a moment to say how it ended; nobody will where they are gone themselves."""
    deadline = time.monotonic() + _EXIT_SECONDS
    while run.exit is None and time.monotonic() < deadline:
        time.sleep(_EXIT_SECONDS / 10)


def _in_turn(runs: Iterable[Run]) -> list[Run]:
    """Those that wait, in the order in which they start."""
    waiting = [(run, status) for run in runs if (status := run.recorded).state is RunState.QUEUED]
    return [run for run, _ in sorted(waiting, key=lambda pair: (pair[1].turn, pair[0].id))]


def _target(to: Move, here: int) -> int:
    match to:
        case Move.FIRST:
            return 0
        case Move.UP:
            return here - 1
        case Move.DOWN:
            return here + 1
        case Move.LAST:
            return sys.maxsize
