"""What tests of trainings share."""

from __future__ import annotations

import os
import time

from studio.jobs.worker import work
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run


class HereLauncher:
    """Works on a run in this very process, so that a test can step in."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def start(self, run: Run) -> int:
        work(run, self._workspace)
        return os.getpid()


def wait_for_step(run: Run, step: int, *, seconds: float = 120) -> None:
    """Until the run has told of that step or a later one."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(event["step"] >= step for event in run.events("metric")):
            return
        assert not run.status.state.finished, run.status.error
        time.sleep(0.05)
    raise AssertionError("the run made no progress")
