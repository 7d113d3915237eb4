"""What the settings ask of the hardware: number formats, attention, and how weights are quantised. Imports torch; only a worker imports this."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

import torch
from transformers import BitsAndBytesConfig

from studio.chat.loading import Device, four_bit_config
from studio.errors import BadInput
from studio.training.running.processes import check_strategy
from studio.training.settings.common import NumberFormat
from studio.training.settings.spec import TrainSpec

_FORMATS = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


def training_device(spec: TrainSpec, device: Device) -> Device:
    """The device with the number format of the training.

    Raises:
        BadInput: the device can't do what the settings ask for; the sentence says which setting to change, and into what.
    """
    if spec.attention == "flash_attention_2":
        _check_flash_attention(device)
    check_strategy(spec, on_gpu=device.on_gpu)
    return replace(device, dtype=_dtype("dtype", spec.dtype, device))


def quantization_config(spec: TrainSpec, device: Device) -> BitsAndBytesConfig | None:
    """How bitsandbytes loads the base weights; None where they keep their format.

    Raises:
        BadInput: the device can't compute in the format that the settings ask for.
    """
    if not spec.load_in_4bit:
        return None
    return four_bit_config(
        _dtype("bnb_4bit_compute_dtype", spec.bnb_4bit_compute_dtype, device),
        quant_type=spec.bnb_4bit_quant_type,
        double_quant=spec.bnb_4bit_use_double_quant,
    )


def _dtype(setting: str, wanted: NumberFormat, device: Device) -> torch.dtype:
    if wanted == "bfloat16" and not device.computes_bf16:
        capability = ".".join(map(str, device.capability or ()))
        raise BadInput(
            f"{setting} = bfloat16 can't be used here: this GPU has compute capability {capability}, and bf16 begins with 8.0. "
            "Take auto or float16."
        )
    if wanted == "float16" and not device.on_gpu:
        raise BadInput(f"{setting} = float16 can't be used here: a CPU trains in bf16 or fp32. Take auto.")
    return _FORMATS.get(wanted, device.dtype)


def _check_flash_attention(device: Device) -> None:
    if not device.on_gpu or not device.computes_bf16:
        raise BadInput(
            "attention = flash_attention_2 can't be used here: it needs a GPU of compute capability 8.0 or newer. Take sdpa."
        )
    if find_spec("flash_attn") is None:
        raise BadInput(
            "attention = flash_attention_2 can't be used here: the package flash-attn is not installed. Install it, or take sdpa."
        )
