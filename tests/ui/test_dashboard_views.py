from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from studio.chat.messages import Decoding
from studio.evaluation.comparison import compare_reports
from studio.evaluation.report import Answers, build_report
from studio.evaluation.spec import Contestant
from studio.scoring.items import Item, QuestionSet
from studio.scoring.verdict import Outcome, Verdict
from studio.settings import PROJECT_ROOT
from studio.ui.text import dashboard as text
from studio.ui.views import dashboard as views
from studio.ui.views import dashboard_items as items
from studio.ui.views.dashboard import ReportSummary
from studio.ui.views.dashboard_items import ItemView
from studio.workspace.reports import Report
from studio.workspace.runs import RunState, Status

HOSTILE = "<script>alert(1)</script>"
TUNED = "sft-1"


def item(number: int) -> Item:
    return Item(
        id=f"item-{number:02}", family=f"family-{number // 2}", industry="airline" if number % 2 else "banking", intent="ask_refund",
        question=f"Question {number} {HOSTILE}", answer=f"Reference {number}", points=(), severity="high", policy_version="1",
    )  # fmt: skip


def answers(name: str, passed: set[int], errored: int | None = None) -> Answers:
    verdicts = []
    for number in range(24):
        if number == errored:
            verdicts.append(Verdict(f"item-{number:02}", Outcome.ERRORED, error="the server broke off"))
        elif number in passed:
            verdicts.append(Verdict(f"item-{number:02}", Outcome.PASSED))
        else:
            verdicts.append(Verdict(f"item-{number:02}", Outcome.FAILED, missed=("the deadline",), claimed=("only a voucher",)))
    said = ["" if number == errored else f"={name} says {HOSTILE} {number}" for number in range(24)]
    return Answers(Contestant(name, "base" if name == "base" else "tuned", None), "d" * 64, said, verdicts, 75.0)


@pytest.fixture
def report() -> Report:
    """24 items; base passes 0 to 3, tuned passes 2 to 19, tuned's item 23 errored: 16 fixed, 2 broken."""
    asked = [item(number) for number in range(24)]
    question_set = QuestionSet("high_frequency", PROJECT_ROOT / "x.jsonl", tuple(asked), "f" * 64)
    models = [answers("base", set(range(4))), answers(TUNED, set(range(2, 20)), errored=23)]
    return build_report("evaluate-1", question_set, asked, models, base_model="smol", decoding=Decoding())


def shown_ids(report: Report, **view: Any) -> list[str]:
    return [item["id"] for item in items.select(report, ItemView(**view)).items]


def test_the_set_of_the_headline_is_offered_first() -> None:
    assert views.question_sets(["read_the_mind", "general", "high_frequency"]) == ["high_frequency", "general", "read_the_mind"]
    assert views.question_sets(["mine", "a"]) == ["a", "mine"]


def test_the_headline_is_k_of_n_with_every_figure_for_each_model(report: Report) -> None:
    shown = views.headline(report)
    assert "4/24 = 16.7%" in shown and "18/24 = 75.0%" in shown
    assert "Wilson 95%: 55.1% to 88.0%" in shown
    for label in (text.FAMILIES, text.WEIGHTED, text.WORST, text.WORDS, text.SECONDS):
        assert shown.count(label) == 2
    assert f"{text.ERRORED}: 1" in shown and "1 min 15 s" in shown
    assert 'class="card side base"' in shown and 'class="card side tuned"' in shown


def test_the_comparison_counts_what_was_fixed_and_broken_and_says_what_the_test_means(report: Report) -> None:
    shown = views.comparison(report["comparison"])
    assert "Tuning fixed 16 items and broke 2." in shown
    assert "exact McNemar, p = 0.001" in shown and text.BETTER in shown


@pytest.mark.parametrize(
    ("fixed", "broken", "p", "verdict"),
    [(3, 1, 0.625, text.UNCLEAR), (10, 2, 0.039, text.BETTER), (2, 10, 0.039, text.WORSE)],
)
def test_a_difference_is_claimed_only_below_five_percent(fixed: int, broken: int, p: float, verdict: str) -> None:
    assert views.mcnemar_words("Tuning", fixed, broken, p).endswith(verdict)


def test_no_change_and_no_pair_are_said_as_such(report: Report) -> None:
    assert "fixed no item and broke none" in views.mcnemar_words("Tuning", 0, 0, 1.0)
    assert text.NOT_COMPARED in views.comparison(None)


def test_the_floors_and_the_table_behind_the_chart_show_counts(report: Report) -> None:
    assert "0/24 = 0.0%" in views.floors(report)
    table = views.industry_table(report)
    assert "airline" in table and "banking" in table and "9/12 = 75.0%" in table


def test_the_list_links_every_report_but_the_opened_one(report: Report) -> None:
    summaries = [ReportSummary.of(report), ReportSummary.of({**report, "id": "evaluate-0"})]
    shown = views.report_list(summaries, opened="evaluate-1", total=30)
    assert 'href="dashboard?report=evaluate-0"' in shown and 'report=evaluate-1"' not in shown
    assert "18/24 = 75.0%" in shown and "2 of 30" in shown


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("fixed", [f"item-{number:02}" for number in range(4, 14)]),
        ("broken", ["item-00", "item-01"]),
        ("failed", ["item-00", "item-01", "item-20", "item-21", "item-22", "item-23"]),
        ("passed", [f"item-{number:02}" for number in range(2, 12)]),
    ],
)
def test_the_outcome_filter_shows_those_items_only_ten_at_a_time(report: Report, show: str, expected: list[str]) -> None:
    assert shown_ids(report, show=show) == expected


def test_industry_and_search_narrow_together(report: Report) -> None:
    assert shown_ids(report, industry="airline", search="REFERENCE 2") == ["item-21", "item-23"]
    assert text.NO_ITEM in items.item_list(report, items.select(report, ItemView(search="nowhere")))


def test_a_page_beyond_the_last_is_the_last(report: Report) -> None:
    selection = items.select(report, ItemView(page=99))
    assert (selection.number, selection.pages, len(selection.items), selection.matching) == (3, 3, 4, 24)


def test_a_view_and_its_address_are_the_same_thing() -> None:
    view = ItemView("fixed", "e-commerce & more", "täx?", 3)
    address = view.address("evaluate-1", against="evaluate-0")
    assert address.startswith("dashboard?report=evaluate-1&show=fixed&") and address.endswith("&page=3&against=evaluate-0")
    from urllib.parse import parse_qsl, urlsplit

    assert ItemView.from_query(dict(parse_qsl(urlsplit(address).query))) == view
    assert ItemView().address("evaluate-1") == "dashboard?report=evaluate-1"


@pytest.mark.parametrize("query", [{"show": "nonsense"}, {"page": "-3"}, {"page": "²"}, {"page": "9" * 5000}])
def test_what_an_address_gets_wrong_falls_back_to_everything(query: dict[str, str]) -> None:
    assert ItemView.from_query(query) == ItemView()


def test_an_item_shows_both_answers_escaped_with_verdict_and_fault_in_words(report: Report) -> None:
    shown = items.item_list(report, items.select(report, ItemView(show="broken")))
    assert "<script" not in shown and "&lt;script&gt;" in shown
    assert '<span class="passed">Right</span>' in shown and '<span class="failed">Wrong</span>' in shown
    assert "Missed: the deadline" in shown and "False claim: only a voucher" in shown
    assert "high severity" in shown and "2 items, page 1 of 1." in shown


def test_an_errored_item_says_why_there_is_no_answer(report: Report) -> None:
    shown = items.item_list(report, items.select(report, ItemView(search="item-23")))
    assert '<span class="errored">Errored</span>' in shown and "the server broke off" in shown and text.NO_ANSWER in shown


def test_the_csv_has_a_line_an_answer_and_no_cell_that_a_spreadsheet_would_run(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(items.items_csv(report))))
    assert len(rows) == 48
    assert rows[0]["answer"].startswith("'=base says") and rows[0]["outcome"] == "passed" and rows[1]["missed"] == "the deadline"


def test_two_runs_are_compared_with_the_ids_of_what_changed(report: Report) -> None:
    later = _with_tuned_outcomes(report, passed=set(range(3, 24)))
    shown = views.run_against_run(compare_reports(report, later))
    assert "On the 24 items that both answered: 18/24 = 75.0% before, 21/24 = 87.5% after." in shown
    assert "item-20, item-21, item-22, item-23" in shown and "item-02" in shown
    assert text.UNCLEAR in shown


def _with_tuned_outcomes(report: Report, *, passed: set[int]) -> Report:
    asked = [item(number) for number in range(24)]
    question_set = QuestionSet("high_frequency", PROJECT_ROOT / "x.jsonl", tuple(asked), "f" * 64)
    later = build_report("evaluate-2", question_set, asked, [answers(TUNED, passed)], base_model="smol", decoding=Decoding())
    return {**later, "created": "9999-01-01T00:00:00+00:00"}


def test_progress_is_told_in_words_and_as_a_bar() -> None:
    running = Status(RunState.RUNNING, created="2026-11-22T17:40:00+00:00")
    last = {
        "phase": {"name": "answering"},
        "progress": {"phase": "answering", "done": 24, "total": 96, "seconds_left": 200.0},
    }
    shown = views.evaluation_progress("evaluate-1", running, last)
    assert "answering, 24 of 96 answers. About 3 min 20 s left." in shown
    assert 'role="progressbar"' in shown and "width:25.0%" in shown


def test_progress_of_an_earlier_phase_is_not_shown_for_the_present_one() -> None:
    running = Status(RunState.RUNNING, created="2026-11-22T17:40:00+00:00")
    last = {"phase": {"name": "answering"}, "progress": {"phase": "loading", "done": 1, "total": 1}}
    assert "answers" not in views.evaluation_progress("evaluate-1", running, last)


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        (RunState.QUEUED, None, "waits; 2 runs before it"),
        (RunState.FAILED, "The disk is full <b>.", "The disk is full &lt;b&gt;."),
        (RunState.STOPPED, None, "was stopped"),
        (RunState.SUCCEEDED, None, 'href="dashboard?report=evaluate-1"'),
    ],
)
def test_every_other_state_of_an_evaluation_has_its_sentence(state: RunState, error: str | None, expected: str) -> None:
    status = Status(state, created="2026-11-22T17:40:00+00:00", error=error)
    assert expected in views.evaluation_progress("evaluate-1", status, {}, ahead=2)
