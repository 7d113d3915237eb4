"""What a dataset is made of: how its rows spread over intents and families, over languages, and over lengths. Nothing here is a fault; it shows what is lacking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from studio.dataset.checks.languages import language_of
from studio.workspace.datasets import Row

LABELS = ("industry", "family", "intent")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@dataclass(frozen=True)
class Balance:
    """How rows spread over the values of one label. `counts` has the commonest first; `unlabelled` rows are in none."""

    counts: dict[str, int]
    unlabelled: int

    @property
    def ratio(self) -> float:
        """The largest class by the smallest; 1 is even."""
        return max(self.counts.values()) / min(self.counts.values())

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        classes = list(self.counts.items())
        return {
            "counts": self.counts,
            "unlabelled": self.unlabelled,
            "largest": list(classes[0]),
            "smallest": list(classes[-1]),
            "ratio": round(self.ratio, 2),
        }


@dataclass(frozen=True)
class Lengths:
    """Lengths in characters. `quantiles` are of `QUANTILES`, each the length that this share of the rows does not exceed (nearest rank)."""

    shortest: int
    longest: int
    mean: float
    quantiles: tuple[int, ...]

    @classmethod
    def from_json(cls, value: Mapping[str, float]) -> Lengths:
        """What `to_json` wrote; the mean to a tenth."""
        quantiles = tuple(int(value[_name(share)]) for share in QUANTILES)
        return cls(int(value["shortest"]), int(value["longest"]), float(value["mean"]), quantiles)

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        named = {_name(share): length for share, length in zip(QUANTILES, self.quantiles, strict=True)}
        return {"shortest": self.shortest, "mean": round(self.mean, 1), **named, "longest": self.longest}


@dataclass(frozen=True)
class Makeup:
    """A dataset's makeup. `balance` has only labels that some row bears; `languages` counts rows, the commonest first."""

    balance: dict[str, Balance]
    languages: dict[str, int]
    lengths: dict[str, Lengths]

    @classmethod
    def from_json(
        cls, balance: Mapping[str, Mapping[str, Any]], languages: Mapping[str, int], lengths: Mapping[str, Mapping[str, float]]
    ) -> Makeup:
        """What `to_json` wrote."""
        return cls(
            {label: Balance(dict(one["counts"]), int(one["unlabelled"])) for label, one in balance.items()},
            dict(languages),
            {part: Lengths.from_json(one) for part, one in lengths.items()},
        )

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {
            "balance": {label: balance.to_json() for label, balance in self.balance.items()},
            "languages": self.languages,
            "lengths": {part: lengths.to_json() for part, lengths in self.lengths.items()},
        }


def makeup_of(rows: Sequence[Row]) -> Makeup:
    """Count the rows by label, by the language of question and answer together, and by the length of question, answer and conversation."""
    balance = {label: _balance(getattr(row, label) for row in rows) for label in LABELS}
    lengths = {
        "question": [len(row.question) for row in rows],
        "answer": [len(row.answer) for row in rows],
        "conversation": [sum(len(turn["content"]) for turn in row.messages) for row in rows],
    }
    return Makeup(
        balance={label: one for label, one in balance.items() if one.counts},
        languages=dict(Counter(language_of(f"{row.question}\n{row.answer}") for row in rows).most_common()),
        lengths={part: _lengths(sorted(values)) for part, values in lengths.items() if values},
    )


def _name(share: float) -> str:
    return f"p{100 * share:.0f}"


def _balance(labels: Iterable[str | None]) -> Balance:
    counts = Counter(labels)
    unlabelled = counts.pop(None, 0)
    return Balance({label: count for label, count in counts.most_common() if label is not None}, unlabelled)


def _lengths(values: Sequence[int]) -> Lengths:
    ranks = tuple(values[ceil(share * len(values)) - 1] for share in QUANTILES)
    return Lengths(values[0], values[-1], sum(values) / len(values), ranks)
