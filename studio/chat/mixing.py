"""One adapter for some rows of a batch and none for the others, in one forward pass, with as little around it as possible.

PEFT's own mixed batches (`adapter_names`) serve any number of adapters, of any kind, with dropout, while training or not: at one token
a step that costs as much as the model's own layers. A battle needs one LoRA on some rows of an inference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from peft.tuners.lora import LoraLayer


@contextmanager
def adapter_for_rows(model: Any, adapter: str, wanted: Sequence[bool]) -> Iterator[None]:
    """Within the block the LoRA acts on the rows where `wanted` is true, and no adapter on the others.

    Args:
        model: a PeftModel that has the adapter, in inference mode; every pass in the block has `len(wanted)` rows.
        adapter: its name.
        wanted: for each row.
    """
    rows = _rows(wanted)
    layers = [layer for layer in model.modules() if isinstance(layer, LoraLayer) and adapter in layer.lora_A]
    for layer in layers:
        layer.forward = _forward(layer, adapter, rows)
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _forward(layer: Any, adapter: str, rows: slice | list[int]) -> Callable[..., torch.Tensor]:
    if adapter in layer.lora_variant:
        return _forward_of_variant(layer, adapter, rows)
    base, down, up, scaling = layer.base_layer, layer.lora_A[adapter], layer.lora_B[adapter], layer.scaling[adapter]

    def forward(hidden: torch.Tensor) -> torch.Tensor:
        result = base(hidden)
        change = up(down(hidden[rows].to(down.weight.dtype)))
        result[rows] += change.mul_(scaling).to(result.dtype)
        return result

    return forward


def _forward_of_variant(layer: Any, adapter: str, rows: slice | list[int]) -> Callable[..., torch.Tensor]:
    """Of an adapter that is more than two matrices, such as DoRA: PEFT knows how it computes."""
    base, variant, dtype = layer.base_layer, layer.lora_variant[adapter], layer.lora_A[adapter].weight.dtype

    def forward(hidden: torch.Tensor) -> torch.Tensor:
        result = base(hidden)
        changed = variant.forward(layer, active_adapter=adapter, x=hidden[rows].to(dtype), result=result[rows])
        result[rows] = changed.to(result.dtype)
        return result

    return forward


def _rows(wanted: Sequence[bool]) -> slice | list[int]:
    """The wanted rows, as a slice where they stand together: a view costs nothing."""
    indices = [index for index, want in enumerate(wanted) if want]
    first, last = indices[0], indices[-1]
    return slice(first, last + 1) if last - first + 1 == len(indices) else indices
