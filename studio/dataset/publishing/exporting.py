"""From a dataset back to a file, row by row, so that what came in can go out again: importing the file gives the same rows."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from pathlib import Path
from typing import Any

from studio.dataset.deriving.lineage import part_of
from studio.dataset.publishing.card import render_card
from studio.dataset.publishing.formats import LABELS, Object, RowFormat, format_for, written
from studio.errors import BadInput
from studio.workspace.datasets import QUESTIONS, Row, read_manifest, read_rows
from studio.workspace.files import replacing
from studio.workspace.layout import Workspace

_ROWS_A_BATCH = 2_000  # of a Parquet file


class ExportFormat(StrEnum):
    """A kind of file. Parquet has the columns of the row format that holds all that the rows say."""

    ALPACA = "alpaca"
    SHAREGPT = "sharegpt"
    MESSAGES = "messages"
    PARQUET = "parquet"
    PREFERENCE = "preference"
    KTO = "kto"

    @property
    def ending(self) -> str:
        """Of the file's name: alpaca and ShareGPT are usually one array, the others one object a line."""
        return {"alpaca": "json", "sharegpt": "json", "parquet": "parquet"}.get(self.value, "jsonl")


@dataclass(frozen=True)
class Export:
    """What was written."""

    path: Path
    rows: int


def formats_of(workspace: Workspace, dataset_id: str) -> list[ExportFormat]:
    """The formats that a dataset can be exported in, by its first row; none for a list of questions."""
    if read_manifest(workspace, dataset_id).kind == QUESTIONS:
        return []
    fitting = format_for(next(read_rows(workspace, dataset_id)))
    if fitting is RowFormat.MESSAGES:
        return [ExportFormat.ALPACA, ExportFormat.SHAREGPT, ExportFormat.MESSAGES, ExportFormat.PARQUET]
    return [ExportFormat(fitting.value), ExportFormat.PARQUET]


def export_dataset(workspace: Workspace, dataset_id: str, path: Path, export_format: ExportFormat) -> Export:
    """Write a dataset as a file of that format; the file appears whole or not at all.

    Raises:
        NotFound: there is no dataset of that id.
        BadInput: a row is none that the format can hold, or the file can't be written.
    """
    manifest = read_manifest(workspace, dataset_id)
    try:
        with replacing(path) as temporary:
            _write(read_rows(workspace, dataset_id), temporary, export_format)
    except OSError as error:
        raise BadInput(f"{path} can't be written: {error.strerror or error}. Choose another place.") from error
    return Export(path, manifest.rows)


def export_bundle(workspace: Workspace, dataset_id: str, path: Path, export_format: ExportFormat) -> Export:
    """Write a zip to take away: the dataset in that format, and its card. Laid out as a repository of the Hub is.

    Raises:
        NotFound, BadInput: as `export_dataset`.
    """
    part = part_of(read_manifest(workspace, dataset_id))
    data = path.with_name(f".{path.name}.{export_format.ending}")
    try:
        export = export_dataset(workspace, dataset_id, data, export_format)
        with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.md", render_card(workspace, dataset_id, data_file=data_file(part, export_format)))
            archive.write(data, data_file(part, export_format))
    finally:
        data.unlink(missing_ok=True)
    return Export(path, export.rows)


def alpaca_json(rows: Iterable[Row]) -> Iterator[str]:
    """Rows that are no dataset yet as one alpaca array, piece by piece.

    Raises:
        BadInput: a row is none that alpaca can hold.
    """
    return _array(written(rows, RowFormat.ALPACA))


def data_file(part: str, export_format: ExportFormat) -> str:
    """Where the rows lie beside the card."""
    return f"data/{part}.{export_format.ending}"


def _write(rows: Iterator[Row], path: Path, export_format: ExportFormat) -> None:
    if export_format is ExportFormat.PARQUET:
        _write_parquet(rows, path)
        return
    values = written(rows, RowFormat(export_format.value))
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(_lines(values) if export_format.ending == "jsonl" else _array(values))


def _array(values: Iterable[Object]) -> Iterator[str]:
    """One JSON array, one row a line."""
    opening = "[\n"
    for value in values:
        yield opening + json.dumps(value, ensure_ascii=False)
        opening = ",\n"
    yield "[]\n" if opening == "[\n" else "\n]\n"


def _lines(values: Iterable[Object]) -> Iterator[str]:
    return (json.dumps(value, ensure_ascii=False) + "\n" for value in values)


def _write_parquet(rows: Iterator[Row], path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    first = next(rows)
    row_format = format_for(first)
    values = written(chain([first], rows), row_format)
    schema = pyarrow.schema(_columns(row_format))
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(values, _ROWS_A_BATCH)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))


def _columns(row_format: RowFormat) -> Mapping[str, Any]:
    import pyarrow

    text = pyarrow.string()
    turns = pyarrow.list_(pyarrow.struct({"role": text, "content": text}))
    columns: dict[RowFormat, dict[str, Any]] = {
        RowFormat.PREFERENCE: {"prompt": turns, "chosen": turns, "rejected": turns},
        RowFormat.KTO: {"prompt": turns, "completion": turns, "label": pyarrow.bool_()},
    }
    return columns.get(row_format, {"messages": turns}) | dict.fromkeys(LABELS, text)
