"""Text out of tokens, step by step, without half characters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.chat.streaming import BatchStreamer, Detokenizer
from studio.chat.tokenizer import load_tokenizer
from studio.errors import EngineError


@pytest.fixture(scope="module")
def tokenizer(embedded_model: Path) -> Any:
    return load_tokenizer(embedded_model)


@pytest.mark.parametrize("text", ["plain text", "café – 7 €", "我的包裹在哪里?", "smile 🙂 again 👩‍👩‍👧"])
def test_pieces_join_to_the_text_and_never_hold_a_broken_character(tokenizer: Any, text: str) -> None:
    detokenizer = Detokenizer(tokenizer, frozenset({tokenizer.eos_token_id}))
    pieces = [detokenizer.push(token).text for token in [*tokenizer.encode(text), tokenizer.eos_token_id]]
    assert "".join(pieces) == text
    assert not any("�" in piece for piece in pieces)


def test_nothing_is_added_after_the_end(tokenizer: Any) -> None:
    detokenizer = Detokenizer(tokenizer, frozenset({tokenizer.eos_token_id}))
    detokenizer.push(tokenizer.eos_token_id)
    late = detokenizer.push(tokenizer.encode("late")[0])
    assert late.finished and late.text == ""


def test_an_error_of_the_generating_thread_reaches_the_reader() -> None:
    streamer = BatchStreamer()
    streamer.fail(EngineError("the model failed"))
    with pytest.raises(EngineError, match="the model failed"):
        list(streamer)
