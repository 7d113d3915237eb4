from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.exporting import alpaca_json, to_alpaca
from studio.dataset.importing import import_file
from studio.dataset.registry import import_registry
from studio.errors import BadInput
from studio.workspace.datasets import Row, read_rows
from studio.workspace.layout import Workspace

PLAIN = {"instruction": "Where is my parcel?", "input": "", "output": "It arrives within 3 days."}
RICH = {
    "instruction": "And \u2028 abroad?",
    "input": "To Zürich, 你好",
    "output": 'It takes "5" days.\n\nSorry!',
    "system": "Be brief.",
    "history": [["Where is my parcel?", "On its way."], ["Since when?", "Monday."]],
    "family": "shop-01",
    "industry": "ecommerce",
    "intent": "track",
}


def exported(workspace: Workspace, dataset_id: str, path: Path) -> Path:
    path.write_text("".join(alpaca_json(read_rows(workspace, dataset_id))), encoding="utf-8")
    return path


def test_what_was_exported_is_imported_as_the_same_dataset(workspace: Workspace, tmp_path: Path) -> None:
    original = tmp_path / "support.json"
    original.write_text(json.dumps([PLAIN, RICH, {**PLAIN, "input": "Order 7"}]))
    first = import_file(workspace, original, name="support").dataset
    second = import_file(workspace, exported(workspace, first.id, tmp_path / "other name.json"), name="again").dataset
    assert second.fingerprint == first.fingerprint
    assert [row.messages for row in read_rows(workspace, second.id)] == [row.messages for row in read_rows(workspace, first.id)]


def test_the_sample_data_of_many_files_comes_back_whole(workspace: Workspace, tmp_path: Path) -> None:
    first = import_registry(workspace, workspace.samples / "dataset_info.json", name="sample").dataset
    second = import_file(workspace, exported(workspace, first.id, tmp_path / "sample.json"), name="sample").dataset
    assert first.rows > 100
    assert (second.id, second.fingerprint) == (first.id, first.fingerprint)


def test_another_answer_is_another_dataset(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "support.json"
    fingerprints = set()
    for answer in ("Yes.", "No."):
        path.write_text(json.dumps([{**PLAIN, "output": answer}]))
        fingerprints.add(import_file(workspace, path, name="support").dataset.fingerprint)
    assert len(fingerprints) == 2


def test_absent_parts_leave_no_keys(workspace: Workspace) -> None:
    row = Row(messages=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}], source="chat")
    assert list(to_alpaca([row])) == [{"instruction": "Hi", "input": "", "output": "Hello!"}]


def test_no_rows_are_an_empty_array() -> None:
    assert json.loads("".join(alpaca_json([]))) == []


@pytest.mark.parametrize(
    "roles", [["user", "user", "assistant"], ["assistant", "user", "assistant"], ["assistant"], ["user", "system", "assistant"]]
)
def test_a_conversation_that_alpaca_cannot_hold_is_named_by_its_row(roles: list[str]) -> None:
    messages: list[Any] = [{"role": role, "content": "text"} for role in roles]
    good = Row(messages=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}], source="chat")
    with pytest.raises(BadInput, match="Row 1 can't be exported"):
        list(to_alpaca([good, Row(messages=messages, source="chat")]))
