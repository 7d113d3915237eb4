"""Tables that answer: questions with answers, or troubles with their causes and remedies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studio.dataset.distillation.blocks import Table, table_row
from studio.dataset.distillation.questions import symptom_question
from studio.dataset.distillation.vocabulary import Vocabulary

_QUESTION_HEADS = re.compile(r"questions?|faqs?|问题|常见问题|提问|问", re.I)
_ANSWER_HEADS = re.compile(r"answers?|repl(?:y|ies)|回答|答案|解答|答复|答", re.I)
_SYMPTOM_HEADS = re.compile(
    r"(?:symptoms?|problems?|issues?|faults?|troubles?|errors?(?: codes?| messages?)?|if\b.*|what you see|故障(?:现象|代码|描述)?|现象|症状|问题(?:描述|现象)?|错误(?:代码|信息|提示)?)",
    re.I,
)
_REMEDY_HEADS = re.compile(
    r"(?:(?:possible |suggested |corrective )?(?:remed(?:y|ies)|solutions?|fix(?:es)?|actions?|corrections?|what to do|measures?)|do this|处理(?:方法|办法)?|解决(?:方法|方案|办法|措施)?|"
    r"排除方法|措施|对策)",
    re.I,
)


@dataclass(frozen=True)
class Pair:
    """A question and its answer. `source` is all that they are made of."""

    question: str
    answer: str
    source: str


def pairs_of_table(table: Table, vocabulary: Vocabulary) -> Iterator[Pair]:
    """The rows of a table of questions and answers, or of troubles, causes and remedies. An empty first cell goes on with the one above."""
    asked = _column(table.head, _QUESTION_HEADS)
    answered = _column(table.head, _ANSWER_HEADS)
    if asked is not None and answered is not None and asked != answered:
        for row in _filled_down(table, asked):
            if row[asked] and row[answered]:
                yield Pair(row[asked], row[answered], f"{row[asked]}\n\n{row[answered]}")
        return
    symptom, remedy = _column(table.head, _SYMPTOM_HEADS), _column(table.head, _REMEDY_HEADS)
    if symptom is None or remedy is None or symptom == remedy:
        return
    grouped: dict[str, list[tuple[str, ...]]] = {}
    for row in _filled_down(table, symptom):
        if row[symptom] and any(cell for index, cell in enumerate(row) if index != symptom):
            grouped.setdefault(row[symptom], []).append(row)
    for trouble, rows in grouped.items():
        answer = "\n".join(_told(table.head, row, symptom, remedy) for row in rows)
        name = f"{table.head[symptom]} {trouble}" if _is_code(trouble) else trouble
        yield Pair(
            symptom_question(name, vocabulary), answer, "\n".join(table_row((*table.head, ""), (*row, "")) for row in rows)
        )


def _told(head: Sequence[str], row: Sequence[str], symptom: int, remedy: int) -> str:
    others = [index for index, cell in enumerate(row) if cell and index != symptom and index < len(head)]
    if others == [remedy]:
        return row[remedy]
    return "\n".join(f"{head[index]}: {row[index]}" if head[index] else row[index] for index in others)


def _is_code(cell: str) -> bool:
    return len(cell) <= 12 and any(map(str.isdigit, cell)) and " " not in cell


def _column(head: Sequence[str], pattern: re.Pattern[str]) -> int | None:
    return next((index for index, name in enumerate(head) if pattern.fullmatch(name.strip(" :："))), None)


def _filled_down(table: Table, column: int) -> Iterator[tuple[str, ...]]:
    above = ""
    for row in table.rows:
        if len(row) < len(table.head):
            continue
        above = row[column] or above
        yield (*row[:column], above, *row[column + 1 :])
