"""A training is cut to the time that there is before it begins, and what it learns does not depend on the measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from studio.chat.loading import Device
from studio.chat.tokenizer import load_tokenizer
from studio.jobs.progress import Reporter
from studio.jobs.queue import JobQueue
from studio.jobs.worker import work
from studio.training.learning.rows import tokenize
from studio.training.learning.trainer import SupportTrainer
from studio.training.requests import training_spec
from studio.training.running.pace import Pace, fit_into_time, measure_pace, planned_steps
from studio.training.settings.spec import TrainSpec
from studio.training.sft import build_trainer
from studio.workspace.checkpoints import kept_checkpoints
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run
from tests.support import make_rows

CPU = Device("cpu", torch.float32)


@pytest.fixture
def trainer(tiny_model: Path, workspace: Workspace) -> SupportTrainer:
    """Twelve steps: 16 rows, four a step, three times."""
    return make_trainer(tiny_model, workspace)


def make_trainer(model: Path, workspace: Workspace, **settings: Any) -> SupportTrainer:
    values = {"num_train_epochs": 3, "per_device_train_batch_size": 4, "gradient_accumulation_steps": 1, **settings}
    spec = TrainSpec(dataset="rows", attention="eager", **values)
    run = create_run(workspace, spec.model_dump())
    tokenizer = load_tokenizer(model)
    tokenized = tokenize(tokenizer, make_rows(), max_length=128)
    return build_trainer(spec, model, CPU, tokenizer, tokenized, run.folder, Reporter(run))


def losses(trainer: SupportTrainer) -> list[float]:
    trainer.train()
    return [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]


def test_steps_are_cut_to_those_that_fit(trainer: SupportTrainer) -> None:
    assert planned_steps(trainer) == 12
    note = fit_into_time(trainer, Pace(2.0, 2.0), seconds=11.0)
    assert note is not None and "5 of 12 steps" in note
    assert len(losses(trainer)) == 5


@pytest.mark.parametrize("seconds", [0.5, -3.0])
def test_one_step_is_left_when_no_time_is(trainer: SupportTrainer, seconds: float) -> None:
    fit_into_time(trainer, Pace(2.0, 2.0), seconds=seconds)
    assert planned_steps(trainer) == 1


def test_nothing_is_cut_when_the_time_is_enough(trainer: SupportTrainer) -> None:
    assert fit_into_time(trainer, measure_pace(trainer), seconds=3600) is None
    assert trainer.args.max_steps == -1 and planned_steps(trainer) == 12


def test_the_measurement_changes_nothing_that_is_learned(trainer: SupportTrainer, tiny_model: Path, workspace: Workspace) -> None:
    measured = measure_pace(trainer)
    assert 0 < measured.first < 30 and measured.again == measured.first
    assert trainer._total_train_tokens == 0
    assert losses(trainer) == losses(make_trainer(tiny_model, workspace))


@pytest.mark.parametrize(("seconds", "steps"), [(1.0, 1), (11.0, 5), (20.0, 10), (26.0, 16)])
def test_known_rows_have_a_pace_of_their_own(seconds: float, steps: int) -> None:
    assert Pace(2.0, 1.0).steps_in(seconds, first_pass=10) == steps


def test_frozen_layers_are_measured_with_rows_known_and_unknown(tiny_model: Path, workspace: Workspace) -> None:
    trainer = make_trainer(tiny_model, workspace, frozen_fraction=0.5)
    measured = measure_pace(trainer)
    assert measured.first != measured.again and min(measured.first, measured.again) > 0
    assert losses(trainer) == pytest.approx(losses(make_trainer(tiny_model, workspace, frozen_fraction=0.5)), abs=1e-5)


def test_a_resumed_training_keeps_the_steps_it_was_cut_to(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"num_train_epochs": 50, "per_device_train_batch_size": 4, "save_steps": 2, "max_minutes": 1}
    spec = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes=changes)
    run = create_run(tiny_workspace, spec.model_dump())
    with monkeypatch.context() as patched:
        patched.setattr("studio.training.sft.measure_pace", lambda _: Pace(5.0, 5.0))
        patched.setattr(SupportTrainer, "log", broken_at(5, SupportTrainer.log))
        assert work(run, tiny_workspace) is RunState.FAILED
    (checkpoint,) = (one for one in kept_checkpoints(run.folder) if one.step == 4)
    steps = checkpoint.max_steps
    assert 5 < steps < 12, "60 s less the start-up, 5 s a step"
    queue = JobQueue(tiny_workspace)
    queue.resume(run)
    assert queue.wait(run).result["steps"] == steps
    assert json.loads((run.folder / "spec.json").read_text())["max_minutes"] == 1


def broken_at(step: int, log: Any) -> Any:
    def breaking(self: SupportTrainer, *args: Any, **kwargs: Any) -> None:
        if self.state.global_step == step:
            raise RuntimeError("broken on purpose")
        log(self, *args, **kwargs)

    return breaking
