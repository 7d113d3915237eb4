"""Asking for a training: everything that can be wrong is found before a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.chat.catalog import find_model
from studio.errors import BadInput
from studio.jobs.queue import JobQueue
from studio.training.running.checkpoints import ask_to_go_on_from, forget_request
from studio.training.running.processes import check_strategy
from studio.training.settings.saved_presets import preset_named
from studio.training.settings.spec import TrainSpec, parse_spec
from studio.workspace.adapters import TRAINING_JOB
from studio.workspace.datasets import QUESTIONS, read_manifest
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, find_run


def training_spec(workspace: Workspace, *, dataset: str, preset: str, changes: Mapping[str, Any]) -> TrainSpec:
    """The settings of a preset, one of the studio's or one that was saved, with the changes, checked.

    Raises:
        BadInput: a value is out of range, or the dataset is a list of questions without answers.
        NotFound: the dataset, the preset or the model does not exist.
    """
    return _checked(workspace, {**preset_named(workspace, preset).settings, **changes, "dataset": dataset, "preset": preset})


def spec_like(workspace: Workspace, run_id: str, *, changes: Mapping[str, Any]) -> TrainSpec:
    """The settings and the dataset of an earlier training with the changes, checked.

    Raises:
        BadInput: the run is no training, or a value is out of range.
        NotFound: the run, its dataset or its model does not exist.
    """
    return _checked(workspace, {**settings_of(find_run(workspace, run_id)).model_dump(), **changes})


def settings_of(run: Run) -> TrainSpec:
    """What an earlier training was asked to do. Settings that there were none of then have their defaults.

    Raises:
        BadInput: the run is no training.
    """
    if run.job != TRAINING_JOB:
        raise BadInput(f"Run {run.id} is no training, so it has no settings to train with.")
    return parse_spec({name: value for name, value in run.spec.items() if name in TrainSpec.model_fields})


def request_training(queue: JobQueue, spec: TrainSpec) -> Run:
    """Put the training into the queue."""
    return queue.submit(spec.model_dump())


def resume_training(queue: JobQueue, run: Run, *, step: int | None = None) -> None:
    """Put a failed or stopped training back into the queue: it goes on from its newest checkpoint, or from that of a step.

    Raises:
        BadInput: the run can't be resumed, or keeps no checkpoint of that step.
    """
    if run.status.state in {RunState.FAILED, RunState.STOPPED}:
        if step is None:
            forget_request(run)
        else:
            ask_to_go_on_from(run, step)
    queue.resume(run)


def _checked(workspace: Workspace, settings: Mapping[str, Any]) -> TrainSpec:
    spec = parse_spec(settings)
    manifest = read_manifest(workspace, spec.dataset)
    if manifest.kind == QUESTIONS:
        raise BadInput(
            f"{manifest.name} is a list of questions without answers, so there is nothing to train. "
            "Write the answers on the Data page, then train the dataset that this makes."
        )
    find_model(spec.model)
    check_strategy(spec)
    return spec
