"""A training that really fails: the process is killed, the disk is full, the loss is no number, a row is damaged. Each says what, where, and what is kept."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.errors import JobFailed
from studio.jobs.queue import JobQueue
from studio.jobs.worker import work
from studio.settings import PROJECT_ROOT, Settings
from studio.training.requests import request_training, training_spec
from studio.workspace.checkpoints import newest_checkpoint
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run
from tests.conftest import EMBEDDED
from tests.training.support import wait_for_step

QUICK = {
    "num_train_epochs": 30, "per_device_train_batch_size": 4, "gradient_accumulation_steps": 1, "save_steps": 5, "max_minutes": 0,
}  # fmt: skip


def spec(workspace: Workspace, dataset: str, **changes: Any) -> Any:
    return training_spec(workspace, dataset=dataset, preset="cpu-demo", changes={**QUICK, **changes})


class LimitedLauncher:
    """Starts a real worker that may write no file larger than `limit` bytes, as on a disk that is full."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def start(self, run: Run) -> int:
        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.limit, self.limit))

        with (run.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "studio.jobs.worker", str(run.folder)],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=PROJECT_ROOT,
                preexec_fn=limited,
            )
        return process.pid


def test_a_killed_training_says_at_which_step_and_which_checkpoint_is_kept(tiny_workspace: Workspace, dataset: str) -> None:
    queue = JobQueue(tiny_workspace)
    run = request_training(queue, spec(tiny_workspace, dataset))
    wait_for_step(run, 12)
    pid = run.status.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(JobFailed) as failed:
        queue.wait(run)
    kept = newest_checkpoint(run.folder)
    assert kept is not None
    said = failed.value.message
    assert "killed from outside at step 1" in said and "of 120 (SIGKILL)" in said
    assert f"The checkpoint of step {kept.step} is kept" in said


def test_a_file_that_can_not_be_written_ends_the_run_with_the_remedy_and_it_resumes(
    tiny_workspace: Workspace, dataset: str
) -> None:
    queue = JobQueue(tiny_workspace, LimitedLauncher(600_000))
    run = request_training(queue, spec(tiny_workspace, dataset, lora_rank=128))
    with pytest.raises(JobFailed) as failed:
        queue.wait(run)
    said = failed.value.message
    assert "file" in said and "at step 5 of 120" in said and "resume the run" in said and "No checkpoint was written yet" in said
    assert "Traceback" not in said and "Traceback" in run.log_tail()
    assert not list((run.folder / "checkpoints").glob("checkpoint-*")), "half a checkpoint takes room"
    roomy = JobQueue(tiny_workspace)
    roomy.resume(run)
    assert roomy.wait(run).state is RunState.SUCCEEDED


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A disk of 48 MB, where this machine lets one be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_on_a_full_disk_the_run_still_says_so_and_keeps_its_last_checkpoint(
    small_disk: Path, tiny_model: Path, dataset: str, workspace: Workspace
) -> None:
    """The run's folder lies on the full disk: the log, the events and the state have no room either."""
    home = Workspace.from_settings(Settings(home=small_disk / "home"))
    home.model(EMBEDDED).symlink_to(tiny_model)
    home.dataset(dataset).symlink_to(workspace.dataset(dataset))
    values = spec(home, dataset, lora_rank=16, save_steps=2).model_dump()
    run = create_run(home, values)
    queue = JobQueue(home)
    queue.pump()
    wait_for_step(run, 3)
    kept = run.reached.checkpoint
    with (small_disk / "filler").open("wb", buffering=0) as filler:  # whatever else the disk is filled with
        try:
            while True:
                filler.write(b"0" * 4096)
        except OSError:
            pass
    with pytest.raises(JobFailed) as failed:
        queue.wait(run)
    assert "disk" in failed.value.message and "Free some space" in failed.value.message
    assert kept is None or "is kept" in failed.value.message
    (small_disk / "filler").unlink()
    queue.resume(run)
    assert queue.wait(run).state is RunState.SUCCEEDED


def test_weights_that_are_no_numbers_are_never_kept_as_a_checkpoint(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.training.learning.trainer import SupportTrainer

    real = SupportTrainer.compute_loss

    def from_the_seventh_step(self: Any, *given: Any, **options: Any) -> Any:
        return real(self, *given, **options) * (float("nan") if self.state.global_step >= 6 else 1.0)

    monkeypatch.setattr(SupportTrainer, "compute_loss", from_the_seventh_step)
    run = create_run(tiny_workspace, spec(tiny_workspace, dataset, logging_steps=100).model_dump())
    assert work(run, tiny_workspace) is RunState.FAILED
    said = run.status.error or ""
    assert "became nan at step 10" in said and "lower learning rate than 0.0015" in said
    assert "The checkpoint of step 5, from before that, is kept" in said
    assert [path.name for path in (run.folder / "checkpoints").glob("checkpoint-*")] == ["checkpoint-5"]


def test_a_gradient_that_is_no_number_ends_the_run_at_that_step(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.training.learning.trainer import SupportTrainer

    real = SupportTrainer.training_step

    def spoil(self: Any, model: Any, *given: Any, **options: Any) -> Any:
        loss = real(self, model, *given, **options)
        next(parameter for parameter in model.parameters() if parameter.grad is not None).grad.fill_(float("inf"))
        return loss

    monkeypatch.setattr(SupportTrainer, "training_step", spoil)
    run = create_run(tiny_workspace, spec(tiny_workspace, dataset, save_steps=1).model_dump())
    assert work(run, tiny_workspace) is RunState.FAILED
    assert "The gradient's norm became" in (run.status.error or "") and "at step 1" in (run.status.error or "")
    assert not list((run.folder / "checkpoints").glob("checkpoint-*"))


def test_a_damaged_row_is_named(tiny_workspace: Workspace, dataset: str) -> None:
    values = spec(tiny_workspace, dataset).model_dump()
    file = tiny_workspace.dataset(dataset) / "rows.jsonl"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:4], lines[4][:20], *lines[5:]]))
    run = create_run(tiny_workspace, values)
    assert work(run, tiny_workspace) is RunState.FAILED
    assert f"Row 5 of dataset {dataset} is damaged" in (run.status.error or "")


def test_a_row_that_the_template_refuses_is_named(tiny_workspace: Workspace, dataset: str) -> None:
    template = tiny_workspace.model(EMBEDDED) / "chat_template.jinja"
    refuse = "{% for m in messages %}{% if 'Question 2' in m['content'] %}{{ raise_exception('no twos') }}{% endif %}{% endfor %}"
    template.write_text(refuse + template.read_text())
    run = create_run(tiny_workspace, spec(tiny_workspace, dataset).model_dump())
    assert work(run, tiny_workspace) is RunState.FAILED
    said = run.status.error or ""
    assert "asks “Question 2" in said and "no twos" in said and "system" not in said.partition("Its turns")[0]


def test_the_hub_that_can_not_be_reached_is_said_with_the_model(workspace: Workspace, dataset: str) -> None:
    run = create_run(workspace, spec(workspace, dataset, model="qwen2.5-0.5b-instruct").model_dump())
    assert work(run, workspace) is RunState.FAILED
    said = run.status.error or ""
    assert "Hub" in said and "network" in said and json.loads((run.folder / "state.json").read_text())["state"] == "failed"
