"""One answer a category, as a table to fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.dataset.importing.labelling import Category
from studio.ui.views.words import shortened

Table = list[list[str | int]]

MOST_IN_SIGHT = 200
"""More categories than these are filled in in a sheet."""
_EXAMPLE = 160  # characters


def answers_table(categories: Sequence[Category], answers: Mapping[str, str]) -> Table:
    """A row a category: its name, how many questions it has, one of them, and its answer."""
    return [
        [category.name, category.count, shortened(category.example, _EXAMPLE), answers.get(category.name, "")]
        for category in categories
    ]


def answers_in(table: Sequence[Sequence[object]] | None) -> dict[str, str]:
    """What was written, by category; blank answers are none."""
    return {str(row[0]): str(row[3]).strip() for row in table or () if len(row) > 3 and row[3] and str(row[3]).strip()}
