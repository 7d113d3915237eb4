"""`manifest.json` beside a model's weights: what it is, what it was trained on and how, and how it scored.

Models that ship with the studio, exports and imports have the same one. One that comes from elsewhere is read with care and written anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.errors import BadInput
from studio.workspace.adapters import MODEL_MANIFEST
from studio.workspace.files import write_json_atomically


class QuestionSet(BaseModel):
    """Which questions were asked."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=200)

    name: str
    fingerprint: str = ""
    items: int = Field(ge=0)


class Score(BaseModel):
    """How often the model was right on a question set, with its Wilson 95% interval; `base_passed` is the base model's, on the same items."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question_set: QuestionSet
    passed: int = Field(ge=0)
    items: int = Field(gt=0)
    wilson: tuple[float, float]
    base_passed: int | None = Field(default=None, ge=0)


class Agreement(BaseModel):
    """On how many of the prompts the merged model answers as base and adapter do, greedily."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=300)

    prompts: int = Field(gt=0)
    agree: int = Field(ge=0)
    asked: str = Field(description="Where the prompts come from.")
    computed_in: str = Field(description="The number format of the answers that were compared.")
    weights: str = Field(description="The number format in which the merged weights were saved.")

    @property
    def rounding(self) -> bool:
        """Whether the answers that differ are so few that rounding explains them."""
        return is_rounding(self.agree, self.prompts)


class ModelManifest(BaseModel):
    """All that is written down. What nobody knows is empty."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_max_length=500)

    kind: Literal["adapter", "merged"] = "adapter"
    base_model: str
    hub_id: str
    base_digest: str = Field(default="", description="SHA-256 of the base model's weights, as they were where it was exported.")
    licence: str = ""
    dataset: str = Field(default="", pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,99})?$")
    dataset_fingerprint: str = ""
    rows: int | None = Field(default=None, ge=0)
    settings: dict[str, str | bool | int | float | None] = {}
    training: dict[str, int | float | None] = {}
    digest: str = ""
    scores: tuple[Score, ...] = Field(default=(), max_length=50)
    agreement: Agreement | None = None


def read_model_manifest(folder: Path) -> ModelManifest | None:
    """What a folder's manifest says; None where there is none.

    Raises:
        BadInput: it can't be understood.
    """
    path = folder / MODEL_MANIFEST
    if not path.is_file():
        return None
    try:
        return ModelManifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(
            f"{path.name} can't be understood at {where}: {first['msg']}. Remove it, or export the model again."
        ) from error


def write_model_manifest(folder: Path, manifest: ModelManifest, **changes: Any) -> ModelManifest:
    """Write it, with changes, and return what was written."""
    written = manifest.model_copy(update=changes)
    write_json_atomically(folder / MODEL_MANIFEST, written.model_dump(mode="json"))
    return written


def known_settings(values: Mapping[str, Any]) -> dict[str, str | bool | int | float | None]:
    """The settings of a training that are plain values."""
    return {name: value for name, value in values.items() if isinstance(value, str | bool | int | float | None)}


def is_rounding(agree: int, prompts: int) -> bool:
    """Whether so many equal answers may be a merge that was only rounded: three quarters of them or more. Fewer are a merge that went wrong."""
    return 4 * agree >= 3 * prompts
