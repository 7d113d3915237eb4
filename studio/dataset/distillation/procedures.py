"""Steps: does the answer keep the order and the number of a procedure?

The passage's steps are its numbered ones, or else its sentences. An answer in numbered steps must have each of them in the passage, in its order,
and as many as it has; an answer in prose must not turn the order round or leave out a step between two that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from studio.dataset.distillation.words import content, share, shortened

_MARKER = re.compile(
    r"(?:^|(?<=\s)|(?<=\())(?:step\s+)?(\d{1,2})\s?[.):](?=\s)|(?:^|(?<=[.\n]\s)|(?<=\n))step\s+(\d{1,2})(?=\s)", re.IGNORECASE
)
_REFERENCE = re.compile(r"\bsteps?\s+(\d{1,2})\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|,?\s+\bthen\b\s+|,\s+and\s+", re.IGNORECASE)
_TURNED_ROUND = re.compile(r"\b(?:before|after|until|once|when|while)\b", re.IGNORECASE)
_SAME_STEP = 0.5  # share of the answer's step in the passage's
_NAMED = 0.34  # share of a passage's step in the answer, from which it is not left out
_SHARED = 2


def numbered_steps(text: str) -> list[list[str]]:
    """The numbered procedures in a text, each as its steps: runs of 1, 2, 3 ..., in lines or in a row, of two steps or more."""
    marks = [(match.start(), match.end(), int(match[1] or match[2])) for match in _MARKER.finditer(text)]
    procedures: list[list[tuple[int, int]]] = []
    for start, end, number in marks:
        if number == 1:
            procedures.append([(start, end)])
        elif procedures and number == len(procedures[-1]) + 1:
            procedures[-1].append((start, end))
    starts = [start for procedure in procedures for start, _ in procedure] + [len(text)]
    cut = [[_step(text, end, min(other for other in starts if other >= end)) for _, end in procedure] for procedure in procedures]
    return [steps for steps in cut if len(steps) > 1]


def _step(text: str, start: int, end: int) -> str:
    """A step's words: to the next one, or to a blank line."""
    return re.split(r"\n\s*\n", text[start:end].strip(), maxsplit=1)[0].rstrip(" (")


def without_step_numbers(text: str, *, steps: int) -> str:
    """The text without the numbers that only count its steps, and without references to one of so many steps."""
    procedures = numbered_steps(text)
    highest = max([steps, *map(len, procedures)])
    if procedures:
        text = _MARKER.sub(" ", text)
    return _REFERENCE.sub(lambda match: "step" if 0 < int(match[1]) <= highest else match[0], text)


def broken_procedures(answer: str, passage: str, *, same_language: bool) -> Iterator[str]:
    """A sentence for each way in which the answer's steps are not the passage's."""
    theirs, ours = numbered_steps(passage), numbered_steps(answer)
    if ours and theirs and len(ours[0]) not in {len(steps) for steps in theirs}:
        counts = " or ".join(str(len(steps)) for steps in theirs)
        yield f"The answer has {len(ours[0])} steps, the passage {counts}."
    if not same_language or not (ours or theirs):
        return
    said = ours[0] if ours else _sentences(answer)
    procedure = _nearest(theirs, answer) if theirs else _sentences(passage)
    found = [_find(step, procedure) for step in said]
    if ours:
        yield from (
            _unknown(step) for step, place in zip(said, found, strict=True) if place is None and not _is_in(step, passage)
        )
    yield from _turned_round(said, found)
    if theirs:
        yield from _left_out(procedure, found, answer)


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if content(part)]


def _nearest(procedures: Sequence[list[str]], answer: str) -> list[str]:
    words = content(answer)
    return max(procedures, key=lambda steps: sum(len(content(step) & words) for step in steps))


def _find(step: str, procedure: Sequence[str]) -> int | None:
    """The place of the passage's step that says the same; None where none does, or two do equally."""
    words = content(step)
    shares = [
        share(words, content(other)) if len(words & content(other)) >= min(_SHARED, len(words)) else 0.0 for other in procedure
    ]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= _SAME_STEP and shares.count(best) == 1 else None


def _is_in(step: str, passage: str) -> bool:
    words = content(step)
    return not words or share(words, content(passage)) >= _SAME_STEP


def _unknown(step: str) -> str:
    return f'The passage has no step "{shortened(step)}".'


def _turned_round(said: Sequence[str], found: Sequence[int | None]) -> Iterator[str]:
    """The first step that comes after one that the passage has later."""
    placed = [
        (step, place) for step, place in zip(said, found, strict=True) if place is not None and not _TURNED_ROUND.search(step)
    ]
    for (earlier, before), (later, after) in pairwise(placed):
        if after < before:
            yield f'The steps are in another order: in the passage "{shortened(later)}" comes before "{shortened(earlier)}".'
            return


def _left_out(procedure: Sequence[str], found: Sequence[int | None], answer: str) -> Iterator[str]:
    places = {place for place in found if place is not None}
    words = content(answer)
    for place in range(min(places, default=0), max(places, default=0)):
        if place not in places and content(procedure[place]) and share(content(procedure[place]), words) < _NAMED:
            yield f'The answer leaves out a step: "{shortened(procedure[place])}".'
