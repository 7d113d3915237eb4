from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.arena.battles import Answer, Arena, Choice, Contender, Sides
from studio.arena.ranking import rank, votes_for_power

QUESTION = [{"role": "user", "content": "Where is my parcel?"}]


def test_wins_are_counted_for_the_model_whichever_side_it_sat_on(arena: Arena, keep: Callable[..., str]) -> None:
    arena.vote(keep(), Choice.RIGHT)
    arena.vote(keep(swapped=True), Choice.LEFT)
    arena.vote(keep(swapped=True), Choice.RIGHT)
    (ranking,) = rank(arena)
    assert (ranking.tuned, ranking.wins, ranking.losses) == ("sft-1", 2, 1)


def test_ties_and_both_bad_stand_apart_and_are_no_half_wins(arena: Arena, keep: Callable[..., str]) -> None:
    for choice in (Choice.RIGHT, Choice.TIE, Choice.TIE, Choice.BOTH_BAD):
        arena.vote(keep(), choice)
    (ranking,) = rank(arena)
    assert (ranking.ties, ranking.both_bad, ranking.decisive, ranking.votes) == (2, 1, 1, 4)
    assert ranking.win_rate == 1.0


def test_the_interval_is_wilsons(arena: Arena, keep: Callable[..., str]) -> None:
    for index in range(10):
        arena.vote(keep(), Choice.RIGHT if index < 8 else Choice.LEFT)
    (ranking,) = rank(arena)
    # Wilson 1927 for 8 of 10: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    assert ranking.win_rate == 0.8
    assert ranking.wilson == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_without_a_decisive_vote_there_is_no_rate(arena: Arena, keep: Callable[..., str]) -> None:
    assert rank(arena) == []
    keep()
    assert rank(arena) == []
    arena.vote(keep(), Choice.TIE)
    (ranking,) = rank(arena)
    assert (ranking.win_rate, ranking.wilson) == (None, None)


def test_the_mean_length_of_both_sides_is_shown(arena: Arena, keep: Callable[..., str]) -> None:
    arena.vote(keep(base="one two", tuned="one two three four"), Choice.RIGHT)
    arena.vote(keep(base="one two three four", tuned="one two three four five six", swapped=True), Choice.TIE)
    (ranking,) = rank(arena)
    assert (ranking.base_words, ranking.tuned_words) == (3.0, 5.0)


@pytest.mark.parametrize(("rate", "votes"), [(0.55, 783), (0.60, 194), (0.65, 85)])
def test_votes_needed_for_80_percent_power(rate: float, votes: int) -> None:
    assert votes_for_power(rate) == votes
    assert votes_for_power(1 - rate) == votes


def test_it_says_how_many_decisive_votes_are_still_needed(arena: Arena, keep: Callable[..., str]) -> None:
    for choice in (Choice.RIGHT, Choice.LEFT, Choice.TIE):
        arena.vote(keep(), choice)
    (ranking,) = rank(arena)
    assert ranking.votes_to_go == 192


def test_each_tuned_model_is_ranked_by_itself_and_battles_without_base_are_left_out(
    arena: Arena, keep: Callable[..., str]
) -> None:
    second, third = Contender("sft-2", None, "c" * 64), Contender("sft-3", None, "d" * 64)
    arena.vote(keep(), Choice.RIGHT)
    for _ in range(2):
        arena.vote(keep(contender=second), Choice.LEFT)
    without_base = arena.keep_battle(Sides(second, third), QUESTION, Answer("a"), Answer("b"), blind=False, decoding={})
    arena.vote(without_base, Choice.LEFT)
    assert [(ranking.tuned, ranking.wins, ranking.losses) for ranking in rank(arena)] == [("sft-2", 0, 2), ("sft-1", 1, 0)]
