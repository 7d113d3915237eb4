"""What the Data page says about datasets, rows and rejected rows."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs

import pytest

from studio.dataset.importing.file import Preview
from studio.dataset.reading.problems import Problem
from studio.dataset.reading.shapes import ALPACA, Columns
from studio.dataset.reading.unanswered import Questions
from studio.ui.views import data as view
from studio.ui.views.data_mixing import weights_html
from studio.ui.views.data_preview import column_choice, preview_html
from studio.ui.views.data_rows import PAGE_SIZE, RowFilter, labels_of, row_html, rows_html, select_page
from studio.ui.views.words import shortened, size
from studio.workspace.clock import timestamp
from studio.workspace.datasets import Manifest, Row
from tests.support import make_rows

MANIFEST = Manifest(
    id="answers-1",
    name="Answers <b> & more",
    fingerprint="0123456789abcdef" * 4,
    rows=1250,
    created=timestamp(),
    source="<x>.json",
)
PROBLEMS = [Problem(row, "no_answer", f"There is <no> answer in {row}.") for row in range(120)]
HOSTILE = Row(
    messages=[
        {"role": "system", "content": "Be <i>brief</i>."},
        {"role": "user", "content": "<b>Hi</b>"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "<script>alert(1)</script>"},
        {"role": "assistant", "content": '<img src=x onerror="alert(1)">'},
    ],
    source="x",
    industry="<shop>",
)


def numbers(wanted: RowFilter, page: int = 1) -> list[int]:
    return [number for number, _ in select_page(make_rows(6, 4), wanted, page).rows]


def test_pages_hold_every_row_once_and_in_order() -> None:
    rows = make_rows(6, 4)
    pages = [select_page(rows, RowFilter(), page) for page in (1, 2, 3)]
    assert [row for page in pages for _, row in page.rows] == rows
    assert [number for page in pages for number, _ in page.rows] == list(range(1, 25))
    assert {(page.matched, page.total, page.pages) for page in pages} == {(24, 24, 3)}


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (3, 3), (99, 3)])
def test_a_page_that_does_not_exist_is_the_nearest_that_does(asked: int, given: int) -> None:
    page = select_page(make_rows(6, 4), RowFilter(), asked)
    assert page.page == given
    assert page.rows[0][0] == (given - 1) * PAGE_SIZE + 1


def test_rows_are_filtered_by_text_in_any_message_industry_and_family() -> None:
    assert numbers(RowFilter(text=" QUESTION 5 ")) == [21, 22, 23, 24]
    assert numbers(RowFilter(text="8 working days")) == [21, 22, 23, 24]
    assert numbers(RowFilter(family="test-00")) == [1, 2, 3, 4]
    assert numbers(RowFilter(industry="test"), page=3) == [21, 22, 23, 24]
    assert numbers(RowFilter(text="question 5", family="test-00")) == []


def test_no_match_says_how_to_see_rows_again() -> None:
    nothing = select_page(make_rows(), RowFilter(text="absent"), 1)
    assert (nothing.matched, nothing.total, nothing.page, nothing.pages) == (0, 16, 1, 1)
    assert "Clear the text" in rows_html(nothing, filtered=True)


def test_a_page_says_which_rows_it_shows() -> None:
    assert "Rows 11 to 20 of 24<" in rows_html(select_page(make_rows(6, 4), RowFilter(), 2), filtered=False)
    filtered = select_page(make_rows(6, 4), RowFilter(family="test-00"), 1)
    assert "Rows 1 to 4 of 4 that match, of 24 in all" in rows_html(filtered, filtered=True)


def test_labels_are_listed_once_in_order_and_absent_ones_are_not() -> None:
    labels = labels_of([*make_rows(3, 2), HOSTILE, replace(HOSTILE, industry=None)])
    assert labels.industries == ["<shop>", "test"]
    assert labels.families == ["test-00", "test-01", "test-02"]


def test_rows_are_shown_whole_and_nothing_in_them_is_markup() -> None:
    shown = row_html(HOSTILE)
    for marked in ("<script>", "<img", "<b>", "<i>", "<shop>"):
        assert marked not in shown
    for turn in HOSTILE.messages:
        assert turn["content"] in unescape(shown)
    assert "Earlier turns: 3 messages" in shown


def test_a_very_long_text_is_cut_and_says_by_how_much() -> None:
    row = Row(messages=[{"role": "user", "content": "a" * 5000}, {"role": "assistant", "content": "b"}], source="x")
    assert "(3,000 more characters)" in row_html(row)
    assert shortened("short", 10) == "short"


def test_the_address_of_a_view_holds_what_is_needed_to_see_it_again() -> None:
    wanted = RowFilter("where & how?", "shop", "shop-01")
    query = parse_qs(view.address("answers-1", wanted, 3).removeprefix("data?"))
    assert query == {"dataset": ["answers-1"], "q": ["where & how?"], "industry": ["shop"], "family": ["shop-01"], "page": ["3"]}
    assert view.address("answers-1") == "data?dataset=answers-1"


def test_an_empty_list_says_what_a_dataset_is_and_what_to_do() -> None:
    assert "sample data" in view.listing_html([], chosen=None, operator=True)
    assert "sample data" not in view.listing_html([], chosen=None, operator=False)


def test_the_list_shows_each_dataset_escaped_and_folds_the_older_ones() -> None:
    many = [replace(MANIFEST, id=f"answers-{number}") for number in range(14)]
    shown = view.listing_html(many, chosen="answers-3", operator=True)
    assert shown.count("<tr><td>") == 14
    assert "4 older" in shown
    assert shown.count("(shown below)") == 1
    assert "<b>" not in shown
    assert "<x>" not in shown
    assert "1,250" in shown
    assert "0123456789ab<" in shown


def test_facts_name_the_dataset() -> None:
    assert 'href="train?dataset=answers-1"' in view.facts_html(MANIFEST)
    assert "Answers &lt;b&gt; &amp; more" in view.facts_html(MANIFEST)


def test_rejected_rows_are_paged_and_every_one_is_reached() -> None:
    problems = [problem.to_json() for problem in PROBLEMS]
    pages = [view.rejected_html(problems, page) for page in (1, 2, 3)]
    assert [page.count("<tr><td>") for page in pages] == [50, 50, 20]
    assert "51 to 100 of 120" in pages[1]
    assert "<td>1</td>" in pages[0] and "<td>120</td>" in pages[2] and "<td>0</td>" not in pages[0]
    assert "There is &lt;no&gt; answer in 119." in pages[2]
    assert view.rejected_html(problems, 99) == pages[2]
    assert view.rejected_pages(replace(MANIFEST, problems=tuple(problems))) == 3
    assert "usable" in view.rejected_html([], 1)


def test_the_rejected_rows_go_out_as_json() -> None:
    manifest = replace(MANIFEST, problems=tuple(problem.to_json() for problem in PROBLEMS[:2]))
    content = json.loads(view.rejected_json(manifest))
    assert content["dataset"] == "answers-1"
    assert content["rejected"] == [problem.to_json() for problem in PROBLEMS[:2]]


def test_a_preview_counts_what_can_be_used_and_names_what_can_not() -> None:
    beginning = Preview("JSON", ALPACA, ("instruction", "output"), make_rows()[:9], PROBLEMS[:1], files=2)
    shown = preview_html(beginning, "<file>.json")
    assert "Recognised as JSON: alpaca." in shown
    assert "The zip holds 2 files" in shown
    assert "9 of the first 10 rows can be used" in shown
    assert "1 of the first 10 rows would be rejected" in shown
    assert "&lt;file&gt;.json" in shown
    assert "<no>" not in shown
    assert shown.count("<article") == 3


def test_the_columns_that_were_taken_for_question_and_answer_are_offered_for_correction() -> None:
    table = Preview("table", Columns("<q>", None, "reply"), ("<q>", "reply", "date"), make_rows()[:1], ())
    assert column_choice(table) == ("<q>", "reply")
    assert "question in &#x27;&lt;q&gt;&#x27;, answer in &#x27;reply&#x27;" in preview_html(table, "f.csv")
    unknown = Preview("table", None, ("text", "category"), (), (), refusal="f.csv holds questions without answers.")
    assert column_choice(unknown) == (None, None)
    assert "questions without answers" in preview_html(unknown, "f.csv")


def test_questions_without_answers_are_explained_and_shown_without_an_answer() -> None:
    asked = Row(messages=[{"role": "user", "content": "<Why?>"}], source="x", intent="fees")
    beginning = Preview("table", None, ("text", "category"), [asked], (), 1, "no shape", Questions("text", "category"))
    shown = preview_html(beginning, "f.csv")
    assert "questions without answers in &#x27;text&#x27;" in shown and "one answer for each category" in shown
    assert "&lt;Why?&gt;" in shown and "fees" in shown and "Answer<" not in shown and "no shape" not in shown
    assert column_choice(beginning) == ("text", None)


def test_articles_lead_to_the_manuals() -> None:
    shown = preview_html(Preview("JSON", None, ("title", "content"), (), (), refusal="no shape", articles=True), "a.json")
    assert "These are articles" in shown and 'href="manuals"' in shown and "no shape" not in shown


RESULT = {"rows": 1250, "skipped": ["orca: it lies on a <hub>."], "score": 97.5, "counts": {"duplicate": 31, "contradiction": 2}}


def test_an_import_tells_its_counts_its_score_and_begins_the_list_of_rejected_rows() -> None:
    manifest = replace(MANIFEST, rejected=120, problems=tuple(problem.to_json() for problem in PROBLEMS))
    shown = view.imported_html(manifest, RESULT)
    assert "Imported 1,250 rows" in shown
    assert "120 rows rejected" in shown
    assert shown.count("<tr><td>") == 10
    assert "All 120" in shown
    assert "orca: it lies on a &lt;hub&gt;." in shown
    assert "Health score: 97.5 of 100." in shown and "31 duplicates, 2 contradicting answers" in shown
    one = view.imported_html(MANIFEST, {**RESULT, "counts": {"contradiction": 1, "personal_data": 1, "leakage": 1}})
    assert "1 contradicting answer, 1 row with personal data, 1 question that is also measured" in one
    clean = view.imported_html(MANIFEST, {**RESULT, "score": 100.0, "counts": {}})
    assert "No row was rejected." in clean and "found nothing wrong" in clean


def test_a_list_of_questions_leads_to_the_answers_and_not_to_a_training() -> None:
    listed = replace(MANIFEST, kind="questions")
    assert "train?" not in view.facts_html(listed) and "write one answer a category" in view.facts_html(listed)
    assert "write one answer a category" in view.imported_html(listed, {**RESULT, "score": None, "counts": {}})
    assert "questions without answers" in view.listing_html([listed], chosen=None, operator=True)


def test_a_refusal_is_one_escaped_sentence_that_is_read_out() -> None:
    shown = view.refusal_html("<x>.json is empty.")
    assert 'role="alert"' in shown
    assert "&lt;x&gt;.json is empty." in shown


@pytest.mark.parametrize(("count", "words"), [(1, "1 kB"), (4_400, "4 kB"), (999_000, "999 kB"), (12_340_000, "12.3 MB")])
def test_sizes_in_words(count: int, words: str) -> None:
    assert size(count) == words


def test_a_mix_with_an_identity_dataset_says_why_its_weights_begin_unequal() -> None:
    nova = replace(MANIFEST, name="identity of <Nova>", source="brand identity, from nova.json")
    assert "identity of &lt;Nova&gt; teaches who the assistant is. One such row to about 10 support rows" in weights_html(
        [MANIFEST, nova]
    )
    assert weights_html([MANIFEST, MANIFEST]) == weights_html([nova]) == ""
