"""What to change where a training does not fit, and what other settings would take: both found by estimating them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.errors import BadInput
from studio.training.estimate.estimator import Badge, Estimate, Estimator
from studio.training.settings.spec import TrainSpec

_LENGTHS = (4096, 2048, 1024, 512, 256, 128, 64)
_LONGEST = 32_768  # that a training takes


@dataclass(frozen=True)
class Advice:
    """Settings with which it fits, and the estimate for them."""

    changes: Mapping[str, Any]
    estimate: Estimate

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "changes": dict(self.changes),
            "badge": self.estimate.badge.value,
            "peak_memory_mb": round(self.estimate.peak_mb, 1),
            "seconds": round(self.estimate.seconds, 1),
        }


@dataclass(frozen=True)
class WhatIf:
    """One line of the table: settings, and what they take. `chosen` are those of the form."""

    estimate: Estimate
    chosen: bool

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        spec = self.estimate.spec
        return {
            "per_device_train_batch_size": spec.per_device_train_batch_size,
            "gradient_accumulation_steps": spec.gradient_accumulation_steps,
            "max_length": spec.max_length,
            "load_in_4bit": spec.load_in_4bit,
            "chosen": self.chosen,
            "badge": self.estimate.badge.value,
            "peak_memory_mb": round(self.estimate.peak_mb, 1),
            "steps": self.estimate.steps,
            "seconds": round(self.estimate.seconds, 1),
        }


def advise(estimator: Estimator, estimate: Estimate) -> Advice | None:
    """The least change with which the training fits; None where it fits as it is, or no change of settings makes it fit.

    Tried in order, from what changes nothing about what is learned to what does: smaller batches with as many rows a step, activations computed
    again, weights in 4 bit, all of them, and then shorter rows as well.
    """
    if estimate.badge is Badge.FITS:
        return None
    for changes in _candidates(estimate.spec):
        changed = _estimated(estimator, estimate.spec.model_copy(update=dict(changes)))
        if changed is not None and changed.badge is Badge.FITS:
            return Advice(changes, changed)
    return None


def what_if(estimator: Estimator, spec: TrainSpec) -> list[WhatIf]:
    """Batch x accumulation with as many rows a step, for the chosen length and those beside it that change anything, with and without 4 bit."""
    longest = max(size.tokens for size in estimator.sizes(spec.model_copy(update={"max_length": _LONGEST})))
    lengths = sorted({spec.max_length, *_lengths_beside(spec.max_length, longest)})
    found = []
    for four_bit in (False, True):
        for length in lengths:
            for batch, accumulation in _splits(spec):
                changes = {
                    "per_device_train_batch_size": batch,
                    "gradient_accumulation_steps": accumulation,
                    "max_length": length,
                    "load_in_4bit": four_bit,
                }
                changed = spec.model_copy(update=changes)
                if (estimate := _estimated(estimator, changed)) is not None:
                    found.append(WhatIf(estimate, chosen=changed == spec))
    return found


def _estimated(estimator: Estimator, spec: TrainSpec) -> Estimate | None:
    """None where `max_length` would leave nothing to learn."""
    try:
        return estimator.estimate(spec)
    except BadInput:
        return None


def _lengths_beside(chosen: int, longest: int) -> list[int]:
    """Two that would cut rows, and one that would cut fewer."""
    shorter = [length for length in _LENGTHS if length < min(chosen, longest)][:2]
    return [*shorter, min(2 * chosen, _LONGEST)] if longest > chosen else shorter


def _splits(spec: TrainSpec) -> list[tuple[int, int]]:
    """The chosen batch and accumulation, and those beside it that make as many rows a step, the smallest batch first."""
    batch, accumulation = spec.per_device_train_batch_size, spec.gradient_accumulation_steps
    smaller = [(batch // part, accumulation * part) for part in (4, 2) if batch % part == 0 and accumulation * part <= 512]
    larger = [(batch * part, accumulation // part) for part in (2, 4) if accumulation % part == 0 and batch * part <= 512]
    return [*smaller, (batch, accumulation), *larger]


def _candidates(spec: TrainSpec) -> Iterator[Mapping[str, Any]]:
    batches = list(_smaller_batches(spec))
    again = {} if spec.gradient_checkpointing else {"gradient_checkpointing": True}
    four_bit = {} if spec.load_in_4bit else {"load_in_4bit": True}
    smallest = batches[-1] if batches else {}
    yield from batches
    for changes in (again, four_bit, {**again, **four_bit}):
        if changes:
            yield changes
            yield from ({**batch, **changes} for batch in batches)
    for length in _LENGTHS:
        if length < spec.max_length:
            yield {"max_length": length}
            yield {**smallest, **again, **four_bit, "max_length": length}


def _smaller_batches(spec: TrainSpec) -> Iterator[Mapping[str, Any]]:
    """Halves of the batch with as many rows a step; of one that can't be halved, single rows."""
    batch, accumulation = spec.per_device_train_batch_size, spec.gradient_accumulation_steps
    while batch > 1:
        part = 2 if batch % 2 == 0 else batch
        batch, accumulation = batch // part, accumulation * part
        if accumulation > 512:
            return
        yield {"per_device_train_batch_size": batch, "gradient_accumulation_steps": accumulation}
