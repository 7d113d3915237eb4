"""The command line as a program: one JSON object on standard output, and the exit codes of the contract."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.checks.examined import read_examination
from studio.settings import PROJECT_ROOT
from studio.workspace.layout import Workspace

ROWS = [
    {"instruction": "Where is my parcel?", "input": "", "output": "It arrives within 3 working days."},
    {"instruction": "How long is the warranty?", "input": "", "output": "Two years from delivery."},
    {"instruction": "No answer here", "input": "", "output": "  "},
]


def studio(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "studio", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=PROJECT_ROOT, env={**os.environ, **environment}, timeout=300, check=False
    )


def answer(*arguments: str) -> dict[str, Any]:
    done = studio(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS))
    return path


@pytest.mark.parametrize(
    "command",
    [
        "import",
        "check",
        "distill",
        "tokens",
        "presets",
        "estimate",
        "train",
        "chat",
        "eval",
        "share",
        "compare",
        "runs",
        "queue",
        "note",
        "models",
        "serve",
        "demo",
    ],
)
def test_every_command_explains_itself_and_takes_json(command: str) -> None:
    done = studio(command, "--help")
    assert done.returncode == 0 and "--json" in done.stdout


def test_help_is_instant_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; import studio.cli.main; print([name for name in ('torch', 'gradio', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_the_whole_loop_by_commands(file: Path, tiny_workspace: Workspace) -> None:
    imported = answer("import", str(file), "--name", "mine")
    assert (imported["rows"], imported["rejected"]) == (2, 1)
    assert imported["problems"][0]["row"] == 2 and imported["problems"][0]["message"]

    trained = answer(
        "train", "--dataset", imported["dataset"], "--preset", "cpu-demo", "--set", "max_steps=2", "--set", "lora_rank=4"
    )
    assert trained["state"] == "succeeded" and Path(trained["adapter"]).is_dir()
    assert trained["seconds"] > 0 and trained["peak_memory_mb"] > 0

    said = answer("chat", "--model", trained["run"], "--ask", "Where is my parcel?", "--max-new-tokens", "4")
    assert said["question"] == "Where is my parcel?"

    measured = answer("eval", "--set", "high_frequency", "--models", f"base,{trained['run']}", "--limit", "3")
    assert [model["model"] for model in measured["models"]] == ["base", trained["run"]]
    first = measured["models"][0]
    assert first["items"] == 3 and len(first["wilson"]) == 2 and first["accuracy"] == first["passed"] / 3
    assert 0 <= measured["mcnemar_p"] <= 1

    below = studio("eval", "--models", trained["run"], "--limit", "3", "--min-accuracy", "1.0", "--json")
    assert below.returncode == 3 and json.loads(below.stdout)["report"]

    shared = answer("share", measured["report"], "--days", "7")
    assert shared["url"].startswith("http://127.0.0.1:7860/s/") and shared["expires"]

    listed = answer("runs")
    assert {run["run"] for run in listed["runs"]} >= {trained["run"], measured["report"]}
    assert next(one["model"] for one in answer("models")["tuned"]) == trained["run"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "nothing.json"], "nothing.json"),
        (["train", "--dataset", "none"], "no dataset 'none'"),
        (["chat", "--model", "none", "--ask", "hi"], "no tuned model 'none'"),
        (["chat", "--base-model", "gpt-5", "--ask", "hi"], "no model 'gpt-5'"),
        (["eval", "--set", "none"], "none"),
        (["share", "none"], "no run 'none'"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(arguments: list[str], words: str) -> None:
    done = studio(*arguments, "--json")
    assert done.returncode == 2, done.stderr
    assert words in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr and done.stdout == ""


@pytest.mark.parametrize("setting", ["learning_rate=0", "learning_rate=10", "lora_rank=0", "nonsense=1"])
def test_a_bad_setting_is_exit_2_and_makes_no_run(file: Path, tiny_workspace: Workspace, setting: str) -> None:
    dataset = answer("import", str(file))["dataset"]
    done = studio("train", "--dataset", dataset, "--set", setting)
    assert done.returncode == 2 and setting.split("=")[0] in done.stderr
    assert answer("runs")["runs"] == []


def test_a_port_that_is_no_number_is_one_line_and_exit_2() -> None:
    done = studio("runs", PORT="eighty")
    assert done.returncode == 2 and "PORT" in done.stderr and "Traceback" not in done.stderr


def test_check_names_every_problem_by_its_row_and_exits_3_below_the_score_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([*ROWS, ROWS[0], {**ROWS[0], "output": "It arrives within 9 working days."}]))
    checked = answer("check", str(path))
    assert checked["rows"] == 5
    assert [(one["row"], one["kind"], one.get("with")) for one in checked["problems"]] == [
        (2, "empty", None),
        (3, "duplicate", 0),
        (4, "contradiction", 0),
    ]
    assert checked["score"] == 50.0
    assert studio("check", str(path), "--min-score", "90").returncode == 3
    assert studio("check", str(tmp_path / "absent.json")).returncode == 2


def test_an_import_is_checked_and_keeps_what_was_found(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([*ROWS, {**ROWS[0], "output": "It arrives within 9 working days."}]))
    imported = answer("import", str(path))
    assert (imported["rows"], imported["score"], imported["counts"]) == (3, 66.7, {"contradiction": 1})
    found = read_examination(workspace, imported["dataset"])
    assert found is not None and found.score == 66.7
    assert [folder.name for folder in workspace.datasets.iterdir()] == [imported["dataset"]]


def test_questions_without_answers_are_labelled_by_a_sheet(tmp_path: Path, workspace: Workspace) -> None:
    path, sheet = tmp_path / "asked.csv", tmp_path / "sheet.csv"
    path.write_text("text,category\nWhere is my parcel now?,arrival\nIs it here yet?,arrival\n")
    refused = studio("import", str(path))
    assert refused.returncode == 2 and "--questions" in refused.stderr
    listed = answer("import", str(path), "--questions")
    assert (listed["kind"], listed["rows"]) == ("questions", 2)
    assert answer("label", listed["dataset"], "--sheet", str(sheet))["categories"] == 1
    sheet.write_text(sheet.read_text().rstrip() + "It arrives within 3 working days.\n")
    labelled = answer("label", listed["dataset"], "--answers", str(sheet))
    assert (labelled["kind"], labelled["rows"]) == ("answers", 2)
