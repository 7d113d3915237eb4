"""Small things that several tests make."""

from __future__ import annotations

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
