"""A dataset that was written in a folder aside comes into the workspace whole, or not at all."""

from __future__ import annotations

from pathlib import Path

from studio.workspace.datasets import Manifest, read_manifest
from studio.workspace.layout import Workspace


def adopt_dataset(workspace: Workspace, folder: Path) -> Manifest:
    """Move a dataset's folder, which lies on the same disk and is called by the dataset's id, into the workspace.

    The same dataset, if there is one already, stays as it is and gets the files that it lacks.
    """
    target = workspace.dataset(folder.name)
    if not target.exists():
        folder.rename(target)
        return read_manifest(workspace, target.name)
    for file in folder.iterdir():
        if not (target / file.name).exists():
            file.rename(target / file.name)
    return read_manifest(workspace, target.name)
