from __future__ import annotations

import pytest

from studio.chat.messages import Decoding
from studio.errors import BadInput
from studio.evaluation.comparison import compare_reports
from studio.evaluation.report import Answers, build_report
from studio.evaluation.spec import Contestant
from studio.scoring.items import Item, QuestionSet
from studio.scoring.verdict import Outcome, Verdict
from studio.settings import PROJECT_ROOT
from studio.workspace.reports import Report


def report(report_id: str, passed: str, *, created: str, fingerprint: str = "f", role: str = "tuned", first: int = 0) -> Report:
    """A report whose one model passed the items marked 1; `first` is the first item's number."""
    asked = [
        Item(id=f"i{number}", family="f", industry="x", intent="x", question="?", answer="a", points=(), severity="low", policy_version="1")
        for number in range(first, first + len(passed))
    ]  # fmt: skip
    verdicts = [
        Verdict(item.id, Outcome.PASSED if mark == "1" else Outcome.ERRORED if mark == "!" else Outcome.FAILED)
        for item, mark in zip(asked, passed, strict=True)
    ]
    name = "base" if role == "base" else f"sft-{report_id}"
    contestant = Contestant(name, "base" if role == "base" else "tuned", None)
    model = Answers(contestant, "d", [""] * len(asked), verdicts, 1.0)
    question_set = QuestionSet("set", PROJECT_ROOT / "x.jsonl", tuple(asked), fingerprint)
    built = build_report(report_id, question_set, asked, [model], base_model="smol", decoding=Decoding())
    return {**built, "created": created}


OLD = report("old", "1100!0", created="2026-11-01T00:00:00+00:00")


def test_fixed_and_broken_are_told_from_the_earlier_to_the_later_report() -> None:
    new = report("new", "101111", created="2026-11-02T00:00:00+00:00")
    found = compare_reports(new, OLD)
    assert found == compare_reports(OLD, new)
    assert (found.earlier_model, found.later_model) == ("sft-old", "sft-new")
    assert found.fixed == ("i2", "i3", "i4", "i5") and found.broken == ("i1",)
    assert (found.both_passed, found.both_failed, found.items) == (1, 0, 6)
    assert (found.earlier_passed, found.later_passed) == (2, 5)
    assert found.mcnemar_p == pytest.approx(0.375)  # 2 * (1 + 5) / 2**5


def test_only_items_that_both_answered_are_compared() -> None:
    shorter = report("short", "01", created="2026-11-02T00:00:00+00:00")
    found = compare_reports(OLD, shorter)
    assert found.items == 2 and found.broken == ("i0",)


def test_reports_on_different_questions_are_refused() -> None:
    other = report("other", "111111", created="2026-11-02T00:00:00+00:00", fingerprint="g")
    with pytest.raises(BadInput, match="asked different questions"):
        compare_reports(OLD, other)


def test_reports_without_a_common_item_are_refused() -> None:
    with pytest.raises(BadInput, match="no item in common"):
        compare_reports(OLD, report("later", "11", created="2026-11-02T00:00:00+00:00", first=50))


def test_a_report_without_a_tuned_model_or_with_itself_is_refused() -> None:
    with pytest.raises(BadInput, match="measured no tuned model"):
        compare_reports(OLD, report("b", "111111", created="2026-11-02T00:00:00+00:00", role="base"))
    with pytest.raises(BadInput, match="with itself"):
        compare_reports(OLD, OLD)
