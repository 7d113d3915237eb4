"""What the rows themselves are checked for: placeholders that were left in, and, on one real batch, what the model will learn of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from studio.chat.render import Rendered, render_all
from studio.placeholders import placeholders
from studio.training.preflight.findings import Finding, error, warning
from studio.training.preflight.lengths import TRAINED_TOKENS
from studio.workspace.datasets import Row

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

READABLE = "readable_rows"
PLACEHOLDERS = "placeholders"
END_OF_TURN = "end_of_turn"
VOCABULARY = "vocabulary"

_NEVER_STOPS = "the tuned model would never stop."


def check_placeholders(rows: Iterable[Row]) -> list[Finding]:
    """Placeholders such as `{{name}}`: in an answer the model would learn to say them, in a question to expect them."""
    answers: list[tuple[int, str]] = []
    questions: list[tuple[int, str]] = []
    for number, row in enumerate(rows, start=1):
        for turn in row.messages if row.label is not False else ():
            if written := next(iter(placeholders(turn["content"]).values()), None):
                (answers if turn["role"] == "assistant" else questions).append((number, written))
    findings = []
    if answers:
        findings.append(
            error(
                PLACEHOLDERS,
                f"{_hold(answers, 'answer')}, which the model would learn to say. Fill them in: a brand identity's on the Identity page, others "
                "in your file before it is imported.",
            )
        )
    if questions:
        findings.append(
            warning(
                PLACEHOLDERS, f"{_hold(questions, 'question')}, which no customer will write. Fill them in, or remove the rows."
            )
        )
    return findings


def render_batch(tokenizer: PreTrainedTokenizerBase, rows: Iterable[Row], size: int) -> list[Rendered]:
    """The first `size` rows that a training would take, as the model sees them.

    Raises:
        BadInput: the template can't hold one of them; the sentence says which.
    """
    return list(render_all(tokenizer, islice((row.messages for row in rows if row.label is not False), size)))


def check_end_of_turn(
    tokenizer: PreTrainedTokenizerBase, batch: Sequence[Rendered], *, model: str, max_length: int | None = None
) -> list[Finding]:
    """The token that ends an answer: without it among what is learned, the tuned model never stops (trl#1623). `max_length` is what rows were cut at."""
    eos = tokenizer.eos_token_id
    if eos is None:
        sentence = f"The tokenizer of {model} names no end-of-turn token (eos_token): {_NEVER_STOPS} Take an instruct model."
        return [error(END_OF_TURN, sentence)]
    answered = [row for row in batch if any(row.trained)]
    if batch and not answered:
        sentence = f"The chat template of {model} writes no answer the way it asks for one, so that nothing of it is learned. Take a model whose template does."
        return [error(END_OF_TURN, sentence)]
    if not batch or any(_ends(row, eos) for row in answered):
        return []
    if max_length is not None and any(len(row.input_ids) >= max_length for row in answered):
        sentence = f"Every answer is cut at max_length {max_length:,}, before {tokenizer.eos_token} ends it: {_NEVER_STOPS} Raise max_length."
    else:
        sentence = (
            f"The chat template of {model} does not end an answer with {tokenizer.eos_token}, its end-of-turn token: {_NEVER_STOPS} "
            "Take a model whose template does."
        )
    return [error(END_OF_TURN, sentence)]


def check_vocabulary(
    tokenizer: PreTrainedTokenizerBase, batch: Sequence[Rendered], *, vocabulary: int | None, model: str
) -> list[Finding]:
    """Tokens that the model has no embedding for: of the batch, the one that pads and the one that ends a turn."""
    if vocabulary is None:
        return []
    numbers = {"pad_token": tokenizer.pad_token_id, "eos_token": tokenizer.eos_token_id, "row": _highest(batch)}
    for what, number in numbers.items():
        if number is not None and number >= vocabulary:
            where = "A row holds a token" if what == "row" else f"Its {what} is the token"
            return [
                error(
                    VOCABULARY,
                    f"{where} of number {number:,}, and {model} knows {vocabulary:,} tokens (vocab_size in its config.json): tokenizer and model do not "
                    "belong together. Fetch both again from one place.",
                )
            ]
    return []


def check_collated(collate: Any, batch: Sequence[Rendered], eos: int) -> list[Finding]:
    """What is left to learn of a batch once the trainer's own collator has padded it. One that masks the padding token takes the end of every answer
    with it, where both are the same token.

    Args:
        collate: from rows with `input_ids` and `labels` to tensors of these names.
        batch: rows as they are trained.
        eos: the token that ends a turn.
    """
    learned = [label for row in batch for label in row.labels if label != -100]
    labels = collate([{"input_ids": row.input_ids, "labels": row.labels} for row in batch])["labels"]
    kept = [int(label) for label in labels.flatten() if int(label) != -100]
    if not kept:
        return [
            error(
                TRAINED_TOKENS,
                "The first batch has no token to learn: the training would do nothing. Check the dataset's answers.",
            )
        ]
    if kept.count(eos) < learned.count(eos):
        return [
            error(
                END_OF_TURN,
                f"The token that pads rows is the one that ends a turn, and is left out of what is learned: {_NEVER_STOPS} Give the "
                "tokenizer a pad_token of its own.",
            )
        ]
    return []


def _ends(row: Rendered, eos: int) -> bool:
    """Whether the row teaches that its last answer ends."""
    return bool(row.trained) and row.trained[-1] and row.input_ids[-1] == eos


def _highest(batch: Sequence[Rendered]) -> int | None:
    return max((max(row.input_ids) for row in batch if row.input_ids), default=None)


def _hold(found: Sequence[tuple[int, str]], what: str) -> str:
    number, written = found[0]
    if len(found) == 1:
        return f"One {what}, in row {number:,}, holds the placeholder {written}"
    return f"{len(found):,} {what}s hold placeholders, the first, in row {number:,}, {written}"
