"""`presets` lists what a training can start from, and a settings file starts the same training as its options would."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from studio.training.settings.presets import PRESETS, find_preset
from studio.training.settings.saved_presets import save_preset
from studio.workspace.layout import Workspace
from studio.workspace.runs import find_run, list_runs
from tests.cli.test_cli import answer, studio

QUICK = {"max_steps": 2, "lora_rank": 4, "per_device_train_batch_size": 4}


def test_the_studios_presets_and_the_saved_ones_are_listed(workspace: Workspace) -> None:
    save_preset(workspace, "mine", {**PRESETS[0].values(), "lora_rank": 4})
    listed = {one["name"]: one for one in answer("presets")["presets"]}
    assert list(listed) == [*(preset.name for preset in PRESETS), "mine"]
    assert listed["mine"]["saved"] and not listed["cpu-demo"]["saved"]
    assert listed["mine"]["settings"]["lora_rank"] == 4
    assert listed["t4-quarter-hour"]["settings"]["bnb_4bit_quant_type"] == "nf4"
    assert all(one["sentence"].endswith(".") for one in listed.values())
    shown = studio("presets").stdout
    assert "gpu-24gb" in shown and "mine" in shown


def test_a_preset_is_printed_as_a_file_that_train_takes(workspace: Workspace) -> None:
    done = studio("presets", "--yaml", "t4-quarter-hour")
    assert done.returncode == 0
    assert yaml.safe_load(done.stdout) == {"preset": "t4-quarter-hour", **find_preset("t4-quarter-hour").values()}
    assert answer("presets", "--yaml", "t4-quarter-hour")["yaml"] == done.stdout


def test_a_settings_file_starts_the_training_that_it_describes(tiny_workspace: Workspace, dataset: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"preset": "cpu-quick", "dataset": dataset, **QUICK}))
    trained = answer("train", "--settings", str(file), "--set", "lora_rank=2")
    spec = find_run(tiny_workspace, trained["run"]).spec
    assert (spec["preset"], spec["dataset"], spec["max_steps"], spec["lora_rank"]) == ("cpu-quick", dataset, 2, 2)
    assert trained["state"] == "succeeded" and trained["steps"] == 2


def test_a_llamafactory_file_says_what_it_could_not_take(tiny_workspace: Workspace, dataset: str, tmp_path: Path) -> None:
    file = tmp_path / "sft.yaml"
    names = {
        "stage": "sft",
        "model_name_or_path": "HuggingFaceTB/SmolLM2-135M-Instruct",
        "template": "default",
        "cutoff_len": 128,
    }
    file.write_text(yaml.safe_dump({**names, **QUICK, "learning_rate": 1e-3, "lr_scheduler_type": "cosine"}))
    done = studio("train", "--settings", str(file), "--dataset", dataset, "--json")
    assert done.returncode == 0, done.stderr
    assert "cutoff_len (here max_length)" in done.stderr and "template: the model's own chat template" in done.stderr
    (run,) = list_runs(tiny_workspace)
    assert (run.spec["max_length"], run.spec["lora_alpha"], run.spec["learning_rate"]) == (128, 8, 1e-3)


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        ("learning_rate: 10", [], "mine.yaml: learning_rate = 10 can't be used"),
        ("lora_rnk: 4", [], "Did you mean lora_rank?"),
        ("lora_rank: [", [], "mine.yaml is no YAML"),
        ("stage: dpo", [], "stage is dpo"),
        ("lora_rank: 4", ["--preset", "cpu-demo"], "not both"),
        ("lora_rank: 4", ["--dataset", "none"], "no dataset 'none'"),
    ],
)
def test_a_settings_file_that_can_not_be_used_is_one_line_and_no_run(
    workspace: Workspace, dataset: str, tmp_path: Path, content: str, arguments: list[str], words: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(content)
    dataset_option = [] if "--dataset" in arguments else ["--dataset", dataset]
    done = studio("train", "--settings", str(file), *dataset_option, *arguments)
    assert done.returncode == 2 and words in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert list_runs(workspace) == []


def test_a_preset_that_is_not_there_is_one_line_with_those_that_are(workspace: Workspace, dataset: str) -> None:
    done = studio("train", "--dataset", dataset, "--preset", "fastest")
    assert done.returncode == 2 and "Known: cpu-demo" in done.stderr
