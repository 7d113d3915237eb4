"""What the Checks tab says."""

from __future__ import annotations

from studio.dataset.checks.examination import Examination, Finding, examine
from studio.dataset.checks.remedies import mend, parse_remedies
from studio.ui.views import data_checks as view
from studio.workspace.datasets import Row


def row(question: str, answer: str = "It is <b>blue</b>.") -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="test")


def test_the_score_stands_with_a_line_for_each_kind_that_was_found() -> None:
    html = view.summary_html(examine([row("Where is it?"), row("Where is it?"), row("Who?", "jane.doe@example.com"), row("x y")]))
    assert ">62.5<" in html and "Repeated rows" in html and "Personal data" in html and "12.5" in html and "25.0" in html
    assert "Leakage" not in html and "Half a row is lost" in html


def test_sound_rows_are_said_to_be_sound() -> None:
    assert "Nothing was found in 1 row." in view.summary_html(examine([row("Where is it?")]))


def test_findings_come_three_at_a_time_with_the_row_and_the_other_one_beside_it() -> None:
    rows = [row("Where is it?")] * 6
    examination = examine(rows)
    shown = view.select_examples(examination, "duplicate", 2)
    assert (shown.pages, shown.page, shown.total, shown.positions) == (2, 2, 5, {0, 4, 5})
    html = view.examples_html(shown, view.rows_at(rows, shown.positions), {})
    assert "4 to 5 of 5" in html and "Row 5" in html and "Row 1, beside it" in html and "stand in row 1." in html
    assert "<b>blue" not in html and "&lt;b&gt;blue" in html
    assert view.select_examples(examination, "duplicate", 99).page == 2


def test_a_leaking_row_has_the_items_question_beside_it() -> None:
    examination = Examination(1, [Finding(0, "leakage", "It leaks.", "item-<1>")])
    html = view.examples_html(view.select_examples(examination, "leakage", 1), {0: row("Who?")}, {"item-<1>": "Who <is> it?"})
    assert "item-&lt;1&gt;" in html and "Who &lt;is&gt; it?" in html


def test_what_remedies_would_do_stands_with_both_scores_and_what_is_left() -> None:
    rows = [row("Where is it?"), row("Where is it?"), row("I am jane.doe@example.com"), row("Who?")]
    remedies = parse_remedies("duplicate,contradiction:newest@4")
    html = view.pending_html(mend(rows, examine(rows), remedies, examine), remedies)
    assert "Would remove 1 row; score 62.5 → 66.7." in html
    assert "contradicting answers: keep the newest (row 4)" in html and "Still found then: personal data and secrets (1)" in html
    assert "change nothing" in view.pending_html(mend(rows[2:], examine(rows[2:]), remedies, examine), remedies)
    assert "Choose remedies" in view.pending_html(None, ())


def test_the_makeup_names_the_largest_and_the_smallest_class() -> None:
    rows = [Row(row("Who?").messages, source="test", family=family) for family in ("bills", "bills", "cards")]
    html = view.makeup_html(examine(rows).makeup)
    assert "bills (2)" in html and "cards (1)" in html and "<td>2.0</td>" in html and "Languages: " in html
    assert view.makeup_html(None) == ""
