"""A question set is read whole or refused with the file, the line and the remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from studio.errors import BadInput, NotFound
from studio.scoring.items import Item, find_question_set, load_question_set

Fields = Callable[..., dict[str, Any]]


def write(path: Path, *rows: dict[str, Any] | str) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_a_question_is_a_conversation_of_one_turn(fields: Fields) -> None:
    item = Item.model_validate(fields(question="Why?"))
    assert item.conversation == [{"role": "user", "content": "Why?"}]


def test_messages_are_the_conversation_as_it_stands(fields: Fields) -> None:
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Why?"}]
    assert Item.model_validate(fields(question=None, messages=turns)).conversation == turns


def test_an_item_cannot_be_changed(fields: Fields) -> None:
    item = Item.model_validate(fields())
    with pytest.raises(ValidationError):
        item.answer = "another"  # type: ignore[misc]


def test_a_set_is_read_with_its_name_and_blank_lines_skipped(tmp_path: Path, fields: Fields) -> None:
    path = write(tmp_path / "flights.jsonl", fields(id="a", weight=0.6), "", fields(id="b", weight=0.4), "")
    read = load_question_set(path)
    assert (read.name, read.path, [item.id for item in read.items]) == ("flights", path, ["a", "b"])


def test_the_fingerprint_follows_the_content_and_not_the_layout(tmp_path: Path, fields: Fields) -> None:
    row = fields()
    one = load_question_set(write(tmp_path / "one.jsonl", row))
    reordered = load_question_set(write(tmp_path / "two.jsonl", "", json.dumps(dict(reversed(row.items())), indent=None)))
    changed = load_question_set(write(tmp_path / "three.jsonl", fields(answer="You get a full refund in 7 working days!")))
    assert len(one.fingerprint) == 64
    assert one.fingerprint == reordered.fingerprint != changed.fingerprint


def test_a_set_without_the_later_keys_keeps_the_fingerprint_that_its_reports_know(fields: Fields) -> None:
    content = Item.model_validate(fields()).model_dump(mode="json")
    assert [sorted(point) for point in content["points"]] == [["any", "say"]] * 2
    shown = {"say": "acknowledges the anger", "shows": "feeling"}
    assert Item.model_validate(fields(points=[shown])).model_dump(mode="json")["points"] == [{**shown, "any": []}]


BAD_LINES: list[tuple[dict[str, Any], str, str]] = [
    ({"answer": None}, "answer", "add the field"),
    ({"colour": "red"}, "colour", "remove it"),
    ({"severity": "grave"}, "severity", "correct the value"),
    ({"weight": -1}, "weight", "correct the value"),
    ({"question": None}, "'question' or 'messages'", "correct the item"),
    ({"messages": [{"role": "user", "content": "Why?"}]}, "'question' or 'messages'", "correct the item"),
    ({"question": None, "messages": [{"role": "assistant", "content": "Hi"}]}, "role 'user'", "correct the item"),
    ({"question": None, "messages": []}, "role 'user'", "correct the item"),
    ({"question": " "}, "question is empty", "correct the item"),
    ({"points": [{"say": "x", "any": []}]}, "points.0", "correct the value"),
    ({"points": [{"say": "x", "any": ["ok"], "shows": "feeling"}]}, "'shows', not both", "correct the value"),
    ({"points": [{"say": "x", "shows": "humour"}]}, "points.0.shows", "correct the value"),
    ({"points": [{"say": "x", "any": ["ok", "..."]}]}, "'...' holds no word", "correct the value"),
    ({"forbidden": ["—"]}, "'—' holds no word", "correct the value"),
]


@pytest.mark.parametrize(("changes", "what", "remedy"), BAD_LINES)
def test_a_bad_item_is_refused_with_its_line_and_the_remedy(
    tmp_path: Path, fields: Fields, changes: dict[str, Any], what: str, remedy: str
) -> None:
    path = write(tmp_path / "set.jsonl", fields(id="first"), "", fields(**changes))
    with pytest.raises(BadInput) as refused:
        load_question_set(path)
    message = refused.value.message
    assert f"{path}, line 3: " in message
    assert what in message
    assert message.endswith(f"{remedy}.")
    assert "\n" not in message


@pytest.mark.parametrize("line", ["{", "[1]", "null", '{"id": "a"} {"id": "b"}'])
def test_a_line_that_is_no_json_object_is_refused(tmp_path: Path, fields: Fields, line: str) -> None:
    with pytest.raises(BadInput, match=r"line 2: .*one JSON object per line"):
        load_question_set(write(tmp_path / "set.jsonl", fields(), line))


def test_a_repeated_id_is_refused_with_both_lines(tmp_path: Path, fields: Fields) -> None:
    with pytest.raises(BadInput, match="line 3: line 1 has the id 'airline-03a' too"):
        load_question_set(write(tmp_path / "set.jsonl", fields(), fields(id="b"), fields()))


def test_weights_that_do_not_add_up_to_one_are_refused(tmp_path: Path, fields: Fields) -> None:
    with pytest.raises(BadInput, match=r"lines 1 to 2: the weights add up to 0\.800, not 1"):
        load_question_set(write(tmp_path / "set.jsonl", fields(weight=0.5), fields(id="b", weight=0.3)))


def test_a_set_weighted_in_part_is_refused(tmp_path: Path, fields: Fields) -> None:
    with pytest.raises(BadInput, match="line 2: the item has no 'weight'"):
        load_question_set(write(tmp_path / "set.jsonl", fields(weight=1), fields(id="b")))


def test_an_empty_file_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is empty"):
        load_question_set(write(tmp_path / "empty.jsonl", "", " "))
    (tmp_path / "latin.jsonl").write_bytes(b"{}\n\xe9")
    with pytest.raises(BadInput, match="line 2: this is not UTF-8"):
        load_question_set(tmp_path / "latin.jsonl")


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.jsonl"):
        load_question_set(tmp_path / "nowhere.jsonl")


def test_a_set_is_found_by_name_or_by_path(tmp_path: Path, fields: Fields) -> None:
    path = write(tmp_path / "high_frequency.jsonl", fields())
    elsewhere = write(tmp_path / "other.txt", fields())
    assert find_question_set("high_frequency", tmp_path) == path
    assert find_question_set(str(elsewhere), tmp_path / "sets") == elsewhere


def test_an_unknown_name_is_not_found_and_the_known_ones_are_listed(tmp_path: Path) -> None:
    for name in ("general", "brand"):
        (tmp_path / f"{name}.jsonl").touch()
    with pytest.raises(NotFound, match=r"'genral'.*: brand, general\."):
        find_question_set("genral", tmp_path)
    with pytest.raises(NotFound, match="none yet"):
        find_question_set("general", tmp_path / "sets")
