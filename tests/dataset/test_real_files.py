"""Files that others wrote, as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.dataset.importing import import_file
from studio.dataset.registry import import_registry, read_registry
from studio.errors import BadInput
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace

LIMIT = 100 * 1024 * 1024


def test_llama_factorys_alpaca_demo_imports(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "alpaca_en_demo.json"
    result = import_file(workspace, path, name="alpaca demo", max_bytes=LIMIT)
    source = json.loads(path.read_text())
    assert result.rows + result.rejected == len(source)
    assert result.rows >= 990
    usable = [row for number, row in enumerate(source) if number not in {problem.row for problem in result.problems}]
    assert [row.answer for row in read_rows(workspace, result.dataset.id)] == [row["output"] for row in usable]


def test_the_rows_of_llama_factorys_identity_that_hold_placeholders_are_rejected(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "identity.json"
    result = import_file(workspace, path, name="identity", max_bytes=LIMIT)
    with_placeholder = {number for number, row in enumerate(json.loads(path.read_text())) if "{{" in json.dumps(row)}
    assert {problem.row for problem in result.problems} == with_placeholder
    assert {problem.kind for problem in result.problems} == {"placeholder"}
    assert not any("{{" in row.answer for row in read_rows(workspace, result.dataset.id))


@pytest.mark.parametrize("name", ["llamafactory/dpo_en_demo.json", "abcd/abcd_sample.json", "sgd/dialogues_001.json"])
def test_another_shape_is_refused_with_the_keys_it_has(workspace: Workspace, real: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"another shape: its rows need the keys .*, but have: "):
        import_file(workspace, real / name, name="other", max_bytes=LIMIT)


@pytest.mark.parametrize("name", ["banking77/test.csv", "SOURCES.md"])
def test_a_file_that_is_no_json_is_refused(workspace: Workspace, real: Path, name: str) -> None:
    with pytest.raises(BadInput, match="not valid JSON"):
        import_file(workspace, real / name, name="other", max_bytes=LIMIT)


def test_llama_factorys_own_registry_is_read_and_its_alpaca_entry_imported(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "dataset_info.json"
    registry = read_registry(path)
    assert set(registry.entries) | set(registry.unsupported) == set(json.loads(path.read_text()))
    assert {"identity", "alpaca_en_demo"} <= set(registry.entries)
    assert "not supported yet" in registry.unsupported["dpo_en_demo"]
    result = import_registry(workspace, path, ["alpaca_en_demo"], max_bytes=LIMIT)
    assert result.rows >= 990
