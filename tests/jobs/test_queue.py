"""One heavy job at a time and two light ones beside it, in order, whoever asks and however often."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.jobs.queue import JobQueue, Move
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, list_runs

SPEC = {"job": "training.sft"}
LIGHT = {"job": "dataset.import_job", "weight": "light"}


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
    assert queue.pump() == []
    finish(first)
    assert [run.id for run in queue.pump()] == [second.id]
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
    assert queue.pump() == [second]
    assert first.recorded.state is RunState.FAILED and first.recorded.error
    assert second.status.state is RunState.RUNNING


def test_a_waiting_run_that_is_stopped_leaves_the_queue(queue: JobQueue, launcher: SleepLauncher) -> None:
    first, second = queue.submit(SPEC), queue.submit(SPEC)
    queue.stop(second, keep=False)
    assert second.status.state is RunState.STOPPED
    finish(first)
    assert queue.pump() == []
    assert launcher.started == [first.id]


def test_a_stop_is_a_request_that_says_keep_or_discard(queue: JobQueue) -> None:
    run = queue.submit(SPEC)
    assert run.stop_request is None
    queue.stop(run, keep=True)
    assert run.stop_request is True
    assert run.status.state is RunState.RUNNING, "the worker decides when to stop"


def test_a_light_job_does_not_wait_for_a_heavy_one_nor_make_one_wait(queue: JobQueue) -> None:
    heavy, light = queue.submit(SPEC), queue.submit(LIGHT)
    assert [run.status.state for run in (heavy, light)] == [RunState.RUNNING] * 2
    finish(heavy)
    assert queue.submit(SPEC).status.state is RunState.RUNNING


def test_two_light_jobs_are_at_work_at_once_and_the_third_waits_for_one_of_them(queue: JobQueue) -> None:
    first, second, third = (queue.submit(LIGHT) for _ in range(3))
    assert [run.status.state for run in (first, second, third)] == [RunState.RUNNING, RunState.RUNNING, RunState.QUEUED]
    finish(second)
    assert queue.pump() == [third]


def test_a_waiting_run_counts_only_those_of_its_weight_before_it(queue: JobQueue) -> None:
    queue.submit(SPEC)
    queue.submit(LIGHT)
    time.sleep(0.01)
    waiting = queue.submit(SPEC)
    assert queue.position(waiting) == 1


def test_a_killed_light_job_is_not_told_to_resume_from_a_checkpoint(queue: JobQueue, launcher: SleepLauncher) -> None:
    run = queue.submit(LIGHT)
    launcher.processes[0].kill()
    launcher.processes[0].wait()
    error = run.status.error or ""
    assert "killed from outside" in error and "Try again" in error and "batch" not in error


def test_a_file_that_is_handed_in_lies_in_the_runs_folder_before_the_job_starts(queue: JobQueue, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("question,answer")
    run = queue.submit(SPEC, files={"state.json": tmp_path / "rows.csv"})
    (tmp_path / "rows.csv").unlink()
    assert (run.files / "state.json").read_text() == "question,answer"


class TestOrder:
    @pytest.fixture
    def waiting(self, queue: JobQueue) -> list[Run]:
        """Three that wait behind one at work."""
        queue.submit(SPEC)
        runs = []
        for _ in range(3):
            time.sleep(0.002)
            runs.append(queue.submit(SPEC))
        return runs

    @pytest.mark.parametrize(
        ("moved", "to", "order"),
        [
            (2, Move.FIRST, [2, 0, 1]),
            (2, Move.UP, [0, 2, 1]),
            (0, Move.DOWN, [1, 0, 2]),
            (0, Move.LAST, [1, 2, 0]),
            (0, Move.UP, [0, 1, 2]),
            (2, Move.DOWN, [0, 1, 2]),
        ],
    )
    def test_a_waiting_run_can_be_moved_even_among_those_of_the_same_moment(
        self, queue: JobQueue, waiting: list[Run], moved: int, to: Move, order: list[int]
    ) -> None:
        created = waiting[0].recorded.created
        ordered = sorted(waiting, key=lambda run: run.id)
        for run in ordered:
            run.write_status(replace(run.recorded, created=created))
        queue.move(ordered[moved], to)
        assert queue.waiting() == [ordered[index] for index in order]
        assert [queue.position(run) for run in queue.waiting()] == [1, 2, 3]

    def test_runs_start_in_the_order_they_were_put_into(
        self, queue: JobQueue, launcher: SleepLauncher, workspace: Workspace, waiting: list[Run]
    ) -> None:
        queue.move(waiting[2], Move.FIRST)
        queue.move(waiting[1], Move.UP)
        order = []
        for _ in waiting:
            finish(next(run for run in list_runs(workspace) if run.status.state is RunState.RUNNING))
            order += queue.pump()
        assert order == [waiting[2], waiting[1], waiting[0]]
        assert launcher.started[1:] == [run.id for run in order]

    def test_a_new_run_waits_behind_those_that_were_moved(self, queue: JobQueue, waiting: list[Run]) -> None:
        queue.move(waiting[0], Move.LAST)
        time.sleep(0.01)
        newest = queue.submit(SPEC)
        assert queue.waiting()[-1] == newest

    def test_a_resumed_run_waits_behind_those_that_were_there(self, queue: JobQueue, waiting: list[Run]) -> None:
        queue.cancel(waiting[0])
        queue.resume(waiting[0])
        assert queue.waiting() == [waiting[1], waiting[2], waiting[0]]

    def test_a_cancelled_run_leaves_the_queue_and_one_at_work_is_not_cancelled(
        self, queue: JobQueue, workspace: Workspace, waiting: list[Run]
    ) -> None:
        queue.cancel(waiting[1])
        assert queue.waiting() == [waiting[0], waiting[2]] and waiting[1].status.state is RunState.STOPPED
        at_work = next(run for run in list_runs(workspace) if run.status.state is RunState.RUNNING)
        for refused in (lambda: queue.cancel(at_work), lambda: queue.move(at_work, Move.FIRST), lambda: queue.cancel(waiting[1])):
            with pytest.raises(BadInput, match="no place in the queue"):
                refused()

    def test_a_light_job_is_moved_among_light_jobs_only(self, queue: JobQueue, waiting: list[Run]) -> None:
        light = [queue.submit(LIGHT) for _ in range(4)][2:]
        queue.move(light[1], Move.FIRST)
        assert [run for run in queue.waiting() if run in light] == light[::-1]
        assert queue.position(light[0]) == 3 and queue.position(waiting[0]) == 1

    def test_a_state_that_was_written_before_there_was_an_order_has_its_place(self, queue: JobQueue, waiting: list[Run]) -> None:
        path = waiting[0].folder / "state.json"
        old = json.loads(path.read_text())
        del old["place"]
        path.write_text(json.dumps(old))
        assert queue.waiting() == waiting
