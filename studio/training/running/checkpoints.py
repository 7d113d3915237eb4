"""From which of its checkpoints a training goes on: the newest, or one that was asked for. Knows no torch: pages ask too."""

from __future__ import annotations

import shutil
from pathlib import Path

from studio.errors import BadInput
from studio.workspace.checkpoints import Checkpoint, kept_checkpoints, newest_checkpoint
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.runs import Run

_REQUEST_FILE = "resume.json"


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
