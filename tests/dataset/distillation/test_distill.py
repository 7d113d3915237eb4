"""The job: manuals to candidates, with and without a teacher; what stops, fails and is resumed keeps what it made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studio.dataset.distillation import distill
from studio.dataset.distillation.distill import request_distillation
from studio.dataset.distillation.review import read_review
from studio.dataset.distillation.store import CandidateStore
from studio.errors import BadInput, NotFound, UploadTooLarge
from studio.jobs.progress import Reporter, Stopped
from studio.jobs.queue import JobQueue
from studio.settings import Settings
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, RunState, create_run
from tests.dataset.distillation import documents
from tests.dataset.distillation.conftest import KEY, Answer, TeacherServer, completion, taught

WRITTEN = "The warranty lasts 24 months from the day of delivery."


@pytest.fixture
def settings(own_environment: Path) -> Settings:
    return Settings(home=own_environment)


def asked(workspace: Workspace, settings: Settings, *files: Path, teacher: str | None = None) -> Run:
    """A run that nobody has started yet."""

    class Idle(JobQueue):
        def submit(self, spec, *, files=None):
            return create_run(self.workspace, spec, files=files)

    return request_distillation(Idle(workspace), settings, files, teacher=teacher, phrasings=2)


def test_the_worker_makes_candidates_of_several_documents_and_names_the_one_that_it_can_not_read(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    bad = tmp_path / "torn.pdf"
    bad.write_bytes(b"%PDF-1.7 torn")
    files = [documents.write_markdown(tmp_path), bad, documents.write_articles(tmp_path)]
    queue = JobQueue(workspace)
    run = request_distillation(queue, settings, files, name="Aria")
    for file in files:
        file.unlink()  # an upload may go away
    status = queue.wait(run)
    assert status.state is RunState.SUCCEEDED and status.result["documents"] == 3
    assert "torn.pdf" in status.result["unreadable"][0]
    names = {entry.passage.document for entry in read_review(run).entries}
    assert names == {"manual.md", "articles.json: Warranty", "articles.json: Binding"}
    assert status.result["candidates"] == len(read_review(run).entries) >= 5


def test_a_light_job_is_asked_for(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    assert asked(workspace, settings, documents.write_markdown(tmp_path)).weight == "light"


def test_documents_that_can_not_be_read_at_all_are_one_sentence(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "torn.pdf"
    bad.write_bytes(b"%PDF-1.7 torn")
    run = asked(workspace, settings, bad)
    with pytest.raises(BadInput, match=r"torn\.pdf can't be read"):
        distill.run(workspace, Reporter(run), run.spec)


@pytest.mark.parametrize(
    ("files", "error"), [([], BadInput), (["missing.md"], NotFound), (["large.md"], UploadTooLarge)]
)  # fmt: skip
def test_what_can_be_wrong_is_found_before_a_run_exists(
    workspace: Workspace, settings: Settings, tmp_path: Path, files: list[str], error: type[BadInput]
) -> None:
    (tmp_path / "large.md").write_bytes(b"x" * (1024 * 1024 + 1))
    small = settings.model_copy(update={"max_upload_mb": 1})
    with pytest.raises(error):
        request_distillation(JobQueue(workspace), small, [tmp_path / file for file in files])
    assert not list(workspace.runs.glob("distill-*"))


def test_a_teacher_without_a_model_is_refused_before_a_run_exists(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    for name in ("", "http://127.0.0.1:1/v1"):
        with pytest.raises(BadInput):
            request_distillation(JobQueue(workspace), settings, [documents.write_markdown(tmp_path)], teacher=name)


def test_the_teacher_writes_more_and_what_is_not_in_the_passage_is_rejected_with_the_reason(
    workspace: Workspace, settings: Settings, tmp_path: Path, server: TeacherServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_TEACHER", server.endpoint.name)
    monkeypatch.setenv("STUDIO_TEACHER_KEY", KEY)
    server.behave = lambda _: Answer(completion(taught(WRITTEN.replace("24", "36"), "how long??", "warranty time pls")))
    configured = settings.model_copy(update={"teacher": server.endpoint.name, "teacher_key": KEY})
    run = asked(workspace, configured, documents.write_markdown(tmp_path), teacher="")
    assert KEY not in (run.folder / "spec.json").read_text()
    result = distill.run(workspace, Reporter(run), run.spec)
    taught_rows = [entry for entry in read_review(run).entries if entry.candidate.origin == "teacher"]
    assert {entry.question for entry in taught_rows} == {"how long??", "warranty time pls"}
    assert all("36 months" in " ".join(entry.candidate.reasons) for entry in taught_rows)
    assert result["rejected"] == len(taught_rows) and set(server.keys) == {f"Bearer {KEY}"}


def test_a_run_that_was_stopped_keeps_its_candidates_and_goes_on_without_asking_again(
    workspace: Workspace, settings: Settings, tmp_path: Path, server: TeacherServer
) -> None:
    run = asked(workspace, settings, documents.write_markdown(tmp_path), teacher=server.endpoint.name)

    def stop_after_the_first(_: object) -> Answer:
        run.request_stop(keep=True)
        return Answer(completion(taught(WRITTEN, "How long is it under warranty?")))

    server.behave = stop_after_the_first
    with pytest.raises(Stopped) as stopped:
        distill.run(workspace, Reporter(run), run.spec)
    assert "kept" in stopped.value.sentence
    before = CandidateStore(run).candidates()
    first_asked = len(server.asked)
    assert first_asked >= 1 and any(candidate.origin == "teacher" for candidate in before.values())
    (run.folder / "stop.json").unlink()
    server.behave = lambda _: Answer(completion(taught(WRITTEN, "How long is it under warranty?")))
    distill.run(workspace, Reporter(run), run.spec)
    after = CandidateStore(run).candidates()
    assert list(after)[: len(before)] == list(before)
    contents = [str(body["messages"]) for body in server.asked]
    assert len(contents) == len(set(contents)), "no passage is asked for twice"


def test_the_same_run_twice_adds_nothing(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    run = asked(workspace, settings, documents.write_html(tmp_path))
    first = distill.run(workspace, Reporter(run), run.spec)
    lines = (run.folder / "candidates.jsonl").read_text()
    assert distill.run(workspace, Reporter(run), run.spec) == first
    assert (run.folder / "candidates.jsonl").read_text() == lines


def test_a_torn_last_line_costs_that_candidate_only_and_it_is_written_again(
    workspace: Workspace, settings: Settings, tmp_path: Path
) -> None:
    run = asked(workspace, settings, documents.write_markdown(tmp_path))
    distill.run(workspace, Reporter(run), run.spec)
    whole = CandidateStore(run).candidates()
    path = run.folder / "candidates.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert len(CandidateStore(run).candidates()) == len(whole) - 1
    distill.run(workspace, Reporter(run), run.spec)
    assert CandidateStore(run).candidates().keys() == whole.keys()


def test_candidates_that_differ_have_different_ids(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    run = asked(workspace, settings, documents.write_markdown(tmp_path))
    distill.run(workspace, Reporter(run), run.spec)
    store = CandidateStore(run)
    first = next(iter(store.candidates().values()))
    store.add((), [replace(first, answer=first.answer + " More.")])
    assert len(CandidateStore(run).candidates()) == len(store.candidates()) == len(set(store.candidates()))
