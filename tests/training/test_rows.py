"""Rows to tensors: what is cut, what is dropped, what is held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.chat.loading import load_tokenizer
from studio.errors import BadInput
from studio.training.rows import split_phrasings, tokenize
from studio.workspace.datasets import Row
from tests.support import make_rows


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
