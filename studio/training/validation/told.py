"""What a run's events say of its validations, for whoever shows them. Knows no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.training.validation.outcome import Outcome
from studio.workspace.history import Metrics


@dataclass(frozen=True)
class Told:
    """What was found, by step, ascending; step 0 is the base model. `best` is the step of the best checkpoint, None before the first."""

    outcomes: Mapping[int, Outcome]
    best: int | None

    @property
    def newest(self) -> tuple[int, Outcome]:
        """The step that was validated last, and what was found."""
        step = max(self.outcomes)
        return step, self.outcomes[step]

    @property
    def seconds(self) -> float:
        """How long all of them took."""
        return sum(outcome.seconds for outcome in self.outcomes.values())

    def best_json(self) -> dict[str, Any] | None:
        """The best checkpoint as plain JSON values."""
        if self.best is None:
            return None
        outcome = self.outcomes[self.best]
        return {
            "step": self.best,
            "passed": outcome.passed,
            "items": outcome.items,
            "accuracy": outcome.accuracy,
            "wilson": list(outcome.wilson),
            "eval_loss": outcome.loss,
        }


def validations_of(metrics: Metrics) -> Told | None:
    """What was told so far; None where nothing was validated."""
    items, loss, seconds = (dict(metrics.points(name)) for name in ("items", "eval_loss", "validation_seconds"))
    outcomes = {
        step: Outcome(int(passed), int(items[step]), loss[step], seconds.get(step, 0.0))
        for step, passed in metrics.points("passed")
        if step in items and step in loss
    }
    if not outcomes:
        return None
    best = metrics.last("best_step")
    return Told(outcomes, int(best) if best is not None and int(best) in outcomes else None)
