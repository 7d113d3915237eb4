"""A file's sources, each with the shape that was said or guessed, as rows and problems, in the file's order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from studio.dataset.progress import BETWEEN_REPORTS, Progress, part_of
from studio.dataset.reading.guessing import ROWS_TO_KNOW_THE_SHAPE, guess_shape
from studio.dataset.reading.problems import Problem, RowRejected
from studio.dataset.reading.records import Record
from studio.dataset.reading.row_checks import check_row
from studio.dataset.reading.shapes import Shape, value_of
from studio.dataset.reading.sources import Source
from studio.errors import BadInput
from studio.workspace.datasets import Row

__all__ = ["Part", "Progress", "read_parts", "read_source", "read_sources"]


def read_source(source: Source, *, shape: Shape | None = None, progress: Progress | None = None) -> Iterator[Row | Problem]:
    """The rows of one source, and the problems of those that can't be used.

    Args:
        source: the records; its name becomes the rows' source.
        shape: what they mean; where it is None, what a registry beside the file says, or what the first ones look like.
        progress: called now and then with what is read and the total, in the source's unit.

    Raises:
        BadInput: the records have no known shape, or the file is damaged. Seen at once, or, for damage further down, on the way there.
    """
    records = source.records()
    beginning = list(islice(records, ROWS_TO_KNOW_THE_SHAPE))
    shape = shape or source.shape or guess_shape(beginning, source.name)
    return islice(_rows(chain(beginning, records), source, shape, progress), source.limit)


def read_sources(
    sources: Sequence[Source], *, shape: Shape | None = None, skipped: list[str] | None = None, progress: Progress | None = None
) -> Iterator[Row | Problem]:
    """The rows of several sources, one after the other. A problem's row counts through all of them, and its sentence names the file.

    A source without a known shape is left out, and `skipped` is told why; where no other is left, that is raised.
    """
    if len(sources) == 1:
        return read_source(sources[0], shape=shape, progress=progress)
    return read_parts([_part(source, shape) for source in sources], progress, skipped)


@dataclass(frozen=True)
class Part:
    """One of several files that are read as one: what it is called, its size in whatever unit all of them have, and how to read it."""

    name: str
    size: int
    read: Callable[[Progress | None], Iterator[Row | Problem]]


def read_parts(parts: Sequence[Part], progress: Progress | None, skipped: list[str] | None = None) -> Iterator[Row | Problem]:
    """The findings of the parts, one after the other. A problem's row counts through all of them, and its sentence names the file.

    A part that can't even be begun (`read` raises BadInput) is left out, and `skipped` is told why; where no other is left, that is raised.
    """
    refused = skipped if skipped is not None else []
    rows_before, before, read_any = 0, 0, False
    for part in parts:
        report = part_of(progress, before=before, size=part.size, total=sum(one.size for one in parts))
        before += part.size
        try:
            findings = part.read(report)
        except BadInput as error:
            refused.append(error.message)
            continue
        read_any, row = True, -1
        for row, finding in enumerate(findings):
            yield _named(finding, part.name, rows_before, row)
        rows_before += row + 1
    if not read_any:
        raise BadInput(refused[-1])


def _part(source: Source, shape: Shape | None) -> Part:
    return Part(source.name, source.total, lambda progress: read_source(source, shape=shape, progress=progress))


def _rows(records: Iterator[Record], source: Source, shape: Shape, progress: Progress | None) -> Iterator[Row | Problem]:
    for record in records:
        finding: Row | Problem
        try:
            finding = shape.row(value_of(record), source.name)
            check_row(finding)
        except RowRejected as rejected:
            finding = Problem(record.row, rejected.kind, rejected.message)
        yield finding
        if progress and record.row % BETWEEN_REPORTS == 0:
            progress(min(record.end, source.total or record.end), source.total or record.end)
    if progress:
        progress(source.total, source.total)


def _named(finding: Row | Problem, name: str, rows_before: int, row: int) -> Row | Problem:
    if isinstance(finding, Row):
        return finding
    return Problem(rows_before + row, finding.kind, f"{name}, row {row + 1}: {finding.message}")
