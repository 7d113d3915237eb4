"""A dataset says what it was made from and what was left out; what people write about it does not change it."""

from __future__ import annotations

import pytest

from studio.errors import BadInput, NotFound
from studio.workspace.datasets import RemovedRow, read_manifest, read_removed, write_dataset
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.layout import Workspace
from studio.workspace.notes import Notes, read_notes, write_notes
from studio.workspace.trash import delete_dataset, restore_dataset
from tests.support import make_rows


def test_a_child_keeps_the_fingerprint_of_its_parent_when_that_is_gone(workspace: Workspace, dataset: str) -> None:
    fingerprint = read_manifest(workspace, dataset).fingerprint
    child = write_dataset(
        workspace, make_rows(2), name="child", source="x", parents=[dataset], licence="mit", recipe={"kind": "clean"}
    )
    delete_dataset(workspace, dataset)
    again = read_manifest(workspace, child.id)
    assert again == child
    assert again.parent_fingerprints == {dataset: fingerprint}
    assert (again.licence, again.recipe) == ("mit", {"kind": "clean"})


def test_the_manifest_counts_what_was_removed_and_the_list_lies_beside_it(workspace: Workspace, dataset: str) -> None:
    removed = [RemovedRow("duplicate", row, dataset, f"As row {row - 1}.") for row in (3, 9)] + [RemovedRow("empty", 4)]
    made = write_dataset(workspace, make_rows(2), name="cleaned", source="x", parents=[dataset], removed=iter(removed))
    assert made.removed == {"duplicate": 2, "empty": 1}
    assert list(read_removed(workspace, made.id)) == removed
    assert "As row" not in (workspace.dataset(made.id) / "manifest.json").read_text()
    assert list(read_removed(workspace, dataset)) == []
    with pytest.raises(NotFound):
        read_removed(workspace, "none")


def test_a_manifest_of_before_is_read(workspace: Workspace, dataset: str) -> None:
    path = workspace.dataset(dataset) / "manifest.json"
    known = ("id", "name", "fingerprint", "rows", "created", "source", "rejected", "parents", "problems")
    write_json_atomically(path, {key: value for key, value in read_json(path).items() if key in known})
    manifest = read_manifest(workspace, dataset)
    assert (manifest.removed, manifest.licence, manifest.recipe, manifest.parent_fingerprints) == ({}, None, None, {})


def test_notes_change_and_the_dataset_does_not(workspace: Workspace, dataset: str) -> None:
    before = {path.name: path.read_bytes() for path in workspace.dataset(dataset).iterdir()}
    assert read_notes(workspace, dataset) == Notes()
    write_notes(workspace, dataset, Notes(licence=" mit ", text="Ours."))
    assert read_notes(workspace, dataset) == Notes(licence="mit", text="Ours.")
    assert {path.name: path.read_bytes() for path in workspace.dataset(dataset).iterdir() if path.name != "notes.json"} == before
    restore_dataset(workspace, delete_dataset(workspace, dataset))
    assert read_notes(workspace, dataset).licence == "mit"


def test_a_note_has_an_end_and_a_dataset(workspace: Workspace, dataset: str) -> None:
    with pytest.raises(BadInput, match="at most 100"):
        write_notes(workspace, dataset, Notes(licence="x" * 101))
    with pytest.raises(NotFound):
        write_notes(workspace, "none", Notes())
