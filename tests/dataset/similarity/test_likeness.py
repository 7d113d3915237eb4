"""Near pairs among many texts: what comparing all of them would find, without comparing all."""

from __future__ import annotations

import random

import pytest

from studio.dataset.similarity.likeness import NEAR, dice, near_pairs, same_groups, words_of
from studio.dataset.similarity.minhash import likely_pairs

VOCABULARY = [f"word{number}" for number in range(400)]


def texts_with_edits(rng: random.Random, count: int) -> list[tuple[str, ...]]:
    """Texts of 6 to 14 words; every second has one or two words other than the one before it."""
    texts: list[tuple[str, ...]] = []
    for number in range(count):
        if number % 2:
            words = list(texts[-1])
            for place in rng.sample(range(len(words)), rng.randint(1, 2)):
                words[place] = rng.choice(VOCABULARY)
        else:
            words = rng.sample(VOCABULARY, rng.randint(6, 14))
        texts.append(tuple(words))
    return texts


def compared_all(texts: list[tuple[str, ...]], least: float) -> set[tuple[int, int]]:
    return {
        (earlier, later)
        for later in range(len(texts))
        for earlier in range(later)
        if texts[earlier] != texts[later] and dice(texts[earlier], texts[later]) >= least
    }


def test_hardly_a_pair_at_the_threshold_is_missed_and_none_is_made_up() -> None:
    texts = texts_with_edits(random.Random(5), 700)
    everything, found = compared_all(texts, NEAR), set(near_pairs(texts))
    assert len(everything) > 200
    assert found <= everything
    assert len(found) >= 0.94 * len(everything)
    clear = compared_all(texts, 0.85)
    assert len(clear & found) >= 0.99 * len(clear)


def test_pairs_come_by_the_later_text_then_the_earlier_and_are_the_same_each_time() -> None:
    texts = texts_with_edits(random.Random(6), 300)
    found = list(near_pairs(texts))
    assert found == sorted(found, key=lambda pair: (pair[1], pair[0])) == list(near_pairs(texts))
    assert all(earlier < later for earlier, later in found)


def test_of_texts_that_are_the_same_the_first_is_compared_and_short_ones_are_not() -> None:
    once, nearly, short = (
        words_of("Where can I see my last three bills?"),
        words_of("Where can I see my last four bills?"),
        ("a", "b"),
    )
    assert list(near_pairs([once, once, short, short, nearly, once])) == [(0, 4)]
    assert list(same_groups([once, once, short, nearly, ()])) == [[0, 1]]


def test_a_form_letter_of_thousands_is_compared_with_some_of_its_kind_only() -> None:
    opening = words_of("Hello, I want to know where the parcel is that I ordered with the number")
    texts = [(*opening, f"n{number}") for number in range(3000)]
    found = list(near_pairs(texts))
    assert {later for _, later in found} == set(range(1, 3000))
    assert len(found) < 3000 * 400


def test_texts_of_a_hundred_thousand_words_take_little_at_a_time() -> None:
    long = tuple(VOCABULARY) * 250
    assert list(likely_pairs([long, (*long, "more"), ("something", "else")])) == [(0, 1)]


@pytest.mark.parametrize("texts", [[], [("one", "text", "of", "words")], [("half", "\ud83d", "a", "character")] * 2])
def test_nothing_to_compare_is_no_pair(texts: list[tuple[str, ...]]) -> None:
    assert list(near_pairs(texts)) == []


def test_progress_is_told_and_may_end_the_search() -> None:
    seen: list[tuple[int, int]] = []
    list(near_pairs(texts_with_edits(random.Random(7), 400), lambda done, total: seen.append((done, total))))
    shares = [done / total for done, total in seen]
    assert shares == sorted(shares) and 0 <= shares[0] < 0.5 < shares[-1] <= 1

    def give_up(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        list(near_pairs(texts_with_edits(random.Random(7), 400), give_up))
