"""An import as people know it: the file is read, its rows are checked, and only then the dataset is there, with what the checks found.

All of it happens in a folder aside, so that whoever gives up on the way, or is killed, leaves no half of a dataset behind. The page's
job and the command both call `import_checked`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from studio.dataset.checks.examination import Examination, examine
from studio.dataset.checks.examined import known_items, write_examination
from studio.dataset.importing.file import ImportResult
from studio.dataset.progress import Progress
from studio.workspace.adoption import adopt_dataset
from studio.workspace.datasets import QUESTIONS, read_rows
from studio.workspace.layout import Workspace

READING, CHECKING, WRITING = "reading", "checking", "writing"

Read = Callable[[Workspace, Progress], ImportResult]
"""Reads whatever is to be imported into the workspace that it is given."""


class Watch(Protocol):
    """Is told how far an import is. What it raises ends the import, and nothing is left of it."""

    def phase(self, name: str) -> None:
        """A new phase begins."""

    def progress(self, done: int, total: int) -> None:
        """So much of the phase is done, in units of its own."""

    def read(self, rows: int, rejected: int) -> None:
        """The file was read to its end."""


@dataclass(frozen=True)
class CheckedImport:
    """What an import made, and what the checks found; None for questions without answers, which there is nothing to check in."""

    result: ImportResult
    examination: Examination | None

    def to_json(self) -> dict[str, Any]:
        """As `python -m studio import --json` prints it."""
        found = self.examination
        checked = {} if found is None else {"score": found.score, "counts": found.counts}
        return {**self.result.to_json(), "kind": self.result.dataset.kind, **checked}


def import_checked(workspace: Workspace, read: Read, *, aside: Path, watch: Watch) -> CheckedImport:
    """Import into the workspace by way of the folder `aside`, which lies on the same disk and which the caller removes.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `read`; nothing is written then.
    """
    staged = replace(workspace, home=aside)
    staged.datasets.mkdir(parents=True, exist_ok=True)
    watch.phase(READING)
    result = read(staged, watch.progress)
    watch.read(result.rows, result.rejected)
    made = result.dataset
    examination = None
    if made.kind != QUESTIONS:
        watch.phase(CHECKING)
        items = known_items(workspace)
        # Which rows are too long is for whoever has chosen a model to ask: nobody has yet.
        examination = examine(read_rows(staged, made.id), items=items, progress=watch.progress)
        write_examination(staged, made.id, examination)
    watch.phase(WRITING)
    watch.progress(0, 1)
    dataset = adopt_dataset(workspace, staged.dataset(made.id))
    return CheckedImport(replace(result, dataset=dataset), examination)
