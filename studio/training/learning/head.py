"""What the learned tokens cost, from the last hidden states, without holding their logits.

A score for every word of the vocabulary is by far the widest thing in a training: 49,152 of them a token here, 152,064 for Qwen2-7B, in fp32. Their gradient is known
as soon as they are, softmax less one at the target, and the head itself does not learn. So the loss and the gradient of the hidden states are made in one go, some
tokens at a time, and only (tokens, width) is kept: what Liger's fused linear cross-entropy does (https://arxiv.org/abs/2410.10989), for a head that stays as it is.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from studio.training.budgets import scores_at_once


def token_costs(head: nn.Module, hidden: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood of each target, in nats, fp32, (tokens,).

    Args:
        head: the language-model head, (width) to (vocabulary). Where it learns, is no plain linear layer, or computes in another number format than it is
            kept in, the logits are held as usual.
        hidden: (tokens, width).
        targets: token ids, (tokens,).
    """
    if not _is_plain(head, hidden):
        return cross_entropy(head(hidden).float(), targets, reduction="none")
    costs: torch.Tensor = _TokenCosts.apply(hidden, head.weight, targets)
    return costs


def _is_plain(head: nn.Module, hidden: torch.Tensor) -> bool:
    if type(head) is not nn.Linear or head.bias is not None or head.weight.requires_grad:
        return False
    kind = hidden.device.type
    computed = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else hidden.dtype
    return computed == hidden.dtype == head.weight.dtype


class _TokenCosts(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        learns = ctx.needs_input_grad[0]
        costs = torch.empty(len(hidden), dtype=torch.float32, device=hidden.device)
        gradients = torch.empty_like(hidden) if learns else None
        at_once = scores_at_once(len(weight), on_gpu=weight.is_cuda)
        for start in range(0, len(hidden), at_once):
            part = slice(start, start + at_once)
            scores = (hidden[part] @ weight.T).float()
            aim = targets[part, None]
            total = scores.logsumexp(1, keepdim=True)
            costs[part] = (total - scores.gather(1, aim))[:, 0]
            if gradients is not None:
                scores.sub_(total).exp_()
                scores.scatter_add_(1, aim, torch.full_like(total, -1.0))
                torch.mm(scores.to(weight.dtype), weight, out=gradients[part])
        ctx.save_for_backward(gradients)
        return costs

    @staticmethod
    def backward(ctx: Any, *outer: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        (gradients,) = ctx.saved_tensors
        return (gradients * outer[0][:, None]).to(gradients.dtype), None, None
