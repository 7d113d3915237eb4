"""Rounds: what is known is passed over every other time, nothing is forgotten, and a resumed training sees the same rows."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import torch

from studio.training.learning.rounds import Rounds
from studio.training.learning.sampler import POOL

CHANCE = random.Random(7)
ROWS = [[index, *CHANCE.choices(range(1000), k=CHANCE.randrange(10, 60))] for index in range(203)]
BATCH = 8
EPOCH = 208  # 203 rows, filled up to whole batches


def rounds_of(rows: list[list[int]] = ROWS, *, seed: int = 1) -> Rounds:
    return Rounds(rows, batch_size=BATCH, seed=seed, known_below=0.2)


def train(rounds: Rounds, order: Iterable[int], *, known: set[int]) -> list[int]:
    """See the rows in that order, in batches, as a training does: those in `known` cost little."""
    seen: list[int] = []
    for index in order:
        seen.append(index)
        if len(seen) % BATCH == 0:
            batch = seen[-BATCH:]
            width = max(len(ROWS[one]) for one in batch)
            ids = torch.tensor([ROWS[one] + [0] * (width - len(ROWS[one])) for one in batch])
            mask = torch.tensor([[1] * len(ROWS[one]) + [0] * (width - len(ROWS[one])) for one in batch])
            rounds.learned(ids, mask, torch.tensor([0.1 if one in known else 0.3 for one in batch]))
    return seen


def test_the_first_round_goes_over_all_rows_in_whole_batches() -> None:
    order = list(rounds_of())
    assert len(order) == len(rounds_of()) == EPOCH and set(order) == set(range(203))


def test_the_second_round_leaves_out_what_is_known_and_the_third_takes_it_back() -> None:
    rounds, known = rounds_of(), set(range(123))
    train(rounds, rounds, known=known)
    rounds.set_epoch(1)
    second = train(rounds, islice(iter(rounds), 80), known=known)
    assert set(second) == set(range(123, 203))
    third = train(rounds, islice(iter(rounds), 80, EPOCH), known=known)
    assert known & set(third) and set(range(123, 203)) & set(third)


def test_what_cost_most_comes_first() -> None:
    rows = [[index] for index in range(2 * POOL * BATCH)]
    rounds = rounds_of(rows)
    for index in rounds:
        rounds.learned(torch.tensor([[index]]), torch.tensor([[1]]), torch.tensor([5.0 if index % 2 else 1.0]))
    rounds.set_epoch(1)
    order = list(rounds)
    assert all(index % 2 for index in order[: POOL * BATCH]) and not any(index % 2 for index in order[POOL * BATCH :])
    assert order[:BATCH] != sorted(order[:BATCH])


def test_when_all_is_known_all_rows_are_gone_over_again() -> None:
    rounds = rounds_of()
    train(rounds, rounds, known=set(range(203)))
    rounds.set_epoch(1)
    assert set(rounds) == set(range(203))


def test_batches_hold_rows_of_a_similar_length_in_random_order() -> None:
    order = list(rounds_of())
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    padded = sum(max(len(ROWS[index]) for index in batch) * BATCH for batch in batches)
    assert padded < 1.15 * sum(len(ROWS[index]) for index in order)
    longest = [len(ROWS[batch[0]]) for batch in batches]
    assert longest != sorted(longest) and longest != sorted(longest, reverse=True)
    assert order != list(rounds_of(seed=2))


def test_what_a_checkpoint_keeps_goes_on_in_the_same_order(tmp_path: Path) -> None:
    rounds, known = rounds_of(), set(range(0, 203, 3))
    train(rounds, rounds, known=known)
    rounds.set_epoch(1)
    unbroken = iter(rounds)
    train(rounds, islice(unbroken, 160), known=known)
    rounds.save(tmp_path / "checkpoint-46")
    resumed = rounds_of()
    resumed.restore(tmp_path / "checkpoint-46")
    resumed.set_epoch(1)
    going_on = islice(iter(resumed), 160, None)
    assert train(resumed, going_on, known=known) == train(rounds, unbroken, known=known)


def test_a_checkpoint_without_rounds_begins_the_first(tmp_path: Path) -> None:
    rounds = rounds_of()
    rounds.restore(tmp_path)
    assert list(rounds) == list(rounds_of())
