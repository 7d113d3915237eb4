"""What the Train page shows: the form, a run as it is watched, and the list of runs."""

from __future__ import annotations

import html
import math
import os
import shlex
from dataclasses import replace
from typing import Any

import pytest

from studio.dataset.distillation.distill import DISTILL_JOB
from studio.errors import BadInput
from studio.jobs.progress import Reporter
from studio.training.requests import training_spec
from studio.training.settings.presets import PRESETS, find_preset
from studio.training.settings.setting_groups import GROUPS, SETTINGS
from studio.training.settings.spec import SETTABLE, TrainSpec, parse_assignments
from studio.ui.text import train as text
from studio.ui.text import train_settings as settings_text
from studio.ui.views.train import log_html, possible, run_html, settings_html, state_html, waiting_or, watch
from studio.ui.views.train_form import (
    describe_setting,
    filled_in,
    make_plan,
    plan_html,
    problem_html,
    train_command,
)
from studio.ui.views.train_numbers import MAX_TABLE_ROWS, number, numbers_html, spread, table_html
from studio.ui.views.train_runs import IN_SIGHT, default_run, listed, runs_html
from studio.workspace.clock import timestamp
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, Status, create_run, list_runs, process_start_time
from tests.support import make_rows

TRAINING = TrainSpec(dataset="faq-0123456789ab").model_dump()
EVALUATION = {
    "job": "evaluation.evaluate",
    "question_set": "/somewhere/eval_sets/high_frequency.jsonl",
    "models": ["base", "sft-1"],
    "base_model": "smollm2-135m-instruct",
}
DEMO = find_preset("cpu-demo")
HOSTILE = "<img src=x onerror=alert(1)>"


def a_run(workspace: Workspace, state: RunState, spec: dict[str, Any] | None = None, **fields: Any) -> Run:
    """A run in that state; a running one is worked on by this process."""
    run = create_run(workspace, spec or TRAINING)
    if state is RunState.RUNNING:
        fields = {"pid": os.getpid(), "process_started": process_start_time(os.getpid()), "started": timestamp(), **fields}
    run.write_status(replace(run.recorded, state=state, **fields))
    return run


def measure(run: Run, *steps: int) -> None:
    reporter = Reporter(run)
    for step in steps:
        loss = 4.0 / step
        reporter.metric(step=step, epoch=step / 10, loss=loss, perplexity=math.exp(loss), learning_rate=1e-3, memory_mb=2850.0)


class TestForm:
    def test_shows_every_setting_of_the_spec_once(self) -> None:
        assert sorted(SETTINGS) == sorted(SETTABLE)
        assert set(settings_text.GROUPS) >= set(GROUPS) - {"main"}, "a group has no title"

    def test_takes_help_and_range_of_a_setting_from_the_spec(self) -> None:
        rank = describe_setting("lora_rank")
        assert (rank.label, rank.kind, rank.step) == ("LoRA rank", "integer", 1)
        assert rank.info == f"{TrainSpec.model_fields['lora_rank'].description} 1 to 256. Default 16."
        assert "cosine" in describe_setting("lr_scheduler_type").choices
        assert describe_setting("learning_rate").step == pytest.approx(1e-3)
        assert "Above 0" in describe_setting("num_train_epochs").info
        targets = describe_setting("target_modules")
        assert (targets.kind, targets.choices) == ("string", ()) and "Default all-linear." in targets.info

    def test_every_setting_has_a_sentence_of_help_and_a_label_of_words(self) -> None:
        for name in SETTINGS:
            setting = describe_setting(name)
            assert setting.info.endswith(".") and len(setting.info.split()) > 4, name
            assert "_" not in setting.label and setting.label[0] in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", setting.label

    @pytest.mark.parametrize("preset", [preset.name for preset in PRESETS])
    def test_an_untouched_preset_has_nothing_that_differs(self, preset: str) -> None:
        chosen = find_preset(preset)
        assert chosen.differences(chosen.values()) == {}

    def test_names_an_empty_field(self) -> None:
        with pytest.raises(BadInput, match="learning_rate is empty"):
            filled_in({"learning_rate": None})

    def test_a_value_out_of_range_reaches_the_spec_unclamped(self, workspace: Workspace) -> None:
        dataset = write_dataset(workspace, make_rows(), name="faq", source="faq.json").id
        for name, value in (("learning_rate", 0), ("learning_rate", 10), ("lora_rank", 0), ("lora_rank", 1.5)):
            changes = DEMO.differences({**DEMO.values(), name: value})
            with pytest.raises(BadInput, match=f"{name} = {value} can't be used"):
                training_spec(workspace, dataset=dataset, preset="cpu-demo", changes=changes)

    def test_the_command_names_only_what_differs_and_asks_for_the_same(self) -> None:
        values = {**DEMO.values(), "lora_rank": 8.0, "load_in_4bit": True, "model": "qwen2.5-0.5b-instruct"}
        changes = DEMO.differences(values)
        words = shlex.split(train_command("faq-1", "cpu-demo", changes))
        assert words[:8] == ["python", "-m", "studio", "train", "--dataset", "faq-1", "--preset", "cpu-demo"]
        assert words[8:10] == ["--model", "qwen2.5-0.5b-instruct"]
        assert words[10::2] == ["--set", "--set"]
        typed = parse_assignments(words[11::2])
        settings = {"dataset": "faq-1", "model": "qwen2.5-0.5b-instruct"}
        assert TrainSpec(**settings, **typed) == TrainSpec(**settings, lora_rank=8, load_in_4bit=True)

    def test_a_problem_is_escaped(self) -> None:
        assert HOSTILE not in problem_html(HOSTILE)


class TestPlan:
    def spec(self, **settings: Any) -> TrainSpec:
        return TrainSpec(dataset="faq", **settings)

    def test_counts_last_smaller_batches_as_transformers_does(self) -> None:
        plan = make_plan(self.spec(per_device_train_batch_size=8, gradient_accumulation_steps=2, num_train_epochs=3.0), rows=330)
        assert (plan.effective_batch, plan.steps_per_epoch, plan.steps) == (16, 21, 63)

    def test_half_an_epoch_is_half_the_steps(self) -> None:
        spec = self.spec(per_device_train_batch_size=4, gradient_accumulation_steps=1, num_train_epochs=0.5)
        assert make_plan(spec, rows=40).steps == 5

    def test_max_steps_overrules_the_epochs(self) -> None:
        assert make_plan(self.spec(max_steps=7), rows=1000).steps == 7

    def test_rows_held_out_are_not_learned(self) -> None:
        plan = make_plan(self.spec(hold_out_phrasings=1), rows=384, held_out=48)
        assert (plan.rows, plan.steps_per_epoch) == (336, 21)
        assert "48 held out" in plan_html(self.spec(), plan)

    def test_rows_left_out_are_not_learned_and_that_is_said(self) -> None:
        plan = make_plan(self.spec(rows_per_answer=70), rows=12_464, left_out=2_520)
        assert plan.rows == 9_944
        html = plan_html(self.spec(rows_per_answer=70), plan)
        assert "2,520 left out: 70 of those that share an answer are enough" in html and text.ROWS_ALL_NOTE not in html

    def test_spliced_rows_are_learned_too(self) -> None:
        plan = make_plan(self.spec(spliced_copies=1), rows=384, spliced=384)
        assert (plan.rows, plan.steps_per_epoch) == (768, 48)
        assert "384 spliced" in plan_html(self.spec(), plan)


class TestWatchedRun:
    def test_shows_how_far_it_is_and_the_time_left(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.RUNNING)
        Reporter(run).phase("training")
        run.append_event("progress", phase="training", done=30, total=120, seconds_left=200.0)
        shown = run_html(watch(run))
        assert "Training: 30 of 120" in shown
        assert "3 min 20 s left" in shown
        assert 'role="progressbar"' in shown
        assert 'aria-valuenow="30"' in shown

    def test_a_new_phase_has_no_progress_of_the_last_one(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.RUNNING)
        run.append_event("progress", phase="training", done=120, total=120, seconds_left=0.0)
        Reporter(run).phase("saving the adapter")
        assert "Saving the adapter" in run_html(watch(run))
        assert "120 of 120" not in run_html(watch(run))

    def test_a_waiting_run_says_how_many_go_before_it(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.QUEUED)
        assert "waits behind 1 run and" in run_html(watch(run, behind=1))
        assert "waits behind 2 runs and" in run_html(watch(run, behind=2))
        assert text.STARTS_SOON in run_html(watch(run))
        assert waiting_or(text.STARTED, "sft-2", 1) == "Run sft-2 waits behind 1 run."
        assert waiting_or(text.STARTED, "sft-2", 0) == "Training sft-2 has started."

    def test_steps_that_are_run_again_after_a_resume_replace_the_old_ones(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.RUNNING)
        measure(run, 1, 2, 3, 4)
        before = watch(run)
        Reporter(run).metric(step=3, loss=0.125)
        after = watch(run)
        assert [event["step"] for event in after.metrics] == [1, 2, 3]
        assert "0.125" in numbers_html(after.metrics)
        assert after.stamp != before.stamp

    def test_the_stamp_stays_while_nothing_new_is_measured(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.RUNNING)
        measure(run, 1, 2)
        before = watch(run).stamp
        Reporter(run).note("still here")
        assert watch(run).stamp == before

    def test_a_failed_run_shows_its_sentence_escaped(self, workspace: Workspace) -> None:
        shown = run_html(watch(a_run(workspace, RunState.FAILED, error=f"The disk is full. {HOSTILE}")))
        assert "The disk is full." in shown
        assert HOSTILE not in shown

    def test_a_run_whose_process_is_gone_is_shown_as_failed(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.RUNNING, pid=2**22 + 1, process_started=1.0)
        assert state_html(RunState.FAILED) in run_html(watch(run))

    def test_a_stopped_run_says_what_was_kept(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.STOPPED, started=timestamp(), finished=timestamp())
        assert text.STOPPED_NOTHING in run_html(watch(run))
        leave_adapter(run)
        assert text.STOPPED_KEPT in run_html(watch(run))
        assert text.STOPPED_WAITING in run_html(watch(a_run(workspace, RunState.STOPPED)))

    def test_a_finished_training_leads_to_arena_and_dashboard(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.SUCCEEDED, started=timestamp(), finished=timestamp(), result={"final_loss": 0.3125})
        leave_adapter(run)
        shown = run_html(watch(run))
        assert 'href="arena' in shown
        assert 'href="dashboard"' in shown
        assert "final loss 0.312" in shown
        assert f'href="train?run={run.id}"' in shown

    def test_a_finished_evaluation_leads_to_its_report(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.SUCCEEDED, EVALUATION, started=timestamp(), finished=timestamp())
        assert f'href="dashboard?report={run.id}"' in run_html(watch(run))

    @pytest.mark.parametrize(
        ("state", "spec", "expected"),
        [
            (RunState.QUEUED, TRAINING, {"stop_keep", "again"}),
            (RunState.RUNNING, TRAINING, {"stop_keep", "stop_discard", "again"}),
            (RunState.RUNNING, EVALUATION, {"stop_keep"}),
            (RunState.FAILED, TRAINING, {"resume", "again"}),
            (RunState.STOPPED, EVALUATION, {"resume"}),
            (RunState.SUCCEEDED, EVALUATION, set()),
        ],
    )
    def test_offers_what_can_be_done(
        self, workspace: Workspace, state: RunState, spec: dict[str, Any], expected: set[str]
    ) -> None:
        can = possible(watch(a_run(workspace, state, spec)))
        assert {name for name, offered in vars(can).items() if offered} == expected

    def test_a_model_can_be_evaluated_once_it_has_an_adapter(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.SUCCEEDED)
        assert not possible(watch(run)).evaluate
        leave_adapter(run)
        assert possible(watch(run)).evaluate

    def test_a_run_that_was_asked_to_stop_says_so_and_is_not_asked_again(self, workspace: Workspace) -> None:
        run = a_run(workspace, RunState.RUNNING)
        run.request_stop(keep=False)
        seen = watch(run)
        assert text.STOPPING_DISCARD in run_html(seen)
        assert not possible(seen).stop_keep
        assert not possible(seen).stop_discard

    def test_log_and_settings_are_escaped(self) -> None:
        assert HOSTILE not in log_html(HOSTILE)
        assert HOSTILE not in settings_html({"dataset": HOSTILE})
        assert text.LOG_EMPTY in log_html("\n")

    def test_the_settings_show_no_folder_of_this_machine(self) -> None:
        shown = settings_html(EVALUATION)
        assert "high_frequency" in shown
        assert "/somewhere" not in shown


class TestNumbers:
    def test_shows_nothing_before_the_first_value(self) -> None:
        assert numbers_html([]) == ""

    def test_the_table_behind_the_curves_is_thinned_and_says_so(self) -> None:
        metrics = [{"step": step, "loss": 1.0} for step in range(1, 5001)]
        metrics[0]["perplexity"] = 2.7
        shown = table_html(metrics)
        assert shown.count("<tr>") == MAX_TABLE_ROWS + 1
        assert "100 of 5,000 measured steps" in shown
        assert text.NO_VALUE in shown, "perplexity was measured at one step only"
        assert "measured steps" not in table_html(metrics[:MAX_TABLE_ROWS])

    def test_spreading_keeps_the_first_and_the_last(self) -> None:
        values = [{"step": step} for step in range(1000)]
        kept = [value["step"] for value in spread(values, 10)]
        assert (len(set(kept)), kept[0], kept[-1]) == (10, 0, 999)

    @pytest.mark.parametrize(
        ("value", "shown"),
        [(0.84437, "0.844"), (2850.44, "2,850"), (2e-05, "2.00e-05"), (0.0, "0"), (None, "–"), (math.inf, "∞"), (math.nan, "–")],
    )
    def test_numbers_have_three_digits(self, value: Any, shown: str) -> None:
        assert number(value) == shown


class TestList:
    def test_trainings_come_before_evaluations_and_the_newest_first(self, workspace: Workspace) -> None:
        evaluation = a_run(workspace, RunState.SUCCEEDED, EVALUATION, created="2026-01-03T00:00:00.000+00:00")
        older = a_run(workspace, RunState.SUCCEEDED, created="2026-01-01T00:00:00.000+00:00", result={"final_loss": 0.25})
        newer = a_run(workspace, RunState.FAILED, created="2026-01-02T00:00:00.000+00:00")
        shown = runs_html(listed(list_runs(workspace)), newer.id)
        assert shown.index(newer.id) < shown.index(older.id) < shown.index(evaluation.id)
        assert "0.25" in shown
        assert "high_frequency" in shown
        assert f'<strong><a href="train?run={newer.id}">' in shown

    def test_each_kind_of_run_links_to_the_page_that_shows_it(self, workspace: Workspace) -> None:
        evaluation = a_run(workspace, RunState.SUCCEEDED, EVALUATION)
        distillation = a_run(workspace, RunState.SUCCEEDED, {"job": DISTILL_JOB})
        shown = runs_html(listed(list_runs(workspace)))
        assert f'<a href="train?run={evaluation.id}">' in shown
        assert f'<a href="manuals?run={distillation.id}">' in shown and f"train?run={distillation.id}" not in shown

    def test_a_state_is_a_word_and_a_shape(self) -> None:
        shown = {state_html(state) for state in RunState}
        assert len(shown) == len(RunState)
        for state in RunState:
            assert state.value in state_html(state)

    def test_older_runs_are_folded_away_not_left_out(self, workspace: Workspace) -> None:
        runs = [a_run(workspace, RunState.SUCCEEDED) for _ in range(IN_SIGHT + 3)]
        shown = runs_html(listed(list_runs(workspace)))
        assert "3 older" in shown
        assert all(run.id in shown for run in runs)

    def test_opens_with_the_run_at_work_else_the_newest(self, workspace: Workspace) -> None:
        assert default_run([]) is None
        at_work = a_run(workspace, RunState.RUNNING, created="2026-01-01T00:00:00.000+00:00")
        newest = a_run(workspace, RunState.QUEUED, created="2026-01-02T00:00:00.000+00:00")
        assert default_run(listed(list_runs(workspace))) == at_work.id
        at_work.write_status(Status(RunState.SUCCEEDED, created="2026-01-01T00:00:00.000+00:00"))
        assert default_run(listed(list_runs(workspace))) == newest.id

    def test_what_a_spec_says_is_escaped(self, workspace: Workspace) -> None:
        a_run(workspace, RunState.QUEUED, {**TRAINING, "dataset": HOSTILE})
        shown = runs_html(listed(list_runs(workspace)))
        assert HOSTILE not in shown
        assert html.escape(HOSTILE) in shown


def leave_adapter(run: Run) -> None:
    (run.folder / "adapter").mkdir()
    (run.folder / "adapter" / "adapter_config.json").write_text("{}")
