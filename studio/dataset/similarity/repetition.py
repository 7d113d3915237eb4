"""Rows that say again what an earlier row said, in nearly the same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from studio.dataset.similarity.contradictions import contradiction
from studio.dataset.similarity.likeness import NEAR, dice, words_of
from studio.dataset.similarity.needs import are_opposed, same_need
from studio.dataset.similarity.statements import statements
from studio.dataset.similarity.wording import without_courtesy

_MOST_COMPARED = 30  # different rows of a group that a row is compared with
_WORDED_ALIKE = (
    0.6  # Dice's coefficient of the questions' words, below which it is another phrasing, worth having, of the same need
)
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Told:
    """A question and its answer, and their words."""

    question: str
    answer: str
    question_words: frozenset[str]
    answer_words: tuple[str, ...]


def told(question: str, answer: str) -> Told:
    """A question and its answer, ready to be compared many times."""
    return Told(question, answer, frozenset(words_of(without_courtesy(question))), words_of(answer))


def repetitions(row_at: Callable[[int], Told], groups: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """(earlier, later) for each row that nearly repeats an earlier one of its group; each later row once, with the earliest.

    Args:
        row_at: the question and answer at a position.
        groups: positions of rows that are worth comparing, in order; groups may overlap.
    """
    earliest: dict[int, int] = {}
    for group in groups:
        different: list[int] = []
        for later in group:
            first = next((earlier for earlier in different if repeats(row_at(earlier), row_at(later))), None)
            if first is not None:
                earliest[later] = min(first, earliest.get(later, first))
            elif len(different) < _MOST_COMPARED:
                different.append(later)
    for later in sorted(earliest):
        yield earliest[later], later


def repeats(first: Told, second: Told) -> bool:
    """Whether the second row teaches nothing that the first does not: nearly the same question, with the same or nearly the same answer."""
    left, right = first.question_words, second.question_words
    alike = 2 * len(left & right) / (len(left) + len(right) or 1)
    if alike < _WORDED_ALIKE:
        return False
    if first.answer_words == second.answer_words:
        return same_need(first.question, second.question) or (alike >= NEAR and not are_opposed(first.question, second.question))
    return (
        dice(first.answer_words, second.answer_words) >= NEAR
        and sorted(_NUMBERS.findall(first.answer)) == sorted(_NUMBERS.findall(second.answer))
        and same_need(first.question, second.question)
        and _says_no(first.answer) == _says_no(second.answer)
        and contradiction(first.answer, second.answer) is None
    )


def _says_no(answer: str) -> bool:
    return any(sentence.opening == "no" for sentence in statements(answer)[:1])
