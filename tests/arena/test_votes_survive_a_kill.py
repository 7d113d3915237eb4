"""kill -9 while votes are being saved: what a call had confirmed is there, and nothing is half there."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from studio.arena.battles import Arena, Choice
from studio.settings import PROJECT_ROOT
from studio.workspace.database import Database
from studio.workspace.layout import Workspace

VOTER = """
import sys
from contextlib import closing
from pathlib import Path
from studio.arena.battles import Answer, Arena, Choice, Contender, Sides
from studio.settings import Settings
from studio.workspace.database import Database
from studio.workspace.layout import Workspace

arena = Arena(Database(Workspace.from_settings(Settings(home=Path(sys.argv[1]), database_url=None))))
sides = Sides(Contender("base", None, "a" * 64), Contender("sft-1", None, "b" * 64))
choices = list(Choice)
for number in range(100_000):
    messages = [{"role": "user", "content": f"question {number}"}]
    battle = arena.keep_battle(sides, messages, Answer("x" * 5000), Answer("y" * 5000), blind=False, decoding={})
    print("kept", battle, "-", flush=True)
    arena.vote(battle, choices[number % 4])
    print("voted", battle, choices[number % 4].value, flush=True)
"""


@pytest.mark.parametrize("lines_before_the_kill", [9, 50, 151])
def test_every_confirmed_vote_is_there_after_kill_9(workspace: Workspace, lines_before_the_kill: int) -> None:
    confirmed = _vote_until_killed(workspace.home, lines_before_the_kill)
    kept = {battle for verb, battle, _ in confirmed if verb == "kept"}
    voted = {battle: choice for verb, battle, choice in confirmed if verb == "voted"}
    assert len(confirmed) >= lines_before_the_kill

    with closing(sqlite3.connect(workspace.home / "studio.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        in_database = {row[0] for row in connection.execute("SELECT id FROM battles")}
    survived = {battle.id: battle.choice.value for battle in Arena(Database(workspace)).voted_battles()}

    assert kept <= in_database
    assert voted.items() <= survived.items()
    assert len(survived) <= len(voted) + 1  # at most the one that was under way


def test_voting_goes_on_after_the_kill(workspace: Workspace) -> None:
    *_, (_, battle, _) = _vote_until_killed(workspace.home, 11)
    arena = Arena(Database(workspace))
    kept = {voted.id: voted.choice for voted in arena.voted_battles()}  # the kill may have come between the vote and its line
    arena.vote(battle, kept.get(battle, Choice.LEFT))
    assert battle in {voted.id for voted in arena.voted_battles()}


def _vote_until_killed(home: Path, lines: int) -> list[tuple[str, str, str]]:
    """What the process had confirmed when it was killed, in order."""
    process = subprocess.Popen([sys.executable, "-c", VOTER, str(home)], stdout=subprocess.PIPE, text=True, cwd=PROJECT_ROOT)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    said += process.stdout.read().splitlines(keepends=True)
    process.wait()
    process.stdout.close()
    whole = [line.split() for line in said if line.endswith("\n")]
    return [(verb, battle, choice) for verb, battle, choice in whole]
