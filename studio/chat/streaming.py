"""Tokens of a whole batch, out of `generate`'s thread and into an iterator."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase, StoppingCriteria
from transformers.generation.streamers import BaseStreamer

from studio.chat.messages import Delta

_UNFINISHED_CHARACTER = "�"


class BatchStreamer(BaseStreamer):
    """Receives one tensor of shape (batch,) a step from `generate` and hands it to another thread.

    transformers' own streamers refuse batches; both sides of a battle are one batch.
    """

    def __init__(self) -> None:
        self._steps: queue.Queue[list[int] | BaseException | None] = queue.Queue()
        self._prompt_seen = False

    def put(self, value: torch.Tensor) -> None:
        """Called by `generate`: first with the prompt, which is not an answer, then with each step's tokens."""
        if self._prompt_seen:
            self._steps.put(value.reshape(-1).tolist())
        self._prompt_seen = True

    def end(self) -> None:
        """Called by `generate` when it is done."""
        self._steps.put(None)

    def fail(self, error: BaseException) -> None:
        """Pass an error of the generating thread on to whoever reads."""
        self._steps.put(error)

    def __iter__(self) -> Iterator[list[int]]:
        while (step := self._steps.get()) is not None:
            if isinstance(step, BaseException):
                raise step
            yield step


class Cancelled(StoppingCriteria):
    """Ends generation at the next token once `event` is set."""

    def __init__(self, event: threading.Event) -> None:
        self._event = event

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
        """One flag a row, all alike."""
        return torch.full((input_ids.shape[0],), self._event.is_set(), device=input_ids.device, dtype=torch.bool)


class Detokenizer:
    """One answer's text as it grows; a character whose bytes are not complete yet is held back."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, end_tokens: frozenset[int]) -> None:
        self._tokenizer = tokenizer
        self._end_tokens = end_tokens
        self._ids: list[int] = []
        self._shown = ""
        self.finished = False

    def push(self, token: int) -> Delta:
        """The text that `token` adds."""
        if self.finished:
            return Delta("", finished=True)
        self.finished = token in self._end_tokens
        if not self.finished:
            self._ids.append(token)
        text = self._tokenizer.decode(self._ids, skip_special_tokens=True)
        if not self.finished:
            text = text.removesuffix(_UNFINISHED_CHARACTER)
        added, self._shown = text[len(self._shown) :], text if len(text) >= len(self._shown) else self._shown
        return Delta(added, finished=self.finished)


def push_all(detokenizers: Sequence[Detokenizer], tokens: Sequence[int]) -> list[Delta]:
    """One delta a row."""
    return [detokenizer.push(token) for detokenizer, token in zip(detokenizers, tokens, strict=True)]


def in_step(streams: Sequence[tuple[Sequence[int], Iterator[Sequence[Delta]]]]) -> Iterator[list[Delta]]:
    """The streams of several models as one, a step of each at a time; one that has ended adds nothing more.

    `streams` are pairs of the rows that a stream answers and the stream itself; together they answer the rows from 0 on.
    """
    deltas = [Delta("")] * sum(len(rows) for rows, _ in streams)
    try:
        for steps in zip_longest(*(stream for _, stream in streams)):
            deltas = [replace(delta, text="") for delta in deltas]
            for (rows, _), step in zip(streams, steps, strict=True):
                for row, delta in zip(rows, step or (), strict=False):
                    deltas[row] = delta
            yield deltas
    finally:
        for _, stream in streams:
            if isinstance(stream, Generator):
                stream.close()
