"""What an evaluation is asked to do, and which models a name means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.chat.catalog import find_model
from studio.errors import BadInput, NotFound
from studio.workspace.adapters import tuned_models
from studio.workspace.layout import Workspace
from studio.workspace.runs import find_run

BASE = "base"


class EvalSpec(BaseModel):
    """One evaluation: which questions, which models, how tokens are chosen (always greedy)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    job: Literal["evaluation.evaluate"] = "evaluation.evaluate"
    question_set: str = Field(description="Path of the question set.")
    models: tuple[str, ...] = Field(min_length=1, max_length=6, description="`base` and ids of training runs.")
    base_model: str = Field(default="smollm2-135m-instruct", description="The base model, by its catalog name.")
    max_new_tokens: int = Field(default=120, ge=8, le=2048)
    batch_size: int = Field(default=16, ge=1, le=256)
    industries: tuple[str, ...] = Field(default=(), description="Only items of these industries; all of them where it is empty.")
    fill: dict[str, str] = Field(default={}, description="What fills the set's placeholders, as name = Nova.")
    limit: int | None = Field(default=None, ge=1, description="Only so many items, evenly spread; for a quick look.")


@dataclass(frozen=True)
class Contestant:
    """A model under evaluation. `adapter` is None for the base model."""

    name: str
    role: Literal["base", "tuned"]
    adapter: str | None


def parse_spec(values: Mapping[str, Any]) -> EvalSpec:
    """The spec from outside values.

    Raises:
        BadInput: a value can't be used; the sentence names it.
    """
    try:
        return EvalSpec(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{name} = {first['input']!r} can't be used: {first['msg']}.") from error


def resolve(workspace: Workspace, models: Sequence[str], base_model: str) -> list[Contestant]:
    """The contestants that the names mean.

    Raises:
        NotFound: a run does not exist, has no adapter, or belongs to another base model.
    """
    find_model(base_model)
    if len(set(models)) != len(models):
        raise BadInput("Each model can be named once only in an evaluation.")
    return [_resolve(workspace, name, base_model) for name in models]


def _resolve(workspace: Workspace, name: str, base_model: str) -> Contestant:
    if name == BASE:
        return Contestant(BASE, "base", None)
    tuned = {model.run: model for model in tuned_models(workspace)}.get(name)
    if tuned is None:
        run = find_run(workspace, name)
        raise NotFound(f"Run {name!r} has no adapter: it is {run.status.state}. Train it to the end, or stop it with 'keep'.")
    if tuned.base_model != base_model:
        raise NotFound(f"{name!r} was trained on {tuned.base_model}, not on {base_model}. Evaluate it with that base model.")
    return Contestant(name, "tuned", tuned.adapter)
