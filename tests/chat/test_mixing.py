"""One adapter on some rows of a batch: each row is what it would be alone, whatever kind of adapter it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model

from studio.chat.loading import Device, four_bit_config, load_base
from studio.chat.mixing import adapter_for_rows

CPU = Device("cpu", torch.float32)


def tuned(folder: Path, options: dict[str, bool], *, four_bit: bool) -> PeftModel:
    base = load_base(folder, CPU, quantization=four_bit_config(torch.float32) if four_bit else None)
    torch.manual_seed(1)
    config = LoraConfig(
        r=4, lora_alpha=64, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM", **options
    )
    model = get_peft_model(base, config).eval()
    for name, weights in model.named_parameters():
        if "lora_magnitude_vector" in name:
            torch.nn.init.uniform_(weights, 0.5, 2.0)  # DoRA's own part; a fresh one changes nothing
    return model.train(four_bit)  # in eval mode bitsandbytes packs 4 bit weights for a CPU, which needs rows of a block of 64


@pytest.mark.parametrize("four_bit", [False, True])
@pytest.mark.parametrize("options", [{}, {"use_dora": True}, {"lora_bias": True}, {"use_rslora": True}], ids=str)
def test_each_row_is_what_it_would_be_alone(tiny_model: Path, options: dict[str, bool], four_bit: bool) -> None:
    model = tuned(tiny_model, options, four_bit=four_bit)
    ids = (torch.arange(36).reshape(3, 12) * 7) % 1000 + 20
    with torch.inference_mode():
        adapted = model(input_ids=ids).logits
        with model.disable_adapter():
            plain = model(input_ids=ids).logits
        with adapter_for_rows(model, "default", [True, False, True]):
            mixed = model(input_ids=ids).logits
    assert not torch.allclose(adapted, plain, atol=0.1), "the adapter changes nothing, so the test shows nothing"
    torch.testing.assert_close(mixed[[0, 2]], adapted[[0, 2]], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(mixed[1], plain[1], atol=1e-4, rtol=1e-4)
