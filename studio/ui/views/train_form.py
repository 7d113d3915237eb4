"""The form of a training: its settings as `TrainSpec` describes them, the plan that they make, and the equivalent command."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from studio.errors import BadInput
from studio.training.settings.presets import Preset
from studio.training.settings.setting_groups import SETTINGS
from studio.training.settings.spec import TrainSpec
from studio.ui.text import train as text
from studio.ui.text.train_validation import VALIDATIONS, VALIDATIONS_NOTE
from studio.ui.views.figures import count
from studio.workspace.datasets import Manifest

_SCHEMA: Mapping[str, Mapping[str, Any]] = TrainSpec.model_json_schema()["properties"]


@dataclass(frozen=True)
class Setting:
    """What a form needs to know of a setting. `kind` is boolean, integer, number or string, as in JSON Schema."""

    name: str
    kind: str
    label: str
    info: str
    choices: tuple[str, ...]
    step: float
    """What an arrow key adds: 1 for whole numbers, else one unit of the default's first digit."""


def describe_setting(name: str, properties: Mapping[str, Mapping[str, Any]] = _SCHEMA) -> Setting:
    """The setting as the spec's own field describes it; `properties` are those of its JSON schema."""
    schema = properties[name]
    kind, default = str(schema["type"]), schema.get("default")
    return Setting(
        name=name,
        kind=kind,
        label=_label(name),
        info=" ".join(part for part in (schema["description"], _range(schema), _default(default)) if part),
        choices=tuple(schema.get("enum", ())),
        step=1 if kind == "integer" else _unit(default),
    )


def dataset_choices(datasets: Sequence[Manifest]) -> list[tuple[str, str]]:
    """What the choice of datasets shows, and the ids that it means."""
    return [
        (text.DATASET_CHOICE.format(name=manifest.name, rows=count(manifest.rows, "row"), id=manifest.id), manifest.id)
        for manifest in datasets
    ]


def preset_html(preset: Preset) -> str:
    """When to take the preset."""
    return f'<p class="muted">{escape(preset.sentence)}</p>'


def filled_in(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values, if none is missing.

    Raises:
        BadInput: a field was left empty; the sentence names it.
    """
    for name, value in values.items():
        if value is None or value == "":
            raise BadInput(text.EMPTY_SETTING.format(name=name))
    return values


def train_command(dataset: str, preset: str, changes: Mapping[str, Any]) -> str:
    """The command that starts the same training: the preset, and only what differs from it."""
    words = ["python", "-m", "studio", "train", "--dataset", dataset, "--preset", preset]
    if "model" in changes:
        words += ["--model", str(changes["model"])]
    for name in SETTINGS:
        if name in changes:
            words += ["--set", f"{name}={plain_value(changes[name])}"]
    return shlex.join(words)


def plain_value(value: Any) -> str:
    """A setting's value as one types it: `true`, `16`, `0.002`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@dataclass(frozen=True)
class Plan:
    """What the settings amount to on a dataset. Counts are of rows and of optimizer steps."""

    rows: int
    held_out: int
    left_out: int
    spliced: int
    effective_batch: int
    steps_per_epoch: int
    steps: int


def make_plan(spec: TrainSpec, *, rows: int, held_out: int = 0, left_out: int = 0, spliced: int = 0) -> Plan:
    """The plan for `rows` rows, of which `held_out` and `left_out` are not trained, and `spliced` new ones.

    As transformers counts them (`Trainer.set_initial_training_values`): the last, smaller batch and the last, smaller
    accumulation are steps too.
    """
    learned = rows - held_out - left_out + spliced
    batches = math.ceil(learned / (spec.per_device_train_batch_size * spec.processes))
    per_epoch = max(math.ceil(batches / spec.gradient_accumulation_steps), 1)
    return Plan(
        rows=learned,
        held_out=held_out,
        left_out=left_out,
        spliced=spliced,
        effective_batch=spec.per_device_train_batch_size * spec.gradient_accumulation_steps * spec.processes,
        steps_per_epoch=per_epoch,
        steps=spec.max_steps if spec.max_steps > 0 else math.ceil(spec.num_train_epochs * per_epoch),
    )


def plan_html(spec: TrainSpec, plan: Plan) -> str:
    """Rows, effective batch, steps and validations, side by side."""
    note = text.STEPS_NOTE if spec.max_steps < 0 else text.STEPS_FIXED_NOTE
    rows = []
    if plan.held_out:
        rows.append(text.ROWS_HELD_OUT_NOTE.format(held_out=f"{plan.held_out:,}"))
    if plan.left_out:
        rows.append(text.ROWS_LEFT_OUT_NOTE.format(left_out=f"{plan.left_out:,}", most=f"{spec.rows_per_answer:,}"))
    if not rows:
        rows.append(text.ROWS_ALL_NOTE)
    if plan.spliced:
        rows.append(text.ROWS_SPLICED_NOTE.format(spliced=f"{plan.spliced:,}"))
    batch = text.EFFECTIVE_BATCH_NOTE.format(
        batch=spec.per_device_train_batch_size, accumulation=spec.gradient_accumulation_steps
    )
    if spec.processes > 1:
        batch += text.EFFECTIVE_BATCH_PROCESSES_NOTE.format(processes=f"{spec.processes:,}")
    steps = note.format(per_epoch=f"{plan.steps_per_epoch:,}", epochs=plain_value(spec.num_train_epochs))
    if spec.max_minutes:
        steps += text.STEPS_TIME_NOTE.format(minutes=plain_value(spec.max_minutes))
    figures = [
        (text.ROWS_LEARNED, f"{plan.rows:,}", ", ".join(rows)),
        (text.EFFECTIVE_BATCH, f"{plan.effective_batch:,}", batch),
        (text.STEPS, f"{plan.steps:,}", steps),
    ]
    if spec.validates and plan.held_out:
        items = f"{min(spec.validation_items, plan.held_out):,}"
        asked = VALIDATIONS_NOTE.format(items=items, held_out=f"{plan.held_out:,}", every=f"{spec.save_steps:,}")
        figures.append((VALIDATIONS, f"{1 + math.ceil(plan.steps / spec.save_steps):,}", asked))
    return figures_html(figures)


def figures_html(figures: Sequence[tuple[str, str, str]]) -> str:
    """Large numbers in cards, from (name, number, note)."""
    cards = (
        f'<div class="card"><p class="muted">{escape(name)}</p><p class="big">{escape(number)}</p>'
        f'<p class="muted">{escape(note)}</p></div>'
        for name, number, note in figures
    )
    return f'<div class="cards numbers">{"".join(cards)}</div>'


def problem_html(sentence: str) -> str:
    """Why the form can't be started as it is."""
    return f'<p class="failed" role="alert">{escape(sentence)}</p>'


def _label(name: str) -> str:
    words = " ".join(word for part in name.split("_") if (word := text.SETTING_WORDS.get(part, part)))
    return words[:1].upper() + words[1:]


def _range(schema: Mapping[str, Any]) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if above is not None and high is not None:
        return text.RANGE_ABOVE.format(low=_number(above), high=_number(high))
    if low is not None and below is not None:
        return text.RANGE_BELOW.format(low=_number(low), high=_number(below))
    if low is not None and high is not None:
        return text.RANGE.format(low=_number(low), high=_number(high))
    return ""


def _default(value: Any) -> str:
    return "" if value is None else text.DEFAULT.format(value=plain_value(value))


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else plain_value(value)


def _unit(default: Any) -> float:
    if isinstance(default, int | float) and default > 0:
        return float(10 ** math.floor(math.log10(default)))
    return 0.01
