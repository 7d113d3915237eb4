"""Deleted runs: they stay in the trash for some days and can be taken back, with all that is in their folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from typing import Any

from filelock import FileLock

from studio.errors import BadInput, NotFound
from studio.workspace.adapters import ADAPTER_JOBS
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, find_run, list_runs
from studio.workspace.trash import TRASH_DAYS, empty_old_trash

_STATE_FILE = "state.json"


def delete_run(workspace: Workspace, run_id: str) -> str:
    """Move a run into the trash, where it stays for `TRASH_DAYS`. Returns the token that `restore_run` takes.

    Raises:
        NotFound: there is no run of that id.
        BadInput: it waits or works, or another run needs it.
    """
    with FileLock(workspace.queue_lock):  # nobody resumes or starts it meanwhile
        run = find_run(workspace, run_id)
        _refuse_while_needed(workspace, run)
        empty_old_trash(workspace)
        token = f"{run_id}.{secrets.token_hex(4)}"
        trashed = workspace.trashed(token)
        run.folder.rename(trashed)
        os.utime(trashed)  # a folder's own time doesn't change when it is moved, and the days count from here
        return token


def restore_run(workspace: Workspace, token: str) -> Run:
    """Put a deleted run back where it was.

    Raises:
        NotFound: no run was deleted under that token, or it has left the trash.
    """
    trashed = workspace.trashed(token)
    if not (trashed / _STATE_FILE).exists():
        raise NotFound(f"This run is not in the trash any more: it stays there for {TRASH_DAYS} days.")
    run = Run(workspace.run(deleted_id(token)))
    trashed.rename(run.folder)
    return run


def list_deleted_runs(workspace: Workspace) -> list[str]:
    """The tokens that restore the runs in the trash, the last deleted first."""
    folders = [folder for folder in workspace.trash.iterdir() if (folder / _STATE_FILE).exists()]
    return [folder.name for folder in sorted(folders, key=lambda folder: -folder.stat().st_mtime)]


def deleted_id(token: str) -> str:
    """The id of the run that the token restores."""
    return token.rpartition(".")[0]


def _refuse_while_needed(workspace: Workspace, run: Run) -> None:
    state = run.status.state
    if state is RunState.QUEUED:
        raise BadInput(f"Run {run.id} waits in the queue. Take it out first, then delete it.")
    if state is RunState.RUNNING:
        raise BadInput(f"Run {run.id} is at work. Stop it first, then delete it.")
    for other in list_runs(workspace):
        if other.id == run.id or not _names(other.spec, run.id):
            continue
        if not other.status.state.finished:
            raise BadInput(f"Run {other.id} needs run {run.id}, so it stays. Stop that one or let it finish, then delete.")
        if other.job in ADAPTER_JOBS:
            raise BadInput(f"Run {other.id} was trained on top of run {run.id}, so it stays. Delete that one first.")


def _names(value: Any, run_id: str) -> bool:
    """Whether a spec names the run: by its id, or by a path into its folder."""
    if isinstance(value, str):
        return run_id in value.split("/")
    if isinstance(value, Mapping):
        return any(_names(part, run_id) for part in value.values())
    return isinstance(value, list | tuple) and any(_names(part, run_id) for part in value)
