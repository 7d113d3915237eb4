"""The rows of a spreadsheet or a column file as records: CSV and TSV, Excel, Parquet. The first row of a sheet names the columns.

What the columns mean is the shapes' business. A row that is broken is that row's problem alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.dataset.reading.records import Record
from studio.errors import BadInput

if TYPE_CHECKING:
    import pyarrow

_DELIMITERS = ",;\t|"
_SNIFFED = 20_000  # characters of a CSV file that its delimiter is told from
_LONGEST_CELL = 10_000_000  # characters


def looks_like_a_table(text: str) -> bool:
    """Whether the first line names at least two columns, and a following line has as many."""
    delimiter = _delimiter(text)
    if delimiter is None:
        return False
    try:
        lines = list(csv.reader(io.StringIO(text[:_SNIFFED], newline=""), delimiter=delimiter))[:10]
    except csv.Error:
        return False
    return len(lines) > 1 and len(lines[0]) > 1 and any(len(line) == len(lines[0]) for line in lines[1:])


def csv_records(text: str, name: str) -> Iterator[Record]:
    """The rows of CSV or TSV text; the delimiter is told from the text.

    Raises:
        BadInput: a quoted cell is never closed, so that nobody can say where the next row begins.
    """
    stream = io.StringIO(text, newline="")
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(stream, delimiter=_delimiter(text) or ",")
    index = 0
    try:
        header = _header(next(reader, []), name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _record(index, header, cells, stream.tell(), reader.line_num)
                index += 1
    except csv.Error as error:
        raise BadInput(f"{name} is no valid CSV: {error} near line {reader.line_num}. Repair it there.") from error


def excel_records(path: Path, name: str) -> Iterator[Record]:
    """The rows of the first sheet that has any.

    Raises:
        BadInput: the file is damaged, or has no sheet with a row.
    """
    import openpyxl

    with path.open("rb") as stream:  # a stream, because openpyxl judges a file by its name
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            sheets = ([_texts(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets)
            rows = next((filled for sheet in sheets if (filled := [row for row in sheet if row])), [])
        except Exception as error:  # a damaged workbook fails in as many ways as it has parts
            raise BadInput(f"{name} can't be read as an Excel file. Save it again as .xlsx, or as CSV.") from error
    if not rows:
        raise BadInput(f"{name} has no sheet with rows. The first row names the columns, the others hold questions and answers.")
    header = _header(rows[0], name)
    for index, cells in enumerate(rows[1:]):
        yield _record(index, header, cells, index + 1, None)


def parquet_records(path: Path, name: str) -> Iterator[Record]:
    """The rows of a Parquet file, a batch at a time.

    Raises:
        BadInput: the file is damaged.
    """
    import pyarrow
    import pyarrow.parquet

    index = 0
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1024):
            for value in _rows(batch):
                yield Record(
                    index, value, index + 1, None, None if value is not None else "The row holds bytes that are no UTF-8 text"
                )
                index += 1
    except (pyarrow.ArrowException, OSError) as error:
        raise BadInput(f"{name} can't be read as a Parquet file: {str(error).splitlines()[0][:120]}.") from error


def _rows(batch: pyarrow.RecordBatch) -> list[dict[str, Any] | None]:
    """The rows of a batch; None for one that holds a text of bytes that are no UTF-8."""
    try:
        values: list[dict[str, Any] | None] = batch.to_pylist()
        return values
    except UnicodeDecodeError:
        return [_rows(batch.slice(row, 1))[0] for row in range(batch.num_rows)] if batch.num_rows > 1 else [None]


def _record(index: int, header: Sequence[str], cells: Sequence[str], end: int, line: int | None) -> Record:
    if len(cells) > len(header):
        return Record(index, None, end, None, f"{_at(line)}has {len(cells)} cells, but there are {len(header)} columns")
    return Record(index, dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True)), end)


def _at(line: int | None) -> str:
    return "The row " if line is None else f"Line {line} "


def _header(cells: Sequence[str], name: str) -> list[str]:
    header = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, start=1)]
    if twice := next((cell for index, cell in enumerate(header) if cell in header[:index]), None):
        raise BadInput(f"{name} has two columns called {twice[:40]!r}. Give each a name of its own.")
    return header


def _texts(row: Iterable[Any]) -> list[str]:
    """The cells as text, without the empty ones at the end, which spreadsheets leave behind."""
    cells = ["" if cell is None else str(cell) for cell in row]
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _delimiter(text: str) -> str | None:
    """The delimiter that the first line has most of; outside quotes."""
    first = text.lstrip().split("\n", 1)[0]
    outside = "".join(first.split('"')[::2])
    best = max(_DELIMITERS, key=outside.count)
    return best if outside.count(best) else None
