"""Files that are never seen half-written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_text_atomically(path: Path, text: str) -> None:
    """Replace `path` by `text` so that a reader, or a power cut, sees the old or the new content and nothing between."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside `path` to write, which takes its place when the block ends well, and is gone when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json_atomically(path: Path, value: Any) -> None:
    """`write_text_atomically` with JSON, indented and in UTF-8."""
    write_text_atomically(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def read_json(path: Path) -> Any:
    """The JSON value in `path`."""
    return json.loads(path.read_text(encoding="utf-8"))


def append_json_line(path: Path, value: Any) -> None:
    """Append one JSON line with a single write, so that lines of two processes never mix. A line that a killed writer left torn is ended first."""
    line = (json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:  # a disk that fills up takes a part, and refuses the rest
            line = line[os.write(handle, line) :]
    finally:
        os.close(handle)


def end_torn_line(path: Path) -> None:
    """End the line that a killed writer left torn in an append-only file, so that the next one stands by itself."""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb+") as stream:
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) != b"\n":
            stream.write(b"\n")


def read_json_lines(path: Path) -> Iterator[Any]:
    """The values of an append-only file; a torn line, which a killed writer leaves behind, is skipped."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                continue


def last_json_lines(path: Path, *, max_bytes: int) -> Iterator[Any]:
    """The values within the last `max_bytes` bytes of an append-only file, oldest first; a torn line is skipped."""
    for line in tail_text(path, max_bytes=max_bytes).splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def tail_text(path: Path, *, max_bytes: int) -> str:
    """The last `max_bytes` bytes of a text file, from a line's beginning; empty when there is no file."""
    if not path.exists():
        return ""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        start = max(0, size - max_bytes)
        stream.seek(start)
        text = stream.read().decode("utf-8", errors="replace")
    return text.split("\n", 1)[-1] if start else text
