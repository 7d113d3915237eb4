"""What the Data page says of an import: how far it is, and how it ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.dataset.import_spec import FileImport
from studio.dataset.importing.labelling import Category
from studio.jobs.progress import Reporter
from studio.ui.views.data_answers import answers_in, answers_table
from studio.ui.views.data_progress import importing, importing_html
from studio.ui.views.home import Work, work_html, work_in_progress
from studio.ui.views.train_runs import listed
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run, list_runs


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return create_run(workspace, FileImport(file="<rows>.csv").model_dump())


def set_state(run: Run, state: RunState, error: str | None = None) -> None:
    run.write_status(replace(run.recorded, state=state, error=error))


def at_work(run: Run) -> str:
    """The card of an import whose process is alive, as far as it can tell."""
    seen = importing(run)
    return importing_html(replace(seen, status=replace(seen.status, state=RunState.RUNNING)))


def test_an_import_says_its_phase_how_much_is_done_and_the_time_left(run: Run) -> None:
    reporter = Reporter(run)
    assert "Waiting to import &lt;rows&gt;.csv" in importing_html(importing(run))
    assert "Starting" in at_work(run)
    reporter.phase("reading")
    run.append_event("progress", phase="reading", done=300, total=1000, seconds_left=3.2)
    assert "Step 1 of 3: Reading the file, 30% done, 3 s left" in at_work(run) and 'aria-valuenow="30"' in at_work(run)
    reporter.note("read", rows=2000)
    reporter.phase("checking")
    assert 'aria-valuenow="0"' in at_work(run), "what an earlier phase had done does not count"
    run.append_event("progress", phase="checking", done=1, total=4, seconds_left=None)
    assert "Step 2 of 3: Checking every row, 25% done, 500 of 2,000 rows" in at_work(run)
    run.request_stop(keep=False)
    assert "Cancelling" in at_work(run)


def test_a_failed_import_says_why_and_what_to_do(run: Run) -> None:
    set_state(run, RunState.FAILED, "<rows>.csv is empty.")
    shown = importing_html(importing(run))
    assert 'role="alert"' in shown and "&lt;rows&gt;.csv is empty." in shown and "Choose another file" in shown
    run.files.mkdir()
    (run.files / "<rows>.csv").write_text("x")
    assert "try again" in importing_html(importing(run))


def test_a_cancelled_import_says_that_nothing_was_kept_and_one_that_succeeded_is_shown_by_its_dataset(run: Run) -> None:
    set_state(run, RunState.STOPPED)
    assert "was cancelled" in importing_html(importing(run)) and "Nothing was kept" in importing_html(importing(run))
    set_state(run, RunState.SUCCEEDED)
    assert importing_html(importing(run)) == ""


def test_imports_are_no_business_of_the_train_page(run: Run, workspace: Workspace) -> None:
    training = create_run(workspace, {"job": "training.sft"})
    assert [one.id for one in listed(list_runs(workspace))] == [training.id]


def test_home_shows_an_import_only_where_nothing_heavier_is_at_work(run: Run, workspace: Workspace) -> None:
    assert work_in_progress(workspace) == Work(run.id, "dataset.import_job", "waiting to start")
    assert f'<h2>Import <a href="data?import={run.id}">' in work_html(work_in_progress(workspace))
    training = create_run(workspace, {"job": "training.sft"})
    seen = work_in_progress(workspace)
    assert seen is not None and (seen.run, seen.waiting) == (training.id, 0)


def test_what_is_written_into_the_table_comes_out_by_category() -> None:
    table = answers_table([Category("fee", 3, "Why?" * 100), Category("card", 1, "Where?")], {"card": "Here."})
    assert [row[0] for row in table] == ["fee", "card"] and len(str(table[0][2])) < 220
    assert answers_in(table) == {"card": "Here."}
    assert answers_in([["fee", 3, "Why?", "  "], ["card", 1, "Where?", None], ["x"]]) == {} and answers_in(None) == {}
