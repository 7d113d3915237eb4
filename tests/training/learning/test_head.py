"""The learned tokens cost what cross entropy says, and their gradients are the same, without their logits."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from studio.training.budgets import scores_at_once
from studio.training.learning.head import token_costs

WIDTH, VOCABULARY = 16, 50_000
AT_ONCE = scores_at_once(VOCABULARY, on_gpu=False)


def head_of(dtype: torch.dtype) -> nn.Linear:
    torch.manual_seed(1)
    return nn.Linear(WIDTH, VOCABULARY, bias=False).to(dtype).requires_grad_(False)


def costs_and_gradient(
    head: nn.Module, hidden: torch.Tensor, targets: torch.Tensor, *, plain: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each token weighs another amount in the loss."""
    hidden = hidden.clone().requires_grad_()
    costs = cross_entropy(head(hidden).float(), targets, reduction="none") if plain else token_costs(head, hidden, targets)
    (costs * torch.linspace(0.1, 2, len(costs))).sum().backward()
    assert hidden.grad is not None
    return costs.detach(), hidden.grad


@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
@pytest.mark.parametrize("tokens", [0, 1, AT_ONCE, 2 * AT_ONCE + 1])
def test_costs_and_gradients_are_those_of_cross_entropy(dtype: torch.dtype, near: float, tokens: int) -> None:
    head = head_of(dtype)
    hidden, targets = torch.randn(tokens, WIDTH).to(dtype), torch.randint(VOCABULARY, (tokens,))
    costs, gradient = costs_and_gradient(head, hidden, targets, plain=False)
    expected, its_gradient = costs_and_gradient(head, hidden, targets, plain=True)
    assert costs.dtype is torch.float32 and gradient.dtype is dtype
    torch.testing.assert_close(costs, expected, atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(gradient, its_gradient, atol=near, rtol=near)


def test_where_no_gradient_is_wanted_none_is_made() -> None:
    head = head_of(torch.float32)
    hidden, targets = torch.randn(5, WIDTH), torch.randint(VOCABULARY, (5,))
    with torch.no_grad():
        costs = token_costs(head, hidden, targets)
    assert not costs.requires_grad
    torch.testing.assert_close(costs, cross_entropy(head(hidden), targets, reduction="none"), atol=1e-4, rtol=1e-5)


def test_a_head_that_learns_gets_its_gradient() -> None:
    head = head_of(torch.float32).requires_grad_()
    token_costs(head, torch.randn(5, WIDTH), torch.randint(VOCABULARY, (5,))).sum().backward()
    assert head.weight.grad is not None and bool(head.weight.grad.any())


def test_an_adapter_on_the_head_is_part_of_the_scores() -> None:
    class Adapted(nn.Linear):
        def forward(self, hidden: torch.Tensor) -> torch.Tensor:
            return super().forward(hidden) * 2

    head = Adapted(WIDTH, 100, bias=False).requires_grad_(False)
    hidden, targets = torch.randn(5, WIDTH), torch.randint(100, (5,))
    torch.testing.assert_close(token_costs(head, hidden, targets), cross_entropy(head(hidden), targets, reduction="none"))


def test_scores_that_are_computed_in_another_format_are_as_autocast_makes_them() -> None:
    head = head_of(torch.float32)
    hidden, targets = torch.randn(5, WIDTH), torch.randint(VOCABULARY, (5,))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        costs = token_costs(head, hidden, targets)
        expected = cross_entropy(head(hidden).float(), targets, reduction="none")
    assert torch.equal(costs, expected)
