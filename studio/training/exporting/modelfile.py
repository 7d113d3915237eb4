"""The Modelfile that Ollama makes a model of (https://docs.ollama.com/modelfile).

Ollama's templates are Go's and a model's own is Jinja's. ChatML, which the models of the catalog speak, is written in Go's here; that a
model speaks it is found out by rendering a conversation. For any other template the line is left out, and Ollama guesses its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from studio.chat.messages import SUPPORT_SYSTEM_PROMPT

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MODELFILE: Final = "Modelfile"
ADAPTER_MODELFILE: Final = "Modelfile.adapter"

GO_CHATML: Final = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"

_PROBE = [
    {"role": "system", "content": "One."},
    {"role": "user", "content": "Two?"},
    {"role": "assistant", "content": "Three."},
    {"role": "user", "content": "Four?"},
]


def speaks_chatml(tokenizer: PreTrainedTokenizerBase) -> bool:
    """Whether the model's template renders a conversation exactly as ChatML."""
    rendered = tokenizer.apply_chat_template(_PROBE, tokenize=False, add_generation_prompt=True)
    turns = "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in _PROBE)
    return bool(rendered == f"{turns}<|im_start|>assistant\n")


def stop_words(tokenizer: PreTrainedTokenizerBase, generation: Mapping[str, object]) -> list[str]:
    """The tokens after which an answer is over, as text: the tokenizer's, and those of the model's generation configuration."""
    configured = generation.get("eos_token_id")
    listed: Iterable[object] = configured if isinstance(configured, list) else [configured]
    ids = dict.fromkeys([tokenizer.eos_token_id, *(token for token in listed if isinstance(token, int))])
    return [tokenizer.decode([token]) for token in ids if token is not None]


def modelfile(*, comment: str, source: str, adapter: str | None, chatml: bool, stop: Iterable[str], context: int) -> str:
    """A Modelfile.

    Args:
        comment: what it is, for the reader.
        source: what FROM names: a folder or a GGUF file beside it.
        adapter: what ADAPTER names, where the model's weights are not merged.
        chatml: whether the model speaks ChatML.
        stop: the tokens that end an answer.
        context: the longest conversation that the model takes, in tokens.
    """
    lines = [*(f"# {line}" for line in comment.splitlines()), f"FROM {source}"]
    lines += [f"ADAPTER {adapter}"] if adapter else []
    lines += [f'TEMPLATE """{GO_CHATML}"""'] if chatml else []
    lines += [
        f'SYSTEM """{SUPPORT_SYSTEM_PROMPT}"""',
        "# As it was measured: the most likely token each time, and nothing penalised (Ollama's default may).",
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1",
        f"PARAMETER num_ctx {context}",
        *(f'PARAMETER stop "{word}"' for word in stop),
    ]
    return "\n".join(lines) + "\n"
