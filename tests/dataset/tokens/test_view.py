"""What the page and the command show of a row is what training makes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.chat.tokenizer import load_tokenizer
from studio.dataset.tokens.view import Token, find_row, row_tokens
from studio.errors import NotFound
from studio.training.learning.rows import tokenize
from studio.workspace.datasets import Row
from studio.workspace.layout import Workspace


@pytest.fixture(scope="module")
def tokenizer(embedded_model: Path) -> Any:
    return load_tokenizer(embedded_model)


def turns(*texts: str, system: str | None = None) -> list[dict[str, str]]:
    first = [{"role": "system", "content": system}] if system else []
    return first + [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]


CONVERSATIONS = {
    "one turn": turns("Where is my parcel?", "It arrives within 3 working days."),
    "several turns": turns("Hi", "Hello! How can I help?", "Where is it?", "In transit.", "And when?", "On Tuesday."),
    "a system message of its own": turns("Who are you?", "I am Ada.", system="You are Ada of Northwind."),
    "another script and an emoji": turns("我的订单什么时候到？ 😀", "您的订单将在3个工作日内送达。\n\tOrders → Track"),
    "longer than max_length": turns("Tell me all.", "A long story of many words. " * 40),
}


@pytest.mark.parametrize("messages", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_the_tokens_that_are_left_and_learned_are_those_of_training(tokenizer: Any, messages: list[dict[str, str]]) -> None:
    view = row_tokens(tokenizer, Row(messages, source="t"), max_length=64).chosen
    (trained,) = tokenize(tokenizer, [Row(messages, source="t")], max_length=64).rows
    left = [token for token in view.tokens if not token.cut]
    assert [token.id for token in left] == trained.input_ids
    assert [token.trained for token in left] == trained.trained
    assert (view.trained, view.total - view.cut) == (sum(trained.trained), len(trained.input_ids))


def test_of_a_preference_row_both_answers_are_shown_and_the_better_one_is_what_training_learns(tokenizer: Any) -> None:
    row = Row(turns("Is it open?", "Yes, until 7 pm."), source="t", rejected="No idea.")
    seen = row_tokens(tokenizer, row, max_length=512)
    assert [token.id for token in seen.chosen.tokens] == tokenize(tokenizer, [row], max_length=512).rows[0].input_ids
    worse = replace(row, messages=turns("Is it open?", "No idea."), rejected=None)
    assert seen.rejected == row_tokens(tokenizer, worse, max_length=512).chosen


def test_the_cut_is_marked_and_says_how_much_of_the_answer_it_takes(tokenizer: Any) -> None:
    view = row_tokens(tokenizer, Row(CONVERSATIONS["longer than max_length"], source="t"), max_length=64).chosen
    assert [token.cut for token in view.tokens] == [False] * 64 + [True] * view.cut
    assert view.cut == view.lost == view.total - 64 and view.trained == sum(token.trained for token in view.tokens[:64])


def test_marks_of_the_template_are_told_from_text(tokenizer: Any) -> None:
    view = row_tokens(tokenizer, Row(CONVERSATIONS["one turn"], source="t"), max_length=512).chosen
    assert {token.text for token in view.tokens if token.special} == {"<|im_start|>", "<|im_end|>"}
    assert "".join(token.text for token in view.tokens if token.trained) == "It arrives within 3 working days.<|im_end|>"


def test_each_part_of_a_split_character_shows_the_whole_of_it(tokenizer: Any) -> None:
    view = row_tokens(tokenizer, Row(turns("?", "您 naïve 😀 ok"), source="t"), max_length=512).chosen
    answer = [token for token in view.tokens if token.trained]
    assert not any("\ufffd" in token.text for token in answer)
    assert "".join(token.text for token in answer if token.part is None or token.part[0] == 1) == "您 naïve 😀 ok<|im_end|>"
    split = [token for token in answer if token.part]
    assert [token.part for token in split if token.text == "您"] == [(1, 3), (2, 3), (3, 3)]


def test_a_replacement_character_that_stands_in_the_row_itself_does_not_take_its_neighbours(tokenizer: Any) -> None:
    view = row_tokens(tokenizer, Row(turns("?", "A \ufffd stands here."), source="t"), max_length=512).chosen
    assert view.tokens[-2:] == [replace(view.tokens[-2], text="."), Token(view.tokens[-1].id, "<|im_end|>", True, True, False)]
    assert " stands" in [token.text for token in view.tokens]


def test_a_row_without_an_answer_or_with_a_bad_one_says_that_training_leaves_it_out(tokenizer: Any) -> None:
    unanswered = Row([{"role": "user", "content": "Where?"}], source="t")
    assert row_tokens(tokenizer, unanswered, max_length=512).chosen.total == 0
    assert row_tokens(tokenizer, Row(turns("Where?", "Go away."), source="t", label=False), max_length=512).judged_bad


def test_rows_are_found_by_their_number_from_1(workspace: Workspace, dataset: str) -> None:
    assert find_row(workspace, dataset, 1).question.startswith("Question 0")
    assert find_row(workspace, dataset, 16).question.startswith("Question 3")
    for number in (0, 17):
        with pytest.raises(NotFound, match="from 1 to 16"):
            find_row(workspace, dataset, number)
