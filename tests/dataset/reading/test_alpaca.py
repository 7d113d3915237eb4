from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from studio.dataset.reading.problems import Problem
from studio.dataset.reading.shapes import Columns
from studio.workspace.datasets import Row
from tests.support import read_file

GOOD = {"instruction": "Where is my parcel?", "input": "", "output": "It arrives within 3 days."}


def read(tmp_path: Path, *rows: Any, columns: Columns | None = None) -> list[Row | Problem]:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(list(rows)))
    return read_file(path, shape=columns)


def problem(tmp_path: Path, **changed: Any) -> Problem:
    """The problem of a row that differs from a good one; a good row goes before it."""
    _, found = read(tmp_path, GOOD, {**GOOD, **changed})
    assert isinstance(found, Problem)
    assert found.row == 1
    return found


def test_a_row_becomes_a_conversation(tmp_path: Path) -> None:
    (row,) = read(tmp_path, GOOD)
    assert row == Row(
        messages=[
            {"role": "user", "content": "Where is my parcel?"},
            {"role": "assistant", "content": "It arrives within 3 days."},
        ],
        source="rows.json",
    )


def test_instruction_and_input_are_joined_as_llama_factory_does(tmp_path: Path) -> None:
    (row,) = read(tmp_path, {**GOOD, "instruction": "Translate.", "input": "Guten Tag"})
    assert isinstance(row, Row)
    assert row.question == "Translate.\nGuten Tag"


def test_system_and_history_come_before_the_question(tmp_path: Path) -> None:
    (row,) = read(tmp_path, {**GOOD, "system": "Be brief.", "history": [["Hi", "Hello!"], ["I am Ann", "Nice."]]})
    assert isinstance(row, Row)
    assert [(turn["role"], turn["content"]) for turn in row.messages] == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello!"),
        ("user", "I am Ann"),
        ("assistant", "Nice."),
        ("user", "Where is my parcel?"),
        ("assistant", "It arrives within 3 days."),
    ]


@pytest.mark.parametrize("absent", [None, "", "   "])
def test_an_absent_input_or_system_is_no_problem(tmp_path: Path, absent: str | None) -> None:
    (row,) = read(tmp_path, {**GOOD, "input": absent, "system": absent, "history": [] if absent else absent})
    assert isinstance(row, Row)
    assert len(row.messages) == 2
    assert row.question == "Where is my parcel?"


def test_labels_are_kept_where_they_are_text(tmp_path: Path) -> None:
    labelled, unlabelled = read(
        tmp_path,
        {**GOOD, "family": "shop-01", "industry": "ecommerce", "intent": "track"},
        {**GOOD, "family": 7, "industry": "", "intent": None},
    )
    assert isinstance(labelled, Row)
    assert isinstance(unlabelled, Row)
    assert (labelled.family, labelled.industry, labelled.intent) == ("shop-01", "ecommerce", "track")
    assert (unlabelled.family, unlabelled.industry, unlabelled.intent) == (None, None, None)


def test_columns_can_be_named_otherwise(tmp_path: Path) -> None:
    columns = Columns(prompt="question", query=None, response="reply", system="system_prompt", history=None)
    (row,) = read(tmp_path, {"question": "Q?", "reply": "A.", "system_prompt": "S", "input": "ignored"}, columns=columns)
    assert isinstance(row, Row)
    assert [turn["content"] for turn in row.messages] == ["S", "Q?", "A."]


@pytest.mark.parametrize("empty", ["", "  \n", None])
def test_a_row_without_an_answer_is_a_problem(tmp_path: Path, empty: str | None) -> None:
    found = problem(tmp_path, output=empty)
    assert (found.kind, found.message) == ("no_answer", "There is no answer: 'output' is missing or empty.")


@pytest.mark.parametrize("empty", ["", "\t", None])
def test_a_row_without_an_instruction_is_a_problem(tmp_path: Path, empty: str | None) -> None:
    assert problem(tmp_path, instruction=empty).kind == "no_instruction"


def test_missing_keys_are_problems_too(tmp_path: Path) -> None:
    found = read(tmp_path, {"output": "a"}, {"instruction": "q"}, {})
    assert [item.kind for item in found if isinstance(item, Problem)] == ["no_instruction", "no_answer", "no_instruction"]


@pytest.mark.parametrize("value", [3, 2.5, True, ["text"], {"a": 1}])
@pytest.mark.parametrize("key", ["instruction", "input", "output", "system"])
def test_a_text_of_another_type_is_named_with_what_it_is(tmp_path: Path, key: str, value: object) -> None:
    found = problem(tmp_path, **{key: value})
    assert found.kind == "wrong_type"
    assert repr(key) in found.message


@pytest.mark.parametrize(
    "history",
    ["earlier", {"a": "b"}, 3, ["Hi", "Hello"], [["Hi"]], [["Hi", "Hello", "again"]], [["Hi", 3]], [["Hi", " "]], [None]],
)
def test_a_history_that_is_no_list_of_pairs_is_a_problem(tmp_path: Path, history: object) -> None:
    assert problem(tmp_path, history=history).kind == "bad_history"


def test_the_turn_that_breaks_a_history_is_named(tmp_path: Path) -> None:
    assert "Turn 2" in problem(tmp_path, history=[["Hi", "Hello"], ["Hm"]]).message


@pytest.mark.parametrize("row", ["text", 3, None, [], ["a", "b"], True])
def test_a_row_that_is_no_object_is_a_problem_of_its_own(tmp_path: Path, row: object) -> None:
    _, found = read(tmp_path, GOOD, row)
    assert isinstance(found, Problem)
    assert found.kind == "not_an_object"


@pytest.mark.parametrize(
    "changed",
    [
        {"output": "I am {{name}}."},
        {"instruction": "Are you {{ assistant.name }}?"},
        {"system": "You are {{name}}"},
        {"history": [["Hi", "I am {{name}}"]]},
    ],
)
def test_a_leftover_placeholder_is_named(tmp_path: Path, changed: dict[str, Any]) -> None:
    found = problem(tmp_path, **changed)
    assert found.kind == "placeholder"
    assert "{{" in found.message


@pytest.mark.parametrize("text", ["Use {single} braces.", "f = {{}}", "a }} b {{ c", "{'a': {'b': 1}}"])
def test_other_braces_are_no_placeholder(tmp_path: Path, text: str) -> None:
    (row,) = read(tmp_path, {**GOOD, "output": text})
    assert isinstance(row, Row)


@pytest.mark.parametrize("text", ["half \ud83d", "nul \0 inside"])
def test_text_that_can_not_be_written_is_a_problem_not_a_crash(tmp_path: Path, text: str) -> None:
    assert problem(tmp_path, output=text).kind == "bad_text"


def test_a_key_that_stands_twice_is_not_silently_resolved(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"instruction": "q", "output": "a", "output": "b"}, {"instruction": "q", "output": "a"}]')
    found, row = read_file(path)
    assert isinstance(found, Problem)
    assert (found.kind, found.message) == ("duplicate_key", "The row has the key 'output' twice: keep one of them.")
    assert isinstance(row, Row)


def test_nan_as_pandas_writes_it_is_a_missing_value(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"instruction": "q", "input": NaN, "output": "a"}, {"instruction": "q", "output": NaN}]')
    row, found = read_file(path)
    assert isinstance(row, Row)
    assert row.question == "q"
    assert isinstance(found, Problem)
    assert found.kind == "no_answer"


def test_a_number_with_ten_thousand_digits_is_a_wrong_type_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"instruction": "q", "output": "a"}, {"instruction": "q", "output": ' + "7" * 10_000 + "}]")
    _, found = read_file(path)
    assert isinstance(found, Problem)
    assert found.kind == "wrong_type"


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([GOOD] * 2000))
    seen: list[tuple[int, int]] = []
    read_file(path, progress=lambda done, total: seen.append((done, total)))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)
