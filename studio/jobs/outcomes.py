"""What the processes of one run leave behind for the worker that started them, in the run's folder:

ranks/rank-N.json      how the job ended in that process, by its own account
ranks/machine-M.json   the processes of a machine that ended badly, as whoever started them there saw it
ranks/machine-M.log    the output of another machine
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.workspace.failures import Exit, Failure
from studio.workspace.files import read_json, write_json_atomically
from studio.workspace.runs import Run, RunState


@dataclass(frozen=True)
class Outcome:
    """How the job ended in one process. `moment` is seconds since the epoch; `keep` and `sentence` are of a stop."""

    state: RunState
    moment: float = field(default_factory=time.time)
    result: Mapping[str, Any] = field(default_factory=dict)
    keep: bool = False
    sentence: str = ""
    failure: Failure | None = None


class Ranks:
    """The folder of these files."""

    def __init__(self, run: Run) -> None:
        self._folder = run.folder / "ranks"

    def begin(self) -> None:
        """Make the folder anew: what an earlier attempt left is of no importance."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()

    def log(self, machine: int) -> Path:
        """The output of another machine."""
        return self._folder / f"machine-{machine}.log"

    def write_outcome(self, rank: int, outcome: Outcome) -> None:
        """Keep how the job ended in that process."""
        failure = outcome.failure and outcome.failure.to_json()
        write_json_atomically(
            self._folder / f"rank-{rank}.json", {**vars(outcome), "state": outcome.state.value, "failure": failure}
        )

    def outcome(self, rank: int) -> Outcome | None:
        """How it ended there; None where the process did not say."""
        path = self._folder / f"rank-{rank}.json"
        if not path.exists():
            return None
        value = read_json(path)
        failure = Failure.from_json(value["failure"]) if value["failure"] else None
        return Outcome(**{**value, "state": RunState(value["state"]), "failure": failure})

    def write_exits(self, machine: int, exits: Mapping[int, Exit]) -> None:
        """Keep how processes of that machine ended, by their rank, those first that were seen first."""
        path = self._folder / f"machine-{machine}.json"
        write_json_atomically(path, {str(rank): seen.to_json() for rank, seen in exits.items()})

    def exits(self, machine: int) -> dict[int, Exit]:
        """The same, read again; empty where nothing was seen."""
        path = self._folder / f"machine-{machine}.json"
        return {int(rank): Exit.from_json(seen) for rank, seen in read_json(path).items()} if path.exists() else {}
