"""Phrasings of one need: which are held back for validation, and new ones spliced from two."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from studio.training.settings.spec import TrainSpec
from studio.workspace.datasets import Row

_CUT = (0.3, 0.7)  # where a question is cut, as a part of its words: either half still says something


@dataclass(frozen=True)
class Arranged:
    """What a training makes of a dataset's rows.

    Attributes:
        taken: the rows that are learned as they stand.
        begun: those of them that a spliced row begins like, once for every one that does.
        held_out: phrasings to validate on.
        left_out: how many rows are neither: their answer has enough others.
    """

    taken: Sequence[Row]
    begun: Sequence[Row]
    held_out: Sequence[Row]
    left_out: int


def usable_rows(rows: Iterable[Row]) -> list[Row]:
    """Those that can be learned: an answer that was judged bad is none to learn."""
    return [row for row in rows if row.label is not False]


def arrange(rows: Iterable[Row], spec: TrainSpec) -> Arranged:
    """Hold out, thin and splice a dataset's rows as the settings ask for it."""
    learned, held_out = split_phrasings(usable_rows(rows), hold_out=spec.hold_out_phrasings)
    taken = thin_phrasings(learned, most=spec.rows_per_answer)
    begun = rows_to_splice(taken, copies=spec.spliced_copies, least=spec.least_rows_per_answer)
    return Arranged(taken, begun, held_out, len(learned) - len(taken))


def split_phrasings(rows: Sequence[Row], *, hold_out: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and `hold_out` phrasings of every family to validate on; which ones rotates from family to family.

    Families that would be left without a phrasing, and rows without a family, are trained whole.
    """
    by_family: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.family is not None:
            by_family[row.family].append(row)
    held: set[int] = set()
    for index, family in enumerate(sorted(by_family)):
        phrasings = by_family[family]
        if len(phrasings) > hold_out:
            held.update(id(phrasings[(index + offset) % len(phrasings)]) for offset in range(hold_out))
    return [row for row in rows if id(row) not in held], [row for row in rows if id(row) in held]


def thin_phrasings(rows: Sequence[Row], *, most: int) -> list[Row]:
    """At most `most` of the rows that share an answer, spread evenly over their order, so that a short training sees each more than once. 0: all.

    Rows whose answer is their own, and conversations of several turns, all stay.
    """
    if most == 0:
        return list(rows)
    sharing: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        sharing[row.answer].append(index)
    kept = {
        indices[position * len(indices) // most] if len(indices) > most else indices[position]
        for indices in sharing.values()
        for position in range(min(most, len(indices)))
    }
    return [row for index, row in enumerate(rows) if index in kept]


def splice_phrasings(rows: Sequence[Row], begun: Sequence[Row], *, seed: int) -> list[Row]:
    """For each of `begun`, which are `rows_to_splice` of the rows, a new one, whose question begins like it and ends like another question with the same answer.

    A model that sees only whole questions learns them by heart; from spliced ones it learns that each half is enough to know the need.
    """
    chance = random.Random(seed)
    sharing = _sharing(rows)
    return [_spliced(row, chance.choice([other for other in sharing[row.answer] if other is not row]), chance) for row in begun]


def rows_to_splice(rows: Sequence[Row], *, copies: int, least: int = 0) -> list[Row]:
    """The rows that spliced ones begin like, each `copies` times, and more often where an answer would else have fewer than `least` rows.

    Rows whose answer nobody shares, and conversations of several turns, are not spliced.
    """
    return [
        row
        for alike in _sharing(rows).values()
        if len(alike) > 1
        for position, row in enumerate(alike)
        for _ in range(max(copies, math.ceil((least - len(alike) - position) / len(alike))))
    ]


def _sharing(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Single questions by their answer."""
    sharing: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if single_turn(row):
            sharing[row.answer].append(row)
    return sharing


def single_turn(row: Row) -> bool:
    """Whether it is one question and its answer."""
    return sum(turn["role"] == "user" for turn in row.messages) == 1


def _spliced(row: Row, other: Row, chance: random.Random) -> Row:
    beginning, end, cut = row.question.split(), other.question.split(), chance.uniform(*_CUT)
    question = " ".join(beginning[: max(1, int(len(beginning) * cut))] + end[int(len(end) * cut) :])
    turns = [{**turn, "content": question} if turn["role"] == "user" else turn for turn in row.messages]
    return replace(row, messages=turns)
