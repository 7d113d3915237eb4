"""Asking for a preference training: everything that can be wrong is found before a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.chat.catalog import find_model
from studio.errors import BadInput
from studio.jobs.queue import JobQueue
from studio.training.preferring.judged import refuse_unjudged
from studio.training.preferring.presets import find_preference_preset
from studio.training.preferring.spec import PreferenceSpec, parse_preference_spec
from studio.training.preferring.starting import find_start
from studio.training.preflight.checking import check_training
from studio.training.preflight.device import DeviceFacts
from studio.training.preflight.findings import Preflight
from studio.workspace.adapters import PREFERENCE_JOB
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, find_run


def preference_spec(workspace: Workspace, *, dataset: str, preset: str, changes: Mapping[str, Any]) -> PreferenceSpec:
    """The settings of a preset with the changes, checked. What it goes on from decides on the base model, where that is not named.

    Raises:
        BadInput: a value is out of range, the dataset holds nothing that the method learns from, or the start can't be gone on from.
        NotFound: the dataset, the preset, the start or the model does not exist.
    """
    return _checked(
        workspace, {**find_preference_preset(preset).settings, **changes, "dataset": dataset, "preset": preset}, changes
    )


def preference_spec_like(workspace: Workspace, run_id: str, *, changes: Mapping[str, Any]) -> PreferenceSpec:
    """The settings and the dataset of an earlier preference training with the changes, checked.

    Raises:
        BadInput: the run is none, or a value is out of range.
        NotFound: the run, its dataset, its start or its model does not exist.
    """
    settings = preference_settings_of(find_run(workspace, run_id)).model_dump()
    return _checked(workspace, {**settings, **changes}, changes)


def preference_settings_of(run: Run) -> PreferenceSpec:
    """What an earlier preference training was asked to do. Settings that there were none of then have their defaults.

    Raises:
        BadInput: the run is none.
    """
    if run.job != PREFERENCE_JOB:
        raise BadInput(f"Run {run.id} is no preference training, so it has no settings for one.")
    return parse_preference_spec({name: value for name, value in run.spec.items() if name in PreferenceSpec.model_fields})


def check_preference(workspace: Workspace, spec: PreferenceSpec, *, facts: DeviceFacts | None = None) -> Preflight:
    """Everything that can be said before it starts: what a fine-tuning on the same rows, with the same model on the same device would be told."""
    return check_training(workspace, spec.as_training(), facts=facts)


def request_preference(queue: JobQueue, spec: PreferenceSpec) -> Run:
    """Put the training into the queue."""
    return queue.submit(spec.model_dump())


def _checked(workspace: Workspace, settings: Mapping[str, Any], changes: Mapping[str, Any]) -> PreferenceSpec:
    spec = parse_preference_spec(settings)
    tuned = find_start(workspace, spec.start, base_model=spec.model if "model" in changes else None)
    if tuned is not None and tuned.base_model != spec.model:
        spec = parse_preference_spec({**settings, "model": tuned.base_model})
    find_model(spec.model)
    refuse_unjudged(workspace, spec.dataset, spec.method)
    return spec
