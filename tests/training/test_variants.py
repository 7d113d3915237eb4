"""Every kind of adapter, optimizer and number format that the settings offer trains here, and leaves the base model as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from studio.chat.loading import Device, load_base
from studio.chat.tokenizer import load_tokenizer
from studio.jobs.progress import Reporter
from studio.training.learning.fused import unfuse_layers
from studio.training.learning.rows import tokenize
from studio.training.learning.trainer import SupportTrainer
from studio.training.running.hardware import quantization_config
from studio.training.settings.spec import TrainSpec
from studio.training.sft import build_trainer
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run
from tests.support import make_rows

CPU = Device("cpu", torch.float32)
VARIANTS: tuple[dict[str, Any], ...] = (
    {"use_dora": True},
    {"use_dora": True, "load_in_4bit": True},
    {"use_rslora": True},
    {"lora_bias": True},
    {"init_lora_weights": "gaussian"},
    {"init_lora_weights": "orthogonal"},
    {"target_modules": "q_proj,v_proj"},
    {"target_modules": "q_proj,v_proj", "frozen_fraction": 0.5},
    {"lora_dropout": 0.1},
    {"neftune_noise_alpha": 5.0, "frozen_fraction": 0.5},
    {"optim": "adamw_torch_fused"},
    {"optim": "adamw_8bit"},
    {"optim": "paged_adamw_32bit"},
    {"optim": "paged_adamw_8bit"},
    {"optim": "adafactor"},
    {"group_by_length": False},
    {"lr_scheduler_type": "inverse_sqrt"},
    {"min_lr_ratio": 0.2},
    {"load_in_4bit": True, "bnb_4bit_quant_type": "fp4", "bnb_4bit_use_double_quant": False},
    {"load_in_4bit": True, "lora_bias": True},
    {"gradient_checkpointing": True},
)


def make_trainer(model: Path, workspace: Workspace, **settings: Any) -> SupportTrainer:
    values = {
        "num_train_epochs": 3,
        "per_device_train_batch_size": 4,
        "gradient_accumulation_steps": 1,
        "learning_rate": 1e-2,
        **settings,
    }
    spec = TrainSpec(dataset="rows", attention="eager", **values)
    run = create_run(workspace, spec.model_dump())
    tokenizer = load_tokenizer(model)
    return build_trainer(spec, model, CPU, tokenizer, tokenize(tokenizer, make_rows(), max_length=128), run.folder, Reporter(run))


def logits(model: Any) -> torch.Tensor:
    """As while training: in eval mode bitsandbytes packs 4 bit weights for a CPU, which rows shorter than a block of 64 are too small for."""
    with torch.no_grad():
        result: torch.Tensor = model.train()(input_ids=torch.arange(24).reshape(2, 12) * 7 + 20).logits
    return result


@pytest.mark.parametrize("settings", VARIANTS, ids=lambda settings: ",".join(f"{key}={value}" for key, value in settings.items()))
def test_it_learns_and_leaves_the_base_as_it_was(tiny_model: Path, workspace: Workspace, settings: dict[str, Any]) -> None:
    trainer = make_trainer(tiny_model, workspace, **settings)
    assert all(one.dtype is torch.float32 for one in trainer.model.parameters() if one.requires_grad)
    trainer.train()
    losses = [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
    assert len(losses) == 12 and sum(losses[-4:]) < sum(losses[:4]), "nothing was learned"
    unfuse_layers(trainer.model)
    tuned = logits(trainer.model)
    with trainer.model.disable_adapter():
        base = logits(trainer.model)
    four_bit = quantization_config(TrainSpec(dataset="rows", **settings), CPU)
    torch.testing.assert_close(base, logits(load_base(tiny_model, CPU, quantization=four_bit, attention="eager")))
    assert not torch.allclose(tuned, base, atol=1e-3), "the adapter changes nothing"


def test_noise_on_the_embeddings_is_another_in_every_step(tiny_model: Path, workspace: Workspace) -> None:
    trainer = make_trainer(tiny_model, workspace, neftune_noise_alpha=5.0, frozen_fraction=0.5)
    assert trainer.frozen is None and not trainer.share_beginnings, "what is computed once has the noise of one step for ever"
