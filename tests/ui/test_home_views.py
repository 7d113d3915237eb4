"""The five steps follow what the workspace holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.arena.ranking import Ranking
from studio.ui.views.home import SoFar, StepState, Work, look_around, steps, steps_html, visitor_html, work_html, work_in_progress
from studio.workspace.clock import timestamp
from studio.workspace.datasets import Manifest, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.reports import EVALUATION_JOB, ModelScore
from studio.workspace.runs import Run, RunState, create_run
from tests.support import make_rows

DATASET = Manifest(id="a-1", name="Answers <b>", fingerprint="f" * 64, rows=384, created=timestamp(), source="x", rejected=2)
SCORE = ModelScore(
    passed=259, items=280, accuracy=0.925, wilson=[0.888, 0.95], model="sft-1", role="tuned", base_model="m", digest="d", failed=21,
    errored=0, weighted_accuracy=0.9, family_bootstrap=[0.88, 0.95], by_industry=[], mean_answer_words=20.0, seconds=1.0,
)  # fmt: skip
FULL = SoFar(
    datasets=[DATASET], tuned=["sft-1"], votes=12, wins=8, decisive=10, report="evaluate-1", scores=[SCORE], open_links=1
)


def following(so_far: SoFar, *, operator: bool = True) -> str | None:
    return next((step.key for step in steps(so_far, operator=operator) if step.following), None)


def facts(so_far: SoFar, key: str) -> str:
    step = next(step for step in steps(so_far, operator=True) if step.key == key)
    return " | ".join(f"{fact.text} {fact.detail}".strip() for fact in step.facts)


def set_state(run: Run, state: RunState, error: str | None = None) -> None:
    run.write_status(replace(run.recorded, state=state, finished=timestamp(), error=error))


def make_tuned(workspace: Workspace) -> Run:
    run = create_run(workspace, {"job": "training.sft", "dataset": "a-1", "model": "smollm2-135m-instruct"})
    (run.folder / "adapter").mkdir()
    (run.folder / "adapter" / "adapter_config.json").write_text("{}")
    set_state(run, RunState.SUCCEEDED)
    return run


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({"datasets": []}, "data"), ({"tuned": []}, "train"), ({"votes": 0}, "arena"), ({"report": None}, "dashboard"),
        ({"open_links": 0}, "share"), ({}, None),
    ],
)  # fmt: skip
def test_the_first_step_that_is_not_done_is_next(missing: dict[str, object], expected: str | None) -> None:
    assert following(replace(FULL, **missing)) == expected


def test_a_visitor_is_sent_where_visitors_may_do_something() -> None:
    assert following(SoFar(), operator=False) is None
    assert following(SoFar(report="evaluate-1"), operator=False) == "dashboard"
    assert following(replace(FULL, datasets=[]), operator=False) == "arena"
    assert following(SoFar(shipped=True), operator=False) == "arena"


def test_an_empty_workspace_begins_with_data(workspace: Workspace) -> None:
    found = look_around(workspace)
    assert found == SoFar(datasets=[], tuned=[], shipped=True)
    assert "comes with the studio" in facts(found, "arena")
    assert following(found) == "data"
    assert [step.href for step in steps(found, operator=True)] == ["data", "train", "arena", "dashboard", "share"]


def test_what_lies_in_the_workspace_is_counted(workspace: Workspace) -> None:
    write_dataset(workspace, make_rows(), name="Answers", source="x")
    run = make_tuned(workspace)
    ranking = Ranking(tuned=run.id, wins=8, losses=2, ties=1, both_bad=1, base_words=9, tuned_words=9)
    found = look_around(workspace, rankings=[ranking], open_links=3)
    assert (len(found.datasets), found.tuned, found.votes, found.wins, found.decisive) == (1, [run.id], 12, 8, 10)
    assert facts(found, "data") == "1 dataset | Newest: Answers, 16 rows"
    assert facts(found, "arena") == "12 votes 8 of 10 decisive votes for tuned"
    assert facts(found, "share") == "3 open links"


def test_accuracy_is_shown_as_a_count_with_its_interval() -> None:
    assert facts(FULL, "dashboard") == "259/280 = 92.5% 95% interval 88.8% to 95.0%"


def test_a_training_that_failed_says_why_until_another_succeeds(workspace: Workspace) -> None:
    failed = create_run(workspace, {"job": "training.sft", "dataset": "a-1", "model": "m"})
    set_state(failed, RunState.FAILED, "The disk is full.")
    assert facts(look_around(workspace), "train") == "The newest training failed: The disk is full."
    make_tuned(workspace)
    assert "failed" not in facts(look_around(workspace), "train")


def test_a_run_at_work_is_found_with_its_newest_progress(workspace: Workspace) -> None:
    assert work_in_progress(workspace) is None
    first = create_run(workspace, {"job": "training.sft"})
    create_run(workspace, {"job": EVALUATION_JOB})
    waiting = work_in_progress(workspace)
    assert waiting is not None
    assert (waiting.run, waiting.phase, waiting.waiting) == (first.id, "waiting to start", 1)
    first.append_event("progress", phase="loading", done=5, total=5, seconds_left=0)
    first.append_event("phase", name="training")
    assert work_in_progress(workspace) == Work(first.id, "training.sft", "training", waiting=1)
    first.append_event("progress", phase="training", done=30, total=120, seconds_left=90.0)
    at_work = work_in_progress(workspace)
    assert at_work == Work(first.id, "training.sft", "training", 30, 120, 90.0, waiting=1)
    set_state(first, RunState.SUCCEEDED)
    after = work_in_progress(workspace)
    assert after is not None
    assert after.job == EVALUATION_JOB


def test_a_run_at_work_marks_its_step_and_links_to_itself() -> None:
    at_work = replace(FULL, tuned=[], work=Work("sft-9", "training.sft"))
    train = steps(at_work, operator=True)[1]
    assert (train.state, train.following, train.href) == (StepState.AT_WORK, True, "train?run=sft-9")
    assert 'href="train?run=sft-9"' in work_html(at_work.work)


def test_the_bar_says_how_far_and_how_long() -> None:
    shown = work_html(Work("sft-9", "training.sft", "training", 30, 120, 90.0, waiting=2))
    assert 'aria-valuenow="25"' in shown
    assert "width:25%" in shown
    assert "training, 30 of 120, 1 min 30 s left" in shown
    assert "2 waiting" in shown
    assert "progressbar" not in work_html(Work("sft-9", "training.sft", "saving the adapter"))
    assert work_html(None) == ""


def test_the_next_step_is_marked_for_eyes_and_for_screen_readers_and_names_are_escaped() -> None:
    shown = steps_html(steps(replace(FULL, votes=0), operator=True))
    assert shown.count('aria-current="step"') == 1
    assert "Answers &lt;b&gt;" in shown
    assert shown.count("<li ") == 5
    assert 'class="tuned side"' in shown


def test_a_visitor_is_offered_the_key_only_where_one_opens() -> None:
    assert 'href="operator"' in visitor_html(key_opens=True)
    assert "operator" not in visitor_html(key_opens=False).split("href")[1:]
