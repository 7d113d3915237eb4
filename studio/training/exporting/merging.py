"""An adapter added into the base model's weights, file by file, so that a model of any size needs the memory of one file.

What PEFT's `merge_and_unload` computes, W + alpha / r * B A, is computed in fp32 and rounded once, to the base weights' own number format.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from studio.errors import BadInput
from studio.training.exporting.headers import tensors_of
from studio.training.exporting.lora import WEIGHTS_FILE, Lora

_INDEX = "model.safetensors.index.json"
_NAMES = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F64": "float64"}

Progress = Callable[[int, int], None]
"""Called with bytes done and in all; what it raises ends the merge."""


def merge(base: Path, lora: Lora, target: Path, *, progress: Progress) -> None:
    """Write the base's weights with the adapter in them into `target`, in files of the same names.

    Raises:
        BadInput: the adapter changes a weight that the base does not have in that shape.
    """
    known = tensors_of(base)
    if misfit := lora.misfit(known):
        raise BadInput(
            f"The adapter changes {misfit}, which its base model does not have in that shape. It was made for another one."
        )
    files = sorted(base.glob("*.safetensors"))
    total, done = sum(file.stat().st_size for file in files), 0
    with safe_open(lora.folder / WEIGHTS_FILE, framework="pt") as matrices:
        for file in files:
            progress(done, total)
            weights = {}
            with safe_open(file, framework="pt") as stored:
                for name in stored.keys():  # noqa: SIM118 (a `safe_open` is no mapping)
                    weight = stored.get_tensor(name)
                    weights[name] = _merged(weight, lora, matrices, name) if name in lora.layers else weight
                    progress(done + sum(part.nbytes for part in weights.values()), total)
                save_file(weights, target / file.name, metadata={"format": "pt"})
            done += file.stat().st_size
    if (base / _INDEX).exists():
        shutil.copyfile(base / _INDEX, target / _INDEX)
    progress(total, total)


def number_format(folder: Path) -> str:
    """The number format that most of a model's weights are in, as torch names it."""
    counted = Counter(tensor.dtype for tensor in tensors_of(folder).values())
    ((name, _),) = counted.most_common(1)
    return _NAMES.get(name, name.lower())


def _merged(weight: torch.Tensor, lora: Lora, matrices: Any, name: str) -> torch.Tensor:
    down, up = (matrices.get_tensor(matrix).float() for matrix in lora.matrices(name))
    return (weight.float() + (up @ down) * lora.scaling).to(weight.dtype)
