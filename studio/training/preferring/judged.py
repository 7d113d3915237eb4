"""What a dataset holds that a preference training can learn from: pairs of a better and a worse answer, and answers marked good or bad.

Knows no torch: a page and a command count before a run exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from studio.errors import BadInput
from studio.training.preferring.spec import Method
from studio.workspace.datasets import QUESTIONS, Row, read_manifest, read_rows
from studio.workspace.layout import Workspace

_HOW_TO_GET = (
    "Export votes in the Arena (“Export preferences”), or take a file with the columns chosen and rejected, or with a label, "
    "and import it on the Data page."
)


@dataclass(frozen=True)
class Judged:
    """How many rows are pairs, good and bad single answers, pairs whose two answers are the same, and rows that nobody judged."""

    pairs: int = 0
    good: int = 0
    bad: int = 0
    same: int = 0
    unjudged: int = 0

    def usable(self, method: Method) -> int:
        """Rows that the method trains: pairs, or single answers, two of each pair."""
        return self.pairs if method == "dpo" else 2 * self.pairs + self.good + self.bad


def count_judged(rows: Iterable[Row]) -> Judged:
    """The counts of these rows."""
    pairs = good = bad = same = unjudged = 0
    for row in rows:
        if row.rejected is not None:
            same += row.rejected == row.answer
            pairs += row.rejected != row.answer
        elif row.label is None:
            unjudged += 1
        else:
            good += row.label
            bad += not row.label
    return Judged(pairs, good, bad, same, unjudged)


@lru_cache(maxsize=32)
def judged_in(workspace: Workspace, dataset: str) -> Judged:
    """The counts of a dataset, which never changes.

    Raises:
        NotFound: there is no such dataset.
        BadInput: a row of it is damaged.
    """
    return count_judged(read_rows(workspace, dataset))


def refuse_unjudged(workspace: Workspace, dataset: str, method: Method) -> Judged:
    """The counts of a dataset that the method can learn from.

    Raises:
        NotFound: there is no such dataset.
        BadInput: it can't; the sentence says what it holds and what to do.
    """
    manifest = read_manifest(workspace, dataset)
    if manifest.kind == QUESTIONS:
        raise BadInput(f"{manifest.name} is a list of questions without answers, so there is nothing to prefer. {_HOW_TO_GET}")
    found = judged_in(workspace, dataset)
    if sentence := _what_is_missing(found, method):
        raise BadInput(f"{manifest.name} {sentence}")
    return found


def pairs_of(rows: Iterable[Row]) -> Iterator[tuple[Row, str, str]]:
    """Each pair with its better and its worse answer; pairs of the same answer twice are passed over."""
    for row in rows:
        if row.rejected is not None and row.rejected != row.answer:
            yield row, row.answer, row.rejected


def answers_of(rows: Iterable[Row]) -> Iterator[tuple[Row, str, bool]]:
    """Each judged answer, and whether it is a good one: both of a pair, and those that are marked."""
    for row in rows:
        if row.rejected is not None:
            if row.rejected != row.answer:
                yield row, row.answer, True
                yield row, row.rejected, False
        elif row.label is not None:
            yield row, row.answer, row.label


def _what_is_missing(found: Judged, method: Method) -> str:
    """What keeps the method from learning, to be said behind the dataset's name; empty where nothing does."""
    if not (found.pairs or found.good or found.bad):
        if found.same:
            return f"holds pairs whose two answers are the same, so there is nothing to prefer. {_HOW_TO_GET}"
        return f"holds answers that nobody has judged, so there is nothing to prefer. {_HOW_TO_GET} To learn the answers, start a training instead."
    if method == "dpo" and not found.pairs:
        return (
            "holds answers marked good or bad, and dpo compares a better with a worse one to the same question. Take the method kto, or "
            "export the Arena's votes as pairs and import them on the Data page."
        )
    if method == "kto" and not found.pairs and not (found.good and found.bad):
        only = "good" if found.good else "bad"
        return f"holds only answers marked {only}, and kto learns from good and bad ones. {_HOW_TO_GET}"
    return ""
