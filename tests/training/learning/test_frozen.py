"""Layers below the first adapter are computed once a row, and nothing that is learned changes by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import get_peft_model

from studio.chat.loading import Device, load_base
from studio.chat.tokenizer import load_tokenizer
from studio.jobs.progress import Reporter
from studio.training.learning.frozen import FrozenLayers, layers_without_adapter
from studio.training.learning.rows import tokenize
from studio.training.learning.trainer import SupportTrainer, answer_loss
from studio.training.settings.spec import TrainSpec
from studio.training.sft import build_trainer, lora_config
from studio.workspace.layout import Workspace
from studio.workspace.runs import create_run
from tests.support import make_rows

CPU = Device("cpu", torch.float32)
IDS = torch.tensor([[5, 6, 7, 8, 9], [5, 6, 7, 0, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
BATCH = {"input_ids": IDS, "attention_mask": MASK, "labels": torch.where(MASK == 1, IDS, -100)}


@pytest.fixture
def causal(tiny_model: Path) -> Any:
    """Two layers, the second of which has adapters."""
    spec = TrainSpec(dataset="rows", frozen_fraction=0.5)
    base = load_base(tiny_model, CPU, attention="eager")
    model = get_peft_model(base, lora_config(spec, base))
    for name, weights in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    return model.get_base_model()


def gradients(causal: Any, frozen: FrozenLayers | None) -> tuple[float, list[torch.Tensor]]:
    causal.zero_grad()
    loss, _ = answer_loss(causal, BATCH, frozen)
    loss.backward()
    return loss.item(), [weights.grad.clone() for weights in causal.parameters() if weights.requires_grad]


def test_adapters_begin_above_the_frozen_layers(causal: Any) -> None:
    assert layers_without_adapter(causal) == 1
    names = {name for name, weights in causal.named_parameters() if weights.requires_grad}
    assert len(names) == 2 * 7 and all(".layers.1." in name for name in names)


def test_loss_and_gradients_are_the_same_the_first_time_and_again(causal: Any) -> None:
    expected_loss, expected = gradients(causal, None)
    frozen = FrozenLayers(causal.model, 1, max_bytes=1 << 20)
    for _ in range(2):
        loss, found = gradients(causal, frozen)
        assert loss == pytest.approx(expected_loss, abs=1e-5)
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4)


def test_a_row_is_computed_once_whatever_stands_beside_it(causal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = FrozenLayers(causal.model, 1, max_bytes=1 << 20)
    _, first = frozen(IDS, MASK)
    monkeypatch.setattr(frozen, "_compute", lambda *_: pytest.fail("computed again"))
    assert torch.equal(frozen(IDS, MASK)[1], first)
    assert torch.equal(frozen(IDS[1:, :3], MASK[1:, :3])[1], first[1:, :3])


def test_without_room_rows_are_computed_anew(causal: Any) -> None:
    frozen = FrozenLayers(causal.model, 1, max_bytes=0)
    assert torch.equal(frozen(IDS, MASK)[1], frozen(IDS, MASK)[1])
    assert not frozen._kept


def test_the_decoder_itself_keeps_all_its_layers(causal: Any) -> None:
    FrozenLayers(causal.model, 1, max_bytes=0)
    assert len(causal.model.layers) == 2 and not isinstance(causal.model.norm, torch.nn.Identity)


def test_a_training_with_frozen_layers_has_the_losses_of_one_without(
    tiny_model: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = losses(trained(tiny_model, workspace))
    monkeypatch.setattr(SupportTrainer, "skip_frozen_layers", lambda _: None)
    assert kept == pytest.approx(losses(trained(tiny_model, workspace)), abs=1e-4)
    assert kept[-1] < kept[0], "nothing was learned"


@pytest.mark.parametrize(("fraction", "layers"), [(0.0, None), (0.4, None), (0.5, [1]), (0.9, [1])])
def test_at_least_one_layer_learns(tiny_model: Path, fraction: float, layers: list[int] | None) -> None:
    config = lora_config(TrainSpec(dataset="rows", frozen_fraction=fraction), load_base(tiny_model, CPU))
    assert config.layers_to_transform == layers


def trained(model: Path, workspace: Workspace) -> SupportTrainer:
    spec = TrainSpec(
        dataset="rows", attention="eager", frozen_fraction=0.5, num_train_epochs=3, per_device_train_batch_size=4,
        gradient_accumulation_steps=1, learning_rate=1e-2,
    )  # fmt: skip
    run = create_run(workspace, spec.model_dump())
    tokenizer = load_tokenizer(model)
    trainer = build_trainer(
        spec, model, CPU, tokenizer, tokenize(tokenizer, make_rows(), max_length=128), run.folder, Reporter(run)
    )
    trainer.train()
    return trainer


def losses(trainer: SupportTrainer) -> list[float]:
    return [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
