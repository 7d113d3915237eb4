"""On one real batch, with the real tokenizer and TRL's real collator: the end of the turn is learned, and every token is known to the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.chat.render import Rendered, render_all, render_training
from studio.chat.tokenizer import load_tokenizer
from studio.training.preflight.findings import Level
from studio.training.preflight.rows import (
    check_collated,
    check_end_of_turn,
    check_placeholders,
    check_vocabulary,
    render_batch,
)
from studio.workspace.datasets import Row
from tests.support import make_rows

_TURNS = "{% for m in messages %}[{{ m['role'] }}]\n{{ m['content'] }}\n{% endfor %}"
NO_END = _TURNS + "{% if add_generation_prompt %}[assistant]\n{% endif %}"
OTHERWISE = _TURNS + "{% if add_generation_prompt %}Answer: {% endif %}"


@pytest.fixture
def tokenizer(embedded_model: Path) -> Any:
    return load_tokenizer(embedded_model)


def row(question: str, answer: str = "Yes.", label: bool | None = None) -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": answer}], source="file.json", label=label)


class TestEndOfTurn:
    def test_the_embedded_models_own_template_teaches_it(self, tokenizer: Any) -> None:
        batch = render_batch(tokenizer, make_rows(), 8)
        assert len(batch) == 8 and check_end_of_turn(tokenizer, batch, model="SmolLM2") == []

    def test_a_template_that_ends_no_answer_blocks(self, tokenizer: Any) -> None:
        tokenizer.chat_template = NO_END
        (found,) = check_end_of_turn(tokenizer, render_batch(tokenizer, make_rows(), 8), model="SmolLM2")
        assert found.level is Level.ERROR and tokenizer.eos_token in found.sentence and "never stop" in found.sentence

    def test_a_template_that_asks_otherwise_than_it_answers_blocks(self, tokenizer: Any) -> None:
        tokenizer.chat_template = OTHERWISE
        (found,) = check_end_of_turn(tokenizer, render_batch(tokenizer, make_rows(), 8), model="SmolLM2")
        assert found.level is Level.ERROR and "nothing of it is learned" in found.sentence

    def test_a_tokenizer_without_an_end_of_turn_blocks(self, tokenizer: Any) -> None:
        batch = render_batch(tokenizer, make_rows(), 8)
        tokenizer.eos_token = None
        (found,) = check_end_of_turn(tokenizer, batch, model="SmolLM2")
        assert found.level is Level.ERROR and "eos_token" in found.sentence

    def test_where_rows_were_cut_the_length_is_at_fault_and_not_the_template(self, tokenizer: Any) -> None:
        cut = [
            Rendered(one.input_ids[:30], one.trained[:30])
            for one in [render_training(tokenizer, row("Hi", "word " * 40).messages)]
        ]
        (found,) = check_end_of_turn(tokenizer, cut, model="SmolLM2", max_length=30)
        assert "cut at max_length 30" in found.sentence and "template" not in found.sentence


class TestVocabulary:
    def test_tokens_that_the_model_knows_pass(self, tokenizer: Any) -> None:
        batch = render_batch(tokenizer, make_rows(), 8)
        assert check_vocabulary(tokenizer, batch, vocabulary=len(tokenizer), model="SmolLM2") == []

    @pytest.mark.parametrize(("vocabulary", "what"), [(2, "pad_token"), (20, "A row holds")])
    def test_a_tokenizer_of_another_model_blocks(self, tokenizer: Any, vocabulary: int, what: str) -> None:
        batch = render_batch(tokenizer, make_rows(), 8)
        (found,) = check_vocabulary(tokenizer, batch, vocabulary=vocabulary, model="SmolLM2")
        assert found.level is Level.ERROR and what in found.sentence and f"{vocabulary:,} tokens" in found.sentence


class TestCollated:
    @pytest.fixture
    def collate(self, tokenizer: Any) -> Any:
        from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

        return DataCollatorForLanguageModeling(pad_token_id=tokenizer.pad_token_id)

    def test_trls_collator_keeps_the_end_of_turn_though_it_is_the_padding_too(self, tokenizer: Any, collate: Any) -> None:
        assert tokenizer.pad_token_id == tokenizer.eos_token_id
        assert check_collated(collate, render_batch(tokenizer, make_rows(), 8), tokenizer.eos_token_id) == []

    def test_a_collator_that_masks_the_padding_token_blocks(self, tokenizer: Any, collate: Any) -> None:
        def masking(rows: list[dict[str, Any]]) -> Any:
            batch = collate(rows)
            batch["labels"][batch["input_ids"] == tokenizer.pad_token_id] = -100
            return batch

        (found,) = check_collated(masking, render_batch(tokenizer, make_rows(), 8), tokenizer.eos_token_id)
        assert found.level is Level.ERROR and "pad_token of its own" in found.sentence

    def test_a_batch_with_an_empty_mask_blocks(self, tokenizer: Any, collate: Any) -> None:
        empty = [Rendered(one.input_ids, [False] * len(one.input_ids)) for one in render_batch(tokenizer, make_rows(), 4)]
        (found,) = check_collated(collate, empty, tokenizer.eos_token_id)
        assert found.level is Level.ERROR and "no token to learn" in found.sentence


class TestPlaceholders:
    def test_one_in_an_answer_blocks_and_is_named_with_its_row(self) -> None:
        (found,) = check_placeholders([row("Who are you?", "I am Nova."), row("Who made you?", "{{author}} did.")])
        assert found.level is Level.ERROR and "in row 2, holds the placeholder {{author}}" in found.sentence

    def test_one_in_a_question_warns(self) -> None:
        (found,) = check_placeholders([row("Are you {{ NAME }}?"), row("Is {{name}} open?")])
        assert found.level is Level.WARNING and "2 questions" in found.sentence and "{{ NAME }}" in found.sentence

    def test_a_row_that_is_not_trained_does_not_count(self) -> None:
        assert check_placeholders([row("Who?", "{{name}}", label=False), row("Set {a: 1}?", "Use {x}.")]) == []


def test_rows_with_a_bad_answer_are_not_in_the_batch(tokenizer: Any) -> None:
    rows = [row("Bad?", label=False), row("Good?"), row("Better?")]
    assert render_batch(tokenizer, rows, 2) == list(render_all(tokenizer, [one.messages for one in rows[1:]]))
