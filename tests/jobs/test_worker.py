"""However a job ends, its folder says so in words for people."""

from __future__ import annotations

import errno
import sys
from types import ModuleType
from typing import Any

import pytest

from studio.errors import BadInput
from studio.jobs.progress import Reporter
from studio.jobs.worker import describe_failure, work
from studio.workspace.layout import Workspace
from studio.workspace.runs import RunState, create_run


def job(monkeypatch: pytest.MonkeyPatch, behaviour: Any) -> None:
    module = ModuleType("studio.a_test_job")
    module.run = behaviour  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "studio.a_test_job", module)


def test_what_a_job_returns_is_the_runs_result(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    job(monkeypatch, lambda *given: {"answer": given[2]["question"]})
    run = create_run(workspace, {"job": "a_test_job", "question": 42})
    assert work(run, workspace) is RunState.SUCCEEDED
    assert run.status.result == {"answer": 42} and run.status.finished


def test_an_error_for_people_is_kept_word_for_word(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise BadInput("Row 3 has no answer.")

    job(monkeypatch, refuse)
    run = create_run(workspace, {"job": "a_test_job"})
    assert work(run, workspace) is RunState.FAILED
    assert run.status.error == "Row 3 has no answer."
    assert [event["text"] for event in run.events("error")] == ["Row 3 has no answer."]


def test_a_stop_request_ends_the_job_as_stopped(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def stoppable(_: Workspace, reporter: Reporter, __: object) -> None:
        reporter.run.request_stop(keep=True)
        reporter.check_stop()

    job(monkeypatch, stoppable)
    run = create_run(workspace, {"job": "a_test_job"})
    assert work(run, workspace) is RunState.STOPPED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "x"), "The disk is full"),
        (RuntimeError("safetensors: No space left on device (os error 28)"), "The disk is full"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), "smaller batch"),
        (MemoryError(), "smaller batch"),
        (SystemExit(1), "told to end from outside"),
        (ZeroDivisionError("division by zero"), "unexpected ZeroDivisionError"),
    ],
)
def test_known_failures_say_what_to_do(error: BaseException, words: str) -> None:
    assert words in describe_failure(error)


def test_progress_says_how_much_time_is_left_and_does_not_flood(workspace: Workspace) -> None:
    run = create_run(workspace, {"job": "a_test_job"})
    reporter = Reporter(run)
    reporter.phase("working")
    for done in range(1001):
        reporter.progress(done, 1000)
    events = list(run.events("progress"))
    assert len(events) < 50
    assert events[-1]["done"] == 1000 and events[-1]["seconds_left"] == 0.0
