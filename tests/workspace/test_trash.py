"""A deleted dataset can be taken back for a while."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from studio.errors import BadInput, NotFound
from studio.workspace.clock import now, timestamp
from studio.workspace.datasets import list_datasets, read_rows, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run
from studio.workspace.trash import TRASH_DAYS, delete_dataset, list_deleted, restore_dataset
from tests.support import make_rows


def test_a_deleted_dataset_comes_back_as_it_was(workspace: Workspace) -> None:
    manifest = write_dataset(workspace, make_rows(), name="answers", source="x")
    token = delete_dataset(workspace, manifest.id)
    assert list_datasets(workspace) == []
    assert list_deleted(workspace) == {token: manifest}
    assert restore_dataset(workspace, token) == manifest
    assert list(read_rows(workspace, manifest.id)) == make_rows()
    assert list_deleted(workspace) == {}


def test_a_dataset_can_be_deleted_imported_again_and_restored_without_a_clash(workspace: Workspace) -> None:
    first = write_dataset(workspace, make_rows(), name="answers", source="x")
    token = delete_dataset(workspace, first.id)
    write_dataset(workspace, make_rows(), name="answers", source="x")
    second_token = delete_dataset(workspace, first.id)
    assert restore_dataset(workspace, second_token).id == restore_dataset(workspace, token).id == first.id
    assert len(list_datasets(workspace)) == 1
    assert list_deleted(workspace) == {}


def test_the_last_deleted_comes_first(workspace: Workspace) -> None:
    tokens = []
    for families in (2, 3):
        manifest = write_dataset(workspace, make_rows(families), name="answers", source="x")
        tokens.append(delete_dataset(workspace, manifest.id))
    os.utime(workspace.trashed(tokens[0]), (now().timestamp() - 60,) * 2)
    assert list(list_deleted(workspace)) == tokens[::-1]


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.SUCCEEDED])
def test_a_dataset_stays_while_an_unfinished_run_needs_it(workspace: Workspace, state: RunState) -> None:
    manifest = write_dataset(workspace, make_rows(), name="answers", source="x")
    run = create_run(workspace, {"job": "training.sft", "dataset": manifest.id})
    run.write_status(replace(run.recorded, state=state, finished=timestamp()))
    if state.finished:
        delete_dataset(workspace, manifest.id)
        return
    with pytest.raises(BadInput, match=run.id):
        delete_dataset(workspace, manifest.id)
    assert list_datasets(workspace) == [manifest]


def test_the_trash_keeps_a_dataset_for_its_days_and_no_longer(workspace: Workspace) -> None:
    tokens = []
    for families, days in ((2, TRASH_DAYS + 1), (3, TRASH_DAYS - 1)):
        manifest = write_dataset(workspace, make_rows(families), name="answers", source="x")
        tokens.append(delete_dataset(workspace, manifest.id))
        os.utime(workspace.trashed(tokens[-1]), (now().timestamp() - days * 24 * 3600,) * 2)
    delete_dataset(workspace, write_dataset(workspace, make_rows(4), name="answers", source="x").id)
    with pytest.raises(NotFound, match=f"{TRASH_DAYS} days"):
        restore_dataset(workspace, tokens[0])
    restore_dataset(workspace, tokens[1])


@pytest.mark.parametrize("token", ["../datasets/x", "", "no-such.0000"])
def test_a_token_that_was_never_given_restores_nothing(workspace: Workspace, token: str) -> None:
    with pytest.raises(BadInput):
        restore_dataset(workspace, token)
