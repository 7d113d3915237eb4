from __future__ import annotations

import pytest

from studio.errors import BadInput
from studio.evaluation.selection import of_industries, spread
from studio.scoring.items import load_question_set
from studio.settings import PROJECT_ROOT

ITEMS = load_question_set(PROJECT_ROOT / "eval_sets" / "high_frequency.jsonl").items


def test_items_of_the_named_industries_are_asked_and_all_where_none_is_named() -> None:
    assert of_industries(ITEMS, ()) == list(ITEMS)
    chosen = of_industries(ITEMS, ("airline", "printers"))
    assert {item.industry for item in chosen} == {"airline", "printers"}
    assert len(chosen) == sum(item.industry in {"airline", "printers"} for item in ITEMS)


def test_an_unknown_industry_is_one_sentence_with_those_that_there_are() -> None:
    with pytest.raises(BadInput, match=r"no item of zoo\. It has: airline, "):
        of_industries(ITEMS, ("zoo",))


def test_a_limit_is_spread_evenly_over_the_set() -> None:
    assert spread(ITEMS, None) == spread(ITEMS, 10_000) == list(ITEMS)
    few = spread(ITEMS, len(ITEMS) // 4)
    assert len(few) == len(ITEMS) // 4
    assert {item.industry for item in few} == {item.industry for item in ITEMS}
