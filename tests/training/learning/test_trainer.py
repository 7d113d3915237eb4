"""The trainer computes less and learns the same: losses and gradients equal those of stock TRL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import set_seed
from trl import SFTConfig, SFTTrainer

from studio.chat.loading import Device, load_base
from studio.chat.tokenizer import load_tokenizer
from studio.training.learning.rows import tokenize
from studio.training.learning.trainer import SupportTrainer
from tests.support import make_rows

CPU = Device("cpu", torch.float32)


def trainer_of(kind: type[SFTTrainer], model_folder: Path, output: Path, **options: Any) -> SFTTrainer:
    set_seed(3)
    tokenizer = load_tokenizer(model_folder)
    columns = tokenize(tokenizer, make_rows(), max_length=128).columns()
    args = SFTConfig(
        output_dir=str(output),
        per_device_train_batch_size=4,
        gradient_accumulation_steps=2,
        learning_rate=1e-2,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        bf16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=3,
        **options,
    )
    return kind(
        model=load_base(model_folder, CPU, attention="eager"),
        args=args,
        train_dataset=Dataset.from_dict(columns),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"),
    )


def losses(trainer: SFTTrainer) -> list[float]:
    trainer.train()
    return [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]


def test_the_losses_of_a_training_equal_those_of_stock_trl(tiny_model: Path, tmp_path: Path) -> None:
    stock = losses(trainer_of(SFTTrainer, tiny_model, tmp_path / "stock", num_train_epochs=3))
    ours = losses(trainer_of(SupportTrainer, tiny_model, tmp_path / "ours", num_train_epochs=3))
    assert len(ours) == 6
    assert ours == pytest.approx(stock, abs=1e-4)
    assert ours[-1] < ours[0], "nothing was learned"


def test_the_gradients_of_a_batch_equal_those_of_the_full_logits(tiny_model: Path, tmp_path: Path) -> None:
    trainer = trainer_of(SupportTrainer, tiny_model, tmp_path, num_train_epochs=1)
    batch = next(iter(trainer.get_train_dataloader()))
    adapters = [(name, weight) for name, weight in trainer.model.named_parameters() if weight.requires_grad]
    for _, weight in adapters:
        torch.nn.init.normal_(weight, std=0.05)  # LoRA's B starts at zero, where half of all gradients vanish
    trainer.model.eval()
    trainer.compute_loss(trainer.model, dict(batch)).backward()
    ours = {name: weight.grad.clone() for name, weight in adapters}
    trainer.model.zero_grad()
    SFTTrainer.compute_loss(trainer, trainer.model, dict(batch)).backward()
    for name, weight in adapters:
        torch.testing.assert_close(ours[name], weight.grad, atol=1e-5, rtol=1e-3, msg=name)


def test_a_batch_with_padding_and_one_without_give_the_same_loss(tiny_model: Path, tmp_path: Path) -> None:
    trainer = trainer_of(SupportTrainer, tiny_model, tmp_path, num_train_epochs=1)
    rows = [trainer.train_dataset[index] for index in (0, 3)]
    collate = trainer.data_collator
    together = trainer.compute_loss(trainer.model, dict(collate(rows)), num_items_in_batch=1)
    alone = sum(trainer.compute_loss(trainer.model, dict(collate([row])), num_items_in_batch=1) for row in rows)
    torch.testing.assert_close(together, alone, atol=1e-3, rtol=1e-4)
