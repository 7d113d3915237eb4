"""How long a step takes here, found by taking some, and how many steps fit into the time that there is.

A learning-rate schedule must know its last step before the first. So a training that may take so many minutes is cut to what this
machine does in them before it begins, instead of being broken off on the way with the learning rate still high. Where lower layers are frozen,
a row takes less time once it has been seen: the first pass and the others have a pace each.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from studio.training.learning.trainer import SupportTrainer

_BATCHES = 12  # measured, after one that warms up
_OPTIMIZER = 1.05  # a step is some batches forward and back, and a twentieth for the optimizer, the log and the next batch


@dataclass(frozen=True)
class Pace:
    """Seconds of an optimizer step: over rows that the trainer has not seen yet, and over those that it has."""

    first: float
    again: float

    def steps_in(self, seconds: float, *, first_pass: int) -> int:
        """How many steps fit into the time, `first_pass` of which are the first pass; at least one."""
        if seconds < first_pass * self.first:
            return max(1, int(seconds / self.first))
        return first_pass + int((seconds - first_pass * self.first) / self.again)

    def plus(self, seconds: float) -> Pace:
        """The pace with so many seconds more a step."""
        return Pace(self.first + seconds, self.again + seconds)


def fit_into_time(trainer: SupportTrainer, pace: Pace, *, seconds: float) -> str | None:
    """Cut the trainer's steps to those that fit into `seconds` at that pace; a sentence about it if that was needed. At least one step is left."""
    planned = planned_steps(trainer)
    fitting = pace.steps_in(seconds, first_pass=steps_of_a_pass(trainer))
    if fitting >= planned:
        return None
    trainer.args.max_steps = fitting
    return f"A step takes {pace.first:.2f} s here, and {pace.again:.2f} s once its rows are known: {fitting:,} of {planned:,} steps are made, so that the time is enough."


def steps_of_a_pass(trainer: SupportTrainer) -> int:
    """Optimizer steps of one pass over the rows."""
    return max(math.ceil(len(trainer.get_train_dataloader()) / trainer.args.gradient_accumulation_steps), 1)


def planned_steps(trainer: SupportTrainer) -> int:
    """Optimizer steps of the trainer's settings, as transformers counts them."""
    if trainer.args.max_steps > 0:
        return int(trainer.args.max_steps)
    return math.ceil(float(trainer.args.num_train_epochs) * steps_of_a_pass(trainer))


def measure_pace(trainer: SupportTrainer) -> Pace:
    """The pace over a few batches of the trainer's own, forward and back, twice each: seconds a token, times the mean step's tokens.

    What the trainer will learn does not depend on the measurement: no weight is changed by it. Rows differ in length, so a few batches say how fast tokens go, and all rows how many there are.
    """
    tokens_before = trainer._total_train_tokens
    loader = trainer.get_train_dataloader()
    trainer.model.train()
    batches = list(islice(loader, _BATCHES + 1))
    tokens = [int(batch["attention_mask"].sum()) for batch in batches]
    first = [_seconds(trainer, batch) for batch in batches]
    again = first if trainer.frozen is None else [_seconds(trainer, batch) for batch in batches]
    trainer.model.zero_grad()
    trainer._total_train_tokens = tokens_before
    measured = slice(1 if len(batches) > 1 else 0, None)
    mean_batch = sum(map(len, trainer.train_dataset["input_ids"])) / (len(loader) * trainer.accelerator.num_processes)
    tokens_per_step = mean_batch * int(trainer.args.gradient_accumulation_steps) * _OPTIMIZER
    return Pace(*(sum(times[measured]) / sum(tokens[measured]) * tokens_per_step for times in (first, again)))


def _seconds(trainer: SupportTrainer, batch: Mapping[str, Any]) -> float:
    started = time.monotonic()
    trainer.accelerator.backward(trainer.compute_loss(trainer.model, dict(batch)))
    return time.monotonic() - started
