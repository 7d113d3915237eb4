"""Settings become the exact objects of TRL, PEFT and bitsandbytes, for the hardware that is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig
from transformers import PreTrainedModel, Qwen2Config, Qwen2ForCausalLM
from transformers.optimization import get_scheduler

from studio.chat.loading import Device, gpu_of
from studio.errors import BadInput
from studio.training.running.hardware import quantization_config, training_device
from studio.training.settings.presets import PRESETS, find_preset
from studio.training.settings.spec import SETTABLE, TrainSpec, parse_spec
from studio.training.sft import lora_config, sft_config

CPU = Device("cpu", torch.float32)
T4, A100, H100 = gpu_of((7, 5)), gpu_of((8, 0)), gpu_of((9, 0))
OURS_ALONE = {
    "frozen_fraction", "max_minutes", "rows_per_answer", "spliced_copies", "whole_answer_rows", "opening_tokens", "hold_out_phrasings",
    "max_length", "load_in_4bit", "dtype", "attention", "processes", "hosts", "strategy", "least_rows_per_answer", "known_below",
    "validation_items", "keep_best", "early_stopping_patience",
}  # fmt: skip
"""Settings that reach the rows, the loading of the weights or the pace, not TRL's, PEFT's or bitsandbytes' objects under a name of theirs."""


@pytest.fixture(autouse=True)
def a_machine_with_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """transformers asks this machine whether it has a GPU that computes bf16; the tests stand for machines that have one."""
    monkeypatch.setattr("transformers.training_args.is_torch_bf16_gpu_available", lambda: True)


@pytest.fixture
def qwen() -> PreTrainedModel:
    """A small model of the family that the GPU presets train."""
    shape = {"vocab_size": 64, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    return Qwen2ForCausalLM(Qwen2Config(**shape, num_attention_heads=4, num_key_value_heads=2))


def spec(**settings: Any) -> TrainSpec:
    return parse_spec({"dataset": "rows", **settings})


@pytest.mark.parametrize(
    ("gpu", "dtype"), [(T4, torch.float16), (A100, torch.bfloat16), (H100, torch.bfloat16)], ids=["7.5", "8.0", "9.0"]
)
def test_the_t4_preset_builds_its_objects_for_each_compute_capability(
    gpu: Device, dtype: torch.dtype, qwen: PreTrainedModel, tmp_path: Path
) -> None:
    wanted = spec(**find_preset("t4-quarter-hour").settings)
    assert (wanted.model, wanted.max_minutes) == ("qwen2-7b-instruct", 15.0)
    device = training_device(wanted, gpu)
    assert (device.type, device.dtype) == ("cuda", dtype)

    quantization = quantization_config(wanted, device)
    assert quantization is not None and quantization.load_in_4bit and not quantization.load_in_8bit
    assert (quantization.bnb_4bit_quant_type, quantization.bnb_4bit_use_double_quant) == ("nf4", True)
    assert quantization.bnb_4bit_compute_dtype is dtype

    arguments = sft_config(wanted, device, tmp_path)
    assert (arguments.fp16, arguments.bf16) == (dtype is torch.float16, dtype is torch.bfloat16)
    assert not arguments.use_cpu and arguments.gradient_checkpointing
    assert (arguments.lr_scheduler_type.value, arguments.learning_rate) == ("cosine", 5e-5)
    assert (arguments.per_device_train_batch_size, arguments.gradient_accumulation_steps) == (2, 4)
    assert arguments.optim.value == "adamw_torch" and arguments.report_to == [] and not arguments.packing

    lora = lora_config(wanted, qwen)
    assert isinstance(lora, LoraConfig) and lora.task_type == "CAUSAL_LM"
    assert (lora.r, lora.lora_alpha, lora.lora_dropout, lora.target_modules) == (16, 32, 0.0, "all-linear")
    assert (lora.bias, lora.use_dora, lora.use_rslora, lora.init_lora_weights) == ("none", False, False, True)
    assert wanted.attention == "sdpa"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_no_preset_ever_asks_a_t4_for_bf16(preset: Any, tmp_path: Path) -> None:
    wanted = spec(**preset.settings)
    device = training_device(wanted, T4)
    assert device.dtype is torch.float16
    assert not sft_config(wanted, device, tmp_path).bf16


@pytest.mark.parametrize(
    ("settings", "device", "words"),
    [
        ({"dtype": "bfloat16"}, T4, "dtype = bfloat16 can't be used here: this GPU has compute capability 7.5"),
        ({"dtype": "float16"}, CPU, "Take auto"),
        ({"attention": "flash_attention_2"}, T4, "Take sdpa"),
        ({"attention": "flash_attention_2"}, CPU, "Take sdpa"),
        ({"attention": "flash_attention_2"}, A100, "flash-attn is not installed"),
    ],
)
def test_what_the_hardware_can_not_do_is_one_sentence_with_the_remedy(
    settings: dict[str, Any], device: Device, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        training_device(spec(**settings), device)
    assert "\n" not in caught.value.message


def test_a_compute_format_that_a_t4_has_not_is_refused_too() -> None:
    with pytest.raises(BadInput, match="bnb_4bit_compute_dtype = bfloat16"):
        quantization_config(spec(load_in_4bit=True, bnb_4bit_compute_dtype="bfloat16"), T4)


def test_a_number_format_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    assert training_device(spec(dtype="float16"), H100).dtype is torch.float16
    device = training_device(spec(dtype="float32"), T4)
    arguments = sft_config(spec(dtype="float32"), device, tmp_path)
    assert (arguments.fp16, arguments.bf16) == (False, False)
    quantization = quantization_config(spec(load_in_4bit=True, bnb_4bit_compute_dtype="float32"), T4)
    assert quantization is not None and quantization.bnb_4bit_compute_dtype is torch.float32


CHANGED: dict[str, Any] = {
    "bnb_4bit_quant_type": "fp4", "bnb_4bit_use_double_quant": False, "bnb_4bit_compute_dtype": "float32",
    "lora_rank": 8, "lora_alpha": 24, "lora_dropout": 0.1, "target_modules": "q_proj, v_proj", "init_lora_weights": "gaussian",
    "use_rslora": True, "use_dora": True,
    "learning_rate": 3e-4, "lr_scheduler_type": "inverse_sqrt", "warmup_fraction": 0.2, "num_train_epochs": 2.5, "max_steps": 7,
    "per_device_train_batch_size": 3, "gradient_accumulation_steps": 5, "group_by_length": False, "optim": "paged_adamw_8bit",
    "adam_beta1": 0.8, "adam_beta2": 0.95, "adam_epsilon": 1e-6, "weight_decay": 0.01, "max_grad_norm": 0.5,
    "neftune_noise_alpha": 5.0, "gradient_checkpointing": True, "seed": 7, "logging_steps": 4, "save_steps": 9, "save_total_limit": 3, "report_to": "tensorboard",
}  # fmt: skip
"""Another value than the default for all that goes to TRL, PEFT and bitsandbytes; `min_lr_ratio` and `lora_bias` go with other ones."""


def test_every_setting_reaches_its_object(qwen: PreTrainedModel, tmp_path: Path) -> None:
    assert CHANGED.keys() | OURS_ALONE | {"min_lr_ratio", "lora_bias"} >= SETTABLE, (
        "a setting has no test that it reaches anything"
    )
    wanted = spec(load_in_4bit=True, **CHANGED)
    quantization, lora, arguments = quantization_config(wanted, T4), lora_config(wanted, qwen), sft_config(wanted, T4, tmp_path)
    assert quantization is not None
    for name in ("bnb_4bit_quant_type", "bnb_4bit_use_double_quant"):
        assert getattr(quantization, name) == CHANGED[name], name
    assert quantization.bnb_4bit_compute_dtype is torch.float32
    for name in ("lora_alpha", "lora_dropout", "init_lora_weights", "use_rslora", "use_dora"):
        assert getattr(lora, name) == CHANGED[name], name
    assert (lora.r, lora.target_modules) == (8, {"q_proj", "v_proj"})
    own_names = {"warmup_fraction": "warmup_steps"}
    spelled_otherwise = {"group_by_length", "lora_rank", "target_modules", "report_to"}
    for name, value in CHANGED.items():
        if name not in spelled_otherwise and not hasattr(quantization, name) and not hasattr(lora, name):
            reached = getattr(arguments, own_names.get(name, name))
            assert getattr(reached, "value", reached) == value, name
    assert (arguments.train_sampling_strategy, arguments.report_to) == ("random", ["tensorboard"])


def test_a_cosine_can_end_above_nothing(tmp_path: Path) -> None:
    arguments = sft_config(spec(min_lr_ratio=0.1, learning_rate=1e-3), CPU, tmp_path)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
    schedule = get_scheduler(
        arguments.lr_scheduler_type, optimizer, num_warmup_steps=0, num_training_steps=10,
        scheduler_specific_kwargs=arguments.lr_scheduler_kwargs,
    )  # fmt: skip
    rates = []
    for _ in range(10):
        optimizer.step()
        schedule.step()
        rates.append(schedule.get_last_lr()[0])
    assert rates == sorted(rates, reverse=True) and rates[-1] == pytest.approx(1e-4)


def test_an_adapter_with_a_bias_has_one(qwen: PreTrainedModel) -> None:
    assert lora_config(spec(lora_bias=True), qwen).lora_bias


def test_a_layer_that_the_model_has_not_is_named_with_those_that_it_has(qwen: PreTrainedModel) -> None:
    with pytest.raises(BadInput, match=r"has no linear layer 'query'\. It has .*q_proj"):
        lora_config(spec(target_modules="q_proj,query"), qwen)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"target_modules": "q proj"}, "target_modules = 'q proj' can't be used: it should be all-linear, or names"),
        ({"target_modules": ",".join(["q_proj"] * 40)}, "names of layers"),
        ({"min_lr_ratio": 0.1, "lr_scheduler_type": "linear"}, "set lr_scheduler_type to cosine"),
        ({"lora_bias": True, "use_dora": True}, "neither use_dora"),
        ({"init_lora_weights": "orthogonal", "lora_rank": 5}, "even lora_rank"),
        ({"init_lora_weights": "orthogonal", "load_in_4bit": True}, "not in 4 bit"),
        ({"init_lora_weights": "pissa"}, "'default', 'gaussian' or 'orthogonal'"),
        ({"optim": "adam"}, "'adamw_torch'"),
        ({"adam_beta2": 1.0}, "less than 1"),
        ({"save_total_limit": 1}, "greater than or equal to 2"),
    ],
)
def test_settings_that_can_not_be_used_are_one_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        spec(**settings)
    assert "\n" not in caught.value.message and len(caught.value.message) < 400
