"""List, mix, split, export and push datasets by commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.importing.file import import_file
from studio.settings import PROJECT_ROOT
from studio.workspace.datasets import Row, list_datasets, read_manifest, write_dataset
from studio.workspace.layout import Workspace
from tests.hub import TOKEN, running_hub


def studio(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "studio", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=PROJECT_ROOT, env={**os.environ, **environment}, timeout=120, check=False
    )


def answer(*arguments: str, **environment: str) -> dict[str, Any]:
    done = studio(*arguments, "--json", **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


@pytest.fixture
def answers(workspace: Workspace) -> str:
    topics = ["parcel", "refund", "warranty", "invoice", "password", "battery", "seat", "voucher", "pharmacy", "timetable"]
    rows = [
        Row([{"role": "user", "content": f"{topic} " * times}, {"role": "assistant", "content": "Yes."}], "x", topic)
        for topic in topics
        for times in (1, 2)
    ]
    return write_dataset(workspace, rows, name="answers", source="x").id


@pytest.mark.parametrize("command", ["datasets", "mix", "split", "export", "push"])
def test_every_command_explains_itself_and_takes_json(command: str) -> None:
    done = studio(command, "--help")
    assert done.returncode == 0 and "--json" in done.stdout


def test_split_then_mix_then_list(workspace: Workspace, answers: str) -> None:
    planned = answer("split", answers, "--share", "0.2", "--dry-run")
    assert (planned["train"], planned["train_rows"], planned["validation_rows"]) == (None, 16, 4)
    assert len(list_datasets(workspace)) == 1
    halves = answer("split", answers, "--share", "0.2", "--name", "mine")
    mixed = answer("mix", f"{halves['train']}=0.5", f"{halves['validation']}=0.5", "--name", "even")
    assert [part["rows"] for part in mixed["parts"]] == [10, 10]
    assert [(part["copies"], part["left_out"]) for part in mixed["parts"]] == [(0, 6), (2, 0)]
    listed = answer("datasets")["datasets"]
    assert listed[0]["dataset"] == mixed["dataset"] == read_manifest(workspace, mixed["dataset"]).id
    assert listed[0]["parents"] == [halves["train"], halves["validation"]]
    assert listed[0]["removed"] == {"not_sampled": 6}
    assert answers in studio("datasets").stdout


@pytest.mark.parametrize("wrong", ["half", "=0.5", "x=much"])
def test_a_weight_that_is_none_is_one_sentence_and_exit_2(answers: str, wrong: str) -> None:
    done = studio("mix", f"{answers}=1", wrong)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr


def test_an_export_comes_back_as_the_same_dataset(workspace: Workspace, answers: str, tmp_path: Path) -> None:
    for name in ("out.json", "out.zip"):
        out = answer("export", answers, "--format", "sharegpt", "--out", str(tmp_path / name))
        assert out["rows"] == 20
        assert (
            import_file(workspace, tmp_path / name, name="a").dataset.fingerprint == read_manifest(workspace, answers).fingerprint
        )
    assert studio("export", answers, "--format", "kto", "--out", str(tmp_path / "out.jsonl")).returncode == 2


def test_a_push_says_where_it_goes_and_goes_there(answers: str) -> None:
    with running_hub() as hub:
        environment = {"HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HUB_OFFLINE": "0"}
        planned = studio("push", answers, "--repo", "acme/answers", "--dry-run", **environment)
        assert f"go to {hub.url}/datasets/acme/answers: a new private repository" in planned.stderr
        assert hub.visibility == {}
        pushed = answer("push", answers, "--repo", "acme/answers", **environment)
        assert pushed == {"url": f"{hub.url}/datasets/acme/answers", "rows": 20, "public": False, "pushed": True}
        assert sorted(hub.files["acme/answers"]) == ["README.md", "data/train.parquet"]
        again = studio("push", answers, "--repo", "acme/answers", **environment)
        assert again.returncode == 2 and "already" in again.stderr
        refused = studio("push", answers, "--repo", "acme/other", **{**environment, "HF_TOKEN": "hf_wrong"})
        assert refused.returncode == 1 and "hf_wrong" not in refused.stderr + refused.stdout
    without = studio("push", answers, "--repo", "acme/other", HF_HUB_OFFLINE="0")
    assert without.returncode == 2 and "HF_TOKEN" in without.stderr
