"""How a LoRA computes while it is trained: weights in fp32, products in the number format of what flows through the layer.

PEFT keeps adapters in fp32 over a bf16 base, as the optimizer's small steps need it, and without autocast casts every layer's input to
fp32 and its result back. The adapter's weights are some hundred times fewer numbers than the input: cast them instead.
"""

from __future__ import annotations

import torch
from peft.tuners.lora import LoraLayer
from torch.nn.functional import linear


class InputDtypeLinear(torch.nn.Linear):
    """A linear layer that computes in its input's number format. Its weights keep their own, and so do their gradients."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """`input` of shape (..., in_features) to (..., out_features)."""
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return linear(input, self.weight.to(input.dtype), bias)


def compute_adapters_in_input_dtype(model: torch.nn.Module) -> None:
    """Let every LoRA layer of the model compute so, in place. Weights, names and what is saved stay as they are.

    Not those with DoRA: it compares norms of whole weights, which the fewer digits of bf16 would blur.
    """
    for layer in model.modules():
        if not isinstance(layer, LoraLayer) or any(layer.use_dora.values()):
            continue
        layer.cast_input_dtype_enabled = False
        for matrix in (*layer.lora_A.values(), *layer.lora_B.values()):
            if type(matrix) is torch.nn.Linear:
                matrix.__class__ = InputDtypeLinear
