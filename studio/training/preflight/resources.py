"""Whether memory and disk are enough: for the model itself, which is certain, and for the estimated peak of the training, which may be off."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.chat.catalog import CatalogModel
from studio.training.preflight.findings import Finding, error, warning
from studio.training.running.tracking import missing_package
from studio.training.settings.spec import TrainSpec

MEMORY = "memory"
PEAK = "peak_memory"
DISK = "disk"
TRACKER = "tracker"

_ESTIMATE_ERROR = 1.25  # what an estimate of the peak may be off by (docs/train.md)
_NF4_BITS = 4.127  # of a weight: 4, and the scaling factors, themselves quantised (QLoRA, arXiv 2305.14314, section 3)
_LEAST_BYTES = 2  # of a weight that is not quantised: bf16 or fp16
_PART_IN_LAYERS = 0.85  # of a model's weights, about: only those are quantised
_ADAPTER_BYTES = 4  # a checkpoint holds the adapter in fp32,
_MOMENTS = 2  # and AdamW's two moments, as large each
_KEPT = 3  # checkpoints at once: the two newest, and the one that is being written
_SPARE = 1 << 30  # bytes that a disk should have left
_DOWNLOAD_BYTES = 2  # a weight on the Hub


def check_memory(needed: int, *, memory: int, free: int, where: str, remedy: str) -> list[Finding]:
    """Whether `needed` bytes are there, and free. All sizes are in bytes.

    Args:
        needed: the least that the training takes.
        memory: what there is.
        free: what of it is free now.
        where: whose memory it is, as "this machine".
        remedy: what to change where it is not enough.
    """
    takes = f"The training takes {_size(needed)} of memory or more"
    if needed > memory:
        return [error(MEMORY, f"{takes}, and {where} has {_size(memory)}. {remedy}")]
    if needed > free:
        return [
            warning(
                MEMORY,
                f"{takes}, and of the {_size(memory)} of {where} only {_size(free)} are free now. End what else needs memory. {remedy}",
            )
        ]
    return []


def least_memory(spec: TrainSpec, model: CatalogModel) -> int:
    """Bytes of the base model's weights: no training takes less."""
    weights = model.parameters * 1_000_000
    if not spec.load_in_4bit:
        return weights * _LEAST_BYTES
    return int(weights * (_PART_IN_LAYERS * _NF4_BITS / 8 + (1 - _PART_IN_LAYERS) * _LEAST_BYTES))


def check_peak(needed: float, *, there: float, free: float, remedy: str) -> list[Finding]:
    """Whether the estimated peak fits, in bytes: into what is there even if the estimate is a quarter too high, and into what is free now."""
    about = f"At its peak the training takes about {_size(needed)} of memory"
    if needed > _ESTIMATE_ERROR * there:
        return [error(PEAK, f"{about}, and there are {_size(there)}. {remedy}")]
    if needed > free:
        return [warning(PEAK, f"{about}, and {_size(free)} of {_size(there)} are free now. {remedy}")]
    return []


def advice_words(changes: Mapping[str, Any] | None) -> str:
    """What to change so that it fits; None where no change of settings is enough."""
    if changes is None:
        return "Take a smaller base model."
    return f"It fits with {', '.join(f'{name} {str(value).lower()}' for name, value in changes.items())}."


def check_tracker(spec: TrainSpec) -> list[Finding]:
    """Whether the package that takes the numbers is installed here."""
    if package := missing_package(spec.report_to):
        remedy = f"Install it on the machine that trains (pip install {package}), or set report_to to none."
        return [error(TRACKER, f"report_to {spec.report_to} needs the package {package}, which is not installed. {remedy}")]
    return []


def check_disk(needed: int, free: int) -> list[Finding]:
    """Whether `needed` of the `free` bytes of the workspace's disk are there, and some to spare."""
    takes = f"The training writes about {_size(needed)} (checkpoints, adapter, and the model where it is not here yet), and the disk has {_size(free)} free"
    if needed > free:
        return [error(DISK, f"{takes}. Free some space, or point STUDIO_HOME at a larger disk.")]
    if needed + _SPARE > free:
        return [warning(DISK, f"{takes}: little is left for anything else. Free some space.")]
    return []


def needed_disk(spec: TrainSpec, model: CatalogModel, folder: Path) -> int:
    """Bytes that the training writes at most at one time; `folder` is the model's, which may not be there yet."""
    if not folder.exists():
        return model.parameters * 1_000_000 * _DOWNLOAD_BYTES
    adapter = adapter_parameters(folder, spec.lora_rank) * _ADAPTER_BYTES
    tokenizer = sum(file.stat().st_size for file in folder.iterdir() if file.suffix != ".safetensors")  # is in every checkpoint
    return int(adapter * (1 + _KEPT * (1 + _MOMENTS)) + _KEPT * tokenizer)


def adapter_parameters(folder: Path, rank: int) -> int:
    """Of a LoRA on all linear layers: rank times (in + out) of each (arXiv 2106.09685). The shapes are read from the weights' headers."""
    shapes = (
        about["shape"]
        for file in folder.glob("*.safetensors")
        for name, about in read_header(file).items()
        if ".layers." in name and name.endswith(".weight")
    )
    return sum(rank * sum(shape) for shape in shapes if len(shape) == 2)


def read_header(file: Path) -> dict[str, Any]:
    """The tensors of a safetensors file by name, each with its shape and dtype: 8 bytes of length, then JSON (https://hf.co/docs/safetensors)."""
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header: dict[str, Any] = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    return header


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
