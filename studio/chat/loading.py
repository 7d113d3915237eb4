"""Weights into memory, for answering and for training alike. Imports torch; only a worker or an engine imports this."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, PreTrainedModel, PreTrainedTokenizerBase

from studio.errors import EngineError

_BF16_CAPABILITY = (8, 0)  # Ampere; earlier GPUs emulate bf16 slowly, whatever `is_bf16_supported()` says


@dataclass(frozen=True)
class Device:
    """Where a model runs and the number format of its weights there."""

    type: str
    dtype: torch.dtype

    @property
    def on_gpu(self) -> bool:
        """Whether it is a CUDA device."""
        return self.type == "cuda"


def pick_device() -> Device:
    """The first GPU, or the CPU; with bf16 where the hardware computes in it, else fp16 on a GPU and fp32 on a CPU.

    A CPU is taken to compute in bf16 when it has AMX tiles. Without them fp32 is faster, whatever else it has: on two cores,
    43 GFLOPS in bf16 against 276 in fp32 with AVX-512 alone, 158 against 281 with AVX512-BF16 (1024 x 576 by 576 x 1536).
    """
    if torch.cuda.is_available():
        return Device("cuda", dtype_for_capability(torch.cuda.get_device_capability()))
    return Device("cpu", torch.bfloat16 if cpu_computes_bf16() else torch.float32)


def cpu_computes_bf16() -> bool:
    """Whether this CPU multiplies bf16 matrices in AMX tiles."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


def dtype_for_capability(capability: tuple[int, int]) -> torch.dtype:
    """bf16 from compute capability 8.0, fp16 below (a T4 is 7.5)."""
    return torch.bfloat16 if capability >= _BF16_CAPABILITY else torch.float16


def four_bit_config(compute_dtype: torch.dtype) -> BitsAndBytesConfig:
    """NF4 with double quantisation (QLoRA, arXiv 2305.14314)."""
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=compute_dtype,
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer, padding on the left as generation needs it."""
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    if tokenizer.chat_template is None:
        raise EngineError(
            f"The model in {folder.name} has no chat template, so it can't hold a conversation. Take an instruct model."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_base(
    folder: Path, device: Device, *, four_bit: bool = False, attention: str | None = None, dtype: torch.dtype | None = None
) -> PreTrainedModel:
    """The base model's weights from safetensors.

    Args:
        folder: where `prepare_model` put them.
        device: where they go.
        four_bit: quantise to NF4 on the way.
        attention: "sdpa", "eager" or "flash_attention_2"; None leaves it to transformers.
        dtype: another number format than the device's own.

    Raises:
        EngineError: the files are missing or not usable.
    """
    options: dict[str, Any] = {"dtype": dtype or device.dtype, "use_safetensors": True}
    if attention:
        options["attn_implementation"] = attention
    if four_bit:
        options["quantization_config"] = four_bit_config(dtype or device.dtype)
    if device.on_gpu:
        options["device_map"] = {"": 0}
    try:
        return AutoModelForCausalLM.from_pretrained(folder, **options)
    except (OSError, ValueError) as error:
        raise EngineError(f"The model in {folder.name} could not be loaded: {error}") from error
