"""What a validation has found, and which of two is the better. Knows no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MOST_NATS = 50.0  # e to more than that is no number that anyone reads
_Z = 1.959963984540054  # two-sided 95% of the normal distribution


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
    def wilson(self) -> tuple[float, float]:
        """The 95% score interval of the accuracy (Wilson 1927, JASA 22:209), as fractions."""
        share, spread = self.accuracy, _Z**2 / self.items
        middle = (share + spread / 2) / (1 + spread)
        half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)

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
