"""An uploaded file to text: it exists, is not too large, and its characters are known. What the text means is the readers' business."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from studio.errors import BadInput, NotFound, UploadTooLarge

MEGABYTE = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLED = 200_000  # bytes that an old character set is told from


def read_text(path: Path, *, max_bytes: int | None = None, name: str | None = None) -> str:
    """The whole file as text, without a byte order mark. Holds the file twice for a moment.

    The character set is the one of its byte order mark, else UTF-8, else the old one that it looks most like. A byte that is broken in
    UTF-8 becomes a lone surrogate: the row that holds it is rejected (`row_checks`), and no other.

    Args:
        path: the file.
        max_bytes: the largest file that is read.
        name: what to call it in a sentence; its own name by default.

    Raises:
        NotFound: there is no such file.
        UploadTooLarge: it has more than `max_bytes` bytes; it is not read then.
        BadInput: it is a folder, can't be read, is empty, or is no text.
    """
    check_file(path, max_bytes=max_bytes)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path.name} can't be read: {error.strerror or error}.") from error
    text = _decode(raw, name or path.name)
    if not text or text.isspace():
        raise BadInput(f"{name or path.name} is empty. Choose a file with rows in it.")
    return text


def read_lines_of(path: Path, name: str) -> Iterator[str]:
    """The lines of a file in UTF-8, read as they are needed; from about the first byte on that is no UTF-8, as `read_text` reads it.

    Only "\\n" ends a line: `str.splitlines` would also split at U+2028, which JSON strings may hold. `name` is for sentences.
    """
    given = 0
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            for line in stream:
                given += 1
                yield line
    except UnicodeDecodeError:
        yield from islice(read_text(path, name=name).split("\n"), given, None)


def first_character(text: str) -> str:
    """The first character that is no space, of a text that has one; without a copy of the text, as `lstrip` would make."""
    return next(character for character in text if not character.isspace())


def check_file(path: Path, *, max_bytes: int | None = None) -> None:
    """Let a file through that can be read.

    Raises:
        NotFound, UploadTooLarge, BadInput: as `read_text`.
    """
    if path.is_dir():
        raise BadInput(f"{path.name} is a folder. Choose a file in it.")
    if not path.exists():
        raise NotFound(f"There is no file {str(path)!r}. Check the name and the folder.")
    if not path.is_file():
        raise BadInput(f"{path.name} is no regular file. Choose a JSON or JSONL file.")
    size = path.stat().st_size
    if max_bytes is not None and size > max_bytes:
        raise UploadTooLarge(
            f"{path.name} has {size / MEGABYTE:,.1f} MB; at most {max_bytes / MEGABYTE:,.1f} MB can be imported. "
            "Split it, or raise STUDIO_MAX_UPLOAD_MB."
        )


def _decode(raw: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _by_mark(raw[len(mark) :] if mark == codecs.BOM_UTF8 else raw, encoding, name)
    if b"\0" in raw:
        raise BadInput(f"{name} is a binary file, not text. Export the rows as JSON, JSONL or CSV.")
    return _utf8_or_older(raw)


def _by_mark(raw: bytes, encoding: str, name: str) -> str:
    if encoding == "utf-8":
        return _decode(raw, name)
    return raw.decode(encoding, errors="replace")


def _utf8_or_older(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", errors="surrogateescape")
    broken = sum("\udc80" <= character <= "\udcff" for character in text)
    if broken <= sum(character > "\x7f" for character in text) - broken:
        return text  # UTF-8 with some broken bytes: more of its characters outside ASCII are whole than broken
    import charset_normalizer

    found = charset_normalizer.from_bytes(raw[:_SAMPLED]).best()
    return text if found is None else raw.decode(found.encoding, errors="replace")
