"""What is new in a growing file of JSON lines: who looks again reads only what came since, however long the file is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


class Tail:
    """A place in an append-only file. A last line without its end is left for the next look: its writer may be about to end it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def new(self) -> Iterator[Any]:
        """The values of the lines that came since the last call; torn ones, which a killed writer leaves behind, are skipped."""
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                text = stream.read()
        except FileNotFoundError:
            return
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                yield from _read_slowly(line)


def _read_slowly(line: bytes) -> Iterator[Any]:
    """What orjson refuses and Python's own reader takes: NaN and infinity, which a diverged training has measured."""
    try:
        yield json.loads(line)
    except ValueError:
        return
