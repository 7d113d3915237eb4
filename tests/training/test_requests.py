"""A training can be asked for like an earlier one."""

from __future__ import annotations

import pytest

from studio.errors import BadInput, NotFound
from studio.training.requests import settings_of, spec_like
from studio.training.settings.spec import TrainSpec
from studio.workspace.files import write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run


def test_it_has_the_settings_and_the_dataset_of_that_run_but_for_the_changes(workspace: Workspace, dataset: str) -> None:
    asked = TrainSpec(dataset=dataset, lora_rank=8, learning_rate=1e-4, preset="cpu-quick")
    run = create_run(workspace, asked.model_dump())
    assert spec_like(workspace, run.id, changes={}) == asked
    assert spec_like(workspace, run.id, changes={"lora_rank": 4}) == asked.model_copy(update={"lora_rank": 4})


def test_a_spec_of_another_version_is_understood(workspace: Workspace, dataset: str) -> None:
    run = create_run(workspace, TrainSpec(dataset=dataset).model_dump())
    spec = {**run.spec, "a_setting_that_is_gone": 3}
    del spec["spliced_copies"]
    write_json_atomically(run.folder / "spec.json", spec)
    assert settings_of(run) == TrainSpec(dataset=dataset)


def test_what_can_not_be_trained_again_is_one_sentence(workspace: Workspace, dataset: str) -> None:
    gone = create_run(workspace, TrainSpec(dataset="gone-0123").model_dump())
    with pytest.raises(NotFound, match="no dataset 'gone-0123'"):
        spec_like(workspace, gone.id, changes={})
    assert spec_like(workspace, gone.id, changes={"dataset": dataset}).dataset == dataset
    evaluation = create_run(workspace, {"job": "evaluation.evaluate"})
    with pytest.raises(BadInput, match="is no training"):
        spec_like(workspace, evaluation.id, changes={})
    with pytest.raises(BadInput, match="lora_rank = 0"):
        spec_like(workspace, gone.id, changes={"dataset": dataset, "lora_rank": 0})
