"""`prefer` as a program: the run, the check, and what is said where it can't start."""

from __future__ import annotations

from pathlib import Path

from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import list_runs
from tests.cli.test_cli import answer, studio
from tests.support import finished_training
from tests.training.preferring.support import marked, pairs


def votes(workspace: Workspace) -> str:
    return write_dataset(workspace, pairs(), name="votes", source="test").id


def test_a_tuned_model_goes_on_from_pairs_and_is_a_tuned_model_again(
    tiny_workspace: Workspace, tiny_adapter: Path, dataset: str
) -> None:
    start = finished_training(tiny_workspace, tiny_adapter, dataset)
    made = answer("prefer", "--dataset", votes(tiny_workspace), "--from", start.id, "--set", "max_steps=3")
    assert made["state"] == "succeeded" and made["steps"] == 3 and made["reward_margin"] is not None
    assert made["run"] in [one["model"] for one in answer("models")["tuned"]]
    again = studio("prefer", "--like", made["run"], "--method", "kto", "--set", "max_steps=1")
    assert again.returncode == 0, again.stderr
    assert "is done" in again.stdout and "reward margin" in again.stdout


def test_the_check_says_what_there_is_and_starts_nothing(tiny_workspace: Workspace) -> None:
    dataset = votes(tiny_workspace)
    checked = answer("prefer", "--dataset", dataset, "--from", "base", "--method", "kto", "--check")
    assert checked["rows"] == 16 and checked["blocks"] is False and "memory" in checked["checks"]
    assert list_runs(tiny_workspace) == []


def test_a_dataset_of_the_wrong_kind_is_exit_2_with_what_to_do(tiny_workspace: Workspace, dataset: str) -> None:
    plain = studio("prefer", "--dataset", dataset, "--from", "base")
    assert plain.returncode == 2 and "nobody has judged" in plain.stderr and "Arena" in plain.stderr
    single = write_dataset(tiny_workspace, marked(), name="marks", source="test").id
    refused = studio("prefer", "--dataset", single, "--from", "base")
    assert refused.returncode == 2 and "Take the method kto" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1 and list_runs(tiny_workspace) == []


def test_what_to_go_on_from_must_be_named(tiny_workspace: Workspace) -> None:
    done = studio("prefer", "--dataset", votes(tiny_workspace))
    assert done.returncode == 2 and "--from" in done.stderr
