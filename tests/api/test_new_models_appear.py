"""What a training has just left, and what was just imported, is there for Arena, Dashboard and chat without a restart of the app."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.jobs.queue import JobQueue
from studio.settings import PROJECT_ROOT, Settings
from studio.training.exporting.importing import import_model
from studio.training.requests import request_training, training_spec
from studio.workspace.datasets import write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState
from tests.conftest import EMBEDDED
from tests.server import running_app
from tests.support import make_rows

QUICK = {"max_steps": 4, "per_device_train_batch_size": 4, "max_minutes": 0}
PROMPT = "Where is my parcel?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A workspace whose embedded model is the tiny one, and that ships no adapter for the real one."""
    home = tmp_path_factory.mktemp("appear")
    shutil.copytree(tiny_model, Workspace.from_settings(Settings(home=home)).model(EMBEDDED))
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with running_app(home) as url:
        yield url


def call(url: str, page: str, name: str, *data: Any) -> str:
    """Call one event of a page as the browser does; all that came back."""
    dependencies = httpx.get(f"{url}/config", params={"page": page}, timeout=30).json()["dependencies"]
    (dependency,) = (one for one in dependencies if one["api_name"] == name)
    session = secrets.token_hex(8)
    with httpx.Client(base_url=url, timeout=120) as client:
        body = {"data": list(data), "fn_index": dependency["id"], "session_hash": session}
        assert client.post("/gradio_api/queue/join", json=body).status_code == 200
        received = ""
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
            for line in stream.iter_lines():
                received += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
    assert '"success":true' in received.replace(" ", ""), received
    return received


def chat(home: Path, model: str) -> str:
    command = [sys.executable, "-m", "studio", "chat", "--model", model, "--ask", PROMPT, "--max-new-tokens", "5", "--json"]
    environment = {**os.environ, "STUDIO_HOME": str(home)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT_ROOT, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["answer"])


def test_a_trained_and_an_imported_model_are_there_at_once(url: str, home: Path, tmp_path: Path) -> None:
    workspace = Workspace.from_settings(Settings(home=home))
    dataset = write_dataset(workspace, make_rows(), name="small", source="test").id
    queue = JobQueue(workspace)
    first = request_training(queue, training_spec(workspace, dataset=dataset, preset="cpu-quick", changes=QUICK))
    assert queue.wait(first).state is RunState.SUCCEEDED
    assert "process_completed" in call(url, "arena", "arena_compare", PROMPT, first.id, False), (
        "the engine is loaded, with an adapter"
    )

    second = request_training(queue, training_spec(workspace, dataset=dataset, preset="cpu-quick", changes={**QUICK, "seed": 7}))
    assert queue.wait(second).state is RunState.SUCCEEDED
    import_model(workspace, second.folder / "adapter", name="brought-in", base_model=EMBEDDED)
    for name in (second.id, "brought-in"):
        assert name in call(url, "arena", "arena_open")
        assert name in call(url, "dashboard", "dashboard_evaluate_open")
        assert name in call(url, "train", "train_open")
        assert "process_completed" in call(url, "arena", "arena_compare", PROMPT, name, False)
    assert chat(home, second.id) == chat(home, "brought-in")
