"""How much memory there is for a process here: the machine's, or less where a control group (a container) sets a limit.

Both versions of Linux's control groups are read, because both are met: version 2 in new containers, version 1 in older ones.
https://docs.kernel.org/admin-guide/cgroup-v2.html#memory and https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from studio.workspace.failures import Exit


@dataclass(frozen=True)
class MemoryGroups:
    """The control groups that this process's memory is counted in.

    Attributes:
        mount: where the kernel shows control groups.
        own: the file that names this process's.
        vmstat: the machine's own counters.
    """

    mount: Path = Path("/sys/fs/cgroup")
    own: Path = Path("/proc/self/cgroup")
    vmstat: Path = Path("/proc/vmstat")

    def limit(self) -> int | None:
        """The lowest limit in bytes, None where no group has one."""
        return min((limit for group in self._folders() if (limit := _limit(group)) is not None), default=None)

    def room(self) -> int | None:
        """What is left in bytes below the limit that is nearest, None where no group has one."""
        rooms = [limit - _used(group) for group in self._folders() if (limit := _limit(group)) is not None]
        return max(0, min(rooms)) if rooms else None

    def oom_kills(self) -> int:
        """Processes of this process's group that were killed for want of memory so far, by whichever limit; of the machine where there is no group."""
        counters = (group / name for group in self._folders() for name in _EVENTS)
        return _counter(next((path for path in counters if path.exists()), self.vmstat), "oom_kill")

    def _folders(self) -> list[Path]:
        """The groups' folders: this process's, and those above it."""
        found: list[Path] = []
        for line in _lines(self.own):
            _, controllers, path = line.split(":", 2)
            if controllers and "memory" not in controllers.split(","):
                continue
            top = self.mount / "memory" if controllers else self.mount
            own = top / path.lstrip("/")
            found += [folder for folder in (own, *own.parents) if folder == top or top in folder.parents]
        return found


@dataclass(frozen=True)
class Memory:
    """The memory that a process may have, in bytes."""

    total: int
    available: int


@dataclass(frozen=True)
class MemoryWatch:
    """Made before a process is started: tells whether the system has killed processes for want of memory since, and how that one ended."""

    groups: MemoryGroups
    before: int
    starter_peak: int

    @classmethod
    def start(cls, groups: MemoryGroups | None = None) -> MemoryWatch:
        """A watch from now on."""
        chosen = groups or MemoryGroups()
        return cls(chosen, chosen.oom_kills(), own_peak())

    @property
    def killed(self) -> int:
        """How many since then."""
        return max(0, self.groups.oom_kills() - self.before)

    def exit(self, code: int, usage: resource.struct_rusage) -> Exit:
        """How the process that was started ended, by its exit code and what the system says that it used.

        The system's peak of a process begins with that of whoever started it (`setmax_mm_hiwater_rss` in Linux's `exec_mmap`): no higher, and it is not known.
        """
        peak = _peak(usage)
        return Exit(
            code,
            peak_memory=peak if peak > self.starter_peak else None,
            memory_limit=memory_here().total,
            oom_kills=self.killed,
        )


def own_peak() -> int:
    """The most memory that this process has had resident, in bytes; on Linux without what whoever started it had."""
    counted = [words for line in _lines(Path("/proc/self/status")) if (words := line.split())[:1] == ["VmHWM:"]]
    return int(counted[0][1]) * 1024 if counted else _peak(resource.getrusage(resource.RUSAGE_SELF))


def memory_here(groups: MemoryGroups | None = None) -> Memory:
    """What this machine, and the control group that this process is in, leave to it."""
    chosen, machine = groups or MemoryGroups(), psutil.virtual_memory()
    limit, room = chosen.limit(), chosen.room()
    total = machine.total if limit is None else min(machine.total, limit)
    return Memory(total, min(machine.available, total if room is None else room))


def _peak(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)  # bytes there, KiB elsewhere


_LIMITS = ("memory.max", "memory.limit_in_bytes")
_EVENTS = ("memory.events", "memory.oom_control")
_USED = ("memory.current", "memory.usage_in_bytes")
_RECLAIMABLE = ("inactive_file", "total_inactive_file")  # file contents that are given up when memory is needed
_UNLIMITED = 1 << 60  # version 1 writes a number near 2^63 where there is no limit


def _limit(group: Path) -> int | None:
    values = [int(line) for name in _LIMITS for line in _lines(group / name) if line.isdigit()]
    return next((value for value in values if value < _UNLIMITED), None)


def _used(group: Path) -> int:
    used = sum(int(line) for name in _USED for line in _lines(group / name))
    return used - max(_counter(group / "memory.stat", name) for name in _RECLAIMABLE)


def _counter(path: Path, name: str) -> int:
    """The value of `name` in a file of `name value` lines; 0 where it is not there."""
    return next((int(words[1]) for words in _words(path) if words[0] == name), 0)


def _words(path: Path) -> Iterator[list[str]]:
    return (words for line in _lines(path) if len(words := line.split()) == 2)


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
