"""Is a dataset sound? Every check over all rows, what it found, and one score that says how much of the data it concerns.

A row's place is its position in the file, or in the dataset, from 0. A row that could not even be read is a finding too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any

from studio.dataset.checks.makeup import Makeup, makeup_of
from studio.dataset.progress import BETWEEN_REPORTS, Progress, part_of, reporting
from studio.dataset.reading.problems import Problem
from studio.dataset.similarity.contradictions import contradiction, without_numbers_and_denials
from studio.dataset.similarity.likeness import near_pairs, same_groups, words_of
from studio.dataset.similarity.needs import are_opposed, same_need
from studio.dataset.similarity.phrasings import shared_phrasings
from studio.dataset.similarity.repetition import repetitions, told
from studio.dataset.similarity.wording import about, without_courtesy
from studio.dataset.tokens.too_long import LengthCheck
from studio.privacy import Found, own_contacts, redact_conversation
from studio.scoring.items import Item
from studio.workspace.datasets import Row

WEIGHTS: Mapping[str, float] = {
    "empty": 1.0,
    "turn_order": 1.0,
    "placeholder": 1.0,
    "contradiction": 1.0,
    "leakage": 1.0,
    "personal_data": 1.0,
    "too_long": 0.5,
    "duplicate": 0.5,
    "near_duplicate": 0.25,
}
"""The kinds, and how much of a row each costs in the score: a row that teaches something wrong is lost, a repeated one half."""

_UNREAD: Mapping[str, str] = {
    "no_instruction": "empty",
    "no_answer": "empty",
    "placeholder": "placeholder",
    "bad_turn": "turn_order",
    "bad_history": "turn_order",
    "no_turns": "turn_order",
    "unknown_speaker": "turn_order",
}
Words = tuple[str, ...]
Pair = tuple[int, int]
Group = Sequence[int]

_MOST_COMPARED = 30  # answers to one question that are compared with each other
_SHOWN = 60  # characters of a text in a sentence


@dataclass(frozen=True)
class Finding:
    """Something wrong with a row. `other` is the row, or the id of the question set's item, that it is wrong with.

    `row`, `other` and the rows in `message` count from 0, as the command line prints them with `--json`.
    """

    row: int
    kind: str
    message: str
    other: int | str | None = None

    @property
    def sentence(self) -> str:
        """The message with its rows counted from 1, as people read it."""
        return counted_from_one(self.message, self.other)

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        found: dict[str, Any] = {"row": self.row, "kind": self.kind, "message": self.message}
        return found if self.other is None else {**found, "with": self.other}


@dataclass(frozen=True)
class Examination:
    """All findings, in the order of the rows. `score` is from 0 to 100: the share of the rows that is sound, each by its worst finding."""

    rows: int
    findings: Sequence[Finding]
    makeup: Makeup | None = None
    """How the rows spread over labels, languages and lengths."""
    own_contacts: Mapping[str, int] = field(default_factory=dict)
    """The company's own addresses and numbers, which are no personal data, with the number of questions whose answers give them."""

    @property
    def score(self) -> float:
        """100 less what the findings cost, a row at most once."""
        return round(100.0 - sum(self.parts.values()), 1)

    @property
    def parts(self) -> dict[str, float]:
        """What each kind costs, in points of the score; a row counts for its worst kind only."""
        worst: dict[int, str] = {}
        for finding in self.findings:
            if finding.row not in worst or WEIGHTS[finding.kind] > WEIGHTS[worst[finding.row]]:
                worst[finding.row] = finding.kind
        rows = Counter(worst.values())
        return {kind: 100.0 * weight * rows[kind] / self.rows for kind, weight in WEIGHTS.items() if rows[kind]}

    @property
    def counts(self) -> dict[str, int]:
        """Findings of each kind."""
        found = Counter(finding.kind for finding in self.findings)
        return {kind: found[kind] for kind in WEIGHTS if found[kind]}

    def to_json(self) -> dict[str, Any]:
        """As `python -m studio check --json` prints it."""
        parts = {kind: round(points, 2) for kind, points in self.parts.items()}
        problems = [finding.to_json() for finding in self.findings]
        makeup = self.makeup.to_json() if self.makeup is not None else {}
        own = {"own_contacts": dict(self.own_contacts)}
        return {
            "rows": self.rows,
            "score": self.score,
            "parts": parts,
            "counts": self.counts,
            "problems": problems,
            **makeup,
            **own,
        }


def counted_from_one(message: str, other: int | str | None) -> str:
    """The message with the row `other`, where it names it, counted from 1; what it quotes of a row's text comes behind that."""
    return message.replace(f"row {other}", f"row {other + 1}", 1) if isinstance(other, int) else message


def examine(
    findings: Iterable[Row | Problem],
    *,
    items: Sequence[Item] = (),
    max_characters: int | None = None,
    length_check: LengthCheck | None = None,
    progress: Progress | None = None,
) -> Examination:
    """Check the rows of a file or a dataset.

    Args:
        findings: rows, and the problems of those that could not be read, in order.
        items: of all question sets whose phrasings must not be among them.
        max_characters: conversations that are longer are reported; None reports none.
        length_check: decides that instead, for example by a model's tokens.
        progress: called now and then with the thousandths that are done, and 1,000; what it raises ends the examination. How long `findings`
            take nobody knows beforehand, so meanwhile nothing is done.
    """
    phases = _Phases(progress)
    rows: dict[int, Row] = {}
    found: list[Finding] = []
    total = 0
    for position, finding in enumerate(findings):
        if total % BETWEEN_REPORTS == 0:
            phases.report(0)
        total += 1
        if isinstance(finding, Problem):
            found.append(Finding(position, _UNREAD.get(finding.kind, "empty"), finding.message))
        else:
            rows[position] = finding
    places = list(rows)
    asked = [words_of(_asked(row)) for row in rows.values()]
    near = list(near_pairs(asked, phases.next(150)))
    private = {place: redact_conversation(row.messages)[1] for place, row in reporting(rows.items(), phases.next(350))}
    own = own_contacts((_asked(rows[place]), in_row) for place, in_row in private.items() if in_row)
    found += _personal_data(private, own)
    found += _turn_order(rows)
    groups: list[Group] = [*near, *same_groups(hash(about(_asked(row))) for row in rows.values())]
    found += _repeated(rows, places, asked, groups)
    found += _contradicting(rows, _same_need(rows, places, groups), phases.next(100))
    found += _too_long(rows, max_characters) if length_check is None else _over_length(rows, length_check)
    found += _leaking(rows, items, phases.next(400))
    phases.report(1_000)
    order = list(WEIGHTS)
    found.sort(key=lambda one: (one.row, order.index(one.kind)))
    return Examination(total, found, makeup_of(list(rows.values())), own)


class _Phases:
    """Reports of one check after the other as reports of the whole."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._done = progress, 0

    def next(self, thousandths: int) -> Progress | None:
        """For the next check, which takes about so much of the time."""
        before, self._done = self._done, self._done + thousandths
        return part_of(self._progress, before=before, size=thousandths, total=1_000)

    def report(self, thousandths: int) -> None:
        if self._progress:
            self._progress(thousandths, 1_000)


def _personal_data(private: Mapping[int, Sequence[Found]], own: Collection[str]) -> Iterator[Finding]:
    for position, found in private.items():
        kinds = Counter(one.kind for one in found if not (one.in_answer and one.thing in own))
        if kinds:
            named = ", ".join(f"{kind} ({count})" if count > 1 else kind for kind, count in kinds.items())
            yield Finding(position, "personal_data", f"It holds personal data or a secret: {named}.")


def _turn_order(rows: Mapping[int, Row]) -> Iterator[Finding]:
    for position, row in rows.items():
        roles = [turn["role"] for turn in row.messages]
        turns = roles[1:] if roles[:1] == ["system"] else roles
        if turns != ["user", "assistant"] * (len(turns) // 2) or not turns:
            yield Finding(position, "turn_order", "Questions and answers don't take turns, beginning with a question.")


def _too_long(rows: Mapping[int, Row], limit: int | None) -> Iterator[Finding]:
    for position, row in rows.items():
        length = sum(len(turn["content"]) for turn in row.messages)
        if limit is not None and length > limit:
            yield Finding(
                position, "too_long", f"It has {length:,} characters, over the {limit:,} that are surely trained whole."
            )


def _over_length(rows: Mapping[int, Row], check: LengthCheck) -> Iterator[Finding]:
    for position, sentence in zip(rows, check(rows.values()), strict=True):
        if sentence is not None:
            yield Finding(position, "too_long", sentence)


def _repeated(
    rows: Mapping[int, Row], places: Sequence[int], asked: Sequence[Words], groups: Sequence[Group]
) -> Iterator[Finding]:
    """The same question with the same answer again, or nearly the same question with nearly the same answer."""
    compared = cache(lambda index: told(_asked(rows[places[index]]), rows[places[index]].answer))
    times = Counter(asked)
    first: dict[tuple[Words, Words], int] = {}
    again: set[int] = set()
    for index, text in enumerate(asked):
        if times[text] > 1 and (earliest := first.setdefault((text, words_of(rows[places[index]].answer)), index)) != index:
            again.add(index)
            message = f"The same question and answer stand in row {places[earliest]}."
            yield Finding(places[index], "duplicate", message, places[earliest])
    alike_answers = same_groups(rows[place].answer for place in places)
    for earlier, later in repetitions(compared, [*groups, *alike_answers]):
        if later not in again:
            place = places[earlier]
            message = (
                f"Nearly the same question as row {place}, with an answer that says the same: {_short(rows[place].question)}"
            )
            yield Finding(places[later], "near_duplicate", message, place)


def _contradicting(rows: Mapping[int, Row], same_need: Iterable[Pair], progress: Progress | None) -> Iterator[Finding]:
    """Rows that answer the same need, by family or by nearly the same question, with answers that can't both be right."""
    reported: set[int] = set()
    for first, second in reporting(list(same_need), progress):
        if second in reported:
            continue
        asked = about(_asked(rows[first])) | about(_asked(rows[second]))
        reason = contradiction(rows[first].answer, rows[second].answer, asked)
        if reason is not None:
            reported.add(second)
            yield Finding(second, "contradiction", f"It contradicts the answer of row {first} to the same need: {reason}.", first)


def _same_need(rows: Mapping[int, Row], places: Sequence[int], groups: Sequence[Group]) -> Iterator[Pair]:
    """Pairs of rows to compare: of a family, and those with the same need among rows that ask or answer alike."""
    families: dict[str, list[int]] = defaultdict(list)
    for place, row in rows.items():
        if row.family:
            families[row.family].append(place)
    for group in families.values():
        yield from combinations(_one_an_answer(group, rows)[:_MOST_COMPARED], 2)
    alike_answers = same_groups(hash(without_numbers_and_denials(rows[place].answer)) for place in places)
    for alike in [*groups, *alike_answers]:
        for first, second in combinations(_one_an_answer([places[index] for index in alike], rows)[:_MOST_COMPARED], 2):
            if same_need(_asked(rows[first]), _asked(rows[second])):
                yield first, second


def _one_an_answer(places: Sequence[int], rows: Mapping[int, Row]) -> list[int]:
    return sorted({rows[place].answer: place for place in reversed(places)}.values())


def _leaking(rows: Mapping[int, Row], items: Sequence[Item], progress: Progress | None) -> Iterator[Finding]:
    by_question = {item.conversation[-1]["content"]: item.id for item in items}
    by_text: dict[str, list[int]] = defaultdict(list)
    for place, row in rows.items():
        for text in _phrasings(row):
            by_text[text].append(place)
    reported: set[tuple[int, str]] = set()
    for pair in shared_phrasings(by_text, by_question, progress):
        item = by_question[pair.evaluation]
        if are_opposed(pair.train, pair.evaluation):
            continue
        for place in by_text[pair.train]:
            if (place, item) not in reported:
                reported.add((place, item))
                alike = f"alike to {pair.similarity:.0f} of 100"
                yield Finding(
                    place,
                    "leakage",
                    f"The question stands in a question set as {item} ({alike}): {_short(pair.evaluation)}",
                    item,
                )


def _phrasings(row: Row) -> set[str]:
    """What the customer says in each turn, and the same without the courtesy around it."""
    said = {turn["content"] for turn in row.messages if turn["role"] == "user"}
    return said | {without_courtesy(text) for text in said}


def _asked(row: Row) -> str:
    """All that was said before the last answer, without the system message."""
    return "\n".join(turn["content"] for turn in row.messages[:-1] if turn["role"] != "system")


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
