"""The time in which a training does not train, because it validates what it has learned so far."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass
class Pauses:
    """The pauses of one training.

    Attributes:
        every: steps from one to the next; 0 where there are none.
        spent: seconds of all so far.
        newest: seconds of the newest, which the next is taken to last too.
    """

    every: int = 0
    spent: float = 0.0
    newest: float = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.spent += seconds
        self.newest = seconds

    def clock(self) -> float:
        """Seconds of a clock that stands still meanwhile: what is measured by it is the training alone."""
        return time.monotonic() - self.spent

    @property
    def seconds_a_step(self) -> float:
        """What a step costs more because of them."""
        return self.newest / self.every if self.every else 0.0

    def to_come(self, steps: int) -> float:
        """Seconds of those in the last `steps` steps, with that of the very last."""
        return steps * self.seconds_a_step + self.newest
