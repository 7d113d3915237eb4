"""The reference that is scored once stands for the second adapter that TRL would keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from peft import PeftModel
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import AutoModelForCausalLM
from trl import DPOConfig, DPOTrainer

from studio.chat.loading import Device
from studio.chat.tokenizer import load_tokenizer
from studio.jobs.progress import Reporter
from studio.training.preference import build_trainer
from studio.training.preferring.rows import Prepared, prepare_answers, prepare_pairs
from studio.training.preferring.spec import PreferenceSpec
from studio.training.preferring.trainers import PairTrainer
from studio.workspace.adapters import TunedModel
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run
from tests.training.preferring.support import marked, pairs

CPU = Device("cpu", torch.float32)


def built(workspace: Workspace, base: Path, adapter: Path | None, prepared: Prepared, **settings: Any) -> Any:
    spec = PreferenceSpec(dataset="d", attention="eager", per_device_train_batch_size=4, **settings)
    run = create_run(workspace, spec.model_dump())
    start = None if adapter is None else TunedModel("start", "m", "d", str(adapter))
    return build_trainer(spec, base, CPU, load_tokenizer(base), prepared, start, run.folder, Reporter(run))


def unheard(*_: int) -> None:
    """Nobody watches."""


def disturbed(model: Any) -> None:
    """The same change to each model's trained weights."""
    chance = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if parameter.requires_grad and ".default." in name:
                parameter += 0.05 * torch.randn(parameter.shape, generator=chance)


def gradients(model: Any) -> dict[str, Tensor]:
    return {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def test_loss_and_gradients_are_those_of_trl_with_a_copy_of_the_adapter(
    workspace: Workspace, tiny_model: Path, tiny_adapter: Path, tmp_path: Path
) -> None:
    tokenizer = load_tokenizer(tiny_model)
    prepared = prepare_pairs(tokenizer, pairs(4), max_length=512)
    ours = built(workspace, tiny_model, tiny_adapter, prepared)
    assert list(ours.model.peft_config) == ["default"], "the copy is still there"
    ours.score_reference(unheard)
    disturbed(ours.model)

    class Rendered(DPOTrainer):
        def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
            return dataset

    base = AutoModelForCausalLM.from_pretrained(tiny_model, attn_implementation="eager")
    config = DPOConfig(str(tmp_path), bf16=False, use_cpu=True, report_to="none", max_length=None, gradient_checkpointing=False)
    theirs = Rendered(
        model=PeftModel.from_pretrained(base, tiny_adapter, is_trainable=True), args=config,
        train_dataset=Dataset.from_dict(prepared.columns), processing_class=tokenizer,
    )  # fmt: skip
    assert "ref" in theirs.model.peft_config
    disturbed(theirs.model)
    losses = []
    for trainer in (ours, theirs):
        trainer.model.train()
        (batch,) = DataLoader(trainer.train_dataset, batch_size=4, collate_fn=trainer.data_collator)
        loss = trainer.compute_loss(trainer.model, batch)
        loss.backward()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(losses[1], abs=1e-5) and abs(losses[0] - 0.6931) > 1e-3
    found, expected = gradients(ours.model), gradients(theirs.model)
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-3, atol=1e-5)


def test_before_the_first_step_nothing_is_preferred(workspace: Workspace, tiny_model: Path, tiny_adapter: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    answers = prepare_answers(tokenizer, marked(), max_length=512, batch_size=4, seed=0)
    for adapter in (None, tiny_adapter):
        trainer = built(workspace, tiny_model, adapter, answers, method="kto")
        trainer.score_reference(unheard)
        assert {"ref_logps", "ref_KL_logps"} <= set(trainer.train_dataset.column_names)
        trainer.model.train()
        batch = next(iter(DataLoader(trainer.train_dataset, batch_size=4, collate_fn=trainer.data_collator)))
        loss = float(trainer.compute_loss(trainer.model, batch).detach())
        assert loss == pytest.approx(0.5, abs=1e-4), "the reference is not the start"


def test_accuracy_counts_answers_on_their_side_of_the_reference_point(workspace: Workspace, tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    trainer = built(
        workspace, tiny_model, None, prepare_answers(tokenizer, marked(), max_length=512, batch_size=4, seed=0), method="kto"
    )
    trainer.score_reference(unheard)
    trainer.model.train()
    batch = next(iter(DataLoader(trainer.train_dataset, batch_size=4, collate_fn=trainer.data_collator)))
    batch["ref_logps"] = batch["ref_logps"] - torch.where(batch["label"], 5.0, -5.0)  # as if all were learned
    trainer.compute_loss(trainer.model, batch)
    assert trainer._metrics["train"]["rewards/accuracies"] == [1.0]
    batch["ref_logps"] = batch["ref_logps"] - torch.where(batch["label"], -10.0, 0.0)  # good ones lost, bad ones kept
    trainer.compute_loss(trainer.model, batch)
    assert trainer._metrics["train"]["rewards/accuracies"][-1] == 0.5


def test_pairs_of_a_similar_length_share_a_batch(workspace: Workspace, tiny_model: Path) -> None:
    prepared = prepare_pairs(load_tokenizer(tiny_model), pairs(16), max_length=512)
    trainer: PairTrainer = built(workspace, tiny_model, None, prepared)
    order = list(trainer._get_train_sampler())
    spreads = [
        max(prepared.lengths[index] for index in order[start : start + 4])
        - min(prepared.lengths[index] for index in order[start : start + 4])
        for start in range(0, 16, 4)
    ]
    assert sum(spreads) < (max(prepared.lengths) - min(prepared.lengths)) * 2
