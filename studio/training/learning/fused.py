"""The decoder layers of the Llama and Qwen2 family with fewer, larger operations, for training adapters on a CPU.

At the lengths of support rows a step is thousands of small operations, and half of its time lies between the large products. Here q, k and v
are one product, gate and up another, each with its adapters beside it; normalisation, rotation and the gate are one operation each, with
their gradients written out. It computes what transformers and PEFT compute (`tests/training/learning/test_fused.py` compares logits and gradients) on the same
parameters: nothing is copied, renamed or saved differently. What Liger does for a GPU (Hsu et al. 2024, arXiv 2410.10989).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from peft.tuners.lora import LoraLayer
from torch import Tensor
from torch.autograd import Function
from torch.nn.functional import linear, softmax

from studio.training.learning.beginnings import Layout

_FAMILIES = {"LlamaDecoderLayer", "Qwen2DecoderLayer", "MistralDecoderLayer"}


def fuse_layers(model: torch.nn.Module) -> int:
    """Let the model's decoder layers compute so, in place; returns how many do. Those that can't (other family, 4 bit, dropout) stay as they are."""
    fused = 0
    for layer in list(model.modules()):
        if type(layer).__name__ in _FAMILIES and _can_be_fused(layer):
            layer.forward = FusedLayer(layer)
            fused += 1
    return fused


def unfuse_layers(model: torch.nn.Module) -> None:
    """Let every layer compute as its class says again."""
    for layer in model.modules():
        if isinstance(layer.__dict__.get("forward"), FusedLayer):
            del layer.forward


class FusedLayer:
    """The forward of one decoder layer, on the layer's own parameters."""

    def __init__(self, layer: Any) -> None:
        attention, mlp = layer.self_attn, layer.mlp
        self._original = layer.forward
        self._layer = layer
        self._head = attention.head_dim
        self._key_heads = attention.k_proj.out_features // self._head
        self._scaling = attention.scaling
        self._qkv = FusedLinear([attention.q_proj, attention.k_proj, attention.v_proj])
        self._output = FusedLinear([attention.o_proj])
        self._gate_up = FusedLinear([mlp.gate_proj, mlp.up_proj])
        self._down = FusedLinear([mlp.down_proj])

    def __call__(
        self,
        hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Any = None,
        use_cache: bool | None = False,
        position_embeddings: tuple[Tensor, Tensor] | None = None,
        layout: Layout | None = None,
        **kwargs: Any,
    ) -> Tensor:
        """As the layer's own forward; with a cache, or a mask that is not additive, it is the layer's own.

        With a layout, the batch lies in one line behind the beginning that its rows share, and mask and position embeddings are those of one row.
        """
        if (
            past_key_values is not None
            or attention_mask is None
            or attention_mask.dtype == torch.bool
            or position_embeddings is None
        ):
            return self._original(
                hidden_states, attention_mask, position_ids, past_key_values, use_cache, position_embeddings=position_embeddings, **kwargs
            )  # fmt: skip
        layer = self._layer
        qkv = self._qkv(_norm(hidden_states, layer.input_layernorm))
        attend = self._attend if layout is None else partial(self._attend_sharing, layout)
        hidden_states = hidden_states + self._output(attend(qkv, attention_mask, *position_embeddings))
        normed = _norm(hidden_states, layer.post_attention_layernorm)
        return hidden_states + self._down(GatedSilu.apply(self._gate_up(normed)))

    def _attend(self, qkv: Tensor, mask: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """(batch, length, (query heads + 2 x key heads) x head) to (batch, length, query heads x head); the mask is additive, (batch, 1, length, length)."""
        return self._mix(*self._turned(qkv, cos, sin), mask)

    def _attend_sharing(self, layout: Layout, qkv: Tensor, mask: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """The same for rows that lie in one line behind the beginning they share: each looks at the beginning and at itself."""
        shared, rows = layout.shared, layout.rows
        q, k, v = self._turned(qkv[:, :shared], cos[:, :shared], sin[:, :shared])
        beginning = self._mix(q, k, v, mask[..., :shared, :shared])
        own_q, own_k, own_v = self._turned(qkv[0, shared:].unflatten(0, (rows, -1)), cos[:, shared:], sin[:, shared:])
        keys, values = (
            torch.cat([one.expand(rows, -1, -1, -1), own], dim=2) for one, own in ((k, own_k), (v, own_v))
        )  # fmt: skip
        mixed = self._mix(own_q, keys, values, mask[..., shared:, :])
        return torch.cat([beginning, mixed.flatten(0, 1)[None]], dim=1)

    def _turned(self, qkv: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = Rotated.apply(qkv, cos, sin, self._head, self._key_heads)
        return q, k, v

    def _mix(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        """Queries that share a key head stand below each other: keys and values need no copy for each.

        Args:
            q: (batch, query heads, length, head).
            k: (batch, key heads, seen, head), as v.
            mask: additive, (batch or 1, 1, length, seen).
        """
        batch, heads, length, _ = q.shape
        group, seen = heads // self._key_heads, k.shape[2]
        scores = torch.matmul(q.view(batch, self._key_heads, group * length, self._head), k.transpose(2, 3)) * self._scaling
        scores = scores.view(batch, self._key_heads, group, length, seen) + mask.unsqueeze(2)
        weights = softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)
        mixed = torch.matmul(weights.view(batch, self._key_heads, group * length, seen), v)
        return mixed.view(batch, heads, length, self._head).transpose(1, 2).reshape(batch, length, -1)


class FusedLinear:
    """Several linear layers of one input as one, each with its adapter or without. The weights become parts of one tensor."""

    def __init__(self, layers: Sequence[Any]) -> None:
        bases = [_base(layer) for layer in layers]
        self._weight = torch.cat([base.weight.data for base in bases])
        for base, part in zip(bases, self._weight.split([base.out_features for base in bases]), strict=True):
            base.weight.data = part
        biases = [base.bias for base in bases]
        self._bias = None if biases[0] is None else torch.cat([bias.data for bias in biases])
        self._adapters: list[tuple[Tensor, Tensor]] = []
        self._scaling = 1.0
        self._rows: list[slice] = []
        start = 0
        for layer, base in zip(layers, bases, strict=True):
            if isinstance(layer, LoraLayer):
                (name,) = layer.active_adapters
                self._adapters.append((layer.lora_A[name].weight, layer.lora_B[name].weight))
                self._rows.append(slice(start, start + base.out_features))
                self._scaling = float(layer.scaling[name])
            start += base.out_features

    def __call__(self, x: Tensor) -> Tensor:
        """(batch, length, in) to (batch, length, all outs side by side)."""
        if not self._adapters:
            return linear(x, self._weight, self._bias)
        downs = torch.cat([down for down, _ in self._adapters]) if len(self._adapters) > 1 else self._adapters[0][0]
        return LowRank.apply(x, self._weight, self._bias, downs, self._blocks(), self._scaling)

    def _blocks(self) -> Tensor:
        """The ups as one matrix, each in the rows of its layer and the columns of its down."""
        if len(self._adapters) == 1 and self._rows[0] == slice(0, len(self._weight)):
            return self._adapters[0][1]
        rank = self._adapters[0][1].shape[1]
        return Blocks.apply(len(self._weight), rank, self._rows, *(up for _, up in self._adapters))


class Blocks(Function):
    """Matrices of shape (rows, rank) placed below and beside each other; zeros elsewhere."""

    @staticmethod
    def forward(ctx: Any, height: int, rank: int, rows: Sequence[slice], *ups: Tensor) -> Tensor:
        """(height, rank x number of matrices)."""
        ctx.rows, ctx.rank = rows, rank
        whole = ups[0].new_zeros(height, rank * len(ups))
        for index, (place, up) in enumerate(zip(rows, ups, strict=True)):
            whole[place, index * rank : (index + 1) * rank] = up
        return whole

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        """Each matrix gets its own part, contiguous: the fused AdamW of a CPU reads gradients as if they were."""
        rank = ctx.rank
        parts = [grad[place, index * rank : (index + 1) * rank].contiguous() for index, place in enumerate(ctx.rows)]
        return None, None, None, *parts


class LowRank(Function):
    """x W' + scaling (x A') B', with A and B in their own number format and the products in x's."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scaling: float) -> Tensor:
        """x: (batch, length, in); weight: (out, in); down: (rank, in); up: (out, rank)."""
        flat = x.reshape(-1, x.shape[-1])
        down, up = down.to(x.dtype), (up * scaling).to(x.dtype)
        low = flat @ down.t()
        y = linear(flat, weight, bias)
        y.addmm_(low, up.t())
        ctx.save_for_backward(flat, weight, down, up, low)
        ctx.scaling, ctx.shape = scaling, x.shape
        return y.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        """The gradients of x, down and up."""
        flat, weight, down, up, low = ctx.saved_tensors
        grad = grad.reshape(-1, grad.shape[-1])
        grad_low = grad @ up
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = grad @ weight
            grad_x.addmm_(grad_low, down)
            grad_x = grad_x.view(ctx.shape)
        return grad_x, None, None, (grad_low.t() @ flat).float(), (grad.t() @ low).float().mul_(ctx.scaling), None


class GatedSilu(Function):
    """silu(gate) x up, of both side by side."""

    @staticmethod
    def forward(ctx: Any, gate_up: Tensor) -> Tensor:
        """(..., 2 x width) to (..., width)."""
        ctx.save_for_backward(gate_up)
        gate, up = gate_up.chunk(2, dim=-1)
        return torch.nn.functional.silu(gate).mul_(up)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        """Of gate and up, side by side."""
        (gate_up,) = ctx.saved_tensors
        gate, up = gate_up.chunk(2, dim=-1)
        result = torch.empty_like(gate_up)
        grad_gate, grad_up = result.chunk(2, dim=-1)
        torch.mul(grad, torch.nn.functional.silu(gate), out=grad_up)
        grad_gate.copy_(torch.ops.aten.silu_backward(grad * up, gate))
        return result


class Normed(Function):
    """Root mean square normalisation (Zhang and Sennrich 2019, arXiv 1910.07467), computed in fp32."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        """(..., width) to the same; weight is frozen."""
        wide = x.float()
        inverse = torch.rsqrt(wide.square().mean(-1, keepdim=True).add_(eps))
        ctx.save_for_backward(x, weight, inverse)
        return (wide * inverse).to(x.dtype).mul_(weight)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        """dx = inverse (g - n mean(g n)), where n is the normalised x and g the gradient times the weight."""
        x, weight, inverse = ctx.saved_tensors
        scaled = (grad * weight).float()
        normed = x.float() * inverse
        mean = (scaled * normed).mean(-1, keepdim=True)
        return scaled.sub_(normed.mul_(mean)).mul_(inverse).to(x.dtype), None, None


class Rotated(Function):
    """Queries and keys turned by their position (Su et al. 2021, arXiv 2104.09864), and the values, each head by itself."""

    @staticmethod
    def forward(ctx: Any, qkv: Tensor, cos: Tensor, sin: Tensor, head: int, key_heads: int) -> tuple[Tensor, Tensor, Tensor]:
        """(batch, length, heads x head) to three of (batch, heads, length, head), contiguous."""
        heads = qkv.unflatten(-1, (-1, head)).transpose(1, 2)
        turned, values = heads[:, :-key_heads], heads[:, -key_heads:]
        half = head // 2
        cos, sin = cos[:, None, :, :half], sin[:, None, :, :half]
        ctx.save_for_backward(cos, sin)
        result = _turn(turned, cos, sin)
        return result[:, :-key_heads].contiguous(), result[:, -key_heads:], values.contiguous()

    @staticmethod
    def backward(ctx: Any, grad_q: Tensor, grad_k: Tensor, grad_v: Tensor) -> Any:
        """Turned back."""
        cos, sin = ctx.saved_tensors
        batch, _, length, _ = grad_q.shape
        back = _turn(torch.cat([grad_q, grad_k], dim=1), cos, -sin)
        whole = torch.cat([back, grad_v], dim=1).transpose(1, 2).reshape(batch, length, -1)
        return whole, None, None, None, None


def _turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


def _norm(x: Tensor, module: Any) -> Tensor:
    return Normed.apply(x, module.weight, module.variance_epsilon)


def _base(layer: Any) -> Any:
    return layer.base_layer if isinstance(layer, LoraLayer) else layer


def _can_be_fused(layer: Any) -> bool:
    attention, mlp = layer.self_attn, layer.mlp
    linears = [attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj, mlp.gate_proj, mlp.up_proj, mlp.down_proj]
    return all(type(_base(one)) is torch.nn.Linear and _plain_adapter(one) for one in linears)


def _plain_adapter(layer: Any) -> bool:
    if not isinstance(layer, LoraLayer):
        return True
    (name, *others) = layer.active_adapters
    plain = isinstance(layer.lora_dropout[name], torch.nn.Identity) and layer.lora_B[name].bias is None
    return not others and plain and not layer.use_dora[name]
