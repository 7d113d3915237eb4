"""Small things that several tests make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.dataset.reading.problems import Problem
from studio.dataset.reading.rows import read_sources
from studio.dataset.reading.sources import open_sources
from studio.workspace.datasets import Row


def make_rows(families: int = 4, phrasings: int = 4) -> list[Row]:
    """A small dataset whose rows differ in length."""
    return [
        Row(
            messages=[
                {"role": "user", "content": f"Question {family} " + "please " * phrasing + "?"},
                {"role": "assistant", "content": f"Answer {family}: {family + 3} working days."},
            ],
            source="test",
            family=f"test-{family:02d}",
            industry="test",
            intent=f"intent_{family}",
        )
        for family in range(families)
        for phrasing in range(phrasings)
    ]


def read_file(path: Path, *, max_bytes: int | None = None, **options: Any) -> list[Row | Problem]:
    """All findings of a file."""
    with open_sources(path, max_bytes=max_bytes) as opened:
        return list(read_sources(opened.sources, **options))
