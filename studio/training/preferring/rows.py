"""Judged answers to tokens, through the renderer of all trainings: a prompt, and the answers to it that are compared or marked."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from studio.chat.messages import Message
from studio.chat.render import Rendered, render_all
from studio.errors import BadInput
from studio.training.preferring.judged import answers_of, pairs_of
from studio.workspace.datasets import Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_T = TypeVar("_T")


@dataclass(frozen=True)
class Answered:
    """A prompt and one answer to it, in tokens. `cut` says that the end of the answer is gone."""

    prompt: list[int]
    answer: list[int]
    cut: bool = False

    @property
    def whole(self) -> list[int]:
        """Prompt and answer."""
        return self.prompt + self.answer


@dataclass(frozen=True)
class Prepared:
    """The columns that TRL's collator takes, and of each row how many tokens it has. `cut` rows end early; `dropped` ones had no room for an answer."""

    columns: dict[str, list[Any]]
    lengths: list[int] = field(default_factory=list)
    answer_tokens: int = 0
    cut: int = 0
    dropped: int = 0


def prepare_pairs(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], *, max_length: int) -> Prepared:
    """The pairs among the rows, for DPO.

    Raises:
        BadInput: none has room for its answers within `max_length` tokens, or the template can't hold one.
    """
    pairs = list(pairs_of(rows))
    better = _answered(tokenizer, [_said(row, answer) for row, answer, _ in pairs], max_length)
    worse = _answered(tokenizer, [_said(row, answer) for row, _, answer in pairs], max_length)
    kept = [(one, other) for one, other in zip(better, worse, strict=True) if one and other]
    _refuse_none(len(kept), len(pairs), "pairs", max_length)
    return Prepared(
        columns={
            "prompt_ids": [one.prompt for one, _ in kept],
            "chosen_ids": [one.answer for one, _ in kept],
            "rejected_ids": [other.answer for _, other in kept],
        },
        lengths=[max(len(one.whole), len(other.whole)) for one, other in kept],
        answer_tokens=sum(len(one.answer) + len(other.answer) for one, other in kept),
        cut=sum(one.cut or other.cut for one, other in kept),
        dropped=len(pairs) - len(kept),
    )


def prepare_answers(
    tokenizer: PreTrainedTokenizerBase, rows: Sequence[Row], *, max_length: int, batch_size: int, seed: int
) -> Prepared:
    """The judged answers among the rows, for KTO, in the order in which they are trained.

    KTO holds each answer against how likely the others of its batch are as answers to the wrong question; so the order is fixed, and good and
    bad answers are spread evenly over it. Within each batch the answers move on by one for that (as TRL's own `_prepare_dataset` does it).

    Raises:
        BadInput: none has room for its answer within `max_length` tokens, or the template can't hold one.
    """
    judged = list(answers_of(rows))
    answered = _answered(tokenizer, [_said(row, answer) for row, answer, _ in judged], max_length)
    labelled = [(one, good) for one, (_, _, good) in zip(answered, judged, strict=True) if one]
    _refuse_none(len(labelled), len(judged), "answers", max_length)
    order = evenly([one for one in labelled if one[1]], [one for one in labelled if not one[1]], seed=seed)
    answers = [one.answer for one, _ in order]
    batches = [answers[start : start + batch_size] for start in range(0, len(answers), batch_size)]
    return Prepared(
        columns={
            "prompt_ids": [one.prompt for one, _ in order],
            "completion_ids": answers,
            "KL_completion_ids": [answer for batch in batches for answer in [batch[-1], *batch[:-1]]],
            "label": [good for _, good in order],
        },
        lengths=[len(one.whole) for one, _ in order],
        answer_tokens=sum(map(len, answers)),
        cut=sum(one.cut for one, _ in order),
        dropped=len(judged) - len(order),
    )


def evenly(first: Sequence[_T], second: Sequence[_T], *, seed: int) -> list[_T]:
    """Both lists, each in random order, mixed so that every stretch has its share of each."""
    chance = random.Random(seed)
    placed = [
        ((index + 0.5) / len(some), value)
        for some in (first, second)
        for index, value in enumerate(chance.sample(some, len(some)))
    ]
    return [value for _, value in sorted(placed, key=lambda one: one[0])]


def _said(row: Row, answer: str) -> list[Message]:
    """The row's conversation, ending with that answer."""
    turns = row.messages[:-1] if row.messages[-1]["role"] == "assistant" else row.messages
    return [*turns, {"role": "assistant", "content": answer}]


def _answered(
    tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Sequence[Message]], max_length: int
) -> list[Answered | None]:
    return [_split(rendered, max_length) for rendered in render_all(tokenizer, conversations)]


def _split(rendered: Rendered, max_length: int) -> Answered | None:
    """Prompt and last answer; None where no token of the answer is left within `max_length`."""
    start = len(rendered.trained)
    while start and rendered.trained[start - 1]:
        start -= 1
    prompt, answer = rendered.input_ids[:start], rendered.input_ids[start:]
    room = max_length - len(prompt)
    return Answered(prompt, answer[:room], cut=len(answer) > room) if answer and room > 0 else None


def _refuse_none(kept: int, there_were: int, what: str, max_length: int) -> None:
    if kept == 0:
        raise BadInput(
            f"None of the {there_were:,} {what} has room for its answer within {max_length:,} tokens: every question fills the row. "
            "Raise max_length, or shorten the questions."
        )
