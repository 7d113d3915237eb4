"""A training that was stopped or killed and resumed makes the steps that it would have made unbroken."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from studio.errors import BadInput
from studio.jobs.queue import JobQueue
from studio.settings import PROJECT_ROOT
from studio.training.learning.trainer import SupportTrainer
from studio.training.requests import request_training, resume_training, training_spec
from studio.training.running.callbacks import RunEvents
from studio.training.running.timekeeping import KeepTime, _move_end
from studio.workspace.checkpoints import kept_checkpoints
from studio.workspace.datasets import write_dataset
from studio.workspace.history import history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState
from tests.support import make_rows
from tests.training.support import HereLauncher

SETTINGS: dict[str, Any] = {
    "num_train_epochs": 4,
    "max_minutes": 0,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "learning_rate": 1e-2,
    "frozen_fraction": 0.5,
    "save_steps": 4,
    "spliced_copies": 0,
    "least_rows_per_answer": 0,
    "known_below": 4.0,  # nats, which some rows of the tiny model fall below
}
STEPS = 28  # 54 rows are 14 batches, the last of two rows: seven steps, four times
KILLED = """
import os, signal, sys
from pathlib import Path
from studio.jobs import worker
from studio.training.running.callbacks import RunEvents
real = RunEvents.on_log
def on_log(self, args, state, control, **kwargs):
    real(self, args, state, control, **kwargs)
    if state.global_step == {step}:
        os.kill(os.getpid(), signal.SIGKILL)
RunEvents.on_log = on_log
worker.main()
"""


@pytest.fixture
def queue(tiny_workspace: Workspace) -> JobQueue:
    return JobQueue(tiny_workspace, HereLauncher(tiny_workspace))


@pytest.fixture
def rows(tiny_workspace: Workspace) -> str:
    return write_dataset(tiny_workspace, make_rows(9, 6), name="rows", source="test").id


@pytest.fixture
def fast_paths(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[bool, bool]]]:
    """Of all steps: whether lower layers were skipped, and whether shared beginnings were computed once."""
    seen: set[tuple[bool, bool]] = set()
    real = SupportTrainer.compute_loss

    def compute_loss(self: SupportTrainer, *args: Any, **kwargs: Any) -> Any:
        seen.add((self.frozen is not None, self.share_beginnings))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(SupportTrainer, "compute_loss", compute_loss)
    yield seen


def start(queue: JobQueue, dataset: str, **changes: Any) -> Run:
    return request_training(
        queue, training_spec(queue.workspace, dataset=dataset, preset="cpu-demo", changes={**SETTINGS, **changes})
    )


@contextmanager
def stopping_at(step: int, *, keep: bool = True) -> Iterator[None]:
    """Within the block, whoever trains is asked to stop at that step."""
    real = RunEvents.on_step_end

    def on_step_end(self: RunEvents, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == step:
            self._reporter.run.request_stop(keep=keep)
        real(self, args, state, control, **kwargs)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RunEvents, "on_step_end", on_step_end)
        yield


def losses(run: Run) -> dict[int, float]:
    return dict(history(run).metrics.points("loss"))


def learned(run: Run) -> str:
    return hashlib.sha256((run.folder / "adapter" / "adapter_model.safetensors").read_bytes()).hexdigest()


def assert_same(resumed: Run, unbroken: Run) -> None:
    assert resumed.status.state is unbroken.status.state is RunState.SUCCEEDED, resumed.status.error
    expected, found = losses(unbroken), losses(resumed)
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected, abs=5e-5), "the losses are not those of the unbroken run to four decimals"
    assert learned(resumed) == learned(unbroken), "the adapter is not that of the unbroken run to the last bit"


@pytest.mark.parametrize("step", [2, 9, 14], ids=["within the first pass", "within the second", "between two passes"])
def test_a_run_that_was_stopped_and_resumed_is_the_unbroken_one(
    queue: JobQueue, rows: str, fast_paths: set[tuple[bool, bool]], step: int
) -> None:
    unbroken = start(queue, rows)
    assert list(losses(unbroken)) == list(range(1, STEPS + 1))
    with stopping_at(step):
        run = start(queue, rows)
    assert run.status.state is RunState.STOPPED and list(losses(run)) == list(range(1, step + 1))
    resume_training(queue, run)
    assert_same(run, unbroken)
    assert fast_paths == {(True, True)}, "frozen layers, fused layers or shared beginnings were not at work"


def test_a_run_can_go_on_from_any_checkpoint_that_it_keeps(queue: JobQueue, rows: str) -> None:
    unbroken = start(queue, rows)
    with stopping_at(10):
        run = start(queue, rows)
    assert [one.step for one in kept_checkpoints(run.folder)] == [10, 8]
    resume_training(queue, run, step=8)
    steps = [event["step"] for event in run.events("metric")]
    assert steps == [*range(1, 11), *range(9, STEPS + 1)], "it did not go on from step 8"
    assert_same(run, unbroken)


def test_a_killed_worker_loses_nothing_that_the_resumed_one_does_not_find_again(
    queue: JobQueue, tiny_workspace: Workspace, rows: str
) -> None:
    class KilledLauncher:
        """Starts a worker that is killed right after it has logged step 11."""

        def start(self, run: Run) -> int:
            process = subprocess.Popen(
                [sys.executable, "-c", KILLED.format(step=11), str(run.folder)], cwd=PROJECT_ROOT, stderr=subprocess.DEVNULL
            )
            process.wait()
            return process.pid

    unbroken = start(queue, rows)
    run = start(JobQueue(tiny_workspace, KilledLauncher()), rows)
    assert run.status.state is RunState.FAILED and "killed" in (run.status.error or "")
    assert list(losses(run)) == list(range(1, 12)), "a step that was logged is lost"
    queue.pump()
    resume_training(queue, run)
    assert_same(run, unbroken)


@pytest.mark.parametrize(
    "changes",
    [{"logging_steps": 3}, {"frozen_fraction": 0, "lora_dropout": 0.1}, {"max_minutes": 600}, {"known_below": 0.0}],
    ids=["logged every third step", "with dropout", "fitted into a time", "all rows in every pass"],
)
def test_what_else_a_step_depends_on_is_resumed_too(queue: JobQueue, rows: str, changes: dict[str, Any]) -> None:
    unbroken = start(queue, rows, **changes)
    with stopping_at(8):
        run = start(queue, rows, **changes)
    resume_training(queue, run)
    assert_same(run, unbroken)


def test_a_schedule_whose_end_was_moved_goes_on_as_it_was(queue: JobQueue, rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved_once(self: KeepTime, args: Any, state: Any, control: Any, lr_scheduler: Any = None, **_: Any) -> None:
        if state.global_step == 5:
            state.max_steps = 14
            _move_end(lr_scheduler, 14)

    monkeypatch.setattr(KeepTime, "on_step_end", moved_once)
    changes = {"max_minutes": 600, "warmup_fraction": 0.2}
    unbroken = start(queue, rows, **changes)
    assert list(losses(unbroken)) == list(range(1, 15))
    with stopping_at(8):
        run = start(queue, rows, **changes)
    resume_training(queue, run)
    assert_same(run, unbroken)
    rates = [dict(history(one).metrics.points("learning_rate")) for one in (unbroken, run)]
    assert rates[0] == rates[1]


def test_a_checkpoint_that_is_not_kept_is_one_sentence_that_names_those_that_are(queue: JobQueue, rows: str) -> None:
    with stopping_at(10):
        run = start(queue, rows)
    with pytest.raises(BadInput, match=r"no checkpoint of step 3\. It keeps those of the steps 8, 10"):
        resume_training(queue, run, step=3)
    assert run.status.state is RunState.STOPPED


def test_discarding_leaves_nothing_that_was_learned_not_even_from_an_earlier_stop(queue: JobQueue, rows: str) -> None:
    with stopping_at(6):
        run = start(queue, rows)
    assert (run.folder / "adapter").exists()
    with stopping_at(8, keep=False):
        resume_training(queue, run)
    assert run.status.state is RunState.STOPPED
    assert not (run.folder / "adapter").exists() and kept_checkpoints(run.folder) == []
