"""A training that has a time to end keeps to it, though a machine that does other work meanwhile is now slower, now faster than it was measured.

Before the first step the plan is made from a measurement (`studio.training.pace`). On the way the steps that were made are held
against it, and the last step moves; the learning rate, which falls towards the last step, falls faster or slower from there on.
"""

from __future__ import annotations

import time
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from studio.training.pace import Pace

_EVERY = 50  # steps between two looks at the clock
_WORTH_MOVING = 0.02  # of the steps that are left: less is noise


class KeepTime(TrainerCallback):
    """Moves a training's last step so that it ends `seconds` from now.

    Args:
        pace: seconds of a step as they were measured.
        first_pass: steps that go over rows for the first time.
        most: steps that are never exceeded.
        seconds: that are left.
    """

    def __init__(self, pace: Pace, *, first_pass: int, most: int, seconds: float) -> None:
        self._pace, self._first_pass, self._most = pace, first_pass, most
        self._begun = time.monotonic()
        self._end = self._begun + seconds

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, lr_scheduler: Any = None, **_: Any
    ) -> None:
        """Every 50 steps: how much slower than measured all were so far, and what that leaves. A slow minute moves the end a little, not for good."""
        step, now = state.global_step, time.monotonic()
        if step % _EVERY or step >= state.max_steps:
            return
        slowdown = (now - self._begun) / self._measured(step)
        pace = Pace(self._pace.first * slowdown, self._pace.again * slowdown)
        left = pace.steps_in(self._end - now, first_pass=max(self._first_pass - step, 0))
        last = min(step + left, self._most)
        if abs(last - state.max_steps) > _WORTH_MOVING * (state.max_steps - step):
            state.max_steps = last
            _move_end(lr_scheduler, last)

    def _measured(self, steps: int) -> float:
        """Seconds that the first steps take at the measured pace."""
        first = min(steps, self._first_pass)
        return first * self._pace.first + (steps - first) * self._pace.again


def _move_end(lr_scheduler: Any, last: int) -> None:
    """Let the learning rate end at that step: transformers' schedules are partial functions of a step, with the number of all as a keyword."""
    scheduler = getattr(lr_scheduler, "scheduler", lr_scheduler)
    for schedule in getattr(scheduler, "lr_lambdas", ()):
        keywords = getattr(schedule, "keywords", {})
        if "num_training_steps" in keywords:
            keywords["num_training_steps"] = last
