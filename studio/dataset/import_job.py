"""The job `dataset.import_job`: an import in a process of its own, which a reload of the page does not touch.

The file lies in the run's folder, so that nobody takes it away meanwhile. It is removed once it is not needed any more: when the import has
succeeded, was stopped, or failed because of what is in it. After any other failure it stays, so that the import can be tried again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.dataset.import_spec import AnswersImport, FileImport, SampleImport, parse_import
from studio.dataset.importing.checked import CheckedImport, Read, import_checked
from studio.dataset.importing.file import ImportResult, import_file
from studio.dataset.importing.labelling import label
from studio.dataset.importing.registry import import_registry
from studio.dataset.progress import Progress
from studio.dataset.reading.shapes import Shape, chosen_columns
from studio.dataset.reading.unanswered import Questions
from studio.errors import BadInput, StudioError
from studio.jobs.progress import Reporter, Stopped
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run

CANCELLED = "The import was cancelled. Nothing was kept of it."


def run(workspace: Workspace, reporter: Reporter, values: Mapping[str, Any]) -> dict[str, Any]:
    """Import, check and keep; returns the dataset's id, the number of rows and rejected rows, and the health score.

    Raises:
        NotFound, UploadTooLarge, BadInput: what is to be imported can't be used.
        Stopped: somebody cancelled; nothing is left.
    """
    spec = parse_import(values)
    aside = reporter.run.folder / "aside"
    shutil.rmtree(aside, ignore_errors=True)  # of an attempt that was killed
    try:
        made = import_checked(workspace, reading(workspace, spec, reporter.run), aside=aside, watch=_Watch(reporter))
    except (StudioError, Stopped):
        forget_files(reporter.run)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    forget_files(reporter.run)
    return _result(made)


def forget_files(run: Run) -> None:
    """Remove what was handed in with an import."""
    shutil.rmtree(run.files, ignore_errors=True)


def reading(workspace: Workspace, spec: FileImport | SampleImport | AnswersImport, run: Run) -> Read:
    """How to read what the spec asks for."""

    def read(into: Workspace, progress: Progress) -> ImportResult:
        match spec:
            case FileImport():
                path, shape = run.files / spec.file, shape_of(spec)
                return import_file(into, path, name=spec.name, shape=shape, max_bytes=spec.max_bytes, progress=progress)
            case SampleImport():
                registry = workspace.samples / "dataset_info.json"
                return import_registry(into, registry, name=spec.name or None, progress=progress)
            case AnswersImport():
                return label(workspace, spec.dataset, spec.answers, into=into)

    return read


def shape_of(spec: FileImport) -> Shape | None:
    """The shape that was said; None where it is to be guessed.

    Raises:
        BadInput: only one of two columns was said, or none holds the questions.
    """
    if not spec.questions_only:
        return chosen_columns(spec.question, spec.answer)
    if not spec.question:
        raise BadInput("Say which column holds the questions.")
    return Questions(spec.question, spec.category)


@dataclass(frozen=True)
class _Watch:
    """Reports to the run's folder, and ends the import when somebody asks for it."""

    reporter: Reporter

    def phase(self, name: str) -> None:
        self._check_stop()
        self.reporter.phase(name)

    def progress(self, done: int, total: int) -> None:
        self._check_stop()
        self.reporter.progress(done, total)

    def read(self, rows: int, rejected: int) -> None:
        self.reporter.note(f"{rows:,} rows were read, {rejected:,} could not be.", rows=rows)

    def _check_stop(self) -> None:
        try:
            self.reporter.check_stop()
        except Stopped as stopped:
            raise Stopped(keep=stopped.keep, sentence=CANCELLED) from None


def _result(made: CheckedImport) -> dict[str, Any]:
    dataset, found = made.result.dataset, made.examination
    return {
        "dataset": dataset.id,
        "rows": made.result.rows,
        "rejected": made.result.rejected,
        "skipped": list(made.result.skipped),
        "score": None if found is None else found.score,
        "counts": {} if found is None else found.counts,
    }
