"""From verdicts to a report: errors count as wrong, the ledger adds up, and pairs are compared item by item."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from studio.chat.messages import GREEDY
from studio.evaluation.report import Answers, build_report
from studio.evaluation.spec import Contestant
from studio.scoring.items import Item, Point, QuestionSet
from studio.scoring.verdict import judge

RIGHT, WRONG = "It takes 7 working days.", "I do not know."


def item(number: int, industry: str = "airline", weight: float = 0.25) -> Item:
    return Item(
        id=f"{industry}-{number:02d}a",
        family=f"{industry}-{number:02d}",
        industry=industry,
        intent="refund",
        question="How long?",
        answer=RIGHT,
        points=(Point(say="7 working days", any=("7 working days",)),),
        severity="low",
        weight=weight,
        policy_version="2026-10",
    )


ITEMS = [item(1), item(2), item(3, "phones"), item(4, "phones")]


def answers(name: str, given: Sequence[str | None]) -> Answers:
    role = "base" if name == "base" else "tuned"
    verdicts = [judge(one, text, None if text is not None else "time-out") for one, text in zip(ITEMS, given, strict=True)]
    return Answers(Contestant(name, role, None), "d" * 64, [text or "" for text in given], verdicts, 1.0)


@pytest.fixture
def report():
    question_set = QuestionSet(name="four", path=None, items=tuple(ITEMS), fingerprint="f" * 64)  # type: ignore[arg-type]
    base = answers("base", [RIGHT, WRONG, WRONG, None])
    tuned = answers("run", [WRONG, RIGHT, RIGHT, RIGHT])
    return build_report("r1", question_set, ITEMS, [base, tuned], base_model="m", decoding=GREEDY)


def test_the_headline_counts_errors_as_wrong(report) -> None:
    base = report["models"][0]
    assert (base["passed"], base["items"], base["failed"], base["errored"]) == (1, 4, 2, 1)
    assert base["accuracy"] == 0.25
    assert base["passed"] + base["failed"] + base["errored"] == base["items"]


def test_each_industry_has_its_own_score(report) -> None:
    tuned = {score["industry"]: (score["passed"], score["items"]) for score in report["models"][1]["by_industry"]}
    assert tuned == {"airline": (1, 2), "phones": (2, 2)}


def test_the_pairs_say_what_was_fixed_and_what_broke(report) -> None:
    comparison = report["comparison"]
    assert comparison["fixed"] == ["airline-02a", "phones-03a", "phones-04a"]
    assert comparison["broken"] == ["airline-01a"]
    assert comparison["mcnemar_p"] == pytest.approx(0.625)


def test_every_item_carries_both_answers_and_the_reason(report) -> None:
    first = report["items"][0]
    assert first["results"]["base"]["outcome"] == "passed"
    assert first["results"]["run"]["missed"] == ["7 working days"]
    assert "7 working days" in first["results"]["run"]["reason"]
    assert report["items"][3]["results"]["base"]["outcome"] == "errored"


def test_the_floors_stand_beside_the_scores(report) -> None:
    assert set(report["floors"].values()) == {0} and len(report["floors"]) == 4
