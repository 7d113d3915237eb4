"""A deleted run can be taken back for a while, and one that something depends on is not deleted."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from studio.errors import BadInput, NotFound
from studio.workspace.adapters import trained_models
from studio.workspace.clock import now
from studio.workspace.layout import Workspace
from studio.workspace.run_trash import delete_run, list_deleted_runs, restore_run
from studio.workspace.runs import Run, RunState, create_run, find_run, list_runs, process_start_time
from studio.workspace.trash import TRASH_DAYS, list_deleted

TRAINING = {"job": "training.sft", "dataset": "d", "model": "m"}


def a_run(workspace: Workspace, state: RunState = RunState.SUCCEEDED, spec: dict[str, Any] | None = None) -> Run:
    run = create_run(workspace, spec or TRAINING)
    process = {"pid": os.getpid(), "process_started": process_start_time(os.getpid())} if state is RunState.RUNNING else {}
    run.write_status(replace(run.recorded, state=state, **process))
    return run


def test_a_deleted_run_comes_back_with_all_it_had(workspace: Workspace) -> None:
    run = a_run(workspace)
    (run.folder / "adapter").mkdir()
    (run.folder / "adapter" / "adapter_config.json").write_text("{}")
    run.append_event("metric", step=1, loss=2.0)
    token = delete_run(workspace, run.id)
    assert list_runs(workspace) == [] and trained_models(workspace) == []
    assert list_deleted_runs(workspace) == [token]
    with pytest.raises(NotFound):
        find_run(workspace, run.id)
    assert restore_run(workspace, token) == run
    assert [model.run for model in trained_models(workspace)] == [run.id]
    assert [event["step"] for event in run.events("metric")] == [1]
    assert list_deleted_runs(workspace) == []


@pytest.mark.parametrize(("state", "word"), [(RunState.QUEUED, "waits in the queue"), (RunState.RUNNING, "at work")])
def test_a_run_that_waits_or_works_is_not_deleted(workspace: Workspace, state: RunState, word: str) -> None:
    run = a_run(workspace, state)
    with pytest.raises(BadInput, match=word):
        delete_run(workspace, run.id)
    assert list_runs(workspace) == [run]


def test_a_run_stays_while_an_evaluation_waits_for_it_and_not_after(workspace: Workspace) -> None:
    run = a_run(workspace)
    evaluation = a_run(workspace, RunState.QUEUED, {"job": "evaluation.evaluate", "models": ["base", run.id]})
    with pytest.raises(BadInput, match=f"{evaluation.id} needs run {run.id}"):
        delete_run(workspace, run.id)
    evaluation.write_status(replace(evaluation.recorded, state=RunState.SUCCEEDED))
    delete_run(workspace, run.id)


@pytest.mark.parametrize("named", ["{id}", "/home/runs/{id}/adapter"])
def test_a_run_stays_while_another_was_trained_on_top_of_it(workspace: Workspace, named: str) -> None:
    run = a_run(workspace)
    second = a_run(workspace, spec={**TRAINING, "stage": {"adapter": named.format(id=run.id)}})
    with pytest.raises(BadInput, match=f"{second.id} was trained on top"):
        delete_run(workspace, run.id)
    delete_run(workspace, second.id)
    delete_run(workspace, run.id)


def test_runs_and_datasets_in_the_trash_are_told_apart_and_the_last_deleted_comes_first(workspace: Workspace) -> None:
    tokens = [delete_run(workspace, a_run(workspace).id) for _ in range(2)]
    os.utime(workspace.trashed(tokens[0]), (now().timestamp() - 60,) * 2)
    assert list_deleted_runs(workspace) == tokens[::-1]
    assert list_deleted(workspace) == {}


def test_the_trash_keeps_a_run_for_its_days_and_no_longer(workspace: Workspace) -> None:
    tokens = []
    for days in (TRASH_DAYS + 1, TRASH_DAYS - 1):
        tokens.append(delete_run(workspace, a_run(workspace).id))
        os.utime(workspace.trashed(tokens[-1]), (now().timestamp() - days * 24 * 3600,) * 2)
    delete_run(workspace, a_run(workspace).id)
    with pytest.raises(NotFound, match=f"{TRASH_DAYS} days"):
        restore_run(workspace, tokens[0])
    restore_run(workspace, tokens[1])


@pytest.mark.parametrize("token", ["../runs/x", "", "no-such.0000"])
def test_a_token_that_was_never_given_restores_nothing(workspace: Workspace, token: str) -> None:
    with pytest.raises(BadInput):
        restore_run(workspace, token)
