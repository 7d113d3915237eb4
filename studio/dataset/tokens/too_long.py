"""Which rows are longer than a model takes: the length check of an examination, by tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from studio.chat.render import Rendered, render_all
from studio.workspace.datasets import Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

LengthCheck = Callable[[Iterable[Row]], Iterator[str | None]]
"""For every row, in order, the sentence about it when it is too long, else None."""


def over_tokens(tokenizer: PreTrainedTokenizerBase, max_length: int) -> LengthCheck:
    """Rows of more than `max_length` tokens, with what of their answers is lost."""

    def check(rows: Iterable[Row]) -> Iterator[str | None]:
        for rendered in render_all(tokenizer, (row.messages for row in rows)):
            yield _sentence(rendered, max_length)

    return check


def _sentence(rendered: Rendered, max_length: int) -> str | None:
    total = len(rendered.input_ids)
    if total <= max_length:
        return None
    trained, kept = sum(rendered.trained), sum(rendered.trained[:max_length])
    size = f"It has {total:,} tokens, {total - max_length:,} over the {max_length:,} that are trained"
    if not kept:
        return f"{size}: none of its {trained:,} answer tokens is left, so a training leaves it out."
    return f"{size}: {trained - kept:,} of its {trained:,} answer tokens are lost."
