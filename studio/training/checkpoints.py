"""The checkpoints that a training keeps, and from which of them it goes on. Knows no torch: pages list them too."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from studio.errors import BadInput
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.runs import Run

_STATE_FILE = "trainer_state.json"  # the last file that the trainer writes into a checkpoint
_REQUEST_FILE = "resume.json"


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stood after `step` optimizer steps of `max_steps`."""

    step: int
    max_steps: int
    folder: Path


def kept_checkpoints(folder: Path) -> list[Checkpoint]:
    """The whole checkpoints of a run's folder, newest first. A torn one, which a killed trainer leaves behind, is not among them."""
    found = [_read(path) for path in (folder / "checkpoints").glob("checkpoint-*")]
    return sorted((one for one in found if one is not None), key=lambda one: -one.step)


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest whole checkpoint of a run's folder."""
    return next(iter(kept_checkpoints(folder)), None)


def ask_to_go_on_from(run: Run, step: int) -> None:
    """Let the run, once it is resumed, go on from that checkpoint instead of the newest.

    Raises:
        BadInput: no whole checkpoint of that step is kept.
    """
    steps = [checkpoint.step for checkpoint in kept_checkpoints(run.folder)]
    if step not in steps:
        kept = f"It keeps those of the steps {', '.join(map(str, sorted(steps)))}." if steps else "It keeps none."
        raise BadInput(f"Run {run.id} has no checkpoint of step {step}. {kept}")
    write_json_atomically(run.folder / _REQUEST_FILE, {"step": step})


def forget_request(run: Run) -> None:
    """Let the run go on from its newest checkpoint again."""
    (run.folder / _REQUEST_FILE).unlink(missing_ok=True)


def checkpoint_to_go_on_from(folder: Path) -> Checkpoint | None:
    """The checkpoint that was asked for, or the newest; None where the training begins.

    Later ones than that which was asked for are removed: the training comes by their steps again. The request is honoured once.
    """
    path = folder / _REQUEST_FILE
    if path.exists():
        step = int(read_json(path)["step"])
        for checkpoint in kept_checkpoints(folder):
            if checkpoint.step > step:
                shutil.rmtree(checkpoint.folder)
        path.unlink()
    return newest_checkpoint(folder)


def _read(folder: Path) -> Checkpoint | None:
    try:
        state = read_json(folder / _STATE_FILE)
        return Checkpoint(int(state["global_step"]), int(state["max_steps"]), folder)
    except (OSError, KeyError, TypeError, ValueError):
        return None
