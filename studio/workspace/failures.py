"""Why a run ended without its result: the cause, from the exception that ended it or from how its process went.

An exception is seen by the worker itself. A process that was killed says nothing: whoever started it leaves an `Exit`, and where nobody
did, the end of the log and the room on the disk have to do. The words for each cause are in `studio.workspace.endings`.
"""

from __future__ import annotations

import errno
import signal
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum, auto
from typing import Any

from studio.errors import Diverged, StudioError

_NEAR_LIMIT = 0.85  # of the memory that there is: a process that had so much is likely to have asked for more than the rest
_NO_ROOM = 1 << 20  # bytes: with less, not even a log can be written
_FULL = ("No space left on device", "Disk quota exceeded")
_GPU_ERRORS = ("CUDA error", "CUBLAS_STATUS", "cuDNN error", "CUDNN_STATUS")
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
_HUB_PACKAGES = ("httpx", "huggingface_hub")  # also httpx2
_CONNECTION = ("gloo/transport", "NCCL error", "NCCL communicator")
_CONNECTION_ERRORS = frozenset({"DistError", "DistBackendError", "DistNetworkError", "DistStoreError"})  # of torch.distributed
_UNREACHABLE = frozenset({
    "ConnectError", "TimeoutException", "ProxyError", "LocalEntryNotFoundError", "OfflineModeIsEnabled", "RevisionResolutionError",
})  # fmt: skip


class Cause(StrEnum):
    """What ended a run."""

    SAID = auto()
    """The job said why itself, in a sentence for people."""
    DIVERGED = auto()
    OUT_OF_MEMORY = auto()
    GPU_OUT_OF_MEMORY = auto()
    GPU_ERROR = auto()
    DISK_FULL = auto()
    FILE_TOO_LARGE = auto()
    """A file reached the largest size that the system lets this process write."""
    WRITE_FAILED = auto()
    """torch could not write a file to its end, and does not say why."""
    HUB_UNREACHABLE = auto()
    KILLED_FOR_MEMORY = auto()
    """Killed, and what is known speaks for a lack of memory."""
    KILLED = auto()
    """Killed by a signal that no process can refuse; nothing says why."""
    VANISHED = auto()
    """The process is gone, and nobody saw how."""
    ENDED = auto()
    """Told to end from outside."""
    CRASHED = auto()
    """A fault in native code."""
    CONNECTION_LOST = auto()
    """One of several processes reaches the others no more."""
    UNEXPECTED = auto()


@dataclass(frozen=True)
class Failure:
    """A cause, and what is known in particular: an error's own words, the name of a signal, figures. `who` is the process, where there were several."""

    cause: Cause
    detail: str = ""
    who: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Failure:
        """Read what `to_json` wrote."""
        return cls(Cause(value["cause"]), value["detail"], value["who"])

    def to_json(self) -> dict[str, str]:
        """As plain JSON values."""
        return {"cause": self.cause.value, "detail": self.detail, "who": self.who}

    def of(self, who: str) -> Failure:
        """The same, of that one of several processes."""
        return replace(self, who=who)


class Ended(Exception):
    """A job ended without its result in another process than the one that raises this."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.who or 'the job'}: {failure.cause} {failure.detail}")
        self.failure = failure


@dataclass(frozen=True)
class Exit:
    """How a worker's process ended, as whoever started it saw it. Sizes are in bytes.

    Attributes:
        code: its exit code; -9 where signal 9 ended it.
        peak_memory: the most memory it had; None where it had no more than whoever started it.
        memory_limit: what a process may have here.
        oom_kills: processes that the system has killed for want of memory while it was at work.
    """

    code: int
    peak_memory: int | None
    memory_limit: int
    oom_kills: int

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Exit:
        """Read what `to_json` wrote."""
        return cls(**value)

    def to_json(self) -> dict[str, int | None]:
        """As plain JSON values."""
        return asdict(self)


def failure_of_error(error: BaseException) -> Failure:
    """What an exception says that ended the job.

    What it was raised from counts too: a full disk is often wrapped in something else. That the Hub is out of reach an error of our own
    says better, for it names the model.
    """
    if isinstance(error, Ended):
        return error.failure
    ours = isinstance(error, StudioError)
    for one in _chain(error):
        cause = _cause(one)
        if cause and not (ours and cause is Cause.HUB_UNREACHABLE):
            return Failure(cause, _first_line(one))
    if isinstance(error, StudioError):
        return Failure(Cause.DIVERGED if isinstance(error, Diverged) else Cause.SAID, error.message)
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return Failure(Cause.ENDED)
    return Failure(Cause.UNEXPECTED, f"{type(error).__name__}: {_first_line(error)}")


def failure_of_exit(seen: Exit | None, *, log: str = "", free: int | None = None) -> Failure:
    """What became of a process that did not say so itself.

    Args:
        seen: how it ended, where somebody saw it.
        log: the end of its output.
        free: bytes that are free on the disk of its folder.
    """
    if _any_in(_FULL, log) or (free is not None and free < _NO_ROOM):
        return Failure(Cause.DISK_FULL)
    if "CUDA out of memory" in log:
        return Failure(Cause.GPU_OUT_OF_MEMORY)
    if "out of memory" in log.lower() or "MemoryError" in log:
        return Failure(Cause.OUT_OF_MEMORY)
    if seen is None:
        return Failure(Cause.VANISHED)
    if seen.code >= 0:
        return Failure(Cause.UNEXPECTED, f"exit code {seen.code}")
    return _failure_of_signal(-seen.code, seen)


def _failure_of_signal(number: int, seen: Exit) -> Failure:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    peak = seen.peak_memory or 0
    if number == signal.SIGKILL and (seen.oom_kills > 0 or peak > _NEAR_LIMIT * seen.memory_limit):
        had = f"it had {_gigabytes(peak)} of" if peak else "there are"
        return Failure(Cause.KILLED_FOR_MEMORY, f"{had} {_gigabytes(seen.memory_limit)}")
    if number in _CRASHES:
        return Failure(Cause.CRASHED, name)
    return Failure(Cause.KILLED if number == signal.SIGKILL else Cause.ENDED, name)


def _cause(error: BaseException) -> Cause | None:
    """What one exception says by itself; torch and the Hub's client are known by name, so that neither is imported."""
    text = str(error)
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "can't allocate memory" in text:
        return Cause.GPU_OUT_OF_MEMORY if "CUDA" in text else Cause.OUT_OF_MEMORY
    if _any_in(_GPU_ERRORS, text):
        return Cause.GPU_ERROR
    if any(kind.__name__ in _UNREACHABLE and kind.__module__.startswith(_HUB_PACKAGES) for kind in type(error).__mro__):
        return Cause.HUB_UNREACHABLE
    if type(error).__name__ in _CONNECTION_ERRORS or _any_in(_CONNECTION, text):
        return Cause.CONNECTION_LOST
    return _failed_write(error, text)


def _failed_write(error: BaseException, text: str) -> Cause | None:
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT} or _any_in(_FULL, text):
        return Cause.DISK_FULL
    if number == errno.EFBIG or "File too large" in text:
        return Cause.FILE_TOO_LARGE
    return Cause.WRITE_FAILED if "PytorchStreamWriter failed" in text else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, and those that it was raised from, as a traceback would show them."""
    one: BaseException | None = error
    while one is not None:
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _any_in(words: tuple[str, ...], text: str) -> bool:
    return any(word in text for word in words)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
