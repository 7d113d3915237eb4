"""The model whose tokens a command counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.chat.catalog import CATALOG, CatalogModel, find_model, is_prepared, prepare_model
from studio.chat.tokenizer import tokenizer_of
from studio.cli.output import errors
from studio.dataset.tokens.too_long import LengthCheck, over_tokens
from studio.workspace.layout import Workspace

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

EMBEDDED = next(model for model in CATALOG if model.embedded)


def open_tokenizer(workspace: Workspace, model: CatalogModel) -> PreTrainedTokenizerBase:
    """The model's tokenizer; the embedded model is unpacked for it, another one must be here.

    Raises:
        NotFound: the model is not on this machine.
        EngineError: it can't be unpacked, or its tokenizer is not usable.
    """
    if model.embedded:
        prepare_model(workspace, model, announce=lambda sentence: errors.print(f"{sentence} ...", highlight=False))
    return tokenizer_of(workspace, model)


def choose_length_check(workspace: Workspace, name: str | None, max_length: int) -> tuple[str, LengthCheck | None]:
    """What lengths are measured in, and the check by tokens; None leaves it at characters, where no model was named and none is unpacked.

    Raises:
        NotFound: there is no such model, or it is not on this machine.
    """
    model = find_model(name) if name else EMBEDDED
    if name is None and not is_prepared(workspace, model):
        return "characters, because the embedded model is not unpacked yet (--model unpacks it)", None
    return f"tokens of {model.title}", over_tokens(open_tokenizer(workspace, model), max_length)
