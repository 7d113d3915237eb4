"""A LoRA that computes in the number format of its input learns what PEFT's own does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model

from studio.chat.loading import Device, load_base
from studio.training.learning.adapters import InputDtypeLinear, compute_adapters_in_input_dtype


def adapted(folder: Path, dtype: torch.dtype, **options: object) -> PeftModel:
    model = load_base(folder, Device("cpu", dtype), attention="eager")
    torch.manual_seed(5)
    tuned = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM", **options))
    for name, weights in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)  # a fresh adapter's B is zero and would hide A's part
    return tuned


def loss_and_gradients(model: PeftModel) -> tuple[float, dict[str, torch.Tensor]]:
    ids = torch.arange(24).reshape(2, 12) * 7 + 20
    loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    return loss.item(), {name: weights.grad for name, weights in model.named_parameters() if weights.requires_grad}


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.bfloat16, 0.03)])
def test_loss_and_gradients_are_those_of_peft(tiny_model: Path, dtype: torch.dtype, tolerance: float) -> None:
    expected_loss, expected = loss_and_gradients(adapted(tiny_model, dtype))
    changed = adapted(tiny_model, dtype)
    compute_adapters_in_input_dtype(changed)
    loss, gradients = loss_and_gradients(changed)
    assert loss == pytest.approx(expected_loss, rel=tolerance / 3)
    for name, gradient in gradients.items():
        assert gradient.dtype is torch.float32, "the optimizer's small steps need fp32"
        distance = (gradient - expected[name]).norm() / expected[name].norm()
        assert distance < tolerance, name


def test_every_adapter_matrix_computes_so_and_is_saved_under_its_own_name(tiny_model: Path) -> None:
    model = adapted(tiny_model, torch.bfloat16)
    names = set(model.state_dict())
    compute_adapters_in_input_dtype(model)
    matrices = [module for name, module in model.named_modules() if name.endswith(("lora_A.default", "lora_B.default"))]
    assert len(matrices) == 2 * 2 * 7
    assert all(isinstance(matrix, InputDtypeLinear) and matrix.weight.dtype is torch.float32 for matrix in matrices)
    assert set(model.state_dict()) == names


def test_dora_stays_with_peft_whose_norms_need_all_digits(tiny_model: Path) -> None:
    model = adapted(tiny_model, torch.bfloat16, use_dora=True)
    compute_adapters_in_input_dtype(model)
    assert not any(isinstance(module, InputDtypeLinear) for module in model.modules())
