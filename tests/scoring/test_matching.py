"""What an answer states, and what it only seems to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.scoring.matching import SCOPE, mentions, states

STATED = [
    ("You get a full refund.", "full refund"),
    ("You’ll be REFUNDED  in full!", "refunded in full"),
    ("The money arrives within seven working days.", "7 working days"),
    ("It takes up to 10 days.", "10 days"),
    ("It takes 5-7 working days.", "7 working days"),
    ("The fee is twenty-five dollars", "$25"),
    ("It ends on 12 October 2026.", "October 12th"),
    ("A refund, in full, is on its way", "refund in full"),
    # a denial that belongs to another clause
    ("There is no fee: you get a full refund", "full refund"),
    ("There is no fee. Full refund within 7 days", "full refund"),
    ("It's not a voucher, it is a full refund", "full refund"),
    ("We do not charge a fee and you get a full refund", "full refund"),
    ("Not only a voucher but a full refund", "full refund"),
    ("The code does not expire until 24 hours have passed", "24 hours"),
    ("You get it no later than 7 working days after", "7 working days"),
    # a denial that denies nothing
    ("Do not worry, full refund", "full refund"),
    ("Don't worry you get a full refund", "full refund"),
    ("If you do not see it after 10 days, call us", "10 days"),
    ("There is no fee within 24 hours of booking", "within 24 hours"),
    # a denial in the alternative itself
    ("There is no fee for that", "no fee"),
    ("Please don't switch it on", "do not switch it on"),
    ("The name can’t be changed", "cannot be changed"),
    ("No refund is possible", "no refund"),
    # one occurrence is enough
    ("No full refund for late cancellation; otherwise a full refund", "full refund"),
    ("Would you like a full refund?", "full refund"),
    ("The 10% discount does not apply to gift cards", "10% discount"),
]

NOT_STATED = [
    ("You get a refund in part", "full refund"),
    ("100 days", "10 days"),
    ("17 working days", "7 working days"),
    ("7.5 working days", "7 working days"),
    ("7 days", "7 working days"),
    ("within 2.5 hours", "within 2 hours"),
    ("within 2½ hours", "2 hours"),
    ("$1,025", "$25"),
    ("25 days", "$25"),
    ("The tank is full. Refund it", "full refund"),
    ("not refunded", "refunded"),
    ("It was not yet refunded", "refunded"),
    ("We do not offer a full refund", "full refund"),
    ("We're not in a position to give a full refund", "full refund"),
    ("It can't be refunded in full", "refunded in full"),
    ("no refund", "refund"),
    ("No one gets a full refund", "full refund"),
    ("We never give a full refund", "full refund"),
    ("You are unable to get a full refund", "full refund"),
    ("You leave without a full refund", "full refund"),
    ("A voucher instead of a full refund", "full refund"),
    ("A voucher rather than a full refund", "full refund"),
    ("You cannot change or cancel it", "cancel"),
    ("We do not, however, offer a full refund", "full refund"),
    ("If you cancel late, we do not offer a full refund", "full refund"),
    ("A full refund is not possible", "full refund"),
    ("A full refund will never be given", "full refund"),
    ("Full refunds and a full refund are unavailable", "full refund"),
    ("Not only a voucher but a full refund", "only a voucher"),
    ("", "full refund"),
    ("anything", "..."),
]


@pytest.mark.parametrize(("answer", "alternative"), STATED)
def test_the_answer_states_it(answer: str, alternative: str) -> None:
    assert states(answer, alternative)


@pytest.mark.parametrize(("answer", "alternative"), NOT_STATED)
def test_the_answer_does_not_state_it(answer: str, alternative: str) -> None:
    assert not states(answer, alternative)


def test_a_denial_reaches_as_many_words_as_its_scope_and_no_further() -> None:
    assert not states("not " + "very " * (SCOPE - 1) + "refundable", "refundable")
    assert states("not " + "very " * SCOPE + "refundable", "refundable")


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_a_number_is_stated_by_itself_alone(said: int, wanted: int) -> None:
    assert states(f"It takes {said} days", f"{wanted} days") is (said == wanted)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["refund", "full", "7", "days", "$25", "voucher"]), min_size=1, max_size=5))
def test_every_phrase_without_a_denial_states_itself_wherever_it_stands(words: list[str]) -> None:
    phrase = " ".join(words)
    assert states(phrase, phrase)
    assert states(f"Good news: {phrase}, as promised.", phrase)
    assert not states(f"There is never {phrase}.", phrase)


@pytest.mark.parametrize(
    "answer", ["我是Nova。", "您好，我是 Nova，很高兴", "不仅如此我是nova", "我非常高兴，我是Nova", "我不是ChatGPT而是Nova"]
)
def test_a_name_in_chinese_text_is_stated(answer: str) -> None:
    assert states(answer, "Nova")


@pytest.mark.parametrize("answer", ["我不是Nova。", "我并非来自Nova", "我没有叫Nova"])
def test_a_name_denied_in_chinese_is_not_stated(answer: str) -> None:
    assert not states(answer, "Nova") and mentions(answer, "Nova")


def test_chinese_phrases_are_matched_character_by_character() -> None:
    assert states("这个助手由OpenAI开发的。", "OpenAI开发") and not states("我不是由OpenAI开发的", "OpenAI开发")
    assert not states("退款需要17天", "7天")
