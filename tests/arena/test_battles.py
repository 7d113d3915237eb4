from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from studio.arena.battles import Answer, Arena, Choice, Contender, Sides, check_prompt, draw_sides
from studio.errors import BadInput, NotFound
from studio.workspace.database import Database
from studio.workspace.layout import Workspace
from studio.workspace.tables import Battle, Vote

BASE = Contender("base", None, "a" * 64)
TUNED = Contender("sft-1", "/runs/sft-1/adapter", "b" * 64)
QUESTION = [{"role": "user", "content": "Where is my parcel?"}]


def test_an_open_battle_has_base_left_and_tuned_right() -> None:
    for seed in range(20):
        assert draw_sides(BASE, TUNED, blind=False, rng=random.Random(seed)) == Sides(left=BASE, right=TUNED)


def test_a_blind_battle_puts_either_model_left_about_equally_often() -> None:
    rng = random.Random(7)
    left = Counter(draw_sides(BASE, TUNED, blind=True, rng=rng).left.name for _ in range(1000))
    assert 440 < left["base"] < 560
    assert left.total() == 1000


def test_a_battle_keeps_all_that_makes_its_vote_worth_something(arena: Arena, workspace: Workspace) -> None:
    sides = Sides(left=TUNED, right=BASE)
    battle_id = arena.keep_battle(
        sides, QUESTION, Answer("Soon."), Answer("No idea."), blind=True, decoding={"temperature": 0.7, "seed": 3}, visitor="v1"
    )
    with Database(workspace).session() as session:
        battle = session.get_one(Battle, battle_id)
    assert battle.messages == QUESTION
    assert (battle.left_model, battle.right_model) == ("sft-1", "base")
    assert (battle.left_digest, battle.right_digest) == ("b" * 64, "a" * 64)
    assert (battle.left_answer, battle.right_answer) == ("Soon.", "No idea.")
    assert (battle.blind, battle.decoding, battle.visitor) == (True, {"temperature": 0.7, "seed": 3}, "v1")
    assert battle.created.utcoffset() is not None


@pytest.mark.parametrize("choice", list(Choice))
def test_every_choice_is_kept_under_its_own_name(arena: Arena, keep: Callable[..., str], choice: Choice) -> None:
    battle_id = keep()
    arena.vote(battle_id, choice)
    assert [(battle.id, battle.choice) for battle in arena.voted_battles()] == [(battle_id, choice)]


def test_the_vote_reveals_who_was_who(arena: Arena, keep: Callable[..., str]) -> None:
    reveal = arena.vote(keep(swapped=True), "left")
    assert (reveal.left, reveal.right, reveal.preferred) == ("sft-1", "base", "sft-1")
    assert arena.vote(keep(), Choice.BOTH_BAD).preferred is None


def test_the_same_vote_again_is_accepted_and_counted_once(arena: Arena, keep: Callable[..., str]) -> None:
    battle_id = keep()
    assert arena.vote(battle_id, Choice.RIGHT) == arena.vote(battle_id, Choice.RIGHT)
    assert len(list(arena.voted_battles())) == 1


def test_another_vote_after_the_reveal_is_refused_and_the_first_stays(arena: Arena, keep: Callable[..., str]) -> None:
    battle_id = keep()
    arena.vote(battle_id, Choice.BOTH_BAD)
    with pytest.raises(BadInput, match=r"voted on already \(both bad\)"):
        arena.vote(battle_id, Choice.RIGHT)
    assert [battle.choice for battle in arena.voted_battles()] == [Choice.BOTH_BAD]


def test_twenty_clicks_at_once_make_one_vote(workspace: Workspace, arena: Arena, keep: Callable[..., str]) -> None:
    battle_id = keep()

    def click(index: int) -> bool:
        try:
            arena.vote(battle_id, Choice.LEFT if index % 2 else Choice.RIGHT)
        except BadInput:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        accepted = list(pool.map(click, range(20)))
    with Database(workspace).session() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == 1
    assert sum(accepted) == 10  # those that agree with the one that came first


def test_votes_on_many_battles_at_once_are_all_kept(arena: Arena, keep: Callable[..., str]) -> None:
    battles = [keep(f"question {index}") for index in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda battle_id: arena.vote(battle_id, Choice.LEFT), battles))
    assert {battle.id for battle in arena.voted_battles()} == set(battles)


@pytest.mark.parametrize("battle_id", ["nonsense", "0" * 32, "", "x" * 10_000, "\0"])
def test_a_vote_on_an_unknown_battle_is_not_found(arena: Arena, battle_id: str) -> None:
    with pytest.raises(NotFound, match="There is no battle"):
        arena.vote(battle_id, Choice.LEFT)
    assert list(arena.voted_battles()) == []


@pytest.mark.parametrize("choice", ["", "middle", "LEFT", "both bad"])
def test_a_choice_that_is_none_of_the_four_is_refused(arena: Arena, keep: Callable[..., str], choice: str) -> None:
    with pytest.raises(BadInput, match="left, right, tie, both_bad"):
        arena.vote(keep(), choice)


@pytest.mark.parametrize("prompt", ["", "   \n\t ", "\0", "a" * 2001])
def test_a_prompt_that_is_empty_or_too_long_is_refused(keep: Callable[..., str], prompt: str) -> None:
    with pytest.raises(BadInput, match="prompt"):
        keep(prompt)


def test_a_prompt_of_exactly_the_limit_is_kept() -> None:
    assert check_prompt(" " + "a" * 2000 + "\n") == "a" * 2000


def test_half_characters_from_a_browser_do_not_break_the_database(arena: Arena, keep: Callable[..., str]) -> None:
    arena.vote(keep("Hi \ud83d there 😀\0", base="x\ud800"), Choice.TIE)
    (battle,) = arena.voted_battles()
    assert battle.messages[-1]["content"] == "Hi \ufffd there 😀"
    assert battle.left.answer == "x\ufffd"


@pytest.mark.parametrize("broken", ["left", "right"])
def test_a_battle_with_a_side_that_broke_off_is_not_votable(arena: Arena, workspace: Workspace, broken: str) -> None:
    failed, fine = Answer("Half an ans", error="the engine stopped"), Answer("Whole.")
    answers = (failed, fine) if broken == "left" else (fine, failed)
    with pytest.raises(BadInput, match=f"{broken} side broke off"):
        arena.keep_battle(Sides(BASE, TUNED), QUESTION, *answers, blind=False, decoding={})
    with Database(workspace).session() as session:
        assert session.scalar(select(func.count()).select_from(Battle)) == 0


def test_a_conversation_must_end_with_the_customer(arena: Arena) -> None:
    turns = [*QUESTION, {"role": "assistant", "content": "It is on its way."}]
    for messages in ([], turns):
        with pytest.raises(BadInput, match="ends with the customer"):
            arena.keep_battle(Sides(BASE, TUNED), messages, Answer("a"), Answer("b"), blind=False, decoding={})
