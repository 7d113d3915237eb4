"""Settings of preference trainings that go together, each with a sentence that says when to take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.errors import NotFound
from studio.training.preferring.spec import PreferenceSpec


@dataclass(frozen=True)
class PreferencePreset:
    """A named set of settings."""

    name: str
    title: str
    sentence: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The base model and every setting by name, defaults included."""
        spec = PreferenceSpec(**{**self.settings, "dataset": "", "preset": self.name})
        return spec.model_dump(exclude={"job", "dataset", "start", "preset"})

    def differences(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the values that are not the preset's own."""
        planned = self.values()
        return {name: value for name, value in values.items() if value != planned[name]}


PREFERENCE_PRESETS: tuple[PreferencePreset, ...] = (
    PreferencePreset(
        "prefer-cpu",
        "Embedded model on a CPU",
        "SmolLM2-135M on two cores, one pass, small steps: for some hundred judged answers.",
        {"model": "smollm2-135m-instruct", "learning_rate": 5e-5, "attention": "eager"},
    ),
    PreferencePreset(
        "prefer-gpu-24gb",
        "One GPU with 24 GB",
        "Qwen2-7B in 4 bit (NF4, double quantisation), activations computed again to save memory. Not run on a GPU yet.",
        {
            "model": "qwen2-7b-instruct",
            "load_in_4bit": True,
            "learning_rate": 5e-6,
            "per_device_train_batch_size": 2,
            "gradient_accumulation_steps": 8,
            "max_length": 1024,
            "gradient_checkpointing": True,
        },
    ),
)


def find_preference_preset(name: str) -> PreferencePreset:
    """The preset of that name.

    Raises:
        NotFound: there is none; the sentence lists those that exist.
    """
    for preset in PREFERENCE_PRESETS:
        if preset.name == name:
            return preset
    known = ", ".join(preset.name for preset in PREFERENCE_PRESETS)
    raise NotFound(f"There is no preset {name!r} for preference trainings. Known: {known}.")
