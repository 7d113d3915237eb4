"""What an export is asked to do: which model, in which form, where to, and whether it goes to the Hub. Checked before a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.errors import BadInput
from studio.workspace.endings import Weight

EXPORT_JOB: Final = "training.exporting.export_job"


class Form(StrEnum):
    """What kind of folder is made."""

    ADAPTER = "adapter"
    MERGED = "merged"
    VLLM = "vllm"
    OLLAMA = "ollama"

    @property
    def merges(self) -> bool:
        """Whether the folder holds the base model's weights too."""
        return self is not Form.ADAPTER


class ExportSpec(BaseModel):
    """One export."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=4096)

    job: Literal["training.exporting.export_job"] = EXPORT_JOB
    weight: Weight = Field(
        default=Weight.HEAVY, description="A merge loads two models, so it waits for a training; a copy does not."
    )
    model: str = Field(min_length=1, description="A tuned model's name.")
    form: Form
    folder: str | None = Field(default=None, description="Absolute path of the folder to make; by default in the run's own.")
    repo: str | None = Field(default=None, description="Where on the Hub it goes, as OWNER/NAME; None keeps it here.")
    public: bool = Field(default=False, description="Everybody may read the repository that is made.")
    update: bool = Field(default=False, description="Write to a repository that exists.")


def parse_export(values: Mapping[str, Any]) -> ExportSpec:
    """The spec from outside values.

    Raises:
        BadInput: one sentence that names the setting and what is wrong with it.
    """
    try:
        return ExportSpec(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"This export can't be started: {where}: {first['msg']}.") from error
