"""What a preference training is asked to do: every setting with its range, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from studio.training.settings.common import CommonSpec, assigned, spec_of
from studio.training.settings.spec import TrainSpec
from studio.workspace.adapters import PREFERENCE_JOB

BASE = "base"
"""What `start` says where a training begins from the base model itself."""

Method = Literal["dpo", "kto"]
LossType = Literal["auto", "sigmoid", "hinge", "ipo", "kto", "apo_zero_unpaired"]
_LOSSES: Mapping[str, tuple[str, ...]] = {"dpo": ("sigmoid", "hinge", "ipo"), "kto": ("kto", "apo_zero_unpaired")}


class PreferenceSpec(CommonSpec):
    """One preference training. Names are those of TRL's DPOConfig and KTOConfig, and of `TrainSpec` where it has the same."""

    job: Literal["training.preference"] = PREFERENCE_JOB
    start: str = Field(default=BASE, description="What it goes on from: a tuned model by its name, or base.")
    preset: str = Field(default="prefer-cpu", description="The preset the settings came from.")

    method: Method = Field(
        default="dpo",
        description="dpo compares a better with a worse answer to the same question; kto takes single answers marked good or bad.",
    )
    beta: float = Field(
        default=0.1,
        gt=0.0,
        le=10.0,
        description="How much it costs to move away from where the training started; lower moves further.",
    )
    loss_type: LossType = Field(
        default="auto",
        description="auto: sigmoid for dpo (arXiv 2305.18290), kto for kto (2402.01306). Also hinge and ipo for dpo, apo_zero_unpaired for kto.",
    )
    sft_weight: float = Field(
        default=0.0,
        ge=0.0,
        le=10.0,
        description="dpo: add so much of the better answer's own loss, which keeps it from becoming less likely too. 0: none.",
    )
    desirable_weight: float = Field(
        default=1.0, gt=0.0, le=100.0, description="kto: weight of good answers; raise it where bad ones are far more."
    )
    undesirable_weight: float = Field(
        default=1.0, gt=0.0, le=100.0, description="kto: weight of bad answers; raise it where good ones are far more."
    )

    learning_rate: float = Field(
        default=5e-5, ge=1e-7, le=1e-2, description="Peak learning rate; a tenth of a fine-tuning's or less."
    )
    lr_scheduler_type: Literal["cosine", "linear", "constant", "constant_with_warmup", "inverse_sqrt"] = Field(
        default="linear", description="How the learning rate falls after the warm-up; constant has no warm-up."
    )
    warmup_fraction: float = Field(default=0.1, ge=0.0, lt=1.0, description="Part of all steps that warms up.")
    num_train_epochs: float = Field(default=1.0, gt=0.0, le=100.0, description="Passes over the rows.")
    per_device_train_batch_size: int = Field(
        default=4, ge=1, le=512, description="Rows a forward pass: pairs of answers for dpo, single answers for kto (2 or more)."
    )
    max_length: int = Field(
        default=512, ge=16, le=32_768, description="Longest row in tokens, question and answer; what is over it is cut."
    )

    lora_rank: int = Field(
        default=16, ge=1, le=256, description="Rank of a new LoRA, from base; from a tuned model its own is trained."
    )
    lora_alpha: int = Field(default=32, ge=1, le=1024, description="Scaling of a new LoRA: updates are multiplied by alpha / r.")
    load_in_4bit: bool = Field(default=False, description="QLoRA: the base weights in 4 bit (NF4, double quantisation).")
    seed: int = Field(default=42, ge=0, le=2**31 - 1, description="Seed of a new adapter's first values and the order of rows.")

    @property
    def loss(self) -> str:
        """The loss by TRL's name."""
        return _LOSSES[self.method][0] if self.loss_type == "auto" else self.loss_type

    def as_training(self) -> TrainSpec:
        """What it shares with a fine-tuning, for what only depends on that: device, number format, adapter, disk, checks of rows."""
        shared = (set(PreferenceSpec.model_fields) & set(TrainSpec.model_fields)) - {"job", "preset"}
        return TrainSpec(**{name: getattr(self, name) for name in shared})

    @model_validator(mode="after")
    def _combinations(self) -> PreferenceSpec:
        if self.max_steps == 0:
            raise ValueError("max_steps 0 trains nothing: use -1 to train by epochs, or a positive number")
        if self.loss not in _LOSSES[self.method]:
            raise ValueError(
                f"loss_type {self.loss_type} is none of {self.method}'s: use auto, or {', '.join(_LOSSES[self.method])}"
            )
        if self.method == "kto" and self.per_device_train_batch_size < 2:
            raise ValueError("kto compares a row with the others of its batch: set per_device_train_batch_size to 2 or more")
        if self.method == "kto" and self.sft_weight:
            raise ValueError("sft_weight belongs to dpo: set it to 0 with kto")
        return self


SETTABLE = frozenset(PreferenceSpec.model_fields) - {"job", "dataset", "model", "start", "preset"}

GROUPS: Mapping[str, tuple[str, ...]] = {
    "main": (
        "beta",
        "learning_rate",
        "num_train_epochs",
        "per_device_train_batch_size",
        "gradient_accumulation_steps",
        "max_length",
    ),
    "loss": ("loss_type", "sft_weight", "desirable_weight", "undesirable_weight"),
    "schedule": ("max_steps", "lr_scheduler_type", "warmup_fraction", "weight_decay", "max_grad_norm", "seed"),
    "adapter and memory": ("lora_rank", "lora_alpha", "load_in_4bit", "dtype", "gradient_checkpointing", "attention"),
    "saving": ("save_steps", "save_total_limit", "logging_steps", "report_to"),
}
"""The settings by group, "main" first; all but `method`, which the form asks for by itself."""


def parse_preference_spec(values: Mapping[str, Any]) -> PreferenceSpec:
    """The spec from outside values.

    Raises:
        BadInput: one sentence that names the setting, its value, and the range it must be in.
    """
    return spec_of(PreferenceSpec, values)


def parse_preference_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """`["beta=0.2", ...]` as values.

    Raises:
        BadInput: an assignment is not of the form NAME=VALUE, or names no setting.
    """
    unknown = f"There is no setting {{name}} of a preference training. Known: {', '.join(sorted(SETTABLE))}."
    return assigned(assignments, known=SETTABLE, unknown=unknown)
