"""The verdict on one answer.

An item passes when every point is stated, no forbidden claim is made and the hand-over to a person is right. An
answer that never came is `errored`, a value of its own, so that it can't slip in among the wrong ones; an empty
answer is one, and fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from studio.errors import BadInput
from studio.scoring.crisis import names_crisis_line, opening
from studio.scoring.empathy import acknowledges_feeling
from studio.scoring.handover import hands_over
from studio.scoring.items import Item, Point
from studio.scoring.matching import states


class Outcome(StrEnum):
    """How an item ended. Errored counts as wrong in the headline."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"


@dataclass(frozen=True)
class Verdict:
    """One item's outcome and why."""

    item_id: str
    outcome: Outcome
    missed: tuple[str, ...] = ()
    """The points that the answer does not state, each by its `say`."""
    claimed: tuple[str, ...] = ()
    """The forbidden claims that it makes."""
    handover_wrong: bool = False
    """It hands over to a person where it should not, or the other way round."""
    error: str | None = None
    """Why there is no answer; None unless errored."""

    @property
    def passed(self) -> bool:
        """Whether the item counts as right."""
        return self.outcome is Outcome.PASSED

    @property
    def reason(self) -> str:
        """One sentence for people: 'Missed "within 7 working days"; claimed "only a voucher".'"""
        if self.outcome is Outcome.ERRORED:
            return f"There is no answer: {(self.error or 'no reason was given').rstrip('.')}."
        if self.outcome is Outcome.PASSED:
            return "Stated every point."
        faults = [
            f"missed {_quoted(self.missed)}" if self.missed else "",
            f"claimed {_quoted(self.claimed)}" if self.claimed else "",
            "got the hand-over to a person wrong" if self.handover_wrong else "",
        ]
        sentence = "; ".join(filter(None, faults)) or "the answer is empty"
        return f"{sentence[0].upper()}{sentence[1:]}."

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON values."""
        fields: dict[str, Any] = _VERDICT.dump_python(self, mode="json")
        return fields

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_json` wrote.

        Raises:
            BadInput: a field is missing or has a value that it cannot have.
        """
        try:
            return _VERDICT.validate_python(dict(fields))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise BadInput(f"This is not a verdict: field '{field}': {first['msg']}; evaluate again.") from error


_VERDICT = TypeAdapter(Verdict)

_SHOWN: Mapping[str, Callable[[str], bool]] = {
    "feeling": acknowledges_feeling,
    "crisis line at once": lambda answer: names_crisis_line(opening(answer)),
    "person at once": lambda answer: hands_over(opening(answer)),
}
"""How each thing that a point `shows` is told."""


def judge(item: Item, answer: str | None, error: str | None = None) -> Verdict:
    """The verdict on `answer` to `item`; errored where the answer is None or an error is given."""
    if answer is None or error is not None:
        return Verdict(item.id, Outcome.ERRORED, error=error or "the model returned nothing")
    missed = tuple(point.say for point in item.points if not _makes(point, answer))
    claimed = tuple(claim for claim in item.forbidden if states(answer, claim))
    handover_wrong = hands_over(answer) is not item.escalate
    right = bool(answer.strip()) and not (missed or claimed or handover_wrong)
    return Verdict(item.id, Outcome.PASSED if right else Outcome.FAILED, missed, claimed, handover_wrong)


def _makes(point: Point, answer: str) -> bool:
    """Whether the answer shows what the point asks for, or states one of its wordings."""
    if point.shows is not None:
        return _SHOWN[point.shows](answer)
    return any(states(answer, wording) for wording in point.any)


def _quoted(phrases: tuple[str, ...]) -> str:
    return " and ".join(f'"{phrase}"' for phrase in phrases)
