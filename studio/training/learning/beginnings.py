"""Rows of a batch that begin alike, as all under one system prompt do, have that beginning computed once for all of them.

In short support rows the system prompt is a third of all tokens. Attention looks left, so what a layer gives for the beginning does not
depend on what follows it: one copy serves every row, and the gradients of all rows meet in it. Positions, loss and gradients are those of rows computed
apart (`tests/training/learning/test_beginnings.py`). What Prefix Grouper does for reinforcement learning (Liu et al. 2025, arXiv 2506.05433).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

_LEAST = 4  # tokens: a shorter beginning costs more to set apart than it saves


@dataclass(frozen=True)
class Layout:
    """How the tokens of a batch lie in one line: the beginning, `shared` tokens, then `rows` times the `length` tokens that follow it."""

    shared: int
    rows: int
    length: int

    def mask(self, like: Tensor) -> Tensor:
        """What may be looked at, additive, (1, 1, shared + length, shared + length): one row's beginning and what follows. Padding stands on the right, out of sight."""
        size = self.shared + self.length
        hidden = torch.full((size, size), torch.finfo(like.dtype).min, dtype=like.dtype, device=like.device)
        return hidden.triu(1)[None, None]


def shared_beginning(inputs: dict[str, Tensor]) -> int:
    """Tokens that all rows begin with and none learns or predicts from; 0 where setting them apart is not worth it.

    Args:
        inputs: `input_ids` and `labels`, each of shape (batch, length); labels are -100 where nothing is learned.
    """
    ids, learned = inputs["input_ids"], inputs["labels"] != -100
    if len(ids) < 2 or not bool(learned.any()):
        return 0
    first_learned = int(learned.any(0).int().argmax())
    same = (ids == ids[0]).all(0)
    alike = len(same) if bool(same.all()) else int((~same).int().argmax())
    shared = min(alike, first_learned - 1)
    return shared if shared >= _LEAST else 0


def decode(decoder: Any, beginning: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
    """What a decoder of fused layers gives for a beginning and for what follows it in each row.

    Args:
        decoder: the `.model` of a Llama-like `...ForCausalLM`, all of whose layers are fused (`studio.training.learning.fused`).
        beginning: input embeddings, (shared, width).
        rows: input embeddings, (batch, length, width), padded on the right.

    Returns:
        Hidden states of the same two shapes.
    """
    layout = Layout(len(beginning), len(rows), rows.shape[1])
    line = torch.cat([beginning, rows.flatten(0, 1)])[None]
    positions = torch.arange(layout.shared + layout.length, device=line.device)[None]
    given = decoder(inputs_embeds=line, attention_mask=layout.mask(line), position_ids=positions, use_cache=False, layout=layout)
    hidden = given.last_hidden_state[0]
    return hidden[: layout.shared], hidden[layout.shared :].unflatten(0, (layout.rows, layout.length))
