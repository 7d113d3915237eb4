"""One renderer: what is trained is what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.chat.messages import SUPPORT_SYSTEM_PROMPT
from studio.chat.render import render_all, render_prompt, render_training
from studio.chat.tokenizer import load_tokenizer
from studio.errors import BadInput

QUESTION = {"role": "user", "content": "Where is my parcel?"}
ANSWER = {"role": "assistant", "content": "It arrives within 3 working days."}


@pytest.fixture(scope="module")
def tokenizer(embedded_model: Path) -> Any:
    return load_tokenizer(embedded_model)


def trained_text(tokenizer: Any, messages: list[dict[str, str]]) -> str:
    rendered = render_training(tokenizer, messages)
    return tokenizer.decode([token for token, learned in zip(rendered.input_ids, rendered.trained, strict=True) if learned])


def test_training_begins_with_exactly_the_tokens_that_chat_and_evaluation_ask(tokenizer: Any) -> None:
    asked = render_prompt(tokenizer, [QUESTION])
    trained = render_training(tokenizer, [QUESTION, ANSWER])
    assert trained.input_ids[: len(asked)] == asked
    assert trained.trained[: len(asked)] == [False] * len(asked)


def test_the_exported_template_renders_the_same_conversation_to_the_same_tokens(tokenizer: Any, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer.save_pretrained(tmp_path)
    exported = AutoTokenizer.from_pretrained(tmp_path)
    system = {"role": "system", "content": SUPPORT_SYSTEM_PROMPT}
    raw = exported.apply_chat_template([system, QUESTION], add_generation_prompt=True, return_dict=False)
    assert list(raw) == render_prompt(tokenizer, [QUESTION])


def test_only_the_answer_and_its_end_of_turn_are_trained(tokenizer: Any) -> None:
    assert trained_text(tokenizer, [QUESTION, ANSWER]) == ANSWER["content"] + tokenizer.eos_token


def test_every_answer_of_a_longer_conversation_is_trained(tokenizer: Any) -> None:
    second = [{"role": "user", "content": "And to Spain?"}, {"role": "assistant", "content": "6 days."}]
    eos = tokenizer.eos_token
    assert trained_text(tokenizer, [QUESTION, ANSWER, *second]) == f"{ANSWER['content']}{eos}6 days.{eos}"


def test_nothing_is_rendered_behind_the_last_end_of_turn(tokenizer: Any) -> None:
    assert render_training(tokenizer, [QUESTION, ANSWER]).input_ids[-1] == tokenizer.eos_token_id


def test_a_system_message_of_the_rows_own_is_kept(tokenizer: Any) -> None:
    own = {"role": "system", "content": "You are Ada of Northwind."}
    text = tokenizer.decode(render_prompt(tokenizer, [own, QUESTION]))
    assert "Ada of Northwind" in text and SUPPORT_SYSTEM_PROMPT not in text


def test_a_long_conversation_loses_its_oldest_turns_and_keeps_the_question(tokenizer: Any) -> None:
    turns = [dict(QUESTION, content=f"question {index} " + "word " * 30) for index in range(20)]
    ids = render_prompt(tokenizer, [*turns, QUESTION], max_tokens=200)
    text = tokenizer.decode(ids)
    assert len(ids) <= 200
    assert QUESTION["content"] in text and SUPPORT_SYSTEM_PROMPT in text and "question 0 " not in text


def test_a_question_that_is_too_long_by_itself_is_refused(tokenizer: Any) -> None:
    with pytest.raises(BadInput, match="Shorten it"):
        render_prompt(tokenizer, [dict(QUESTION, content="word " * 500)], max_tokens=200)


def test_a_conversation_that_the_template_refuses_is_named_among_many(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = "{% if messages|length > 4 %}{{ raise_exception('Roles must alternate') }}{% endif %}" + tokenizer.chat_template
    monkeypatch.setattr(tokenizer, "chat_template", refusing)
    long = [QUESTION, ANSWER, {"role": "user", "content": "And the other one?"}, ANSWER]
    words = r"asks “And the other one\?”.* Roles must alternate\. Its turns are system, user, assistant, user, assistant"
    with pytest.raises(BadInput, match=words):
        list(render_all(tokenizer, [[QUESTION, ANSWER], long]))
