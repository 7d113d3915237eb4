"""Dataset rows to training tensors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from studio.chat.render import Rendered, render_all
from studio.errors import BadInput
from studio.workspace.datasets import Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Tokenized:
    """Rows as the model will see them.

    `cut` rows were longer than `max_length`; `dropped` ones had no trained token left; of `openings` rows only the beginning of the answer
    is trained, because the whole of it is in others.
    """

    rows: list[Rendered]
    cut: int
    dropped: int
    openings: int = 0

    @property
    def trained_tokens(self) -> int:
        """Tokens that are learned, over all rows."""
        return sum(sum(row.trained) for row in self.rows)

    def columns(self) -> dict[str, list[Any]]:
        """The columns of a `datasets.Dataset` that SFTTrainer takes with `skip_prepare_dataset`."""
        return {
            "input_ids": [row.input_ids for row in self.rows],
            "labels": [row.labels for row in self.rows],
        }


def tokenize(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], *, max_length: int) -> Tokenized:
    """Render every row and cut it to `max_length` tokens.

    Raises:
        BadInput: no row has a single token to learn (the answers are empty, or cut away): training would do nothing, in silence.
    """
    kept: list[Rendered] = []
    cut = dropped = answered = 0
    for rendered in render_all(tokenizer, (row.messages for row in rows)):
        answered += any(rendered.trained)
        if len(rendered.input_ids) > max_length:
            cut += 1
            rendered = Rendered(rendered.input_ids[:max_length], rendered.trained[:max_length])
        if any(rendered.trained):
            kept.append(rendered)
        else:
            dropped += 1
    if not answered:
        raise BadInput(
            f"None of the {len(rows)} rows has a token to learn: they have no answers, or the model's chat template writes none the way it "
            "asks for one. Give them answers, or take another model."
        )
    if not kept:
        raise BadInput(
            f"None of the {len(rows)} rows has a token to learn within {max_length} tokens: "
            "every question fills the row. Raise max_length, or shorten the questions."
        )
    return Tokenized(kept, cut, dropped)


def shorten_repeated_answers(tokenized: Tokenized, *, whole: int, opening: int) -> Tokenized:
    """Train an answer that many rows share in full on `whole` of them, spread evenly, and on the others its first `opening` tokens.

    Which answer is given is decided in its first words, and every phrasing teaches that. The rest follows from those words, and
    needs no more repetitions than a few rows give it; trained on all, it outweighs the choice in the loss and costs most of the time.
    Rows whose answer is their own, or that have several, stay as they are. `whole` 0 shortens nothing.
    """
    if whole == 0:
        return tokenized
    sharing: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, row in enumerate(tokenized.rows):
        sharing[_answer(row)].append(index)
    rows, openings = list(tokenized.rows), 0
    for answer, indices in sharing.items():
        if len(indices) <= whole or len(answer) <= opening:
            continue
        kept = {indices[position * len(indices) // whole] for position in range(whole)}
        for index in set(indices) - kept:
            end = rows[index].trained.index(True) + opening
            if all(rows[index].trained[end - opening :]):
                rows[index] = Rendered(rows[index].input_ids[:end], rows[index].trained[:end])
                openings += 1
    return replace(tokenized, rows=rows, openings=openings)


def _answer(row: Rendered) -> tuple[int, ...]:
    return tuple(token for token, learned in zip(row.input_ids, row.trained, strict=True) if learned)
