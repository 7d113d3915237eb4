"""One of several processes that do a job together: `python -m studio.jobs.rank RUN_DIR`, as `accelerate launch` starts it.

It does the job as a worker does it, and says how that ended in the run's `ranks` folder (`studio.jobs.outcomes`). Only rank 0 tells what
it is doing; the run's state is written by the worker that started them all (`studio.jobs.supervisor`).
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from studio.jobs.orphan import end_when_orphaned
from studio.jobs.outcomes import Outcome, Ranks
from studio.jobs.progress import Reporter, Stopped
from studio.settings import load_settings, rank_here
from studio.workspace.failures import failure_of_error
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState


def work_together(run: Run, workspace: Workspace, rank: int) -> Outcome:
    """Do this process's part of the run's job."""
    try:
        _meet_the_others()
        spec = run.spec
        job = importlib.import_module(f"studio.{spec['job']}")
        result = job.run(workspace, Reporter(run, speaks=rank == 0), spec)
        return Outcome(RunState.SUCCEEDED, result=result)
    except Stopped as stopped:
        return Outcome(RunState.STOPPED, keep=stopped.keep, sentence=stopped.sentence)
    except BaseException as error:
        traceback.print_exception(error)
        return Outcome(RunState.FAILED, failure=failure_of_error(error))


def _meet_the_others() -> None:
    """Wait until all processes are there, and take the GPU that is this one's where there are any."""
    import torch
    from accelerate import PartialState

    PartialState(cpu=not torch.cuda.is_available())


def _part() -> None:
    from torch import distributed

    if distributed.is_initialized():
        distributed.destroy_process_group()


def main() -> None:
    """Work on the run folder named on the command line."""
    end_when_orphaned()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    rank = rank_here()
    run = Run(Path(sys.argv[1]).resolve())
    workspace = Workspace.from_settings(load_settings().model_copy(update={"home": run.folder.parent.parent}))
    outcome = work_together(run, workspace, rank)
    with suppress(OSError):  # on a full disk; the exit code still says that it failed
        Ranks(run).write_outcome(rank, outcome)
    if outcome.state is RunState.FAILED:
        sys.stderr.flush()
        os._exit(1)  # at once: what torch would still tell the others, who may be gone, can wait forever
    _part()


if __name__ == "__main__":
    main()
