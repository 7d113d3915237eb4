"""What the teacher's reply holds. It was asked for one JSON object; whatever else it sends, what can be used of it is used."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

_MAX_LENGTH = 200_000  # characters that are looked at
_MAX_FALSE_STARTS = 200  # brackets that begin no JSON, after which the rest is taken for garbage
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)


class Need(BaseModel):
    """One need: how people ask for it, and the answer."""

    model_config = ConfigDict(coerce_numbers_to_str=True, str_strip_whitespace=True)

    questions: list[str] = Field(validation_alias=AliasChoices("questions", "phrasings", "question"), min_length=1)
    answer: str

    @field_validator("questions", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        """A single question counts, and so does one that is wrapped: `{"question": "..."}`."""
        several = value if isinstance(value, list) else [value]
        return [next(iter(one.values()), None) if isinstance(one, dict) else one for one in several]

    @field_validator("questions")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        return list({question.casefold(): question for question in reversed(value) if question}.values())[::-1]

    @field_validator("answer", mode="before")
    @classmethod
    def _steps_as_lines(cls, value: Any) -> Any:
        """A list of steps is an answer of as many lines."""
        return "\n".join(str(step) for step in value) if isinstance(value, list) else value


class ReplyRefused(Exception):
    """The reply can't be used; the message is a sentence for people."""


def read_reply(text: str) -> tuple[list[Need], list[str]]:
    """The needs in a reply, and what is wrong with those that can't be read, one sentence each.

    Code fences, prose around the JSON, thoughts and an end that was cut off are passed over.

    Raises:
        ReplyRefused: the reply holds no such JSON at all.
    """
    needs: list[Need] = []
    faults: list[str] = []
    known = False
    for value in _objects(_THOUGHTS.sub("", text[:_MAX_LENGTH])):
        for entry in _entries(value):
            known = True
            try:
                needs.append(Need.model_validate(entry))
            except ValidationError as error:
                faults.append(_fault(error))
        known = known or value.get("needs") == []
    if not known:
        raise ReplyRefused("The teacher's reply is not the JSON that was asked for.")
    return needs, faults


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The outermost JSON objects in `text`; of one that is cut off or damaged, the whole ones within it."""
    at, false_starts = text.find("{"), 0
    while at >= 0 and false_starts < _MAX_FALSE_STARTS:
        try:
            value, end = _DECODER.raw_decode(text, at)
            yield value
        except (ValueError, RecursionError):
            false_starts += 1
            end = at + 1
        at = text.find("{", end)


def _entries(value: dict[str, Any]) -> Iterator[Any]:
    """The needs in one object: a list of them, or itself."""
    listed = value.get("needs")
    if isinstance(listed, list):
        yield from listed
    elif "answer" in value or "questions" in value:
        yield value


def _fault(error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else "entry"
    return f"An entry of the teacher's reply can't be read: '{field}': {first['msg'].lower()}."
