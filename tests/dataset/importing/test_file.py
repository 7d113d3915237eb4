from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.importing.file import import_file, preview
from studio.errors import BadInput, NotFound, UploadTooLarge
from studio.workspace.datasets import list_datasets, read_manifest, read_rows
from studio.workspace.layout import Workspace

GOOD = {"instruction": "Where is my parcel?", "input": "", "output": "It arrives within 3 days."}


def write(tmp_path: Path, rows: list[Any], name: str = "support.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(rows))
    return path


def test_an_import_makes_a_dataset_of_the_usable_rows(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, [GOOD, {**GOOD, "output": ""}, "text", {**GOOD, "instruction": "And now?"}])
    result = import_file(workspace, path, name="Support answers", max_bytes=10_000)
    assert (result.rows, result.rejected) == (2, 2)
    assert [row.question for row in read_rows(workspace, result.dataset.id)] == ["Where is my parcel?", "And now?"]
    manifest = read_manifest(workspace, result.dataset.id)
    assert (manifest.name, manifest.source, manifest.rows, manifest.rejected) == ("Support answers", "support.json", 2, 2)
    assert [problem["row"] for problem in manifest.problems] == [1, 2]


def test_the_json_of_a_result_is_the_command_lines_contract(workspace: Workspace, tmp_path: Path) -> None:
    result = import_file(workspace, write(tmp_path, [GOOD, {**GOOD, "output": " "}]), name="s", max_bytes=10_000)
    assert json.loads(json.dumps(result.to_json())) == {
        "dataset": result.dataset.id,
        "rows": 1,
        "rejected": 1,
        "problems": [{"row": 1, "kind": "no_answer", "message": "There is no answer: 'output' is missing or empty."}],
    }


def test_when_all_rows_are_rejected_the_most_frequent_reason_is_named_and_nothing_is_left(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path, [{**GOOD, "output": ""}] * 3 + [{**GOOD, "output": "I am {{name}}"}] * 2)
    with pytest.raises(BadInput, match=r"None of the 5 rows.*\(3 of 5, no_answer\): There is no answer"):
        import_file(workspace, path, name="s", max_bytes=10_000)
    assert list_datasets(workspace) == []
    assert list(workspace.datasets.iterdir()) == []


def test_an_error_far_down_in_the_file_leaves_nothing_behind(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_text(json.dumps([GOOD] * 5000)[:-20])
    with pytest.raises(BadInput, match="not valid JSON"):
        import_file(workspace, path, name="s", max_bytes=10_000_000)
    assert list(workspace.datasets.iterdir()) == []


def test_whoever_gives_up_on_the_way_leaves_nothing_behind(workspace: Workspace, tmp_path: Path) -> None:
    def give_up(done: int, total: int) -> None:
        if done > total // 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        import_file(workspace, write(tmp_path, [GOOD] * 5000), name="s", progress=give_up)
    assert list(workspace.datasets.iterdir()) == []


def test_importing_the_same_file_again_gives_the_same_dataset(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, [GOOD, {**GOOD, "output": ""}])
    first = import_file(workspace, path, name="s", max_bytes=10_000)
    second = import_file(workspace, path, name="s", max_bytes=10_000)
    assert first.to_json() == second.to_json()
    assert len(list_datasets(workspace)) == 1


def test_a_blank_name_becomes_the_files_name(workspace: Workspace, tmp_path: Path) -> None:
    assert import_file(workspace, write(tmp_path, [GOOD]), name=" ", max_bytes=10_000).dataset.name == "support"


def test_a_file_over_the_limit_and_a_missing_one_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UploadTooLarge):
        import_file(workspace, write(tmp_path, [GOOD]), name="s", max_bytes=10)
    with pytest.raises(NotFound):
        import_file(workspace, tmp_path / "absent.json", name="s", max_bytes=10)


def test_a_preview_shows_the_beginning_and_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, [GOOD, "text", *[GOOD] * 50])
    beginning = preview(path, 10)
    assert (len(beginning.rows), [problem.row for problem in beginning.problems]) == (9, [1])
    assert list_datasets(workspace) == []


def test_three_hundred_thousand_tiny_rows_that_are_no_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "tiny.json"
    path.write_text("[" + ",".join(["0"] * 300_000) + ',{"instruction":"q","output":"a"}]')
    started = time.perf_counter()
    with pytest.raises(BadInput, match="begins with a number"):
        preview(path)
    assert time.perf_counter() - started < 5
    path.write_text('[{"instruction":"q","output":"a"}' + ",0" * 300_000 + "]")
    beginning = preview(path, 600_000)
    assert (len(beginning.rows), len(beginning.problems)) == (1, 300_000)
