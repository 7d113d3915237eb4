"""From a file to a dataset: read, check, write; and what became of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from studio.dataset.reading.guessing import ROWS_TO_KNOW_THE_SHAPE, guess_shape, known_columns
from studio.dataset.reading.problems import Problem
from studio.dataset.reading.rows import Progress, read_source, read_sources
from studio.dataset.reading.shapes import Shape
from studio.dataset.reading.sources import Source, open_sources
from studio.dataset.reading.unanswered import Questions, are_articles, questions_among
from studio.errors import BadInput
from studio.workspace.datasets import ANSWERS, QUESTIONS, Manifest, Row, write_dataset
from studio.workspace.layout import Workspace


@dataclass(frozen=True)
class ImportResult:
    """What an import made. `skipped` says, one sentence each, which entries of a registry were left out, and why."""

    dataset: Manifest
    rows: int
    problems: Sequence[Problem]
    skipped: Sequence[str] = ()

    @property
    def rejected(self) -> int:
        """How many rows were not imported."""
        return len(self.problems)

    def to_json(self) -> dict[str, Any]:
        """As `python -m studio import --json` prints it."""
        problems = [problem.to_json() for problem in self.problems]
        return {"dataset": self.dataset.id, "rows": self.rows, "rejected": self.rejected, "problems": problems}


@dataclass(frozen=True)
class Preview:
    """The beginning of a file as it would be imported.

    `kind` is the file's, `shape` what its records were taken for (None: nothing that is known, and `refusal` says so), `columns` those
    with text, which may hold a question or an answer. `questions` says how to read a file of questions without answers, `articles` that
    it holds articles. Of a zip it is the first file's.
    """

    kind: str
    shape: Shape | None
    columns: Sequence[str]
    rows: Sequence[Row]
    problems: Sequence[Problem]
    files: int = 1
    refusal: str | None = None
    questions: Questions | None = None
    articles: bool = False


@dataclass
class _Sorter:
    """Lets rows through and keeps the problems aside, so that a file is read once."""

    problems: list[Problem] = field(default_factory=list)
    as_json: list[dict[str, Any]] = field(default_factory=list)

    def rows(self, findings: Iterable[Row | Problem]) -> Iterator[Row]:
        for finding in findings:
            if isinstance(finding, Problem):
                self.problems.append(finding)
                self.as_json.append(finding.to_json())
            else:
                yield finding


def import_file(
    workspace: Workspace,
    path: Path,
    *,
    name: str,
    shape: Shape | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a file of any known kind as a new dataset. Nothing is written unless the whole file was read.

    Args:
        workspace: where the dataset goes.
        path: JSON, JSONL, CSV, TSV, Excel, Parquet, or a zip of those.
        name: what to call the dataset; the file's name where it is blank.
        shape: what the records mean; guessed where it is None, in a zip for each file.
        max_bytes: the largest file that is read, unpacked.
        progress: called now and then with what is read and the total, in units of its own.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `open_sources` and `read_source`; BadInput also when no row can be used.
    """
    with open_sources(path, max_bytes=max_bytes) as opened:
        skipped = list(opened.skipped)
        findings = read_sources(opened.sources, shape=shape, skipped=skipped, progress=progress)
        kind = QUESTIONS if isinstance(shape, Questions) else ANSWERS
        return write_findings(workspace, findings, name=name.strip() or path.stem, source=path.name, skipped=skipped, kind=kind)


def preview(path: Path, limit: int = 20, *, shape: Shape | None = None, max_bytes: int | None = None) -> Preview:
    """How a file begins, and what it is taken for; nothing is written.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `open_sources`, and BadInput when what begins it is damaged or holds no object.
    """
    with open_sources(path, max_bytes=max_bytes) as opened:
        source = opened.sources[0]
        beginning = list(islice(source.records(), ROWS_TO_KNOW_THE_SHAPE))
        values = [record.value for record in beginning if isinstance(record.value, dict)]
        columns = list(known_columns(values))
        files = len(opened.sources)
        try:
            taken_for = shape or source.shape or guess_shape(beginning, source.name)
        except BadInput as error:
            if not columns:
                raise
            articles = are_articles(values, columns)
            questions = None if articles else questions_among(values, columns)
            rows = [] if questions is None else _usable(_beginning(source, questions, limit))
            return Preview(source.kind, None, columns, rows, (), files, error.message, questions, articles)
        findings = _beginning(source, taken_for, limit)
    return Preview(
        kind=source.kind,
        shape=taken_for,
        columns=columns,
        rows=_usable(findings),
        problems=[finding for finding in findings if isinstance(finding, Problem)],
        files=files,
    )


def _beginning(source: Source, shape: Shape, limit: int) -> list[Row | Problem]:
    return list(islice(read_source(source, shape=shape), limit))


def _usable(findings: Iterable[Row | Problem]) -> list[Row]:
    return [finding for finding in findings if isinstance(finding, Row)]


def write_findings(
    workspace: Workspace,
    findings: Iterable[Row | Problem],
    *,
    name: str,
    source: str,
    skipped: Sequence[str] = (),
    kind: str = ANSWERS,
) -> ImportResult:
    """Write the rows among the findings as a dataset and keep the problems in its manifest.

    Raises:
        BadInput: no row is among them; the sentence names the most frequent reason.
    """
    sorter = _Sorter()
    rows = sorter.rows(findings)
    first = next(rows, None)
    if first is None:
        raise BadInput(_why_nothing_is_left(source, sorter.problems))
    # The list of problems fills while the rows are written; the manifest, which holds it, is written last.
    manifest = write_dataset(workspace, chain([first], rows), name=name, source=source, problems=sorter.as_json, kind=kind)
    return ImportResult(dataset=manifest, rows=manifest.rows, problems=tuple(sorter.problems), skipped=tuple(skipped))


def _why_nothing_is_left(source: str, problems: Sequence[Problem]) -> str:
    if not problems:
        return f"{source} holds no row, so no dataset was made."
    (kind, count), *_ = Counter(problem.kind for problem in problems).most_common(1)
    example = next(problem.message for problem in problems if problem.kind == kind)
    return (
        f"None of the {len(problems):,} rows of {source} can be used, so no dataset was made. "
        f"Most often ({count:,} of {len(problems):,}, {kind}): {example}"
    )
