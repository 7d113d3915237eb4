"""A real worker's end is seen by whoever started it."""

from __future__ import annotations

import os
import signal
import time

import pytest

from studio.errors import JobFailed
from studio.jobs.launcher import LocalLauncher
from studio.jobs.queue import JobQueue
from studio.workspace.layout import Workspace
from studio.workspace.runs import ANOTHER_ATTEMPT, Run, RunState, Status, create_run

SPEC = {"job": "training.sft", "dataset": "none", "save_steps": 50}


def wait_for_exit(run: Run) -> None:
    deadline = time.monotonic() + 30
    while run.exit is None and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("number", "words"), [(signal.SIGKILL, "killed from outside (SIGKILL)"), (signal.SIGTERM, "told to end")]
)
def test_a_signal_that_ends_a_worker_is_named(workspace: Workspace, number: int, words: str) -> None:
    queue = JobQueue(workspace)
    run = queue.submit(SPEC)
    pid = run.recorded.pid
    assert pid is not None
    os.kill(pid, number)
    with pytest.raises(JobFailed) as failed:
        queue.wait(run, poll=0.05)
    wait_for_exit(run)
    assert run.exit is not None and run.exit.code == -number
    peak = run.exit.peak_memory  # not known where this process has had more
    assert peak is None or 0 < peak < run.exit.memory_limit
    assert words in failed.value.message and "Resume the run" in failed.value.message
    assert run.recorded.error == failed.value.message, "what was said is not what is kept"


def test_a_worker_that_tells_its_end_itself_leaves_no_exit(workspace: Workspace) -> None:
    queue = JobQueue(workspace)
    run = queue.submit({**SPEC, "learning_rate": 10})
    with pytest.raises(JobFailed, match="learning_rate"):
        queue.wait(run, poll=0.05)
    assert run.recorded.state is RunState.FAILED and run.exit is None


def test_what_the_log_says_of_an_earlier_attempt_does_not_explain_this_one(workspace: Workspace) -> None:
    run = create_run(workspace, SPEC)
    (run.folder / "log.txt").write_text("OSError: [Errno 28] No space left on device\n")
    pid = LocalLauncher().start(run)
    os.kill(pid, signal.SIGKILL)
    wait_for_exit(run)
    assert ANOTHER_ATTEMPT in run.log_tail()
    run.write_status(Status(RunState.RUNNING, created=run.recorded.created, pid=pid, process_started=0.0))
    assert "disk is full" not in (run.status.error or "")
