"""What ended a run is read from the exception or from the process's end, and is not mistaken for something else."""

from __future__ import annotations

import errno
import signal

import pytest

from studio.errors import BadInput, Diverged, EngineError
from studio.workspace.failures import Cause, Exit, Failure, failure_of_error, failure_of_exit

GIGABYTE = 10**9


class ConnectError(Exception):
    """As the Hub's client names it."""


ConnectError.__module__ = "httpx2"


def wrapped(inner: BaseException, outer: BaseException) -> BaseException:
    outer.__cause__ = inner
    return outer


def ended_by(number: int, *, peak: int = GIGABYTE, limit: int = 4 * GIGABYTE, oom_kills: int = 0) -> Exit:
    return Exit(-number, peak_memory=peak, memory_limit=limit, oom_kills=oom_kills)


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), Cause.DISK_FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Cause.DISK_FULL),
        (RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"), Cause.DISK_FULL),
        (OSError(errno.EFBIG, "File too large"), Cause.FILE_TOO_LARGE),
        (RuntimeError("Error while serializing: I/O error: File too large (os error 27)"), Cause.FILE_TOO_LARGE),
        (RuntimeError("[enforce fail at inline_container.cc:659] . PytorchStreamWriter failed writing file"), Cause.WRITE_FAILED),
        (MemoryError(), Cause.OUT_OF_MEMORY),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory"), Cause.OUT_OF_MEMORY),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), Cause.GPU_OUT_OF_MEMORY),
        (RuntimeError("CUDA error: device-side assert triggered"), Cause.GPU_ERROR),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), Cause.GPU_ERROR),
        (ConnectError("[Errno -3] Temporary failure in name resolution"), Cause.HUB_UNREACHABLE),
        (BadInput("Row 3 has no answer."), Cause.SAID),
        (Diverged("The loss became nan at step 3."), Cause.DIVERGED),
        (KeyboardInterrupt(), Cause.ENDED),
        (ZeroDivisionError("division by zero"), Cause.UNEXPECTED),
    ],
)
def test_an_exception_tells_its_cause(error: BaseException, cause: Cause) -> None:
    assert failure_of_error(error).cause is cause


def test_a_full_disk_is_found_under_the_error_that_wraps_it() -> None:
    error = wrapped(
        OSError(errno.ENOSPC, "No space left on device"), EngineError("The model could not be fetched. Check the network.")
    )
    assert failure_of_error(error).cause is Cause.DISK_FULL


def test_our_own_words_about_the_hub_are_kept_since_they_name_the_model() -> None:
    sentence = "Qwen/Qwen2-7B-Instruct could not be fetched from the Hub."
    assert failure_of_error(wrapped(ConnectError("refused"), EngineError(sentence))) == Failure(Cause.SAID, sentence)


def test_an_error_that_hides_what_it_came_from_is_taken_by_itself() -> None:
    try:
        try:
            raise MemoryError
        except MemoryError:
            raise BadInput("Row 3 is too long.") from None
    except BadInput as error:
        assert failure_of_error(error).cause is Cause.SAID


def test_an_unexpected_error_keeps_its_first_line() -> None:
    failure = failure_of_error(ValueError("shapes differ.\nSecond line"))
    assert failure == Failure(Cause.UNEXPECTED, "ValueError: shapes differ")


@pytest.mark.parametrize(
    ("seen", "cause"),
    [
        (ended_by(signal.SIGKILL), Cause.KILLED),
        (ended_by(signal.SIGKILL, oom_kills=1), Cause.KILLED_FOR_MEMORY),
        (ended_by(signal.SIGKILL, peak=int(3.9 * GIGABYTE)), Cause.KILLED_FOR_MEMORY),
        (ended_by(signal.SIGTERM, oom_kills=1), Cause.ENDED),
        (ended_by(signal.SIGSEGV), Cause.CRASHED),
        (ended_by(signal.SIGBUS), Cause.CRASHED),
        (Exit(1, peak_memory=None, memory_limit=1, oom_kills=0), Cause.UNEXPECTED),
        (None, Cause.VANISHED),
    ],
)
def test_how_a_process_ended_tells_its_cause(seen: Exit | None, cause: Cause) -> None:
    assert failure_of_exit(seen).cause is cause


def test_a_kill_for_memory_says_how_much_it_had() -> None:
    failure = failure_of_exit(ended_by(signal.SIGKILL, peak=int(3.9 * GIGABYTE)))
    assert failure.detail == "it had 3.9 GB of 4.0 GB"


def test_where_its_memory_is_not_known_only_what_there_is_is_told() -> None:
    failure = failure_of_exit(Exit(-signal.SIGKILL, peak_memory=None, memory_limit=4 * GIGABYTE, oom_kills=1))
    assert failure.cause is Cause.KILLED_FOR_MEMORY and failure.detail == "there are 4.0 GB"
    unseen = Exit(-signal.SIGKILL, peak_memory=None, memory_limit=4 * GIGABYTE, oom_kills=0)
    assert failure_of_exit(unseen).cause is Cause.KILLED


def test_a_disk_without_room_is_the_cause_even_where_nothing_could_be_written_about_it() -> None:
    assert failure_of_exit(None, free=4096).cause is Cause.DISK_FULL
    assert failure_of_exit(None, free=GIGABYTE).cause is Cause.VANISHED


def test_the_log_tells_where_nobody_saw_the_end() -> None:
    assert failure_of_exit(None, log="OSError: [Errno 28] No space left on device").cause is Cause.DISK_FULL
    assert failure_of_exit(None, log="torch.OutOfMemoryError: CUDA out of memory.").cause is Cause.GPU_OUT_OF_MEMORY
    assert failure_of_exit(None, log="MemoryError").cause is Cause.OUT_OF_MEMORY
