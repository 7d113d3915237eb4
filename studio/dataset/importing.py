"""From a file to a dataset: read, check, write; and what became of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from studio.dataset.alpaca import Progress, read_alpaca
from studio.dataset.problems import Problem
from studio.errors import BadInput
from studio.workspace.datasets import Manifest, Row, write_dataset
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
    """The beginning of a file as it would be imported."""

    rows: Sequence[Row]
    problems: Sequence[Problem]


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
    workspace: Workspace, path: Path, *, name: str, max_bytes: int | None = None, progress: Progress | None = None
) -> ImportResult:
    """Import an alpaca JSON or JSONL file as a new dataset. Nothing is written unless the whole file was read.

    Args:
        workspace: where the dataset goes.
        path: the file.
        name: what to call the dataset; the file's name where it is blank.
        max_bytes: the largest file that is read.
        progress: called now and then with the characters read and their total.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `read_alpaca`; BadInput also when no row of the file can be used.
    """
    findings = read_alpaca(path, max_bytes=max_bytes, progress=progress)
    return write_findings(workspace, findings, name=name.strip() or path.stem, source=path.name)


def preview(path: Path, limit: int = 20, *, max_bytes: int | None = None) -> Preview:
    """The first `limit` rows and problems of a file; nothing is written.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `read_alpaca`.
    """
    findings = list(islice(read_alpaca(path, max_bytes=max_bytes), limit))
    return Preview(
        rows=[finding for finding in findings if isinstance(finding, Row)],
        problems=[finding for finding in findings if isinstance(finding, Problem)],
    )


def write_findings(
    workspace: Workspace, findings: Iterable[Row | Problem], *, name: str, source: str, skipped: Sequence[str] = ()
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
    manifest = write_dataset(workspace, chain([first], rows), name=name, source=source, problems=sorter.as_json)
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
