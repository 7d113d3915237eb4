"""What a safetensors file holds, read from its header: names, number formats and shapes, without the weights and without torch.

The format is described at https://huggingface.co/docs/safetensors: eight bytes with the header's length, the header as JSON, the data.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.errors import BadInput

_LONGEST = 100_000_000  # bytes of a header, as the format's own reader has it


@dataclass(frozen=True)
class Tensor:
    """A tensor's number format, as safetensors names it (`BF16`), and its shape."""

    dtype: str
    shape: tuple[int, ...]


def tensors_in(file: Path) -> dict[str, Tensor]:
    """The tensors of a file, by name.

    Raises:
        BadInput: it is no safetensors file, or it ends too early.
    """
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > _LONGEST:
                raise ValueError("the header is too long")
            header: dict[str, Any] = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        tensors = {name: Tensor(entry["dtype"], tuple(entry["shape"])) for name, entry in header.items()}
        data = max((entry["data_offsets"][1] for entry in header.values()), default=0)
    except (struct.error, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            f"{file.name} is no safetensors file, or it is damaged. Save the model again, or copy it again."
        ) from error
    if file.stat().st_size < 8 + length + data:
        raise BadInput(f"{file.name} ends too early: it was not copied to its end. Copy it again.")
    return tensors


def tensors_of(folder: Path) -> dict[str, Tensor]:
    """The tensors of all safetensors files in a folder, by name.

    Raises:
        BadInput: one of the files is none, or ends too early.
    """
    return {name: tensor for file in sorted(folder.glob("*.safetensors")) for name, tensor in tensors_in(file).items()}


def size_of_weights(folder: Path) -> int:
    """Bytes of all safetensors files in a folder."""
    return sum(file.stat().st_size for file in folder.glob("*.safetensors"))


def differing_shapes(ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> str | None:
    """The first tensor of `ours` that `theirs` lacks or has in another shape; None where they fit."""
    return next((name for name, tensor in ours.items() if name not in theirs or theirs[name].shape != tensor.shape), None)
