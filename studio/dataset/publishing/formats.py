"""One row in the words of the tools that will read it. Each is a format that the import knows, so that what goes out can come back.

    alpaca      {"instruction": "...", "input": "", "output": "...", "system": "...", "history": [["question", "answer"]]}
    sharegpt    {"conversations": [{"from": "human", "value": "..."}, {"from": "gpt", "value": "..."}], "system": "..."}
    messages    {"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}
    preference  {"prompt": [messages], "chosen": [message], "rejected": [message]}            (TRL, DPO)
    kto         {"prompt": [messages], "completion": [message], "label": true}                (TRL, KTO)

All have `family`, `industry` and `intent` beside them where the row does. In alpaca the question goes out whole as the instruction: where
it was split into instruction and input is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from studio.errors import BadInput
from studio.workspace.datasets import Row

LABELS = ("family", "industry", "intent")
Object = dict[str, Any]


class RowFormat(StrEnum):
    """How a row is written down."""

    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"
    MESSAGES = "messages"
    PREFERENCE = "preference"
    KTO = "kto"


def written(rows: Iterable[Row], row_format: RowFormat) -> Iterator[Object]:
    """The rows as objects of that format, in order; keys that would hold nothing are left out.

    Raises:
        BadInput: a row is none that the format can hold; the sentence names it.
    """
    write = _WRITERS[row_format]
    for number, row in enumerate(rows, start=1):
        _check(row, number, row_format)
        labels = {label: getattr(row, label) for label in LABELS}
        yield write(row) | {label: text for label, text in labels.items() if text is not None}


def format_for(row: Row) -> RowFormat:
    """The format that holds all that such a row says."""
    if row.rejected is not None:
        return RowFormat.PREFERENCE
    return RowFormat.MESSAGES if row.label is None else RowFormat.KTO


def _check(row: Row, number: int, row_format: RowFormat) -> None:
    _, turns = _split_system(row.messages)
    roles = [turn["role"] for turn in turns]
    if roles[-1:] != ["assistant"]:
        raise BadInput(
            f"Row {number} can't be exported as {row_format}: it has no answer. Answer it, or remove the row, then export."
        )
    if len(roles) < 2 or roles != ["user", "assistant"] * (len(roles) // 2):
        raise BadInput(
            f"Row {number} can't be exported as {row_format}: its questions and answers don't take turns. Remove the row, then export."
        )
    fitting = format_for(row)
    if (fitting is RowFormat.MESSAGES) != (row_format in _PLAIN) or (
        fitting is not RowFormat.MESSAGES and fitting is not row_format
    ):
        raise BadInput(f"Row {number} can't be exported as {row_format}: it holds {_HOLDS[fitting]}. Export as {fitting}.")


def _alpaca(row: Row) -> Object:
    system, turns = _split_system(row.messages)
    texts = [turn["content"] for turn in turns]
    value: Object = {"instruction": texts[-2], "input": "", "output": texts[-1]}
    if system:
        value["system"] = system
    if history := [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)]:
        value["history"] = history
    return value


def _sharegpt(row: Row) -> Object:
    system, turns = _split_system(row.messages)
    said = [{"from": "human" if turn["role"] == "user" else "gpt", "value": turn["content"]} for turn in turns]
    return {"conversations": said} | ({"system": system} if system else {})


def _messages(row: Row) -> Object:
    return {"messages": _turns(row.messages)}


def _preference(row: Row) -> Object:
    return {"prompt": _prompt(row), "chosen": [_reply(row.answer)], "rejected": [_reply(row.rejected or "")]}


def _kto(row: Row) -> Object:
    return {"prompt": _prompt(row), "completion": [_reply(row.answer)], "label": row.label}


def _prompt(row: Row) -> list[dict[str, str]]:
    return _turns(row.messages[:-1])


def _turns(messages: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"role": turn["role"], "content": turn["content"]} for turn in messages]


def _reply(content: str) -> dict[str, str]:
    return {"role": "assistant", "content": content}


def _split_system(messages: Sequence[Mapping[str, str]]) -> tuple[str, Sequence[Mapping[str, str]]]:
    if messages and messages[0]["role"] == "system":
        return messages[0]["content"], messages[1:]
    return "", messages


_WRITERS: Mapping[RowFormat, Callable[[Row], Object]] = {
    RowFormat.ALPACA: _alpaca,
    RowFormat.SHAREGPT: _sharegpt,
    RowFormat.MESSAGES: _messages,
    RowFormat.PREFERENCE: _preference,
    RowFormat.KTO: _kto,
}
_PLAIN = (RowFormat.ALPACA, RowFormat.SHAREGPT, RowFormat.MESSAGES)
_HOLDS = {
    RowFormat.MESSAGES: "one answer without a verdict",
    RowFormat.PREFERENCE: "a better and a worse answer",
    RowFormat.KTO: "an answer with a verdict",
}
