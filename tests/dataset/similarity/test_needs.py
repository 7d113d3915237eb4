"""When two questions ask for the same thing, and when a row repeats another."""

from __future__ import annotations

import pytest

from studio.dataset.similarity.needs import are_opposed, same_need
from studio.dataset.similarity.repetition import repeats, told
from studio.dataset.similarity.wording import about, without_courtesy


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How long does a refund take?", "When will my refund be here, please?"),
        ("What does the premium plan cost?", "What's the price of the premium plan?"),
        ("My food arrived cold", "my food arived cold!!"),
        ("Is the parcel shipped?", "Was my package shipped"),
        ("怎么修改收货地址？", "请问怎么修改收货地址呢"),
    ],
)
def test_courtesy_spelling_and_another_word_for_the_same_change_no_need(first: str, second: str) -> None:
    assert same_need(first, second) and same_need(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("How do I turn on roaming?", "How do I turn off roaming?"),
        ("How do I export my contacts?", "How do I import my contacts?"),
        ("Is there a bus from the airport to the hotel?", "Is there a bus to the airport from the hotel?"),
        ("How long does shipping to France take?", "How long does shipping to Spain take?"),
        ("How long does delivery take?", "How long does express delivery take?"),
        ("What is the limit of the ladder LX200?", "What is the limit of the ladder LX300?"),
        ("怎么开启夜间模式？", "怎么关闭夜间模式？"),
    ],
)
def test_an_opposite_another_thing_and_a_narrower_one_are_other_needs(first: str, second: str) -> None:
    assert not same_need(first, second) and not same_need(second, first)


def test_opposites_count_in_each_other_s_place_only() -> None:
    assert are_opposed("turn it on, roaming on my phone", "turn it off, roaming on my phone")
    assert not are_opposed("turn it on", "turn it on before you go")


def test_what_a_question_is_about_has_no_courtesy_in_it() -> None:
    assert about("Hi, could you tell me how long my refunds take, please?") == {"time", "refund"}
    assert without_courtesy("Hello dear team! Where is my parcel? Thank you so much.").strip() == "Where is my parcel?"
    assert without_courtesy("Thank you!") == "Thank you!"


def test_a_row_repeats_another_only_when_question_and_answer_do() -> None:
    row = told("Where do I see the grades of my course?", "Under My courses, Grades, one day after each quiz.")
    assert repeats(row, told("Where do I see the grades of my courses", "Under My courses, Grades, one day after a quiz."))
    assert not repeats(
        row, told("Where do I see the grades of my courses", "Under My courses, Grades, two days after each exam.")
    )
    assert not repeats(row, told("My marks?", "Under My courses, Grades, one day after each quiz.")), (
        "another phrasing is worth having"
    )
    grades, said_no = "You see the grades one day after each quiz.", "No. You see the grades one day after each quiz."
    assert not repeats(told("Can I see my grades now?", grades), told("Can I see my grades now?", said_no))
