"""What a validation has found, and which of two is the better. Knows no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST_NATS = 50.0  # e to more than that is no number that anyone reads


@dataclass(frozen=True)
class Outcome:
    """Of `items` questions `passed` were answered right; `loss` is the cross-entropy of the dataset's answers to them, in nats a token."""

    passed: int
    items: int
    loss: float
    seconds: float = 0.0
    """How long it took."""

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return self.passed / self.items

    @property
    def perplexity(self) -> float:
        """e to the loss."""
        return math.exp(min(self.loss, _MOST_NATS))

    def better_than(self, other: Outcome) -> bool:
        """More right answers, or as many at a lower loss."""
        return (self.passed, -self.loss) > (other.passed, -other.loss)

    def metrics(self) -> dict[str, float]:
        """As transformers names what an evaluation has found."""
        return {
            "eval_loss": self.loss,
            "eval_perplexity": self.perplexity,
            "eval_accuracy": self.accuracy,
            "eval_passed": self.passed,
            "eval_items": self.items,
            "eval_runtime": self.seconds,
        }

    @classmethod
    def of(cls, metrics: Mapping[str, Any]) -> Outcome:
        """Read what `metrics` wrote."""
        return cls(
            int(metrics["eval_passed"]),
            int(metrics["eval_items"]),
            float(metrics["eval_loss"]),
            float(metrics["eval_runtime"]),
        )


def best_step(outcomes: Mapping[int, Outcome]) -> int | None:
    """The step with the best outcome, the first of equals; None of nothing."""
    best: int | None = None
    for step in sorted(outcomes):
        if best is None or outcomes[step].better_than(outcomes[best]):
            best = step
    return best
