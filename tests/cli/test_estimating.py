"""`estimate` as a program."""

from __future__ import annotations

import pytest

from studio.workspace.layout import Workspace
from tests.cli.test_cli import answer, studio

PARTS = {"program", "weights", "adapter", "optimizer", "activations", "logits", "kept", "heap"}


def test_says_steps_time_memory_badge_and_what_if_as_json(tiny_workspace: Workspace, dataset: str) -> None:
    said = answer(
        "estimate", "--dataset", dataset, "--preset", "cpu-demo", "--set", "max_minutes=0", "--set", "num_train_epochs=2"
    )
    assert (said["dataset"], said["preset"], said["rows"], said["steps"]) == (dataset, "cpu-demo", 16, 4)
    assert said["badge"] == "fits" and said["advice"] is None and said["lengths"] == "measured" and said["time_from"] == "formula"
    assert set(said["memory_mb"]) == PARTS
    assert said["peak_memory_mb"] == pytest.approx(sum(said["memory_mb"].values()), abs=1)
    assert said["seconds"] > 0 and said["machine"]["memory_mb"] > 0
    (chosen,) = (line for line in said["what_if"] if line["chosen"])
    assert (chosen["per_device_train_batch_size"], chosen["max_length"], chosen["seconds"]) == (8, 512, said["seconds"])


def test_a_class_of_gpus_can_be_asked_for_and_what_is_advised_fits(tiny_workspace: Workspace, dataset: str) -> None:
    arguments = (
        "estimate",
        "--dataset",
        dataset,
        "--preset",
        "t4-quarter-hour",
        "--set",
        "load_in_4bit=false",
        "--machine",
        "t4",
    )
    said = answer(*arguments)
    assert (said["badge"], said["lengths"]) == ("too big", "approximate")
    assert said["advice"]["badge"] == "fits"
    changed = [word for name, value in said["advice"]["changes"].items() for word in ("--set", f"{name}={value}")]
    assert answer(*arguments, *changed)["badge"] == "fits"


def test_people_read_the_badge_the_parts_and_the_table(tiny_workspace: Workspace, dataset: str) -> None:
    done = studio("estimate", "--dataset", dataset)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Fits: ") and "activations" in done.stdout and "What other settings would take" in done.stdout


def test_a_wrong_dataset_setting_or_machine_is_one_line_and_exit_2(tiny_workspace: Workspace, dataset: str) -> None:
    for arguments, words in (
        (("--dataset", "none"), "no dataset 'none'"),
        (("--dataset", dataset, "--machine", "abacus"), "no machine 'abacus'"),
        (("--dataset", dataset, "--set", "lora_rank=0"), "lora_rank"),
        (("--dataset", dataset, "--set", "max_length=16"), "Raise max_length"),
    ):
        done = studio("estimate", *arguments, "--json")
        assert done.returncode == 2 and words in done.stderr and len(done.stderr.strip().splitlines()) == 1
        assert done.stdout == ""
