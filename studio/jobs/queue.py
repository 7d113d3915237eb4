"""One heavy job at a time on one machine; the others wait, visibly, in the order they were asked for.

The queue is the set of run folders in state `queued`: there is nothing else to lose. Whoever submits pumps it, a worker
pumps it when it ends, and the app pumps it every second, all under one file lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from filelock import FileLock

from studio.errors import BadInput, JobFailed
from studio.jobs.launcher import Launcher, LocalLauncher
from studio.workspace.clock import timestamp
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, Status, create_run, list_runs, process_start_time


@dataclass(frozen=True)
class JobQueue:
    """The queue of one workspace."""

    workspace: Workspace
    launcher: Launcher = field(default_factory=LocalLauncher)

    def submit(self, spec: Mapping[str, Any]) -> Run:
        """Put a job into the queue and start it if nothing else runs."""
        run = create_run(self.workspace, spec)
        self.pump()
        return run

    def pump(self) -> Run | None:
        """Start the oldest waiting run if no run is at work. Returns the run that was started."""
        with FileLock(self.workspace.queue_lock):
            runs = list_runs(self.workspace)
            self._record_deaths(runs)
            if any(run.recorded.state is RunState.RUNNING for run in runs):
                return None
            waiting = [run for run in reversed(runs) if run.recorded.state is RunState.QUEUED]
            return self._start(waiting[0]) if waiting else None

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
            run.write_status(Status(RunState.QUEUED, created=status.created))
        self.pump()

    def position(self, run: Run) -> int:
        """How many runs go before this waiting one, the one at work included."""
        earlier = [other.status.state for other in list_runs(self.workspace) if other.recorded.created < run.recorded.created]
        return sum(state in {RunState.QUEUED, RunState.RUNNING} for state in earlier)

    def wait(self, run: Run, *, poll: float = 0.5, watch: Callable[[], None] | None = None) -> Status:
        """Block until the run has finished, pumping the queue meanwhile; `watch` is called at every poll.

        Raises:
            JobFailed: the run failed; the message says why.
        """
        while not (status := run.status).state.finished:
            self.pump()
            if watch:
                watch()
            time.sleep(poll)
        if watch:
            watch()
        if status.state is RunState.FAILED:
            raise JobFailed(status.error or f"Run {run.id} failed; its log is {run.folder / 'log.txt'}.")
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
            if run.recorded.state is RunState.RUNNING and (status := run.status).state is RunState.FAILED:
                run.write_status(replace(status, finished=timestamp()))
                run.append_event("error", text=status.error)
