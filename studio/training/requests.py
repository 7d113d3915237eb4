"""Asking for a training: everything that can be wrong is found before a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.chat.catalog import find_model
from studio.errors import NotFound
from studio.jobs.queue import JobQueue
from studio.training.presets import find_preset
from studio.training.spec import TRAINING_JOB, TrainSpec, parse_spec
from studio.workspace.datasets import read_manifest
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, list_runs


def training_spec(workspace: Workspace, *, dataset: str, preset: str, changes: Mapping[str, Any]) -> TrainSpec:
    """The preset's settings with the changes, checked.

    Raises:
        BadInput: a value is out of range.
        NotFound: the dataset, the preset or the model does not exist.
    """
    settings = {**find_preset(preset).settings, **changes, "dataset": dataset, "preset": preset}
    spec = parse_spec(settings)
    read_manifest(workspace, dataset)
    find_model(spec.model)
    return spec


def request_training(queue: JobQueue, spec: TrainSpec) -> Run:
    """Put the training into the queue."""
    return queue.submit(spec.model_dump())


@dataclass(frozen=True)
class TunedModel:
    """A training run that left an adapter."""

    run: str
    base_model: str
    dataset: str
    adapter: str


def tuned_models(workspace: Workspace) -> list[TunedModel]:
    """All adapters that training runs have left, newest first."""
    runs = [run for run in list_runs(workspace, TRAINING_JOB) if (run.folder / "adapter" / "adapter_config.json").exists()]
    return [TunedModel(run.id, run.spec["model"], run.spec["dataset"], str(run.folder / "adapter")) for run in runs]


def find_tuned(workspace: Workspace, run_id: str) -> TunedModel:
    """The adapter of that run.

    Raises:
        NotFound: there is no such run, or it left no adapter.
    """
    for tuned in tuned_models(workspace):
        if tuned.run == run_id:
            return tuned
    known = ", ".join(tuned.run for tuned in tuned_models(workspace)[:5]) or "none yet"
    raise NotFound(f"There is no tuned model {run_id!r}. Known: base, {known}.")
