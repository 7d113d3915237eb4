"""The turns of a conversation: `{"role": "system" | "user" | "assistant", "content": text}`, in the order spoken."""

from __future__ import annotations

from collections.abc import Sequence

Turn = dict[str, str]


def joined(messages: Sequence[Turn]) -> list[Turn]:
    """The messages, those of one speaker in a row as one, on lines of their own."""
    result: list[Turn] = []
    for message in messages:
        if result and result[-1]["role"] == message["role"]:
            result[-1] = {**message, "content": f"{result[-1]['content']}\n{message['content']}"}
        else:
            result.append(dict(message))
    return result


def answered(messages: Sequence[Turn]) -> list[Turn]:
    """The system message, if there is one, and the conversation from the first question to the last answer; empty without either."""
    system = [message for message in messages[:1] if message["role"] == "system"]
    turns = [message for message in messages if message["role"] != "system"]
    first = next((index for index, turn in enumerate(turns) if turn["role"] == "user"), len(turns))
    last = max((index for index, turn in enumerate(turns) if turn["role"] == "assistant"), default=-1)
    return [*system, *turns[first : last + 1]] if first < last else []
