"""An export on the page: how far it is, what came of the merge, where it can be fetched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from studio.training.exporting.spec import EXPORT_JOB
from studio.ui.views.jobs import job_address
from studio.ui.views.train_export import (
    Exporting,
    agreement_html,
    export_command,
    exporting_html,
    exports_html,
    model_choices,
    room_html,
)
from studio.workspace.adapters import TunedModel
from studio.workspace.runs import RunState, Status

MADE: dict[str, Any] = {
    "folder": "/x/export",
    "bytes": 269_000_000,
    "prompts": 20,
    "agree": 20,
    "computed_in": "float32",
    "differing": [],
}


def seen(state: RunState, **fields: Any) -> Exporting:
    status = Status(state, created="2026-11-24T12:00:00+00:00", error=fields.pop("error", None), result=fields.pop("result", {}))
    return Exporting("export-1", {"model": "sft-1", "form": "merged"}, status, "/x/export", fields.pop("made", None), **fields)


def test_progress_is_a_phase_with_a_bar_and_a_cancel_is_seen() -> None:
    html = exporting_html(seen(RunState.RUNNING, phase="merging", done=5, total=20))
    assert "Merging, 25%" in html and 'role="progressbar"' in html
    assert "nothing is kept of it" in exporting_html(seen(RunState.RUNNING, cancelling=True))
    assert "starts by itself" in exporting_html(seen(RunState.QUEUED))


def test_a_finished_export_says_where_it_is_and_how_many_answers_are_the_same() -> None:
    html = exporting_html(seen(RunState.SUCCEEDED, made=MADE, result={**MADE, "url": "https://hub/acme/model"}))
    assert "/x/export" in html and "269.0 MB" in html and 'href="exports/export-1.zip"' in html
    assert "All 20 prompts get the same answer" in html and 'href="https://hub/acme/model"' in html


def test_a_merge_that_changed_answers_shows_them_escaped() -> None:
    differing = [{"question": "<b>Why?</b>", "before": "Because.", "after": "x" * 1000}]
    html = agreement_html({**MADE, "agree": 19, "differing": differing})
    assert "19 of 20 prompts" in html and "&lt;b&gt;Why?" in html and "<b>" not in html and "600 more characters" in html
    wrong = agreement_html({**MADE, "agree": 3, "differing": differing})
    assert "Only 3 of 20" in wrong and "do not use this export" in wrong and 'role="alert"' in wrong
    assert agreement_html({**MADE, "prompts": None}) == ""


def test_a_failure_says_why_and_whether_the_export_is_kept() -> None:
    html = exporting_html(seen(RunState.FAILED, error="The <disk> is full."))
    assert "The &lt;disk&gt; is full." in html and "Nothing was kept" in html
    assert "exports/export-1.zip" in exporting_html(seen(RunState.FAILED, error="The Hub.", made=MADE))


def test_the_list_links_what_is_still_there() -> None:
    there, gone = seen(RunState.SUCCEEDED, made=MADE, result=MADE), seen(RunState.SUCCEEDED, result=MADE)
    html = exports_html([there, replace(gone, id="export-2"), seen(RunState.FAILED)])
    assert "20 of 20" in html and 'href="exports/export-1.zip"' in html
    assert "export-2.zip" not in html and "folder removed" in html
    assert exports_html([seen(RunState.FAILED)]) == ""


def test_models_say_where_they_come_from() -> None:
    models = [
        TunedModel("sft-1", "b", "d", "/a"),
        TunedModel("mine", "b", "d", "/a", imported=True),
        TunedModel("fourteen", "b", "d", "/a", shipped=True),
    ]
    assert [label for label, _ in model_choices(models)] == ["sft-1", "mine (imported)", "fourteen (comes with the studio)"]


@pytest.mark.parametrize(("free", "kind"), [(10**9, "muted"), (10**6, "failed")])
def test_a_disk_that_is_too_full_is_seen_before(free: int, kind: str) -> None:
    assert f'<p class="{kind}">' in room_html("merged", 3 * 10**8, free)


def test_the_command_is_the_same_export() -> None:
    assert export_command("sft-1", "merged", " ", public=True, update=True) == "python -m studio export-model sft-1 --as merged"
    pushed = export_command("sft-1", "adapter", "acme/model", public=True, update=False)
    assert pushed == "python -m studio export-model sft-1 --as adapter --push acme/model --public"


def test_an_export_at_work_is_found_from_anywhere() -> None:
    assert job_address(EXPORT_JOB, "export-1") == "train?export=export-1"
