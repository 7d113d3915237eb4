"""The run folder: the contract between whoever asks for a job and the process that does it.

    spec.json      what was asked, enough to run it again              written once
    state.json     where it stands, and which process works on it      replaced atomically
    events.jsonl   metrics, phases, progress, notes, errors            append-only
    stop.json      a request to stop, with "keep" or "discard"         written by whoever asks
    log.txt        the process's own output
    exit.json      how the process ended, where a signal ended it      written by whoever started it
    files/         what was handed in with it                          written once, may be removed when it is not needed any more

"The run finished" and "the process is alive" are two facts: `Run.status` compares them, so that a process that was killed
is shown as failed whatever the file says.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from studio.errors import NotFound
from studio.workspace.checkpoints import newest_checkpoint
from studio.workspace.clock import now, timestamp
from studio.workspace.endings import Reached, Weight, explain
from studio.workspace.failures import Exit, failure_of_exit
from studio.workspace.files import append_json_line, last_json_lines, read_json, read_json_lines, tail_text, write_json_atomically
from studio.workspace.layout import Workspace

LOG_TAIL_BYTES = 20_000
ANOTHER_ATTEMPT = "---- another attempt ----"
"""Stands in the log where a run was resumed; what is above it is of no importance to how it ended then."""

_LAST_EVENTS_BYTES = 64_000
_FILES = "files"
_EXIT = "exit.json"
_START_TIME_TOLERANCE = 2.0  # seconds; psutil rounds a process's start differently across platforms


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self in {RunState.SUCCEEDED, RunState.FAILED, RunState.STOPPED}


@dataclass(frozen=True)
class Status:
    """The content of state.json. Times are ISO 8601 in UTC; `place` is where it stands among those that wait, in seconds since the epoch."""

    state: RunState
    created: str
    started: str | None = None
    finished: str | None = None
    pid: int | None = None
    process_started: float | None = None
    error: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    place: float | None = None

    @property
    def turn(self) -> float:
        """Among those that wait, the lowest starts first: when it was created, unless it was moved."""
        return datetime.fromisoformat(self.created).timestamp() if self.place is None else self.place

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Status:
        """Read what `to_json` wrote."""
        return cls(**{**value, "state": RunState(value["state"])})

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "state": self.state.value, "result": dict(self.result)}


@dataclass(frozen=True)
class Run:
    """One run's folder. Cheap: nothing is read before it is asked for."""

    folder: Path

    @property
    def id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def spec(self) -> dict[str, Any]:
        """What was asked; `spec["job"]` names the job."""
        return dict(read_json(self.folder / "spec.json"))

    @property
    def job(self) -> str:
        """The job's dotted name, for example `training.sft`."""
        return str(self.spec["job"])

    @property
    def weight(self) -> Weight:
        """How much of the machine the job needs."""
        return Weight(self.spec.get("weight", Weight.HEAVY))

    @property
    def files(self) -> Path:
        """The folder of the files that were handed in with the run."""
        return self.folder / _FILES

    @property
    def recorded(self) -> Status:
        """state.json as it was written."""
        return Status.from_json(read_json(self.folder / "state.json"))

    @property
    def status(self) -> Status:
        """Where the run really stands: a run whose process is gone has failed."""
        status = self.recorded
        if status.state is not RunState.RUNNING or _process_is_alive(status):
            return status
        status = self.recorded  # it may have finished between the two looks
        if status.state is not RunState.RUNNING or _process_is_alive(status):
            return status
        return replace(status, state=RunState.FAILED, error=status.error or self._why_it_died())

    def write_status(self, status: Status) -> None:
        """Replace state.json."""
        write_json_atomically(self.folder / "state.json", status.to_json())

    def append_event(self, kind: str, **fields: Any) -> None:
        """Append one line to events.jsonl; `t` is its time in seconds since the epoch."""
        append_json_line(self.folder / "events.jsonl", {"t": round(now().timestamp(), 3), "kind": kind, **fields})

    def events(self, *kinds: str) -> Iterator[dict[str, Any]]:
        """The events so far, oldest first; all of them, or only those of the named kinds."""
        for event in read_json_lines(self.folder / "events.jsonl"):
            if isinstance(event, dict) and (not kinds or event.get("kind") in kinds):
                yield event

    @property
    def reached(self) -> Reached:
        """How far the run came, by its last events and its newest whole checkpoint."""
        events = last_json_lines(self.folder / "events.jsonl", max_bytes=_LAST_EVENTS_BYTES)
        checkpoint = newest_checkpoint(self.folder)
        return Reached.by(events, checkpoint=None if checkpoint is None else checkpoint.step)

    def write_exit(self, seen: Exit) -> None:
        """Keep how the worker's process ended."""
        write_json_atomically(self.folder / _EXIT, seen.to_json())

    def forget_exit(self) -> None:
        """Another worker is about to be started."""
        (self.folder / _EXIT).unlink(missing_ok=True)

    @property
    def exit(self) -> Exit | None:
        """How the worker's process ended, where somebody saw a signal end it."""
        path = self.folder / _EXIT
        return Exit.from_json(read_json(path)) if path.exists() else None

    def log_tail(self) -> str:
        """The last 20 KB of the process's own output."""
        return tail_text(self.folder / "log.txt", max_bytes=LOG_TAIL_BYTES)

    def request_stop(self, *, keep: bool) -> None:
        """Ask the worker to stop at its next step and keep, or discard, what it has."""
        write_json_atomically(self.folder / "stop.json", {"keep": keep, "asked": timestamp()})

    @property
    def stop_request(self) -> bool | None:
        """None when nobody asked to stop; otherwise whether to keep what there is."""
        path = self.folder / "stop.json"
        return bool(read_json(path)["keep"]) if path.exists() else None

    def _why_it_died(self) -> str:
        log = self.log_tail().rpartition(ANOTHER_ATTEMPT)[2]
        failure = failure_of_exit(self.exit, log=log, free=shutil.disk_usage(self.folder).free)
        return explain(failure, self.reached, self.spec)


def create_run(workspace: Workspace, spec: Mapping[str, Any], *, files: Mapping[str, Path] | None = None) -> Run:
    """Make the folder of a new, queued run. Its id is the job's last word, the time, and eight random digits.

    `files` are copied into it under their names: whoever handed them in may take them away at any time.
    """
    verb = str(spec["job"]).rsplit(".", 1)[-1].removesuffix("_job")
    run = Run(workspace.run(f"{verb}-{now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"))
    building = run.folder.with_name(f".{run.id}")
    building.mkdir(parents=True)
    for name, path in (files or {}).items():
        (building / _FILES).mkdir(exist_ok=True)
        shutil.copyfile(path, building / _FILES / Path(name).name)
    write_json_atomically(building / "spec.json", dict(spec))
    write_json_atomically(building / "state.json", Status(RunState.QUEUED, created=timestamp()).to_json())
    building.rename(run.folder)
    return run


def list_runs(workspace: Workspace, *jobs: str) -> list[Run]:
    """The runs on disk, newest first; all of them, or only those of the named jobs."""
    found: list[tuple[str, str, Run]] = []
    for folder in workspace.runs.iterdir():
        run = Run(folder)
        with suppress(FileNotFoundError, NotADirectoryError):  # it is no run, or was deleted a moment ago
            if not run.id.startswith(".") and (not jobs or run.job in jobs):
                found.append((run.recorded.created, run.id, run))
    return [run for _, _, run in sorted(found, key=lambda one: one[:2], reverse=True)]


def find_run(workspace: Workspace, run_id: str) -> Run:
    """The run of that id.

    Raises:
        NotFound: there is none.
    """
    run = Run(workspace.run(run_id))
    if not (run.folder / "state.json").exists():
        raise NotFound(f"There is no run {run_id!r}. `python -m studio runs` lists those that exist.")
    return run


def process_start_time(pid: int) -> float:
    """When the process began, in seconds since the epoch; together with the pid it names one process for good."""
    return float(psutil.Process(pid).create_time())


def _process_is_alive(status: Status) -> bool:
    if status.pid is None or status.process_started is None:
        return False
    try:
        process = psutil.Process(status.pid)
        same = abs(process.create_time() - status.process_started) < _START_TIME_TOLERANCE
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
