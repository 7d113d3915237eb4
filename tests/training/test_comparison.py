"""Trainings beside each other: only what differs, what came out, and accuracy on the same questions."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from studio.errors import BadInput, NotFound
from studio.training.comparison import accuracy_rows, as_json, compare_runs, curve_csv, table_csv
from studio.training.settings.spec import TrainSpec
from studio.workspace.files import write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.run_notes import write_run_notes
from studio.workspace.runs import Run, RunState, create_run


def a_training(
    workspace: Workspace, *, losses: tuple[float, ...] = (), result: dict[str, Any] | None = None, **settings: Any
) -> Run:
    run = create_run(workspace, TrainSpec(dataset="airline-1", **settings).model_dump())
    for step, loss in enumerate(losses, start=1):
        run.append_event("metric", step=step, loss=loss)
    run.write_status(replace(run.recorded, state=RunState.SUCCEEDED, result=result or {}))
    return run


def a_report(
    workspace: Workspace, created: str, passed: dict[str, int], *, items: int = 10, fingerprint: str = "aaaa1111"
) -> str:
    """What the comparison reads of a report."""
    run = create_run(workspace, {"job": "evaluation.evaluate", "models": list(passed)})
    run.write_status(replace(run.recorded, state=RunState.SUCCEEDED, created=created))
    questions = {"name": "high_frequency", "fingerprint": fingerprint, "items": items}
    models = [{"model": name, "passed": count, "items": items, "wilson": [0.1, 0.9]} for name, count in passed.items()]
    write_json_atomically(run.folder / "report.json", {"id": run.id, "question_set": questions, "models": models})
    return run.id


def test_only_the_settings_that_differ_are_named(workspace: Workspace) -> None:
    first = a_training(workspace)
    second = a_training(workspace, learning_rate=1e-4, lora_rank=8)
    comparison = compare_runs(workspace, [first.id, second.id])
    assert comparison.settings == {"lora_rank": (16, 8), "learning_rate": (1.5e-3, 1e-4)}
    assert compare_runs(workspace, [first.id, a_training(workspace).id]).settings == {}


def test_a_setting_that_an_older_run_does_not_name_has_its_default(workspace: Workspace) -> None:
    old = a_training(workspace)
    spec = old.spec
    del spec["spliced_copies"]
    write_json_atomically(old.folder / "spec.json", spec)
    assert compare_runs(workspace, [old.id, a_training(workspace).id]).settings == {}
    assert compare_runs(workspace, [old.id, a_training(workspace, spliced_copies=2).id]).settings == {"spliced_copies": (0, 2)}


def test_accuracy_is_the_newest_on_each_question_set_and_other_versions_are_other_sets(workspace: Workspace) -> None:
    first, second = a_training(workspace), a_training(workspace)
    a_report(workspace, "2026-01-01T00:00:00+00:00", {"base": 1, first.id: 5})
    newest = a_report(workspace, "2026-01-03T00:00:00+00:00", {first.id: 8, second.id: 7})
    a_report(workspace, "2026-01-02T00:00:00+00:00", {second.id: 3}, fingerprint="bbbb2222")
    rows = accuracy_rows(compare_runs(workspace, [first.id, second.id]))
    assert {name: [one and one.passed for one in each] for name, each in rows.items()} == {
        "high_frequency, 10 items (aaaa1111)": [8, 7],
        "high_frequency, 10 items (bbbb2222)": [None, 3],
    }
    assert [one and one.report for one in rows["high_frequency, 10 items (aaaa1111)"]] == [newest, newest]


def test_files_hold_every_value_and_every_difference(workspace: Workspace) -> None:
    first = a_training(workspace, losses=(3.0, 2.0), result={"final_loss": 2.0, "seconds": 12.5})
    second = a_training(workspace, losses=(2.5,), learning_rate=1e-4)
    comparison = compare_runs(workspace, [first.id, second.id])
    curves = list(csv.reader(io.StringIO(curve_csv(comparison, "loss"))))
    assert curves == [["step", first.id, second.id], ["1", "3.0", "2.5"], ["2", "2.0", ""]]
    table = {row[0]: row[1:] for row in csv.reader(io.StringIO(table_csv(comparison)))}
    assert table["learning_rate"] == ["0.0015", "0.0001"] and table["final_loss"] == ["2.0", ""]


def test_it_is_one_json_object(workspace: Workspace) -> None:
    first, second = a_training(workspace, result={"final_loss": 1.5}), a_training(workspace, lora_rank=8)
    write_run_notes(first, name="The first", tags=["best"], text="")
    report = a_report(workspace, "2026-01-01T00:00:00+00:00", {first.id: 5})
    said = json.loads(json.dumps(as_json(compare_runs(workspace, [first.id, second.id]))))
    assert said["settings"] == {"lora_rank": {first.id: 16, second.id: 8}}
    assert [run["name"] for run in said["runs"]] == ["The first", ""]
    assert said["runs"][0]["results"]["final_loss"] == 1.5
    assert said["runs"][0]["accuracy"] == [
        {"report": report, "question_set": "high_frequency", "passed": 5, "items": 10, "accuracy": 0.5, "wilson": [0.1, 0.9]}
    ]


def test_runs_of_the_same_name_are_told_apart(workspace: Workspace) -> None:
    runs = [a_training(workspace) for _ in range(3)]
    for run, name in zip(runs, ("Try", "Try", "Other"), strict=True):
        write_run_notes(run, name=name, tags=[], text="")
    labels = compare_runs(workspace, [run.id for run in runs]).labels
    assert labels == [f"Try ({runs[0].id})", f"Try ({runs[1].id})", "Other"]


def test_two_to_six_trainings_can_be_compared_and_nothing_else(workspace: Workspace) -> None:
    ids = [a_training(workspace).id for _ in range(7)]
    assert len(compare_runs(workspace, ids[:6]).runs) == 6
    for wrong, word in (([ids[0]], "not 1"), (ids, "not 7"), ([ids[0], ids[0]], "named twice")):
        with pytest.raises(BadInput, match=word):
            compare_runs(workspace, wrong)
    evaluation = create_run(workspace, {"job": "evaluation.evaluate", "models": []}).id
    with pytest.raises(BadInput, match="is no training"):
        compare_runs(workspace, [ids[0], evaluation])
    with pytest.raises(NotFound):
        compare_runs(workspace, [ids[0], "sft-none"])
