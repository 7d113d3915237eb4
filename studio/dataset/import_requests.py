"""Asking for an import, cancelling it, trying it again: what the page does with the runs of `import_job`."""

from __future__ import annotations

from pathlib import Path

from studio.dataset.import_job import forget_files
from studio.dataset.import_spec import IMPORT_JOB, AnswersImport, FileImport, SampleImport
from studio.dataset.reading.textfile import check_file
from studio.errors import NotFound
from studio.jobs.queue import JobQueue
from studio.workspace.clock import now
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, find_run, list_runs

_KEPT_SECONDS = 24 * 3600


def request_import(queue: JobQueue, spec: FileImport | SampleImport | AnswersImport, *, file: Path | None = None) -> Run:
    """Start an import. The file is copied into the run, and may go afterwards.

    Raises:
        NotFound, UploadTooLarge, BadInput: there is no such file, or it is none that can be read.
    """
    _forget_old_files(queue.workspace)
    if file is not None:
        check_file(file, max_bytes=spec.max_bytes)
    return queue.submit(spec.model_dump(mode="json"), files={file.name: file} if file else None)


def find_import(workspace: Workspace, run_id: str) -> Run:
    """The import of that id.

    Raises:
        NotFound: there is no such run, or it is no import.
    """
    run = find_run(workspace, run_id)
    if run.job != IMPORT_JOB:
        raise NotFound(f"The run {run_id} is no import.")
    return run


def unfinished_import(workspace: Workspace) -> Run | None:
    """The newest import that waits or is at work."""
    return next((run for run in list_runs(workspace, IMPORT_JOB) if not run.status.state.finished), None)


def cancel_import(queue: JobQueue, run: Run) -> None:
    """Ask an import to stop; nothing is left of it. One that ended meanwhile stays as it is."""
    if run.status.state.finished:
        return
    queue.stop(run, keep=False)
    if run.status.state is RunState.STOPPED:  # it had not begun
        forget_files(run)


def can_try_again(run: Run) -> bool:
    """Whether an import that failed has all it needs for another attempt."""
    spec = run.spec
    return run.status.state is RunState.FAILED and ("file" not in spec or (run.files / spec["file"]).is_file())


def _forget_old_files(workspace: Workspace) -> None:
    """What failed imports left for another attempt that nobody made."""
    for run in list_runs(workspace, IMPORT_JOB):
        if run.files.exists() and run.status.state.finished and now().timestamp() - run.files.stat().st_mtime > _KEPT_SECONDS:
            forget_files(run)
