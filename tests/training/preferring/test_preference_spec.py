"""The settings of a preference training: ranges, combinations, groups and presets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.errors import BadInput, NotFound
from studio.training.preferring.presets import PREFERENCE_PRESETS, find_preference_preset
from studio.training.preferring.requests import preference_spec, preference_spec_like
from studio.training.preferring.spec import GROUPS, SETTABLE, PreferenceSpec, parse_preference_assignments, parse_preference_spec
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.run_trash import delete_run
from studio.workspace.runs import RunState, create_run
from tests.support import finished_training
from tests.training.preferring.support import marked, pairs


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"beta": 0}, "beta = 0 can't be used"),
        ({"method": "ppo"}, "method = 'ppo' can't be used"),
        ({"max_steps": 0}, "use -1 to train by epochs"),
        ({"loss_type": "kto"}, "loss_type kto is none of dpo's: use auto, or sigmoid, hinge, ipo"),
        ({"method": "kto", "loss_type": "ipo"}, "loss_type ipo is none of kto's"),
        ({"method": "kto", "per_device_train_batch_size": 1}, "set per_device_train_batch_size to 2 or more"),
        ({"method": "kto", "sft_weight": 0.5}, "sft_weight belongs to dpo"),
    ],
)
def test_what_can_not_be_used_is_one_sentence(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_preference_spec({"dataset": "d", **values})
    assert sentence in caught.value.message


def test_every_setting_has_a_group_and_a_sentence_and_fits_a_fine_tuning() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped)) and set(grouped) == SETTABLE - {"method"}
    assert all(PreferenceSpec.model_fields[name].description for name in SETTABLE)
    for preset in PREFERENCE_PRESETS:
        spec = PreferenceSpec(**{**preset.settings, "dataset": "d"})
        shared = spec.as_training()
        assert (shared.model, shared.max_length, shared.attention) == (spec.model, spec.max_length, spec.attention)
        assert preset.differences(preset.values()) == {}
    assert "Not run on a GPU yet" in find_preference_preset("prefer-gpu-24gb").sentence


def test_auto_is_the_loss_of_the_method() -> None:
    assert [PreferenceSpec(dataset="d", method=method).loss for method in ("dpo", "kto")] == ["sigmoid", "kto"]


def test_assignments_name_settings_only() -> None:
    assert parse_preference_assignments(["beta=0.3", "max_steps=5"]) == {"beta": "0.3", "max_steps": "5"}
    for wrong in ("beta", "frozen_fraction=0.5", "dataset=x"):
        with pytest.raises(BadInput):
            parse_preference_assignments([wrong])


class TestAsking:
    def test_the_start_decides_on_the_base_model(self, tiny_workspace: Workspace, tiny_adapter: Path) -> None:
        dataset = write_dataset(tiny_workspace, pairs(), name="votes", source="test").id
        run = finished_training(tiny_workspace, tiny_adapter, dataset)
        spec = preference_spec(tiny_workspace, dataset=dataset, preset="prefer-gpu-24gb", changes={"start": run.id})
        assert spec.model == "smollm2-135m-instruct" and spec.start == run.id
        with pytest.raises(BadInput, match="is an adapter for smollm2-135m-instruct, not for qwen2-7b-instruct"):
            preference_spec(
                tiny_workspace, dataset=dataset, preset="prefer-cpu", changes={"start": run.id, "model": "qwen2-7b-instruct"}
            )

    def test_an_unknown_start_or_preset_is_said(self, tiny_workspace: Workspace) -> None:
        dataset = write_dataset(tiny_workspace, pairs(), name="votes", source="test").id
        with pytest.raises(NotFound, match="no tuned model 'sft-gone'"):
            preference_spec(tiny_workspace, dataset=dataset, preset="prefer-cpu", changes={"start": "sft-gone"})
        with pytest.raises(NotFound, match="prefer-cpu, prefer-gpu-24gb"):
            preference_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes={})

    def test_a_merged_model_is_no_start(self, tiny_workspace: Workspace, tiny_adapter: Path) -> None:
        dataset = write_dataset(tiny_workspace, pairs(), name="votes", source="test").id
        folder = tiny_workspace.imported_models / "whole"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text('{"base_model": "smollm2-135m-instruct", "dataset": ""}')
        with pytest.raises(BadInput, match="imported as a merged model"):
            preference_spec(tiny_workspace, dataset=dataset, preset="prefer-cpu", changes={"start": "whole"})

    def test_the_same_again_with_a_change(self, tiny_workspace: Workspace) -> None:
        dataset = write_dataset(tiny_workspace, marked(), name="votes", source="test").id
        run = create_run(
            tiny_workspace,
            preference_spec(tiny_workspace, dataset=dataset, preset="prefer-cpu", changes={"method": "kto"}).model_dump(),
        )
        again = preference_spec_like(tiny_workspace, run.id, changes={"beta": "0.5"})
        assert again.method == "kto" and again.beta == 0.5 and again.dataset == dataset
        with pytest.raises(BadInput, match="no preference training"):
            preference_spec_like(tiny_workspace, create_run(tiny_workspace, {"job": "training.sft"}).id, changes={})


def test_what_was_trained_on_top_keeps_its_start_from_being_deleted(tiny_workspace: Workspace, tiny_adapter: Path) -> None:
    dataset = write_dataset(tiny_workspace, pairs(), name="votes", source="test").id
    start = finished_training(tiny_workspace, tiny_adapter, dataset)
    spec = preference_spec(tiny_workspace, dataset=dataset, preset="prefer-cpu", changes={"start": start.id})
    run = create_run(tiny_workspace, spec.model_dump())
    run.write_status(run.recorded.from_json({**run.recorded.to_json(), "state": RunState.SUCCEEDED}))
    with pytest.raises(BadInput, match="trained on top of"):
        delete_run(tiny_workspace, start.id)
    delete_run(tiny_workspace, run.id)
    delete_run(tiny_workspace, start.id)
