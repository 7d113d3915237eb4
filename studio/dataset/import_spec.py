"""What an import is asked to do: a file, the sample data, or the answers to a list of questions. Checked before a run exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from studio.errors import BadInput

IMPORT_JOB: Final = "dataset.import_job"


class _Import(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=10_000)

    job: Literal["dataset.import_job"] = IMPORT_JOB
    weight: Literal["light"] = "light"
    name: str = Field(default="", max_length=100, description="What to call the dataset; empty takes the source's name.")
    max_bytes: int | None = Field(default=None, gt=0, description="The largest file that is read.")

    @property
    def title(self) -> str:
        """What is imported, for people."""
        return self.name


class FileImport(_Import):
    """A file that was handed in with the run."""

    what: Literal["file"] = "file"
    file: str = Field(description="Its name in the run's folder of files.")
    question: str | None = Field(default=None, description="The column with the questions; guessed where there is none.")
    answer: str | None = Field(default=None, description="The column with the answers.")
    category: str | None = Field(default=None, description="In a list of questions, the column with their categories.")
    questions_only: bool = Field(default=False, description="Import questions without answers, as a list.")

    @property
    def title(self) -> str:
        """The file's name."""
        return self.file


class SampleImport(_Import):
    """The sample data that come with the studio."""

    what: Literal["samples"] = "samples"


class AnswersImport(_Import):
    """A list of questions, with one answer a category."""

    what: Literal["answers"] = "answers"
    dataset: str = Field(description="Id of the list of questions.")
    answers: dict[str, str] = Field(description="By category.")


ImportSpec = Annotated[FileImport | SampleImport | AnswersImport, Field(discriminator="what")]
_SPEC: TypeAdapter[FileImport | SampleImport | AnswersImport] = TypeAdapter(ImportSpec)


def parse_import(values: Mapping[str, Any]) -> FileImport | SampleImport | AnswersImport:
    """The spec from outside values.

    Raises:
        BadInput: one sentence that names the setting and what is wrong with it.
    """
    try:
        return _SPEC.validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "what"
        raise BadInput(f"This import can't be started: {where}: {first['msg']}.") from error
