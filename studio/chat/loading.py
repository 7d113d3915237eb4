"""Weights into memory, for answering and for training alike. Imports torch; only a worker or an engine imports this."""

from __future__ import annotations

import functools
import timeit
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, PreTrainedModel

from studio.errors import EngineError

_BF16_CAPABILITY = (8, 0)  # Ampere; earlier GPUs emulate bf16 slowly, whatever `is_bf16_supported()` says
_CLEARLY_FASTER = 1.5
_TURNS = 24


@dataclass(frozen=True)
class Device:
    """Where a model runs and the number format of its weights there; `capability` is a GPU's CUDA compute capability, None where it has none."""

    type: str
    dtype: torch.dtype
    capability: tuple[int, int] | None = None

    @property
    def on_gpu(self) -> bool:
        """Whether it is a CUDA device."""
        return self.type == "cuda"

    @property
    def computes_bf16(self) -> bool:
        """Whether bf16 can be used: on a GPU from Ampere on; a CPU computes it too, if not always fast."""
        return self.capability is None or self.capability >= _BF16_CAPABILITY


def gpu_of(capability: tuple[int, int]) -> Device:
    """A GPU of that compute capability."""
    return Device("cuda", dtype_for_capability(capability), capability)


def pick_device() -> Device:
    """The GPU that is this process's, the first one as a rule, or the CPU; with bf16 where the hardware computes in it, else fp16 on a GPU and fp32 on a CPU."""
    if torch.cuda.is_available():
        return gpu_of(torch.cuda.get_device_capability())
    return Device("cpu", torch.bfloat16 if cpu_computes_bf16() else torch.float32)


@functools.cache
def cpu_computes_bf16() -> bool:
    """Whether this CPU multiplies bf16 matrices clearly faster than fp32 ones, found by multiplying some (a few hundredths of a second).

    Its flags don't say. On two cores with the same AVX512-BF16, bf16 and fp32 came to 158 and 281 GFLOPS on one (Xeon), and to 1,008 and
    216 on another (EPYC, family 26); with AVX-512 alone to 43 and 276 (1024 x 576 by 576 x 1536). So far apart that noise does not flip it.
    """
    seconds = _multiply_seconds((torch.bfloat16, torch.float32))
    return seconds[torch.bfloat16] * _CLEARLY_FASTER < seconds[torch.float32]


def _multiply_seconds(dtypes: Sequence[torch.dtype]) -> dict[torch.dtype, float]:
    """The best time of many for one matrix product of the size that the embedded model's layers have.

    The formats take turns: what else the machine does for a while slows both.
    """
    operands = {dtype: (torch.ones(512, 576, dtype=dtype), torch.ones(1536, 576, dtype=dtype)) for dtype in dtypes}
    turns = [
        {dtype: timeit.timeit(lambda: torch.nn.functional.linear(*operands[dtype]), number=1) for dtype in dtypes}  # noqa: B023
        for _ in range(_TURNS)
    ]
    return {dtype: min(turn[dtype] for turn in turns) for dtype in dtypes}


def dtype_for_capability(capability: tuple[int, int]) -> torch.dtype:
    """bf16 from compute capability 8.0, fp16 below (a T4 is 7.5)."""
    return torch.bfloat16 if capability >= _BF16_CAPABILITY else torch.float16


def four_bit_config(compute_dtype: torch.dtype, *, quant_type: str = "nf4", double_quant: bool = True) -> BitsAndBytesConfig:
    """4 bit weights; by default NF4 with double quantisation (QLoRA, arXiv 2305.14314)."""
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=quant_type,
        bnb_4bit_use_double_quant=double_quant,
        bnb_4bit_compute_dtype=compute_dtype,
    )


def load_base(
    folder: Path,
    device: Device,
    *,
    four_bit: bool = False,
    quantization: BitsAndBytesConfig | None = None,
    attention: str | None = None,
    dtype: torch.dtype | None = None,
) -> PreTrainedModel:
    """The base model's weights from safetensors.

    Args:
        folder: where `prepare_model` put them.
        device: where they go.
        four_bit: quantise to NF4 on the way.
        quantization: quantise like this on the way.
        attention: "sdpa", "eager" or "flash_attention_2"; None leaves it to transformers.
        dtype: another number format than the device's own.

    Raises:
        EngineError: the files are missing or not usable.
    """
    options: dict[str, Any] = {"dtype": dtype or device.dtype, "use_safetensors": True}
    if attention:
        options["attn_implementation"] = attention
    if four_bit or quantization:
        options["quantization_config"] = quantization or four_bit_config(dtype or device.dtype)
    if device.on_gpu:
        options["device_map"] = {"": torch.cuda.current_device()}
    try:
        return AutoModelForCausalLM.from_pretrained(folder, **options)
    except (OSError, ValueError) as error:
        raise EngineError(f"The model in {folder.name} could not be loaded: {error}") from error
