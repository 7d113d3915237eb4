from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.arena.battles import Answer, Arena, Contender, Sides
from studio.settings import Settings
from studio.workspace.database import Database
from studio.workspace.layout import Workspace

BASE = Contender("base", None, "a" * 64)
TUNED = Contender("sft-1", "/runs/sft-1/adapter", "b" * 64)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.from_settings(Settings(home=tmp_path / "home", database_url=None))


@pytest.fixture
def arena(workspace: Workspace) -> Arena:
    return Arena(Database(workspace))


@pytest.fixture
def keep(arena: Arena) -> Callable[..., str]:
    """Stores a battle; base sits left unless `swapped`."""

    def keep_one(
        prompt: str = "Where is my parcel?",
        base: str = "I do not know.",
        tuned: str = "It arrives within 3 days.",
        *,
        swapped: bool = False,
        contender: Contender = TUNED,
    ) -> str:
        sides, answers = [BASE, contender], [Answer(base), Answer(tuned)]
        if swapped:
            sides.reverse()
            answers.reverse()
        messages = [{"role": "user", "content": prompt}]
        return arena.keep_battle(Sides(*sides), messages, *answers, blind=swapped, decoding={"temperature": 0.0})

    return keep_one
