"""Starts a worker process that outlives whoever started it, and sees how it ends while whoever started it lives."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Protocol

from studio.jobs.memory import MemoryWatch
from studio.settings import PROJECT_ROOT
from studio.workspace.runs import ANOTHER_ATTEMPT, Run

# How long an OpenMP thread that waits for the others spins before it sleeps. The default of 300,000 turns takes the cores from whoever
# else needs them, to the point that a training beside a browser all but stops; never to spin (OMP_WAIT_POLICY=PASSIVE) costs a
# training that is alone 12 to 21% of its speed, this one 4% (two cores, 292 and 261, 318, 331 tokens/s).
_WORKER_ENVIRONMENT = {"GOMP_SPINCOUNT": "20000", "TOKENIZERS_PARALLELISM": "false"}


class Launcher(Protocol):
    """Starts the worker of a run and returns its process id."""

    def start(self, run: Run) -> int:
        """Start `python -m studio.jobs.worker RUN_DIR` somewhere."""


class LocalLauncher:
    """A detached process on this machine. Its output goes to the run's log, never to a pipe that somebody must drain."""

    def start(self, run: Run) -> int:
        """The worker's process id."""
        run.forget_exit()
        watch = MemoryWatch.start()
        with (run.folder / "log.txt").open("ab") as log:
            if log.tell():
                log.write(f"{ANOTHER_ATTEMPT}\n".encode())
            process = subprocess.Popen(
                [sys.executable, "-m", "studio.jobs.worker", str(run.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=PROJECT_ROOT,
                env={**os.environ, **_WORKER_ENVIRONMENT},
            )
        threading.Thread(target=_see_it_end, args=(process, run, watch), daemon=True, name=f"reaper-{run.id}").start()
        return process.pid


def _see_it_end(process: subprocess.Popen[bytes], run: Run, watch: MemoryWatch) -> None:
    """Wait for the worker; where a signal ended it, which it can't tell itself, keep that in its run's folder."""
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except ChildProcessError:
        return  # somebody else has seen it
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode >= 0:
        return
    with suppress(OSError):  # the folder may be gone, or the disk full
        run.write_exit(watch.exit(process.returncode, usage))
