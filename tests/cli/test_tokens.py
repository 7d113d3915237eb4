"""`tokens`, and `check` by a model's tokens, as programs."""

from __future__ import annotations

import json
from pathlib import Path

from studio.workspace.layout import Workspace
from tests.cli.test_cli import ROWS, answer, studio


def test_a_row_is_printed_token_by_token(tiny_workspace: Workspace, dataset: str) -> None:
    shown = answer("tokens", dataset, "--row", "2", "--max-length", "40")
    assert (shown["row"], shown["max_length"], shown["total"]) == (2, 40, len(shown["tokens"]))
    assert [token["cut"] for token in shown["tokens"]].count(True) == shown["cut"] == shown["total"] - 40
    assert {"id", "text", "special", "trained", "cut", "part"} == set(shown["tokens"][0])


def test_people_see_the_learned_part_in_brackets_and_where_it_is_cut(tiny_workspace: Workspace, dataset: str) -> None:
    done = studio("tokens", dataset, "--row", "1", "--max-length", "36")
    assert done.returncode == 0, done.stderr
    assert "⟦Answer" in done.stdout and "cut here at 36" in done.stdout


def test_without_a_row_all_are_measured(tiny_workspace: Workspace, dataset: str) -> None:
    measured = answer("tokens", dataset)
    assert measured["rows"] == 16 and measured["cut_at"][0]["max_length"] == 64
    assert "nothing left to learn" in studio("tokens", dataset).stdout


def test_a_wrong_row_dataset_or_model_is_one_line_and_exit_2(tiny_workspace: Workspace, dataset: str) -> None:
    for arguments, words in (
        ((dataset, "--row", "17"), "from 1 to 16"),
        (("none",), "no dataset 'none'"),
        ((dataset, "--model", "gpt-5"), "no model 'gpt-5'"),
        ((dataset, "--model", "qwen2-7b-instruct"), "not on this machine"),
    ):
        done = studio("tokens", *arguments, "--json")
        assert done.returncode == 2 and words in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_check_measures_in_the_models_tokens_and_says_so(tiny_workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([ROWS[0], {**ROWS[1], "output": "Two years from delivery. " * 20}]))
    checked = answer("check", str(path), "--max-length", "64")
    assert checked["length_by"] == "tokens of SmolLM2 135M"
    (problem,) = checked["problems"]
    assert (problem["row"], problem["kind"]) == (1, "too_long") and "answer tokens are lost" in problem["message"]


def test_check_counts_characters_where_no_model_is_unpacked(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([ROWS[0], {**ROWS[1], "output": "Two years from delivery. " * 20}]))
    checked = answer("check", str(path), "--max-length", "64")
    assert checked["length_by"].startswith("characters")
    assert "characters" in checked["problems"][-1]["message"]
