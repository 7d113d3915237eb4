"""The preference job: the margin grows, the result is a tuned model like any other, and it stops, resumes and fails as a training does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from studio.jobs.queue import JobQueue
from studio.jobs.worker import work
from studio.settings import PROJECT_ROOT
from studio.training.comparison import compare_runs
from studio.training.preferring.requests import preference_spec, request_preference
from studio.training.requests import resume_training
from studio.training.running.callbacks import RunEvents
from studio.workspace.adapters import find_tuned
from studio.workspace.checkpoints import kept_checkpoints
from studio.workspace.datasets import write_dataset
from studio.workspace.history import history
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run
from tests.conftest import EMBEDDED
from tests.support import finished_training, read_file
from tests.training.preferring.support import marked, pairs
from tests.training.support import HereLauncher

DEMO = PROJECT_ROOT.parent / "shared" / "real" / "llamafactory" / "dpo_en_demo.json"
SETTINGS: dict[str, Any] = {
    "num_train_epochs": 10,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 1,
    "learning_rate": 1e-2,
    "save_steps": 4,
}


@pytest.fixture
def queue(tiny_workspace: Workspace) -> JobQueue:
    return JobQueue(tiny_workspace, HereLauncher(tiny_workspace))


@pytest.fixture
def votes(tiny_workspace: Workspace) -> str:
    return write_dataset(tiny_workspace, pairs(8), name="votes", source="test").id


@pytest.fixture
def start(tiny_workspace: Workspace, tiny_adapter: Path, dataset: str) -> Run:
    return finished_training(tiny_workspace, tiny_adapter, dataset)


def prefer(queue: JobQueue, dataset: str, **changes: Any) -> Run:
    settings = {**SETTINGS, **changes}
    return request_preference(queue, preference_spec(queue.workspace, dataset=dataset, preset="prefer-cpu", changes=settings))


def points(run: Run, name: str) -> list[float]:
    return [value for _, value in history(run).metrics.points(name)]


def learned(folder: Path) -> str:
    return hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()


@contextmanager
def stopping_at(step: int, *, keep: bool) -> Iterator[None]:
    """Within the block, whoever trains is asked to stop at that step."""
    real = RunEvents.on_step_end

    def on_step_end(self: RunEvents, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == step:
            self._reporter.run.request_stop(keep=keep)
        real(self, args, state, control, **kwargs)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RunEvents, "on_step_end", on_step_end)
        yield


@pytest.mark.parametrize("method", ["dpo", "kto"])
@pytest.mark.parametrize("from_base", [True, False], ids=["from base", "from a run"])
def test_the_margin_grows_from_nothing(queue: JobQueue, votes: str, start: Run, method: str, from_base: bool) -> None:
    before = learned(start.folder / "adapter")
    run = prefer(queue, votes, method=method, start="base" if from_base else start.id)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    margins, accuracies = points(run, "reward_margin"), points(run, "reward_accuracy")
    assert abs(margins[0]) < 0.02, "the reference is not the start"
    assert mean(margins[-3:]) > 0.1 and mean(accuracies[-3:]) >= 0.75
    assert mean(points(run, "reward_chosen")[-3:]) > mean(points(run, "reward_rejected")[-3:])
    assert points(run, "loss")[-1] < points(run, "loss")[0] and points(run, "perplexity") == []
    assert {"learning_rate", "grad_norm", "memory_mb", "tokens_per_second"} <= set(history(run).metrics.fields)
    result = run.status.result
    assert result["reward_margin"] > 0 and result["reward_accuracy"] > 0.5 and result["rows"] == (8 if method == "dpo" else 16)
    adapter = run.folder / "adapter"
    assert find_tuned(queue.workspace, run.id).adapter == str(adapter) == result["adapter"]
    assert sorted(path.name for path in adapter.iterdir() if path.is_dir()) == [], "the reference was saved too"
    assert not (run.folder / "checkpoints").exists()
    assert learned(start.folder / "adapter") == before != learned(adapter)


def test_kto_learns_from_marked_answers(queue: JobQueue, tiny_workspace: Workspace) -> None:
    dataset = write_dataset(tiny_workspace, marked(), name="marks", source="test").id
    for loss in ("auto", "apo_zero_unpaired"):
        run = prefer(queue, dataset, method="kto", loss_type=loss)
        assert run.status.state is RunState.SUCCEEDED, run.status.error
        assert mean(points(run, "reward_margin")[-3:]) > 0.1
    assert "6 good and 6 bad answers" in " ".join(history(run).notes)


@pytest.mark.parametrize("changes", [{"loss_type": "ipo"}, {"loss_type": "hinge"}, {"sft_weight": 0.5}])
def test_every_loss_trains(queue: JobQueue, votes: str, changes: dict[str, Any]) -> None:
    run = prefer(queue, votes, max_steps=2, **changes)
    assert run.status.state is RunState.SUCCEEDED, run.status.error


@pytest.mark.parametrize("method", ["dpo", "kto"])
@pytest.mark.parametrize("from_base", [True, False], ids=["from base", "from a run"])
def test_it_learns_over_weights_in_4_bit(
    queue: JobQueue, votes: str, tiny_workspace: Workspace, tmp_path: Path, method: str, from_base: bool
) -> None:
    start = finished_training(tiny_workspace, _widen(tiny_workspace.model(EMBEDDED), tmp_path / "adapter"), votes)
    run = prefer(queue, votes, method=method, load_in_4bit=True, start="base" if from_base else start.id)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    margins = points(run, "reward_margin")
    assert abs(margins[0]) < 0.05 and mean(margins[-3:]) > 0.1
    assert find_tuned(queue.workspace, run.id).adapter == str(run.folder / "adapter")


def _widen(model: Path, adapter: Path) -> Path:
    """Make the tiny model 64 wide, a block of 4 bit weights, which is the least that bitsandbytes asks on a CPU; an adapter of it."""
    torch.manual_seed(0)
    config = LlamaConfig.from_pretrained(model, hidden_size=64, intermediate_size=128, head_dim=16)
    LlamaForCausalLM(config).save_pretrained(model)
    lora = LoraConfig(r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    get_peft_model(LlamaForCausalLM.from_pretrained(model), lora).save_pretrained(adapter)
    return adapter


@pytest.mark.parametrize("method", ["dpo", "kto"])
def test_a_run_that_was_stopped_and_resumed_is_the_unbroken_one(queue: JobQueue, votes: str, start: Run, method: str) -> None:
    unbroken = prefer(queue, votes, method=method, start=start.id)
    with stopping_at(5, keep=True):
        run = prefer(queue, votes, method=method, start=start.id)
    assert run.status.state is RunState.STOPPED and len(points(run, "loss")) == 5
    assert find_tuned(queue.workspace, run.id), "what it learned until then is not kept"
    assert [one.step for one in kept_checkpoints(run.folder)] == [5, 4]
    resume_training(queue, run)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert points(run, "loss") == pytest.approx(points(unbroken, "loss"), abs=5e-5)
    assert points(run, "reward_margin") == pytest.approx(points(unbroken, "reward_margin"), abs=5e-5)
    assert learned(run.folder / "adapter") == learned(unbroken.folder / "adapter")


def test_a_discarded_one_leaves_nothing(queue: JobQueue, votes: str) -> None:
    with stopping_at(3, keep=False):
        run = prefer(queue, votes)
    assert run.status.state is RunState.STOPPED
    assert not (run.folder / "adapter").exists() and not (run.folder / "checkpoints").exists()


def test_a_stop_before_the_first_step_is_honoured(queue: JobQueue, tiny_workspace: Workspace, votes: str) -> None:
    spec = preference_spec(tiny_workspace, dataset=votes, preset="prefer-cpu", changes=SETTINGS)
    run = create_run(tiny_workspace, spec.model_dump())
    run.request_stop(keep=True)
    assert work(run, tiny_workspace) is RunState.STOPPED
    assert "nothing to keep" in history(run).notes[-1] and points(run, "loss") == []


def test_a_start_that_is_gone_ends_the_run_in_a_sentence(tiny_workspace: Workspace, votes: str, start: Run) -> None:
    spec = preference_spec(tiny_workspace, dataset=votes, preset="prefer-cpu", changes={**SETTINGS, "start": start.id})
    run = create_run(tiny_workspace, spec.model_dump())
    (start.folder / "adapter" / "adapter_config.json").unlink()
    assert work(run, tiny_workspace) is RunState.FAILED
    assert f"no tuned model '{start.id}'" in (run.status.error or "")


def test_a_fine_tuning_and_what_came_after_it_stand_beside_each_other(queue: JobQueue, votes: str, start: Run) -> None:
    run = prefer(queue, votes, start=start.id, max_steps=2)
    comparison = compare_runs(queue.workspace, [start.id, run.id])
    assert comparison.settings["job"] == ("training.sft", "training.preference") and comparison.settings["beta"] == (None, 0.1)
    assert "reward_margin" in comparison.results and "reward_margin" in comparison.fields


@pytest.mark.skipif(not DEMO.exists(), reason="the real files are not here")
def test_a_public_preference_file_trains(queue: JobQueue, tiny_workspace: Workspace) -> None:
    rows = [row for row in read_file(DEMO) if getattr(row, "rejected", None)][:24]
    dataset = write_dataset(tiny_workspace, rows, name="demo", source=DEMO.name).id  # type: ignore[arg-type]
    run = prefer(queue, dataset, num_train_epochs=8, max_length=160)
    assert run.status.state is RunState.SUCCEEDED, run.status.error
    assert mean(points(run, "reward_margin")[-4:]) > mean(points(run, "reward_margin")[:4])
