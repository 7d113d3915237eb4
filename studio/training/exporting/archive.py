"""A folder as one zip, made while it is sent: gigabytes of weights are neither copied nor held in memory first."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

_CHUNK = 1_000_000  # bytes


def zip_stream(folder: Path, *, inside: str) -> Iterator[bytes]:
    """The zip, piece by piece. Weights hardly shrink, so nothing is compressed.

    Args:
        folder: what goes into it.
        inside: the name of the folder that everything lies in, in the zip.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(file for file in folder.rglob("*") if file.is_file()):
            entry = zipfile.ZipInfo.from_file(path, f"{inside}/{path.relative_to(folder).as_posix()}")
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    yield sink.take()
    yield sink.take()


class _Sink:
    """A file that can be written only, as `zipfile` needs it to be to write without going back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def close(self) -> None:
        """Nothing is open."""

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
