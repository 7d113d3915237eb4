"""The form of a preference training: its choices, the plan that its settings make, and the equivalent command."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from studio.training.preferring.judged import Judged
from studio.training.preferring.spec import BASE, GROUPS, PreferenceSpec
from studio.ui.text import train as form_text
from studio.ui.text import train_prefer as text
from studio.ui.views.train_form import Setting, describe_setting, figures_html, plain_value
from studio.workspace.adapters import TunedModel

SETTINGS: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)
"""The settings that the form shows, in their order."""

_SCHEMA: Mapping[str, Mapping[str, Any]] = PreferenceSpec.model_json_schema()["properties"]


def describe_preference_setting(name: str) -> Setting:
    """The setting as the spec's own field describes it."""
    return describe_setting(name, _SCHEMA)


def start_choices(models: Sequence[TunedModel]) -> list[tuple[str, str]]:
    """What a training can go on from, as the choice shows it, and its name: the tuned models, then the base model."""
    named = [(text.FROM_TUNED.format(run=model.run, model=model.base_model), model.run) for model in models]
    return [*named, (text.FROM_BASE, BASE)]


def preference_plan_html(spec: PreferenceSpec, judged: Judged) -> str:
    """Rows, effective batch and steps, side by side; steps as transformers counts them."""
    rows = judged.usable(spec.method)
    batch = spec.per_device_train_batch_size * spec.gradient_accumulation_steps
    per_epoch = max(math.ceil(math.ceil(rows / spec.per_device_train_batch_size) / spec.gradient_accumulation_steps), 1)
    steps = spec.max_steps if spec.max_steps > 0 else math.ceil(spec.num_train_epochs * per_epoch)
    note = form_text.STEPS_NOTE if spec.max_steps < 0 else form_text.STEPS_FIXED_NOTE
    name, about = (text.PAIRS, text.PAIRS_NOTE) if spec.method == "dpo" else (text.ANSWERS, text.ANSWERS_NOTE)
    accumulated = form_text.EFFECTIVE_BATCH_NOTE.format(
        batch=spec.per_device_train_batch_size, accumulation=spec.gradient_accumulation_steps
    )
    return figures_html(
        [
            (name, f"{rows:,}", about),
            (form_text.EFFECTIVE_BATCH, f"{batch:,}", accumulated),
            (
                form_text.STEPS,
                f"{steps:,}",
                note.format(per_epoch=f"{per_epoch:,}", epochs=plain_value(spec.num_train_epochs)),
            ),
        ]
    )


def prefer_command(spec: PreferenceSpec, changes: Mapping[str, Any]) -> str:
    """The command that starts the same training: the preset, and only what differs from it."""
    words = ["python", "-m", "studio", "prefer", "--dataset", spec.dataset, "--from", spec.start, "--method", spec.method]
    words += ["--preset", spec.preset]
    for name in SETTINGS:
        if name in changes:
            words += ["--set", f"{name}={plain_value(changes[name])}"]
    return shlex.join(words)
