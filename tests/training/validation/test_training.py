"""A training is validated at every checkpoint; its best is kept, marked, known after a resume, and becomes the adapter; it may end early."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.jobs.queue import JobQueue
from studio.training.learning.trainer import SupportTrainer
from studio.training.requests import request_training, resume_training, training_spec
from studio.training.validation.asking import Validator
from studio.training.validation.outcome import Outcome
from studio.training.validation.told import Told, validations_of
from studio.workspace.checkpoints import kept_checkpoints
from studio.workspace.datasets import write_dataset
from studio.workspace.history import history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState
from tests.support import make_rows
from tests.training.support import HereLauncher
from tests.training.test_resuming import SETTINGS, losses, stopping_at

STEPS = 24  # 45 of 54 rows are trained, 12 batches: six steps, four times; a checkpoint every four
VALIDATED = {**SETTINGS, "hold_out_phrasings": 1, "validation_items": 6}
Script = Callable[[Mapping[int, int]], None]


@pytest.fixture
def queue(tiny_workspace: Workspace) -> JobQueue:
    return JobQueue(tiny_workspace, HereLauncher(tiny_workspace))


@pytest.fixture
def rows(tiny_workspace: Workspace) -> str:
    return write_dataset(tiny_workspace, make_rows(9, 6), name="rows", source="test").id


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """Decides how many of ten answers are right at a step; 0 where it says nothing."""
    now, right = [0], dict[int, int]()
    evaluate = SupportTrainer.evaluate

    def remember_step(self: SupportTrainer, *args: Any, **kwargs: Any) -> dict[str, float]:
        now[0] = self.state.global_step
        return evaluate(self, *args, **kwargs)

    monkeypatch.setattr(SupportTrainer, "evaluate", remember_step)
    monkeypatch.setattr(Validator, "validate", lambda *_: Outcome(right.get(now[0], 0), 10, loss=1.0))
    yield right.update


def start(queue: JobQueue, dataset: str, **changes: Any) -> Run:
    return request_training(
        queue, training_spec(queue.workspace, dataset=dataset, preset="cpu-demo", changes={**VALIDATED, **changes})
    )


def told(run: Run) -> Told:
    found = validations_of(history(run).metrics)
    assert found is not None
    return found


def weights(folder: Path) -> str:
    return hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()


def weights_by_step(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """The adapter in every checkpoint, as it is written."""
    seen: dict[int, str] = {}
    save = SupportTrainer._save_checkpoint

    def saved(self: SupportTrainer, *args: Any) -> None:
        save(self, *args)
        step = self.state.global_step
        seen[step] = weights(Path(str(self.args.output_dir)) / f"checkpoint-{step}")

    monkeypatch.setattr(SupportTrainer, "_save_checkpoint", saved)
    return seen


def test_the_base_model_and_every_checkpoint_are_validated(queue: JobQueue, rows: str) -> None:
    run = start(queue, rows)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    found = told(run)
    assert list(found.outcomes) == list(range(0, STEPS + 1, 4))
    assert all(one.items == 6 and one.loss > 0 and one.seconds > 0 for one in found.outcomes.values())
    assert found.newest[1].loss < found.outcomes[0].loss, "nothing was learned"
    last = list(run.events("metric"))[-1]
    assert last["eval_perplexity"] == pytest.approx(math.exp(last["eval_loss"]), rel=1e-3)
    result = run.status.result["validation"]
    assert result["best_step"] == result["adapter_step"] == found.best == last["best_step"]
    assert (result["passed"], result["items"]) == (found.outcomes[result["best_step"]].passed, 6)
    assert any("6 held-back phrasings are asked at every checkpoint" in note for note in history(run).notes)


def test_what_is_learned_does_not_depend_on_validating_it(queue: JobQueue, rows: str) -> None:
    with_it, without = start(queue, rows, keep_best=False), start(queue, rows, validation_items=0)
    assert losses(with_it) == losses(without)
    assert weights(with_it.folder / "adapter") == weights(without.folder / "adapter")
    assert validations_of(history(without).metrics) is None and "validation" not in without.status.result


def test_the_best_checkpoint_outlives_the_limit_and_becomes_the_adapter(
    queue: JobQueue, rows: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script({8: 9, 12: 3, 16: 5, 20: 4, 24: 8})
    by_step = weights_by_step(monkeypatch)
    with stopping_at(21):
        run = start(queue, rows)
    assert run.status.state is RunState.STOPPED
    assert [one.step for one in kept_checkpoints(run.folder)] == [21, 8], "the best was deleted, or not the newest beside it"
    assert weights(run.folder / "adapter") == by_step[8]
    resume_training(queue, run)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert told(run).best == 8
    assert weights(run.folder / "adapter") == by_step[8] != by_step[24]
    result = run.status.result["validation"]
    assert (result["best_step"], result["adapter_step"], result["passed"]) == (8, 8, 9)
    assert any("The adapter is that of step 8" in note for note in history(run).notes)


def test_the_last_step_stays_the_adapter_where_that_is_asked_for(
    queue: JobQueue, rows: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script({8: 9, 24: 1})
    by_step = weights_by_step(monkeypatch)
    run = start(queue, rows, keep_best=False)
    assert weights(run.folder / "adapter") == by_step[24]
    result = run.status.result["validation"]
    assert (result["best_step"], result["adapter_step"]) == (8, 24)


def test_a_resumed_run_is_the_unbroken_one_in_its_losses_and_its_best(queue: JobQueue, rows: str) -> None:
    unbroken = start(queue, rows)
    with stopping_at(8):
        run = start(queue, rows)
    resume_training(queue, run)
    assert losses(run) == pytest.approx(losses(unbroken), abs=5e-5)
    assert told(run).best == told(unbroken).best
    expected = {step: (one.passed, round(one.loss, 4)) for step, one in told(unbroken).outcomes.items()}
    assert {step: (one.passed, round(one.loss, 4)) for step, one in told(run).outcomes.items()} == expected
    assert weights(run.folder / "adapter") == weights(unbroken.folder / "adapter")


def test_a_run_that_goes_back_behind_its_best_has_the_best_of_what_is_left(queue: JobQueue, rows: str, script: Script) -> None:
    script({4: 5, 8: 3, 10: 9, 12: 2})
    with stopping_at(10):
        run = start(queue, rows)
    assert [one.step for one in kept_checkpoints(run.folder)] == [10, 8] and told(run).best == 10
    resume_training(queue, run, step=8)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert told(run).best == run.status.result["validation"]["best_step"] == 8


def test_a_training_that_gets_no_better_ends(queue: JobQueue, rows: str, script: Script) -> None:
    script({4: 6, 8: 5, 12: 6, 16: 9})
    run = start(queue, rows, early_stopping_patience=2)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert run.status.result["steps"] == 12 and run.status.result["validation"]["adapter_step"] == 4
    assert any("Ended early, at step 12 of 24" in note and "of step 4" in note for note in history(run).notes)


def test_patience_begins_anew_with_every_better_checkpoint_and_a_stop_does_not_use_it_up(
    queue: JobQueue, rows: str, script: Script
) -> None:
    script({4: 1, 8: 1, 12: 2, 16: 2, 20: 2})
    with stopping_at(10):
        run = start(queue, rows, early_stopping_patience=2)
    resume_training(queue, run)
    assert run.status.result["steps"] == 20


def test_what_is_discarded_is_not_validated_first(queue: JobQueue, rows: str) -> None:
    with stopping_at(8, keep=False):
        run = start(queue, rows)
    assert list(told(run).outcomes) == [0, 4]
    assert kept_checkpoints(run.folder) == [] and not (run.folder / "adapter").exists()


def test_families_with_one_phrasing_are_trained_whole_and_nothing_is_validated(
    queue: JobQueue, tiny_workspace: Workspace
) -> None:
    single = write_dataset(tiny_workspace, make_rows(9, 1), name="single", source="test").id
    run = start(queue, single, num_train_epochs=1)
    assert run.status.state is RunState.SUCCEEDED and run.status.result["rows"] == 9
    assert validations_of(history(run).metrics) is None


def test_phrasings_that_would_be_cut_are_not_asked_and_that_is_said(queue: JobQueue) -> None:
    rows = make_rows(9, 6)
    held = {(family * 6) + family % 6 for family in range(9)}
    long = [replace(row, messages=[{**row.messages[0], "content": "please " * 90}, row.messages[1]]) for row in rows]
    mixed = [long[index] if index in held else row for index, row in enumerate(rows)]
    dataset = write_dataset(queue.workspace, mixed, name="mixed", source="test").id
    run = start(queue, dataset, max_length=100, num_train_epochs=1)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert any("Nothing is validated: of the 9 rows" in note for note in history(run).notes)


@pytest.mark.model
@pytest.mark.slow
def test_a_training_in_four_bit_is_validated_too(workspace: Workspace, embedded_model: Path) -> None:
    workspace.model(embedded_model.name).symlink_to(embedded_model, target_is_directory=True)
    dataset = write_dataset(workspace, make_rows(3, 3), name="rows", source="test").id
    queue = JobQueue(workspace, HereLauncher(workspace))
    run = start(queue, dataset, load_in_4bit=True, max_steps=1, save_steps=1, gradient_accumulation_steps=1, validation_items=2)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert list(told(run).outcomes) == [0, 1]
