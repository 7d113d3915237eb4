"""An uploaded file to text: it exists, is not too large, and is UTF-8. What the text means is the readers' business."""

from __future__ import annotations

import codecs
from pathlib import Path

from studio.errors import BadInput, NotFound, UploadTooLarge

_MEGABYTE = 1024 * 1024
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path, *, max_bytes: int | None = None) -> str:
    """The whole file as text, without a byte order mark. Holds the file twice for a moment.

    Raises:
        NotFound: there is no such file.
        UploadTooLarge: it has more than `max_bytes` bytes; it is not read then.
        BadInput: it is a folder, can't be read, is empty, or is not UTF-8 text.
    """
    raw = _read_bytes(path, max_bytes).removeprefix(codecs.BOM_UTF8)
    if raw.startswith(_UTF16_MARKS):
        raise BadInput(f"{path.name} is UTF-16 text, as spreadsheets write it. Save it again as UTF-8.")
    if b"\0" in raw:
        raise BadInput(f"{path.name} is a binary file, not text. Export the rows as JSON or JSONL in UTF-8.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{path.name} is not UTF-8: line {line} holds the byte 0x{raw[error.start]:02X}. Save it as UTF-8."
        ) from error
    if not text.strip():
        raise BadInput(f"{path.name} is empty. Choose a file with rows in it.")
    return text


def _read_bytes(path: Path, max_bytes: int | None) -> bytes:
    if path.is_dir():
        raise BadInput(f"{path.name} is a folder. Choose a file in it.")
    if not path.exists():
        raise NotFound(f"There is no file {str(path)!r}. Check the name and the folder.")
    if not path.is_file():
        raise BadInput(f"{path.name} is no regular file. Choose a JSON or JSONL file.")
    size = path.stat().st_size
    if max_bytes is not None and size > max_bytes:
        raise UploadTooLarge(
            f"{path.name} has {size / _MEGABYTE:,.1f} MB; at most {max_bytes / _MEGABYTE:,.1f} MB can be imported. "
            "Split it, or raise STUDIO_MAX_UPLOAD_MB."
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path.name} can't be read: {error.strerror or error}.") from error
