"""From a dataset back to an alpaca file, so that what came in can go out again: importing the file gives the same rows.

    [{"instruction": "...", "input": "", "output": "...", "system": "...", "history": [["question", "answer"]], "family": ...}, ...]

The question goes out whole as the instruction: where it was split into instruction and input is not kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from studio.errors import BadInput
from studio.workspace.datasets import Row

_LABELS = ("family", "industry", "intent")


def to_alpaca(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """The rows as alpaca objects, in order; keys that would hold nothing are left out.

    Raises:
        BadInput: a conversation is none that alpaca can hold: perhaps a system message, then questions and answers in turn.
    """
    for number, row in enumerate(rows):
        system, turns = _split_system(row.messages)
        if not _in_turn(turns):
            raise BadInput(
                f"Row {number} can't be exported as alpaca: its questions and answers don't take turns. Remove the row, then export."
            )
        yield _alpaca_object(row, system, turns)


def alpaca_json(rows: Iterable[Row]) -> Iterator[str]:
    """The rows as one JSON array, piece by piece, one row a line.

    Raises:
        BadInput: as `to_alpaca`.
    """
    opening = "[\n"
    for value in to_alpaca(rows):
        yield opening + json.dumps(value, ensure_ascii=False)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


def _split_system(messages: Sequence[Mapping[str, str]]) -> tuple[str, Sequence[Mapping[str, str]]]:
    if messages and messages[0]["role"] == "system":
        return messages[0]["content"], messages[1:]
    return "", messages


def _in_turn(turns: Sequence[Mapping[str, str]]) -> bool:
    roles = [turn["role"] for turn in turns]
    return len(roles) >= 2 and roles == ["user", "assistant"] * (len(roles) // 2)


def _alpaca_object(row: Row, system: str, turns: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    texts = [turn["content"] for turn in turns]
    value: dict[str, Any] = {"instruction": texts[-2], "input": "", "output": texts[-1]}
    if system:
        value["system"] = system
    if history := [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)]:
        value["history"] = history
    labels = {label: getattr(row, label) for label in _LABELS}
    return value | {label: text for label, text in labels.items() if text is not None}
