"""The checkpoints of a training: folders `checkpoints/checkpoint-STEP` of its run, as transformers' Trainer writes them.

The trainer's state is written last. Where it is missing, or was torn by a full disk, the checkpoint is no use and the one before counts.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

_STATE = "trainer_state.json"


def newest_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint of a run's folder; None where there is none."""
    return next((checkpoint for checkpoint in reversed(_all(folder)) if is_whole(checkpoint)), None)


def step_of(checkpoint: Path) -> int:
    """The optimizer step that it was written after."""
    return int(checkpoint.name.rpartition("-")[2])


def is_whole(checkpoint: Path) -> bool:
    """Whether a training can go on from it."""
    try:
        json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def remove_torn_checkpoints(folder: Path) -> None:
    """Remove what was written of checkpoints that did not become whole, and with it the room that it takes on the disk."""
    for checkpoint in _all(folder):
        if not is_whole(checkpoint):
            shutil.rmtree(checkpoint, ignore_errors=True)


def _all(folder: Path) -> list[Path]:
    return sorted((folder / "checkpoints").glob("checkpoint-*"), key=step_of)
