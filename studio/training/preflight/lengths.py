"""Rows that teach nothing and rows that lose their end, from how many tokens each has."""

from __future__ import annotations

import math
from collections.abc import Sequence

from studio.training.estimate.workload import Measured
from studio.training.preflight.findings import Finding, error, warning

TRAINED_TOKENS = "trained_tokens"
CUT_ROWS = "cut_rows"
CONTEXT = "context"

_KEPT = 0.99  # of the rows: what the suggested max_length keeps whole
_NAMED = 3  # rows that are named


def check_trained_tokens(lengths: Measured, max_length: int, *, of: int) -> list[Finding]:
    """Rows without a token to learn: they have no answer, or `max_length` ends before it begins.

    The dataset has `of` rows. Only where all of them were measured does their order say which row it is.
    """
    rows = len(lengths.tokens)
    unanswered = [row for row, trained in enumerate(lengths.trained) if not trained]
    cut_off = [
        row
        for row, (trained, before) in enumerate(zip(lengths.trained, lengths.before, strict=True))
        if trained and before >= max_length
    ]
    if rows and len(unanswered) + len(cut_off) == rows:
        remedy = (
            f"Set max_length to {keeping(lengths.tokens):,}, which keeps 99% of the rows whole."
            if cut_off
            else "Give the rows answers; where they have some, the model's chat template hides them: take another model."
        )
        return [error(TRAINED_TOKENS, f"None of the {rows:,} rows has a token to learn within {max_length:,} tokens. {remedy}")]
    findings = []
    if cut_off:
        least = max(lengths.before[row] for row in cut_off)
        findings.append(
            warning(
                TRAINED_TOKENS,
                f"{_of(len(cut_off), rows)}{_named(cut_off) if rows == of else ''} have no token to learn within {max_length:,} tokens, because the question "
                f"fills them: they are left out. Set max_length above {least:,}, or shorten the questions.",
            )
        )
    if unanswered:
        findings.append(
            warning(
                TRAINED_TOKENS,
                f"{_of(len(unanswered), rows)}{_named(unanswered) if rows == of else ''} have no answer: they are left out. Write one, or remove them.",
            )
        )
    return findings


def check_cut_rows(lengths: Measured, max_length: int) -> list[Finding]:
    """Rows that are longer than `max_length`: they lose their end, and with it the token that ends the answer."""
    rows, cut = len(lengths.tokens), sum(tokens > max_length for tokens in lengths.tokens)
    if not cut:
        return []
    keeps, longest = keeping(lengths.tokens), max(lengths.tokens)
    if cut == rows:
        sentence = (
            f"All {rows:,} rows are longer than max_length {max_length:,} and lose their end: the tuned model would never stop."
        )
        return [
            error(CUT_ROWS, f"{sentence} Set max_length to {keeps:,}, which keeps 99% of them whole, or {longest:,} for all.")
        ]
    enough = f"max_length {keeps:,} keeps 99% of them whole" if keeps > max_length else "99% of them are whole"
    return [
        warning(
            CUT_ROWS,
            f"{_of(cut, rows)} are longer than max_length {max_length:,} and lose their end, so that the model does not learn there how the answer "
            f"ends. {enough[0].upper()}{enough[1:]}, {longest:,} all.",
        )
    ]


def check_context(lengths: Measured, max_length: int, context: int | None) -> list[Finding]:
    """Rows that are longer than what the model was made for (`max_position_embeddings` of its configuration)."""
    longest = min(max_length, max(lengths.tokens, default=0))
    if context is None or longest <= context:
        return []
    return [
        warning(
            CONTEXT,
            f"The longest row has {longest:,} tokens, and the model was made for {context:,}. Set max_length to {context:,} or less.",
        )
    ]


def keeping(tokens: Sequence[int], part: float = _KEPT) -> int:
    """The least `max_length` that leaves this part of the rows whole."""
    ordered = sorted(tokens)
    return ordered[math.ceil(part * len(ordered)) - 1] if ordered else 0


def _of(number: int, rows: int) -> str:
    return f"{number:,} of {rows:,} rows ({number / rows:.1%})"


def _named(rows: Sequence[int]) -> str:
    """The first of them in brackets, counted from 1 as on the Data page."""
    names = ", ".join(f"{row + 1:,}" for row in rows[:_NAMED])
    more = ", ..." if len(rows) > _NAMED else ""
    return f" ({'row' if len(rows) == 1 else 'rows'} {names}{more})"
