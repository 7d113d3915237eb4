"""What was computed about a dataset and can be computed again: files beside its rows, which never change. They go when it goes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from studio.workspace.layout import Workspace, plain_name


def read_cache(workspace: Workspace, dataset_id: str, name: str) -> str | None:
    """The content of a cache, or None when there is none."""
    path = workspace.dataset(dataset_id) / plain_name(name, what="cache")
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def write_cache(workspace: Workspace, dataset_id: str, name: str, content: str) -> None:
    """Keep a cache, whole or not at all. Where the dataset was deleted meanwhile nothing is written: its folder must not come back."""
    target = workspace.dataset(dataset_id) / plain_name(name, what="cache")
    handle, temporary = tempfile.mkstemp(dir=workspace.scratch, prefix=f".{name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
        Path(temporary).replace(target)
    except FileNotFoundError:
        Path(temporary).unlink(missing_ok=True)
