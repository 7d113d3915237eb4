"""What remedies do to rows: what they claim to mend is gone, the counts add up, and every change is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.dataset.checks.examination import Examination, Finding, examine
from studio.dataset.checks.remedies import Mended, codes_of, mend, parse_remedies
from studio.errors import BadInput
from studio.scoring.items import Item, Point
from studio.workspace.datasets import Row

SEVEN, FOURTEEN = "We refund your order within 7 days.", "We refund your order within 14 days."
MAIL = "Write to jane.doe@example.com or john.roe@example.com, I am jane.doe@example.com."


def row(question: str, answer: str = "It is blue.", **labels: Any) -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="test", **labels)


def mended(rows: Sequence[Row], codes: str, **options: Any) -> Mended:
    return mend(rows, examine(rows, **options), parse_remedies(codes), lambda left: examine(left, **options))


def questions(result: Mended) -> list[str]:
    return [one.question for one in result.rows]


def test_of_repeated_rows_the_first_is_kept_and_each_other_says_which_row_it_repeats() -> None:
    rows = [row("Where is it?", "Here."), row("Who?", "Me."), row("where is it", "HERE!"), row("Where is it?", "Here.")]
    result = mended(rows, "duplicates")
    assert questions(result) == ["Where is it?", "Who?"]
    assert [(one.row, one.kind) for one in result.removed] == [(2, "duplicate"), (3, "duplicate")]
    assert all("row 0" in one.detail and "row 1" in one.sentence for one in result.removed)
    assert result.before.score == 75.0 and result.after.score == 100.0


def test_what_repeats_a_row_that_goes_stays_in_its_place() -> None:
    rows = [row("Where is my order now please, the big one?"), row("Where is my order now please, the big one?")]
    faulty = [Finding(0, "too_long", "It is too long."), Finding(1, "duplicate", "Again.", 0)]
    result = mend(rows, Examination(2, faulty), parse_remedies("duplicate,too_long"), examine)
    assert [one.row for one in result.removed] == [0] and result.rows == rows[1:]


@pytest.mark.parametrize(
    ("keep", "answers"), [("first", [SEVEN] * 2), ("newest", [FOURTEEN] * 2), ("neither", []), ("leave", [SEVEN, SEVEN, FOURTEEN, FOURTEEN])]
)  # fmt: skip
def test_of_contradicting_rows_those_stay_that_were_chosen_with_all_that_say_the_same(keep: str, answers: list[str]) -> None:
    rows = [row(f"{word}?", answer, family="f") for word, answer in zip("abcd", (SEVEN, SEVEN, FOURTEEN, FOURTEEN), strict=True)]
    result = mended([*rows, row("Who?", "Me.")], f"contradiction:{keep}")
    assert [one.answer for one in result.rows] == [*answers, "Me."]
    assert keep == "leave" or "contradiction" not in result.after.counts


def test_a_choice_for_one_pair_holds_for_it_alone() -> None:
    rows = [
        row("a?", SEVEN, family="f"),
        row("b?", FOURTEEN, family="f"),
        row("c?", SEVEN, family="g"),
        row("d?", FOURTEEN, family="g"),
    ]
    assert questions(mended(rows, "contradiction:newest@2")) == ["b?", "c?", "d?"]
    assert questions(mended(rows, "contradiction:first,contradiction:leave@2")) == ["a?", "b?", "c?"]


def test_personal_data_are_replaced_by_the_same_name_throughout_and_the_row_is_kept() -> None:
    result = mended([row(MAIL), row("Who?", "Me.")], "personal_data")
    assert questions(result) == ["Write to [e-mail 1] or [e-mail 2], I am [e-mail 1].", "Who?"]
    assert [(one.row, one.kind) for one in result.changed] == [(0, "personal_data")] and not result.removed
    assert result.after.score == 100.0


def test_the_company_s_own_contacts_stay_in_a_row_that_is_redacted() -> None:
    topics = ("the lamp", "my invoice", "a broken chair", "the delivery", "an exchange")
    rows = [row(f"Whom do I ask about {topic}?", f"For {topic} call 030 5556677.", family=topic) for topic in topics]
    rows[0] = row("Whom do I ask about the lamp? I am jane.doe@example.com.", rows[0].answer)
    result = mended(rows, "personal_data")
    assert result.rows[0].question == "Whom do I ask about the lamp? I am [e-mail 1]."
    assert all("030 5556677" in one.answer for one in result.rows)


def test_the_worse_answer_of_a_preference_is_redacted_too_though_no_check_looks_at_it() -> None:
    result = mended([row("Who?", "Me.", rejected="Ask jane.doe@example.com.")], "personal_data")
    assert result.rows[0].rejected == "Ask [e-mail 1]." and len(result.changed) == 1


def test_rows_that_are_alike_once_redacted_are_repeated_rows() -> None:
    rows = [row("My address is jane.doe@example.com."), row("My address is john.roe@example.com.")]
    result = mended(rows, "personal_data,duplicate,near_duplicate")
    assert len(result.rows) == 1 and result.after.findings == [] and len(result.changed) == 1


def test_leaking_over_long_and_badly_ordered_rows_are_dropped_with_what_was_found() -> None:
    asked = "How do I return the shoes that I bought?"
    item = Item(
        id="item-1", family="f", industry="i", intent="n", question=asked, answer="In the box.", points=(Point(say="box", any=("box",)),),
        severity="low", policy_version="1",
    )  # fmt: skip
    twice = Row([*row("Hello?").messages, {"role": "assistant", "content": "Again."}], source="test")
    rows = [row("Which colour?", "x" * 600), twice, row("Who?", "Me."), row(asked)]
    result = mended(rows, "too_long,turn_order,leakage", max_characters=500, items=[item])
    assert questions(result) == ["Who?"]
    assert [(one.row, one.kind) for one in result.removed] == [(0, "too_long"), (1, "turn_order"), (3, "leakage")]
    assert "613 characters" in result.removed[0].detail and "item-1" in result.removed[2].detail


@pytest.mark.parametrize(
    "code", ["tidy", "duplicate:first", "contradiction:oldest", "contradiction:first@x", "contradiction:first@0"]
)
def test_an_unknown_remedy_is_refused_with_those_there_are(code: str) -> None:
    with pytest.raises(BadInput, match="near_duplicate"):
        parse_remedies(code)


def test_remedies_are_written_as_they_are_read_and_a_later_choice_takes_the_earlier_ones_place() -> None:
    assert codes_of(parse_remedies("duplicates, contradictions,personal_data,contradiction:newest,contradiction:leave@3")) == (
        "duplicate,personal_data,contradiction:newest,contradiction:leave@3"
    )


WORDS = st.sampled_from(["my", "order", "refund", "where", "is", "late", "card", MAIL, "14 days"])
TEXT = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
ANSWER = st.one_of(st.sampled_from([SEVEN, FOURTEEN, "Yes, it is.", "No, you pay for it."]), TEXT)
ROWS = st.lists(st.builds(row, TEXT, ANSWER, family=st.sampled_from([None, "f", "g"])), min_size=1, max_size=14)
KINDS = st.lists(
    st.sampled_from(["duplicate", "near_duplicate", "personal_data", "contradiction:first", "contradiction:newest", "contradiction:neither", "too_long"]),
    unique=True,
)  # fmt: skip


@given(rows=ROWS, codes=KINDS)
@settings(max_examples=60, deadline=None)
def test_counts_add_up_and_what_is_mended_is_gone_in_whatever_order_it_was_chosen(rows: list[Row], codes: list[str]) -> None:
    result = mended(rows, ",".join(codes), max_characters=300)
    removed, changed = [one.row for one in result.removed], [one.row for one in result.changed]
    assert len(result.rows) + len(removed) == len(rows)
    assert sorted(set(removed)) == removed and not set(removed) & set(changed)
    staying = [place for place in range(len(rows)) if place not in set(removed)]
    assert [place for place, one in zip(staying, result.rows, strict=True) if one != rows[place]] == changed
    assert not {code.partition(":")[0] for code in codes} & set(examine(result.rows, max_characters=300).counts)
    if sum(code.startswith("contradiction") for code in codes) < 2:
        assert mended(rows, ",".join(reversed(codes)), max_characters=300) == result
