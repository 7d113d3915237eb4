"""Several datasets as one, each with a share of the rows.

A weight is a share: 0.7 and 0.3, or 7 and 3, give seven rows in ten to the first. The mix has as many rows as its parts have together, or as
many as are asked for. A part that has more rows than its share gives a sample, none of them twice. One that has fewer is repeated: all its
rows as often as they fit whole, and a sample for the rest, so that no row stands in the mix more than once oftener than another of its part.

The rows keep their order, part after part; a training shuffles them. The same datasets, weights, number and seed make the same mix.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from studio.dataset.deriving.lineage import licence_of
from studio.errors import BadInput
from studio.workspace.datasets import Manifest, RemovedRow, Row, read_manifest, read_rows, write_dataset
from studio.workspace.layout import Workspace

NOT_SAMPLED = "not_sampled"
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Part:
    """What one dataset gives: `copies` times all its rows, and `sampled` of them once more."""

    dataset: Manifest
    weight: float
    copies: int
    sampled: int

    @property
    def rows(self) -> int:
        """Its rows in the mix."""
        return self.copies * self.dataset.rows + self.sampled

    @property
    def left_out(self) -> int:
        """Its rows that are not in the mix."""
        return 0 if self.copies else self.dataset.rows - self.sampled


@dataclass(frozen=True)
class Mix:
    """What a mix will hold, before it is made."""

    parts: Sequence[Part]
    seed: int

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(part.rows for part in self.parts)


def plan_mix(workspace: Workspace, weights: Mapping[str, float], *, rows: int | None = None, seed: int = 0) -> Mix:
    """How many rows each dataset gives.

    Args:
        workspace: where the datasets are.
        weights: of each dataset, by its id; only their proportions count.
        rows: of the mix; None for as many as the datasets have together.
        seed: which rows are sampled.

    Raises:
        NotFound: there is no dataset of an id.
        BadInput: fewer than two datasets, a weight that is no share, too many rows, or answers with and without a verdict together.
    """
    if len(weights) < 2:
        raise BadInput("A mix needs two datasets or more. Choose another one.")
    for dataset, weight in weights.items():
        if not (math.isfinite(weight) and weight > 0):
            raise BadInput(
                f"The weight of {dataset} is {weight:g}, but a number above 0 is needed. Leave the dataset out instead."
            )
    manifests = [read_manifest(workspace, dataset) for dataset in weights]
    _check_kinds(workspace, manifests)
    total = sum(manifest.rows for manifest in manifests) if rows is None else rows
    if not len(manifests) <= total <= MOST_ROWS:
        raise BadInput(f"A mix of {total:,} rows can't be made: ask for {len(manifests)} to {MOST_ROWS:,}.")
    shares = _shares(list(weights.values()), total)
    parts = [
        Part(manifest, weight, *divmod(share, manifest.rows))
        for manifest, weight, share in zip(manifests, weights.values(), shares, strict=True)
    ]
    return Mix(parts, seed)


def make_mix(workspace: Workspace, mix: Mix, *, name: str) -> Manifest:
    """Write the mix as a new dataset; its manifest says which rows of the parts it does not have."""
    removed: list[RemovedRow] = []
    parents = [part.dataset for part in mix.parts]
    licences = {licence_of(workspace, parent) for parent in parents}
    return write_dataset(
        workspace,
        _rows(workspace, mix, removed),
        name=name.strip() or f"mix of {' and '.join(parent.name for parent in parents)}"[:100],
        source=", ".join(parent.name for parent in parents),
        parents=[parent.id for parent in parents],
        removed=removed,
        kind=parents[0].kind,
        licence=licences.pop() if len(licences) == 1 else None,
        recipe={
            "kind": "mix",
            "seed": mix.seed,
            "parts": [
                {"dataset": part.dataset.id, "weight": part.weight, "rows": part.rows, "copies": part.copies, "sampled": part.sampled}
                for part in mix.parts
            ],
        },
    )  # fmt: skip


def _rows(workspace: Workspace, mix: Mix, removed: list[RemovedRow]) -> Iterator[Row]:
    for part in mix.parts:
        dataset = part.dataset
        for _ in range(part.copies):
            yield from read_rows(workspace, dataset.id)
        chosen = set(random.Random(f"{mix.seed}:{dataset.fingerprint}").sample(range(dataset.rows), part.sampled))
        for position, row in enumerate(read_rows(workspace, dataset.id)):
            if position in chosen:
                yield row
            elif not part.copies:
                removed.append(RemovedRow(NOT_SAMPLED, position, dataset.id))


def _shares(weights: Sequence[float], total: int) -> list[int]:
    """Whole rows that add up to the total: each share rounded down, and the rows that remain to the largest remainders (Hamilton).

    Each part has at least one row.
    """
    exact = [total * weight / sum(weights) for weight in weights]
    shares = [max(1, math.floor(share)) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda index: shares[index] - exact[index])
    for index in by_remainder[: max(0, total - sum(shares))]:
        shares[index] += 1
    while sum(shares) > total:
        shares[shares.index(max(shares))] -= 1
    return shares


def _check_kinds(workspace: Workspace, manifests: Sequence[Manifest]) -> None:
    kinds = {_kind(row): manifest for manifest in manifests for row in islice(read_rows(workspace, manifest.id), 1)}
    if len(kinds) > 1:
        (first, one), (second, other), *_ = kinds.items()
        raise BadInput(f"{one.name} holds {first} and {other.name} {second}: no training takes both. Mix those of one kind.")


def _kind(row: Row) -> str:
    if row.messages[-1]["role"] != "assistant":
        return "questions without answers"
    if row.rejected is not None:
        return "preference pairs"
    return "answers" if row.label is None else "answers with a verdict"
