"""A dataset as two, one to train on and one to choose settings by, that share no family and no phrasing.

Rows belong together when they have the same family, the same question, or nearly the same one (`likeness`), directly or through others.
Whole groups are drawn for the validation part until it has its share of the rows. Then the questions of both parts are compared as those
of a question set are (`phrasings`, which also compares characters); rows of the validation part that are too near are left out of it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from studio.dataset.deriving.lineage import licence_of
from studio.dataset.similarity.likeness import near_pairs, words_of
from studio.dataset.similarity.phrasings import shared_phrasings
from studio.errors import BadInput
from studio.workspace.datasets import Manifest, RemovedRow, Row, read_manifest, read_rows, write_dataset
from studio.workspace.layout import Workspace

IN_TRAINING, IN_VALIDATION, SHARED_PHRASING = "in_training", "in_validation", "shared_phrasing"
MOST_COMPARED = 40_000_000
"""Pairs of questions that are compared by characters, too: some ten seconds. In larger datasets near pairs by their words decide alone."""


@dataclass(frozen=True)
class Split:
    """Which rows of a dataset go where, by their positions; every row is in one of the three."""

    dataset: Manifest
    share: float
    seed: int
    training: Sequence[int]
    validation: Sequence[int]
    left_out: Sequence[int]
    groups: int
    compared: bool
    """Whether the questions of both parts were compared by characters, too."""


@dataclass(frozen=True)
class Halves:
    """What a split made."""

    training: Manifest
    validation: Manifest


def plan_split(workspace: Workspace, dataset_id: str, *, share: float = 0.1, seed: int = 0) -> Split:
    """Draw the validation part.

    Args:
        workspace: where the dataset is.
        dataset_id: which.
        share: of the rows that go into the validation part, above 0 and below 1; met as nearly as whole groups allow.
        seed: which groups are drawn.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: the share is none, or all rows belong together.
    """
    if not 0 < share < 1:
        raise BadInput(f"{share:g} is no share of the rows: say a number between 0 and 1, for example 0.1.")
    manifest = read_manifest(workspace, dataset_id)
    rows = list(read_rows(workspace, dataset_id))
    groups = _groups(rows)
    if len(groups) < 2:
        raise BadInput(
            f"{manifest.name} can't be split: all its rows are of one family, or ask nearly the same. Both parts would share it."
        )
    drawn = {row for group in _drawn(groups, share * len(rows), seed) for row in group}
    training = [row for row in range(len(rows)) if row not in drawn]
    validation = sorted(drawn)
    compared = len(training) * len(validation) <= MOST_COMPARED
    left_out = _too_near(rows, training, validation) if compared else set[int]()
    kept = [row for row in validation if row not in left_out]
    if not kept:
        raise BadInput(
            f"{manifest.name} can't be split so: every drawn question stands in the other part, too, or nearly. Try another seed."
        )
    return Split(manifest, share, seed, training, kept, sorted(left_out), len(groups), compared)


def make_split(workspace: Workspace, split: Split, *, name: str = "") -> Halves:
    """Write both parts as new datasets; the manifest of each says where the rows are that it does not have."""
    name = name.strip() or split.dataset.name
    apart = [RemovedRow(SHARED_PHRASING, row, split.dataset.id) for row in split.left_out]
    validation = _write(workspace, split, "validation", name, [_removed(split, IN_TRAINING, split.training), apart], other=None)
    training = _write(
        workspace, split, "train", name, [_removed(split, IN_VALIDATION, split.validation), apart], other=validation.id
    )
    return Halves(training, validation)


def _write(
    workspace: Workspace, split: Split, part: str, name: str, removed: Sequence[Sequence[RemovedRow]], *, other: str | None
) -> Manifest:
    kept = set(split.training if part == "train" else split.validation)
    rows = (row for position, row in enumerate(read_rows(workspace, split.dataset.id)) if position in kept)
    recipe = {"kind": "split", "part": part, "share": split.share, "seed": split.seed, "groups": split.groups}
    return write_dataset(
        workspace,
        rows,
        name=f"{name} {part}",
        source=split.dataset.source,
        parents=[split.dataset.id],
        removed=sorted((row for rows in removed for row in rows), key=lambda row: row.row),
        kind=split.dataset.kind,
        licence=licence_of(workspace, split.dataset),
        recipe=recipe if other is None else {**recipe, "validation": other},
    )


def _removed(split: Split, reason: str, rows: Sequence[int]) -> list[RemovedRow]:
    return [RemovedRow(reason, row, split.dataset.id) for row in rows]


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """Positions of rows that belong together, in the order of their first rows."""
    find, join = _sets(len(rows))
    asked = [words_of(row.question) for row in rows]
    first: dict[object, int] = {}
    for position, row in enumerate(rows):
        for key in (("family", row.family) if row.family else None, ("question", asked[position]) if asked[position] else None):
            if key is not None:
                join(first.setdefault(key, position), position)
    for earlier, later in near_pairs(asked):
        join(earlier, later)
    groups: dict[int, list[int]] = defaultdict(list)
    for position in range(len(rows)):
        groups[find(position)].append(position)
    return list(groups.values())


def _sets(count: int) -> tuple[Callable[[int], int], Callable[[int, int], None]]:
    """Disjoint sets of numbers (Tarjan 1975): which set a number is in, and how to join two."""
    parent = list(range(count))

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def join(one: int, other: int) -> None:
        first, second = sorted((find(one), find(other)))
        parent[second] = first

    return find, join


def _drawn(groups: Sequence[list[int]], wanted: float, seed: int) -> Iterator[list[int]]:
    """Groups in random order, each taken when it brings the number of rows nearer to what is wanted; at least one, and not all."""
    order = list(groups)
    random.Random(seed).shuffle(order)
    taken, count = 0, 0
    for group in order:
        nearer = abs(count + len(group) - wanted) < abs(count - wanted)
        if nearer and taken < len(groups) - 1:
            taken, count = taken + 1, count + len(group)
            yield group
    if not taken:
        yield min(order, key=len)


def _too_near(rows: Sequence[Row], training: Sequence[int], validation: Sequence[int]) -> set[int]:
    shared = shared_phrasings([rows[row].question for row in training], [rows[row].question for row in validation])
    questions = {pair.evaluation for pair in shared}
    return {row for row in validation if rows[row].question in questions}
