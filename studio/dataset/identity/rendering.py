"""What comes of filling in texts: rows, the rows left out and why, and the placeholders left over, which block saving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from studio.dataset.identity.brand import Brand
from studio.dataset.reading.problems import Problem, RowRejected
from studio.dataset.reading.row_checks import check_row
from studio.errors import BadInput
from studio.placeholders import TORN, fill, placeholders
from studio.workspace.datasets import Row

SOURCE = "brand identity"
INDUSTRY = "identity"


@dataclass(frozen=True)
class Leftover:
    """A placeholder that nothing fills: the row it stands in, counted from 0, its name, and how it is written there."""

    row: int
    name: str
    written: str


@dataclass(frozen=True)
class Rendered:
    """The rows that can be saved, the ones that were left out, and what is in the way of saving. Rows are counted from 0."""

    rows: Sequence[Row]
    problems: Sequence[Problem] = ()
    leftovers: Sequence[Leftover] = ()
    source: str = SOURCE

    @property
    def unknown(self) -> dict[str, int]:
        """The names of the placeholders that a value would fill, and how many rows hold each."""
        return dict(Counter(leftover.name for leftover in self.leftovers if leftover.name not in TORN))

    @property
    def refusal(self) -> str | None:
        """Why this can't be saved, as a sentence; None where it can."""
        if self.leftovers:
            first = {leftover.name: leftover for leftover in reversed(self.leftovers)}
            return " ".join(map(self._complaint, sorted(first.values(), key=lambda leftover: leftover.row)))
        if not self.rows:
            because = f": {self.problems[0].message}" if self.problems else "."
            return f"No row is left to save{because}"
        return None

    def _complaint(self, first: Leftover) -> str:
        rows = sum(leftover.name == first.name for leftover in self.leftovers)
        more = f" (and {rows - 1:,} more of the rows)" if rows > 1 else ""
        if first.name in TORN:
            return (
                f"Row {first.row + 1} holds a torn placeholder, a {first.written} without its other half{more}. Correct the file."
            )
        return f"Row {first.row + 1} still holds the placeholder {first.written}{more}. Say what stands for it, then save."

    def check(self) -> None:
        """Let through what can be saved.

        Raises:
            BadInput: a placeholder is left over, or no row is left.
        """
        if self.refusal:
            raise BadInput(self.refusal)


def render(texts: Iterable[Row | Problem], brand: Brand, values: Mapping[str, str], *, loose: bool = False) -> Rendered:
    """Fill the rows in. One whose answer says a thing never to say is left out; one with a placeholder left over blocks saving.

    Args:
        texts: rows with placeholders, and problems of those that could not be read, in the source's order.
        brand: whose rows they become.
        values: what fills the placeholders.
        loose: whether to look for placeholders in every way of writing them (`placeholders`).
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    leftovers: list[Leftover] = []
    for number, text in enumerate(texts):
        if isinstance(text, Problem):
            problems.append(text)
        elif left := _left_over(text, number, values, loose=loose):
            leftovers += left
        else:
            try:
                rows.append(_filled(text, brand, values, loose=loose))
            except RowRejected as rejected:
                problems.append(Problem(number, rejected.kind, rejected.message))
    return Rendered(rows, problems, leftovers)


def _left_over(row: Row, number: int, values: Mapping[str, str], *, loose: bool) -> list[Leftover]:
    found = {name: written for turn in row.messages for name, written in placeholders(turn["content"], loose=loose).items()}
    return [Leftover(number, name, written) for name, written in found.items() if name not in values]


def _filled(row: Row, brand: Brand, values: Mapping[str, str], *, loose: bool) -> Row:
    messages = [{**turn, "content": fill(turn["content"], values, loose=loose)} for turn in row.messages]
    filled = replace(row, messages=messages)
    check_row(filled)
    for turn in messages:
        if turn["role"] == "assistant" and (phrase := brand.breach(turn["content"])):
            raise RowRejected("never_say", f"The answer says {phrase!r}, one of the things never to say: {turn['content']}")
    return filled
