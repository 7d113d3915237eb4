"""Settings that are known to work together, each with a sentence that says when to take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.errors import NotFound


@dataclass(frozen=True)
class Preset:
    """A named set of training settings."""

    name: str
    title: str
    sentence: str
    settings: Mapping[str, Any] = field(default_factory=dict)


PRESETS: tuple[Preset, ...] = (
    Preset(
        "cpu-demo",
        "Embedded model on a CPU",
        "SmolLM2-135M on two cores: up to eight passes over the data within a quarter of an hour. Chosen on a validation split.",
        {
            "model": "smollm2-135m-instruct",
            "learning_rate": 1.5e-3,
            "num_train_epochs": 8.0,
            "max_minutes": 15.3,
            "rows_per_answer": 70,
            "frozen_fraction": 0.5,
            "per_device_train_batch_size": 8,
            "gradient_accumulation_steps": 1,
            "whole_answer_rows": 8,
            "opening_tokens": 6,
            "attention": "eager",
            "save_steps": 200,
        },
    ),
    Preset(
        "cpu-quick",
        "Embedded model, quick look",
        "The same model with a few steps: shows the whole loop in a few minutes, at much lower accuracy.",
        {
            "model": "smollm2-135m-instruct",
            "learning_rate": 2e-3,
            "max_steps": 400,
            "max_minutes": 2.75,
            "frozen_fraction": 0.5,
            "per_device_train_batch_size": 8,
            "gradient_accumulation_steps": 1,
            "whole_answer_rows": 20,
            "attention": "eager",
            "save_steps": 20,
        },
    ),
    Preset(
        "t4-quarter-hour",
        "T4, a quarter of an hour",
        "Qwen2-7B in 4 bit (NF4, double quantisation) with LoRA, in fp16 because a T4 has no bf16.",
        {
            "model": "qwen2-7b-instruct",
            "load_in_4bit": True,
            "learning_rate": 5e-5,
            "lora_rank": 16,
            "lora_alpha": 32,
            "num_train_epochs": 1.0,
            "per_device_train_batch_size": 2,
            "gradient_accumulation_steps": 4,
            "attention": "sdpa",
            "gradient_checkpointing": True,
        },
    ),
)


def find_preset(name: str) -> Preset:
    """The preset of that name.

    Raises:
        NotFound: there is none; the sentence lists those that exist.
    """
    for preset in PRESETS:
        if preset.name == name:
            return preset
    raise NotFound(f"There is no preset {name!r}. Known: {', '.join(preset.name for preset in PRESETS)}.")
