"""The teacher: a larger model behind an OpenAI-compatible endpoint that writes questions and answers from the passages of a manual.

Nothing it writes is trusted: every answer is checked against its passage (`grounding`), and what fails is a candidate with its reasons. A passage
without an answer, or with a reply that can't be read, is one too; the rest goes on. The work can be stopped between passages and goes on
where it was (`ledger`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from studio.chat.completion import CompletionClient, Patience
from studio.chat.endpoint import EndpointModel
from studio.chat.messages import Decoding
from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.grounding import faults
from studio.dataset.distillation.ledger import Entry, Ledger, request_digest
from studio.dataset.distillation.prompt import prompt
from studio.dataset.distillation.replies import ReplyRefused, read_reply
from studio.errors import AccessRefused, BadInput, EngineError
from studio.settings import Settings

_FAILED_IN_A_ROW = 8  # passages without an answer, each after all its attempts: the server is down, not unwell
_LOOK_FOR_STOP = 0.5  # seconds
_ASK_FOR_SENSE = 2  # times a passage is asked when the reply can't be read
_EXCERPT = 400  # characters of an unreadable reply that are shown

_DECODING = Decoding(max_new_tokens=2048, temperature=0.7)  # several people write differently: not greedy

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Teacher:
    """Who teaches, and how it is asked."""

    endpoint: EndpointModel
    decoding: Decoding = _DECODING
    in_flight: int = 4
    """Requests at once."""
    patience: Patience = field(default_factory=Patience)


def find_teacher(settings: Settings, *, name: str = "", key: str = "") -> Teacher:
    """The teacher that was named in a form, or else in the settings. The settings' key goes to the settings' address only.

    Raises:
        BadInput: none is named anywhere, or its name or key can't be used.
    """
    configured = EndpointModel.from_name(settings.teacher, settings.teacher_key) if settings.teacher else None
    if not name.strip():
        if configured is None:
            raise BadInput("No teacher is configured. Give one as URL#MODEL, or set STUDIO_TEACHER.")
        return Teacher(EndpointModel.from_name(configured.name, key or configured.key))
    named = EndpointModel.from_name(name, key)
    if not named.key and configured and configured.url == named.url:
        return Teacher(EndpointModel.from_name(name, configured.key))
    return Teacher(named)


def teach(
    passages: Sequence[Passage],
    teacher: Teacher,
    ledger_path: Path,
    *,
    languages: Sequence[str] = ("English",),
    phrasings: int = 6,
    progress: Progress = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Candidate]:
    """Candidates from every passage, as the answers arrive; those that the ledger holds come first.

    Args:
        passages: what is taught from.
        teacher: who is asked.
        ledger_path: where the replies are kept; give the same one to go on after a stop or a crash.
        languages: the languages that questions and answers are wanted in.
        phrasings: how many questions a need.
        progress: called with how many passages are done and how many there are.
        should_stop: looked at between passages and twice a second. The answers under way are waited for and kept, but not asked for again.

    Yields:
        Candidates, rejected ones among them: their `reasons` say why.

    Raises:
        AccessRefused: the endpoint refuses the key, the account or the model.
        EngineError: the endpoint failed several passages in a row. What it answered is kept.
    """
    ledger = Ledger(ledger_path)
    ledger.open()
    answered = ledger.answered()
    todo: list[tuple[Passage, list[dict[str, str]]]] = []
    done = 0
    for passage in passages:
        messages = prompt(passage, languages=languages, phrasings=phrasings)
        entry = answered.get(request_digest(teacher.endpoint.model, messages))
        if entry is None:
            todo.append((passage, messages))
            continue
        done += 1
        yield from candidates(passage, entry)
    progress(done, len(passages))
    for passage, entry in _ask_all(todo, teacher, ledger, should_stop):
        done += 1
        progress(done, len(passages))
        yield from candidates(passage, entry)


def candidates(passage: Passage, entry: Entry) -> Iterator[Candidate]:
    """What an entry of the ledger gives, each checked against the passage."""
    if entry.text is None:
        yield _rejected(passage, "", f"The teacher gave no answer: {entry.error}")
        return
    try:
        needs, unreadable = read_reply(entry.text)
    except ReplyRefused as refused:
        yield _rejected(passage, entry.text, str(refused))
        return
    for sentence in unreadable:
        yield _rejected(passage, entry.text, sentence)
    for need in needs:
        for question in need.questions:
            reasons = tuple(faults(question, need.answer, passage))
            yield Candidate(passage.id, question, need.answer, "teacher", reasons)


def _rejected(passage: Passage, text: str, reason: str) -> Candidate:
    return Candidate(passage.id, "", text.strip()[:_EXCERPT], "teacher", (reason,))


def _ask_all(
    todo: Sequence[tuple[Passage, list[dict[str, str]]]], teacher: Teacher, ledger: Ledger, should_stop: Callable[[], bool]
) -> Iterator[tuple[Passage, Entry]]:
    """Every passage with what became of it, a few under way at once, in the order in which they are done."""
    stopping = threading.Event()
    waiting = iter(todo)
    under_way: dict[Future[Entry], Passage] = {}
    failed_in_a_row = 0
    with CompletionClient(teacher.endpoint, patience=teacher.patience, stopping=stopping) as client:
        pool = ThreadPoolExecutor(max_workers=teacher.in_flight, thread_name_prefix="teacher")
        try:
            while True:
                if should_stop():
                    stopping.set()
                while not stopping.is_set() and len(under_way) < teacher.in_flight and (next_one := next(waiting, None)):
                    under_way[pool.submit(_ask, client, teacher, ledger, *next_one)] = next_one[0]
                if not under_way:
                    return
                finished, _ = wait(under_way, timeout=_LOOK_FOR_STOP, return_when=FIRST_COMPLETED)
                for future in finished:
                    passage, entry = under_way.pop(future), future.result()
                    failed_in_a_row = failed_in_a_row + 1 if entry.error else 0
                    if failed_in_a_row >= _FAILED_IN_A_ROW:
                        raise EngineError(f"The teacher failed {failed_in_a_row} passages in a row. The last time: {entry.error}")
                    yield passage, entry
        finally:
            stopping.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _ask(client: CompletionClient, teacher: Teacher, ledger: Ledger, passage: Passage, messages: list[dict[str, str]]) -> Entry:
    """Ask for one passage and write down what became of it. Only a refusal that meets every passage is raised."""
    entry = Entry(request=request_digest(teacher.endpoint.model, messages), passage=passage.id, model=teacher.endpoint.model)
    for _ in range(_ASK_FOR_SENSE):
        try:
            completion = client.complete(messages, teacher.decoding, as_json=True)
        except AccessRefused:
            raise
        except EngineError as error:
            if entry.text is None:
                entry = entry.model_copy(update={"error": error.message})
            break
        entry = entry.model_copy(
            update={
                "text": completion.text,
                "prompt_tokens": entry.prompt_tokens + completion.prompt_tokens,
                "completion_tokens": entry.completion_tokens + completion.completion_tokens,
            }
        )
        if _can_be_read(completion.text):
            break
    ledger.append(entry)
    return entry


def _can_be_read(text: str) -> bool:
    try:
        read_reply(text)
    except ReplyRefused:
        return False
    return True
