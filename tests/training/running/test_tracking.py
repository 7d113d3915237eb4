"""Where else the numbers of a training go: only where somebody wants them, and never to another machine."""

from __future__ import annotations

import importlib.util
import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.jobs.queue import JobQueue
from studio.training.preflight.checking import check_training
from studio.training.requests import request_training, training_spec
from studio.training.running.tracking import missing_package, prepare_tracker, tracking_arguments
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState

QUICK = {"max_steps": 3, "max_minutes": 0, "per_device_train_batch_size": 4, "gradient_accumulation_steps": 1}


@pytest.fixture(autouse=True)
def _environment_is_put_back() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_a_training_logs_its_losses_for_tensorboard_into_its_folder(tiny_workspace: Workspace, dataset: str) -> None:
    queue = JobQueue(tiny_workspace)
    wanted = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes={**QUICK, "report_to": "tensorboard"})
    run = request_training(queue, wanted)
    status = queue.wait(run)
    assert status.state is RunState.SUCCEEDED, status.error
    logged = {step: value for file in (run.folder / "tensorboard").iterdir() for step, value in _losses(file)}
    assert logged == pytest.approx({event["step"]: event["loss"] for event in run.events("metric")}, abs=1e-4)


def test_by_default_nothing_is_logged_elsewhere(tmp_path: Path) -> None:
    before = dict(os.environ)
    prepare_tracker("none", tmp_path / "runs" / "one")
    assert tracking_arguments("none", tmp_path / "runs" / "one") == {"report_to": "none"}
    assert dict(os.environ) == before


def test_no_tracker_sends_anything_to_another_machine(tmp_path: Path) -> None:
    os.environ.update(TRACKIO_SPACE_ID="someone/board", TRACKIO_SERVER_URL="https://board.example", WANDB_MODE="online")
    prepare_tracker("trackio", tmp_path / "runs" / "one")
    arguments = tracking_arguments("trackio", tmp_path / "runs" / "one")
    assert arguments["report_to"] == "trackio" and arguments["run_name"] == "one"
    assert arguments["trackio_static_space_id"] is False and arguments["hub_private_repo"] is True
    assert not {"TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL"} & set(os.environ)
    assert (os.environ["WANDB_MODE"], os.environ["WANDB_DIR"]) == ("offline", str(tmp_path / "runs" / "one"))
    assert os.environ["TRACKIO_DIR"] == str(tmp_path / "trackio"), "one board for all runs of the workspace"


def test_a_tracker_that_is_not_installed_blocks_the_training_with_what_to_do(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "wandb" else found(name, *rest))
    wanted = training_spec(tiny_workspace, dataset=dataset, preset="cpu-demo", changes={"report_to": "wandb"})
    (finding,) = check_training(tiny_workspace, wanted).errors
    assert "pip install wandb" in finding.sentence and "set report_to to none" in finding.sentence
    assert missing_package("tensorboard") is None and missing_package("none") is None


def _losses(events: Path) -> Iterator[tuple[int, float]]:
    """Step and training loss of a TensorBoard file: records of a length, its checksum, the event and its checksum."""
    from tensorboardX.proto.event_pb2 import Event

    data = events.read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        event = Event.FromString(data[12 : 12 + length])
        yield from ((event.step, value.simple_value) for value in event.summary.value if value.tag == "train/loss")
        data = data[16 + length :]
