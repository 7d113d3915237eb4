"""Rows to tensors: what is cut, what is dropped, what is shortened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.chat.tokenizer import load_tokenizer
from studio.errors import BadInput
from studio.training.learning.rows import Tokenized, shorten_repeated_answers, tokenize
from studio.workspace.datasets import Row


@pytest.fixture(scope="module")
def tokenizer(embedded_model: Path) -> Any:
    return load_tokenizer(embedded_model)


def row(question: str, answer: str = "Yes.") -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="t")


def test_a_row_over_the_limit_is_cut_and_counted(tokenizer: Any) -> None:
    tokenized = tokenize(tokenizer, [row("Short?"), row("Short?", "word " * 200)], max_length=64)
    assert tokenized.cut == 1 and tokenized.dropped == 0
    assert max(len(one.input_ids) for one in tokenized.rows) == 64


def test_a_row_whose_answer_is_cut_away_is_dropped_and_counted(tokenizer: Any) -> None:
    tokenized = tokenize(tokenizer, [row("Short?"), row("word " * 200)], max_length=64)
    assert tokenized.dropped == 1 and len(tokenized.rows) == 1


def test_rows_with_nothing_to_learn_are_refused_instead_of_training_in_silence(tokenizer: Any) -> None:
    with pytest.raises(BadInput, match="Raise max_length"):
        tokenize(tokenizer, [row("word " * 200)], max_length=64)


def test_labels_are_the_answer_and_nothing_else(tokenizer: Any) -> None:
    (one,) = tokenize(tokenizer, [row("Is it open?", "Until 7 pm.")], max_length=64).rows
    assert tokenizer.decode([label for label in one.labels if label != -100]) == "Until 7 pm." + tokenizer.eos_token


ANSWER = "The parcel comes on Tuesday between nine and noon, and the driver rings twice before he leaves it anywhere."


@pytest.fixture(scope="module")
def rows(tokenizer: Any) -> Tokenized:
    shared = [row(f"When does it come, question {number}?", ANSWER) for number in range(8)]
    own = row("And yours?", "My own answer is trained whole, since nobody else has it.")
    return tokenize(tokenizer, [*shared, own], max_length=128)


class TestRepeatedAnswers:
    def test_some_rows_train_all_of_a_shared_answer_and_the_others_its_opening(self, rows: Tokenized, tokenizer: Any) -> None:
        short = shorten_repeated_answers(rows, whole=2, opening=5)
        assert short.openings == 6
        whole = [sum(one.trained) for one in rows.rows]
        assert [sum(one.trained) for one in short.rows] == [whole[0], 5, 5, 5, whole[4], 5, 5, 5, whole[8]]
        opening = [label for label in short.rows[1].labels if label != -100]
        assert ANSWER.startswith(tokenizer.decode(opening)) and opening[-1] != tokenizer.eos_token_id
        assert short.rows[1].input_ids == rows.rows[1].input_ids[: len(short.rows[1].input_ids)]

    def test_zero_shortens_nothing(self, rows: Tokenized) -> None:
        assert shorten_repeated_answers(rows, whole=0, opening=5) == rows

    def test_an_answer_no_longer_than_the_opening_stays_whole(self, rows: Tokenized) -> None:
        assert shorten_repeated_answers(rows, whole=2, opening=500).rows == rows.rows
