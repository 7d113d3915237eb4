"""A dataset is immutable and named by what it contains."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from studio.errors import BadInput, NotFound
from studio.workspace.datasets import list_datasets, read_manifest, read_rows, write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows


def test_rows_come_back_as_they_were_written(workspace: Workspace) -> None:
    rows = make_rows()
    manifest = write_dataset(workspace, rows, name="Airline answers", source="file.json")
    assert manifest.rows == len(rows)
    assert manifest.id.startswith("airline-answers-")
    assert list(read_rows(workspace, manifest.id)) == rows


def test_a_row_can_not_be_changed() -> None:
    row = make_rows()[0]
    with pytest.raises(FrozenInstanceError):
        row.source = "another"  # type: ignore[misc]


def test_the_same_rows_are_the_same_dataset(workspace: Workspace) -> None:
    first = write_dataset(workspace, make_rows(), name="a", source="x")
    again = write_dataset(workspace, make_rows(), name="a", source="y")
    other = write_dataset(workspace, make_rows(families=5), name="a", source="x")
    assert again == first
    assert other.id != first.id
    assert len(list_datasets(workspace)) == 2


def test_no_rows_make_no_dataset_and_leave_nothing_behind(workspace: Workspace) -> None:
    with pytest.raises(BadInput, match="no usable row"):
        write_dataset(workspace, [], name="empty", source="empty.json")
    assert list(workspace.datasets.iterdir()) == []


def test_an_import_that_breaks_off_leaves_nothing_behind(workspace: Workspace) -> None:
    def rows():
        yield make_rows()[0]
        raise RuntimeError("the reader broke")

    with pytest.raises(RuntimeError):
        write_dataset(workspace, rows(), name="broken", source="x")
    assert list(workspace.datasets.iterdir()) == []


def test_an_unknown_dataset_names_those_that_exist(workspace: Workspace) -> None:
    known = write_dataset(workspace, make_rows(), name="known", source="x")
    with pytest.raises(NotFound, match=known.id):
        read_manifest(workspace, "other")
