"""Where else the numbers of a training go, if somebody wants that: TensorBoard, Trackio or Weights & Biases. The run's folder has them in any case.

Never to a public place, and without being told not over the network at all: TensorBoard and Weights & Biases write into the run's folder, Trackio into the
workspace, where its board shows the runs side by side. Who wants them elsewhere sends them there by the tracker's own command (`wandb sync`, `trackio sync`).
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.training.settings.common import Tracker

_PROJECT = "firstline-studio"
_PACKAGES: Mapping[Tracker, tuple[str, ...]] = {
    "tensorboard": ("tensorboardX", "tensorboard"),
    "trackio": ("trackio",),
    "wandb": ("wandb",),
}
_SENDING = (
    "TRACKIO_SPACE_ID",
    "TRACKIO_SERVER_URL",
    "TRACKIO_BUCKET_ID",
)  # set, they would make Trackio write to another machine


def missing_package(tracker: Tracker) -> str | None:
    """The package to install before this tracker can be used; None where there is nothing to install."""
    packages = _PACKAGES.get(tracker, ())
    return packages[0] if packages and not any(map(importlib.util.find_spec, packages)) else None


def prepare_tracker(tracker: Tracker, folder: Path) -> None:
    """Set the environment that the trackers read, so that what they write stays on this machine. `folder` is the run's."""
    if tracker == "none":
        return
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "tensorboard")
    os.environ["TRACKIO_DIR"] = str(folder.parent.parent / "trackio")
    for name in _SENDING:
        os.environ.pop(name, None)
    os.environ.update(
        WANDB_MODE="offline", WANDB_DIR=str(folder), WANDB_PROJECT=_PROJECT, WANDB_LOG_MODEL="false", WANDB_WATCH="false"
    )


def tracking_arguments(tracker: Tracker, folder: Path) -> dict[str, Any]:
    """What transformers' TrainingArguments take for the run in that folder, whose name is the run's in the tracker."""
    if tracker == "none":
        return {"report_to": "none"}
    return {
        "report_to": tracker,
        "run_name": folder.name,
        "project": _PROJECT,
        "trackio_static_space_id": False,  # None would make a Space of it on the Hub when the training ends
        "hub_private_repo": True,
    }
