"""A training that has a time to end keeps to it, though a machine that does other work meanwhile is now slower, now faster than it was measured.

Before the first step the plan is made from a measurement (`studio.training.running.pace`). On the way the steps that were made are held
against it, and the last step moves; the learning rate, which falls towards the last step, falls faster or slower from there on.
"""

from __future__ import annotations

import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import ExportableState

from studio.training.learning.trainer import SupportTrainer
from studio.training.running.pace import Pace
from studio.training.running.pauses import Pauses
from studio.training.together import agreed

_EVERY = 50  # steps between two looks at the clock,
_LEAST = 10  # or, where only a few are planned, a quarter of them, of which fewer than ten say little: the machine may have been busy just while it was measured
_WORTH_MOVING = 0.02  # of the steps that are left: less is noise


class KeepTime(TrainerCallback):
    """Moves a training's last step so that it ends `seconds` from now.

    Args:
        pace: seconds of a step as they were measured.
        first_pass: steps that go over rows for the first time.
        most: steps that are never exceeded.
        seconds: that are left.
        pauses: of the training, which take their part of them and say nothing about a step's pace.
    """

    def __init__(self, pace: Pace, *, first_pass: int, most: int, seconds: float, pauses: Pauses | None = None) -> None:
        self._pace, self._first_pass, self._most = pace, first_pass, most
        self._pauses = pauses or Pauses()
        self._paused_before = self._pauses.spent
        self._every = _EVERY
        self._begun = time.monotonic()
        self._end = self._begun + seconds

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """How often to look."""
        self._every = min(_EVERY, max(_LEAST, state.max_steps // 4))

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, lr_scheduler: Any = None, **_: Any
    ) -> None:
        """Every 50 steps, more often where there are few: how much slower than measured all were so far, and what that leaves. A slow minute moves the end a little, not for good."""
        step, now = state.global_step, time.monotonic()
        if step % self._every or step >= state.max_steps:
            return
        at_work = now - self._begun - (self._pauses.spent - self._paused_before)
        slowdown = at_work / self._measured(step)
        pace = Pace(self._pace.first * slowdown, self._pace.again * slowdown).plus(self._pauses.seconds_a_step)
        left = pace.steps_in(self._end - now - self._pauses.newest, first_pass=max(self._first_pass - step, 0))
        last = agreed(lambda: min(step + left, self._most))
        if abs(last - state.max_steps) > _WORTH_MOVING * (state.max_steps - step):
            state.max_steps = last
            _move_end(lr_scheduler, last)

    def _measured(self, steps: int) -> float:
        """Seconds that the first steps take at the measured pace."""
        first = min(steps, self._first_pass)
        return first * self._pace.first + (steps - first) * self._pace.again


class KeptSchedule(TrainerCallback, ExportableState):
    """Carries the schedule of the learning rate through a checkpoint: one whose end was moved keeps the warm-up that was planned for another end."""

    def __init__(self, trainer: SupportTrainer) -> None:
        self._trainer = trainer

    def state(self) -> dict[str, Any]:
        """In the form in which a checkpoint keeps the state of callbacks."""
        return {"args": {}, "attributes": {"schedules": [dict(one) for one in _schedules(self._trainer.lr_scheduler)]}}

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Take over what the checkpoint kept; one of an earlier version kept nothing."""
        kept = state.stateful_callbacks.setdefault(type(self).__name__, self.state())
        if state.global_step:
            for keywords, was in zip(_schedules(self._trainer.lr_scheduler), kept["attributes"]["schedules"], strict=True):
                keywords.update(was)


def _move_end(lr_scheduler: Any, last: int) -> None:
    """Let the learning rate end at that step."""
    for keywords in _schedules(lr_scheduler):
        if "num_training_steps" in keywords:
            keywords["num_training_steps"] = last


def _schedules(lr_scheduler: Any) -> list[dict[str, Any]]:
    """What the schedule of each group of parameters depends on: transformers' schedules are partial functions of a step, with these as keywords."""
    scheduler = getattr(lr_scheduler, "scheduler", lr_scheduler)
    return [schedule.keywords for schedule in getattr(scheduler, "lr_lambdas", ()) if hasattr(schedule, "keywords")]
