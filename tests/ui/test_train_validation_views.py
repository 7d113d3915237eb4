"""How the page shows validations: the newest, the best, what was asked, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest

from studio.charts import training_curve
from studio.cli.output import progress_of
from studio.errors import BadInput
from studio.training.comparison import as_json, compare_runs, table_csv, validation_rows
from studio.training.settings.spec import TrainSpec, parse_spec
from studio.ui.text import train_validation as text
from studio.ui.views.train import run_html, watch
from studio.ui.views.train_compare import comparison_html
from studio.ui.views.train_form import make_plan, plan_html
from studio.ui.views.train_lines import checkpoint_choices
from studio.ui.views.train_numbers import numbers_html
from studio.ui.views.train_validation import MAX_TABLE_ROWS, told_by, validation_html, validation_table_html
from studio.workspace.checkpoints import Checkpoint
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState
from tests.ui.test_train_views import a_run

SPEC = TrainSpec(dataset="faq-1", hold_out_phrasings=1).model_dump()


def validated(step: int, passed: int, *, best: int | None = None, loss: float = 0.5) -> dict[str, Any]:
    found = {
        "passed": passed,
        "items": 32,
        "accuracy": passed / 32,
        "eval_loss": loss,
        "eval_perplexity": 1.65,
        "validation_seconds": 4.0,
    }
    return {"step": step, **found, **({} if best is None else {"best_step": best})}


COURSE = [validated(0, 0, loss=3.0), validated(200, 29, best=200), validated(400, 27, best=200, loss=0.7)]


def told_run(workspace: Workspace, state: RunState = RunState.RUNNING, **spec: Any) -> Run:
    run = a_run(workspace, state, {**SPEC, **spec})
    for event in COURSE:
        run.append_event("metric", **event)
    return run


def test_the_newest_stands_beside_the_best_with_its_interval_and_what_it_cost() -> None:
    told = told_by(COURSE)
    assert told is not None
    html = validation_html(told, SPEC)
    assert "27/32 = 84.4%" in html and "at step 400; 95% interval 68.2% to 93.1%" in html
    assert "Step 200" in html and "29/32 = 90.6% right; the adapter is of this step" in html
    assert "It has taken 12 s so far, 4 s the last time." in html
    assert "never the questions of the headline accuracy" in html


def test_where_the_last_step_is_kept_that_is_said() -> None:
    told = told_by(COURSE)
    assert told is not None and "keep_best is off" in validation_html(told, {**SPEC, "keep_best": False})


def test_before_the_first_checkpoint_only_the_base_model_is_shown() -> None:
    told = told_by(COURSE[:1])
    assert told is not None
    assert "before the first step" in validation_html(told, SPEC) and text.NO_BEST in validation_html(told, SPEC)
    assert numbers_html(COURSE[:1]) == "", "cards without a number"


def test_a_run_that_validates_nothing_shows_nothing() -> None:
    assert told_by([{"step": 1, "loss": 1.0}]) is None


def test_the_table_marks_the_best_and_the_base_and_stays_short() -> None:
    told = told_by(COURSE)
    assert told is not None
    html = validation_table_html(told)
    assert html.count("<tr>") == 4
    (best,) = (row for row in html.split("<tr>") if text.MARKED_BEST + "<" in row)
    assert "<td>200</td>" in best
    many = told_by([validated(step, 3, best=1) for step in range(1, 400)])
    assert many is not None and validation_table_html(many).count("<tr>") == 1 + MAX_TABLE_ROWS


def test_the_best_checkpoint_is_ringed_in_the_curve_and_named() -> None:
    drawn = training_curve(COURSE, "accuracy", marked=200).to_dict()
    ring = next(layer for layer in drawn["layer"] if "transform" in layer and layer["mark"]["type"] == "point")
    assert "200" in str(ring["transform"])
    assert any(layer["mark"].get("text") == "best" for layer in drawn["layer"])
    assert "from 0.0% at step 0 to 84.4% at step 400" in " ".join(drawn["title"]["text"])
    assert not any("transform" in layer for layer in training_curve(COURSE, "accuracy").to_dict()["layer"])


def test_a_stopped_run_says_which_adapter_it_has_kept(workspace: Workspace) -> None:
    run = told_run(workspace, RunState.STOPPED)
    run.write_status(run.recorded.__class__(**{**run.recorded.__dict__, "started": run.recorded.created}))
    adapter = run.folder / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    assert "The adapter of its best checkpoint, step 200, is kept." in run_html(watch(run))


def test_the_best_checkpoint_is_marked_where_one_chooses_from_which_to_go_on(workspace: Workspace) -> None:
    kept = [Checkpoint(step, 600, workspace.home) for step in (400, 200)]
    assert checkpoint_choices(kept, best=200)[1] == ("Step 200 of 600, the best", "200")
    assert "best" not in checkpoint_choices(kept, best=200)[0][0]


def test_the_terminal_says_the_newest_and_the_best(workspace: Workspace) -> None:
    run = told_run(workspace)
    run.append_event("phase", name="training")
    run.append_event("metric", step=401, loss=0.25)
    run.append_event("progress", phase="training", done=401, total=600, seconds_left=100.0)
    _, _, words = progress_of(run)
    assert words == (
        "training, 401 of 600, loss 0.250, validation loss 0.700, perplexity 2.01, 27/32 right (best 29/32 at step 200), 1 min 40 s left"
    )


def test_a_comparison_names_the_best_checkpoints(workspace: Workspace) -> None:
    first, second = told_run(workspace), a_run(workspace, RunState.SUCCEEDED, SPEC)
    comparison = compare_runs(workspace, [first.id, second.id])
    assert validation_rows(comparison)["step of the best checkpoint"] == [200, None]
    assert "step of the best checkpoint,200," in table_csv(comparison)
    one, other = (run["validation"] for run in as_json(comparison)["runs"])
    assert one["step"] == 200 and one["passed"] == 29 and other is None
    html = comparison_html(comparison)
    assert text.BEST in html and "Step 200" in html
    nothing = compare_runs(workspace, [second.id, a_run(workspace, RunState.SUCCEEDED, SPEC).id])
    assert validation_rows(nothing) == {} and text.BEST not in comparison_html(nothing)


def test_the_plan_says_how_often_how_many_are_asked() -> None:
    spec = TrainSpec(dataset="faq-1", hold_out_phrasings=1, max_steps=450, save_steps=200)
    html = plan_html(spec, make_plan(spec, rows=384, held_out=48))
    assert text.VALIDATIONS in html and ">4<" in html, "the base model, step 200, step 400 and the last"
    assert "32 of 48 held-out phrasings each, every 200 steps" in html
    assert text.VALIDATIONS not in plan_html(spec, make_plan(spec, rows=384, held_out=0))


def test_patience_without_a_validation_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadInput, match="early_stopping_patience needs a validation: set hold_out_phrasings"):
        parse_spec({"dataset": "faq-1", "early_stopping_patience": 3})
