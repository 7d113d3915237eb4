"""The tokenizer without torch is the tokenizer with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studio.chat.catalog import find_model
from studio.chat.render import render_all, render_training
from studio.chat.tokenizer import load_tokenizer, tokenizer_fingerprint, tokenizer_of
from studio.errors import EngineError, NotFound
from studio.settings import PROJECT_ROOT
from studio.workspace.layout import Workspace
from tests.conftest import EMBEDDED
from tests.support import make_rows


def test_loading_and_rendering_leave_torch_unloaded(embedded_model: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from studio.chat.tokenizer import load_tokenizer; from studio.chat.render import render_prompt;"
        f"ids = render_prompt(load_tokenizer(Path({str(embedded_model)!r})), [{{'role': 'user', 'content': 'Hi'}}]);"
        "print(len(ids) > 10, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True)
    assert done.stdout.strip() == "True False"


def test_it_gives_the_tokens_that_transformers_own_choice_gives(embedded_model: Path) -> None:
    from transformers import AutoTokenizer

    chosen = AutoTokenizer.from_pretrained(embedded_model, padding_side="left")
    ours = load_tokenizer(embedded_model)
    assert type(ours) is type(chosen)
    for row in make_rows():
        assert render_training(ours, row.messages) == render_training(chosen, row.messages)


def test_many_conversations_are_rendered_as_each_is_alone(embedded_model: Path) -> None:
    tokenizer = load_tokenizer(embedded_model)
    second = [{"role": "user", "content": "And?"}, {"role": "assistant", "content": "That too."}]
    unanswered = [{"role": "user", "content": "Anybody?"}]
    conversations = [*([*row.messages, *second] for row in make_rows(10, 30)), unanswered, make_rows()[0].messages]
    assert list(render_all(tokenizer, conversations)) == [render_training(tokenizer, one) for one in conversations]


def test_without_a_model_or_a_template_there_is_a_sentence(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not on this machine"):
        tokenizer_of(workspace, find_model(EMBEDDED))
    with pytest.raises(EngineError, match="could not be loaded"):
        load_tokenizer(tmp_path)


def test_the_fingerprint_follows_the_template(tiny_workspace: Workspace) -> None:
    folder = tiny_workspace.model(EMBEDDED)
    before = tokenizer_fingerprint(folder)
    assert tokenizer_fingerprint(folder) == before
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert tokenizer_fingerprint(folder) != before
