"""The files around a model's weights, written so that programs with other versions of transformers, or none, read them too.

transformers 5 renamed some keys. Who reads the old ones (Ollama, llama.cpp before 2026, vLLM with transformers 4) would not fail without
them but compute with a default: both names are written, and transformers 5 takes them (`RotaryEmbeddingConfigMixin`).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from studio.chat.messages import SUPPORT_SYSTEM_PROMPT
from studio.workspace.files import read_json, write_json_atomically

TEMPLATE_FILE: Final = "chat_template.jinja"
SUPPORT_TEMPLATE_FILE: Final = "support_template.jinja"
SYSTEM_PROMPT_FILE: Final = "system_prompt.txt"

_TOKENIZER_CONFIG = "tokenizer_config.json"
_TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", TEMPLATE_FILE,
)  # fmt: skip
_OF_THIS_MACHINE = ("is_local", "local_files_only", "name_or_path")


def copy_tokenizer(base: Path, target: Path) -> None:
    """The tokenizer and its chat template, which stands in a file of its own."""
    for name in _TOKENIZER_FILES:
        if (base / name).exists():
            shutil.copyfile(base / name, target / name)
    config: dict[str, Any] = read_json(base / _TOKENIZER_CONFIG)
    template = config.pop("chat_template", None)
    if isinstance(template, str) and not (target / TEMPLATE_FILE).exists():
        (target / TEMPLATE_FILE).write_text(template, encoding="utf-8")
    if config.get("tokenizer_class") == "TokenizersBackend":
        config["tokenizer_class"] = "PreTrainedTokenizerFast"  # its name until transformers 5, which knows both
    kept = {key: value for key, value in config.items() if key not in _OF_THIS_MACHINE}
    write_json_atomically(target / _TOKENIZER_CONFIG, kept)


def copy_config(base: Path, target: Path) -> None:
    """The model's configuration, and how it generates."""
    config: dict[str, Any] = read_json(base / "config.json")
    config.pop("_model_name_or_path", None)
    rope = config.get("rope_parameters")
    if isinstance(rope, dict) and "rope_theta" in rope:
        config.setdefault("rope_theta", rope["rope_theta"])
    if "dtype" in config:
        config.setdefault("torch_dtype", config["dtype"])
    write_json_atomically(target / "config.json", config)
    if (base / "generation_config.json").exists():
        shutil.copyfile(base / "generation_config.json", target / "generation_config.json")


def write_support_template(folder: Path) -> None:
    """The chat template that puts the system prompt of the training before a conversation without one, and that prompt by itself.

    Servers send no system prompt by themselves, and a model's own template has another one: the tuned model would answer worse.
    """
    template = (folder / TEMPLATE_FILE).read_text(encoding="utf-8")
    (folder / SUPPORT_TEMPLATE_FILE).write_text(with_system_prompt_first(template), encoding="utf-8")
    (folder / SYSTEM_PROMPT_FILE).write_text(SUPPORT_SYSTEM_PROMPT + "\n", encoding="utf-8")


def with_system_prompt_first(template: str) -> str:
    """A chat template, given the training's system prompt for conversations that bring none."""
    prompt = SUPPORT_SYSTEM_PROMPT.replace("\\", "\\\\").replace("'", "\\'")
    return (
        "{%- if messages[0]['role'] != 'system' %}"
        f"{{%- set messages = [{{'role': 'system', 'content': '{prompt}'}}] + messages %}}"
        "{%- endif -%}\n" + template
    )
