"""Do two answers to the same need contradict each other? Different quantities for the same thing, or one grants what the other denies.

    "We refund within 7 days."         "We refund within 14 days."        other quantities
    "Yes, returns are free."           "No, you pay for the return."      opposite policy
    "You can cancel the order."        "You cannot cancel the order."     opposite policy

Two answers that merely say different things, both of which may be true, are no contradiction: "14 days" and "two weeks", "before" and "after the parcel
is sent", "7 days to pay" and "14 days to return". Rules on words: a contradiction in other words ("by bank transfer", "in cash") is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import product

from studio.dataset.similarity.likeness import dice, words_of
from studio.dataset.similarity.statements import OPPOSITE_CONDITIONS, Statement, statements
from studio.dataset.similarity.wording import about

_SAME_SUBJECT = 0.55  # Dice's coefficient of what two sentences are about, from which their quantities may be compared
_SAME_STATEMENT = 0.6  # the same for denials, where one word turns the meaning
_YEARS, _ROUNDING = 360, 0.05  # days from which 12 months of 30 days are a year
_DENYING = frozenset({"not", "no", "never", "cannot", "yes", "allow", "forbidden"})
_YES_AND_NO = {"yes", "no"}
_MONEY = re.compile(r"^(eur|gbp|usd)([0-9])")


def contradiction(first: str, second: str, asked: frozenset[str] = frozenset()) -> str | None:
    """Why the answers contradict each other, as the rest of a sentence, or None. `asked` is what the question is about, where that is known."""
    if words_of(first) == words_of(second):
        return None
    left, right = statements(first), statements(second)
    pairs = [pair for pair in product(left, right) if not _complementary(*pair)]
    if len(pairs) == len(left) * len(right) and {_stance(left, asked), _stance(right, asked)} == _YES_AND_NO:
        return "one says yes, the other no"
    for one, other in pairs:
        if numbers := _other_quantities(one, other, left, right, asked):
            return "they name different numbers: " + " and ".join(_as_written(number) for number in numbers)
    for one, other in pairs:
        if _opposed(one, other):
            return "one denies what the other grants"
    return None


def _as_written(number: str) -> str:
    """A quantity for people: an amount of money has its currency apart, "EUR 89"."""
    return _MONEY.sub(lambda match: f"{match[1].upper()} {match[2]}", number)


def without_numbers_and_denials(answer: str) -> frozenset[str]:
    """What two answers share that are the same but for numbers and denials: where contradictions are looked for, however the questions are put."""
    return frozenset(word for word in about(answer) - _DENYING if not word.isdigit())


def _other_quantities(
    one: Statement, other: Statement, left: tuple[Statement, ...], right: tuple[Statement, ...], asked: frozenset[str]
) -> tuple[str, str] | None:
    """Two quantities of one unit ("7 days", "14 days") that only one answer names, in sentences about the same thing, or None."""
    if not _alike(one.words - asked, other.words - asked):
        return None
    for unit in sorted(one.quantities.keys() & other.quantities.keys()):
        mine = one.quantities[unit].keys() - _named(right, unit)
        others = other.quantities[unit].keys() - _named(left, unit)
        if mine and others and not (unit == "days" and _about_equal(mine, others)):
            return one.quantities[unit][min(mine)], other.quantities[unit][min(others)]
    return None


def _alike(mine: frozenset[str], others: frozenset[str]) -> bool:
    return (not (mine and others) and len(mine | others) <= 1) or dice(tuple(mine), tuple(others)) >= _SAME_SUBJECT


def _named(answer: tuple[Statement, ...], unit: str) -> set[str]:
    return {value for statement in answer for value in statement.quantities.get(unit, ())}


def _about_equal(mine: Set[str], others: Set[str]) -> bool:
    """Whether durations of a year or more differ only by how months and years are counted in days."""
    pairs = [(float(one), float(other)) for one, other in product(mine, others)]
    return all(min(pair) >= _YEARS and max(pair) - min(pair) <= _ROUNDING * max(pair) for pair in pairs)


def _stance(answer: tuple[Statement, ...], asked: frozenset[str]) -> str:
    """The yes or no that the answer begins with; "no", too, where it begins with a denial of what was asked."""
    if not answer or answer[0].opening:
        return answer[0].opening if answer else ""
    words = answer[0].words
    return "no" if answer[0].denied and words and 2 * len(words & asked) >= len(words) else ""


def _opposed(one: Statement, other: Statement) -> bool:
    if dice(tuple(one.words), tuple(other.words)) < _SAME_STATEMENT or not (one.words or other.words):
        return False
    shared = one.properties.keys() & other.properties.keys()
    if shared:
        return any(one.properties[name] != other.properties[name] for name in shared)
    return one.denied != other.denied and not (one.properties.keys() ^ other.properties.keys()) - {"may", "always"}


def _complementary(one: Statement, other: Statement) -> bool:
    """Whether the sentences hold under opposite conditions of the same thing: "before the parcel is sent", "after it is sent"."""
    return any(
        frozenset({mine, others}) in OPPOSITE_CONDITIONS
        and dice(tuple(one.conditions[mine]), tuple(other.conditions[others])) >= _SAME_SUBJECT
        for mine in one.conditions
        for others in other.conditions
    )
