"""The order of rows where known ones are passed over: a training spends its time on what it has yet to learn.

The first round goes over all rows. A later one takes those that were not known when they were last seen, and of the known ones those that the round before left
out, so that none is forgotten unseen. What cost most comes first: a training that ends within a round has spent its time on that. After one pass over support answers most rows teach nothing any more, and a round takes half the time of a pass.
The idea of Selective Backprop (Jiang et al. 2019, arXiv 1910.00762), without the forward pass that it spends on choosing: a row's losses of its last visit say enough.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from studio.training.learning.sampler import POOL, batches_of_similar_length

_FILE = "rounds.npz"


class Rounds:
    """A sampler for PyTorch's DataLoader: batches of rows of a similar length, round after round.

    An epoch is as many rows as there are, filled up to whole batches; rounds begin and end where they will.

    Args:
        rows: the token ids of every row.
        batch_size: rows of a batch.
        seed: of the order.
        known_below: nats; a row is known if each of its learned tokens cost less when it was last seen.
    """

    def __init__(self, rows: Sequence[Sequence[int]], *, batch_size: int, seed: int, known_below: float) -> None:
        self._lengths = [len(row) for row in rows]
        self._index = {np.array(row, dtype=np.int64).tobytes(): index for index, row in enumerate(rows)}
        self._batch_size, self._seed, self._known_below = batch_size, seed, known_below
        self._epoch = 0
        self._worst = np.full(len(rows), np.inf)
        self._order: list[int] = []
        self._round = 0
        self._begin = 0  # of the newest round, as a position in the order

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate at the start of every epoch, a resumed one too."""
        self._epoch = epoch

    def __len__(self) -> int:
        return math.ceil(len(self._lengths) / self._batch_size) * self._batch_size

    def __iter__(self) -> Iterator[int]:
        for position in range(self._epoch * len(self), (self._epoch + 1) * len(self)):
            while position >= len(self._order):
                self._plan_round()
            yield self._order[position]

    def learned(self, input_ids: Tensor, attention_mask: Tensor, worst: Tensor) -> None:
        """Take down what rows cost: of each the loss of its costliest learned token, in nats, (batch,); ids and mask are (batch, length)."""
        lengths = attention_mask.sum(1).tolist()
        for ids, length, loss in zip(input_ids, lengths, worst.tolist(), strict=True):
            index = self._index.get(ids[:length].numpy(force=True).tobytes())
            if index is not None:
                self._worst[index] = loss

    def save(self, folder: Path) -> None:
        """Put what is known into a checkpoint's folder, and the order as far as it is planned."""
        folder.mkdir(parents=True, exist_ok=True)
        order = np.array(self._order, dtype=np.int32)
        np.savez(folder / _FILE, worst=self._worst, order=order, round=self._round, begin=self._begin)

    def restore(self, folder: Path) -> None:
        """Take it back, so that the rows come in the order in which they would have come; a checkpoint without it begins a first round."""
        if not (folder / _FILE).exists():
            return
        with np.load(folder / _FILE) as kept:
            self._worst = kept["worst"]
            self._order = kept["order"].tolist()
            self._round, self._begin = int(kept["round"]), int(kept["begin"])

    def _plan_round(self) -> None:
        chance = random.Random(f"{self._seed}/{self._round}")
        chosen = self._chosen()
        chosen += chosen[: -len(chosen) % self._batch_size]
        order = sorted(chance.sample(chosen, len(chosen)), key=lambda index: -self._worst[index])
        self._round += 1
        self._begin = len(self._order)
        for start in range(0, len(order), self._batch_size * POOL):
            batches = batches_of_similar_length(order[start : start + self._batch_size * POOL], self._lengths, self._batch_size)
            chance.shuffle(batches)
            self._order += [index for batch in batches for index in batch]

    def _chosen(self) -> list[int]:
        everything = range(len(self._lengths))
        before = set(self._order[self._begin :])
        return [index for index in everything if self._worst[index] >= self._known_below or index not in before] or list(
            everything
        )
