"""What a validation takes is counted in a training's time, and never taken for the pace of its steps."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import TrainerCallback

from studio.jobs.progress import Reporter
from studio.training.running import pauses as pauses_module
from studio.training.running import timekeeping
from studio.training.running.callbacks import RunEvents
from studio.training.running.pace import Pace, fit_into_time, planned_steps, steps_of_a_pass
from studio.training.running.pauses import Pauses
from studio.training.running.timekeeping import KeepTime
from studio.training.settings.spec import TrainSpec
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run
from tests.training.running.test_pace import make_trainer

EVERY = 4


class Clock(TrainerCallback):
    """A second a step; and after every fourth a pause, which takes `pause` seconds."""

    def __init__(self, pauses: Pauses, *, pause: float) -> None:
        self.now, self._pauses, self._pause = 100.0, pauses, pause

    def on_step_begin(self, args: object, state: SimpleNamespace, control: object, **_: object) -> None:  # type: ignore[override]
        if state.global_step and state.global_step % EVERY == 0:
            self.rest()
        self.now += 1.0

    def rest(self) -> None:
        self.now += self._pause
        self._pauses.add(self._pause)

    def monotonic(self) -> float:
        return self.now


def test_its_clock_stands_still_in_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = Pauses(every=EVERY)
    clock = Clock(pauses, pause=3.0)
    monkeypatch.setattr(pauses_module, "time", clock)
    before = pauses.clock()
    clock.rest()
    assert pauses.clock() == before
    clock.now += 5.0
    assert pauses.clock() - before == 5.0
    assert (pauses.spent, pauses.newest, pauses.seconds_a_step) == (3.0, 3.0, 0.75)


def test_a_training_without_pauses_gives_no_time_to_them() -> None:
    assert Pauses().seconds_a_step == 0.0 and Pauses().to_come(100) == 0.0


@pytest.mark.parametrize("pause", [0.0, 2.0, 6.0])
def test_a_training_with_pauses_ends_in_time(
    tiny_model: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, pause: float
) -> None:
    pauses = Pauses(every=EVERY)
    clock = Clock(pauses, pause=pause)
    monkeypatch.setattr(timekeeping, "time", clock)
    monkeypatch.setattr(timekeeping, "_EVERY", 2)
    trainer = make_trainer(tiny_model, workspace, num_train_epochs=30)
    begun = clock.now
    clock.rest()  # the base model's, which tells how long one takes
    end, pace = begun + 60.0, Pace(1.0, 1.0)
    fit_into_time(trainer, pace.plus(pauses.seconds_a_step), seconds=end - clock.now - pauses.newest)
    planned, first_pass = planned_steps(trainer), steps_of_a_pass(trainer)
    keep = KeepTime(pace, first_pass=first_pass, most=30 * first_pass, seconds=end - clock.now, pauses=pauses)
    trainer.callback_handler.callbacks[:0] = [clock]
    trainer.add_callback(keep)
    trainer.train()
    clock.rest()  # of the last step
    assert trainer.state.global_step == pytest.approx(planned, abs=2), "a pause was taken for slow steps"
    assert 60.0 - 2 * pause - 3 <= clock.now - begun <= 60.0 + 1


def test_speed_is_that_of_the_steps_alone(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses = Pauses(every=EVERY)
    clock = Clock(pauses, pause=100.0)
    monkeypatch.setattr(pauses_module, "time", clock)
    run = create_run(workspace, TrainSpec(dataset="rows").model_dump())
    events = RunEvents(Reporter(run), pauses)
    arguments: Any = SimpleNamespace(fp16=False)
    state: Any = SimpleNamespace(global_step=1, log_history=[])
    clock.rest()
    clock.now += 2.0
    events.on_log(arguments, state, SimpleNamespace(), logs={"loss": 1.0, "num_tokens": 500.0})  # type: ignore[arg-type]
    (metric,) = run.events("metric")
    assert metric["tokens_per_second"] == 250.0
