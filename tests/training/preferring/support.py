"""Judged answers that tests train on."""

from __future__ import annotations

from studio.workspace.datasets import Row


def pairs(count: int = 8) -> list[Row]:
    """Questions with a better and a worse answer, of different lengths."""
    return [
        Row(
            messages=[
                {"role": "user", "content": f"Question {number} " + "please " * (number % 3) + "?"},
                {"role": "assistant", "content": f"Yes, within {number + 3} working days."},
            ],
            source="test",
            rejected="No idea, ask somebody else" + " again" * (number % 4) + ".",
        )
        for number in range(count)
    ]


def marked(good: int = 6, bad: int = 6) -> list[Row]:
    """Single answers that are marked good or bad."""
    return [
        Row(
            messages=[
                {"role": "user", "content": f"Question {number}?"},
                {"role": "assistant", "content": f"Yes, within {number} days." if number < good else f"No idea about {number}."},
            ],
            source="test",
            label=number < good,
        )
        for number in range(good + bad)
    ]
