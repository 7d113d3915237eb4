"""What a person is told: what happened, at which step, what to change, and which checkpoint is kept."""

from __future__ import annotations

from typing import Any

import pytest

from studio.workspace.endings import Reached, explain, smaller
from studio.workspace.failures import Cause, Failure

TRAINING: dict[str, Any] = {
    "job": "training.sft", "per_device_train_batch_size": 8, "gradient_accumulation_steps": 2, "max_length": 512, "save_steps": 50,
    "gradient_checkpointing": False, "load_in_4bit": False,
}  # fmt: skip
AT_STEP_73 = Reached("training", 73, 120, checkpoint=50)


def test_a_killed_training_is_told_whole() -> None:
    failure = Failure(Cause.KILLED_FOR_MEMORY, "it had 3.9 GB of 4.0 GB")
    assert explain(failure, AT_STEP_73, TRAINING) == (
        "The system killed the process at step 73 of 120, most likely because the machine ran out of memory: it had 3.9 GB of 4.0 GB. "
        "End what else needs memory, or train again with less: set per_device_train_batch_size from 8 to 4 and "
        "gradient_accumulation_steps from 2 to 4, a smaller batch with as many rows a step. "
        "The checkpoint of step 50 is kept: a resumed run goes on from there."
    )


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_of_a_training_has_a_sentence_with_its_checkpoint(cause: Cause) -> None:
    said = explain(Failure(cause, "It said so."), AT_STEP_73, TRAINING)
    assert "checkpoint of step 50" in said and "{" not in said and "  " not in said
    if cause not in {Cause.SAID, Cause.DIVERGED}:
        assert "at step 73 of 120" in said


def test_a_diverged_training_is_not_advised_to_go_on_the_same_way() -> None:
    said = explain(Failure(Cause.DIVERGED, "The loss became nan at step 73."), AT_STEP_73, TRAINING)
    assert "from before that, is kept" in said and "would go the same way" in said


def test_without_a_checkpoint_the_remedy_is_to_write_one_earlier() -> None:
    said = explain(Failure(Cause.KILLED, "SIGKILL"), Reached("training", 3, 120), TRAINING)
    assert "No checkpoint was written yet (save_steps is 50)" in said


def test_while_the_model_is_loaded_a_smaller_batch_is_no_help() -> None:
    said = explain(Failure(Cause.OUT_OF_MEMORY), Reached("loading the model"), TRAINING)
    assert "while loading the model" in said and "load_in_4bit" in said and "batch" not in said and "checkpoint" not in said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "from 8 to 4 and gradient_accumulation_steps from 2 to 4"),
        ({"per_device_train_batch_size": 3}, "from 3 to 1 and gradient_accumulation_steps from 2 to 6"),
        ({"per_device_train_batch_size": 1}, "gradient_checkpointing"),
        ({"per_device_train_batch_size": 1, "gradient_checkpointing": True}, "max_length from 512 to 256"),
        ({"per_device_train_batch_size": 1, "gradient_checkpointing": True, "max_length": 128}, "load_in_4bit"),
        (
            {"per_device_train_batch_size": 1, "gradient_checkpointing": True, "max_length": 64, "load_in_4bit": True},
            "smaller base model",
        ),
    ],
)
def test_what_to_make_smaller_follows_the_settings(changes: dict[str, Any], words: str) -> None:
    assert words in smaller({**TRAINING, **changes})


def test_a_job_that_does_not_train_is_told_of_no_checkpoint_and_no_setting_of_a_training() -> None:
    evaluation = {"job": "evaluation.evaluate"}
    said = explain(Failure(Cause.OUT_OF_MEMORY), Reached("answering", 12, 280), evaluation)
    assert "while answering, at 12 of 280" in said and "checkpoint" not in said and "accumulation" not in said
    light = {"job": "dataset.import_job", "weight": "light"}
    assert "split the file" in explain(Failure(Cause.VANISHED), Reached(), light)


class TestReached:
    def test_the_newest_phase_and_its_progress_count(self) -> None:
        events = [
            {"kind": "phase", "name": "reading the dataset"},
            {"kind": "progress", "phase": "reading the dataset", "done": 5, "total": 5},
            {"kind": "phase", "name": "training"},
            {"kind": "progress", "phase": "training", "done": 10, "total": 120},
            {"kind": "metric", "step": 12, "loss": 1.0},
        ]
        assert Reached.by(events) == Reached("training", 12, 120)

    def test_what_an_earlier_attempt_did_does_not_count(self) -> None:
        events = [{"kind": "phase", "name": "training"}, {"kind": "metric", "step": 12}, {"kind": "error", "text": "x"}]
        assert Reached.by(events, checkpoint=10) == Reached(checkpoint=10)
        assert Reached.by([*events, {"kind": "phase", "name": "loading the model"}]).where == " while loading the model"

    def test_the_end_of_a_long_list_of_events_is_enough(self) -> None:
        assert Reached.by([{"kind": "metric", "step": 99_000}]).where == " at step 99,000"

    def test_events_that_are_not_as_they_should_be_are_passed_over(self) -> None:
        assert Reached.by([{"kind": "metric", "step": "x"}, {"kind": "progress"}, {"nothing": 1}]) == Reached()
