"""The run folder tells the truth about a run, whatever happened to its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from studio.errors import BadInput, NotFound
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run, find_run, list_runs, process_start_time

SPEC = {"job": "training.sft", "dataset": "d"}


def start(run: Run, *, pid: int, started: float) -> None:
    run.write_status(replace(run.recorded, state=RunState.RUNNING, pid=pid, process_started=started))


def test_a_new_run_is_queued_and_knows_what_was_asked(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    assert run.status.state is RunState.QUEUED
    assert run.spec == SPEC
    assert find_run(workspace, run.id).folder == run.folder


def test_a_run_whose_process_lives_is_running(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    start(run, pid=os.getpid(), started=process_start_time(os.getpid()))
    assert run.status.state is RunState.RUNNING


def test_a_killed_process_is_shown_as_failed_with_what_to_do(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    start(run, pid=process.pid, started=process_start_time(process.pid))
    assert run.status.state is RunState.RUNNING
    process.send_signal(signal.SIGKILL)
    process.wait()
    status = run.status
    assert status.state is RunState.FAILED
    assert "killed" in (status.error or "") and "Resume" in (status.error or "")


def test_another_process_with_the_same_pid_is_not_taken_for_the_worker(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    start(run, pid=os.getpid(), started=process_start_time(os.getpid()) - 3600)
    assert run.status.state is RunState.FAILED


def test_a_zombie_is_not_alive(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    start(run, pid=process.pid, started=process_start_time(process.pid))
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has collected it
    assert run.status.state is RunState.FAILED
    process.wait()


@pytest.mark.parametrize(
    ("log", "word"),
    [("OSError: [Errno 28] No space left on device", "disk is full"), ("MemoryError", "ran out of memory")],
)
def test_the_log_of_a_dead_worker_says_why_it_died(workspace: Workspace, log: str, word: str) -> None:
    run = create_run(workspace, SPEC)
    start(run, pid=2**22 + 1, started=0.0)
    (run.folder / "log.txt").write_text(log)
    assert word in (run.status.error or "")


def test_a_torn_last_event_is_skipped_and_later_ones_are_read(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    run.append_event("metric", step=1, loss=2.0)
    with (run.folder / "events.jsonl").open("a") as stream:
        stream.write('{"t": 1, "kind": "metr\n')
    run.append_event("metric", step=2, loss=1.0)
    assert [event["step"] for event in run.events("metric")] == [1, 2]


def test_runs_are_listed_newest_first_and_by_job(workspace: Workspace) -> None:
    first = create_run(workspace, SPEC)
    second = create_run(workspace, {"job": "evaluation.evaluate"})
    second.write_status(replace(second.recorded, created="2999-01-01T00:00:00+00:00"))
    assert [run.id for run in list_runs(workspace)] == [second.id, first.id]
    assert [run.id for run in list_runs(workspace, "training.sft")] == [first.id]


def test_what_is_no_run_is_not_listed(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    (workspace.runs / "notes.txt").write_text("not a run")
    (workspace.runs / "empty").mkdir()
    (workspace.runs / ".sft-half").mkdir()
    assert list_runs(workspace) == [run]


def test_a_run_that_does_not_exist_is_one_clear_sentence(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="There is no run 'nothing'"):
        find_run(workspace, "nothing")


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", ".hidden", "x" * 200])
def test_an_id_can_not_leave_the_workspace(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadInput):
        find_run(workspace, name)
