"""Two ways of writing the same thing become the same tokens; different things stay apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.scoring.normalise import normalise, tokens

SAME = [
    ("Full  Refund", "full refund"),
    ("you’ll", "you will"),
    ("can't", "cannot"),
    ("dont", "do not"),
    ("it's", "it is"),
    ("the customer's bag", "the customers bag"),
    ("check-in", "check in"),
    ("fifty-five", "55"),
    ("one hundred and fifty thousand", "150,000"),
    ("twenty-five hundred", "2500"),
    ("a thousand", "1,000"),
    ("between one hundred and two hundred", "between 100 and 200"),
    ("$25", "USD 25"),
    ("$25", "25 dollars"),
    ("$25.00", "twenty-five US dollars"),
    ("$25", "25 usd"),
    ("€1,000.50", "1000.5 euros"),
    ("EUR 30", "30 €"),
    ("£30", "thirty pounds"),
    ("20 percent", "20%"),
    ("twenty per cent", "20 %"),
    ("12 October 2026", "October 12th, 2026"),
    ("12 October 2026", "2026-10-12"),
    ("the 12th of October", "Oct 12"),
    ("1st May 2026", "May 1, 2026"),
    ("5 pm", "5pm"),
    ("5 p.m.", "17:00"),
    ("5.30 pm", "17:30"),
    ("12 am", "00:00"),
    ("noon", "12 pm"),
    ("9am–5pm", "9 am to 5 pm"),
    ("500ml", "500 ml"),
    ("24-hour", "24 hrs"),
    ("7–10 days", "seven to ten days"),
    ("2½ hours", "2.5 hours"),
    ("terms & conditions", "terms and conditions"),
    ("Ｆｕｌｌ refund！", "full refund"),
]

DIFFERENT = [
    ("10", "100"),
    ("1,000", "1"),
    ("7.5", "7"),
    ("7 days", "7 working days"),
    ("$25", "€25"),
    ("$25", "25 days"),
    ("20%", "20"),
    ("5 pm", "5 am"),
    ("12 October", "10 December"),
    ("10/12/2026", "12 October 2026"),
    ("up to 5 may be returned", "up to may 5 be returned"),
    ("refund", "refunds"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_thing_become_the_same(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_things_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_punctuation_becomes_one_mark_between_words_and_none_at_the_ends() -> None:
    assert tokens("- Yes!! (Really): no;\n\nDone...") == ("yes", ".", "really", ",", "no", ".", "done")


@pytest.mark.parametrize("text", ["", " ", "...", "—", "\n- \n", "$ %", "''"])
def test_text_without_a_word_or_a_number_has_no_tokens(text: str) -> None:
    assert tokens(text) == ()


@given(st.integers(min_value=0, max_value=999_999))
def test_a_whole_number_stays_one_token_with_or_without_separators(number: int) -> None:
    assert tokens(f"{number}") == tokens(f"{number:,}") == (str(number),)


FRAGMENTS = [
    *("a", "an", "and", "one", "two", "twenty", "hundred", "thousand", "5", "12", "1,000", "2026", "5.30", "5.00", "2½"),
    *("$", "€", "£", "%", "usd", "usd5", "dollars", "pounds", "sterling", "per", "cent", "percent", "$25"),
    *("am", "pm", "p.m.", "noon", "17:00", "October", "may", "of", "the", "th", "2026-10-12", "hours", "h"),
    *(".", ",", ":", "-", "–", "\n", "(", "'", "n't", "can't", "cannot", "it's"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(["", " "])), max_size=7))
@example([("one", " "), ("2026-10-12", "")])
@example([("one", " "), ("one", " "), ("$", "")])
@example([("noon", " "), ("pm", "")])
@example([("2026-10-12", " "), ("October", " "), ("dollars", "")])
def test_normalising_amounts_twice_changes_nothing(pieces: list[tuple[str, str]]) -> None:
    once = normalise("".join(word + gap for word, gap in pieces))
    assert normalise(once) == once


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_normalising_any_text_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
