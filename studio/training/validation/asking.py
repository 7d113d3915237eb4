"""Asks the model that is being trained: its loss on the answers of held-back phrasings, and its own answers to them, greedy.

Nothing that is learned depends on it. No gradient flows and no random number is drawn; what frozen layers have kept of the training's rows is neither read
nor added to; fused layers compute the loss as they do in a step, and with a cache, as generation needs it, each is its class's own layer again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from studio.chat.render import Rendered, render_all, render_prompt
from studio.chat.transformers_engine import end_tokens
from studio.training.estimate.validating import TOGETHER
from studio.training.learning.trainer import answer_loss
from studio.training.validation.items import ValidationItem
from studio.training.validation.outcome import Outcome
from studio.workspace.datasets import Row

Collate = Callable[[list[dict[str, list[int]]]], Mapping[str, torch.Tensor]]

_LONGER, _SPARE = 1.5, 8  # an answer may have so many times the tokens of the dataset's, and so many more; then it is cut


@dataclass(frozen=True)
class Asked:
    """An item, the tokens after which its answer begins, and the whole conversation with the dataset's answer."""

    item: ValidationItem
    prompt: list[int]
    whole: Rendered

    @property
    def answer_tokens(self) -> int:
        """Of the dataset's answers, the end-of-turn token included."""
        return sum(self.whole.trained)


class Validator:
    """Asks the same items again and again.

    Args:
        items: as `validation_items` chose them.
        tokenizer: of the model; it pads on the left.
        collate: makes a padded batch of rows, as in training.
        rows: of such a batch.
    """

    def __init__(
        self, items: Sequence[ValidationItem], tokenizer: PreTrainedTokenizerBase, collate: Collate, *, rows: int
    ) -> None:
        self._tokenizer, self._collate, self._rows = tokenizer, collate, rows
        wholes = render_all(tokenizer, (item.row.messages for item in items))
        asked = [Asked(item, render_prompt(tokenizer, item.asked), whole) for item, whole in zip(items, wholes, strict=True)]
        self._asked = sorted(asked, key=lambda one: one.answer_tokens)  # answers of a length end together

    def validate(self, model: Any) -> Outcome:
        """What the model makes of the items now. It is left as it was."""
        started = time.monotonic()
        with _at_rest(model):
            loss = self._loss(model)
            passed = sum(
                one.item.is_right(answer)
                for together in _parts(self._asked, TOGETHER)
                for one, answer in zip(together, self._answers(model, together), strict=True)
            )
        return Outcome(passed, len(self._asked), loss, time.monotonic() - started)

    def _loss(self, model: Any) -> float:
        """Mean negative log-likelihood of the dataset's answers, in nats a token."""
        causal, total, count = model.get_base_model(), 0.0, 0
        for together in _parts(self._asked, self._rows):
            rows = [{"input_ids": one.whole.input_ids, "labels": one.whole.labels} for one in together]
            batch = {name: values.to(model.device) for name, values in self._collate(rows).items()}
            loss, learned = answer_loss(causal, batch)
            total, count = total + float(loss), count + learned
        return total / count

    def _answers(self, model: Any, together: Sequence[Asked]) -> list[str]:
        ids = {"input_ids": [one.prompt for one in together]}
        prompts = self._tokenizer.pad(ids, padding=True, padding_side="left", return_tensors="pt").to(model.device)
        written = model.generate(
            **prompts,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            repetition_penalty=1.0,
            use_cache=True,
            max_new_tokens=int(max(one.answer_tokens for one in together) * _LONGER) + _SPARE,
            eos_token_id=sorted(end_tokens(model, self._tokenizer)),
            pad_token_id=self._tokenizer.pad_token_id,
        )
        answers = written[:, prompts["input_ids"].shape[1] :]
        return [answer.strip() for answer in self._tokenizer.batch_decode(answers, skip_special_tokens=True)]


def rows_that_fit(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], *, max_length: int) -> list[Row]:
    """Those that a training would not cut: the others could not be answered within its length."""
    rendered = render_all(tokenizer, (row.messages for row in rows))
    return [row for row, whole in zip(rows, rendered, strict=True) if any(whole.trained) and len(whole.input_ids) <= max_length]


@contextmanager
def _at_rest(model: Any) -> Iterator[None]:
    """Without dropout, noise and gradients; afterwards the model trains again if it did."""
    trained = model.training
    model.eval()
    try:
        # Not `inference_mode`: what a layer keeps of it, such as a table of rotations, could not be used in a step.
        with torch.no_grad():
            yield
    finally:
        model.train(trained)


def _parts(asked: Sequence[Asked], size: int) -> Iterator[Sequence[Asked]]:
    return (asked[start : start + size] for start in range(0, len(asked), size))
