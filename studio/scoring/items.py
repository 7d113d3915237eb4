"""The items of a question set, and the set itself.

A question set is a JSONL file: one item a line, blank lines skipped. It is checked whole as it is read, so that
whoever holds a `QuestionSet` holds one that can be scored. Whether it is also a fair one is another question:
`soundness`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from studio.errors import BadInput, NotFound
from studio.scoring.normalise import tokens

_WEIGHT_TOLERANCE = 0.02
"""How far the weights may be from 1 together: 300 items rounded to four decimals are off by 0.015 at most."""

_REMEDIES = {
    "missing": "add the field",
    "extra_forbidden": "correct the field's name or remove it",
    "json_invalid": "write one JSON object per line",
    "model_type": "write one JSON object per line",
}

_Text = Annotated[str, Field(min_length=1)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(_Record):
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Point(_Record):
    """A fact that the answer must state, or something that it must show."""

    say: _Text
    """The fact, as a person would name it."""
    any: tuple[str, ...] = ()
    """The wordings that state it; one is enough."""
    shows: Literal["feeling", "crisis line at once", "person at once"] | None = Field(
        default=None, exclude_if=lambda shows: shows is None
    )
    """What the answer must show, in whichever words, where no list of wordings can hold them (`empathy`, `crisis`, `handover`)."""

    @field_validator("any")
    @classmethod
    def _have_words(cls, wordings: tuple[str, ...]) -> tuple[str, ...]:
        return _with_words(wordings)

    @model_validator(mode="after")
    def _is_stated_or_shown(self) -> Self:
        if bool(self.any) == bool(self.shows):
            raise ValueError("a point has either wordings in 'any' or one thing that it 'shows', not both")
        return self


class Item(_Record):
    """One line of a question set: a question, or a conversation that ends with one, and what makes an answer right."""

    id: _Text
    family: _Text
    industry: _Text
    intent: _Text
    question: str | None = None
    messages: tuple[Message, ...] | None = None
    answer: _Text
    """The reference answer."""
    points: tuple[Point, ...]
    forbidden: tuple[str, ...] = ()
    """Claims that make the answer wrong."""
    escalate: bool = False
    """Whether the right answer hands the customer over to a person."""
    severity: Literal["low", "medium", "high"]
    weight: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """The item's share of the traffic, 0 to 1."""
    policy_version: _Text

    @field_validator("forbidden")
    @classmethod
    def _have_words(cls, claims: tuple[str, ...]) -> tuple[str, ...]:
        return _with_words(claims)

    @model_validator(mode="after")
    def _ends_with_one_question(self) -> Self:
        if (self.question is None) == (self.messages is None):
            raise ValueError("an item has either 'question' or 'messages', not both")
        if not self.conversation or self.conversation[-1]["role"] != "user":
            raise ValueError("the last of the 'messages' has the role 'user'")
        if not self.conversation[-1]["content"].strip():
            raise ValueError("the question is empty")
        return self

    @property
    def conversation(self) -> list[dict[str, str]]:
        """The turns to answer, each with `role` and `content`; the last is the user's."""
        if self.messages is None:
            return [{"role": "user", "content": self.question or ""}]
        return [{"role": message.role, "content": message.content} for message in self.messages]


@dataclass(frozen=True)
class QuestionSet:
    """A question set as it was when it was read."""

    name: str
    """The file's name without its ending."""
    path: Path
    items: tuple[Item, ...]
    fingerprint: str
    """SHA-256 of what the items say, in hex; the file's spacing and the order of its fields leave it alone."""


def find_question_set(name_or_path: str, folder: Path) -> Path:
    """The file of the set of that name in `folder`, or the file at that path.

    Raises:
        NotFound: there is neither; the message lists the names that exist.
    """
    by_name = folder / f"{name_or_path}.jsonl"
    if by_name.parent == folder and by_name.is_file():
        return by_name
    if Path(name_or_path).is_file():
        return Path(name_or_path)
    names = ", ".join(sorted(path.stem for path in folder.glob("*.jsonl"))) or "none yet"
    raise NotFound(f"There is no question set '{name_or_path}'; use a path to a JSONL file, or one of: {names}.")


def load_question_set(path: Path) -> QuestionSet:
    """Read and check a question set.

    Raises:
        NotFound: there is no such file.
        BadInput: a line, or the set as a whole, cannot be used; the message names the file, the line and the remedy.
    """
    lines = [(number, line) for number, line in enumerate(_read_text(path).split("\n"), start=1) if line.strip()]
    if not lines:
        raise BadInput(f"{path} is empty; write one item per line as a JSON object.")
    items = [_parse(line, where=f"{path}, line {number}") for number, line in lines]
    _check_ids(items, [number for number, _ in lines], path)
    _check_weights(items, [number for number, _ in lines], path)
    return QuestionSet(name=path.stem, path=path, items=tuple(items), fingerprint=fingerprint(items))


def _read_text(path: Path) -> str:
    if not path.is_file():
        raise NotFound(f"There is no question set at {path}; check the path.")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8.") from error


def _parse(line: str, *, where: str) -> Item:
    try:
        return Item.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        remedy = _REMEDIES.get(first["type"], "correct the value" if field else "correct the item")
        raise BadInput(f"{where}: {f'field {field!r}: ' if field else ''}{what}; {remedy}.") from error


def _check_ids(items: list[Item], numbers: list[int], path: Path) -> None:
    first_seen: dict[str, int] = {}
    for item, number in zip(items, numbers, strict=True):
        if item.id in first_seen:
            before = first_seen[item.id]
            raise BadInput(f"{path}, line {number}: line {before} has the id '{item.id}' too; give each item its own.")
        first_seen[item.id] = number


def _check_weights(items: list[Item], numbers: list[int], path: Path) -> None:
    """All items have a weight or none has; a set weighted in part has no weighted accuracy."""
    weights = [item.weight for item in items if item.weight is not None]
    if not weights:
        return
    if len(weights) < len(items):
        without = next(number for item, number in zip(items, numbers, strict=True) if item.weight is None)
        raise BadInput(f"{path}, line {without}: the item has no 'weight' though others have; weigh all items or none.")
    if abs(sum(weights) - 1) > _WEIGHT_TOLERANCE:
        raise BadInput(
            f"{path}, lines {numbers[0]} to {numbers[-1]}: the weights add up to {sum(weights):.3f}, not 1; "
            "divide each by that sum."
        )


def fingerprint(items: Sequence[Item]) -> str:
    """SHA-256 of what the items say, in hex."""
    content = [item.model_dump(mode="json") for item in items]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _with_words(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """The phrases, each of which holds at least one word: one that normalises to nothing would never be found."""
    for phrase in phrases:
        if not tokens(phrase):
            raise ValueError(f"'{phrase}' holds no word and no number")
    return phrases
