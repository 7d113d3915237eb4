"""Do two answers to the same need contradict each other? Different numbers for the same thing, or one denies what the other grants.

    "We refund within 7 days."         "We refund within 14 days."          other numbers
    "Yes, returns are free."           "No, you pay for the return."        opposite policy
    "You can cancel until departure."  "You cannot cancel after booking."   opposite policy

Two answers that merely say different things, both of which may be true, are no contradiction. Rules on words: what they can't see is a
contradiction in other words ("by bank transfer", "in cash").
"""

from __future__ import annotations

import re
from functools import lru_cache

from studio.dataset.likeness import dice, words_of
from studio.scoring.normalise import normalise

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DENIAL = re.compile(r"\b(?:not|no|never|cannot|can't|isn't|aren't|don't|doesn't|won't|without|unable|impossible|excluded)\b")
_ABOUT_THE_SAME = 0.45  # Dice's coefficient of the words besides numbers and denials, from which numbers may be compared
_SAME_STATEMENT = 0.6  # the same for denials, where one word turns the meaning
_UNITS = re.compile(r"(\d+(?:\.\d+)?)\W{0,2}([^\W\d_]+)")


def contradiction(first: str, second: str) -> str | None:
    """Why the answers contradict each other, as the rest of a sentence, or None."""
    if words_of(first) == words_of(second):
        return None
    left, right = normalise(first), normalise(second)
    alike = dice(_rest(left), _rest(right))
    if _yes_and_no(left, right):
        return "one begins with yes, the other with no"
    if alike >= _ABOUT_THE_SAME and (numbers := _other_numbers(left, right)):
        return "they name different numbers: " + " and ".join(numbers)
    if alike >= _SAME_STATEMENT and bool(_DENIAL.search(left)) != bool(_DENIAL.search(right)):
        return "one denies what the other grants"
    return None


def _other_numbers(left: str, right: str) -> tuple[str, str] | None:
    """Two numbers of one unit ("7 days", "14 days") that only one side has, or None; without units, all numbers must differ."""
    by_unit_left, by_unit_right = _by_unit(left), _by_unit(right)
    for unit in sorted(by_unit_left.keys() & by_unit_right.keys()):
        mine, others = by_unit_left[unit] - by_unit_right[unit], by_unit_right[unit] - by_unit_left[unit]
        if mine and others:
            return f"{min(mine)} {unit}", f"{min(others)} {unit}"
    return None


@lru_cache(maxsize=4096)
def _by_unit(text: str) -> dict[str, set[str]]:
    units: dict[str, set[str]] = {}
    for number, unit in _UNITS.findall(text):
        units.setdefault(unit.rstrip("s"), set()).add(number)
    return units


def _yes_and_no(left: str, right: str) -> bool:
    return {left.split(" ", 1)[0], right.split(" ", 1)[0]} == {"yes", "no"}


@lru_cache(maxsize=4096)
def _rest(text: str) -> tuple[str, ...]:
    return words_of(_DENIAL.sub(" ", _NUMBER.sub(" ", text)))
