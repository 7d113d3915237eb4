"""The sizes of a model are those of its configuration, and those of the model itself."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from studio.chat.catalog import CATALOG, find_model
from studio.errors import BadInput
from studio.training.estimate.architecture import architecture_of, read_architecture
from studio.workspace.layout import Workspace
from tests.training.estimate.support import TINY

CONFIG = {
    "model_type": "llama", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": 1000, "tie_word_embeddings": True,
}  # fmt: skip


def parameters_in(file: Path) -> int:
    """Numbers in a safetensors file, by its header alone."""
    with file.open("rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
    shapes = [entry["shape"] for name, entry in header.items() if name != "__metadata__"]
    total = 0
    for shape in shapes:
        count = 1
        for size in shape:
            count *= size
        total += count
    return total


def test_counts_what_one_counts_by_hand() -> None:
    # q 32x32, k and v 32x16, o 32x32, gate, up and down 32x64
    assert TINY.layer_parameters == 1024 + 512 + 512 + 1024 + 3 * 2048
    # one embedding of 1000x32 for both ends, two norms a layer and one at the end
    assert TINY.parameters == 2 * 9216 + 1000 * 32 + 5 * 32
    # rank 4 x (in + out): q and o 64, k and v 48, gate, up and down 96
    assert TINY.adapter_parameters(4) == 4 * (2 * 64 + 2 * 48 + 3 * 96)


def test_reads_them_from_a_configuration() -> None:
    assert read_architecture(CONFIG, name="Tiny") == TINY


def test_a_missing_size_is_named() -> None:
    with pytest.raises(BadInput, match=r"config.json of Tiny does not name intermediate_size"):
        read_architecture({name: value for name, value in CONFIG.items() if name != "intermediate_size"}, name="Tiny")


def test_the_tiny_models_weights_are_as_many_as_counted(tiny_workspace: Workspace) -> None:
    model = find_model("smollm2-135m-instruct")
    weights = tiny_workspace.model(model.name) / "model.safetensors"
    assert architecture_of(tiny_workspace, model).parameters == parameters_in(weights)


def test_the_embedded_model_is_known_before_it_is_unpacked(workspace: Workspace, embedded_model: Path) -> None:
    known = architecture_of(workspace, find_model("smollm2-135m-instruct"))
    assert known.parameters == parameters_in(embedded_model / "model.safetensors") == 134_515_008


@pytest.mark.parametrize("model", CATALOG, ids=lambda model: model.name)
def test_every_model_of_the_catalog_has_as_many_parameters_as_it_says(workspace: Workspace, model: object) -> None:
    counted = architecture_of(workspace, model).parameters / 1e6  # type: ignore[arg-type]
    assert counted == pytest.approx(model.parameters, abs=1)  # type: ignore[attr-defined]
