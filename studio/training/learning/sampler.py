"""The order of rows: batches of rows of a similar length, in random order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

POOL = 50
"""Batches whose rows are sorted together: little padding, and a row meets other rows in every pass."""


class LengthGroupedSampler:
    """A sampler for PyTorch's DataLoader: batches of rows of a similar length, the batches in random order.

    transformers' own "group_by_length" leaves the batches of a pool sorted, longest first: rows of one kind come all together, the
    loss swings, and what the last rows taught is forgotten under the next.

    Args:
        lengths: tokens of every row.
        batch_size: rows of a batch, over all devices.
        seed: of the order; each epoch has its own, so that a training that is resumed goes on in the order it would have had.
    """

    def __init__(self, lengths: Sequence[int], *, batch_size: int, seed: int) -> None:
        self._lengths = lengths
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate at the start of every epoch, a resumed one too."""
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        chance = random.Random(f"{self._seed}/{self._epoch}")
        order = chance.sample(range(len(self._lengths)), len(self._lengths))
        batches = batches_of_similar_length(order, self._lengths, self._batch_size)
        rest = [batches.pop()] if batches and len(batches[-1]) < self._batch_size else []  # last, or it would shift all others
        chance.shuffle(batches)
        return (index for batch in batches + rest for index in batch)


def batches_of_similar_length(order: Sequence[int], lengths: Sequence[int], batch_size: int) -> list[Sequence[int]]:
    """The rows of a random order in batches that need little padding, longer and shorter ones by turns of `POOL`; the last may be smaller."""
    pool = batch_size * POOL
    return [
        alike[begin : begin + batch_size]
        for start in range(0, len(order), pool)
        for alike in [sorted(order[start : start + pool], key=lambda index: -lengths[index])]
        for begin in range(0, len(alike), batch_size)
    ]
