"""Several processes train together: they learn what one would learn, stop together, and none goes on without another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from safetensors.torch import load_file
from torch.testing import assert_close

from studio.errors import BadInput, JobFailed
from studio.jobs.queue import JobQueue
from studio.settings import PROJECT_ROOT
from studio.training.requests import request_training, resume_training, training_spec
from studio.training.running.processes import check_strategy
from studio.training.settings.spec import TrainSpec, parse_spec
from studio.workspace.checkpoints import newest_checkpoint
from studio.workspace.datasets import write_dataset
from studio.workspace.history import history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState
from tests.support import make_rows
from tests.training.support import wait_for_step

SETTINGS: dict[str, Any] = {
    "dtype": "float32",
    "max_minutes": 0,
    "frozen_fraction": 0,
    "num_train_epochs": 3,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "learning_rate": 1e-2,
    "save_steps": 4,
    "processes": 2,
}
STEPS = 12  # 64 rows, 4 x 2 x 2 a step, three times
LOST = {"num_train_epochs": 16}  # 64 steps
LONG = {"num_train_epochs": 40}  # 160 steps


@pytest.fixture
def rows(tiny_workspace: Workspace) -> str:
    return write_dataset(tiny_workspace, make_rows(8, 8), name="rows", source="test").id


def start(queue: JobQueue, dataset: str, **changes: Any) -> Run:
    return request_training(
        queue, training_spec(queue.workspace, dataset=dataset, preset="cpu-demo", changes={**SETTINGS, **changes})
    )


def losses(run: Run) -> dict[int, float]:
    return dict(history(run).metrics.points("loss"))


def weights(run: Run) -> dict[str, Any]:
    return load_file(run.folder / "adapter" / "adapter_model.safetensors")


def ranks(run: Run) -> dict[int, psutil.Process]:
    """The processes that train."""
    pid = run.status.pid
    assert pid is not None
    children = psutil.Process(pid).children(recursive=True)
    return {int(child.environ()["RANK"]): child for child in children if "studio.jobs.rank" in child.cmdline()}


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert not alive, "processes are left over"


def assert_learned_alike(one: Run, other: Run) -> None:
    """Rounding differs, for sums are added up in another order; Adam divides small gradients by their own size, which makes the most of it."""
    assert losses(one) == pytest.approx(losses(other), abs=2e-4)
    learned, expected = weights(one), weights(other)
    assert learned.keys() == expected.keys()
    for name, weight in learned.items():
        assert_close(weight, expected[name], atol=2e-3, rtol=1e-2, msg=name)


def test_two_processes_learn_what_one_learns_with_the_batch_of_both(tiny_workspace: Workspace, rows: str) -> None:
    queue = JobQueue(tiny_workspace)
    alone = start(queue, rows, processes=1, per_device_train_batch_size=8)
    queue.wait(alone)
    together = start(queue, rows)
    status = queue.wait(together)
    assert status.state is RunState.SUCCEEDED
    steps = [event["step"] for event in together.events("metric")]
    assert steps == list(range(1, STEPS + 1)), "not one process alone tells what happens"
    assert losses(together)[STEPS] < losses(together)[1], "nothing was learned"
    assert_learned_alike(together, alone)
    tokens = [dict(history(run).metrics.points("tokens_per_second")) for run in (together, alone)]
    assert all(tokens), "speed is not told"
    assert status.result["peak_memory_mb"] > alone.status.result["peak_memory_mb"], "the memory of one process only"
    assert (together.folder / "accelerate.yaml").read_text().startswith("compute_environment")
    assert not (together.folder / "checkpoints").exists()


def test_a_lost_process_ends_the_run_with_a_sentence_and_the_resumed_one_is_the_unbroken_one(
    tiny_workspace: Workspace, rows: str
) -> None:
    queue = JobQueue(tiny_workspace)
    unbroken = start(queue, rows, **LOST)
    queue.wait(unbroken)
    run = start(queue, rows, **LOST)
    wait_for_step(run, 20, seconds=240)
    processes = ranks(run)
    assert sorted(processes) == [0, 1]
    processes[1].send_signal(signal.SIGKILL)
    with pytest.raises(JobFailed) as failed:
        queue.wait(run)
    assert_gone(list(processes.values()))
    kept = newest_checkpoint(run.folder)
    assert kept is not None
    said = failed.value.message
    assert said.startswith("Rank 1 of 2 ended, and the others with it. The process was killed from outside at step ")
    assert "of 64 (SIGKILL)" in said and f"The checkpoint of step {kept.step} is kept" in said
    assert run.recorded.error == said
    resume_training(queue, run)
    assert queue.wait(run).state is RunState.SUCCEEDED
    assert losses(run) == pytest.approx(losses(unbroken), abs=5e-5)
    for name, weight in weights(run).items():
        assert_close(weight, weights(unbroken)[name], atol=0, rtol=0, msg=f"{name} is not that of the unbroken run")


@pytest.mark.parametrize("keep", [True, False])
def test_all_processes_stop_at_the_same_step(tiny_workspace: Workspace, rows: str, keep: bool) -> None:
    queue = JobQueue(tiny_workspace)
    run = start(queue, rows, num_train_epochs=100)
    wait_for_step(run, 3, seconds=240)
    processes = list(ranks(run).values())
    queue.stop(run, keep=keep)
    assert queue.wait(run).state is RunState.STOPPED
    assert (run.folder / "adapter").exists() is keep
    assert_gone(processes)


def test_when_the_worker_is_killed_its_processes_end_too(tiny_workspace: Workspace, rows: str) -> None:
    queue = JobQueue(tiny_workspace)
    run = start(queue, rows, num_train_epochs=100)
    wait_for_step(run, 3, seconds=240)
    pid, processes = run.status.pid, list(ranks(run).values())
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(JobFailed, match="killed from outside"):
        queue.wait(run)
    assert_gone(processes)


def test_what_one_process_would_say_several_say_once(tiny_workspace: Workspace, rows: str) -> None:
    (tiny_workspace.dataset(rows) / "rows.jsonl").write_text("{broken")
    queue = JobQueue(tiny_workspace)
    run = start(queue, rows)
    with pytest.raises(JobFailed) as failed:
        queue.wait(run)
    assert "Rank" not in failed.value.message and "row" in failed.value.message
    assert len(list(run.events("error"))) == 1


def test_a_time_to_end_is_the_same_for_all(tiny_workspace: Workspace, rows: str) -> None:
    queue = JobQueue(tiny_workspace)
    run = start(queue, rows, num_train_epochs=100, max_minutes=0.4)
    status = queue.wait(run)
    assert status.state is RunState.SUCCEEDED and status.result["steps"] == max(losses(run))


def test_a_host_that_can_not_be_reached_is_one_sentence(
    tiny_workspace: Workspace, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_REMOTE_SHELL", "sh -c 'echo Permission denied.; exit 255'")
    queue = JobQueue(tiny_workspace)
    run = start(queue, rows, hosts="127.0.0.1,203.0.113.7")
    with pytest.raises(JobFailed) as failed:
        queue.wait(run)
    assert failed.value.message.startswith("The processes on 203.0.113.7 could not be started: Permission denied. Every host")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"processes": 0}, "processes = 0"),
        ({"processes": 3, "hosts": "a,b"}, "3 processes can't be shared evenly by 2 hosts"),
        ({"hosts": "a,b"}, "1 processes can't be shared evenly by 2 hosts"),
        ({"processes": 2, "hosts": "a,a"}, "names every host once"),
        ({"processes": 2, "hosts": "a;b"}, "names or IPv4 addresses"),
        ({"strategy": "fsdp"}, "set processes to 2 or more"),
        ({"processes": 2, "strategy": "fsdp", "load_in_4bit": True}, "can't share out 4 bit weights"),
        ({"processes": 2, "strategy": "horovod"}, "'ddp'"),
    ],
)
def test_processes_that_make_no_sense_are_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_spec({"dataset": "x", **changes})
    assert words in refused.value.message and "\n" not in refused.value.message


@pytest.mark.parametrize(("strategy", "words"), [("deepspeed", "not installed"), ("fsdp", "needs a GPU for every process")])
def test_a_strategy_that_can_not_be_used_here_is_refused(strategy: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.training.running.processes.find_spec", lambda _: None)
    with pytest.raises(BadInput, match=words):
        check_strategy(TrainSpec(dataset="x", processes=2, strategy=strategy), on_gpu=False)  # type: ignore[arg-type]


# Two machines, as far as the network goes


class WiredLauncher:
    """Starts a worker in the first of two network namespaces; its remote shell leads into the second one."""

    def __init__(self, namespace: str, remote_shell: Path) -> None:
        self._namespace, self._remote_shell = namespace, remote_shell

    def start(self, run: Run) -> int:
        with (run.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self._namespace, sys.executable, "-m", "studio.jobs.worker", str(run.folder)],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=PROJECT_ROOT,
                env={**os.environ, "STUDIO_REMOTE_SHELL": str(self._remote_shell)},
            )
        return process.pid


@pytest.fixture
def two_hosts(tmp_path: Path) -> Iterator[tuple[WiredLauncher, Callable[[], int]]]:
    """Two network namespaces, 10.77.0.1 and 10.77.0.2, with a wire between them; and how many bytes have come through it."""
    tag = f"{os.getpid() % 100_000}"
    one, two = f"studio-one-{tag}", f"studio-two-{tag}"
    setup = (
        f"ip netns add {one}", f"ip netns add {two}",
        f"ip link add sta{tag} netns {one} type veth peer name stb{tag} netns {two}",
        f"ip -n {one} addr add 10.77.0.1/24 dev sta{tag}", f"ip -n {two} addr add 10.77.0.2/24 dev stb{tag}",
        f"ip -n {one} link set sta{tag} up", f"ip -n {two} link set stb{tag} up",
        f"ip -n {one} link set lo up", f"ip -n {two} link set lo up",
    )  # fmt: skip
    try:
        for command in setup:
            done = subprocess.run(command.split(), capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no network namespaces can be made here: {done.stderr.strip()}")
        shell = tmp_path / "into-the-second"
        shell.write_text(f'#!/bin/sh\n# called as ssh is: HOST COMMAND\nexec ip netns exec {two} sh -c "$2"\n')
        shell.chmod(0o755)

        def transferred() -> int:
            said = subprocess.run(
                ["ip", "netns", "exec", two, "cat", f"/sys/class/net/stb{tag}/statistics/rx_bytes"],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            return int(said.stdout)

        yield WiredLauncher(one, shell), transferred
    except FileNotFoundError:
        pytest.skip("there is no `ip` here")
    finally:
        for namespace in (one, two):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


@pytest.mark.slow
def test_two_machines_learn_what_one_process_learns_and_a_lost_one_is_named(
    tiny_workspace: Workspace, rows: str, two_hosts: tuple[WiredLauncher, Callable[[], int]]
) -> None:
    launcher, transferred = two_hosts
    queue = JobQueue(tiny_workspace)
    alone = start(queue, rows, processes=1, per_device_train_batch_size=8, **LONG)
    queue.wait(alone)
    wired = JobQueue(tiny_workspace, launcher)
    run = start(wired, rows, hosts="10.77.0.1,10.77.0.2", **LONG)
    wait_for_step(run, 20, seconds=240)
    ranks(run)[1].send_signal(signal.SIGKILL)
    with pytest.raises(JobFailed, match=r"^Rank 1 of 2, on 10\.77\.0\.2, ended.*SIGKILL.*is kept"):
        wired.wait(run)
    resume_training(wired, run)
    assert wired.wait(run).state is RunState.SUCCEEDED
    assert losses(run) == pytest.approx(losses(alone), rel=1e-3), "rounding adds up over 160 steps, but not to so much"
    gradients = 160 * sum(weight.numel() * weight.element_size() for weight in weights(run).values())
    assert transferred() > gradients / 2, "the gradients did not go through the wire"
