"""How long a step takes here, found by taking some, and how many steps fit into the time that there is.

A learning-rate schedule must know its last step before the first. So a training that may take so many minutes is cut to what this
machine does in them before it begins, instead of being broken off on the way with the learning rate still high.
"""

from __future__ import annotations

import json
import math
import time
from itertools import islice
from pathlib import Path

from studio.training.trainer import SupportTrainer

_BATCHES = 12  # measured, after one that warms up
_OPTIMIZER = 1.1  # a step is some batches forward and back, and about a tenth for the optimizer, the log and the next batch


def fit_into_time(trainer: SupportTrainer, *, seconds: float) -> str | None:
    """Cut the trainer's steps to those that fit into `seconds`; a sentence about it if that was needed.

    At least one step is left. What the trainer will learn does not depend on the measurement: no weight is changed by it.
    """
    planned, pace = planned_steps(trainer), seconds_per_step(trainer)
    fitting = max(1, int(seconds / pace))
    if fitting >= planned:
        return None
    trainer.args.max_steps = fitting
    return f"A step takes {pace:.2f} s here: {fitting:,} of {planned:,} steps are made, so that the time is enough."


def planned_steps(trainer: SupportTrainer) -> int:
    """Optimizer steps of the trainer's settings, as transformers counts them."""
    if trainer.args.max_steps > 0:
        return int(trainer.args.max_steps)
    per_epoch = max(math.ceil(len(trainer.get_train_dataloader()) / trainer.args.gradient_accumulation_steps), 1)
    return math.ceil(float(trainer.args.num_train_epochs) * per_epoch)


def seconds_per_step(trainer: SupportTrainer) -> float:
    """Seconds of an optimizer step, from a few batches of the trainer's own, forward and back: seconds a token, times the mean step's tokens.

    Rows differ in length, so a few batches say how fast tokens go, and all rows how many there are.
    """
    tokens_before = trainer._total_train_tokens
    loader = trainer.get_train_dataloader()
    trainer.model.train()
    seconds, tokens = [], []
    for batch in islice(loader, _BATCHES + 1):
        started = time.monotonic()
        trainer.accelerator.backward(trainer.compute_loss(trainer.model, dict(batch)))
        seconds.append(time.monotonic() - started)
        tokens.append(int(batch["attention_mask"].sum()))
    trainer.model.zero_grad()
    trainer._total_train_tokens = tokens_before
    measured = slice(1 if len(seconds) > 1 else 0, None)
    mean_batch = sum(map(len, trainer.train_dataset["input_ids"])) / len(loader)
    batches = int(trainer.args.gradient_accumulation_steps)
    return sum(seconds[measured]) / sum(tokens[measured]) * mean_batch * batches * _OPTIMIZER


def steps_of_checkpoint(checkpoint: str) -> int:
    """How many steps the training that left this checkpoint was going to make."""
    return int(json.loads((Path(checkpoint) / "trainer_state.json").read_text(encoding="utf-8"))["max_steps"])
