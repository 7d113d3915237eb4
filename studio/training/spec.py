"""What a training is asked to do: every setting with its range, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from studio.errors import BadInput
from studio.workspace.adapters import TRAINING_JOB


class TrainSpec(BaseModel):
    """One fine-tuning. Names are those of TRL's SFTConfig and PEFT's LoraConfig."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    job: Literal["training.sft"] = TRAINING_JOB
    dataset: str = Field(description="Dataset id.")
    model: str = Field(default="smollm2-135m-instruct", description="Base model, by its catalog name.")
    preset: str = Field(default="cpu-demo", description="The preset the settings came from.")

    load_in_4bit: bool = Field(default=False, description="QLoRA: base weights in NF4 with double quantisation.")
    lora_rank: int = Field(default=16, ge=1, le=256, description="Rank r of the LoRA matrices.")
    lora_alpha: int = Field(default=32, ge=1, le=1024, description="LoRA scaling: updates are multiplied by alpha / r.")
    lora_dropout: float = Field(default=0.0, ge=0.0, le=0.5, description="Dropout on the LoRA input.")

    frozen_fraction: float = Field(
        default=0.0,
        ge=0.0,
        lt=1.0,
        description="Part of the layers, the lower ones, without an adapter; on a CPU they are computed once a row. 0: all layers learn.",
    )

    learning_rate: float = Field(default=1.5e-3, ge=1e-7, le=5e-2, description="Peak learning rate.")
    lr_scheduler_type: Literal["cosine", "linear", "constant", "constant_with_warmup"] = Field(
        default="cosine", description="How the learning rate falls after the warm-up."
    )
    warmup_fraction: float = Field(default=0.05, ge=0.0, lt=1.0, description="Part of all steps that warms up.")
    num_train_epochs: float = Field(default=5.0, gt=0.0, le=100.0, description="Passes over the rows.")
    max_steps: int = Field(default=-1, ge=-1, le=1_000_000, description="Optimizer steps; -1 leaves it to the epochs.")
    max_minutes: float = Field(
        default=0.0,
        ge=0.0,
        le=100_000.0,
        description="Time for the training: if all steps would take longer here, fewer are made. 0: no limit.",
    )
    per_device_train_batch_size: int = Field(default=8, ge=1, le=512, description="Rows a forward pass.")
    gradient_accumulation_steps: int = Field(default=2, ge=1, le=512, description="Forward passes an optimizer step.")
    max_length: int = Field(default=512, ge=16, le=32_768, description="Longest row in tokens; what is over it is cut.")
    rows_per_answer: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Of the rows that share an answer, at most so many are trained, so that a short training sees each often enough. 0: all.",
    )
    spliced_copies: int = Field(
        default=0, ge=0, le=20, description="For every row, so many more whose question is spliced from two with the same answer."
    )
    whole_answer_rows: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Of the rows that share an answer, how many train all of it; the others its opening. 0: every row, the whole answer.",
    )
    opening_tokens: int = Field(default=12, ge=1, le=512, description="Length of that opening in tokens.")
    weight_decay: float = Field(default=0.0, ge=0.0, le=1.0, description="AdamW's decoupled weight decay.")
    max_grad_norm: float = Field(default=1.0, gt=0.0, le=100.0, description="Gradients are clipped to this norm.")
    gradient_checkpointing: bool = Field(default=False, description="Recompute activations: less memory, about a third slower.")
    attention: Literal["eager", "sdpa", "flash_attention_2"] = Field(
        default="sdpa", description="sdpa: PyTorch's fused attention. eager: on a CPU faster for rows of some hundred tokens."
    )
    seed: int = Field(default=42, ge=0, le=2**31 - 1, description="Seed of the adapter's first values and the order of rows.")

    logging_steps: int = Field(default=1, ge=1, le=1000, description="Steps between two points of the curves.")
    save_steps: int = Field(default=50, ge=1, le=100_000, description="Steps between two checkpoints.")
    hold_out_phrasings: int = Field(
        default=0, ge=0, le=4, description="Phrasings a family kept out of training, as a validation split."
    )

    @model_validator(mode="after")
    def _combinations(self) -> TrainSpec:
        if self.max_steps == 0:
            raise ValueError("max_steps 0 trains nothing: use -1 to train by epochs, or a positive number")
        return self


def parse_spec(values: Mapping[str, Any]) -> TrainSpec:
    """The spec from outside values.

    Raises:
        BadInput: one sentence that names the setting, its value, and the range it must be in.
    """
    try:
        return TrainSpec(**values)
    except ValidationError as error:
        raise BadInput(_sentence(error)) from error


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """`["learning_rate=1e-3", ...]` as values; pydantic turns the text into numbers.

    Raises:
        BadInput: an assignment is not of the form NAME=VALUE, or names no setting.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise BadInput(f"--set takes NAME=VALUE, not {assignment!r}.")
        if name not in TrainSpec.model_fields or name in {"job", "dataset"}:
            raise BadInput(f"There is no training setting {name!r}. Known: {', '.join(sorted(SETTABLE))}.")
        values[name] = value
    return values


SETTABLE = frozenset(TrainSpec.model_fields) - {"job", "dataset", "model", "preset"}


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "The settings"
    message = first["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if not first["loc"]:
        return f"These settings don't go together: {message}."
    return f"{name} = {first['input']!r} can't be used: it should be {message}."
