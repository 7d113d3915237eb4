"""How long a training's validations take (`studio.training.validation`): each asks held-back phrasings, once for the loss and once for an answer."""

from __future__ import annotations

import math

from studio.training.estimate.compute import LAYER_SECONDS
from studio.training.estimate.memory import Setup
from studio.training.estimate.workload import Workload

TOGETHER = 16
"""Conversations that are answered together, as in `studio.training.validation.asking`."""


def validation_seconds(setup: Setup, workload: Workload, flops: float) -> float:
    """Of one validation at so many operations a second; 0 where there is none.

    Rows that are held out are taken to be like those that are trained. An operation of reading them, and of a token that is written, is 2 for a parameter;
    a token of a batch takes at least what starting its layers' operations takes, which are not fused then.
    """
    spec = workload.spec
    if not spec.validates:
        return 0.0
    items, one = spec.validation_items, setup.architecture
    longest = [size for size in workload.sizes if size.learned > spec.opening_tokens] or workload.sizes
    tokens = sum(size.tokens for size in longest) / len(longest)
    answer = sum(size.learned for size in longest) / len(longest)
    batches = math.ceil(items / TOGETHER)
    operations = 2 * one.parameters * items * (2 * tokens + answer)
    return operations / flops + batches * answer * one.layers * LAYER_SECONDS[setup.on_gpu]


def validations(workload: Workload, steps: int) -> int:
    """How many there are in so many steps: of the base model, and of every checkpoint, the last one included."""
    return 1 + math.ceil(steps / workload.spec.save_steps) if workload.spec.validates else 0
