"""What is asked at a checkpoint: held-back phrasings, spread over the families, never the questions of a question set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.errors import BadInput
from studio.scoring.items import Item
from studio.training.learning.phrasings import split_phrasings
from studio.training.validation.items import items_by_family, validation_items
from studio.workspace.datasets import Row
from tests.support import make_rows


def row(question: str, answer: str, family: str = "refund") -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="t", family=family)


def an_item(**changes: Any) -> Item:
    values = {
        "id": "refund-01", "family": "refund", "industry": "airline", "intent": "refund", "question": "Will I be refunded?",
        "answer": "You get a full refund within 7 working days.", "severity": "low", "policy_version": "1",
        "points": [{"say": "full refund", "any": ["full refund"]}, {"say": "7 working days", "any": ["7 working days"]}],
    }  # fmt: skip
    return Item.model_validate({**values, **changes})


REFUND = row("Do I get my money back?", "You get a full refund within seven working days.")


def asked(items: list[Any]) -> list[str]:
    return [item.row.question for item in items]


def test_all_families_are_asked_before_one_is_asked_twice() -> None:
    _, held = split_phrasings(make_rows(families=5, phrasings=4), hold_out=2)
    chosen = validation_items(held, {}, most=7)
    families = [item.row.family for item in chosen]
    assert len(set(asked(chosen))) == 7
    assert set(families[:5]) == {f"test-{number:02d}" for number in range(5)} and len(set(families[5:])) == 2


def test_of_more_families_than_are_asked_some_are_chosen_at_equal_distances() -> None:
    _, held = split_phrasings(make_rows(families=9, phrasings=2), hold_out=1)
    families = [item.row.family for item in validation_items(held, {}, most=3)]
    assert families == ["test-00", "test-03", "test-06"]


def test_no_more_are_asked_than_there_are() -> None:
    _, held = split_phrasings(make_rows(families=3, phrasings=2), hold_out=1)
    assert len(validation_items(held, {}, most=100)) == 3


def test_an_answer_is_judged_by_the_points_of_the_family() -> None:
    (item,) = validation_items([REFUND], {"refund": [an_item()]}, most=5)
    assert item.judged_by is not None
    assert item.is_right("Certainly: the full refund is there within 7 working days.")
    assert not item.is_right("You get a full refund soon.")


def test_points_that_the_datasets_own_answer_does_not_make_are_not_asked_of_the_model() -> None:
    other = an_item(id="refund-02", points=[{"say": "voucher", "any": ["a voucher"]}])
    (item,) = validation_items([REFUND], {"refund": [other]}, most=5)
    assert item.judged_by is None
    (item,) = validation_items([REFUND], {"refund": [other, an_item()]}, most=5)
    assert item.judged_by is not None and item.judged_by.id == "refund-01"


def test_without_points_an_answer_is_right_that_says_what_the_dataset_says() -> None:
    (item,) = validation_items([REFUND], {}, most=5)
    assert item.is_right("  You get a full refund within 7 working days. ")
    assert not item.is_right("You get a refund within seven working days.")
    assert not item.is_right("")


def test_what_a_question_set_asks_is_never_asked_here() -> None:
    same = row("will I be refunded", REFUND.answer)
    assert asked(validation_items([same, REFUND], {"refund": [an_item()]}, most=5)) == [REFUND.question]


def test_a_row_without_an_answer_is_not_asked() -> None:
    question = Row([{"role": "user", "content": "And now?"}], source="t", family="refund")
    assert validation_items([question], {}, most=5) == []


def test_question_sets_are_read_from_their_folder(tmp_path: Path) -> None:
    lines = [an_item(), an_item(id="other", family="other")]
    (tmp_path / "one.jsonl").write_text("\n".join(item.model_dump_json(exclude_none=True) for item in lines))
    found = items_by_family(tmp_path)
    assert {family: [item.id for item in items] for family, items in found.items()} == {
        "refund": ["refund-01"],
        "other": ["other"],
    }
    (tmp_path / "two.jsonl").write_text(json.dumps({"id": "torn"}))
    with pytest.raises(BadInput, match=r"two\.jsonl, line 1"):
        items_by_family(tmp_path)
