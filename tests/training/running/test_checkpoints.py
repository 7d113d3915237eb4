"""Which checkpoints of a run count, and from which it goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.errors import BadInput
from studio.training.running.checkpoints import (
    ask_to_go_on_from,
    checkpoint_to_go_on_from,
    forget_request,
)
from studio.workspace.checkpoints import kept_checkpoints, newest_checkpoint
from studio.workspace.runs import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run that keeps the checkpoints of the steps 8, 10 and 12."""
    for step in (8, 10, 12):
        leave(tmp_path, step, json.dumps({"global_step": step, "max_steps": 40}))
    return Run(tmp_path)


def leave(folder: Path, step: int, state: str | None) -> None:
    checkpoint = folder / "checkpoints" / f"checkpoint-{step}"
    checkpoint.mkdir(parents=True)
    if state is not None:
        (checkpoint / "trainer_state.json").write_text(state)


def steps(run: Run) -> list[int]:
    return [checkpoint.step for checkpoint in kept_checkpoints(run.folder)]


def test_a_run_without_checkpoints_begins(tmp_path: Path) -> None:
    assert newest_checkpoint(tmp_path) is None and checkpoint_to_go_on_from(tmp_path) is None


@pytest.mark.parametrize("state", [None, "", '{"global_step": 14, "max_st', "[]", '{"global_step": 14}'])
def test_a_torn_checkpoint_gives_way_to_the_one_before_it(run: Run, state: str | None) -> None:
    leave(run.folder, 14, state)
    newest = newest_checkpoint(run.folder)
    assert newest is not None and (newest.step, newest.max_steps) == (12, 40)
    assert newest.folder == run.folder / "checkpoints" / "checkpoint-12"


def test_the_asked_checkpoint_is_gone_on_from_once_and_later_ones_are_removed(run: Run) -> None:
    ask_to_go_on_from(run, 10)
    assert steps(run) == [12, 10, 8], "nothing is removed before the training goes on"
    checkpoint = checkpoint_to_go_on_from(run.folder)
    assert checkpoint is not None and checkpoint.step == 10 and steps(run) == [10, 8]
    leave(run.folder, 11, json.dumps({"global_step": 11, "max_steps": 40}))
    again = checkpoint_to_go_on_from(run.folder)
    assert again is not None and again.step == 11, "a killed training goes on from where it came to, not from what was asked once"


def test_a_request_can_be_forgotten(run: Run) -> None:
    ask_to_go_on_from(run, 8)
    forget_request(run)
    checkpoint = checkpoint_to_go_on_from(run.folder)
    assert checkpoint is not None and checkpoint.step == 12 and steps(run) == [12, 10, 8]


def test_a_step_without_a_checkpoint_can_not_be_asked_for(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="steps 8, 10, 12"):
        ask_to_go_on_from(run, 9)
    empty = Run(tmp_path / "empty")
    empty.folder.mkdir()
    with pytest.raises(BadInput, match="It keeps none"):
        ask_to_go_on_from(empty, 9)
