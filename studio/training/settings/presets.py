"""Settings that are known to work together, each with a sentence that says when to take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.errors import NotFound
from studio.training.settings.spec import TrainSpec


@dataclass(frozen=True)
class Preset:
    """A named set of training settings."""

    name: str
    title: str
    sentence: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    base: str | None = None
    """Of settings that were saved here, the preset they were made from; None for those that come with the studio."""

    def values(self) -> dict[str, Any]:
        """The base model and every setting by name, defaults included."""
        spec = TrainSpec(**{**self.settings, "dataset": "", "preset": self.name})
        return spec.model_dump(exclude={"job", "dataset", "preset"})

    def differences(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the values that are not the preset's own."""
        planned = self.values()
        return {name: value for name, value in values.items() if value != planned[name]}


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
        "Qwen2-7B in 4 bit (NF4, double quantisation) on 16 GB, in fp16 because a T4 has no bf16; at most 15 minutes. Not run on a GPU yet.",
        {
            "model": "qwen2-7b-instruct",
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_use_double_quant": True,
            "learning_rate": 5e-5,
            "lr_scheduler_type": "cosine",
            "lora_rank": 16,
            "lora_alpha": 32,
            "num_train_epochs": 3.0,
            "max_minutes": 15.0,
            "per_device_train_batch_size": 2,
            "gradient_accumulation_steps": 4,
            "attention": "sdpa",
            "gradient_checkpointing": True,
        },
    ),
    Preset(
        "gpu-24gb",
        "One GPU with 24 GB",
        "Qwen2-7B in bf16, not quantised, with activations computed again to save memory: RTX 3090 or 4090, A10, L4. Not run on a GPU yet.",
        {
            "model": "qwen2-7b-instruct",
            "learning_rate": 1e-4,
            "lora_rank": 16,
            "lora_alpha": 32,
            "num_train_epochs": 3.0,
            "per_device_train_batch_size": 4,
            "gradient_accumulation_steps": 4,
            "attention": "sdpa",
            "gradient_checkpointing": True,
        },
    ),
    Preset(
        "gpu-80gb",
        "One GPU with 80 GB",
        "Qwen2-7B in bf16 with a higher rank, longer rows and large batches, nothing computed twice: A100 or H100. Not run on a GPU yet.",
        {
            "model": "qwen2-7b-instruct",
            "learning_rate": 1e-4,
            "lora_rank": 64,
            "lora_alpha": 128,
            "num_train_epochs": 3.0,
            "per_device_train_batch_size": 16,
            "gradient_accumulation_steps": 1,
            "max_length": 1024,
            "attention": "sdpa",
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


def nearest_preset(values: Mapping[str, Any]) -> Preset:
    """Of the presets that come with the studio, the one from which the fewest of these values differ."""
    return min(PRESETS, key=lambda preset: len(preset.differences(values)))
