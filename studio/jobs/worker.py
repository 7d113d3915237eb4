"""The worker process: `python -m studio.jobs.worker RUN_DIR`.

It imports the module that the spec names (`training.sft` is `studio.training.sft`), calls its `run(run_dir, spec)` with a
`Reporter`, and writes how it ended. It knows no feature. A job that its spec spreads over several processes is done by these
(`studio.jobs.supervisor`), and told by this one.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from studio.jobs.processes import Launch
from studio.jobs.progress import Reporter, Stopped
from studio.jobs.queue import JobQueue
from studio.jobs.supervisor import supervise
from studio.settings import REMOTE_SHELL, load_settings
from studio.workspace.checkpoints import remove_torn_checkpoints
from studio.workspace.clock import timestamp
from studio.workspace.endings import Reached, explain
from studio.workspace.failures import failure_of_error
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, process_start_time

logger = logging.getLogger("studio.worker")

_NOWHERE = Reached()


def work(run: Run, workspace: Workspace, *, remote_shell: str = REMOTE_SHELL) -> RunState:
    """Do the run's job and record how it ended."""
    _begin(run)
    try:
        spec = run.spec
        launch = Launch.of(spec)
        if launch.alone:
            job = importlib.import_module(f"studio.{spec['job']}")
            result = job.run(workspace, Reporter(run), spec)
        else:
            result = supervise(run, launch, remote_shell=remote_shell)
        return _end(run, RunState.SUCCEEDED, result=result)
    except Stopped as stopped:
        run.append_event("note", text=stopped.sentence)
        return _end(run, RunState.STOPPED)
    except BaseException as error:
        return _fail(run, error)


def describe_failure(error: BaseException, spec: Mapping[str, Any] = MappingProxyType({}), reached: Reached = _NOWHERE) -> str:
    """What the person is told: what happened and where, what to do, and what is kept."""
    return explain(failure_of_error(error), reached, spec)


def _begin(run: Run) -> None:
    pid = os.getpid()
    status = run.recorded
    run.write_status(
        replace(
            status,
            state=RunState.RUNNING,
            started=status.started or timestamp(),
            pid=pid,
            process_started=process_start_time(pid),
        )
    )


def _fail(run: Run, error: BaseException) -> RunState:
    """Record the failure. On a full disk that may fail too: what was half written of a checkpoint makes room for it."""
    remove_torn_checkpoints(run.folder)
    sentence = describe_failure(error, run.spec, run.reached)
    with suppress(OSError):
        traceback.print_exception(error)
        sys.stderr.flush()
    with suppress(OSError):
        run.append_event("error", text=sentence)
    with suppress(OSError):
        _end(run, RunState.FAILED, error=sentence)
    return RunState.FAILED


def _end(run: Run, state: RunState, *, result: dict[str, Any] | None = None, error: str | None = None) -> RunState:
    run.write_status(replace(run.recorded, state=state, finished=timestamp(), error=error, result=result or {}))
    run.append_event("end", state=state.value)
    return state


def main() -> None:
    """Work on the run folder named on the command line, then let the next one start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run = Run(Path(sys.argv[1]).resolve())
    settings = load_settings()
    # The run folder decides the workspace: a worker may be started by an app with another environment.
    workspace = Workspace.from_settings(settings.model_copy(update={"home": run.folder.parent.parent}))
    state = work(run, workspace, remote_shell=settings.remote_shell)
    JobQueue(workspace).pump()
    sys.exit(0 if state in {RunState.SUCCEEDED, RunState.STOPPED} else 1)


if __name__ == "__main__":
    main()
