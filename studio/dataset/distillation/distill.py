"""The job `dataset.distillation.distill`: manuals become candidates that a person will look through.

Leaves in the run folder (all append-only, so that a run that is resumed goes on where it was):

    passages.jsonl     the pieces of the manuals
    candidates.jsonl   questions and answers, each with the reasons that speak against it
    ledger.jsonl       what the teacher replied, where there is one
    decisions.jsonl    what a person decided (`review`)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.manuals import Manual, read_manuals
from studio.dataset.distillation.store import CandidateStore
from studio.dataset.distillation.structure import split_manual
from studio.dataset.distillation.teacher import find_teacher, teach
from studio.dataset.reading.textfile import check_file
from studio.errors import BadInput, StudioError
from studio.jobs.progress import Reporter, Stopped
from studio.jobs.queue import JobQueue
from studio.settings import Settings, load_settings
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run

DISTILL_JOB = "dataset.distillation.distill"
LANGUAGES = ("English", "Chinese", "German", "French", "Spanish", "Japanese")
MOST_PHRASINGS = 12
_MOST_DOCUMENTS = 500
_LEAST_TAUGHT = 40  # characters of a passage; a shorter one has nothing to teach
_SAVED_AT_ONCE = 20  # candidates


class Document(BaseModel):
    """A file that was handed in: where it lies among the run's files, and what people call it."""

    file: str
    name: str


class DistillSpec(BaseModel):
    """What was asked. `teacher` is `URL#MODEL` or nothing; its key is never written down, the settings know it."""

    job: str = DISTILL_JOB
    weight: str = "light"
    name: str
    documents: list[Document] = Field(min_length=1, max_length=_MOST_DOCUMENTS)
    max_bytes: int
    teacher: str | None = None
    languages: list[str] = Field(default=["English"], min_length=1, max_length=len(LANGUAGES))
    phrasings: int = Field(default=6, ge=1, le=MOST_PHRASINGS)


def request_distillation(
    queue: JobQueue,
    settings: Settings,
    documents: Sequence[Path],
    *,
    name: str = "",
    teacher: str | None = None,
    languages: Sequence[str] = ("English",),
    phrasings: int = 6,
) -> Run:
    """Put the manuals into the queue; they are copied, so that they may go away.

    Args:
        queue: where the run waits.
        settings: the limit of a file's size, and the teacher that is configured.
        documents: the files.
        name: what the rows will be called; the first document's name by default.
        teacher: None for the structure alone; `URL#MODEL`, or empty for the one in the settings.
        languages: what the teacher writes in.
        phrasings: questions that the teacher writes for a need.

    Raises:
        BadInput: there is no document, or too many, or the teacher's name can't be used.
        NotFound, UploadTooLarge: a file is missing or too large.
    """
    if not 1 <= len(documents) <= _MOST_DOCUMENTS:
        raise BadInput(f"Choose one to {_MOST_DOCUMENTS} documents.")
    for document in documents:
        check_file(document, max_bytes=settings.max_upload_bytes)
    files = {f"{number:03d}{document.suffix[:10]}": document for number, document in enumerate(documents, start=1)}
    values = {
        "name": name.strip() or documents[0].stem,
        "documents": [Document(file=file, name=document.name) for file, document in files.items()],
        "max_bytes": settings.max_upload_bytes,
        "teacher": None if teacher is None else find_teacher(settings, name=teacher).endpoint.name,
        "languages": list(languages),
        "phrasings": phrasings,
    }
    return queue.submit(_parse(values).model_dump(), files=files)


def run(_: Workspace, reporter: Reporter, values: Mapping[str, Any]) -> dict[str, Any]:
    """Read, split, teach. Returns `{"documents", "unreadable", "passages", "candidates", "rejected"}`.

    Raises:
        BadInput: the spec, or every document, can't be used.
        EngineError: the teacher can't be reached; what was made is kept, and the run can be resumed.
        Stopped: somebody asked to; what was made is kept.
    """
    spec = _parse(values)
    store = CandidateStore(reporter.run)
    passages, unreadable = _split_all(spec, reporter, store)
    if spec.teacher:
        _teach(spec, passages, reporter, store)
    counted = store.count()
    return {
        "documents": len(spec.documents),
        "unreadable": unreadable,
        "passages": len(passages),
        "candidates": counted.candidates,
        "rejected": counted.rejected,
    }


def _split_all(spec: DistillSpec, reporter: Reporter, store: CandidateStore) -> tuple[list[Passage], list[str]]:
    """Passages and candidates of all documents; a document that can't be read is named, and the others go on."""
    reporter.phase("reading the manuals")
    passages: list[Passage] = []
    unreadable: list[str] = []
    for number, document in enumerate(spec.documents, start=1):
        _check_stop(reporter, store)
        try:
            manuals = read_manuals(reporter.run.files / document.file, name=document.name, max_bytes=spec.max_bytes)
        except StudioError as error:
            unreadable.append(error.message)
            reporter.note(error.message)
            continue
        passages += _keep(manuals, number, store)
        reporter.progress(number, len(spec.documents))
    if len(unreadable) == len(spec.documents):
        raise BadInput(unreadable[0])
    counted = store.count()
    reporter.note(f"{len(passages):,} passages; {counted.candidates:,} questions with answers from the documents' own structure.")
    return passages, unreadable


def _keep(manuals: Iterable[Manual], number: int, store: CandidateStore) -> list[Passage]:
    passages: list[Passage] = []
    for article, manual in enumerate(manuals, start=1):
        made = split_manual(manual, key=f"d{number}a{article}")
        store.add(made.passages, made.candidates)
        passages += made.passages
    return passages


def _teach(spec: DistillSpec, passages: Sequence[Passage], reporter: Reporter, store: CandidateStore) -> None:
    teacher = find_teacher(load_settings(), name=spec.teacher or "")
    reporter.phase("asking the teacher")
    worth = [passage for passage in passages if len(passage.text) >= _LEAST_TAUGHT]
    made: list[Candidate] = []
    try:
        for candidate in teach(
            worth,
            teacher,
            reporter.run.folder / "ledger.jsonl",
            languages=spec.languages,
            phrasings=spec.phrasings,
            progress=reporter.progress,
            should_stop=lambda: reporter.run.stop_request is not None,
        ):
            made.append(candidate)
            if len(made) >= _SAVED_AT_ONCE:
                store.add((), made)
                made.clear()
    finally:
        store.add((), made)
    _check_stop(reporter, store)


def _check_stop(reporter: Reporter, store: CandidateStore) -> None:
    if reporter.run.stop_request is not None:
        raise Stopped(keep=True, sentence=f"Stopped on request; the {store.count().candidates:,} candidates so far are kept.")


def _parse(values: Mapping[str, Any]) -> DistillSpec:
    try:
        return DistillSpec.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{where} of the distillation can't be used: {first['msg']}.") from error
