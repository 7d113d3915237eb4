"""A run foresees its end, keeps it beside what happened, and leaves what it measured for the next estimate."""

from __future__ import annotations

import pytest

from studio.dataset.tokens.lengths import dataset_lengths
from studio.jobs.worker import work
from studio.training.estimate import outlook
from studio.training.estimate.calibration import read_calibration
from studio.training.estimate.estimator import estimator_for
from studio.training.estimate.prediction import happened, predicted_json, read_predictions
from studio.training.requests import training_spec
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run

STEPS = 14


def test_a_run_foresees_its_end_twice_and_remembers_its_pace(tiny_workspace: Workspace, dataset: str) -> None:
    changes = {"max_steps": STEPS, "max_minutes": 0, "lora_rank": 4, "per_device_train_batch_size": 2, "save_steps": 100}
    spec = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes=changes)
    run = create_run(tiny_workspace, spec.model_dump())
    assert read_predictions(run) is None and happened(run) is None and predicted_json(run) is None
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error

    predictions, real = read_predictions(run), happened(run)
    assert predictions is not None and real is not None
    assert predictions.before.steps == real.steps == STEPS
    after = predictions.after_10_steps
    assert after is not None and after.steps == STEPS
    assert after.peak_memory_mb == pytest.approx(real.peak_memory_mb, rel=0.25)
    assert predicted_json(run) == predictions.model_dump()

    (measured,) = read_calibration(tiny_workspace).measurements
    assert measured.tokens_per_second > 0 and measured.slowness > 0 and measured.program_mb > 100
    estimate = estimator_for(tiny_workspace, spec, lengths=dataset_lengths).estimate(spec)
    assert (estimate.basis, estimate.steps) == ("same settings", STEPS)


def test_a_short_run_foresees_its_end_once(tiny_workspace: Workspace, dataset: str) -> None:
    spec = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes={"max_steps": 2, "max_minutes": 0})
    run = create_run(tiny_workspace, spec.model_dump())
    assert work(run, tiny_workspace) is RunState.SUCCEEDED
    predictions = read_predictions(run)
    assert predictions is not None and predictions.after_10_steps is None
    assert read_calibration(tiny_workspace).measurements == ()


def test_a_training_goes_on_where_nothing_can_be_foreseen(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(outlook, "_foresee", broken)
    spec = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes={"max_steps": 2, "max_minutes": 0})
    run = create_run(tiny_workspace, spec.model_dump())
    assert work(run, tiny_workspace) is RunState.SUCCEEDED
    assert read_predictions(run) is None


def test_a_damaged_prediction_is_none(tiny_workspace: Workspace, dataset: str) -> None:
    spec = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes={})
    run = create_run(tiny_workspace, spec.model_dump())
    (run.folder / "estimate.json").write_text('{"before": ')
    assert read_predictions(run) is None
