"""What any row may do wrong, whatever format it came in."""

from __future__ import annotations

import re

from studio.dataset.reading.problems import RowRejected
from studio.workspace.datasets import Row

_PLACEHOLDER = re.compile(r"\{\{[^{}\n]{1,60}\}\}")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_SPEAKERS = {"system": "system message", "user": "question", "assistant": "answer"}


def check_row(row: Row) -> None:
    """Let a row through that can be trained on.

    Raises:
        RowRejected: `placeholder` when a text still holds `{{name}}`, which the model would learn to say; `bad_text` when it
            holds what UTF-8 can't write.
    """
    for turn in row.messages:
        content = turn["content"]
        if "{" in content or "\0" in content or not content.isascii():  # hardly any text: what follows takes longer
            _check_text(content, _SPEAKERS[turn["role"]])


def _check_text(content: str, speaker: str) -> None:
    if placeholder := _PLACEHOLDER.search(content):
        raise RowRejected("placeholder", f"The {speaker} still holds the placeholder {placeholder[0]}: fill it in first.")
    if _HALF_CHARACTER.search(content):
        raise RowRejected(
            "bad_text", f"The {speaker} holds a broken character, half of one or a byte that is no UTF-8: export the row again."
        )
    if "\0" in content:
        raise RowRejected("bad_text", f"The {speaker} holds a NUL character: remove it.")
