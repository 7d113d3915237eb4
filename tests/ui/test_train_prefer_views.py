"""What the Train page shows of preference trainings: the form's plan and command, the run, the list and the curves."""

from __future__ import annotations

import shlex
from dataclasses import replace

from studio.charts import compared_curves, training_curve
from studio.training.comparison import compare_runs
from studio.training.preferring.judged import Judged
from studio.training.preferring.spec import GROUPS, PreferenceSpec, parse_preference_assignments
from studio.ui.text import train as text
from studio.ui.text import train_prefer as prefer_text
from studio.ui.views.train import run_html, watch
from studio.ui.views.train_compare import comparison_html, curve_choices
from studio.ui.views.train_numbers import numbers_html, table_html
from studio.ui.views.train_prefer import (
    SETTINGS,
    describe_preference_setting,
    prefer_command,
    preference_plan_html,
    start_choices,
)
from studio.ui.views.train_runs import listed, runs_html
from studio.workspace.adapters import TunedModel
from studio.workspace.history import Metrics, history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run, list_runs

SPEC = PreferenceSpec(dataset="votes-0123456789ab", start="sft-1", beta=0.2)


def a_run(workspace: Workspace) -> Run:
    run = create_run(workspace, SPEC.model_dump())
    for step in (1, 2):
        run.append_event(
            "metric", step=step, epoch=0.5, loss=0.7 - 0.1 * step, reward_chosen=0.1 * step, reward_rejected=-0.1 * step,
            reward_margin=0.2 * step, reward_accuracy=0.75, learning_rate=5e-5, memory_mb=900.0,
        )  # fmt: skip
    result = {"final_loss": 0.55, "steps": 2, "rows": 8, "peak_memory_mb": 900, "reward_margin": 0.3, "reward_accuracy": 0.75}
    (run.folder / "adapter").mkdir()
    (run.folder / "adapter" / "adapter_config.json").write_text("{}")
    run.write_status(replace(run.recorded, state=RunState.SUCCEEDED, result=result))
    return run


def test_the_command_names_what_differs_and_can_be_typed() -> None:
    words = shlex.split(prefer_command(SPEC, {"beta": 0.2, "load_in_4bit": True}))
    assert words[:8] == ["python", "-m", "studio", "prefer", "--dataset", SPEC.dataset, "--from", "sft-1"]
    assigned = [words[index + 1] for index, word in enumerate(words) if word == "--set"]
    assert parse_preference_assignments(assigned) == {"beta": "0.2", "load_in_4bit": "true"}


def test_the_plan_counts_pairs_for_dpo_and_answers_for_kto() -> None:
    judged = Judged(pairs=20, good=3, bad=1)
    shown = preference_plan_html(SPEC, judged)
    assert prefer_text.PAIRS in shown and '<p class="big">20</p>' in shown and '<p class="big">3</p>' in shown
    both = preference_plan_html(PreferenceSpec(dataset="d", method="kto"), judged)
    assert prefer_text.ANSWERS in both and '<p class="big">44</p>' in both and '<p class="big">6</p>' in both


def test_every_setting_of_the_form_is_described_and_every_group_has_a_title() -> None:
    assert set(GROUPS) - {"main"} == set(prefer_text.GROUPS)
    described = {name: describe_preference_setting(name) for name in SETTINGS}
    assert described["beta"].info.endswith("Above 0, up to 10. Default 0.1.") and described["sft_weight"].label == "SFT weight"
    assert described["loss_type"].choices[0] == "auto"


def test_tuned_models_come_before_the_base_model() -> None:
    choices = start_choices([TunedModel("sft-1", "smollm2", "d", "/x")])
    assert [name for _, name in choices] == ["sft-1", "base"]


def test_a_finished_run_tells_its_margin_and_offers_what_any_tuned_model_can(workspace: Workspace) -> None:
    seen = watch(a_run(workspace))
    shown = run_html(seen)
    assert text.KINDS["training.preference"] in shown and "on top of sft-1" in shown
    assert "reward margin was 0.3, and the reward accuracy 75%" in shown
    assert text.TO_ARENA in shown and text.TO_EXPORT in shown and f"train?prefer={seen.id}" in shown
    assert seen.trains and {"reward_margin", "reward_accuracy"} <= set(seen.measured) and "perplexity" not in seen.measured


def test_it_is_listed_among_the_trainings_with_its_stage(workspace: Workspace) -> None:
    run = a_run(workspace)
    shown = runs_html(listed(list_runs(workspace)))
    assert run.id in shown and text.KINDS["training.preference"] in shown and text.OTHER_RUNS not in shown


def test_numbers_and_table_hold_what_was_measured_and_no_empty_column(workspace: Workspace) -> None:
    metrics = history(a_run(workspace)).metrics
    assert text.PREFERENCE_LOSS_UNIT in numbers_html(metrics) and "Reward margin" in numbers_html(metrics)
    assert "Reward accuracy" in table_html(metrics) and "Perplexity" not in table_html(metrics)
    plain = Metrics.of([{"step": 1, "loss": 2.0, "perplexity": 7.4}])
    assert "Reward" not in table_html(plain) and text.METRICS["loss"][1] in numbers_html(plain)


def test_the_loss_of_a_preference_training_is_not_called_one_of_tokens(workspace: Workspace) -> None:
    metrics = history(a_run(workspace)).metrics
    assert "Preference loss" in str(training_curve(metrics, "loss").to_dict())
    assert "Preference loss" in str(compared_curves({"a": metrics}, "loss").to_dict())
    assert "Reward margin went from 0.2 at step 1 to 0.4" in str(training_curve(metrics, "reward_margin").to_dict())
    plain = Metrics.of([{"step": 1, "loss": 2.0}])
    assert "nats a token" in str(training_curve(plain, "loss").to_dict())


def test_two_of_them_are_compared_by_their_rewards(workspace: Workspace) -> None:
    comparison = compare_runs(workspace, [a_run(workspace).id, a_run(workspace).id])
    assert ("Reward margin", "reward_margin") in curve_choices(comparison)
    assert "Reward accuracy at the end" in comparison_html(comparison)
