"""Asking for a training: everything that can be wrong is found before a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.chat.catalog import find_model
from studio.errors import BadInput
from studio.jobs.queue import JobQueue
from studio.training.saved_presets import preset_named
from studio.training.spec import TrainSpec, parse_spec
from studio.workspace.datasets import QUESTIONS, read_manifest
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run


def training_spec(workspace: Workspace, *, dataset: str, preset: str, changes: Mapping[str, Any]) -> TrainSpec:
    """The settings of a preset, one of the studio's or one that was saved, with the changes, checked.

    Raises:
        BadInput: a value is out of range, or the dataset is a list of questions without answers.
        NotFound: the dataset, the preset or the model does not exist.
    """
    settings = {**preset_named(workspace, preset).settings, **changes, "dataset": dataset, "preset": preset}
    spec = parse_spec(settings)
    manifest = read_manifest(workspace, dataset)
    if manifest.kind == QUESTIONS:
        raise BadInput(
            f"{manifest.name} is a list of questions without answers, so there is nothing to train. "
            "Write the answers on the Data page, then train the dataset that this makes."
        )
    find_model(spec.model)
    return spec


def request_training(queue: JobQueue, spec: TrainSpec) -> Run:
    """Put the training into the queue."""
    return queue.submit(spec.model_dump())
