"""An import in a process of its own: what it makes, what it leaves behind when it fails, is cancelled or killed, and what it says."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from studio.dataset import import_job
from studio.dataset.checks.examined import read_examination
from studio.dataset.import_requests import (
    can_try_again,
    cancel_import,
    find_import,
    request_import,
    unfinished_import,
)
from studio.dataset.import_spec import IMPORT_JOB, AnswersImport, FileImport, SampleImport, parse_import
from studio.dataset.importing.labelling import categories_of
from studio.errors import BadInput, JobFailed, NotFound, UploadTooLarge
from studio.jobs.progress import Reporter
from studio.jobs.queue import JobQueue
from studio.jobs.worker import work
from studio.workspace.datasets import list_datasets, read_manifest, read_rows
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run

ROWS = [
    {"instruction": "Where is my parcel?", "output": "It arrives within 3 working days."},
    {"instruction": "Where is my parcel?", "output": "It arrives within 9 working days."},
    {"instruction": "No answer", "output": ""},
]


class NoLauncher:
    """Nothing starts by itself: the test does the work."""

    def start(self, run: Run) -> int:
        return 2**22  # no process has this id


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS))
    return path


def asked(workspace: Workspace, file: Path, **settings: Any) -> Run:
    spec = FileImport(file=file.name, **settings)
    return create_run(workspace, spec.model_dump(), files={file.name: file})


def left_behind(workspace: Workspace, run: Run) -> list[str]:
    """Whatever an import has no use for once it has ended."""
    in_run = [path.name for path in run.folder.iterdir() if path.is_dir()]
    return [*in_run, *(folder.name for folder in workspace.datasets.iterdir())]


def test_an_import_makes_a_dataset_with_what_the_checks_found_beside_it(workspace: Workspace, file: Path) -> None:
    run = asked(workspace, file, name="mine")
    file.unlink()  # the upload's cache was cleaned
    assert work(run, workspace) is RunState.SUCCEEDED, run.status.error
    result = run.status.result
    assert (result["rows"], result["rejected"], result["score"]) == (2, 1, 50.0)
    assert read_manifest(workspace, result["dataset"]).name == "mine"
    found = read_examination(workspace, result["dataset"])
    assert found is not None and [(one.row, one.kind, one.other) for one in found.findings] == [(1, "contradiction", 0)]
    assert left_behind(workspace, run) == [result["dataset"]]


def test_its_phases_and_its_progress_are_told(workspace: Workspace, file: Path) -> None:
    run = asked(workspace, file)
    work(run, workspace)
    assert [event["name"] for event in run.events("phase")] == ["reading", "checking", "writing"]
    assert {event["phase"] for event in run.events("progress")} >= {"reading", "checking"}


def test_the_same_file_again_is_the_same_dataset(workspace: Workspace, file: Path) -> None:
    first, second = asked(workspace, file), asked(workspace, file)
    work(first, workspace)
    (written,) = (workspace.dataset(first.status.result["dataset"])).glob("rows.jsonl")
    before = written.stat().st_mtime_ns
    assert work(second, workspace) is RunState.SUCCEEDED
    assert second.status.result["dataset"] == first.status.result["dataset"]
    assert written.stat().st_mtime_ns == before and left_behind(workspace, second) == [first.status.result["dataset"]]


@pytest.mark.parametrize("phase", ["reading", "checking", "writing"])
def test_a_cancelled_import_leaves_nothing_and_says_so(
    workspace: Workspace, file: Path, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    run = asked(workspace, file)

    def until_there(self: Reporter, name: str) -> None:
        self.run.append_event("phase", name=name)
        if name == phase:
            self.run.request_stop(keep=False)

    monkeypatch.setattr(Reporter, "phase", until_there)
    assert work(run, workspace) is RunState.STOPPED
    assert [event["text"] for event in run.events("note")][-1] == import_job.CANCELLED
    assert left_behind(workspace, run) == []


def test_an_import_that_waits_is_cancelled_at_once(workspace: Workspace, file: Path) -> None:
    run = asked(workspace, file)
    cancel_import(JobQueue(workspace, NoLauncher()), run)
    assert run.status.state is RunState.STOPPED and left_behind(workspace, run) == []
    cancel_import(JobQueue(workspace, NoLauncher()), run)  # twice is no error


def test_a_file_that_can_not_be_used_fails_with_its_sentence_and_is_not_kept(workspace: Workspace, tmp_path: Path) -> None:
    bad = tmp_path / "rows.json"
    bad.write_text('[{"instruction": "a", ')
    run = asked(workspace, bad)
    assert work(run, workspace) is RunState.FAILED
    assert (run.status.error or "").startswith("rows.json is not valid JSON")
    assert left_behind(workspace, run) == [] and not can_try_again(run)


def test_a_killed_import_says_so_in_one_sentence_and_can_be_tried_again(workspace: Workspace, tmp_path: Path) -> None:
    large = tmp_path / "large.jsonl"
    large.write_text("\n".join(json.dumps({**ROWS[0], "instruction": f"Question {number}?"}) for number in range(60_000)))
    queue = JobQueue(workspace)
    run = request_import(queue, FileImport(file=large.name), file=large)
    while not list(run.events("progress")):
        assert not run.status.state.finished
        time.sleep(0.02)
    found = unfinished_import(workspace)
    assert found is not None and found.id == run.id
    psutil.Process(run.recorded.pid).send_signal(signal.SIGKILL)
    with pytest.raises(JobFailed, match=r"killed from outside.*Try again"):
        queue.wait(run, poll=0.05)
    assert list_datasets(workspace) == [] and unfinished_import(workspace) is None
    assert can_try_again(run)
    run.files.joinpath(large.name).write_text(json.dumps(ROWS))  # a small one, so that the second attempt is quick
    queue.resume(run)
    assert queue.wait(run, poll=0.05).state is RunState.SUCCEEDED
    assert left_behind(workspace, run) == [run.status.result["dataset"]]


def test_an_import_runs_beside_a_training(workspace: Workspace, file: Path) -> None:
    started: list[str] = []

    class Noting(NoLauncher):
        def start(self, run: Run) -> int:
            started.append(run.job)
            return int(psutil.Process().pid)

    queue = JobQueue(workspace, Noting())
    queue.submit({"job": "training.sft"})
    request_import(queue, FileImport(file=file.name), file=file)
    assert started == ["training.sft", IMPORT_JOB]


def test_a_file_that_is_too_large_or_not_there_makes_no_run(workspace: Workspace, file: Path) -> None:
    queue = JobQueue(workspace, NoLauncher())
    with pytest.raises(UploadTooLarge):
        request_import(queue, FileImport(file=file.name, max_bytes=10), file=file)
    with pytest.raises(NotFound):
        request_import(queue, FileImport(file="none"), file=file.with_name("none"))
    assert unfinished_import(workspace) is None


def test_a_run_of_another_kind_is_no_import(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="no import"):
        find_import(workspace, create_run(workspace, {"job": "training.sft"}).id)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"what": "else"},
        {"what": "file"},
        {"what": "file", "file": "a", "nonsense": 1},
        {"what": "samples", "name": "x" * 101},
    ],
)
def test_a_spec_that_says_something_else_is_one_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="This import can't be started"):
        parse_import(values)


def test_the_sample_data_are_imported_with_a_score(workspace: Workspace) -> None:
    run = create_run(workspace, SampleImport(name="samples").model_dump())
    assert work(run, workspace) is RunState.SUCCEEDED, run.status.error
    assert run.status.result["rows"] > 1000 and run.status.result["score"] > 90


def test_questions_are_imported_as_a_list_and_answered_by_category(workspace: Workspace, tmp_path: Path) -> None:
    questions = tmp_path / "questions.csv"
    questions.write_text("text,category\nWhere is it?,arrival\nIs it here yet?,arrival\nWhy this fee?,fee\n")
    run = asked(workspace, questions, question="text", category="category", questions_only=True)
    assert work(run, workspace) is RunState.SUCCEEDED, run.status.error
    listed = read_manifest(workspace, run.status.result["dataset"])
    assert listed.kind == "questions" and run.status.result["score"] is None
    assert [(one.name, one.count) for one in categories_of(workspace, listed.id)] == [("arrival", 2), ("fee", 1)]

    spec = AnswersImport(dataset=listed.id, answers={"arrival": "It arrives within 3 working days.", "fee": " "})
    answering = create_run(workspace, spec.model_dump())
    assert work(answering, workspace) is RunState.SUCCEEDED, answering.status.error
    made = read_manifest(workspace, answering.status.result["dataset"])
    assert (made.kind, made.rows, list(made.parents)) == ("answers", 2, [listed.id])
    assert {row.answer for row in read_rows(workspace, made.id)} == {"It arrives within 3 working days."}
    assert {row.intent for row in read_rows(workspace, made.id)} == {"arrival"}
    assert answering.status.result["skipped"] == ["questions whose category has no answer yet: 1, in 1 of 2 categories."]
    assert read_manifest(workspace, listed.id) == listed, "the list of questions stays as it was"
