"""A fair set can be passed by its own answers, and by no others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.scoring.floors import FLOORS, floor_scores
from studio.scoring.items import Item
from studio.scoring.soundness import check_question_set

MakeItem = Callable[..., Item]


@pytest.fixture
def other(make_item: MakeItem) -> Item:
    """A sound item of another family."""
    return make_item(
        id="airline-07a",
        family="airline-07",
        question="May I bring my cat?",
        answer="Yes, one cat per passenger, for $50.",
        points=[{"say": "50 dollars", "any": ["$50"]}],
    )


def test_a_sound_set_has_no_faults(make_item: MakeItem, other: Item) -> None:
    assert check_question_set([make_item(), make_item(id="airline-03b", question="Money back?"), other]) == []


def test_a_repeated_id_is_a_fault(make_item: MakeItem) -> None:
    assert check_question_set([make_item(), make_item()]) == ["The id 'airline-03a' is used 2 times; give each item its own."]


def test_an_item_without_a_point_is_a_fault(make_item: MakeItem) -> None:
    assert check_question_set([make_item(points=[])])[0].startswith("airline-03a has no point")


def test_a_reference_answer_that_fails_its_own_item_is_a_fault(make_item: MakeItem) -> None:
    [fault] = check_question_set([make_item(answer="You get a full refund.")])
    assert fault == 'airline-03a fails its own reference answer: Missed "within 7 working days".'


def test_an_item_that_another_familys_answer_passes_is_a_fault(make_item: MakeItem, other: Item) -> None:
    vague = make_item(answer="Yes, you do.", points=[{"say": "yes", "any": ["yes"]}])
    [fault] = check_question_set([vague, other])
    assert fault.startswith("airline-03a passes the reference answer of airline-07a")


@pytest.mark.parametrize(
    ("floor", "wording"),
    [("refusal", "can't help"), ("contact support", "contact our support team"), ("echo", "flight was cancelled")],
)
def test_a_floor_that_scores_is_a_fault(make_item: MakeItem, floor: str, wording: str) -> None:
    weak = make_item(answer=f"Well: {wording}.", points=[{"say": "it", "any": [wording]}], forbidden=[])
    assert floor_scores([weak, make_item()]) == {name: int(name == floor) for name in FLOORS}
    [fault] = check_question_set([weak])
    assert fault.startswith(f"The floor '{floor}' passes 1 of 1 items")


def test_a_floor_may_pass_two_percent(make_item: MakeItem) -> None:
    weak = make_item(id="weak", answer="We can't help.", points=[{"say": "no help", "any": ["can't help"]}])
    sound = [make_item(id=f"sound-{number}") for number in range(49)]
    assert check_question_set([weak, *sound]) == []
    assert len(check_question_set([weak, *sound[:-1]])) == 1


def test_the_floors_answer_the_last_question_of_a_conversation(make_item: MakeItem) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Why?"}]
    assert FLOORS["echo"](make_item(question=None, messages=turns)) == "Why?"
    assert FLOORS["empty"](make_item()) == ""
