"""`check --fix` as a program."""

from __future__ import annotations

import json
from pathlib import Path

from studio.workspace.datasets import read_manifest, write_dataset
from studio.workspace.layout import Workspace
from tests.cli.test_cli import answer, studio
from tests.support import make_rows


def test_a_dataset_is_mended_into_a_new_one_and_every_row_that_went_is_told(workspace: Workspace) -> None:
    rows = make_rows()
    old = write_dataset(workspace, [*rows, rows[2]], name="faulty", source="test").id
    fixed = answer("check", old, "--fix", "duplicates,personal_data", "--name", "clean")
    assert [(one["row"], one["kind"]) for one in fixed["removed"]] == [(16, "duplicate")] and fixed["changed"] == []
    assert fixed["score"] > fixed["score_before"] and fixed["rows"] == 16
    made = read_manifest(workspace, fixed["dataset"])
    assert (made.name, list(made.parents)) == ("clean", [old])
    shown = studio("check", old, "--fix", "duplicates")
    assert (
        shown.returncode == 0
        and "duplicate" in shown.stdout
        and "row 17: The same question and answer stand in row 3." in shown.stderr
        and "->" in shown.stdout
    )


def test_an_unknown_kind_a_file_or_nothing_to_mend_is_one_line_and_exit_2(
    workspace: Workspace, dataset: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{"instruction": "a", "output": "b"}]))
    for data, fix, words in (
        (dataset, "tidy", "no remedy 'tidy'"),
        (str(path), "duplicates", "import the file first"),
        (dataset, "turn_order", "nothing to save"),
    ):
        done = studio("check", data, "--fix", fix, "--json")
        assert done.returncode == 2 and words in done.stderr and len(done.stderr.strip().splitlines()) == 1
