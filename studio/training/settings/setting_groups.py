"""Which settings of a training belong together: the order of the form, and of a settings file."""

from __future__ import annotations

from collections.abc import Mapping

from studio.training.settings.spec import SETTABLE, TrainSpec

PROCESSORS = "processors"
"""The group of settings that spread a training over processes."""

_LISTED: Mapping[str, tuple[str, ...]] = {
    "main": (
        "lora_rank",
        "lora_alpha",
        "learning_rate",
        "lr_scheduler_type",
        "per_device_train_batch_size",
        "gradient_accumulation_steps",
        "num_train_epochs",
        "max_minutes",
        "load_in_4bit",
    ),
    "adapter": (
        "target_modules",
        "lora_dropout",
        "frozen_fraction",
        "init_lora_weights",
        "use_rslora",
        "use_dora",
        "lora_bias",
    ),
    "schedule": (
        "max_steps",
        "warmup_fraction",
        "min_lr_ratio",
        "optim",
        "adam_beta1",
        "adam_beta2",
        "adam_epsilon",
        "weight_decay",
        "max_grad_norm",
        "neftune_noise_alpha",
        "seed",
    ),
    "batch and length": (
        "max_length",
        "group_by_length",
        "rows_per_answer",
        "least_rows_per_answer",
        "spliced_copies",
        "whole_answer_rows",
        "opening_tokens",
        "known_below",
    ),
    "validation": ("hold_out_phrasings", "validation_items", "keep_best", "early_stopping_patience"),
    "memory and number format": (
        "dtype",
        "gradient_checkpointing",
        "attention",
        "bnb_4bit_quant_type",
        "bnb_4bit_use_double_quant",
        "bnb_4bit_compute_dtype",
    ),
    PROCESSORS: ("processes", "hosts", "strategy"),
    "saving": ("save_steps", "save_total_limit", "logging_steps", "report_to"),
}


def _with_the_rest() -> dict[str, tuple[str, ...]]:
    listed = {name for names in _LISTED.values() for name in names}
    rest = tuple(name for name in TrainSpec.model_fields if name in SETTABLE and name not in listed)
    return {**_LISTED, **({"other": rest} if rest else {})}


GROUPS: Mapping[str, tuple[str, ...]] = _with_the_rest()
"""The settings by group, "main" first; what no group names is in the last one, so that none is ever left out."""

SETTINGS: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)
"""All of them, in that order."""
