"""A LoRA in a folder, as PEFT writes it: what its configuration says, and which of the base model's weights it changes.

Taken is what the engine serves and a merge adds up exactly: a plain LoRA on linear layers, with one rank and one alpha. Anything else
(DoRA, trained biases, saved modules, other methods) is refused by name, rather than served wrongly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studio.errors import BadInput
from studio.training.exporting.headers import Tensor, tensors_in
from studio.workspace.files import read_json

CONFIG_FILE: Final = "adapter_config.json"
WEIGHTS_FILE: Final = "adapter_model.safetensors"

_PREFIX = "base_model.model."
_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"
_KEPT = ("r", "lora_alpha", "lora_dropout", "target_modules", "layers_to_transform", "layers_pattern", "use_rslora", "task_type")
_UNSUPPORTED: Mapping[str, object] = {
    "use_dora": False, "bias": "none", "lora_bias": False, "fan_in_fan_out": False, "modules_to_save": None, "rank_pattern": {},
    "alpha_pattern": {}, "trainable_token_indices": None, "target_parameters": None, "layer_replication": None, "use_qalora": False,
    "use_bdlora": None, "alora_invocation_tokens": None, "arrow_config": None, "megatron_config": None,
}  # fmt: skip
"""Settings of PEFT's LoraConfig that change what a LoRA computes, and the value at which they do not."""


@dataclass(frozen=True)
class Lora:
    """An adapter. `layers` maps each weight of the base model that it changes to its shape (out, in)."""

    folder: Path
    config: Mapping[str, Any]
    layers: Mapping[str, tuple[int, int]]

    @property
    def rank(self) -> int:
        """The rank of its matrices."""
        return int(self.config["r"])

    @property
    def scaling(self) -> float:
        """What the product of its matrices is multiplied by: alpha / r, or alpha / sqrt(r) for rsLoRA (arXiv 2312.03732)."""
        divisor = math.sqrt(self.rank) if self.config.get("use_rslora") else self.rank
        return float(self.config["lora_alpha"]) / divisor

    @property
    def claimed_base(self) -> str | None:
        """The base model that it says it was made for."""
        claimed = self.config.get("base_model_name_or_path")
        return str(claimed) if claimed else None

    def matrices(self, weight: str) -> tuple[str, str]:
        """The names of the two matrices, down and up, that change a weight of the base model."""
        layer = weight.removesuffix(".weight")
        return f"{_PREFIX}{layer}{_DOWN}", f"{_PREFIX}{layer}{_UP}"

    def misfit(self, base: Mapping[str, Tensor]) -> str | None:
        """The first weight that the base model lacks or has in another shape; None where the adapter fits."""
        return next((name for name, shape in self.layers.items() if name not in base or base[name].shape != shape), None)

    def portable_config(self, hub_id: str) -> dict[str, Any]:
        """The configuration for others: only what a plain LoRA needs, and the base model's name on the Hub."""
        kept = {name: self.config[name] for name in _KEPT if self.config.get(name) is not None}
        return {
            "peft_type": "LORA", "base_model_name_or_path": hub_id, "bias": "none", "inference_mode": True, "init_lora_weights": True, **kept,
        }  # fmt: skip


def read_lora(folder: Path) -> Lora:
    """The adapter in a folder; no weights are read.

    Raises:
        BadInput: a file is missing or damaged, or it is no plain LoRA.
    """
    for name in (CONFIG_FILE, WEIGHTS_FILE):
        if not (folder / name).is_file():
            raise BadInput(f"{folder.name} holds no {name}, so there is no adapter in it that could be used.")
    config = _read_config(folder / CONFIG_FILE)
    layers = _layers(tensors_in(folder / WEIGHTS_FILE), rank=config["r"])
    return Lora(folder, config, layers)


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = read_json(path)
    except ValueError as error:
        raise BadInput(f"{path.name} is no JSON. Save the adapter again.") from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        kind = config.get("peft_type") if isinstance(config, dict) else None
        raise BadInput(f"{path.name} describes an adapter of the kind {kind}: only LoRA can be used.")
    for name, plain in _UNSUPPORTED.items():
        if (config.get(name) or plain) != plain:
            raise BadInput(
                f"This adapter uses {name} = {config[name]!r}, which is not served here: only a plain LoRA can be used."
            )
    if not all(isinstance(config.get(name), int | float) and config[name] > 0 for name in ("r", "lora_alpha")):
        raise BadInput(f"{path.name} has no usable r and lora_alpha. Save the adapter again.")
    targets = config.get("target_modules")
    if targets != "all-linear" and not (isinstance(targets, list) and all(isinstance(target, str) for target in targets)):
        raise BadInput(f"{path.name} names no list of target_modules: a pattern is not taken. Write the modules' names.")
    return config


def _layers(tensors: Mapping[str, Tensor], *, rank: int) -> dict[str, tuple[int, int]]:
    """The changed weights and their shapes, from the shapes of the matrices: (rank, in) and (out, rank)."""
    layers: dict[str, tuple[int, int]] = {}
    for name, down in tensors.items():
        if name.endswith(_UP) and name.removesuffix(_UP) + _DOWN in tensors:
            continue
        up = tensors.get(name.removesuffix(_DOWN) + _UP)
        if not (name.startswith(_PREFIX) and name.endswith(_DOWN)) or up is None:
            raise BadInput(f"The adapter holds {name}, which is no part of a plain LoRA. Save it with PEFT.")
        if len(down.shape) != 2 or len(up.shape) != 2 or down.shape[0] != rank or up.shape[1] != rank:
            raise BadInput(f"The adapter's {name} has the shape {list(down.shape)}, which rank {rank} does not go with.")
        layers[name.removeprefix(_PREFIX).removesuffix(_DOWN) + ".weight"] = (up.shape[0], down.shape[1])
    if not layers:
        raise BadInput("The adapter holds no weights.")
    return layers
