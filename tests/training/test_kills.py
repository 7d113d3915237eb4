"""Whatever is killed at whatever moment of a training, the worker, the app or the tab: it ends as the unbroken one, and no step is lost.

Three moments in every run of the tests; `KILLS=30 python -m pytest tests/training/test_kills.py` takes thirty.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.training.requests import resume_training, training_spec
from studio.workspace.datasets import write_dataset
from studio.workspace.history import history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run
from tests.server import App
from tests.support import make_rows

pytestmark = pytest.mark.browser

KILLS = int(os.environ.get("KILLS", "3"))
LONGEST = 180  # seconds that a training on the tiny model may take, come what may
STEPS = 72
SETTINGS = {
    "num_train_epochs": 8, "max_minutes": 0, "per_device_train_batch_size": 6, "gradient_accumulation_steps": 1, "save_steps": 7,
    "least_rows_per_answer": 0, "known_below": 4.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Workspace:
    found = Workspace.from_settings(Settings(home=tmp_path_factory.mktemp("kills")))
    found.model("smollm2-135m-instruct").symlink_to(tiny_model, target_is_directory=True)
    return found


@pytest.fixture(scope="module")
def dataset(workspace: Workspace) -> str:
    return write_dataset(workspace, make_rows(9, 6), name="rows", source="test").id


@pytest.fixture(scope="module")
def app(workspace: Workspace) -> Iterator[App]:
    with App(workspace.home) as app:
        yield app


@pytest.fixture(scope="module")
def unbroken(workspace: Workspace, dataset: str, app: App) -> tuple[str, float]:
    """What the training learns if nothing happens, and the seconds that it takes."""
    begun = time.monotonic()
    run = start(workspace, dataset)
    finish(workspace, run)
    return learned(run), time.monotonic() - begun


def start(workspace: Workspace, dataset: str) -> Run:
    """Queue the training: the app starts it."""
    return create_run(workspace, training_spec(workspace, dataset=dataset, preset="cpu-demo", changes=SETTINGS).model_dump())


def finish(workspace: Workspace, run: Run) -> None:
    """Wait for the end; a training that failed because it was killed says so, and is resumed."""
    deadline = time.monotonic() + LONGEST
    while (status := run.status).state is not RunState.SUCCEEDED:
        assert time.monotonic() < deadline, f"the run hangs: {status}"
        if status.state is RunState.FAILED:
            assert "killed" in (status.error or ""), status.error
            resume_training(JobQueue(workspace), run)
        time.sleep(0.1)


def learned(run: Run) -> str:
    return hashlib.sha256((run.folder / "adapter" / "adapter_model.safetensors").read_bytes()).hexdigest()


def kill_worker(run: Run) -> None:
    pid = run.recorded.pid
    if run.recorded.state is RunState.RUNNING and pid is not None:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("trial", range(KILLS))
def test_a_training_ends_as_if_nothing_had_happened(
    trial: int, workspace: Workspace, dataset: str, app: App, unbroken: tuple[str, float], browser: Browser
) -> None:
    digest, seconds = unbroken
    chance = random.Random(trial)
    moment, victim = chance.uniform(0, seconds), ("worker", "app", "tab")[trial % 3]
    run = start(workspace, dataset)
    tab = browser.new_page()
    tab.goto(f"{app.url}/train?run={run.id}")
    time.sleep(moment)
    if victim == "worker":
        kill_worker(run)
    elif victim == "app":
        app.kill()
        app.start()
    else:
        tab.close()
    finish(workspace, run)
    if not tab.is_closed():
        tab.close()
    assert learned(run) == digest, f"{victim} killed after {moment:.1f} s: it learned something else"
    assert [step for step, _ in history(run).metrics.points("loss")] == list(range(1, STEPS + 1)), "a step is lost"
    lines = (run.folder / "events.jsonl").read_text().splitlines()
    torn = [line for line in lines if not _whole(line)]
    assert len(torn) <= (victim == "worker"), "a line that nobody was killed over is torn"


def _whole(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True
