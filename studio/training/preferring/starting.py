"""What a preference training goes on from: a tuned model here, or the base model itself."""

from __future__ import annotations

from pathlib import Path

from studio.errors import BadInput
from studio.training.preferring.spec import BASE
from studio.workspace.adapters import TunedModel, find_tuned, tuned_models
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace

_CONFIG = "adapter_config.json"


def starting_points(workspace: Workspace) -> list[TunedModel]:
    """The tuned models that a training can go on from: those that are adapters."""
    return [model for model in tuned_models(workspace) if (Path(model.adapter) / _CONFIG).exists()]


def find_start(workspace: Workspace, name: str, *, base_model: str | None = None) -> TunedModel | None:
    """The tuned model of that name; None for the base model.

    Raises:
        NotFound: there is none of that name.
        BadInput: it is a merged model, has an adapter on the layer that scores tokens, or belongs to another base model than `base_model`.
    """
    if name == BASE:
        return None
    tuned = find_tuned(workspace, name)
    config = Path(tuned.adapter) / _CONFIG
    if not config.exists():
        raise BadInput(
            f"{name} was imported as a merged model, so it has no adapter to go on with. Name another tuned model, or {BASE}."
        )
    if "lm_head" in (read_json(config).get("target_modules") or ()):
        raise BadInput(
            f"The adapter of {name} changes lm_head, which preference training does not train. Name another tuned model, or {BASE}."
        )
    if base_model is not None and tuned.base_model != base_model:
        raise BadInput(f"{name} is an adapter for {tuned.base_model}, not for {base_model}. Name that base model, or none.")
    return tuned
