"""What the Train page shows of runs beside each other, in a line each, and by what they are called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from studio.errors import BadInput
from studio.training.comparison import compare_runs
from studio.training.settings.spec import TrainSpec
from studio.ui.text import train_runs as text
from studio.ui.views.train import compare_link, run_html, watch
from studio.ui.views.train_compare import (
    comparison_html,
    curve_choices,
    curve_table_html,
    hint_html,
    links_html,
    run_choices,
    suggested_runs,
)
from studio.ui.views.train_lines import checkpoint_choices, chosen_step, deleted_choices, queue_choices
from studio.ui.views.train_runs import listed, narrowed, runs_html, tag_choices
from studio.workspace.checkpoints import Checkpoint
from studio.workspace.layout import Workspace
from studio.workspace.run_notes import write_run_notes
from studio.workspace.run_trash import delete_run
from studio.workspace.runs import Run, RunState, create_run, list_runs

HOSTILE = "<img src=x onerror=alert(1)>"


def a_training(workspace: Workspace, *losses: float, name: str = "", tags: tuple[str, ...] = (), **settings: Any) -> Run:
    run = create_run(workspace, TrainSpec(**{"dataset": "airline-1", **settings}).model_dump())
    for step, loss in enumerate(losses, start=1):
        run.append_event("metric", step=step, loss=loss, learning_rate=1e-3)
    run.write_status(replace(run.recorded, state=RunState.SUCCEEDED, result={"final_loss": 0.5, "seconds": 90.0}))
    write_run_notes(run, name=name, tags=tags, text="")
    return run


class TestComparison:
    def test_tables_have_a_column_a_run_and_only_what_differs(self, workspace: Workspace) -> None:
        runs = [a_training(workspace, 2.0, name="Wide"), a_training(workspace, 1.0, lora_rank=8)]
        shown = comparison_html(compare_runs(workspace, [run.id for run in runs]))
        assert '<th scope="col">Wide</th>' in shown and f'<th scope="col">{runs[1].id}</th>' in shown
        assert "<code>lora_rank</code></td><td>16</td><td>8</td>" in shown
        assert "learning_rate" not in shown and "1 min 30 s" in shown and text.ACCURACY_NONE in shown
        assert f'href="train?run={runs[0].id}"' in shown

    def test_runs_that_were_asked_for_the_same_say_so(self, workspace: Workspace) -> None:
        ids = [a_training(workspace).id for _ in range(2)]
        assert text.SAME in comparison_html(compare_runs(workspace, ids))

    def test_what_people_wrote_is_escaped_everywhere(self, workspace: Workspace) -> None:
        run = a_training(workspace, 1.0, name=HOSTILE, tags=(HOSTILE,))
        comparison = compare_runs(workspace, [run.id, a_training(workspace, dataset="d").id])
        pages = (
            comparison_html(comparison),
            curve_table_html(comparison, "loss"),
            runs_html(listed([run])),
            run_html(watch(run)),
        )
        assert all(HOSTILE not in page for page in pages)

    def test_a_long_run_has_fifty_lines_behind_its_curves_and_a_short_one_ends_where_it_ended(self, workspace: Workspace) -> None:
        ids = [a_training(workspace, *([1.0] * 200)).id, a_training(workspace, 2.0, 2.0).id]
        shown = curve_table_html(compare_runs(workspace, ids), "loss")
        assert shown.count("<tr>") == 51
        assert "<td>1</td><td>1</td><td>2</td>" in shown and "<td>200</td><td>1</td><td>–</td>" in shown

    def test_only_what_was_measured_can_be_drawn(self, workspace: Workspace) -> None:
        ids = [a_training(workspace, 1.0).id, a_training(workspace).id]
        assert [name for _, name in curve_choices(compare_runs(workspace, ids))] == ["loss", "learning_rate"]

    def test_links_open_the_same_view_and_download_what_it_shows(self) -> None:
        assert compare_link(["a", "b"], "loss") == "train?compare=a,b&curve=loss"
        shown = links_html(["a", "b"], "loss")
        assert 'href="train?compare=a,b&curve=loss"' in shown
        for ending in ("csv", "svg", "table.csv"):
            assert f'href="compare.{ending}?runs=a,b&curve=loss" download' in shown

    @pytest.mark.parametrize(("chosen", "words"), [(0, "2 to 6 trainings"), (1, "one to 5 more"), (2, ""), (6, "")])
    def test_it_says_how_many_more_are_needed(self, chosen: int, words: str) -> None:
        assert words in hint_html(chosen) and bool(hint_html(chosen)) is bool(words)

    def test_trainings_only_are_offered(self, workspace: Workspace) -> None:
        run = a_training(workspace, name="Wide")
        create_run(workspace, {"job": "evaluation.evaluate", "models": []})
        ((label, value),) = run_choices(listed(list_runs(workspace)))
        assert value == run.id and label.startswith("Wide (succeeded")

    def test_those_that_have_begun_are_suggested_before_those_that_wait(self, workspace: Workspace) -> None:
        older, newer = a_training(workspace), a_training(workspace)
        waiting = create_run(workspace, TrainSpec(dataset="airline-1").model_dump())
        create_run(workspace, {"job": "evaluation.evaluate", "models": []})
        runs = listed(list_runs(workspace))
        assert suggested_runs(runs, 2) == [newer.id, older.id]
        assert suggested_runs(runs, 6) == [newer.id, older.id, waiting.id]


class TestLines:
    def test_waiting_runs_are_numbered_and_say_what_they_are(self, workspace: Workspace) -> None:
        run = a_training(workspace, name="Wide")
        other = create_run(
            workspace, {"job": "evaluation.evaluate", "question_set": "/x/high_frequency.jsonl", "models": ["base"]}
        )
        assert queue_choices([run, other]) == [
            ("1. Wide · Training · airline-1 · smollm2-135m-instruct", run.id),
            (f"2. {other.id} · Evaluation · high_frequency · base", other.id),
        ]

    def test_deleted_runs_are_called_by_their_name_or_their_id(self, workspace: Workspace) -> None:
        run = a_training(workspace)
        token = delete_run(workspace, run.id)
        ((label, value),) = deleted_choices(workspace, [token])
        assert value == token and label.startswith(f"{run.id} · Training")

    def test_checkpoints_are_offered_newest_first(self, workspace: Workspace) -> None:
        kept = [Checkpoint(step, 1200, workspace.home) for step in (1040, 1020)]
        assert checkpoint_choices(kept) == [("The newest: step 1,040 of 1,200", "1040"), ("Step 1,020 of 1,200", "1020")]
        assert checkpoint_choices([]) == []

    def test_a_step_is_a_number_or_nothing(self) -> None:
        assert (chosen_step("20"), chosen_step(20), chosen_step(None), chosen_step("")) == (20, 20, None, None)
        with pytest.raises(BadInput, match="no step"):
            chosen_step("soon")


class TestList:
    def test_a_run_is_listed_by_its_name_with_its_id_below_and_its_tags(self, workspace: Workspace) -> None:
        run = a_training(workspace, name="Wide", tags=("best",))
        shown = runs_html(listed([run]))
        assert f'<a href="train?run={run.id}">Wide</a>' in shown and f'<span class="muted">{run.id}</span>' in shown
        assert '<a class="tag" href="train?tag=best">best</a>' in shown

    def test_it_is_narrowed_by_words_and_a_tag(self, workspace: Workspace) -> None:
        wide, other = a_training(workspace, name="Wide", tags=("best",)), a_training(workspace, tags=("best", "old"))
        runs = listed(list_runs(workspace))
        assert [run.id for run in narrowed(runs, "wide", "")] == [wide.id]
        assert [run.id for run in narrowed(runs, "", "old")] == [other.id]
        assert len(narrowed(runs, "", "")) == 2
        assert tag_choices(runs) == [(text.ANY_TAG, ""), ("best (2)", "best"), ("old (1)", "old")]

    def test_the_watched_run_shows_its_name_tags_and_note(self, workspace: Workspace) -> None:
        run = a_training(workspace)
        write_run_notes(run, name="Wide", tags=["best"], text="Remember.")
        shown = run_html(watch(run))
        assert f"Wide ({run.id})" in shown and "train?tag=best" in shown and "Remember." in shown
        assert f'href="train?compare={run.id}"' in shown
