"""What a training computes: its rows, their lengths, and the batches they make. Needs no torch and no tokens, only their counts."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple, Protocol

from studio.training.learning.phrasings import arrange, usable_rows
from studio.training.learning.sampler import LengthGroupedSampler
from studio.training.settings.spec import TrainSpec
from studio.workspace.datasets import Row

_LEAST_SHARED = 4  # as studio.training.learning.beginnings


class Measured(Protocol):
    """What was counted of every row that a training may take, in the dataset's order (`studio.dataset.lengths.Lengths`)."""

    @property
    def tokens(self) -> Sequence[int]:
        """The whole row."""

    @property
    def trained(self) -> Sequence[int]:
        """Those that are learned."""

    @property
    def before(self) -> Sequence[int]:
        """Those before the first one that is learned."""


class RowSize(NamedTuple):
    """Of one row as it is trained, in tokens: all, those that are learned, and those before the first that is."""

    tokens: int
    learned: int
    before: int


class Batch(NamedTuple):
    """Rows that go through the model together.

    Attributes:
        rows: how many.
        width: tokens of the longest; the others are padded to it.
        tokens: of all rows, padding left out.
        learned: those that are learned.
        shared: tokens that all rows begin with, computed once where the layers are fused.
    """

    rows: int
    width: int
    tokens: int
    learned: int
    shared: int

    def positions(self, *, sharing: bool) -> int:
        """Places that a layer computes, padding included."""
        return self.shared + self.rows * (self.width - self.shared) if sharing else self.rows * self.width


@dataclass(frozen=True)
class Workload:
    """A training's batches.

    Attributes:
        spec: the settings.
        sizes: of the rows, or of some of them that stand for all.
        shared: tokens that all rows begin with: the system prompt, as a rule.
        rows: how many there are.
    """

    spec: TrainSpec
    sizes: Sequence[RowSize]
    shared: int
    rows: int

    @cached_property
    def batches(self) -> Sequence[Batch]:
        """Those that `sizes` make in the first pass, in their order; later passes have as many, made anew."""
        spec = self.spec
        lengths = [size.tokens for size in self.sizes]
        grouped = LengthGroupedSampler(lengths, batch_size=spec.per_device_train_batch_size, seed=spec.seed)
        order = iter(grouped if spec.group_by_length else random.Random(spec.seed).sample(range(len(lengths)), len(lengths)))
        batches = []
        while group := [self.sizes[index] for index in islice(order, spec.per_device_train_batch_size)]:
            batches.append(_batch(group, self.shared))
        return batches

    @property
    def batches_of_a_pass(self) -> int:
        """Of all rows, in each of the processes; the last, smaller one is one too."""
        return math.ceil(self.rows / (self.spec.per_device_train_batch_size * self.spec.processes))

    @property
    def steps_of_a_pass(self) -> int:
        """Optimizer steps; the last, smaller accumulation is one too (transformers' `Trainer.set_initial_training_values`)."""
        return max(math.ceil(self.batches_of_a_pass / self.spec.gradient_accumulation_steps), 1)

    @property
    def planned_steps(self) -> int:
        """Optimizer steps that the settings ask for, whatever the time."""
        if self.spec.max_steps > 0:
            return self.spec.max_steps
        return math.ceil(self.spec.num_train_epochs * self.steps_of_a_pass)

    def seen_in(self, steps: int) -> Sequence[Batch]:
        """The different batches that so many steps see, as far as they are known: those of the first pass, or of its beginning."""
        return self.batches[: steps * self.spec.gradient_accumulation_steps]

    def batches_seen_in(self, steps: int) -> int:
        """How many different batches those are."""
        return min(steps * self.spec.gradient_accumulation_steps, self.batches_of_a_pass)

    def tokens_of(self, steps: int) -> float:
        """Tokens that so many steps train on, padding left out."""
        seen = self.seen_in(steps)
        passes = max(1.0, steps / self.steps_of_a_pass)
        return sum(batch.tokens for batch in seen) / len(seen) * self.batches_seen_in(steps) * passes


def planned_sizes(spec: TrainSpec, rows: Iterable[Row], measured: Measured) -> list[RowSize]:
    """The rows that the settings train, and how long each is, as `studio.training.sft` prepares them.

    Spliced rows are taken to be as long as the rows they begin like: their halves come from the same questions.

    Args:
        spec: what is asked.
        rows: of the dataset, in its order.
        measured: counts of those of them that a training may take (`Row.label` is not False), in the same order.
    """
    usable = usable_rows(rows)
    counts = map(RowSize, measured.tokens, measured.trained, measured.before)
    whole = {id(row): size for row, size in zip(usable, counts, strict=True)}
    arranged = arrange(usable, spec)
    prepared = []
    for row in [*arranged.taken, *arranged.begun]:
        size = _cut(whole[id(row)], spec.max_length)
        if size.learned > 0:
            prepared.append((size, (_answers(row), size.learned)))  # answers that are cut differently are not the same any more
    return _with_openings(prepared, whole=spec.whole_answer_rows, opening=spec.opening_tokens)


def _batch(rows: Sequence[RowSize], shared: int) -> Batch:
    common = min(shared, min(row.before for row in rows) - 1) if len(rows) > 1 else 0
    return Batch(
        rows=len(rows),
        width=max(row.tokens for row in rows),
        tokens=sum(row.tokens for row in rows),
        learned=sum(row.learned for row in rows),
        shared=common if common >= _LEAST_SHARED else 0,
    )


def _cut(size: RowSize, max_length: int) -> RowSize:
    """What is left within `max_length`; what is cut off is the end, where the answer stands.

    Of a conversation with several answers it is not known how many of the tokens cut off were learned: at least one is left of the first.
    """
    if size.before >= max_length:
        return RowSize(max_length, 0, max_length)
    over = max(0, size.tokens - max_length)
    return RowSize(size.tokens - over, max(1, size.learned - over), size.before)


def _answers(row: Row) -> Hashable:
    return tuple(turn["content"] for turn in row.messages if turn["role"] == "assistant")


def _with_openings(prepared: Sequence[tuple[RowSize, Hashable]], *, whole: int, opening: int) -> list[RowSize]:
    """As `studio.training.learning.rows.shorten_repeated_answers`, on counts."""
    sizes = [size for size, _ in prepared]
    if whole == 0:
        return sizes
    sharing: dict[Hashable, list[int]] = defaultdict(list)
    for index, (_, answer) in enumerate(prepared):
        sharing[answer].append(index)
    for indices in sharing.values():
        if len(indices) <= whole:
            continue
        kept = {indices[position * len(indices) // whole] for position in range(whole)}
        for index in set(indices) - kept:
            size = sizes[index]
            if size.learned > opening and size.tokens == size.before + size.learned:
                sizes[index] = RowSize(size.before + opening, opening, size.before)
    return sizes
