"""The histogram of lengths: what its title says, and what it draws."""

from __future__ import annotations

from typing import Any

from studio.charts import LengthBar, length_histogram, svg
from studio.charts.lengths import words_of_bar

BARS = [
    LengthBar(100, 110, whole=8, cut=0),
    LengthBar(110, 120, whole=3, cut=2),
    LengthBar(120, 130, whole=0, cut=7, open_ended=True),
]


def title(bars: list[LengthBar], max_length: int) -> str:
    return " ".join(length_histogram(bars, max_length).to_dict()["title"]["text"])


def drawn(bars: list[LengthBar], max_length: int) -> list[dict[str, Any]]:
    return length_histogram(bars, max_length).to_dict()["layer"]


def test_the_title_says_how_many_rows_are_cut() -> None:
    assert title(BARS, 115) == "9 of 20 rows (45.0%) are longer than 115 tokens and would be cut"
    assert title([LengthBar(100, 110, whole=1_200, cut=0)], 512) == "All 1,200 rows fit into 512 tokens"
    assert title([], 512) == "No row to measure"


def test_the_rows_that_are_cut_stand_on_top_of_the_whole_ones() -> None:
    values = drawn(BARS, 115)[0]["data"]["values"]
    assert [(one["kind"], one["bottom"], one["top"]) for one in values] == [
        ("whole", 0, 8),
        ("whole", 0, 3),
        ("cut", 3, 5),
        ("cut", 0, 7),
    ]
    assert [words_of_bar(bar) for bar in BARS] == ["100 to 109", "110 to 119", "120 and more"]


def test_max_length_is_marked_where_rows_come_near_it() -> None:
    assert "max_length 115" in svg(length_histogram(BARS, 115))
    assert len(drawn(BARS, 4_096)) == 1


def test_the_numbers_are_in_its_description() -> None:
    assert "110 to 119 tokens: 2 rows cut" in length_histogram(BARS, 115).to_dict()["description"]
