"""Questions that a document asks and answers itself: `Q:`/`A:`, bold or folded questions, definitions, tables of troubles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

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
)
from studio.dataset.distillation.questions import definition_question, is_question
from studio.dataset.distillation.troubles import Pair, pairs_of_table
from studio.dataset.distillation.vocabulary import Vocabulary

_ASKED = re.compile(r"^(?:Q(?:uestion)?|问题?|提问)\s*\d{0,3}\s*[.:：)、]\s*", re.I)
_ANSWERED = re.compile(r"^(?:A(?:nswer)?|答案?|回答)\s*\d{0,3}\s*[.:：)、]\s*", re.I)
_NUMBER = re.compile(r"^\d{1,3}\s*[.)、]\s*")
_DEFINED = re.compile(r"^[:：]\s+")
_LONGEST_QUESTION = 240


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
            pairs = list(pairs_of_table(block, vocabulary))
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


def _asks(block: Block) -> bool:
    return isinstance(block, Fold) or (isinstance(block, Paragraph) and bool(_ASKED.match(block.lines[0])))


def _until(blocks: Sequence[Block], index: int, ends: Callable[[Block], bool]) -> int:
    end = index + 1
    while end < len(blocks) and not ends(blocks[end]):
        end += 1
    return end
