"""The order of rows: nothing lost, little padding, shuffled, and the same again after a resume."""

from __future__ import annotations

import itertools
import random

import pytest

from studio.training.learning.sampler import LengthGroupedSampler

LENGTHS = random.Random(7).choices(range(20, 121), k=1003)


def batches(order: list[int], size: int = 8) -> list[list[int]]:
    return [order[start : start + size] for start in range(0, len(order), size)]


def padded(order: list[int]) -> int:
    return sum(max(LENGTHS[index] for index in batch) * len(batch) for batch in batches(order))


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 400, 401, 1003])
def test_every_row_comes_once(rows: int) -> None:
    assert sorted(LengthGroupedSampler(LENGTHS[:rows], batch_size=8, seed=1)) == list(range(rows))


def test_batches_hold_rows_of_a_similar_length() -> None:
    grouped = list(LengthGroupedSampler(LENGTHS, batch_size=8, seed=1))
    assert padded(grouped) < 1.05 * sum(LENGTHS) < padded(list(range(len(LENGTHS))))


def test_long_and_short_batches_are_mixed() -> None:
    longest = [
        max(LENGTHS[index] for index in batch) for batch in batches(list(LengthGroupedSampler(LENGTHS, batch_size=8, seed=1)))
    ]
    rises = sum(later > earlier for earlier, later in itertools.pairwise(longest))
    assert 0.35 < rises / len(longest) < 0.65, "the batches are sorted"


def test_each_epoch_has_its_own_order_and_always_the_same() -> None:
    sampler = LengthGroupedSampler(LENGTHS, batch_size=8, seed=1)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    resumed = LengthGroupedSampler(LENGTHS, batch_size=8, seed=1)
    resumed.set_epoch(1)
    assert list(resumed) == second != first
    assert list(LengthGroupedSampler(LENGTHS, batch_size=8, seed=2)) != first
