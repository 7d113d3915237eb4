"""What a training is asked to do: every setting with its range, checked before anything starts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from studio.jobs.processes import HERE, Launch, Strategy, checked_hosts
from studio.training.settings.common import CommonSpec, NumberFormat, assigned, spec_of
from studio.workspace.adapters import TRAINING_JOB

ALL_LINEAR = "all-linear"
_LAYER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_MOST_TARGETS = 32


class TrainSpec(CommonSpec):
    """One fine-tuning. Names are those of TRL's SFTConfig and PEFT's LoraConfig."""

    job: Literal["training.sft"] = TRAINING_JOB
    preset: str = Field(default="cpu-demo", description="The preset the settings came from.")

    load_in_4bit: bool = Field(default=False, description="QLoRA: the base weights in 4 bit, which the adapter is trained over.")
    bnb_4bit_quant_type: Literal["nf4", "fp4"] = Field(
        default="nf4", description="Number format of the 4 bit weights; nf4 suits weights that are normally distributed."
    )
    bnb_4bit_use_double_quant: bool = Field(
        default=True,
        description="Quantise the constants of the quantisation too: a little less memory, at no loss that is known.",
    )
    bnb_4bit_compute_dtype: NumberFormat = Field(
        default="auto",
        description="What 4 bit weights are turned into for each product; auto: the number format of the training.",
    )
    lora_rank: int = Field(default=16, ge=1, le=256, description="Rank r of the LoRA matrices.")
    lora_alpha: int = Field(default=32, ge=1, le=1024, description="LoRA scaling: updates are multiplied by alpha / r.")
    lora_dropout: float = Field(default=0.0, ge=0.0, le=0.5, description="Dropout on the LoRA input.")
    target_modules: str = Field(
        default=ALL_LINEAR,
        description="Layers with an adapter: all-linear, or names with commas between them, as in q_proj,v_proj.",
    )
    init_lora_weights: Literal["default", "gaussian", "orthogonal"] = Field(
        default="default",
        description="The adapter's first values. Each leaves the model as it is before the first step; orthogonal needs an even rank.",
    )
    use_rslora: bool = Field(
        default=False, description="Multiply updates by alpha / the root of r: a high rank keeps its effect (arXiv 2312.03732)."
    )
    use_dora: bool = Field(
        default=False,
        description="Train size and direction of the weights apart: often better at low rank, slower, and not exported (arXiv 2402.09353).",
    )
    lora_bias: bool = Field(
        default=False,
        description="A bias in the adapter's second matrix; seldom needed, and such an adapter is neither merged nor exported.",
    )

    frozen_fraction: float = Field(
        default=0.0,
        ge=0.0,
        lt=1.0,
        description="Part of the layers, the lower ones, without an adapter; on a CPU they are computed once a row. 0: all layers learn.",
    )

    learning_rate: float = Field(default=1.5e-3, ge=1e-7, le=5e-2, description="Peak learning rate.")
    lr_scheduler_type: Literal["cosine", "linear", "constant", "constant_with_warmup", "inverse_sqrt"] = Field(
        default="cosine", description="How the learning rate falls after the warm-up; constant has no warm-up."
    )
    min_lr_ratio: float = Field(
        default=0.0, ge=0.0, lt=1.0, description="Where a cosine ends, as a part of the peak learning rate. 0: at nothing."
    )
    warmup_fraction: float = Field(default=0.05, ge=0.0, lt=1.0, description="Part of all steps that warms up.")
    num_train_epochs: float = Field(default=5.0, gt=0.0, le=100.0, description="Passes over the rows.")
    max_minutes: float = Field(
        default=0.0,
        ge=0.0,
        le=100_000.0,
        description="Time for the training: if all steps would take longer here, fewer are made. 0: no limit.",
    )
    per_device_train_batch_size: int = Field(default=8, ge=1, le=512, description="Rows a forward pass.")
    max_length: int = Field(default=512, ge=16, le=32_768, description="Longest row in tokens; what is over it is cut.")
    rows_per_answer: int = Field(
        default=0,
        ge=0,
        le=100_000,
        description="Of the rows that share an answer, at most so many are trained, so that a short training sees each often enough. 0: all.",
    )
    least_rows_per_answer: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Answers with fewer phrasings get spliced ones, each made of the beginning of one and the end of another, up to so many rows. 0: none.",
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
    known_below: float = Field(
        default=0.0,
        ge=0.0,
        le=10.0,
        description="A row is known once each of its learned tokens has a loss below this, and known rows are left out of every other round. 0: every pass goes over all rows. With one process only.",
    )
    group_by_length: bool = Field(
        default=True, description="Put rows of a similar length into a batch: little padding. Off: rows as chance has them."
    )
    optim: Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_32bit", "paged_adamw_8bit", "adafactor"] = (
        Field(
            default="adamw_torch",
            description="The optimizer. 8 bit and paged ones are of bitsandbytes and save memory; with LoRA there is little to save.",
        )
    )
    adam_beta1: float = Field(default=0.9, ge=0.0, lt=1.0, description="How much AdamW remembers of past gradients.")
    adam_beta2: float = Field(default=0.999, ge=0.0, lt=1.0, description="How much AdamW remembers of their squares.")
    adam_epsilon: float = Field(default=1e-8, gt=0.0, le=1e-2, description="Keeps AdamW from dividing by nothing.")
    neftune_noise_alpha: float = Field(
        default=0.0,
        ge=0.0,
        le=100.0,
        description="Noise on the embeddings while training, against learning by heart; 5 is usual (arXiv 2310.05914). 0: none.",
    )
    seed: int = Field(default=42, ge=0, le=2**31 - 1, description="Seed of the adapter's first values and the order of rows.")

    hold_out_phrasings: int = Field(
        default=0, ge=0, le=4, description="Phrasings a family kept out of training, as a validation split."
    )
    validation_items: int = Field(
        default=32,
        ge=0,
        le=10_000,
        description="Of the phrasings held out, how many are asked at every checkpoint, spread evenly over the families. 0: none.",
    )
    keep_best: bool = Field(
        default=True,
        description="The adapter is that of the best checkpoint, where checkpoints are validated. Off: of the last step.",
    )
    early_stopping_patience: int = Field(
        default=0, ge=0, le=1000, description="End when so many checkpoints in a row were no better than the best. 0: never."
    )

    processes: int = Field(
        default=1,
        ge=1,
        le=1024,
        description="Processes that train together, one a GPU; each has a batch of its own in every step.",
    )
    hosts: str = Field(
        default=HERE,
        description="Machines that share them evenly, with commas between them, this one first; the workspace must be a folder that all of them see.",
    )
    strategy: Strategy = Field(
        default="ddp",
        description="How several processes share the work. ddp: each has the whole model. fsdp and deepspeed (ZeRO 2) share it out, on GPUs only.",
    )

    @field_validator("target_modules")
    @classmethod
    def _names_of_layers(cls, value: str) -> str:
        names = [name.strip() for name in value.split(",")]
        if value != ALL_LINEAR and not (len(names) <= _MOST_TARGETS and all(map(_LAYER_NAME.fullmatch, names))):
            raise ValueError(f"{ALL_LINEAR}, or names of layers with commas between them, as in q_proj,v_proj")
        return ",".join(names)

    @field_validator("hosts")
    @classmethod
    def _names_of_hosts(cls, value: str) -> str:
        return checked_hosts(value)

    @model_validator(mode="after")
    def _combinations(self) -> TrainSpec:
        if self.max_steps == 0:
            raise ValueError("max_steps 0 trains nothing: use -1 to train by epochs, or a positive number")
        if self.min_lr_ratio and self.lr_scheduler_type != "cosine":
            raise ValueError("min_lr_ratio is where a cosine ends: set lr_scheduler_type to cosine, or min_lr_ratio to 0")
        if self.lora_bias and (self.use_dora or self.init_lora_weights != "default"):
            raise ValueError("lora_bias works with neither use_dora nor another init_lora_weights than default")
        if self.init_lora_weights == "orthogonal" and (self.load_in_4bit or self.lora_rank % 2):
            raise ValueError("init_lora_weights orthogonal needs an even lora_rank, and base weights that are not in 4 bit")
        if self.early_stopping_patience and not self.validates:
            raise ValueError("early_stopping_patience needs a validation: set hold_out_phrasings and validation_items above 0")
        return self

    @property
    def validates(self) -> bool:
        """Whether checkpoints are validated."""
        return self.hold_out_phrasings > 0 and self.validation_items > 0

    @model_validator(mode="after")
    def _processes_and_hosts(self) -> TrainSpec:
        hosts = len(self.launch.hosts)
        if self.processes % hosts:
            raise ValueError(
                f"{self.processes} processes can't be shared evenly by {hosts} hosts: set processes to a multiple of {hosts}"
            )
        if self.strategy != "ddp" and self.processes == 1:
            raise ValueError(
                f"strategy {self.strategy} shares a training out over processes: set processes to 2 or more, or strategy to ddp"
            )
        if self.strategy == "fsdp" and self.validates:
            raise ValueError("strategy fsdp has no whole model to validate: set hold_out_phrasings to 0, or strategy to ddp")
        if self.strategy == "fsdp" and self.load_in_4bit:
            raise ValueError("strategy fsdp can't share out 4 bit weights: set strategy to ddp, or load_in_4bit to false")
        return self

    @property
    def launch(self) -> Launch:
        """Over which processes it is spread."""
        return Launch(self.processes, tuple(self.hosts.split(",")), self.strategy)


SETTABLE = frozenset(TrainSpec.model_fields) - {"job", "dataset", "model", "preset"}


def parse_spec(values: Mapping[str, Any]) -> TrainSpec:
    """The spec from outside values.

    Raises:
        BadInput: one sentence that names the setting, its value, and the range it must be in.
    """
    return spec_of(TrainSpec, values)


def parse_assignments(assignments: Sequence[str]) -> dict[str, Any]:
    """`["learning_rate=1e-3", ...]` as values; the base model and the preset may be among them.

    Raises:
        BadInput: an assignment is not of the form NAME=VALUE, or names no setting.
    """
    unknown = f"There is no training setting {{name}}. Known: {', '.join(sorted(SETTABLE))}."
    return assigned(assignments, known=SETTABLE | {"model", "preset"}, unknown=unknown)
