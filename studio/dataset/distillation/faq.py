"""Questions that a document asks and answers itself: `Q:`/`A:`, bold or folded questions, definitions, tables of troubles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from studio.dataset.distillation.blocks import (
    Block,
    Fold,
    Item,
    Listing,
    Paragraph,
    Table,
    joined,
    rendered,
    rendered_all,
    table_row,
)
from studio.dataset.distillation.questions import Vocabulary, definition_question, is_question, symptom_question

_ASKED = re.compile(r"^(?:Q(?:uestion)?|问题?|提问)\s*\d{0,3}\s*[.:：)、]\s*", re.I)
_ANSWERED = re.compile(r"^(?:A(?:nswer)?|答案?|回答)\s*\d{0,3}\s*[.:：)、]\s*", re.I)
_NUMBER = re.compile(r"^\d{1,3}\s*[.)、]\s*")
_DEFINED = re.compile(r"^[:：]\s+")
_LONGEST_QUESTION = 240

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


def take_pairs(blocks: Sequence[Block], vocabulary: Vocabulary) -> tuple[list[Pair], list[Block]]:
    """The questions that the blocks answer, in order, and the blocks that are left."""
    pairs: list[Pair] = []
    rest: list[Block] = []
    loose = sum(_loose_question(block) is not None for block in blocks) >= 2
    index = 0
    while index < len(blocks):
        found, used = _pairs_at(blocks, index, vocabulary, loose=loose)
        if used:
            pairs += found
            index += used
        else:
            rest.append(blocks[index])
            index += 1
    return pairs, rest


def _pairs_at(blocks: Sequence[Block], index: int, vocabulary: Vocabulary, *, loose: bool) -> tuple[list[Pair], int]:
    """The pairs that begin at a block, and how many blocks they take; 0 where none begins."""
    block = blocks[index]
    match block:
        case Fold(str()):
            return _folded(blocks, index)
        case Fold(None):
            return [], 1
        case Table():
            pairs = list(_of_table(block, vocabulary))
            return pairs, int(bool(pairs))
        case Listing(_, items):
            pairs = [pair for item in items for pair in _of_item(item)]
            return (pairs, 1) if len(pairs) == len(items) else ([], 0)
        case Paragraph():
            return _labelled(blocks, index) or _defined(blocks, index, vocabulary) or _bold(blocks, index, loose=loose)
    return [], 0


def _folded(blocks: Sequence[Block], index: int) -> tuple[list[Pair], int]:
    end = index + 1
    while end < len(blocks) and not isinstance(blocks[end], Fold):
        end += 1
    closed = int(end < len(blocks) and rendered(blocks[end]) == "")
    summary = rendered(blocks[index])
    pair = _pair(
        summary if is_question(summary) else f"{summary}?" if summary.isascii() and summary else summary, blocks[index + 1 : end]
    )
    return ([pair] if pair else []), end + closed - index


def _labelled(blocks: Sequence[Block], index: int) -> tuple[list[Pair], int] | None:
    """`Q: ...`, then `A: ...`, in one paragraph or several; the answer goes on to the next question or heading."""
    block = blocks[index]
    if not isinstance(block, Paragraph) or not _ASKED.match(block.lines[0]):
        return None
    end = _until(blocks, index, _asks)
    asked: list[str] = []
    answered: list[str] = []
    pairs: list[Pair] = []
    rest: Sequence[Block] = blocks[index + 1 : end]
    lines = list(block.lines)
    if rest and isinstance(rest[0], Paragraph) and _ANSWERED.match(rest[0].lines[0]):
        lines += rest[0].lines
        rest = rest[1:]
    for line in [*lines, None]:
        if line is None or (_ASKED.match(line) and answered):
            more = rest if line is None else ()
            pairs += _question_and_answer(asked, answered, more)
            asked, answered = [], []
        if line is None:
            break
        if answered or _ANSWERED.match(line):
            answered.append(line if answered else _ANSWERED.sub("", line))
        else:
            asked.append(_ASKED.sub("", line) if not asked else line)
    return (pairs, end - index) if pairs else None


def _question_and_answer(asked: Sequence[str], answered: Sequence[str], more: Sequence[Block]) -> list[Pair]:
    question = joined("\n".join(asked))
    first = joined("\n".join(answered)) if answered else ""
    answer = "\n\n".join(part for part in (first, rendered_all(more)) if part)
    if not question or not answer or len(question) > _LONGEST_QUESTION:
        return []
    return [Pair(question, answer, f"{question}\n\n{answer}")]


def _defined(blocks: Sequence[Block], index: int, vocabulary: Vocabulary) -> tuple[list[Pair], int] | None:
    """`Term`, and under it `: what it means`."""
    block = blocks[index]
    if not isinstance(block, Paragraph):
        return None
    after = blocks[index + 1] if index + 1 < len(blocks) else None
    term, meanings, used = block.lines[0], list(block.lines[1:]), 1
    if not meanings and isinstance(after, Paragraph):
        meanings, used = list(after.lines), 2
    if not meanings or not _DEFINED.match(meanings[0]) or _DEFINED.match(term):
        return None
    pairs: list[Pair] = []
    said: list[str] = []
    for line in [*meanings, ""]:
        goes_on = bool(_DEFINED.match(line)) or not said
        if line and goes_on:
            said.append(_DEFINED.sub("", line))
            continue
        if meaning := joined("\n".join(said)):
            pairs.append(Pair(definition_question(term, vocabulary), meaning, f"{term}\n\n{meaning}"))
        term, said = line, []
    return (pairs, used) if pairs else None


def _bold(blocks: Sequence[Block], index: int, *, loose: bool) -> tuple[list[Pair], int]:
    """A question in bold, or one of several that stand alone, and what follows it up to the next one."""
    block = blocks[index]
    question, rest = _loose_question(block), ""
    if not isinstance(block, Paragraph) or question is None or not (loose or block.bold):
        return [], 0
    if block.bold and is_question(block.bold):
        question = block.bold
        rest = block.text[len(question) :].strip() if block.text.startswith(question) else ""
    end = _until(blocks, index, lambda other: _asks(other) or _loose_question(other) is not None)
    answer = "\n\n".join(part for part in (rest, rendered_all(blocks[index + 1 : end])) if part)
    asked = _NUMBER.sub("", question)
    return ([Pair(asked, answer, f"{asked}\n\n{answer}")], end - index) if answer else ([], 0)


def _loose_question(block: Block) -> str | None:
    """The question that a paragraph is, or begins with in bold."""
    if not isinstance(block, Paragraph):
        return None
    if block.bold and is_question(block.bold) and len(block.bold) <= _LONGEST_QUESTION:
        return block.bold
    alone = len(block.text) <= _LONGEST_QUESTION and is_question(block.text) and "\n" not in block.text
    return block.text if alone and block.text.count("?") + block.text.count("？") == 1 else None


def _of_item(item: Item) -> list[Pair]:
    """A list's item that begins with a question and goes on with the answer."""
    if not item.blocks:
        return []
    first = item.blocks[0]
    question = _loose_question(first)
    if not isinstance(first, Paragraph):
        return []
    if question is None or (question != first.text and not first.text.startswith(question)):
        found = _labelled(item.blocks, 0)
        return found[0] if found else []
    rest = first.text[len(question) :].strip()
    answer = "\n\n".join(part for part in (rest, rendered_all(item.blocks[1:])) if part)
    return [Pair(question, _ANSWERED.sub("", answer), f"{question}\n\n{answer}")] if answer else []


def _pair(question: str, blocks: Sequence[Block]) -> Pair | None:
    answer = rendered_all(blocks)
    return Pair(question, answer, f"{question}\n\n{answer}") if question and answer else None


def _of_table(table: Table, vocabulary: Vocabulary) -> Iterator[Pair]:
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


def _asks(block: Block) -> bool:
    return isinstance(block, Fold) or (isinstance(block, Paragraph) and bool(_ASKED.match(block.lines[0])))


def _until(blocks: Sequence[Block], index: int, ends: Callable[[Block], bool]) -> int:
    end = index + 1
    while end < len(blocks) and not ends(blocks[end]):
        end += 1
    return end
