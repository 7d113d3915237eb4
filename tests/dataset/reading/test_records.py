"""Array or JSONL, by content; and every way in which a file can be neither."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest

from studio.dataset.reading.problems import Problem
from studio.dataset.reading.textfile import read_text
from studio.errors import BadInput, NotFound, UploadTooLarge
from studio.workspace.datasets import Row
from tests.support import read_file

ROW = '{"instruction": "q", "output": "a"}'


def read(tmp_path: Path, content: str | bytes, name: str = "rows.json") -> list[Row | Problem]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path)


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl", "rows.txt"])
@pytest.mark.parametrize(
    "content",
    [
        f"[{ROW},{ROW}]",
        f"\n [ {ROW} ,\r\n{ROW}\n] \n",
        f"{ROW}\n{ROW}",
        f"\n{ROW}\n\n  {ROW}  \n",
        f"{ROW}\r\n{ROW}\r\n",
        codecs.BOM_UTF8.decode() + f"[{ROW},{ROW}]",
        codecs.BOM_UTF8.decode() + f"{ROW}\n{ROW}\n",
    ],
)
def test_array_and_jsonl_are_recognised_by_content(tmp_path: Path, content: str, name: str) -> None:
    rows = read(tmp_path, content, name)
    assert len(rows) == 2
    assert all(isinstance(row, Row) for row in rows)


def test_one_row_on_one_line_is_jsonl(tmp_path: Path) -> None:
    assert len(read(tmp_path, ROW)) == 1


def test_a_line_separator_inside_a_text_ends_no_line(tmp_path: Path) -> None:
    (row, _) = read(tmp_path, '{"instruction": "q", "output": "one\u2028two\x85three"}\n' + ROW)
    assert isinstance(row, Row)
    assert row.answer == "one\u2028two\x85three"


@pytest.mark.parametrize("broken_line", [0, 1, 2])
def test_a_broken_line_is_that_lines_problem_alone(tmp_path: Path, broken_line: int) -> None:
    lines = [ROW, ROW, ROW]
    lines[broken_line] = ROW[:-2]
    found = read(tmp_path, "\n\n".join(lines))  # blank lines: rows and lines count differently
    problems = [item for item in found if isinstance(item, Problem)]
    assert [(problem.row, problem.kind) for problem in problems] == [(broken_line, "invalid_json")]
    assert f"Line {2 * broken_line + 1} is not valid JSON" in problems[0].message


def test_two_rows_on_one_line_of_jsonl_are_a_problem_of_that_line(tmp_path: Path) -> None:
    _, found, _ = read(tmp_path, f"{ROW}\n{ROW}{ROW}\n{ROW}")
    assert isinstance(found, Problem)
    assert "more behind the first value at column 36" in found.message


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (f"[{ROW},\n{ROW}", "ends inside the array at line 2, column 36"),
        (f"[{ROW},\n{ROW},]", "a value is expected at line 2, column 37"),
        (f"[{ROW}\n{ROW}]", "a comma or ']' is missing at line 2, column 1"),
        (f"[{ROW}]\n[{ROW}]", "more behind the end of the array at line 2, column 1"),
        (f"[{ROW},\n" + '{"instruction: 3}]', "a text has no closing quote at line 2, column 2"),
        (f"[{ROW},\n" + "{'instruction': 3}]", "a key in double quotes is expected at line 2, column 2"),
        (f"[{ROW},", "it ends too early at line 1, column 38"),
        ("[", "it ends too early at line 1, column 2"),
        ("instruction\nq", "a value is expected at line 1, column 1"),
        ("<html></html>", "a value is expected at line 1, column 1"),
        ("{", "line 1"),
        ("{'a': 1}", "line 1"),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_the_position(tmp_path: Path, content: str, position: str) -> None:
    with pytest.raises(BadInput, match="not valid JSON") as refused:
        read(tmp_path, content)
    assert position in refused.value.message
    assert refused.value.message.startswith("rows.json ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{\n "a": 1\n}', "no column that is known to hold questions or answers: its columns are a"),
        ('{\n "a": 1\n}\n{\n "a": 2\n}', "objects over several lines"),
        ('{"data": [1, 2]}', "begins with a number"),
        ("42", "holds a number"),
        ("1\n2\n3", "holds a number"),
        ('"text"', "holds a text"),
        ("null", "holds nothing"),
        ("true", "holds true or false"),
        ("[]", "empty list"),
        ("[\n]", "empty list"),
        ('["a", "b"]', "begins with a text"),
        ("[[1, 2], [3, 4]]", "begins with a list"),
        ("[[[[]]]]", "begins with a list"),
        ("[{}]", "its columns are none"),
        ('[{"conversations": [], "chosen": {}}]', "its columns are conversations, chosen"),
    ],
)
def test_json_of_another_shape_is_refused_with_what_it_is(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(tmp_path, content)
    assert says in refused.value.message


@pytest.mark.parametrize("content", [b"", b"  \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match=r"rows\.json is empty"):
        read(tmp_path, content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_says_the_character_set(tmp_path: Path, encoding: str) -> None:
    (row,) = read(tmp_path, '[{"instruction": "Où est mon colis 📦?", "output": "a"}]'.encode(encoding))
    assert isinstance(row, Row)
    assert row.question == "Où est mon colis 📦?"


@pytest.mark.parametrize(
    ("question", "encoding"),
    [
        ("Wie lange habe ich für die Rückgabe Zeit, und was kostet das Porto für größere Pakete?", "cp1252"),
        ("我的包裹还没有到，请问什么时候可以送到？我已经等了三天了。", "gb18030"),
        ("Где моя посылка? Я жду её уже три дня, а курьер всё не едет.", "cp1251"),
    ],
)
def test_an_old_character_set_is_told_from_the_text(tmp_path: Path, question: str, encoding: str) -> None:
    (row,) = read(tmp_path, json.dumps([{"instruction": question, "output": "a"}], ensure_ascii=False).encode(encoding))
    assert isinstance(row, Row)
    assert row.question == question


def test_a_broken_byte_in_utf_8_costs_its_row_and_no_other(tmp_path: Path) -> None:
    rows = [
        json.dumps({"instruction": f"Größe {number}?", "output": "Für Sie: groß."}, ensure_ascii=False) for number in range(3)
    ]
    content = [row.encode() for row in rows]
    content[1] = content[1].replace("ö".encode(), b"\xf6")
    first, found, last = read(tmp_path, b"\n".join(content))
    assert isinstance(first, Row) and isinstance(last, Row)
    assert isinstance(found, Problem)
    assert (found.row, found.kind) == (1, "bad_text")


def test_a_broken_byte_far_down_in_jsonl_costs_its_row_and_no_other(tmp_path: Path) -> None:
    rows = [
        json.dumps({"instruction": f"Größe {number}?", "output": "Für Sie: groß."}, ensure_ascii=False) for number in range(3_000)
    ]
    content = [row.encode() for row in rows]
    content[2_000] = content[2_000].replace("ö".encode(), b"\xf6")
    found = read(tmp_path, b"\n".join(content))
    assert [(problem.row, problem.kind) for problem in found if isinstance(problem, Problem)] == [(2_000, "bad_text")]
    assert [row.question for row in found if isinstance(row, Row)] == [
        f"Größe {number}?" for number in range(3_000) if number != 2_000
    ]


def test_a_nul_byte_in_a_line_of_jsonl_costs_that_row_and_no_other(tmp_path: Path) -> None:
    first, found, last = read(tmp_path, f"{ROW}\n{ROW[:-3]}\0{ROW[-3:]}\n{ROW}".encode())
    assert isinstance(first, Row) and isinstance(last, Row)
    assert isinstance(found, Problem)
    assert (found.row, found.kind) == (1, "invalid_json")


@pytest.mark.parametrize("content", [b"\0" * 1_000_000, b"[\0]", f"[{ROW}]".encode("utf-16-le")])
def test_binary_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BadInput, match="binary file"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000, f"[{ROW}," + "[" * 100_000 + "]" * 100_000 + "]"],
)
def test_a_hundred_thousand_brackets_are_refused_without_a_crash(tmp_path: Path, content: str) -> None:
    with pytest.raises(BadInput, match="nested too deeply"):
        read(tmp_path, content)


def test_deep_brackets_on_one_line_of_jsonl_are_that_lines_problem(tmp_path: Path) -> None:
    _, found, row = read(tmp_path, f"{ROW}\n{'[' * 100_000}\n{ROW}")
    assert isinstance(found, Problem)
    assert "nested too deeply" in found.message
    assert len(found.message) < 200
    assert isinstance(row, Row)


def test_a_missing_file_is_not_found_and_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file"):
        read_file(tmp_path / "absent.json")
    with pytest.raises(BadInput, match="is a folder"):
        read_file(tmp_path)


def test_a_device_is_refused_instead_of_read_forever() -> None:
    with pytest.raises(BadInput, match="no regular file"):
        read_file(Path("/dev/zero"))


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)  # sparse: takes no room on the disk
    with pytest.raises(UploadTooLarge, match=r"large\.json has 200\.0 MB; at most 100\.0 MB"):
        read_file(path, max_bytes=100 * 1024 * 1024)


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(f"[{ROW}]")
    assert read_text(path, max_bytes=path.stat().st_size) == f"[{ROW}]"
    with pytest.raises(UploadTooLarge):
        read_text(path, max_bytes=path.stat().st_size - 1)


def test_an_object_with_a_hundred_thousand_keys_and_one_repeated_takes_no_quadratic_time(tmp_path: Path) -> None:
    keys = ",".join(f'"k{number}":1' for number in range(100_000))
    _, found = read(tmp_path, f'[{ROW},{{{keys},"k99999":2}}]')
    assert isinstance(found, Problem)
    assert "'k99999' twice" in found.message
