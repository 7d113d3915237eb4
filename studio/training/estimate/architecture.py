"""The sizes of a model, from its config.json: how many numbers it holds, and how wide its layers are. Needs no torch and no weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from studio.chat.catalog import CatalogModel, is_prepared
from studio.errors import BadInput, NotFound
from studio.workspace.files import read_json
from studio.workspace.layout import Workspace

FUSED_FAMILIES = frozenset({"llama", "qwen2", "mistral"})
"""Values of `model_type` whose layers `studio.training.learning.fused` rewrites."""


@dataclass(frozen=True)
class Architecture:
    """A decoder of the Llama family: RMS norms, rotary positions, grouped key heads, a gated feed-forward part.

    Attributes:
        family: `model_type` of its configuration.
        layers: how many decoder layers.
        hidden: width of the residual stream.
        intermediate: width of the feed-forward part.
        heads: query heads.
        key_heads: key and value heads.
        head: width of a head.
        vocabulary: tokens that it knows.
        tied: whether embedding and head are one matrix.
        biases: whether q, k and v have one, as in Qwen2.
    """

    family: str
    layers: int
    hidden: int
    intermediate: int
    heads: int
    key_heads: int
    head: int
    vocabulary: int
    tied: bool
    biases: bool = False

    @property
    def queries(self) -> int:
        """Width of all query heads together."""
        return self.heads * self.head

    @property
    def keys(self) -> int:
        """Width of all key heads together; the values have the same."""
        return self.key_heads * self.head

    @property
    def linears(self) -> Mapping[str, tuple[int, int]]:
        """Input and output width of every linear layer of a decoder layer, by its name."""
        return {
            "q_proj": (self.hidden, self.queries),
            "k_proj": (self.hidden, self.keys),
            "v_proj": (self.hidden, self.keys),
            "o_proj": (self.queries, self.hidden),
            "gate_proj": (self.hidden, self.intermediate),
            "up_proj": (self.hidden, self.intermediate),
            "down_proj": (self.intermediate, self.hidden),
        }

    @property
    def layer_parameters(self) -> int:
        """Of the linear layers of one decoder layer, biases left out."""
        return sum(wide * high for wide, high in self.linears.values())

    @property
    def head_parameters(self) -> int:
        """Of the language-model head."""
        return self.vocabulary * self.hidden

    @property
    def other_parameters(self) -> int:
        """All that is not in a linear layer of the decoder: embedding, head, norms, biases."""
        embeddings = self.head_parameters * (1 if self.tied else 2)
        norms = (2 * self.layers + 1) * self.hidden
        biases = self.layers * (self.queries + 2 * self.keys) if self.biases else 0
        return embeddings + norms + biases

    @property
    def parameters(self) -> int:
        """All."""
        return self.layers * self.layer_parameters + self.other_parameters

    def adapter_parameters(self, rank: int, names: Collection[str] | None = None) -> int:
        """Of the LoRA matrices of one decoder layer: r (in + out) for each linear layer, or those of these names (Hu et al. 2021, arXiv 2106.09685)."""
        return rank * sum(wide + high for name, (wide, high) in self.linears.items() if names is None or name in names)


_QWEN2: Mapping[str, Any] = {"model_type": "qwen2", "vocab_size": 151_936, "num_key_value_heads": 2, "tie_word_embeddings": True}
_KNOWN: Mapping[str, Mapping[str, Any]] = {
    "smollm2-135m-instruct": {
        "model_type": "llama",
        "num_hidden_layers": 30,
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "vocab_size": 49_152,
        "tie_word_embeddings": True,
    },
    "qwen2.5-0.5b-instruct": {
        **_QWEN2,
        "num_hidden_layers": 24,
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_attention_heads": 14,
    },
    "qwen2.5-1.5b-instruct": {
        **_QWEN2,
        "num_hidden_layers": 28,
        "hidden_size": 1536,
        "intermediate_size": 8960,
        "num_attention_heads": 12,
    },
    "qwen2-7b-instruct": {
        **_QWEN2,
        "num_hidden_layers": 28,
        "hidden_size": 3584,
        "intermediate_size": 18_944,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "vocab_size": 152_064,
        "tie_word_embeddings": False,
    },
}
"""The published config.json of the catalog's models, as far as sizes go: what is estimated before anything was fetched."""


def architecture_of(workspace: Workspace, model: CatalogModel) -> Architecture:
    """The sizes of a model: its own config.json where it lies ready, else what is known of the catalog's models.

    Raises:
        NotFound: the model is not on this machine, and nothing is known of it.
        BadInput: its configuration is of another kind.
    """
    if is_prepared(workspace, model):
        return read_architecture(read_json(workspace.model(model.name) / "config.json"), name=model.title)
    if model.name not in _KNOWN:
        raise NotFound(f"{model.title} is not on this machine yet, and its sizes are not known: train one step, and they are.")
    return read_architecture(_KNOWN[model.name], name=model.title)


def read_architecture(config: Mapping[str, Any], *, name: str) -> Architecture:
    """The sizes that a config.json of the Llama family tells.

    Raises:
        BadInput: it lacks one of them; the sentence names it.
    """
    try:
        heads, hidden = int(config["num_attention_heads"]), int(config["hidden_size"])
        family = str(config.get("model_type", ""))
        return Architecture(
            family=family,
            layers=int(config["num_hidden_layers"]),
            hidden=hidden,
            intermediate=int(config["intermediate_size"]),
            heads=heads,
            key_heads=int(config.get("num_key_value_heads") or heads),
            head=int(config.get("head_dim") or hidden // heads),
            vocabulary=int(config["vocab_size"]),
            tied=bool(config.get("tie_word_embeddings", False)),
            biases=bool(config.get("attention_bias", family == "qwen2")),
        )
    except KeyError as error:
        raise BadInput(f"The config.json of {name} does not name {error.args[0]}: what it needs can't be estimated.") from error
