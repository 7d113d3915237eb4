"""Tuned models are found by name, whether a training left them or they come with the studio."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from studio.errors import NotFound
from studio.evaluation.spec import resolve
from studio.workspace.adapters import find_tuned, shipped_models, trained_models, tuned_models
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run

BASE_MODEL = "smollm2-135m-instruct"


@pytest.fixture
def stocked(workspace: Workspace, tmp_path: Path) -> Workspace:
    """A workspace whose samples hold one adapter, `fourteen`."""
    folder = tmp_path / "samples" / "adapters" / "fourteen"
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "manifest.json").write_text(json.dumps({"base_model": BASE_MODEL, "dataset": "samples-1"}))
    return replace(workspace, samples=tmp_path / "samples")


def train(workspace: Workspace, *, adapter: bool = True) -> str:
    run = create_run(workspace, {"job": "training.sft", "model": BASE_MODEL, "dataset": "mine-1"})
    if adapter:
        (run.folder / "adapter").mkdir()
        (run.folder / "adapter" / "adapter_config.json").write_text("{}")
    return run.id


def test_trained_models_come_before_those_that_ship(stocked: Workspace) -> None:
    run = train(stocked)
    train(stocked, adapter=False)
    assert [model.run for model in trained_models(stocked)] == [run]
    assert [(model.run, model.shipped) for model in tuned_models(stocked)] == [(run, False), ("fourteen", True)]


def test_a_shipped_model_is_found_and_evaluated_by_its_name(stocked: Workspace) -> None:
    found = find_tuned(stocked, "fourteen")
    assert found.base_model == BASE_MODEL and found.dataset == "samples-1"
    assert resolve(stocked, ["base", "fourteen"], BASE_MODEL)[1].adapter == found.adapter
    with pytest.raises(NotFound, match="'fourteen' was trained on"):
        resolve(stocked, ["fourteen"], "qwen2-7b-instruct")


def test_an_unknown_name_is_refused_with_those_that_exist(stocked: Workspace) -> None:
    with pytest.raises(NotFound, match=r"no tuned model 'nothing'\. Known: base, fourteen"):
        find_tuned(stocked, "nothing")


def test_samples_without_adapters_ship_none(workspace: Workspace, tmp_path: Path) -> None:
    assert shipped_models(replace(workspace, samples=tmp_path)) == []
