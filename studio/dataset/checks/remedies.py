"""What can be done about what the checks found: rows are dropped, or their personal data replaced, and everything that was done is told.

Remedies are applied together, so it doesn't matter in which order they were chosen. Then the rows are examined again, and what the
remedies are for is mended again until there is none left: a row that went may have hidden another with the same fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from studio.dataset.checks.examination import WEIGHTS, Examination, Finding, counted_from_one
from studio.dataset.similarity.contradictions import contradiction
from studio.dataset.similarity.needs import same_need
from studio.dataset.similarity.wording import about
from studio.errors import BadInput
from studio.privacy import redact_conversation
from studio.workspace.datasets import Row

FIRST, NEWEST, NEITHER, LEAVE = "first", "newest", "neither", "leave"
KEEP = (FIRST, NEWEST, NEITHER, LEAVE)
"""Which of two contradicting rows stays. The newest is the one that stands later; `LEAVE` leaves both."""

_DROPPED = ("empty", "turn_order", "placeholder", "leakage", "too_long")
_REPEATED = {
    "duplicate": "The same question and answer stand in row {other}.",
    "near_duplicate": "Nearly the same question stands in row {other}, with an answer that says the same.",
}
_CONTRADICTS = "It contradicts the answer of row {other} to the same need."
_REDACTED = "Personal data or a secret in it was replaced by what it was, with a number."


@dataclass(frozen=True)
class Remedy:
    """Against one kind of finding. `keep` and `row` are for contradictions: which row stays, and of which finding, or of all.

    `row` counts from 0, but in a `code`, which people read and type, from 1.
    """

    kind: str
    keep: str = FIRST
    row: int | None = None

    @property
    def code(self) -> str:
        """As it stands in an address or a command: `duplicate`, `contradiction:newest`, `contradiction:leave@12`."""
        if self.kind != "contradiction":
            return self.kind
        return f"{self.kind}:{self.keep}" + ("" if self.row is None else f"@{self.row + 1}")

    def replaces(self, other: Remedy) -> bool:
        """Whether it is another answer to the same question."""
        return (self.kind, self.row) == (other.kind, other.row)


@dataclass(frozen=True)
class Change:
    """What was done to a row. `row` is its position before anything was done, `kind` what it was done for.

    `other` is the position of the row that `detail` names, if it names one; there too rows count from 0.
    """

    row: int
    kind: str
    detail: str
    other: int | None = None

    @property
    def sentence(self) -> str:
        """What was done with its rows counted from 1, as people read it."""
        return counted_from_one(self.detail, self.other)

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {"row": self.row, "kind": self.kind, "message": self.detail}


@dataclass(frozen=True)
class Mended:
    """The rows that are left, what was done, in the order of the rows, and what the checks say before and after."""

    rows: Sequence[Row]
    removed: Sequence[Change]
    changed: Sequence[Change]
    before: Examination
    after: Examination


def parse_remedies(codes: str) -> tuple[Remedy, ...]:
    """The remedies of a list with commas; kinds may be in the plural. A later one takes the place of an earlier one of the same kind.

    Raises:
        BadInput: there is no such remedy.
    """
    remedies: tuple[Remedy, ...] = ()
    for code in filter(None, (part.strip() for part in codes.split(","))):
        remedies = with_remedy(remedies, _parsed(code))
    return remedies


def with_remedy(remedies: Sequence[Remedy], added: Remedy) -> tuple[Remedy, ...]:
    """The remedies with one more, at the end."""
    return (*(one for one in remedies if not added.replaces(one)), added)


def codes_of(remedies: Sequence[Remedy]) -> str:
    """The list that `parse_remedies` reads."""
    return ",".join(remedy.code for remedy in remedies)


def mend(
    rows: Sequence[Row],
    examination: Examination,
    remedies: Sequence[Remedy],
    examine_again: Callable[[Sequence[Row]], Examination],
) -> Mended:
    """Apply the remedies to the rows that were examined, until what they are for is gone."""
    places, left, after = list(range(len(rows))), list(rows), examination
    removed: list[Change] = []
    changed: dict[int, Change] = {}
    while True:
        step = _Step(left, places, remedies, examination.own_contacts)
        step.decide(after.findings)
        redacted = {place: row for place, row in step.redactions(after.findings) if row != left[place]}
        if not (step.gone or redacted):
            break
        removed += step.gone.values()
        changed |= {places[place]: Change(places[place], "personal_data", _REDACTED) for place in redacted}
        kept = [place for place in range(len(left)) if place not in step.gone]
        left, places = [redacted.get(place, left[place]) for place in kept], [places[place] for place in kept]
        after = examine_again(left)
    removed.sort(key=lambda change: change.row)
    staying = set(places)
    return Mended(left, removed, [changed[row] for row in sorted(changed) if row in staying], examination, after)


class _Step:
    """What is done at once after an examination. `gone` has the changes of rows that go, by the place among those that were examined."""

    def __init__(self, rows: Sequence[Row], positions: Sequence[int], remedies: Sequence[Remedy], own: Collection[str]) -> None:
        self.gone: dict[int, Change] = {}
        self._rows, self._positions, self._own = rows, positions, own
        self._kinds = {remedy.kind for remedy in remedies}
        self._keep = {remedy.row: remedy.keep for remedy in remedies if remedy.kind == "contradiction"}

    def decide(self, findings: Sequence[Finding]) -> None:
        """Faulty rows go first, then one of two that contradict each other, then repeated ones, if what they repeat stays."""
        for finding in findings:
            if finding.kind in _DROPPED and finding.kind in self._kinds:
                self._drop(finding.row, finding.kind, finding.message)
        if self._keep:
            self._settle(findings)
        for finding in sorted(findings, key=lambda one: one.row):
            kind, other = finding.kind, finding.other
            if kind in _REPEATED and kind in self._kinds and isinstance(other, int) and other not in self.gone:
                self._drop(finding.row, kind, _REPEATED[kind], self._positions[other])

    def redactions(self, findings: Sequence[Finding]) -> Iterator[tuple[int, Row]]:
        """The rows that stay, without their personal data; a worse answer, which no check looks at, always."""
        if "personal_data" not in self._kinds:
            return
        found = {finding.row for finding in findings if finding.kind == "personal_data"}
        for place, row in enumerate(self._rows):
            if place not in self.gone and (place in found or row.rejected is not None):
                yield place, redacted_row(row, self._own)

    def _settle(self, findings: Sequence[Finding]) -> None:
        by_answer: dict[str, list[int]] = defaultdict(list)
        for place, row in enumerate(self._rows):
            by_answer[row.answer].append(place)
        for finding in findings:
            first, newest = finding.other, finding.row
            if finding.kind != "contradiction" or not isinstance(first, int) or first in self.gone or newest in self.gone:
                continue
            keep = self._choice(newest)
            if keep in (FIRST, NEITHER):
                self._drop_contradicting(newest, first, by_answer)
            if keep in (NEWEST, NEITHER):
                self._drop_contradicting(first, newest, by_answer)

    def _choice(self, place: int) -> str:
        return self._keep.get(self._positions[place], self._keep.get(None, LEAVE))

    def _drop_contradicting(self, place: int, against: int, by_answer: Mapping[str, Sequence[int]]) -> None:
        """Drop the row; and those that give the same answer to the same need, of which the checks name only one."""
        one_pair = self._positions[place] in self._keep or self._positions[against] in self._keep
        others = () if one_pair else by_answer[self._rows[place].answer]
        for other in (place, *(other for other in others if self._contradict(other, against))):
            self._drop(other, "contradiction", _CONTRADICTS, self._positions[against])

    def _contradict(self, place: int, against: int) -> bool:
        if self._positions[place] in self._keep:
            return False
        one, other = self._rows[place], self._rows[against]
        asked, also_asked = _asked(one), _asked(other)
        if not ((one.family and one.family == other.family) or same_need(also_asked, asked)):
            return False
        return contradiction(other.answer, one.answer, about(asked) | about(also_asked)) is not None

    def _drop(self, place: int, kind: str, detail: str, other: int | None = None) -> None:
        told = detail if other is None else detail.format(other=other)
        self.gone.setdefault(place, Change(self._positions[place], kind, told, other))


def redacted_row(row: Row, own: Collection[str] = ()) -> Row:
    """The row with personal data and secrets replaced, in the worse answer of a preference by the same names; the company's own contacts stay."""
    if row.rejected is None:
        return replace(row, messages=redact_conversation(row.messages, own=own)[0])
    turns = [*row.messages, {"role": "assistant", "content": row.rejected}]
    *messages, rejected = redact_conversation(turns, own=own)[0]
    return replace(row, messages=messages, rejected=rejected["content"])


def _parsed(code: str) -> Remedy:
    kind, _, choice = code.partition(":")
    keep, at, row = choice.partition("@")
    kind = kind if kind in WEIGHTS else kind.removesuffix("s")
    plain = kind in WEIGHTS and not choice
    chosen = kind == "contradiction" and keep in KEEP and (not at or (row.isdecimal() and int(row) > 0))
    if not (plain or chosen):
        known = ", ".join(WEIGHTS)
        raise BadInput(
            f"There is no remedy {code!r}. Choose among {known}; contradiction:{'|'.join(KEEP)} says which row stays, "
            f"contradiction:{NEWEST}@12 of row 12 only; rows count from 1."
        )
    return Remedy(kind, keep or FIRST, int(row) - 1 if row else None)


def _asked(row: Row) -> str:
    return "\n".join(turn["content"] for turn in row.messages[:-1] if turn["role"] != "system")
