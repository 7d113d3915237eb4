"""What the page From manuals shows of a run and of its candidates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.review import Entry, Review, Standing
from studio.ui.views import manuals as view
from studio.ui.views.train import Watched
from studio.workspace.runs import Run, RunState, Status

PASSAGE = Passage("d1p1", "<b>manual</b>.md", ("Aria & Co", "Warranty"), "It lasts <i>24</i> months.")
CANDIDATE = Candidate("d1p1", "What is the warranty?", "It lasts 24 months.", "structure")
ENTRY = Entry("a" * 12, CANDIDATE, PASSAGE, Standing.UNDECIDED, CANDIDATE.question, CANDIDATE.answer)


def review(count: int, standing: Standing = Standing.UNDECIDED) -> Review:
    entries = [replace(ENTRY, id=f"{number:012d}", standing=standing) for number in range(count)]
    return Review(Run(Path("distill-1")), entries, undoable=False)


def watched(state: RunState, **changes: object) -> Watched:
    spec = {"job": "dataset.distillation.distill", "name": "<x>", "documents": [{"file": "1", "name": "a.md"}]}
    status = Status(state, created="2026-11-24T09:00:00.000+00:00", result={"candidates": 25})
    seen = Watched("distill-1", spec, status, 0, None, False, [], "reading the manuals", None, [])
    return replace(seen, **changes)  # type: ignore[arg-type]


def test_pages_hold_every_candidate_once_and_in_order() -> None:
    found = review(23)
    pages = [view.select(found, "undecided", page) for page in (1, 2, 3)]
    assert [entry.id for page in pages for entry in page.entries] == [entry.id for entry in found.entries]
    assert {page.pages for page in pages} == {3}


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-3, 1), (3, 3), (99, 3)])
def test_a_page_that_does_not_exist_is_the_nearest_that_does(asked: int, given: int) -> None:
    assert view.select(review(23), "all", asked).page == given


def test_the_filter_counts_what_it_shows_and_an_unknown_one_shows_what_is_open() -> None:
    choices = {value: name for name, value in view.filter_choices(review(7, Standing.APPROVED))}
    assert choices["approved"] == "Approved (7)" and choices["undecided"] == "To decide (0)" and choices["all"] == "All (7)"
    assert view.standing_of("<script>") == view.standing_of(None) == "undecided" and view.standing_of("all") == "all"


@pytest.mark.parametrize("show", ["undecided", "rejected", "approved", "dropped", "all"])
def test_an_empty_list_says_why(show: str) -> None:
    assert "<p" in view.range_html(view.select(review(0), show, 1), show)


@pytest.mark.parametrize(
    ("standing", "show", "meant"),
    [
        ("undecided", "undecided", True), ("undecided", "all", True), ("rejected", "rejected", True), ("rejected", "all", False),
        ("dropped", "dropped", True), ("dropped", "all", False), ("approved", "all", False), ("approved", "approved", False),
    ],
)  # fmt: skip
def test_to_approve_all_means_the_open_ones_and_others_only_where_the_filter_asks(standing: str, show: str, meant: bool) -> None:
    assert view.may_be_approved_with_others(replace(ENTRY, standing=Standing(standing)), show) is meant


def test_what_documents_say_is_text_and_never_markup() -> None:
    html = view.passage_html(ENTRY)
    assert "<b>" not in html and "<i>" not in html and "&lt;i&gt;24" in html and "Aria &amp; Co › Warranty" in html
    assert "<x>" not in view.run_html(watched(RunState.SUCCEEDED))


def test_earlier_runs_are_links_to_this_page_and_not_to_home(tmp_path: Path) -> None:
    run = Run(tmp_path / "distill-1")
    run.folder.mkdir()
    (run.folder / "spec.json").write_text('{"job": "dataset.distillation.distill", "name": "faq"}')
    (run.folder / "state.json").write_text('{"state": "succeeded", "created": "2026-11-24T09:00:00.000+00:00"}')
    assert 'href="manuals?run=distill-1"' in view.runs_html([run], shown="")
    assert view.runs_html([run], shown="distill-1") == ""


def test_reasons_are_shown_and_an_edit_is_held_against_the_passage() -> None:
    rejected = replace(ENTRY, candidate=replace(CANDIDATE, reasons=("It says <36> months.",)), standing=Standing.REJECTED)
    assert "It says &lt;36&gt; months." in view.objections_html(rejected)
    assert view.objections_html(ENTRY) == ""
    assert "99" in view.objections_html(replace(ENTRY, answer="The warranty lasts 99 months in all."))
    assert "edited" in view.passage_html(replace(ENTRY, answer="It lasts 24 months, always."))


def test_a_run_says_where_it_stands() -> None:
    assert "25 rows from 1 document" in view.run_html(watched(RunState.SUCCEEDED))
    working = watched(RunState.RUNNING, phase="asking the teacher", progress={"done": 3, "total": 12})
    assert "asking the teacher: 3 of 12" in view.run_html(working)
    failed = watched(RunState.FAILED, notes=["torn.pdf can't be read."])
    failed = replace(failed, status=replace(failed.status, error="The teacher failed <8> passages."))
    assert "&lt;8&gt;" in view.run_html(failed) and "torn.pdf can&#x27;t be read." in view.run_html(failed)


def test_the_button_counts_the_approved_rows() -> None:
    assert view.make_label(review(1, Standing.APPROVED)) == "Make dataset of 1 approved row"
    assert view.make_label(review(3)) == "Approve rows to make a dataset"
