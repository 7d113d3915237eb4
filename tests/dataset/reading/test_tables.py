"""Spreadsheets and column files: the first row names the columns, and a broken row is that row's problem alone."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from studio.dataset.reading.problems import Problem
from studio.dataset.reading.shapes import Columns
from studio.errors import BadInput
from studio.workspace.datasets import Row
from tests.support import read_file


def read(tmp_path: Path, content: str, name: str = "rows.csv", **options: object) -> list[Row | Problem]:
    path = tmp_path / name
    path.write_text(content, newline="")
    return read_file(path, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_text(tmp_path: Path, delimiter: str) -> None:
    lines = [("Question", "Answer"), ('"Where, when; and\nhow?"', "Here."), ("Who?", '"A ""person"""')]
    first, second = read(tmp_path, "\r\n".join(delimiter.join(line) for line in lines))
    assert isinstance(first, Row) and isinstance(second, Row)
    assert (first.question, first.answer) == ("Where, when; and\nhow?", "Here.")
    assert second.answer == 'A "person"'


def test_a_row_with_too_many_cells_is_that_rows_problem_and_one_with_too_few_lacks_them(tmp_path: Path) -> None:
    first, second, third = read(tmp_path, "question,answer\na,b,c\nd\ne,f\n")
    assert isinstance(first, Problem) and "Line 2 has 3 cells, but there are 2 columns" in first.message
    assert isinstance(second, Problem) and second.kind == "no_answer"
    assert isinstance(third, Row)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="two columns called 'answer'"):
        read(tmp_path, "question,answer,answer\na,b,c\n")


def test_columns_of_unknown_names_are_refused_until_a_person_names_them(tmp_path: Path) -> None:
    content = "kundin,wir\nWo?,Hier.\n"
    with pytest.raises(BadInput, match="Say which hold them"):
        read(tmp_path, content)
    (row,) = read(tmp_path, content, shape=Columns("kundin", None, "wir", None, None))
    assert isinstance(row, Row) and row.answer == "Hier."


def test_an_excel_sheet_is_read_from_its_first_filled_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("faq")
    for line in (["Frage", "Antwort", None], ["Wie viele?", 3, None], [None, None, None], ["Wer?", "Wir.", None]):
        sheet.append(line)
    book.save(tmp_path / "faq.xlsx")
    rows = read_file(tmp_path / "faq.xlsx")
    assert [(row.question, row.answer) for row in rows if isinstance(row, Row)] == [("Wie viele?", "3"), ("Wer?", "Wir.")]


def test_parquet_is_read_with_conversations_in_it(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A."}]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([{"messages": turns}] * 3000), tmp_path / "rows.parquet")
    rows = read_file(tmp_path / "rows.parquet")
    assert len(rows) == 3000
    assert all(isinstance(row, Row) and row.answer == "A." for row in rows)


@pytest.mark.parametrize(("name", "head"), [("a.parquet", b"PAR1"), ("a.xlsx", b"PK\x03\x04"), ("a.xls", b"\xd0\xcf\x11\xe0")])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, name: str, head: bytes) -> None:
    (tmp_path / name).write_bytes(head + b"rest" * 50)
    with pytest.raises(BadInput, match=rf"^{name} (can't be read|is an old)"):
        read_file(tmp_path / name)
