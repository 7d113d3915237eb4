"""The alpaca format (Stanford Alpaca, LLaMA-Factory): instruction, input, output, and perhaps system and history.

    [{"instruction": "...", "input": "", "output": "...", "system": "...", "history": [["question", "answer"], ...]}, ...]

A JSON array, or JSONL. As in LLaMA-Factory the question is the instruction and the input, joined by a line break. The keys
family, industry and intent are kept where they are text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from studio.dataset.checks import check_row
from studio.dataset.problems import Problem, RowRejected
from studio.dataset.records import AmbiguousObject, Record, describe, read_records
from studio.dataset.textfile import read_text
from studio.errors import BadInput
from studio.workspace.datasets import Row

Progress = Callable[[int, int], None]
"""Called with what is done and what is to do, in units of its own."""

_ROWS_TO_KNOW_THE_SHAPE = 100
_ROWS_BETWEEN_PROGRESS = 500


@dataclass(frozen=True)
class Columns:
    """Which key holds what, in LLaMA-Factory's words. None: the file has no such key."""

    prompt: str = "instruction"
    query: str | None = "input"
    response: str = "output"
    system: str | None = "system"
    history: str | None = "history"


ALPACA = Columns()


def read_alpaca(
    path: Path,
    *,
    max_bytes: int | None = None,
    columns: Columns = ALPACA,
    progress: Progress | None = None,
) -> Iterator[Row | Problem]:
    """The rows of a file, and the problems of those that can't be used, in the file's order.

    Args:
        path: the file; its name becomes the rows' source.
        max_bytes: the largest file that is read.
        columns: which key holds what.
        progress: called now and then with the characters read and their total.

    Raises:
        NotFound: there is no such file.
        UploadTooLarge: it is over the limit.
        BadInput: it is no text, no JSON, or of another shape. Seen at once, or, for an error further down, on the way there.
    """
    text = read_text(path, max_bytes=max_bytes)
    records = read_records(text, path.name)
    beginning = list(islice(records, _ROWS_TO_KNOW_THE_SHAPE))
    _check_shape(beginning, columns, path.name)
    return _rows(chain(beginning, records), len(text), columns, path.name, progress)


def _rows(
    records: Iterator[Record], characters: int, columns: Columns, source: str, progress: Progress | None
) -> Iterator[Row | Problem]:
    for record in records:
        try:
            row = _row(record, columns, source)
            check_row(row)
            yield row
        except RowRejected as rejected:
            yield Problem(record.row, rejected.kind, rejected.message)
        if progress and record.row % _ROWS_BETWEEN_PROGRESS == 0:
            progress(record.end, characters)
    if progress:
        progress(characters, characters)


def _check_shape(beginning: Sequence[Record], columns: Columns, name: str) -> None:
    if not beginning:
        raise BadInput(f"{name} holds an empty list. Choose a file with rows in it.")
    objects = [record.value for record in beginning if isinstance(record.value, dict)]
    if not objects:
        found = describe(beginning[0].value)
        raise BadInput(f"{name} is no list of rows: it begins with {found} instead of an object with {columns.prompt!r}.")
    keys = {key for value in objects for key in value}
    if not keys & {columns.prompt, columns.response}:
        found = ", ".join(sorted(str(key)[:40] for key in keys)[:8]) or "none"
        needed = f"{columns.prompt!r} and {columns.response!r}"
        raise BadInput(f"{name} is of another shape: its rows need the keys {needed}, but have: {found}.")


def _row(record: Record, columns: Columns, source: str) -> Row:
    value = _object(record)
    instruction = _text(value, columns.prompt)
    if not instruction.strip():
        raise RowRejected("no_instruction", f"There is no instruction: {columns.prompt!r} is missing or empty.")
    answer = _text(value, columns.response)
    if not answer.strip():
        raise RowRejected("no_answer", f"There is no answer: {columns.response!r} is missing or empty.")
    query = _text(value, columns.query)
    system = _text(value, columns.system)
    messages = [{"role": "system", "content": system}] if system.strip() else []
    messages += _history(value, columns.history)
    messages.append({"role": "user", "content": f"{instruction}\n{query}" if query.strip() else instruction})
    messages.append({"role": "assistant", "content": answer})
    return Row(
        messages=messages,
        source=source,
        family=_label(value, "family"),
        industry=_label(value, "industry"),
        intent=_label(value, "intent"),
    )


def _object(record: Record) -> Mapping[str, Any]:
    if record.error is not None:
        raise RowRejected("invalid_json", f"Line {record.line} is not valid JSON: {record.error}.")
    if not isinstance(record.value, dict):
        raise RowRejected("not_an_object", f"The row is {describe(record.value)}, not an object with keys.")
    if isinstance(record.value, AmbiguousObject):
        raise RowRejected("duplicate_key", f"The row has the key {record.value.repeated[:40]!r} twice: keep one of them.")
    return record.value


def _text(value: Mapping[str, Any], column: str | None) -> str:
    content = value.get(column) if column else None
    if content is None:
        return ""
    if not isinstance(content, str):
        raise RowRejected("wrong_type", f"{column!r} is {describe(content)}, but text is needed.")
    return content


def _label(value: Mapping[str, Any], key: str) -> str | None:
    label = value.get(key)
    return label.strip() or None if isinstance(label, str) else None


def _history(value: Mapping[str, Any], column: str | None) -> list[dict[str, str]]:
    pairs = value.get(column) if column else None
    if pairs is None or pairs == "":
        return []
    if not isinstance(pairs, list):
        raise RowRejected("bad_history", f"{column!r} is {describe(pairs)}, but a list of [question, answer] pairs is needed.")
    messages: list[dict[str, str]] = []
    for number, pair in enumerate(pairs, start=1):
        if not _is_pair(pair):
            raise RowRejected("bad_history", f"Turn {number} of {column!r} is no [question, answer] pair of two texts.")
        messages += [{"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]}]
    return messages


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) and text.strip() for text in pair)
