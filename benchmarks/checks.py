"""How often the checks of a dataset are right: precision and recall on rows that a person labelled, with Wilson 95% intervals.

    python -m benchmarks.checks [--json] [--errors develop]

The rows, and how they were labelled and split, are in `tests/data/labelled_checks`. A finding is right when the row is labelled with its kind
and with the same other row or item. `hidden text` measures redaction itself: each text that it takes out against those that should go.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from studio.dataset.checks.examination import examine
from studio.evaluation.statistics import wilson_interval
from studio.privacy import redact_conversation
from studio.scoring.items import load_question_set
from studio.settings import PROJECT_ROOT
from studio.workspace.datasets import Row

LABELLED = PROJECT_ROOT / "tests" / "data" / "labelled_checks"
KINDS = ("personal_data", "duplicate", "near_duplicate", "contradiction", "leakage")
HIDDEN = "hidden text"
Half = Literal["develop", "held out"]
Mark = tuple[str, str, str | None]  # a row's id, a kind or HIDDEN, and the other row, the item, or the hidden text


@dataclass(frozen=True)
class Ratio:
    """k of n, with Wilson's 95% interval."""

    right: int
    of: int

    @property
    def value(self) -> float:
        return self.right / self.of if self.of else 1.0

    def __str__(self) -> str:
        low, high = wilson_interval(self.right, self.of)
        return f"{self.right}/{self.of} ({100 * low:.0f} to {100 * high:.0f}%)"

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "value": round(self.value, 4),
            "wilson": [round(end, 4) for end in wilson_interval(self.right, self.of)],
        }


@dataclass(frozen=True)
class Measured:
    """One kind in one part of the rows: what was marked, and what was found."""

    marked: frozenset[Mark]
    found: frozenset[Mark]

    @property
    def precision(self) -> Ratio:
        return Ratio(len(self.marked & self.found), len(self.found))

    @property
    def recall(self) -> Ratio:
        return Ratio(len(self.marked & self.found), len(self.marked))


def half_of(group: str) -> Half:
    """The half that a group of rows belongs to: by the first byte of its name's SHA-256, even or odd."""
    return "held out" if hashlib.sha256(group.encode()).digest()[0] % 2 else "develop"


def load_labelled(folder: Path = LABELLED) -> list[dict[str, Any]]:
    """The labelled rows as they stand in the file."""
    return [json.loads(line) for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines()]


def measure(folder: Path = LABELLED) -> dict[str, dict[str, Measured]]:
    """By half ("develop", "held out", "all") and kind: all rows are examined as one dataset, then counted apart."""
    labelled = load_labelled(folder)
    marked, found = set(_marked(labelled)), set(_found(labelled, folder))
    halves = {row["id"]: half_of(row["group"]) for row in labelled}
    return {
        half: {kind: Measured(_part(marked, kind, half, halves), _part(found, kind, half, halves)) for kind in (*KINDS, HIDDEN)}
        for half in ("develop", "held out", "all")
    }


def _marked(labelled: Sequence[Mapping[str, Any]]) -> Iterable[Mark]:
    for row in labelled:
        for problem in row["problems"]:
            yield row["id"], problem["kind"], problem.get("with")
        for text in row.get("hide", ()):
            yield row["id"], HIDDEN, text


def _found(labelled: Sequence[Mapping[str, Any]], folder: Path) -> Iterable[Mark]:
    ids = [row["id"] for row in labelled]
    rows = [Row(messages=row["messages"], source="labelled", family=row.get("family")) for row in labelled]
    for finding in examine(rows, items=load_question_set(folder / "questions.jsonl").items).findings:
        yield ids[finding.row], finding.kind, ids[finding.other] if isinstance(finding.other, int) else finding.other
    for row in labelled:
        for one in redact_conversation(row["messages"])[1]:
            yield row["id"], HIDDEN, one.original


def _part(marks: Iterable[Mark], kind: str, half: str, halves: Mapping[str, Half]) -> frozenset[Mark]:
    return frozenset(mark for mark in marks if mark[1] == kind and half in (halves[mark[0]], "all"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--errors", choices=["develop", "held out"], help="list what was missed and what was found wrongly in one half"
    )
    options = parser.parse_args()
    measured = measure()
    if options.json:
        print(json.dumps({half: {kind: _as_json(one) for kind, one in kinds.items()} for half, kinds in measured.items()}))
        return
    print("| check | precision, held out | recall, held out | precision, all | recall, all |\n|---|---|---|---|---|")
    for kind in (*KINDS, HIDDEN):
        cells = [
            str(ratio) for half in ("held out", "all") for ratio in (measured[half][kind].precision, measured[half][kind].recall)
        ]
        print(f"| {kind.replace('_', ' ')} | {' | '.join(cells)} |")
    for one in measured[options.errors].values() if options.errors else ():
        for mark in sorted(one.marked - one.found, key=str):
            print("missed", *mark)
        for mark in sorted(one.found - one.marked, key=str):
            print("wrong ", *mark)


def _as_json(one: Measured) -> dict[str, Any]:
    return {"precision": one.precision.to_json(), "recall": one.recall.to_json()}


if __name__ == "__main__":
    main()
