"""Dataset rows to training tensors, and the validation split of held-back phrasings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.chat.render import Rendered, render_training
from studio.errors import BadInput
from studio.workspace.datasets import Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Tokenized:
    """Rows as the model will see them. `cut` rows were longer than `max_length`; `dropped` ones had no trained token left."""

    rows: list[Rendered]
    cut: int
    dropped: int

    @property
    def trained_tokens(self) -> int:
        """Tokens that are learned, over all rows."""
        return sum(sum(row.trained) for row in self.rows)

    def columns(self) -> dict[str, list[Any]]:
        """The columns of a `datasets.Dataset` that SFTTrainer takes with `skip_prepare_dataset`."""
        return {
            "input_ids": [row.input_ids for row in self.rows],
            "labels": [row.labels for row in self.rows],
            "length": [len(row.input_ids) for row in self.rows],
        }


def tokenize(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], *, max_length: int) -> Tokenized:
    """Render every row and cut it to `max_length` tokens.

    Raises:
        BadInput: no row has a single token to learn (the answers are empty, or cut away): training would do nothing, in silence.
    """
    kept: list[Rendered] = []
    cut = dropped = 0
    for row in rows:
        rendered = render_training(tokenizer, row.messages)
        if len(rendered.input_ids) > max_length:
            cut += 1
            rendered = Rendered(rendered.input_ids[:max_length], rendered.trained[:max_length])
        if any(rendered.trained):
            kept.append(rendered)
        else:
            dropped += 1
    if not kept:
        raise BadInput(
            f"None of the {len(rows)} rows has a token to learn within {max_length} tokens: "
            "every question fills the row. Raise max_length, or shorten the questions."
        )
    return Tokenized(kept, cut, dropped)


def split_phrasings(rows: Sequence[Row], *, hold_out: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and `hold_out` phrasings of every family to validate on; which ones rotates from family to family.

    Families that would be left without a phrasing, and rows without a family, are trained whole.
    """
    by_family: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.family is not None:
            by_family[row.family].append(row)
    held: set[int] = set()
    for index, family in enumerate(sorted(by_family)):
        phrasings = by_family[family]
        if len(phrasings) > hold_out:
            held.update(id(phrasings[(index + offset) % len(phrasings)]) for offset in range(hold_out))
    return [row for row in rows if id(row) not in held], [row for row in rows if id(row) in held]
