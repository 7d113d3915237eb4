"""How much of what is wrong the checks find, on the answers that ship with the project, each changed in one place.

The counts are in docs/data.md. Nothing here is a paraphrase: how many good answers in other words are rejected is not measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest

from studio.dataset.distillation.candidates import Passage
from studio.dataset.distillation.grounding import faults
from studio.settings import PROJECT_ROOT

_OTHER_UNITS = {"hours": "days", "working days": "days", "days": "weeks", "minutes": "hours", "months": "weeks"}
_SHORTEST = 5  # words of a sentence that is an answer by itself


def answers() -> list[str]:
    """The right answers of all industries, in the order of the files."""
    files = sorted((PROJECT_ROOT / "data").glob("*.json"))
    rows = (row for file in files if isinstance(found := json.loads(file.read_text(encoding="utf-8")), list) for row in found)
    return list(dict.fromkeys(row["output"] for row in rows if row.get("family")))


def other_numbers(answer: str) -> Iterator[str]:
    for match in re.finditer(r"\d+", answer):
        yield f"{answer[: match.start()]}{int(match[0]) + 3}{answer[match.end() :]}"


def other_units(answer: str) -> Iterator[str]:
    for unit, other in _OTHER_UNITS.items():
        if re.search(rf"\d {unit}\b", answer):
            yield re.sub(rf"(\d) {unit}\b", rf"\1 {other}", answer, count=1)


def lost_denials(answer: str) -> Iterator[str]:
    for match in re.finditer(r"\b(?:not|never|no) ", answer):
        yield answer[: match.start()] + answer[match.end() :]


def added_denials(answer: str) -> Iterator[str]:
    if match := re.search(r"\b(?:can|is|are|will|must) ", answer):
        yield f"{answer[: match.end()]}not {answer[match.end() :]}"


def is_rejected(answer: str, passage: str) -> bool:
    return any(faults("What about it?", answer, Passage("p", "manual", (), passage)))


@pytest.mark.parametrize(
    ("change", "share"), [(other_numbers, 0.98), (other_units, 0.98), (lost_denials, 0.9), (added_denials, 0.9)]
)
def test_nearly_every_changed_answer_is_rejected(change: Callable[[str], Iterator[str]], share: float) -> None:
    found = [is_rejected(changed, answer) for answer in answers() for changed in change(answer)]
    assert len(found) > 30
    assert sum(found) >= share * len(found), f"{sum(found)} of {len(found)}"


def test_no_answer_and_no_sentence_of_it_is_rejected_by_its_own_text() -> None:
    everything = answers()
    said = [(text, answer) for answer in everything for text in (answer, *re.split(r"(?<=[.!?])\s+", answer))]
    long_enough = [(text, answer) for text, answer in said if len(text.split()) >= _SHORTEST]
    assert not [text for text, answer in long_enough if is_rejected(text, answer)]
