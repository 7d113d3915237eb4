"""What every training has among its settings, whatever it learns from, and how settings from outside are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.errors import BadInput

NumberFormat = Literal["auto", "bfloat16", "float16", "float32"]
Tracker = Literal["none", "tensorboard", "trackio", "wandb"]
_SHOWN = 80  # characters of a value that can't be used


class CommonSpec(BaseModel):
    """Names are those of transformers' TrainingArguments where it has the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    dataset: str = Field(description="Dataset id.")
    model: str = Field(default="smollm2-135m-instruct", description="Base model, by its catalog name.")
    max_steps: int = Field(default=-1, ge=-1, le=1_000_000, description="Optimizer steps; -1 leaves it to the epochs.")
    gradient_accumulation_steps: int = Field(default=2, ge=1, le=512, description="Forward passes an optimizer step.")
    dtype: NumberFormat = Field(
        default="auto",
        description="Number format of the training; auto: bf16 where the hardware computes in it, else fp16 on a GPU and fp32 on a CPU.",
    )
    gradient_checkpointing: bool = Field(default=False, description="Recompute activations: less memory, about a third slower.")
    attention: Literal["eager", "sdpa", "flash_attention_2"] = Field(
        default="sdpa", description="sdpa: PyTorch's fused attention. eager: on a CPU faster for rows of some hundred tokens."
    )
    weight_decay: float = Field(default=0.0, ge=0.0, le=1.0, description="AdamW's decoupled weight decay.")
    max_grad_norm: float = Field(default=1.0, gt=0.0, le=100.0, description="Gradients are clipped to this norm.")
    logging_steps: int = Field(default=1, ge=1, le=1000, description="Steps between two points of the curves.")
    save_steps: int = Field(default=50, ge=1, le=100_000, description="Steps between two checkpoints.")
    save_total_limit: int = Field(
        default=2, ge=2, le=100, description="Newest checkpoints that are kept; two, in case writing the last one was cut short."
    )
    report_to: Tracker = Field(
        default="none",
        description="Where the numbers go besides the run's folder: tensorboard and wandb write into that folder, trackio into the workspace; nothing is sent anywhere.",
    )


Spec = TypeVar("Spec", bound=CommonSpec)


def spec_of(kind: type[Spec], values: Mapping[str, Any]) -> Spec:
    """The settings of that kind of training from outside values.

    Raises:
        BadInput: one sentence that names the setting, its value, and the range it must be in.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        raise BadInput(_sentence_of(error)) from error


def assigned(assignments: Sequence[str], *, known: Collection[str], unknown: str) -> dict[str, Any]:
    """`["learning_rate=1e-3", ...]` as values; pydantic turns the text into numbers.

    Args:
        assignments: as they stand on a command line.
        known: the names that may be set.
        unknown: the sentence for another one, with `{name}` for it.

    Raises:
        BadInput: an assignment is not of the form NAME=VALUE, or names no setting.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise BadInput(f"--set takes NAME=VALUE, not {assignment!r}.")
        if name not in known:
            raise BadInput(unknown.format(name=repr(name)))
        values[name] = value
    return values


def _sentence_of(error: ValidationError) -> str:
    """The first thing that is wrong with settings, as a sentence."""
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "The settings"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if not first["loc"]:
        return f"These settings don't go together: {message}."
    return f"{name} = {repr(first['input'])[:_SHOWN]} can't be used: it should be {message}."
