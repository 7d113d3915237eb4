"""Fused decoder layers compute what transformers and PEFT compute, on the same parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, Qwen2Config, Qwen2ForCausalLM

from studio.chat.loading import Device, load_base
from studio.training.learning.adapters import compute_adapters_in_input_dtype
from studio.training.learning.fused import fuse_layers, unfuse_layers

_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
_SHAPE = {"vocab_size": 200, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3, "num_attention_heads": 6}
_IDS = torch.arange(24).reshape(2, 12) * 7 + 20


def llama() -> PreTrainedModel:
    return LlamaForCausalLM(LlamaConfig(**_SHAPE, num_key_value_heads=2, attn_implementation="eager"))


def qwen() -> PreTrainedModel:
    """Its q, k and v have a bias."""
    model = Qwen2ForCausalLM(Qwen2Config(**_SHAPE, num_key_value_heads=3, attn_implementation="eager"))
    for name, weights in model.named_parameters():
        if name.endswith("bias"):
            torch.nn.init.normal_(weights, std=0.2)
    return model


def adapted(model: PreTrainedModel, **options: object) -> PeftModel:
    torch.manual_seed(5)
    settings = {"r": 4, "lora_alpha": 12, "target_modules": _LINEAR, "task_type": "CAUSAL_LM", **options}
    tuned = get_peft_model(model, LoraConfig(**settings))
    for name, weights in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)  # a fresh adapter's B is zero and would hide A's part
    return tuned


def outcome(model: PeftModel) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The logits of two rows, the second of which is padded, and the gradients of their loss."""
    mask = torch.ones_like(_IDS)
    mask[1, 9:] = 0
    result = model(input_ids=_IDS, attention_mask=mask, labels=_IDS.masked_fill(mask == 0, -100), use_cache=False)
    model.zero_grad()
    result.loss.backward()
    gradients = {name: weights.grad.clone() for name, weights in model.named_parameters() if weights.requires_grad}
    return result.logits.detach()[mask.bool()], gradients


@pytest.mark.parametrize("family", [llama, qwen])
@pytest.mark.parametrize("first_layer", [0, 1])
def test_logits_and_gradients_are_those_of_the_layers_themselves(family: type, first_layer: int) -> None:
    torch.manual_seed(3)
    model = adapted(family(), layers_to_transform=list(range(first_layer, 3)))
    expected_logits, expected = outcome(model)
    assert fuse_layers(model) == 3
    for layer in model.get_base_model().model.layers:
        layer.forward._original = None  # the layer's own forward is not what is compared
    logits, gradients = outcome(model)
    torch.testing.assert_close(logits, expected_logits, atol=1e-5, rtol=1e-5)
    assert gradients.keys() == expected.keys() and len(expected) == 2 * 7 * (3 - first_layer)
    for name, gradient in gradients.items():
        assert gradient.is_contiguous(), "the fused AdamW of a CPU reads gradients as if they were"
        torch.testing.assert_close(gradient, expected[name], atol=1e-6, rtol=1e-4)


def test_an_adapter_on_some_of_the_linear_layers_is_enough(tiny_model: Path) -> None:
    model = adapted(
        load_base(tiny_model, Device("cpu", torch.float32), attention="eager"), target_modules=["q_proj", "v_proj", "down_proj"]
    )
    expected_logits, expected = outcome(model)
    assert fuse_layers(model) == 2
    logits, gradients = outcome(model)
    torch.testing.assert_close(logits, expected_logits, atol=1e-5, rtol=1e-5)
    for name, gradient in gradients.items():
        torch.testing.assert_close(gradient, expected[name], atol=1e-6, rtol=1e-4)


def test_in_bf16_the_gradients_stay_near_those_in_fp32(tiny_model: Path) -> None:
    _, expected = outcome(adapted(load_base(tiny_model, Device("cpu", torch.float32), attention="eager")))
    model = adapted(load_base(tiny_model, Device("cpu", torch.bfloat16), attention="eager"))
    compute_adapters_in_input_dtype(model)
    fuse_layers(model)
    _, gradients = outcome(model)
    for name, gradient in gradients.items():
        assert gradient.dtype is torch.float32, "the optimizer's small steps need fp32"
        assert (gradient - expected[name]).norm() / expected[name].norm() < 0.05, name


def test_what_is_saved_keeps_its_names_and_values(tiny_model: Path) -> None:
    model = adapted(load_base(tiny_model, Device("cpu", torch.float32), attention="eager"))
    before = {name: weights.clone() for name, weights in model.state_dict().items()}
    fuse_layers(model)
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_generation_with_a_cache_goes_the_layers_own_way(tiny_model: Path) -> None:
    model = adapted(load_base(tiny_model, Device("cpu", torch.float32), attention="eager"))
    expected = model.generate(input_ids=_IDS, max_new_tokens=5, do_sample=False)
    fuse_layers(model)
    assert torch.equal(model.generate(input_ids=_IDS, max_new_tokens=5, do_sample=False), expected)


def test_layers_can_be_unfused(tiny_model: Path) -> None:
    model = adapted(load_base(tiny_model, Device("cpu", torch.float32), attention="eager"))
    expected, _ = outcome(model)
    fuse_layers(model)
    unfuse_layers(model)
    assert not any("forward" in module.__dict__ for module in model.modules())
    assert torch.equal(outcome(model)[0], expected)


def test_dropout_dora_and_biases_stay_with_peft(tiny_model: Path) -> None:
    for option in ({"lora_dropout": 0.1}, {"use_dora": True}, {"lora_bias": True}):
        model = adapted(load_base(tiny_model, Device("cpu", torch.float32), attention="eager"), **option)
        assert fuse_layers(model) == 0
