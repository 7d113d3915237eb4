"""One heavy job at a time, in order, whoever asks and however often."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from studio.jobs.queue import JobQueue
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, list_runs

SPEC = {"job": "training.sft"}


class SleepLauncher:
    """Starts a real process that does nothing, so that only the queue is under test."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, run: Run) -> int:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
        self.started.append(run.id)
        self.processes.append(process)
        return process.pid


@pytest.fixture
def launcher() -> Iterator[SleepLauncher]:
    launcher = SleepLauncher()
    yield launcher
    for process in launcher.processes:
        process.kill()
        process.wait()


@pytest.fixture
def queue(workspace: Workspace, launcher: SleepLauncher) -> JobQueue:
    return JobQueue(workspace, launcher)


def finish(run: Run) -> None:
    run.write_status(replace(run.recorded, state=RunState.SUCCEEDED))


def test_the_second_waits_until_the_first_has_ended(queue: JobQueue, launcher: SleepLauncher) -> None:
    first = queue.submit(SPEC)
    time.sleep(0.01)
    second = queue.submit(SPEC)
    assert (first.status.state, second.status.state) == (RunState.RUNNING, RunState.QUEUED)
    assert queue.pump() is None
    finish(first)
    started = queue.pump()
    assert started is not None and started.id == second.id
    assert launcher.started == [first.id, second.id]


def test_many_tabs_starting_at_once_start_one_run(queue: JobQueue, launcher: SleepLauncher, workspace: Workspace) -> None:
    threads = [threading.Thread(target=queue.submit, args=(SPEC,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = [run.status.state for run in list_runs(workspace)]
    assert states.count(RunState.RUNNING) == 1 and states.count(RunState.QUEUED) == 7
    assert len(launcher.started) == 1


def test_a_killed_run_makes_room_for_the_next_and_is_recorded_as_failed(queue: JobQueue, launcher: SleepLauncher) -> None:
    first = queue.submit(SPEC)
    second = queue.submit(SPEC)
    launcher.processes[0].kill()
    launcher.processes[0].wait()
    assert queue.pump() is not None
    assert first.recorded.state is RunState.FAILED and first.recorded.error
    assert second.status.state is RunState.RUNNING


def test_a_waiting_run_that_is_stopped_leaves_the_queue(queue: JobQueue, launcher: SleepLauncher) -> None:
    first, second = queue.submit(SPEC), queue.submit(SPEC)
    queue.stop(second, keep=False)
    assert second.status.state is RunState.STOPPED
    finish(first)
    assert queue.pump() is None
    assert launcher.started == [first.id]


def test_a_stop_is_a_request_that_says_keep_or_discard(queue: JobQueue) -> None:
    run = queue.submit(SPEC)
    assert run.stop_request is None
    queue.stop(run, keep=True)
    assert run.stop_request is True
    assert run.status.state is RunState.RUNNING, "the worker decides when to stop"
