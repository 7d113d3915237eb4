"""What distillation passes along: pieces of a manual, and the rows that were made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Origin = Literal["structure", "teacher"]
"""Who made a candidate: the manual's own structure, or a teacher model."""


@dataclass(frozen=True)
class Passage:
    """A piece of a manual, small enough for a prompt."""

    id: str
    """Unique among the passages of one run."""
    document: str
    """The manual's name, for people."""
    headings: tuple[str, ...]
    """The headings that the passage stands under, outermost first."""
    text: str


@dataclass(frozen=True)
class Candidate:
    """A question and its answer, made of a passage and not yet approved by a person."""

    passage: str
    """The id of the passage that the answer is made of."""
    question: str
    answer: str
    origin: Origin
    reasons: tuple[str, ...] = ()
    """Why it is rejected, each a sentence for people; empty when the answer is grounded in its passage."""

    @property
    def grounded(self) -> bool:
        """Whether nothing speaks against the candidate."""
        return not self.reasons
