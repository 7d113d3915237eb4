"""A file's sources, each with the shape that was said or guessed, as rows and problems, in the file's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from studio.dataset.checks import check_row
from studio.dataset.guessing import ROWS_TO_KNOW_THE_SHAPE, guess_shape
from studio.dataset.problems import Problem, RowRejected
from studio.dataset.progress import BETWEEN_REPORTS, Progress
from studio.dataset.records import Record
from studio.dataset.shapes import Shape, value_of
from studio.dataset.sources import Source
from studio.errors import BadInput
from studio.workspace.datasets import Row

__all__ = ["Progress", "read_source", "read_sources"]


def read_source(source: Source, *, shape: Shape | None = None, progress: Progress | None = None) -> Iterator[Row | Problem]:
    """The rows of one source, and the problems of those that can't be used.

    Args:
        source: the records; its name becomes the rows' source.
        shape: what they mean; guessed from the first ones where it is None.
        progress: called now and then with what is read and the total, in the source's unit.

    Raises:
        BadInput: the records have no known shape, or the file is damaged. Seen at once, or, for damage further down, on the way there.
    """
    records = source.records()
    beginning = list(islice(records, ROWS_TO_KNOW_THE_SHAPE))
    return _rows(chain(beginning, records), source, shape or guess_shape(beginning, source.name), progress)


def read_sources(
    sources: Sequence[Source], *, shape: Shape | None = None, skipped: list[str] | None = None, progress: Progress | None = None
) -> Iterator[Row | Problem]:
    """The rows of several sources, one after the other. A problem's row counts through all of them, and its sentence names the file.

    A source without a known shape is left out, and `skipped` is told why; where no other is left, that is raised.
    """
    if len(sources) == 1:
        yield from read_source(sources[0], shape=shape, progress=progress)
        return
    rows_before, refused = 0, skipped if skipped is not None else []
    before, total = 0, sum(source.total for source in sources)
    read_any = False
    for source in sources:
        report = _share_of(progress, before=before, total=total)
        before += source.total
        try:
            findings = read_source(source, shape=shape, progress=report)
        except BadInput as error:
            refused.append(error.message)
            continue
        read_any = True
        row = -1
        for row, finding in enumerate(findings):
            yield _named(finding, source.name, rows_before, row)
        rows_before += row + 1
    if not read_any:
        raise BadInput(refused[-1])


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
            progress(record.end, source.total or record.end)
    if progress:
        progress(source.total, source.total)


def _named(finding: Row | Problem, name: str, rows_before: int, row: int) -> Row | Problem:
    if isinstance(finding, Row):
        return finding
    return Problem(rows_before + row, finding.kind, f"{name}, row {row}: {finding.message}")


def _share_of(progress: Progress | None, *, before: int, total: int) -> Progress | None:
    return None if progress is None else lambda done, _: progress(before + done, total)
