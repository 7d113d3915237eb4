"""The files that other programs read: Ollama's template, the template that brings the system message, the zip."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from studio.chat.messages import SUPPORT_SYSTEM_PROMPT, with_system_prompt
from studio.chat.render import render_prompt
from studio.chat.tokenizer import load_tokenizer
from studio.training.exporting.archive import zip_stream
from studio.training.exporting.modelfile import GO_CHATML, modelfile, speaks_chatml, stop_words
from studio.training.exporting.portable import with_system_prompt_first

CONVERSATIONS = [
    [{"role": "user", "content": "Where is it?"}],
    [
        {"role": "system", "content": "Another one."},
        {"role": "user", "content": "Where's it?"},
        {"role": "assistant", "content": "There."},
        {"role": "user", "content": "Thanks"},
    ],
]


def rendered_by_go(template: str, messages: list[dict[str, str]]) -> str:
    """What Go's text/template makes of the one range that our template is."""
    match = re.fullmatch(r"\{\{- range \.Messages \}\}(.*)\{\{ end \}\}(.*)", template, re.DOTALL)
    assert match is not None
    turn, end = match.groups()
    turns = [turn.replace("{{ .Role }}", one["role"]).replace("{{ .Content }}", one["content"]) for one in messages]
    return "".join(turns) + end


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    return load_tokenizer(tiny_model)


@pytest.mark.parametrize("messages", CONVERSATIONS)
def test_ollamas_template_renders_what_the_training_saw(tokenizer: Any, messages: list[dict[str, str]]) -> None:
    assert speaks_chatml(tokenizer)
    text = rendered_by_go(GO_CHATML, with_system_prompt(messages))
    assert tokenizer(text, add_special_tokens=False)["input_ids"] == render_prompt(tokenizer, messages)


@pytest.mark.parametrize("messages", CONVERSATIONS)
def test_the_support_template_renders_what_the_training_saw_without_being_told(
    tiny_model: Path, tokenizer: Any, messages: list[dict[str, str]]
) -> None:
    template = with_system_prompt_first((tiny_model / "chat_template.jinja").read_text())
    ids = tokenizer.apply_chat_template(messages, chat_template=template, add_generation_prompt=True, return_dict=False)
    assert ids == render_prompt(tokenizer, messages)


def test_another_template_is_not_taken_for_chatml(tiny_model: Path) -> None:
    other = load_tokenizer(tiny_model)
    other.chat_template = "{% for m in messages %}[INST] {{ m['content'] }} [/INST]{% endfor %}"
    assert not speaks_chatml(other)
    written = modelfile(comment="x", source=".", adapter=None, chatml=False, stop=["</s>"], context=100)
    assert "TEMPLATE" not in written and SUPPORT_SYSTEM_PROMPT in written and 'PARAMETER stop "</s>"' in written


def test_all_tokens_that_end_an_answer_are_stop_words(tokenizer: Any) -> None:
    assert stop_words(tokenizer, {}) == ["<|im_end|>"]
    assert stop_words(tokenizer, {"eos_token_id": [2, 0]}) == ["<|im_end|>", "<|endoftext|>"]


def test_a_folder_is_sent_as_a_zip_piece_by_piece(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "adapter").mkdir(parents=True)
    content = bytes(range(256)) * 10_000
    (folder / "model.safetensors").write_bytes(content)
    (folder / "adapter" / "empty").touch()
    pieces = list(zip_stream(folder, inside="mine"))
    assert len(pieces) > 3 and max(map(len, pieces)) < 1_100_000, "all at once"
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["mine/adapter/empty", "mine/model.safetensors"]
        assert archive.read("mine/model.safetensors") == content
