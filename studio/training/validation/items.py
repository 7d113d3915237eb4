"""What is asked: held-back phrasings, spread evenly over the families, and what makes an answer to them right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.chat.messages import Message
from studio.scoring.items import Item, load_question_set
from studio.scoring.normalise import tokens
from studio.scoring.verdict import judge
from studio.workspace.datasets import Row


@dataclass(frozen=True)
class ValidationItem:
    """A held-back phrasing: the conversation to answer, and the answer of the dataset.

    `judged_by` is an item of a question set whose points make an answer right; None where the dataset's own words have to.
    """

    row: Row
    judged_by: Item | None = None

    @property
    def asked(self) -> Sequence[Message]:
        """The conversation up to the answer."""
        return self.row.messages[:-1]

    def is_right(self, answer: str) -> bool:
        """Whether an answer makes all points of the family; without points, whether it says what the dataset's answer says, word for word."""
        if self.judged_by is not None:
            return judge(self.judged_by, answer).passed
        return tokens(answer) == tokens(self.row.answer)


def items_by_family(question_sets: Path) -> dict[str, list[Item]]:
    """The items of all question sets of a folder, by family.

    Raises:
        BadInput: a set can't be used; the message names the file and the line.
    """
    families: dict[str, list[Item]] = defaultdict(list)
    for path in sorted(question_sets.glob("*.jsonl")):
        for item in load_question_set(path).items:
            families[item.family].append(item)
    return families


def validation_items(held_out: Sequence[Row], families: Mapping[str, Sequence[Item]], *, most: int) -> list[ValidationItem]:
    """At most `most` of the rows that were held out, as evenly spread over their families as can be.

    A row that asks what a question set asks is left out: a checkpoint must not be chosen by what measures it.
    """
    measured = {_words(item.conversation[-1]["content"]) for items in families.values() for item in items}
    usable = [row for row in held_out if row.answer and row.question and _words(row.question) not in measured]
    return [ValidationItem(row, _judging(row, families.get(row.family or "", ()))) for row in _spread(usable, most)]


def _words(question: str) -> tuple[str, ...]:
    return tuple(tokens(question))


def _judging(row: Row, items: Sequence[Item]) -> Item | None:
    """The family's item by which the row's own answer is right: points that this dataset does not teach can't be asked of it."""
    return next((item for item in items if judge(item, row.answer).passed), None)


def _spread(rows: Sequence[Row], most: int) -> list[Row]:
    """First one row of every family, then a second, up to `most`; of a round that does not fit, rows at equal distances."""
    rounds: dict[int, list[Row]] = defaultdict(list)
    seen: dict[str | None, int] = defaultdict(int)
    for row in rows:
        rounds[seen[row.family]].append(row)
        seen[row.family] += 1
    chosen: list[Row] = []
    for number in sorted(rounds):
        of_round, room = rounds[number], most - len(chosen)
        chosen += of_round if len(of_round) <= room else [of_round[place * len(of_round) // room] for place in range(room)]
    return chosen
