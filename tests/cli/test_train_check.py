"""`train --check` as a program: findings, exit 0 or 2, and no run."""

from __future__ import annotations

import json

from studio.chat.catalog import find_model
from studio.dataset.tokens.lengths import dataset_lengths
from studio.workspace.datasets import Row, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import list_runs
from tests.cli.test_cli import answer, studio
from tests.conftest import EMBEDDED


def identity(workspace: Workspace) -> str:
    rows = [
        Row([{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "I am {{name}}."}], source="identity.json")
    ]
    return write_dataset(workspace, rows, name="identity", source="test").id


def test_a_sound_training_is_exit_0_and_nothing_is_started(tiny_workspace: Workspace, dataset: str) -> None:
    checked = answer("train", "--dataset", dataset, "--check")
    assert checked["blocks"] is False and checked["findings"] == [] and checked["not_checked"] == {}
    assert {"end_of_turn", "trained_tokens", "memory", "disk", "four_bit"} <= set(checked["checks"])
    assert list_runs(tiny_workspace) == []


def test_what_blocks_is_exit_2_with_the_sentence(tiny_workspace: Workspace) -> None:
    dataset = identity(tiny_workspace)
    done = studio("train", "--dataset", dataset, "--check", "--json")
    assert done.returncode == 2, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["level"], finding["check"]) == ("error", "placeholders") and "{{name}}" in finding["sentence"]
    assert list_runs(tiny_workspace) == []


def test_people_see_a_line_for_each_finding(tiny_workspace: Workspace, dataset: str) -> None:
    limit = max(dataset_lengths(tiny_workspace, dataset, find_model(EMBEDDED)).tokens) - 1
    done = studio(
        "train", "--dataset", dataset, "--check", "--set", f"max_length={limit}", "--set", "attention=flash_attention_2"
    )
    assert done.returncode == 2, done.stderr
    assert "✘ blocks: flash_attention_2 needs a GPU" in done.stdout
    assert "! warning: " in done.stdout and "longer than max_length" in done.stdout
    assert "Something blocks the training." in done.stdout and "Traceback" not in done.stderr


def test_a_setting_out_of_range_is_still_one_line(tiny_workspace: Workspace, dataset: str) -> None:
    done = studio("train", "--dataset", dataset, "--check", "--set", "learning_rate=10")
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1
