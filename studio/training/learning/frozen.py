"""What the layers below the first adapter give for a row never changes in a training: it is computed once and kept.

Without adapters in the lower layers nothing there is learned, so no gradient goes through them, and in the second pass over the data
they need not be computed at all. A row's values do not depend on the rows beside it: padding stands on its right, and attention looks left.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from studio.training.learning.beginnings import decode


class FrozenLayers:
    """A decoder's lower layers, and what they gave for the rows seen so far; the others are `upper`.

    Args:
        decoder: the `.model` of a Llama-like `...ForCausalLM`; it stays as it is, both parts share its layers.
        count: how many layers have no adapter, from the embedding on.
        max_bytes: once so much is kept, other rows are computed anew each time.
    """

    def __init__(self, decoder: Any, count: int, *, max_bytes: int) -> None:
        self._lower = _part(decoder, slice(None, count))
        self._lower.norm = torch.nn.Identity()
        self.upper = _part(decoder, slice(count, None))
        self._kept: dict[bytes, Tensor] = {}
        self._room = max_bytes

    @torch.no_grad()
    def __call__(self, input_ids: Tensor, attention_mask: Tensor, *, shared: int = 0) -> tuple[Tensor, Tensor]:
        """What `upper` takes as `inputs_embeds` for (batch, length) tokens: the beginning that all rows share, (shared, width), and the rows after it.

        Rows are of shape (batch, length - shared, width), zeros where they are padded.
        """
        lengths = attention_mask.sum(1).tolist()
        keys = [ids[:length].numpy(force=True).tobytes() for ids, length in zip(input_ids, lengths, strict=True)]
        missing = [index for index, key in enumerate(keys) if key not in self._kept]
        states: dict[int, Tensor] = {index: self._kept[key] for index, key in enumerate(keys) if key in self._kept}
        if missing:
            beginning, rows = self._compute(input_ids[missing], attention_mask[missing], shared)
            for index, row in zip(missing, rows, strict=True):
                states[index] = self._keep(keys[index], torch.cat([beginning, row[: lengths[index] - shared]]))
        return states[0][:shared], pad_sequence([states[index][shared:] for index in range(len(keys))], batch_first=True)

    def _compute(self, input_ids: Tensor, attention_mask: Tensor, shared: int) -> tuple[Tensor, Tensor]:
        if shared:
            embedded = self._lower.embed_tokens(input_ids)
            return decode(self._lower, embedded[0, :shared], embedded[:, shared:])
        mask = None if bool(attention_mask.all()) else attention_mask
        hidden: Tensor = self._lower(input_ids=input_ids, attention_mask=mask, use_cache=False).last_hidden_state
        return hidden[0, :0], hidden

    def _keep(self, key: bytes, hidden: Tensor) -> Tensor:
        size = hidden.numel() * hidden.element_size()
        if size <= self._room:
            self._room -= size
            self._kept[key] = hidden
        return hidden


def layers_without_adapter(causal: Any) -> int:
    """How many of the decoder's layers come before the first parameter that is trained; 0 where that can't be told."""
    layers = getattr(getattr(causal, "model", None), "layers", None)
    if layers is None or any(one.requires_grad for one in causal.model.embed_tokens.parameters()):
        return 0
    for index, layer in enumerate(layers):
        if any(parameter.requires_grad for parameter in layer.parameters()):
            return index
    return 0


def _part(decoder: Any, layers: slice) -> Any:
    """The decoder with some of its layers only, on the same parameters."""
    part = copy.copy(decoder)
    part._modules = dict(decoder._modules)
    part.layers = torch.nn.ModuleList(list(decoder.layers)[layers])
    return part
