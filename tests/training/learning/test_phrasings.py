"""Phrasings: held out for validation, and spliced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from studio.training.learning.phrasings import arrange, rows_to_splice, splice_phrasings, split_phrasings, thin_phrasings
from studio.training.settings.spec import TrainSpec
from studio.workspace.datasets import Row
from tests.support import make_rows


def test_one_phrasing_a_family_is_held_out_and_no_row_is_lost() -> None:
    rows = make_rows(families=5, phrasings=4)
    train, held = split_phrasings(rows, hold_out=1)
    assert len(held) == 5 and {one.family for one in held} == {one.family for one in rows}
    assert len(train) + len(held) == len(rows)
    assert not {one.question for one in train} & {one.question for one in held}
    positions = {rows.index(one) % 4 for one in held}
    assert len(positions) > 1, "the same kind of phrasing is held out everywhere"


def test_a_family_with_a_single_phrasing_stays_in_training() -> None:
    train, held = split_phrasings(make_rows(families=2, phrasings=1), hold_out=1)
    assert len(train) == 2 and held == []


def test_without_hold_out_everything_is_trained() -> None:
    assert split_phrasings(make_rows(), hold_out=0) == (make_rows(), [])


def row(question: str, answer: str) -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="t")


def spliced(rows: Sequence[Row], *, copies: int, seed: int = 1) -> list[Row]:
    return splice_phrasings(rows, rows_to_splice(rows, copies=copies), seed=seed)


class TestSplicing:
    rows = (
        row("one two three four five six seven eight nine ten", "The same."),
        row("eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty", "The same."),
        row("alone", "My own."),
    )

    def test_a_splice_begins_like_its_row_and_ends_like_another_with_the_same_answer(self) -> None:
        new = spliced(self.rows, copies=3)
        assert len(new) == 6 and {one.answer for one in new} == {"The same."}
        for one, whole in zip(new, [self.rows[0]] * 3 + [self.rows[1]] * 3, strict=True):
            other = self.rows[1] if whole is self.rows[0] else self.rows[0]
            words = one.question.split()
            own = [word for word in words if word in whole.question.split()]
            assert words == own + words[len(own) :], "the beginning is the row's own"
            assert whole.question.startswith(" ".join(own)) and other.question.endswith(" ".join(words[len(own) :]))
            assert 3 <= len(own) <= 7 and len(words) - len(own) >= 3

    def test_the_same_seed_splices_the_same(self) -> None:
        first, again, other = (spliced(self.rows, copies=4, seed=seed) for seed in (1, 1, 2))
        assert first == again != other

    def test_an_answer_of_its_own_and_a_long_conversation_are_left_alone(self) -> None:
        talk = replace(self.rows[0], messages=[*self.rows[0].messages, *self.rows[0].messages])
        assert spliced([self.rows[2], talk, talk], copies=2) == []

    @pytest.mark.parametrize(("least", "copies", "whole"), [(0, 0, 2), (7, 0, 7), (7, 1, 7), (3, 2, 6), (2, 0, 2)])
    def test_an_answer_with_few_rows_is_filled_up(self, least: int, copies: int, whole: int) -> None:
        begun = rows_to_splice(self.rows, copies=copies, least=least)
        assert 2 + len(begun) == whole and self.rows[2] not in begun
        assert abs(begun.count(self.rows[0]) - begun.count(self.rows[1])) <= 1


def test_of_many_rows_with_one_answer_some_are_kept_spread_over_all() -> None:
    many = [row(f"question {number}", "one answer") for number in range(10)]
    few = [row("another", "other answer"), row("a third", "own answer")]
    kept = thin_phrasings([*many, *few], most=4)
    assert [one.question for one in kept] == ["question 0", "question 2", "question 5", "question 7", "another", "a third"]
    assert thin_phrasings([*many, *few], most=0) == [*many, *few]
    assert thin_phrasings([*many, *few], most=10) == [*many, *few]


def test_every_row_that_can_be_learned_is_taken_held_out_or_left_out() -> None:
    bad = replace(row("a bad one", "no answer"), label=False)
    rows = [*make_rows(families=3, phrasings=5), bad]
    arranged = arrange(rows, TrainSpec(dataset="d", hold_out_phrasings=1, rows_per_answer=3, spliced_copies=2))
    assert len(arranged.held_out) == 3 and arranged.left_out == 3 * (4 - 3)
    assert len(arranged.taken) == 3 * 3 and len(arranged.begun) == 2 * len(arranged.taken)
    assert bad not in [*arranged.taken, *arranged.held_out]
