from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest

from studio.arena.battles import Choice, Party, Reveal, VotedBattle
from studio.arena.ranking import Ranking
from studio.scoring.items import Item
from studio.settings import PROJECT_ROOT
from studio.ui.text import arena as text
from studio.ui.views import arena as views
from studio.ui.views.arena import AnswerCard

HOSTILE = '<img src=x onerror="alert(1)">'
RANKING = Ranking(tuned="sft-1", wins=8, losses=2, ties=1, both_bad=3, base_words=20.4, tuned_words=31.6)


def battle(choice: Choice, question: str = "Where is my refund?") -> VotedBattle:
    return VotedBattle(
        id="0" * 32,
        voted=datetime(2026, 11, 22, 17, 40, tzinfo=UTC),
        messages=[{"role": "user", "content": question}],
        left=Party("sft-1", "b" * 64, "left"),
        right=Party("base", "a" * 64, "right"),
        blind=True,
        choice=choice,
    )


def item(item_id: str, industry: str) -> Item:
    return Item(
        id=item_id, family=item_id[:-1], industry=industry, intent="x", question=f"Question {item_id}", answer="a", points=(),
        severity="low", policy_version="1",
    )  # fmt: skip


def test_a_card_escapes_what_the_model_said() -> None:
    card = AnswerCard("left", HOSTILE, "base").html()
    assert "<img" not in card and "&lt;img src=x" in card


def test_a_blind_card_names_no_model_and_has_no_colour() -> None:
    card = AnswerCard("right", "An answer").html()
    assert text.RIGHT in card and "An answer" in card
    assert not any(word in card for word in ("base", "tuned", "Base", "Tuned", "side"))


@pytest.mark.parametrize(("model", "role", "name"), [("base", "base", "Base"), ("sft-1", "tuned", "Tuned (sft-1)")])
def test_a_named_card_has_the_models_name_and_colour(model: str, role: str, name: str) -> None:
    card = AnswerCard("left", "An answer", model).html()
    assert f'class="card side {role}"' in card and name in card


def test_a_card_without_an_answer_says_what_to_expect() -> None:
    assert text.WAITING in AnswerCard("left").html()
    assert text.NOTHING_SAID in AnswerCard("left", waiting=text.NOTHING_SAID).html()


@pytest.mark.parametrize(
    ("choice", "preferred", "sentence"),
    [
        (Choice.LEFT, "sft-1", "preferred the tuned model"),
        (Choice.RIGHT, "base", "preferred the base model"),
        (Choice.TIE, None, "equally good"),
        (Choice.BOTH_BAD, None, "both are bad"),
    ],
)
def test_the_reveal_tells_the_vote_and_who_was_who(choice: Choice, preferred: str | None, sentence: str) -> None:
    told = views.reveal(Reveal(left="sft-1", right="base", choice=choice, preferred=preferred))
    assert sentence in told
    assert told.index("Tuned (sft-1)") < told.index(">Base<")


def test_the_ranking_shows_the_rate_with_its_count_interval_and_lengths() -> None:
    shown = views.ranking([RANKING])
    assert "8/10 = 80.0%" in shown
    assert "49.0% to 94.3%" in shown  # Wilson for 8 of 10
    assert escape(text.AROUND_HALF) in shown
    assert "tuned 32 words, base 20 words" in shown
    assert f"About {RANKING.votes_to_go} more decisive votes" in shown


def test_the_ranking_names_a_preference_only_when_the_interval_excludes_one_half() -> None:
    assert text.ABOVE_HALF in views.ranking([replace(RANKING, wins=90, losses=10)])
    assert text.BELOW_HALF in views.ranking([replace(RANKING, wins=10, losses=90)])


def test_ties_and_both_bad_are_no_part_of_the_rate() -> None:
    shown = views.ranking([replace(RANKING, wins=0, losses=0, ties=4, both_bad=5)])
    assert text.NO_DECISIVE in shown
    assert "<td>0/0 = –</td>" in shown and "<td>4</td><td>5</td>" in shown


def test_without_votes_the_ranking_says_what_to_do() -> None:
    assert text.NO_VOTES in views.ranking([])
    assert views.latest([]) == ""


def test_the_latest_votes_are_listed_escaped_and_shortened() -> None:
    shown = views.latest([battle(Choice.LEFT, f"{HOSTILE} {'long ' * 60}"), battle(Choice.BOTH_BAD)])
    assert "<img" not in shown and "…" in shown and "long " * 40 not in shown
    assert "22 Nov 2026, 17:40 UTC" in shown and "Both bad" in shown


def test_the_examples_come_from_as_many_industries_as_possible() -> None:
    items = [item("air-1a", "airline"), item("air-1b", "airline"), item("air-2a", "airline"), item("bank-1a", "banking")]
    assert views.example_questions(items, count=3) == ["Question air-1a", "Question bank-1a", "Question air-2a"]


def test_the_sample_question_set_gives_six_examples_of_six_industries() -> None:
    from studio.scoring.items import load_question_set

    items = load_question_set(PROJECT_ROOT / "eval_sets" / "high_frequency.jsonl").items
    questions = views.example_questions(items)
    asked = [item for item in items if item.question in questions]
    assert len(questions) == 6 and len({item.industry for item in asked}) == 6
