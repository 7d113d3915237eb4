"""Settings are checked before anything starts, and the sentence names the setting, the value and the range."""

from __future__ import annotations

import pytest

from studio.errors import BadInput, NotFound
from studio.training.requests import training_spec
from studio.training.settings.presets import PRESETS, find_preset
from studio.training.settings.spec import parse_assignments, parse_spec
from studio.workspace.layout import Workspace


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("learning_rate", 0, "learning_rate = 0 can't be used"),
        ("learning_rate", 10, "less than or equal to 0.05"),
        ("lora_rank", 0, "lora_rank = 0 can't be used"),
        ("per_device_train_batch_size", -1, "greater than or equal to 1"),
        ("num_train_epochs", "many", "a valid number"),
        ("max_steps", 0, "max_steps 0 trains nothing"),
        ("lr_scheduler_type", "sometimes", "'cosine'"),
        ("unknown", 1, "unknown = 1"),
    ],
)
def test_a_bad_value_is_one_clear_sentence(setting: str, value: object, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        parse_spec({"dataset": "d", setting: value})
    assert "\n" not in caught.value.message


def test_assignments_become_numbers() -> None:
    values = parse_assignments(["learning_rate=1e-3", "lora_rank=8", "load_in_4bit=true"])
    spec = parse_spec({"dataset": "d", **values})
    assert (spec.learning_rate, spec.lora_rank, spec.load_in_4bit) == (1e-3, 8, True)


@pytest.mark.parametrize("assignment", ["learning_rate", "speed=3", "job=evil"])
def test_an_assignment_that_sets_nothing_is_refused(assignment: str) -> None:
    with pytest.raises(BadInput):
        parse_assignments([assignment])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_a_valid_spec_with_a_sentence(preset) -> None:
    assert parse_spec({**preset.settings, "dataset": "d", "preset": preset.name})
    assert preset.sentence.endswith(".")


def test_what_does_not_exist_is_named_before_a_run_is_made(workspace: Workspace, dataset: str) -> None:
    with pytest.raises(NotFound, match="no dataset 'other'"):
        training_spec(workspace, dataset="other", preset="cpu-demo", changes={})
    with pytest.raises(NotFound, match="no model 'gpt'"):
        training_spec(workspace, dataset=dataset, preset="cpu-demo", changes={"model": "gpt"})
    with pytest.raises(NotFound, match="no preset"):
        find_preset("fastest")
    assert list(workspace.runs.iterdir()) == []
