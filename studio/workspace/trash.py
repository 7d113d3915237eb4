"""Deleted datasets: they stay in the trash for some days and can be taken back. Runs: `studio.workspace.run_trash`."""

from __future__ import annotations

import os
import secrets
import shutil

from studio.errors import BadInput, NotFound
from studio.workspace.clock import now
from studio.workspace.datasets import read_manifest
from studio.workspace.layout import Workspace
from studio.workspace.manifest import MANIFEST_FILE, Manifest, manifest_in
from studio.workspace.runs import Run, list_runs

TRASH_DAYS = 7


def delete_dataset(workspace: Workspace, dataset_id: str) -> str:
    """Move a dataset into the trash, where it stays for `TRASH_DAYS`. Returns the token that `restore_dataset` takes.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: a run that waits or works needs it.
    """
    read_manifest(workspace, dataset_id)
    if run := _run_that_needs(workspace, dataset_id):
        raise BadInput(f"Run {run.id} needs the dataset {dataset_id}, so it stays. Stop the run or let it finish, then delete.")
    empty_old_trash(workspace)
    token = f"{dataset_id}.{secrets.token_hex(4)}"
    trashed = workspace.trashed(token)
    workspace.dataset(dataset_id).rename(trashed)
    os.utime(trashed)  # a folder's own time doesn't change when it is moved, and the days count from here
    return token


def restore_dataset(workspace: Workspace, token: str) -> Manifest:
    """Put a deleted dataset back where it was. If it was imported again meanwhile, that one stays: they are the same.

    Raises:
        NotFound: nothing was deleted under that token, or it has left the trash.
    """
    trashed = workspace.trashed(token)
    if not (trashed / MANIFEST_FILE).exists():
        raise NotFound(f"This dataset is not in the trash any more: it stays there for {TRASH_DAYS} days. Import its file again.")
    manifest = manifest_in(trashed)
    if not workspace.dataset(manifest.id).exists():
        trashed.rename(workspace.dataset(manifest.id))
    else:
        shutil.rmtree(trashed)
    return manifest


def list_deleted(workspace: Workspace) -> dict[str, Manifest]:
    """The datasets in the trash by the token that restores them, the last deleted first."""
    folders = [folder for folder in workspace.trash.iterdir() if (folder / MANIFEST_FILE).exists()]
    folders.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    return {folder.name: manifest_in(folder) for folder in folders}


def _run_that_needs(workspace: Workspace, dataset_id: str) -> Run | None:
    runs = (run for run in list_runs(workspace) if run.spec.get("dataset") == dataset_id)
    return next((run for run in runs if not run.status.state.finished), None)


def empty_old_trash(workspace: Workspace) -> None:
    """Remove for good what has been in the trash for `TRASH_DAYS`, whatever it is."""
    oldest = now().timestamp() - TRASH_DAYS * 24 * 3600
    for folder in workspace.trash.iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
