"""Conversations to tokens, through the model's own chat template: the one renderer of training, chat, evaluation and export.

A mismatch between what was trained and what is asked is the most common reason for an adapter that "does nothing"; there is
no second place where it could arise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from studio.chat.messages import Message, with_system_prompt
from studio.errors import BadInput

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


Turns = list[dict[str, str]]

_TOGETHER = 256  # conversations that are tokenized in one go


@dataclass(frozen=True)
class Rendered:
    """A training conversation. `input_ids` and `trained` have the same length; `trained[i]` says whether token i is learned."""

    input_ids: list[int]
    trained: list[bool]

    @property
    def labels(self) -> list[int]:
        """The ids to learn, -100 elsewhere."""
        return [token if learned else -100 for token, learned in zip(self.input_ids, self.trained, strict=True)]


def render_prompt(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], *, max_tokens: int | None = None) -> list[int]:
    """The tokens after which the assistant's answer begins.

    When the conversation exceeds `max_tokens`, its oldest turns are dropped; the system message and the last turn stay.

    Raises:
        BadInput: even the last turn alone is too long.
    """
    turns = with_system_prompt(messages)
    while True:
        ids = _apply(tokenizer, turns, add_generation_prompt=True)
        if max_tokens is None or len(ids) <= max_tokens:
            return ids
        if len(turns) <= 2:
            raise BadInput(f"The message has {len(ids)} tokens and the model takes {max_tokens}. Shorten it.")
        del turns[1]


def render_training(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> Rendered:
    """The whole conversation, with the assistant's answers marked as trained, each up to and with its end-of-turn token.

    Where a template rewrites earlier turns once a later one follows (Qwen3 drops their reasoning), only the last is trained.
    """
    return next(render_all(tokenizer, [messages]))


def render_all(tokenizer: PreTrainedTokenizerBase, conversations: Iterable[Sequence[Message]]) -> Iterator[Rendered]:
    """`render_training` of many conversations, in order. Some hundred are tokenized together, which fast tokenizers do on all cores.

    Raises:
        BadInput: the template can't hold one of them; the sentence says which.
    """
    remaining = iter(conversations)
    while together := [with_system_prompt(messages) for messages in islice(remaining, _TOGETHER)]:
        try:
            rendered = list(_render_together(tokenizer, together))
        except Exception as error:  # a template is a program, and raises what it likes
            raise _refusal(tokenizer, together, error) from error
        yield from rendered


def _refusal(tokenizer: PreTrainedTokenizerBase, together: Sequence[Turns], error: Exception) -> BadInput:
    """Which of the conversations the template refuses, found by rendering each alone, and why."""
    for turns in together:
        try:
            list(_render_together(tokenizer, [turns]))
        except Exception as refused:
            question = next((turn["content"] for turn in reversed(turns) if turn["role"] == "user"), "")
            roles = ", ".join(turn["role"] for turn in turns)
            return BadInput(
                f"The row that asks “{question[:60]}” can't be written in the model's chat template: {_words(refused)}. "
                f"Its turns are {roles}. Correct or remove it, then import the data again."
            )
    return BadInput(f"The rows can't be written in the model's chat template: {_words(error)}.")


def _words(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")[:200] or type(error).__name__


def _render_together(tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Turns]) -> Iterator[Rendered]:
    answers = [[index for index, turn in enumerate(turns) if turn["role"] == "assistant"] for turns in conversations]
    asked = [turns[:index] for turns, indices in zip(conversations, answers, strict=True) for index in indices]
    answered = [
        turns[: index + 1]
        for turns, indices in zip(conversations, answers, strict=True)
        for index in indices
        if index + 1 < len(turns)
    ]
    starts = iter(_apply_all(tokenizer, asked, add_generation_prompt=True))
    stops = iter(_apply_all(tokenizer, answered, add_generation_prompt=False))
    wholes = _apply_all(tokenizer, conversations, add_generation_prompt=False)
    for turns, indices, ids in zip(conversations, answers, wholes, strict=True):
        spans = [(next(starts), next(stops) if index + 1 < len(turns) else ids) for index in indices]
        yield _marked(ids, spans, tokenizer.eos_token_id)


def _marked(ids: Sequence[int], spans: Sequence[tuple[Sequence[int], Sequence[int]]], eos: int) -> Rendered:
    """The tokens of a conversation, of which each answer is trained that begins behind its `start` and ends with its `stop`."""
    trained = [False] * len(ids)
    for start, stop in spans:
        if ids[: len(start)] == start and ids[: len(stop)] == stop:
            end = _end_of_turn(stop, len(start), eos)
            trained[len(start) : end] = [True] * (end - len(start))
    last = max((index for index, learned in enumerate(trained) if learned), default=-1) + 1
    return Rendered(list(ids[:last]), trained[:last])


def _end_of_turn(ids: Sequence[int], start: int, eos: int) -> int:
    """One past the last end-of-sequence token: what the template puts behind it is never generated."""
    positions = [index for index in range(start, len(ids)) if ids[index] == eos]
    return positions[-1] + 1 if positions else len(ids)


def _apply(tokenizer: PreTrainedTokenizerBase, turns: Turns, *, add_generation_prompt: bool) -> list[int]:
    return _apply_all(tokenizer, [turns], add_generation_prompt=add_generation_prompt)[0]


def _apply_all(
    tokenizer: PreTrainedTokenizerBase, conversations: Sequence[Turns], *, add_generation_prompt: bool
) -> list[list[int]]:
    if not conversations:
        return []
    return list(
        tokenizer.apply_chat_template(
            list(conversations), tokenize=True, add_generation_prompt=add_generation_prompt, return_dict=False
        )
    )
