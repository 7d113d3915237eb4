"""The worker process: `python -m studio.jobs.worker RUN_DIR`.

It imports the module that the spec names (`training.sft` is `studio.training.sft`), calls its `run(run_dir, spec)` with a
`Reporter`, and writes how it ended. It knows no feature.
"""

from __future__ import annotations

import errno
import importlib
import logging
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.errors import StudioError
from studio.jobs.progress import Reporter, Stopped
from studio.jobs.queue import JobQueue
from studio.settings import load_settings
from studio.workspace.clock import timestamp
from studio.workspace.endings import ENDINGS, Weight
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, process_start_time

logger = logging.getLogger("studio.worker")


def work(run: Run, workspace: Workspace) -> RunState:
    """Do the run's job and record how it ended."""
    _begin(run)
    try:
        spec = run.spec
        job = importlib.import_module(f"studio.{spec['job']}")
        result = job.run(workspace, Reporter(run), spec)
        return _end(run, RunState.SUCCEEDED, result=result)
    except Stopped as stopped:
        run.append_event("note", text=stopped.sentence)
        return _end(run, RunState.STOPPED)
    except BaseException as error:
        traceback.print_exc()
        sentence = describe_failure(error, run.weight)
        run.append_event("error", text=sentence)
        return _end(run, RunState.FAILED, error=sentence)


def describe_failure(error: BaseException, weight: Weight = Weight.HEAVY) -> str:
    """One sentence for the person: what happened, and what to do."""
    if isinstance(error, StudioError):
        return error.message
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "No space left on device" in str(error):
        return ENDINGS[weight].disk_full
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return ENDINGS[weight].out_of_memory
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return ENDINGS[weight].ended
    return f"The job ended with an unexpected {type(error).__name__}: {error}. The log holds the details."


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
    state = work(run, workspace)
    JobQueue(workspace).pump()
    sys.exit(0 if state in {RunState.SUCCEEDED, RunState.STOPPED} else 1)


if __name__ == "__main__":
    main()
