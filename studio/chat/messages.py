"""What is said to a model and what comes back. Nothing here knows a tokenizer or an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

Message = Mapping[str, str]
"""One turn: `{"role": "system" | "user" | "assistant", "content": text}`."""

SUPPORT_SYSTEM_PROMPT = "You are a customer support agent. Answer with the exact facts."
"""Stands before every conversation that brings no system message of its own, at training, chat and evaluation alike."""


def with_system_prompt(messages: Sequence[Message]) -> list[dict[str, str]]:
    """The conversation with a system message in front; its own if it has one."""
    turns = [dict(turn) for turn in messages]
    if turns and turns[0]["role"] == "system":
        return turns
    return [{"role": "system", "content": SUPPORT_SYSTEM_PROMPT}, *turns]


@dataclass(frozen=True)
class Decoding:
    """How tokens are chosen. Temperature 0 is greedy: the same answer every time, as evaluation needs it."""

    max_new_tokens: int = 160
    temperature: float = 0.0
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As it is recorded beside every answer."""
        return asdict(self)


GREEDY = Decoding()


@dataclass(frozen=True)
class Request:
    """One conversation to be answered. `adapter` is the folder of a LoRA, or None for the base model."""

    messages: Sequence[Message]
    adapter: str | None = None


@dataclass(frozen=True)
class Delta:
    """What one step added to one answer."""

    text: str
    finished: bool = False


class ChatModel(Protocol):
    """A model that answers. Batch first: all requests of a call advance together."""

    def stream(self, requests: Sequence[Request], decoding: Decoding) -> Iterator[Sequence[Delta]]:
        """Yield, step by step, one delta a request, in the order of the requests. Closing the iterator ends the work."""
        ...

    def digest(self, adapter: str | None = None) -> str:
        """SHA-256 in hex of the weights that answer, with or without an adapter."""
        ...


def reply(model: ChatModel, requests: Sequence[Request], decoding: Decoding = GREEDY) -> list[str]:
    """The complete answers, in the order of the requests."""
    answers = [""] * len(requests)
    for deltas in model.stream(requests, decoding):
        for index, delta in enumerate(deltas):
            answers[index] += delta.text
    return [answer.strip() for answer in answers]
