"""What the checks find, what they leave alone, and what the score says."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from benchmarks.importing import PLANTED_EVERY, PROBLEMS, write_files
from studio.dataset.checks.examination import WEIGHTS, Examination, Finding, examine
from studio.dataset.reading.problems import Problem
from studio.dataset.similarity.contradictions import contradiction
from studio.dataset.similarity.likeness import dice, near_pairs, words_of
from studio.scoring.items import load_question_set
from studio.settings import PROJECT_ROOT
from studio.workspace.datasets import Row
from tests.support import read_file

ITEMS = load_question_set(PROJECT_ROOT / "eval_sets" / "high_frequency.jsonl").items


def row(question: str, answer: str = "It is blue.", **labels: Any) -> Row:
    return Row(
        messages=[{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="test", **labels
    )


def found(*rows: Row | Problem, **options: Any) -> list[tuple[int, str, int | str | None]]:
    return [(one.row, one.kind, one.other) for one in examine(rows, **options).findings]


def test_sound_rows_have_no_finding_and_score_100() -> None:
    examination = examine([row("Which colour is the lamp?"), row("How heavy is the table?", "It weighs 30 kilos.")], items=ITEMS)
    assert examination.findings == [] and examination.score == 100.0


def test_the_same_row_again_is_a_duplicate_of_the_first_whatever_its_case_and_punctuation() -> None:
    rows = row("Where is it?", "Here."), row("Who?", "Me."), row("where is it", "HERE!"), row("Where is it?", "Here.")
    assert found(*rows) == [(2, "duplicate", 0), (3, "duplicate", 0)]


def test_nearly_the_same_question_with_the_same_answer_is_a_near_duplicate() -> None:
    rows = (
        row("Where can I see my last three bills?"),
        row("Where can I see my last four bills?"),
        row("When do you open on Sundays?"),
    )
    assert found(*rows) == [(1, "near_duplicate", 0)]


def test_answers_to_the_same_need_that_can_not_both_be_right_contradict_each_other() -> None:
    seven, fourteen = "We refund your order within 7 days.", "We refund your order within 14 days."
    assert found(row("When is my refund here?", seven), row("When is my refund here?", fourteen)) == [(1, "contradiction", 0)]
    assert found(row("When?", seven, family="f"), row("My money, please!", fourteen, family="f")) == [(1, "contradiction", 0)]
    assert found(row("When is my refund here?", seven), row("How long may I return it?", fourteen)) == []


def test_the_later_of_two_contradicting_rows_is_the_finding_though_the_earlier_answer_comes_again() -> None:
    rows = [row(f"{word}?", f"We refund within {days} days.", family="f") for word, days in (("a", 7), ("b", 14), ("c", 7))]
    assert found(*rows) == [(1, "contradiction", 0)]


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("Delivery takes 3 days.", "Delivery takes 5 days.", "3 day and 5 day"),
        ("Delivery takes three days.", "Delivery takes five days.", "3 day and 5 day"),
        ("Yes, it is.", "No, you pay for it.", "yes"),
        ("The card is free in the first year.", "You pay 39 euros for the card in the first year.", "denies"),
        ("Batteries are allowed in the cabin.", "Batteries are forbidden in the cabin.", "denies"),
        ("The landlord never sees the reading.", "The landlord always sees the reading.", "denies"),
        ("退款3个工作日内到账。", "退款7个工作日内到账。", "3 working day and 7 working day"),
        ("可以，七天内都能退。", "不能，生鲜商品一经售出概不退换。", "one says yes"),
        ("生鲜商品可以退货。", "生鲜商品不可以退货。", "denies"),
        ("Die Lieferung dauert 3 Tage.", "Die Lieferung dauert 5 Tage.", "3 day and 5 day"),
        ("You can cancel the order until departure.", "You cannot cancel the order until departure.", "denies"),
    ],
)
def test_a_contradiction_has_a_reason(first: str, second: str, reason: str) -> None:
    assert reason in (contradiction(first, second) or "")
    assert reason in (contradiction(second, first) or "").replace("5 day and 3 day", "3 day and 5 day").replace(
        "7 working day and 3 working day", "3 working day and 7 working day"
    )


def test_amounts_of_money_are_named_as_people_write_them() -> None:
    reason = contradiction("A full service costs 89 euros.", "A full service costs 119 euros.") or ""
    assert reason.endswith("EUR 89 and EUR 119")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Delivery takes 3 days.", "delivery takes 3 days"),
        ("Delivery takes 3 days.", "Delivery takes three days, and costs 5 euros."),
        ("You can cancel before the parcel is sent.", "You cannot cancel after the parcel is sent."),
        ("不是，我是Acme的Nova。", "No, I'm Nova, from Acme."),
        ("It arrives within 14 days.", "It arrives within two weeks."),
        ("We answer within 24 hours.", "We answer within one day."),
        ("It has 1 year of warranty.", "The warranty is 12 months."),
        ("You can return it within 14 days.", "You get your money 7 days after it came back."),
        ("On weekdays from 9:00 to 18:00.", "On Saturdays from 10:00 to 14:00."),
        ("Our shop opens at 9.", "The warranty lasts 2 years."),
        ("Open Orders and tap Track Parcel.", "Tracking is under Orders."),
    ],
)
def test_answers_that_may_both_be_right_are_left_alone(first: str, second: str) -> None:
    assert contradiction(first, second) is None


TOPICS = ("the lamp", "my invoice", "a broken chair", "the delivery", "an exchange", "opening hours")


def test_a_number_that_answers_many_questions_and_no_customer_typed_is_the_company_s_own() -> None:
    rows = [row(f"Whom do I ask about {topic}?", f"For {topic} call 030 5556677.") for topic in TOPICS]
    examination = examine(rows)
    assert examination.own_contacts == {"0305556677": 6}
    assert "personal_data" not in examination.counts
    assert examination.to_json()["own_contacts"] == {"0305556677": 6}


@pytest.mark.parametrize(
    ("questions", "reason"),
    [
        ([f"Whom do I ask about {topic}?" for topic in TOPICS[:4]], "too few questions"),
        (["Whom do I ask about the lamp?"] * 6, "one question again and again"),
        ([f"I am 030 5556677. And {topic}?" for topic in TOPICS], "a customer typed it"),
    ],
)
def test_a_number_in_answers_stays_personal_data(questions: list[str], reason: str) -> None:
    examination = examine([row(question, "Call 030 5556677.") for question in questions])
    assert not examination.own_contacts, reason
    assert examination.counts["personal_data"] == len(questions)


def test_personal_data_and_secrets_are_found_in_any_turn() -> None:
    rows = row("My card is 4111 1111 1111 1111."), row("Who?", "Write to anna.lee@mail.example or call +44 20 7946 0018.")
    first, second = examine(rows).findings
    assert (first.kind, second.kind) == ("personal_data", "personal_data")
    assert "payment card" in first.message and "e-mail" in second.message and "phone number" in second.message
    assert "4111" not in first.message, "the finding repeats what should not be spread"


def test_a_question_of_a_question_set_leaks_with_its_item_named() -> None:
    question = ITEMS[0].conversation[-1]["content"]
    assert found(row("Something else entirely, please?"), row(question.upper() + "!"), items=ITEMS) == [
        (1, "leakage", ITEMS[0].id)
    ]


def test_wrong_turns_long_rows_and_rows_that_could_not_be_read_are_findings() -> None:
    turned = Row(messages=[{"role": "assistant", "content": "Hi."}, {"role": "assistant", "content": "Well?"}], source="test")
    problems = Problem(0, "no_answer", "There is no answer."), Problem(1, "placeholder", "It holds {{name}}.")
    examination = examine([*problems, turned, row("Why? " * 100)], max_characters=200)
    assert [(one.row, one.kind) for one in examination.findings] == [
        (0, "empty"),
        (1, "placeholder"),
        (2, "turn_order"),
        (3, "too_long"),
    ]


def test_a_row_costs_its_worst_finding_once_and_the_parts_add_up() -> None:
    findings = [Finding(0, "duplicate", ""), Finding(0, "personal_data", ""), Finding(3, "near_duplicate", "")]
    examination = Examination(10, findings)
    assert examination.parts == {"personal_data": 10.0, "near_duplicate": 2.5}
    assert examination.score == 87.5 and sum(examination.parts.values()) == pytest.approx(100 - examination.score)
    assert examination.counts == {"personal_data": 1, "duplicate": 1, "near_duplicate": 1}
    assert set(examination.counts) <= set(WEIGHTS)


def test_every_near_pair_is_proposed_that_comparing_all_would_find() -> None:
    texts = [words_of(item.conversation[-1]["content"]) for item in ITEMS]
    texts += [(*words[:-1], "indeed") for words in texts[::3] if len(words) >= 10]
    everything = {
        (first, second)
        for second in range(len(texts))
        for first in range(second)
        if texts[first] != texts[second] and dice(texts[first], texts[second]) >= 0.85
    }
    proposed = set(near_pairs(texts))
    assert len(everything) > 50
    assert len(everything - proposed) <= 0.02 * len(everything)


def test_progress_runs_through_all_checks_and_may_end_them() -> None:
    rows = [
        row(f"How do I open the {number}th box of {number % 7} kinds of things?", f"Turn it {number} times.")
        for number in range(1200)
    ]
    seen: list[tuple[int, int]] = []
    examine(rows, items=ITEMS, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen) and seen[0] == (0, 1000) and seen[-1] == (1000, 1000)
    assert len({done for done, _ in seen}) > 8

    for last in (0, 300, 700):

        def give_up(done: int, total: int, last: int = last) -> None:
            if done >= last:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            examine(rows, items=ITEMS, progress=give_up)


def test_what_was_planted_in_a_synthetic_file_is_found_and_nothing_else(tmp_path: Path) -> None:
    file, _ = write_files(tmp_path, 3_500)
    examination = examine(read_file(file), items=ITEMS, max_characters=2_000)
    planted: dict[str, set[int]] = defaultdict(set)
    for position in range(PLANTED_EVERY - 1, 3_500, PLANTED_EVERY):
        planted[PROBLEMS[position // PLANTED_EVERY % len(PROBLEMS)]].add(position)
    found: dict[str, set[int]] = defaultdict(set)
    for finding in examination.findings:
        found[finding.kind].add(finding.row)
    assert found["duplicate"] == planted["repeated"]
    assert found["near_duplicate"] >= planted["nearly repeated"]
    assert found["contradiction"] >= planted["contradicting"]
    assert found["leakage"] >= planted["leaking"]
    assert found["placeholder"] == planted["unfinished"] and found["empty"] == planted["broken"]
    assert found["personal_data"] >= planted["personal"]
    pairs = {(one.row, one.other) for one in examination.findings if one.kind in ("duplicate", "near_duplicate", "contradiction")}
    like_the_one_before = planted["repeated"] | planted["nearly repeated"] | planted["contradicting"]
    assert pairs >= {(place, place - 1) for place in like_the_one_before}
    assert len(set.union(*found.values()) - set.union(*planted.values())) <= 10
