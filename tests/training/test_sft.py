"""The training job in a worker process of its own: it ends well, stops on request, survives a kill, and says what went wrong."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from studio.errors import BadInput, JobFailed
from studio.jobs.queue import JobQueue
from studio.jobs.worker import work
from studio.training.requests import request_training, training_spec
from studio.workspace.adapters import find_tuned
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run
from tests.training.support import wait_for_step

QUICK = {
    "num_train_epochs": 3,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 1,
    "save_steps": 2,
    "spliced_copies": 0,
}


def spec(workspace: Workspace, dataset: str, **changes: Any) -> Any:
    return training_spec(workspace, dataset=dataset, preset="cpu-demo", changes={**QUICK, **changes})


def test_a_training_leaves_an_adapter_and_a_metric_for_every_step(tiny_workspace: Workspace, dataset: str) -> None:
    queue = JobQueue(tiny_workspace)
    run = request_training(queue, spec(tiny_workspace, dataset))
    status = queue.wait(run)
    assert status.state is RunState.SUCCEEDED
    assert (run.folder / "adapter" / "adapter_model.safetensors").exists()
    assert not list(run.folder.rglob("*.bin")), "weights are safetensors only"
    metrics = list(run.events("metric"))
    assert [event["step"] for event in metrics] == list(range(1, 13))
    assert {"loss", "perplexity", "learning_rate", "grad_norm", "memory_mb", "tokens_per_second"} <= set(metrics[0])
    assert metrics[-1]["learning_rate"] < metrics[3]["learning_rate"], "the schedule is no cosine"
    assert status.result["steps"] == 12 and status.result["peak_memory_mb"] > 0 and status.result["trained_tokens"] > 0
    assert find_tuned(tiny_workspace, run.id).adapter == status.result["adapter"]
    assert not (run.folder / "checkpoints").exists(), "checkpoints are kept after a success"


@pytest.mark.parametrize("keep", [True, False])
def test_a_stop_is_honoured_at_a_step_and_keeps_or_discards(tiny_workspace: Workspace, dataset: str, keep: bool) -> None:
    queue = JobQueue(tiny_workspace)
    run = request_training(queue, spec(tiny_workspace, dataset, num_train_epochs=100))
    wait_for_step(run, 3)
    queue.stop(run, keep=keep)
    assert queue.wait(run).state is RunState.STOPPED
    assert (run.folder / "adapter").exists() is keep


def test_a_worker_killed_in_the_middle_fails_and_resumes_without_a_lost_step(tiny_workspace: Workspace, dataset: str) -> None:
    queue = JobQueue(tiny_workspace)
    run = request_training(queue, spec(tiny_workspace, dataset, num_train_epochs=30))
    wait_for_step(run, 7)
    pid = run.status.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(JobFailed, match="killed"):
        queue.wait(run)
    before = max(event["step"] for event in run.events("metric"))
    queue.resume(run)
    status = queue.wait(run)
    steps = [event["step"] for event in run.events("metric")]
    assert status.state is RunState.SUCCEEDED and status.result["steps"] == 120
    assert set(steps) == set(range(1, 121)), "a step's metrics are lost"
    resumed_at = steps[steps.index(before) + 1]
    assert resumed_at > 1, "the run began again instead of going on"


def test_a_second_training_waits_for_the_first_visibly(tiny_workspace: Workspace, dataset: str) -> None:
    queue = JobQueue(tiny_workspace)
    first = request_training(queue, spec(tiny_workspace, dataset, num_train_epochs=100))
    second = request_training(queue, spec(tiny_workspace, dataset))
    assert first.status.state is RunState.RUNNING
    assert second.status.state is RunState.QUEUED and queue.position(second) == 1
    wait_for_step(first, 1)
    queue.stop(first, keep=False)
    assert queue.wait(second).state is RunState.SUCCEEDED
    assert first.status.state is RunState.STOPPED


def test_a_full_disk_is_said_in_one_sentence_and_the_run_can_be_resumed(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.training.learning.trainer import SupportTrainer

    def full(self: object, *_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    values = spec(tiny_workspace, dataset).model_dump()
    run = create_run(tiny_workspace, values)
    with monkeypatch.context() as patched:
        patched.setattr(SupportTrainer, "_save_checkpoint", full)
        assert work(run, tiny_workspace) is RunState.FAILED
    assert "disk is full" in (run.status.error or "") and "resume" in (run.status.error or "")
    queue = JobQueue(tiny_workspace)
    queue.resume(run)
    assert queue.wait(run).state is RunState.SUCCEEDED


def test_a_diverging_loss_ends_the_run_and_names_the_learning_rate(
    tiny_workspace: Workspace, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.training.learning.trainer import SupportTrainer

    real = SupportTrainer.compute_loss
    monkeypatch.setattr(SupportTrainer, "compute_loss", lambda *args, **kwargs: real(*args, **kwargs) * float("nan"))
    run = create_run(tiny_workspace, spec(tiny_workspace, dataset).model_dump())
    assert work(run, tiny_workspace) is RunState.FAILED
    assert "nan at step 1" in (run.status.error or "") and "lower learning rate than 0.0" in (run.status.error or "")


def test_four_bit_training_runs_on_this_machine(tiny_workspace: Workspace, dataset: str) -> None:
    run = create_run(tiny_workspace, spec(tiny_workspace, dataset, load_in_4bit=True, max_steps=2).model_dump())
    assert work(run, tiny_workspace) is RunState.SUCCEEDED, run.status.error
    assert (run.folder / "adapter" / "adapter_model.safetensors").exists()


def test_only_a_failed_or_stopped_run_can_be_resumed(tiny_workspace: Workspace, dataset: str) -> None:
    queue = JobQueue(tiny_workspace)
    run = request_training(queue, spec(tiny_workspace, dataset, max_steps=1))
    queue.wait(run)
    with pytest.raises(BadInput, match="succeeded"):
        queue.resume(run)
    with pytest.raises(BadInput, match="nothing to stop"):
        queue.stop(run, keep=True)


def test_the_log_and_not_the_person_gets_the_traceback(tiny_workspace: Workspace, dataset: str) -> None:
    values = spec(tiny_workspace, dataset).model_dump()
    (Path(tiny_workspace.dataset(dataset)) / "rows.jsonl").write_text("{broken")
    queue = JobQueue(tiny_workspace)
    run = queue.submit(values)
    with pytest.raises(JobFailed) as caught:
        queue.wait(run)
    assert "Traceback" not in caught.value.message
    assert "Traceback" in run.log_tail()
