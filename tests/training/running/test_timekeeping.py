"""A training that has a time to end keeps to it on a machine that is slower or faster than it was measured."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from transformers import TrainerCallback

from studio.training.learning.trainer import SupportTrainer
from studio.training.running import timekeeping
from studio.training.running.pace import Pace, fit_into_time, steps_of_a_pass
from studio.training.running.timekeeping import KeepTime
from studio.workspace.layout import Workspace
from tests.training.running.test_pace import make_trainer


class Clock(TrainerCallback):
    """A clock that a step moves on, by other seconds from some step on."""

    def __init__(self, seconds: float, *, later: float, since: int) -> None:
        self.now, self._seconds, self._later, self._since = 100.0, seconds, later, since

    def on_step_begin(self, args: object, state: SimpleNamespace, control: object, **_: object) -> None:  # type: ignore[override]
        self.now += self._seconds if state.global_step < self._since else self._later

    def monotonic(self) -> float:
        return self.now


def timed(
    model: Path,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
    *,
    seconds: float,
    epochs: int,
    every: int = 2,
) -> tuple[SupportTrainer, float]:
    """A training that was measured at a second a step, and how long it took by that clock."""
    monkeypatch.setattr(timekeeping, "time", clock)
    monkeypatch.setattr(timekeeping, "_EVERY", every)
    trainer = make_trainer(model, workspace, num_train_epochs=epochs)
    pace = Pace(1.0, 1.0)
    fit_into_time(trainer, pace, seconds=seconds)
    first_pass = steps_of_a_pass(trainer)
    keep = KeepTime(pace, first_pass=first_pass, most=epochs * first_pass, seconds=seconds)
    trainer.callback_handler.callbacks[:0] = [clock]
    trainer.add_callback(keep)
    begun = clock.now
    trainer.train()
    return trainer, clock.now - begun


def final_rate(trainer: SupportTrainer) -> float:
    return float(trainer.lr_scheduler.get_last_lr()[0])


@pytest.mark.parametrize(("later", "steps"), [(2.0, range(18, 22)), (4.0, range(13, 18)), (1.0, range(28, 31))])
def test_it_ends_in_time_with_the_learning_rate_at_its_end(
    tiny_model: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, later: float, steps: range
) -> None:
    clock = Clock(1.0, later=later, since=10)
    trainer, took = timed(tiny_model, workspace, monkeypatch, clock, seconds=30.0, epochs=30)
    assert trainer.state.global_step in steps
    assert took == pytest.approx(30.0, abs=2 * later)
    assert final_rate(trainer) == pytest.approx(0.0, abs=1e-9)


def test_a_machine_that_was_busy_only_while_it_was_measured_makes_all_steps_of_its_passes(
    tiny_model: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(0.1, later=0.1, since=0)
    trainer, _ = timed(tiny_model, workspace, monkeypatch, clock, seconds=14.0, epochs=4, every=50)
    assert trainer.state.global_step == 16, "14 were planned, and nobody looked again"
    assert final_rate(trainer) == pytest.approx(0.0, abs=1e-9)


def test_on_a_faster_machine_more_steps_are_made_up_to_the_passes_that_were_planned(
    tiny_model: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(0.5, later=0.5, since=0)
    trainer, took = timed(tiny_model, workspace, monkeypatch, clock, seconds=10.0, epochs=3)
    assert trainer.state.global_step == 12 and took == 6.0, "three passes of four steps"
    assert final_rate(trainer) == pytest.approx(0.0, abs=1e-9)
