"""The teacher against a real server: what it writes, and what becomes of the work when the server fails."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.chat.completion import Patience
from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.ledger import Ledger
from studio.dataset.distillation.teacher import Teacher, find_teacher, teach
from studio.errors import AccessRefused, BadInput, EngineError
from studio.settings import Settings
from tests.dataset.distillation.conftest import KEY, Answer, TeacherServer, completion, make_passages, taught

GOOD = "The warranty lasts 24 months from the date of purchase."


@pytest.fixture
def waits() -> list[float]:
    """The pauses that were made, in seconds; none takes any time."""
    return []


@pytest.fixture
def teacher(server: TeacherServer, waits: list[float]) -> Teacher:
    return Teacher(server.endpoint, in_flight=1, patience=Patience(attempts=4, timeout=5.0, pause=waits.append))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "run" / "teacher.jsonl"


def test_a_passage_becomes_phrasings_with_one_grounded_answer(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    server.script = [Answer(completion(taught(GOOD, "How long is my warranty?", "warranty how long??")))]
    [first, second] = teach(make_passages(1), teacher, ledger)
    assert first == Candidate("p0", "How long is my warranty?", GOOD, "teacher")
    assert (second.question, second.grounded) == ("warranty how long??", True)


def test_the_teacher_is_told_passage_headings_languages_and_number_of_phrasings(
    server: TeacherServer, teacher: Teacher, ledger: Path
) -> None:
    list(teach(make_passages(1), teacher, ledger, languages=("English", "Deutsch"), phrasings=7))
    asked = server.asked[0]["messages"][-1]["content"]
    assert all(words in asked for words in ("Part 0.", "Warranty", "English and Deutsch", "7 questions"))
    assert server.asked[0]["response_format"] == {"type": "json_object"}
    assert server.keys == [f"Bearer {KEY}"]


def test_an_answer_that_the_passage_does_not_support_is_rejected_with_the_reason(
    server: TeacherServer, teacher: Teacher, ledger: Path
) -> None:
    server.script = [Answer(completion(taught(GOOD.replace("24", "36"))))]
    [candidate] = teach(make_passages(1), teacher, ledger)
    assert candidate.reasons == ('The passage does not say "36 months".',)


FAILURES = {
    "busy": Answer(b"slow down", status=429),
    "broken": Answer(b"oops", status=500),
    "down": Answer(b"", status=503),
    "no protocol": Answer(b"<html>Welcome to the hotel WLAN</html>"),
    "no choices": Answer(b'{"choices": []}'),
    "error with 200": Answer(b'{"error": {"message": "overloaded"}}'),
    "cut in the body": Answer(completion(GOOD)[:30], length=5000),
    "connection closed": Answer(reset=True),
    "broken encoding": Answer(b"not gzip", headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_server_that_fails_twice_and_then_works_is_asked_again(
    server: TeacherServer, teacher: Teacher, ledger: Path, waits: list[float], name: str
) -> None:
    server.script = [FAILURES[name], FAILURES[name]]
    [candidate] = teach(make_passages(1), teacher, ledger)
    assert candidate.grounded
    assert len(server.asked) == 3
    assert len(waits) == 2 and all(0 <= wait <= 60 for wait in waits)


def test_a_server_that_is_too_slow_is_asked_again(server: TeacherServer, ledger: Path, waits: list[float]) -> None:
    slow = threading.Event()
    server.script = [Answer(hold=slow)]
    teacher = Teacher(server.endpoint, patience=Patience(timeout=0.3, pause=waits.append))
    try:
        [candidate] = teach(make_passages(1), teacher, ledger)
    finally:
        slow.set()
    assert candidate.grounded and len(waits) == 1


def test_retry_after_is_heeded(server: TeacherServer, teacher: Teacher, ledger: Path, waits: list[float]) -> None:
    server.script = [Answer(status=429, headers={"Retry-After": "17"})]
    list(teach(make_passages(1), teacher, ledger))
    assert 17 <= waits[0] <= 19


def test_a_passage_that_fails_for_good_is_a_rejected_candidate_and_the_rest_goes_on(
    server: TeacherServer, teacher: Teacher, ledger: Path
) -> None:
    server.behave = lambda body: Answer(b"oops", status=500) if "Part 1." in body["messages"][1]["content"] else Answer()
    first, failed, last = teach(make_passages(3), teacher, ledger)
    assert first.grounded and last.grounded
    assert failed.passage == "p1" and failed.reasons[0].startswith("The teacher gave no answer: http://127.0.0.1")
    assert "answered 500: oops (asked 4 times)" in failed.reasons[0]


def test_a_wait_longer_than_patience_fails_the_passage_at_once(
    server: TeacherServer, teacher: Teacher, ledger: Path, waits: list[float]
) -> None:
    server.script = [Answer(status=429, headers={"Retry-After": "3600"})]
    [candidate] = teach(make_passages(1), teacher, ledger)
    assert "come back in 3600 seconds" in candidate.reasons[0]
    assert not waits


GARBAGE = [
    "I'd love to help!",
    "",
    "[]",
    "{{{{" * 100,
    "[" * 5000,
    '{"a":' * 5000,
    '{"needs": "none"}',
    "\x00\U0001f600 {not json}",
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_asked_for_again_and_then_rejected_with_what_was_said(
    server: TeacherServer, teacher: Teacher, ledger: Path, garbage: str
) -> None:
    server.script = [Answer(completion(garbage)), Answer(completion(garbage))]
    rejected, good = teach(make_passages(2), teacher, ledger)
    assert rejected.reasons == ("The teacher's reply is not the JSON that was asked for.",)
    assert rejected.answer == garbage[:400].strip()
    assert good.grounded and len(server.asked) == 3


WRAPPED = [
    "```json\n{}\n```",
    "Sure! Here is the JSON:\n{}\nLet me know if you need more.",
    "<think>{{maybe}} a list?</think>{}",
    "{}{}",
]


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_json_is_found_in_fences_prose_and_thoughts(server: TeacherServer, teacher: Teacher, ledger: Path, wrapping: str) -> None:
    server.script = [Answer(completion(wrapping.replace("{}", taught(GOOD))))]
    assert {(one.answer, one.grounded) for one in teach(make_passages(1), teacher, ledger)} == {(GOOD, True)}


def test_of_a_reply_that_was_cut_off_the_whole_needs_are_used(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    text = taught(GOOD)[:-2] + ', {"questions": ["What about'
    server.script = [Answer(completion(text))]
    [candidate] = teach(make_passages(1), teacher, ledger)
    assert candidate.answer == GOOD


def test_an_entry_that_cannot_be_read_costs_that_entry(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    needs = [
        {"questions": ["How long?"]},
        7,
        {"question": "How long?", "answer": GOOD},
        {"questions": ["\ud800"], "answer": GOOD},
    ]
    server.script = [Answer(completion(json.dumps({"needs": needs})))]
    candidates = list(teach(make_passages(1), teacher, ledger))
    assert [one.grounded for one in candidates] == [False, False, False, True]
    assert "'answer': field required" in candidates[0].reasons[0]


def test_a_server_that_knows_no_json_mode_is_asked_without(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    server.behave = lambda body: Answer(b"Unsupported fields", status=422) if "response_format" in body else Answer()
    assert all(one.grounded for one in teach(make_passages(3), teacher, ledger))
    assert ["response_format" in body for body in server.asked] == [True, False, False, False]


def test_a_server_that_wants_no_options_at_all_is_asked_plainly(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    server.behave = lambda body: Answer(b"max_tokens is not supported", status=400) if "max_tokens" in body else Answer()
    assert all(one.grounded for one in teach(make_passages(1), teacher, ledger))
    assert set(server.asked[-1]) == {"model", "messages"}


@pytest.mark.parametrize(
    "answer", [Answer(f"Incorrect API key: {KEY}".encode(), status=401), Answer(b"insufficient_quota", status=429)]
)
def test_a_refusal_that_meets_every_passage_ends_the_work_with_a_sentence(
    server: TeacherServer, teacher: Teacher, ledger: Path, answer: Answer
) -> None:
    server.script = [Answer(), answer]
    with pytest.raises(AccessRefused, match="Check the address, the key") as caught:
        list(teach(make_passages(5), teacher, ledger))
    assert KEY not in caught.value.message
    assert len(server.asked) == 2


def test_a_server_that_fails_many_passages_in_a_row_ends_the_work_and_keeps_what_it_answered(
    server: TeacherServer, teacher: Teacher, ledger: Path
) -> None:
    server.script = [Answer()]
    server.behave = lambda _body: Answer(b"down", status=503)
    with pytest.raises(EngineError, match="8 passages in a row"):
        list(teach(make_passages(20), teacher, ledger))
    server.behave = lambda _body: Answer()
    server.asked.clear()
    assert len(list(teach(make_passages(20), teacher, ledger))) == 20
    assert len(server.asked) == 19


def test_a_restart_asks_only_for_what_is_missing(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    passages = make_passages(4)
    server.behave = lambda body: Answer(b"", status=500) if "Part 2." in body["messages"][1]["content"] else Answer()
    before = list(teach(passages, teacher, ledger))
    server.behave = lambda _body: Answer()
    server.asked.clear()
    after = list(teach(passages, teacher, ledger))
    assert [one["messages"][1]["content"].count("Part 2.") for one in server.asked] == [1]
    assert sum(one.grounded for one in before) == 3
    assert {one.passage for one in after if one.grounded} == {"p0", "p1", "p2", "p3"}


@pytest.mark.parametrize("torn", ['{"request": "ab', '{"request": "ab", "text": "\\u00', "\x00\x00"])
def test_a_torn_last_line_costs_that_answer_and_no_other(
    server: TeacherServer, teacher: Teacher, ledger: Path, torn: str
) -> None:
    passages = make_passages(3)
    list(teach(passages[:2], teacher, ledger))
    lines = ledger.read_text().splitlines()
    ledger.write_text(lines[0] + "\n" + torn)
    server.asked.clear()
    list(teach(passages, teacher, ledger))
    assert len(server.asked) == 2
    server.asked.clear()
    assert len(list(teach(passages, teacher, ledger))) == 3
    assert not server.asked


@pytest.mark.parametrize("change", [{"languages": ("Deutsch",)}, {"phrasings": 3}])
def test_another_wish_is_asked_anew(server: TeacherServer, teacher: Teacher, ledger: Path, change: dict[str, Any]) -> None:
    list(teach(make_passages(1), teacher, ledger))
    list(teach(make_passages(1), teacher, ledger, **change))
    assert len(server.asked) == 2


def test_stop_is_honoured_between_passages_and_the_rest_is_left_for_later(
    server: TeacherServer, teacher: Teacher, ledger: Path
) -> None:
    stop: list[bool] = []
    work = teach(make_passages(10), teacher, ledger, should_stop=lambda: bool(stop))
    seen = [next(work)]
    stop.append(True)
    seen += work
    assert len(seen) == len(server.asked) < 10
    assert len(Ledger(ledger).answered()) == len(seen)


def test_a_stop_ends_the_wait_for_a_busy_server(server: TeacherServer, ledger: Path) -> None:
    server.behave = lambda _body: Answer(status=429, headers={"Retry-After": "100"})
    work = teach(make_passages(3), Teacher(server.endpoint, in_flight=1), ledger, should_stop=lambda: bool(server.asked))
    assert [one.grounded for one in work] == [False]
    assert not Ledger(ledger).answered()


def test_leaving_the_work_early_ends_it_and_keeps_what_was_answered(
    server: TeacherServer, teacher: Teacher, ledger: Path
) -> None:
    work: Iterator[Candidate] = teach(make_passages(10), teacher, ledger)
    next(work)
    work.close()  # type: ignore[attr-defined]
    assert 1 <= len(Ledger(ledger).answered()) < 10


def test_a_few_requests_are_under_way_at_once_and_no_more(server: TeacherServer, ledger: Path) -> None:
    together = threading.Barrier(3)

    def wait_for_two_others(_body: dict[str, Any]) -> Answer:
        return Answer(hold=_Meeting(together))

    server.behave = wait_for_two_others
    assert len(list(teach(make_passages(9), Teacher(server.endpoint, in_flight=3), ledger))) == 9
    assert server.most_under_way == 3


class _Meeting(threading.Event):
    """Holds an answer until as many are under way as the barrier counts."""

    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__()
        self._barrier = barrier

    def wait(self, timeout: float | None = None) -> bool:
        self._barrier.wait(timeout)
        return True


def test_progress_counts_what_the_ledger_holds(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    passages = make_passages(4)
    list(teach(passages[:2], teacher, ledger))
    seen: list[tuple[int, int]] = []
    list(teach(passages, teacher, ledger, progress=lambda done, total: seen.append((done, total))))
    assert seen == [(2, 4), (3, 4), (4, 4)]


def test_tokens_are_counted_over_all_runs(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    server.script = [Answer(completion("garbage"))]
    list(teach(make_passages(1), teacher, ledger))
    list(teach(make_passages(2), teacher, ledger))
    usage = Ledger(ledger).usage()
    assert (usage.prompt_tokens, usage.completion_tokens) == (300, 30)


def test_the_key_is_nowhere_but_in_the_request(
    server: TeacherServer, ledger: Path, caplog: pytest.LogCaptureFixture, waits: list[float]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.behave = lambda _body: Answer(f"bad key {KEY}".encode(), status=500)
    teacher = Teacher(server.endpoint, patience=Patience(attempts=2, pause=waits.append))
    candidates = list(teach(make_passages(2), teacher, ledger))
    shown = [repr(teacher), str(candidates), ledger.read_text(), caplog.text, teacher.endpoint.name]
    assert all(KEY not in text for text in shown)
    assert server.keys[0] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("", "", "STUDIO_TEACHER"),
        ("ftp://host/v1#m", "", "no address"),
        ("gpt-5#m", "", "no address"),
        ("http://host/v1", "", "no model"),
        ("http://me:secret@host/v1#m", "", "holds a password"),
        ("http://host/v1?api_key=secret#m", "", "holds a password or a query"),
        ("http://[::1/v1#m", "", "can't be read"),
        ("http://host/v1#m", "two words", "Copy it again"),
        ("http://host/v1#m", "schlüssel", "Copy it again"),
    ],
)
def test_a_teacher_that_cannot_be_asked_is_refused_in_words_without_the_secret(name: str, key: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        find_teacher(Settings(teacher=None), name=name, key=key)
    assert "secret" not in caught.value.message


def test_the_key_of_the_settings_goes_to_the_address_of_the_settings_only() -> None:
    settings = Settings(teacher="https://one.example/v1#large", teacher_key=KEY)
    assert find_teacher(settings).endpoint.key == KEY
    assert find_teacher(settings, name="https://one.example/v1/#small").endpoint.key == KEY
    assert find_teacher(settings, name="https://two.example/v1#large").endpoint.key is None
    assert find_teacher(settings, name="https://two.example/v1#large", key=" other ").endpoint.key == "other"
    assert KEY not in repr(settings)


def test_a_redirect_is_not_followed_with_the_key(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    server.script = [Answer(status=307, headers={"Location": f"{server.endpoint.url}/chat/completions"})]
    [candidate] = teach(make_passages(1), teacher, ledger)
    assert "answered 307" in candidate.reasons[0] and len(server.asked) == 1


def test_no_passages_ask_nothing(server: TeacherServer, teacher: Teacher, ledger: Path) -> None:
    none: Sequence[Passage] = []
    assert not list(teach(none, teacher, ledger)) and not server.asked
