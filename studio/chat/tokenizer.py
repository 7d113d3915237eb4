"""A model's tokenizer by itself: what training, chat and the pages turn text into tokens with. Needs no torch and no weights."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from studio.chat.catalog import CatalogModel, is_prepared
from studio.chat.messages import SUPPORT_SYSTEM_PROMPT
from studio.errors import EngineError, NotFound
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_IMPORT = threading.Lock()
"""transformers puts another module into its own place when it has been read: a thread that waits for it meanwhile gets one without its classes."""

_CONFIG = "tokenizer_config.json"
_FILES = ("tokenizer.json", _CONFIG, "chat_template.jinja", "special_tokens_map.json", "vocab.json", "merges.txt")


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer, padding on the left as generation needs it.

    Its class is the one that its own configuration names, as `AutoTokenizer` would choose it; importing that one costs torch and five seconds.

    Raises:
        EngineError: the model has no chat template, or its files are not usable.
    """
    with _IMPORT:
        import transformers

    try:
        name = read_json(folder / _CONFIG).get("tokenizer_class", "")
        kind = getattr(transformers, name, None) or transformers.AutoTokenizer
        tokenizer: PreTrainedTokenizerBase = kind.from_pretrained(folder, padding_side="left")
    except (OSError, ValueError) as error:
        raise EngineError(f"The tokenizer in {folder.name} could not be loaded: {error}") from error
    if tokenizer.chat_template is None:
        raise EngineError(
            f"The model in {folder.name} has no chat template, so it can't hold a conversation. Take an instruct model."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def tokenizer_of(workspace: Workspace, model: CatalogModel) -> PreTrainedTokenizerBase:
    """The tokenizer of a model that lies ready in the workspace; kept in memory, for it never changes.

    Raises:
        NotFound: the model was not unpacked or fetched here yet.
        EngineError: its files are not usable.
    """
    if not is_prepared(workspace, model):
        how = "It is unpacked when it is first needed" if model.embedded else "It is fetched when it is first trained or asked"
        raise NotFound(f"{model.title} is not on this machine yet, so its tokens can't be shown. {how}.")
    return _kept(workspace.model(model.name))


@lru_cache(maxsize=4)
def _kept(folder: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(folder)


def tokenizer_fingerprint(folder: Path) -> str:
    """SHA-256 in hex of all that decides which tokens a conversation becomes: the tokenizer's files and our system prompt."""
    digest = hashlib.sha256(SUPPORT_SYSTEM_PROMPT.encode())
    for name in _FILES:
        path = folder / name
        digest.update(f"\0{name}\0".encode())
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()
