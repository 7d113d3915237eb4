"""The checkpoints of a training: folders `checkpoints/checkpoint-STEP` of its run, as transformers' Trainer writes them.

The trainer's state is written last. Where it is missing, or was torn by a full disk, the checkpoint is no use and the one before counts.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from studio.workspace.files import read_json

_STATE = "trainer_state.json"


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stood after `step` optimizer steps of `max_steps`."""

    step: int
    max_steps: int
    folder: Path


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in that folder; None where no training can go on from it."""
    try:
        state = read_json(folder / _STATE)
        return Checkpoint(int(state["global_step"]), int(state["max_steps"]), folder)
    except (OSError, KeyError, TypeError, ValueError):
        return None


def kept_checkpoints(folder: Path) -> list[Checkpoint]:
    """The whole checkpoints of a run's folder, newest first. A torn one, which a killed trainer leaves behind, is not among them."""
    return sorted(filter(None, map(read_checkpoint, _folders(folder))), key=lambda one: -one.step)


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest whole checkpoint of a run's folder; None where there is none."""
    newest_first = sorted(_folders(folder), key=lambda path: -int(path.name.rpartition("-")[2]))
    return next(filter(None, map(read_checkpoint, newest_first)), None)


def remove_torn_checkpoints(folder: Path) -> None:
    """Remove what was written of checkpoints that did not become whole, and with it the room that it takes on the disk."""
    for checkpoint in _folders(folder):
        if read_checkpoint(checkpoint) is None:
            shutil.rmtree(checkpoint, ignore_errors=True)


def _folders(folder: Path) -> list[Path]:
    return list((folder / "checkpoints").glob("checkpoint-*"))
