"""A file of whatever kind as records: JSON, JSONL, CSV, TSV, Excel, Parquet, or a zip of those. Told by content, never by name.

A source knows the records and what to call them; which columns mean what is the shapes' business.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os.path import normpath
from pathlib import Path, PurePosixPath

from studio.dataset.reading.dataset_info import FILE_NAME, Entry, read_entries
from studio.dataset.reading.records import Record, are_jsonl, read_lines, read_records
from studio.dataset.reading.shapes import Shape
from studio.dataset.reading.tables import csv_records, excel_records, looks_like_a_table, parquet_records
from studio.dataset.reading.textfile import MEGABYTE, check_file, first_character, read_lines_of, read_text
from studio.errors import BadInput, UploadTooLarge

_MOST_UNPACKED = 1024 * MEGABYTE  # that a zip file may unpack to, where no limit is given
_SNIFFED = 4096


@dataclass(frozen=True)
class Source:
    """One file's records. `total` is in the unit of `Record.end`: bytes of JSONL, characters of other text, rows of a sheet (0: not known)."""

    name: str
    kind: str
    total: int
    records: Callable[[], Iterator[Record]]
    """Reads them from the beginning."""
    shape: Shape | None = None
    """What a registry beside the file says that its records mean."""
    limit: int | None = None
    """How many records the registry takes; None: all."""


@dataclass(frozen=True)
class Opened:
    """What a file holds. `skipped` says, one sentence each, which files of a zip can't be read."""

    sources: Sequence[Source]
    skipped: Sequence[str] = ()


@contextmanager
def open_sources(path: Path, *, max_bytes: int | None = None) -> Iterator[Opened]:
    """The source of a file, or those that a zip file holds. Unpacked files are gone when the block is left.

    Raises:
        NotFound: there is no such file.
        UploadTooLarge: it is over the limit, or unpacks to more.
        BadInput: it is nothing that can be read, or a zip without such a file.
    """
    check_file(path, max_bytes=max_bytes)
    if not _is_plain_zip(path):
        yield Opened([_source(path, path.name, max_bytes)])
        return
    folder = Path(tempfile.mkdtemp(prefix="studio-zip-"))
    try:
        yield _opened(dict(_unpacked(path, folder, max_bytes)), path.name, max_bytes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opened(files: Mapping[PurePosixPath, Path], archive: str, max_bytes: int | None) -> Opened:
    entries, skipped = _entries(files)
    sources: list[Source] = []
    for name, entry in entries:
        try:
            source = _source(files[name], name.name, max_bytes)
            sources.append(source if entry is None else replace(source, shape=entry.shape, limit=entry.limit))
        except BadInput as error:
            skipped.append(error.message)
    if not sources:
        raise BadInput(f"{archive} holds no file that can be read. {skipped[0] if skipped else FILE_NAME + ' names none.'}")
    return Opened(sources, skipped)


def _entries(files: Mapping[PurePosixPath, Path]) -> tuple[list[tuple[PurePosixPath, Entry | None]], list[str]]:
    """The files to read, each with its entry where a registry lies among them, and why the others are left out."""
    path = min((name for name in files if name.name == FILE_NAME), key=lambda name: len(name.parts), default=None)
    if path is None:
        return [(name, None) for name in files], []
    known, unsupported = read_entries(files[path])
    named = [(_inside(path.parent, entry.path.relative_to(files[path].parent)), entry) for entry in known.values()]
    absent = [f"{entry.name}: the file {name.name} is not there." for name, entry in named if name not in files]
    unnamed = [f"{name.name}: {FILE_NAME} does not name it." for name in files.keys() - {path, *(name for name, _ in named)}]
    return [one for one in named if one[0] in files], [*unsupported.values(), *absent, *sorted(unnamed)]


def _inside(folder: PurePosixPath, path: Path) -> PurePosixPath:
    return PurePosixPath(normpath(folder / path))


def _source(path: Path, name: str, max_bytes: int | None) -> Source:
    with path.open("rb") as stream:
        head = stream.read(_SNIFFED)
    if head.startswith(b"PAR1"):
        return Source(name, "Parquet", _parquet_rows(path, name), lambda: parquet_records(path, name))
    if head.startswith(b"PK\x03\x04"):
        return Source(name, "Excel", 0, lambda: excel_records(path, name))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(f"{name} is an old Excel or Word file. Save it again as .xlsx, or as CSV.")
    if head.startswith(b"%PDF"):
        raise BadInput(f"{name} is a PDF. Rows are read from JSON, JSONL, CSV, Excel and Parquet files, and from a zip of those.")
    check_file(path, max_bytes=max_bytes)
    if head.lstrip().startswith(b"{") and are_jsonl(read_lines_of(path, name)):
        return Source(name, "JSON", path.stat().st_size, lambda: read_lines(read_lines_of(path, name)))
    text = read_text(path, max_bytes=max_bytes, name=name)
    if first_character(text) not in ("[", "{") and looks_like_a_table(text):
        return Source(name, "table", len(text), lambda: csv_records(text, name))
    return Source(name, "JSON", len(text), lambda: read_records(text, name))


def _parquet_rows(path: Path, name: str) -> int:
    import pyarrow
    import pyarrow.parquet

    try:
        return int(pyarrow.parquet.ParquetFile(path).metadata.num_rows)
    except (pyarrow.ArrowException, OSError) as error:
        raise BadInput(f"{name} can't be read as a Parquet file: {str(error).splitlines()[0][:120]}.") from error


def _is_plain_zip(path: Path) -> bool:
    """Whether it is a zip file that is no office document.

    Raises:
        BadInput: it is a zip file or an office document, and damaged.
    """
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" not in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise BadInput(f"{path.name} is damaged and can't be opened ({error}). Save or export it again.") from error


def _unpacked(path: Path, folder: Path, max_bytes: int | None) -> Iterator[tuple[PurePosixPath, Path]]:
    """The archive's files by their names in it; they lie under names of our own, so that none can lie outside the folder."""
    allowed = max_bytes or _MOST_UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir() and not _is_litter(member.filename)]
            if not members:
                raise BadInput(f"{path.name} holds no file. Choose a zip with JSON, JSONL, CSV, Excel or Parquet files.")
            if sum(member.file_size for member in members) > allowed:
                raise UploadTooLarge(f"{path.name} unpacks to more than {allowed / MEGABYTE:,.0f} MB. Split it.")
            for number, member in enumerate(sorted(members, key=lambda member: member.filename)):
                name = PurePosixPath(member.filename)
                target = folder / str(number) / (FILE_NAME if name.name == FILE_NAME else "unpacked")
                target.parent.mkdir()
                with archive.open(member) as packed, target.open("wb") as unpacked:
                    _copy(packed.read, unpacked.write, allowed, path.name)
                yield name, target
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise BadInput(f"{path.name} can't be unpacked ({error}). Make the zip again, without a password.") from error


def _copy(read: Callable[[int], bytes], write: Callable[[bytes], int], allowed: int, name: str) -> None:
    """As much as is allowed: what a zip says of its sizes need not be true."""
    written = 0
    while block := read(MEGABYTE):
        written += len(block)
        if written > allowed:
            raise UploadTooLarge(f"{name} unpacks to more than {allowed / MEGABYTE:,.0f} MB. Split it.")
        write(block)


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)
