"""The values in a JSON array, in JSONL, or in one object: which of them it is, is seen from the content, never from the name.

An object alone is one value, unless it only wraps the list of values (`{"data": [...]}`).

An array is read value by value, so that a large file never lies in memory as objects. An error in an array ends the reading,
because nobody can say where the next value begins; a bad line of JSONL is that line's problem alone. What the values mean
is the readers' business.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from studio.errors import BadInput

_SPACE = re.compile(r"[ \t\n\r]*")
_WRAPPERS = ("data", "rows", "records", "examples", "items", "dialogues", "dialogs", "chats", "sessions", "tickets", "train")
_LINES_TRIED = 20  # so many lines may be broken before a file that begins with "{" is held to be no JSONL


@dataclass(slots=True)
class Record:
    """One value. `row` counts from 0; `line` from 1, in JSONL only; `end` is the character in the file behind it, in JSONL the byte.

    Not frozen, because one is made for every row, and that would take thrice as long.
    """

    row: int
    value: object
    end: int
    line: int | None = None
    error: str | None = None


class AmbiguousObject(dict[str, Any]):
    """An object that names the key `repeated` twice; as in every JSON reader, the last value is the one it holds."""

    repeated: str


class _NotJson(Exception):
    def __init__(self, reason: str, text: str, position: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)


def read_records(text: str, name: str) -> Iterator[Record]:
    """The values of a JSON array or of JSONL, in order; blank lines don't count.

    Args:
        text: the content of the file; it holds more than space.
        name: the file's name, for the sentences.

    Raises:
        BadInput: it is neither; at once where the beginning shows it, otherwise when the reading gets there.
    """
    start = _skip_space(text, 0)
    if text[start] == "[":
        return _array(text, start, name)
    alone = _only_value(text, start, name)
    return read_lines(text.split("\n")) if alone is None else iter(alone)


def _array(text: str, start: int, name: str) -> Iterator[Record]:
    try:
        yield from _array_values(text, start)
    except _NotJson as error:
        raise _not_json(name, error) from error


def _array_values(text: str, start: int) -> Iterator[Record]:
    position = _skip_space(text, start + 1)
    index = 0
    closed = text[position : position + 1] == "]"
    while not closed:
        value, position = _decode(text, position)
        yield Record(index, value, position)
        index += 1
        position = _skip_space(text, position)
        separator = text[position : position + 1]
        closed = separator == "]"
        if not closed:
            if separator != ",":
                raise _NotJson("a comma or ']' is missing" if separator else "it ends inside the array", text, position)
            position = _skip_space(text, position + 1)
    rest = _skip_space(text, position + 1)
    if rest < len(text):
        raise _NotJson("there is more behind the end of the array", text, rest)


def _only_value(text: str, start: int, name: str) -> list[Record] | None:
    """The records of a file that is one object; None for JSONL of several lines."""
    try:
        value, end = _decode(text, start)
    except _NotJson as error:
        if text[start] == "{" and _some_line_is_an_object(text):
            return None  # the first line is broken, others are not
        raise _not_json(name, error) from error
    if not isinstance(value, dict):
        raise BadInput(f"{name} holds {describe(value)}, but a list of rows is needed: a JSON array, or one object on each line.")
    if _skip_space(text, end) == len(text):
        wrapped = [value[key] for key in _WRAPPERS if isinstance(value.get(key), list)]
        return [Record(index, row, end) for index, row in enumerate(wrapped[0] if wrapped else [value])]
    if "\n" in text[start:end]:
        raise BadInput(f"{name} holds objects over several lines, but a JSON array, or one object on each line, is needed.")
    return None


def _some_line_is_an_object(text: str) -> bool:
    return any(isinstance(record.value, dict) for record in islice(read_lines(text.split("\n")), _LINES_TRIED))


def are_jsonl(lines: Iterable[str]) -> bool:
    """Whether these lines of a file are JSONL beyond doubt: the first holds a whole object, and there are others."""
    beginning = list(islice((line for line in lines if line.strip()), 2))
    return len(beginning) == 2 and isinstance(next(read_lines(beginning)).value, dict)


def read_lines(lines: Iterable[str]) -> Iterator[Record]:
    """The values of JSONL, in order; blank lines don't count."""
    index, end, decode = 0, 0, _DECODER.raw_decode
    for line, content in enumerate(lines, start=1):
        end += len(content) if content.isascii() else len(content.encode(errors="replace"))
        content = content.strip()
        if content:
            try:
                value, stop = decode(content)
            except (json.JSONDecodeError, RecursionError) as reason:
                yield Record(index, None, end, line, _at_column(_in_words(reason, content, 0)))
            else:
                if stop == len(content):
                    yield Record(index, value, end, line)
                else:
                    more = _NotJson("there is more behind the first value", content, stop)
                    yield Record(index, None, end, line, _at_column(more))
            index += 1


def _at_column(error: _NotJson) -> str:
    return f"{error.reason} at column {error.column}"


def describe(value: object) -> str:
    """What kind of JSON value this is, in words."""
    for kinds, words in (
        ((dict,), "an object"), ((list,), "a list"), ((str,), "a text"), ((bool,), "true or false"), ((int, float), "a number"),
    ):  # fmt: skip
        if isinstance(value, kinds):
            return words
    return "nothing (null)"


def _not_json(name: str, error: _NotJson) -> BadInput:
    return BadInput(f"{name} is not valid JSON: {error.reason} at line {error.line}, column {error.column}. Repair it there.")


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    ambiguous = AmbiguousObject(value)
    [(ambiguous.repeated, _)] = Counter(key for key, _ in pairs).most_common(1)
    return ambiguous


def _missing(_: str) -> None:
    """NaN and infinities, which pandas writes for an empty cell, are no JSON and no value."""


# Numbers become floats whatever their length: no row needs one, and int() refuses more than 4,300 digits.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=float, parse_constant=_missing)


def _decode(text: str, position: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _in_words(error, text, position) from error


def _in_words(error: json.JSONDecodeError | RecursionError, text: str, position: int) -> _NotJson:
    """Why the value at `position` can't be decoded, and where."""
    if isinstance(error, RecursionError):
        return _NotJson("brackets are nested too deeply", text, position)
    return _NotJson("it ends too early" if error.pos >= len(text.rstrip()) else _message(error.msg), text, error.pos)


def _message(message: str) -> str:
    return {
        "Expecting value": "a value is expected",
        "Expecting property name enclosed in double quotes": "a key in double quotes is expected",
        "Expecting ',' delimiter": "a comma is missing",
        "Expecting ':' delimiter": "a colon is missing",
        "Unterminated string starting at": "a text has no closing quote",
        "Invalid control character at": "a text holds a raw line break, tab or other control character",
    }.get(message, message[:1].lower() + message[1:])
