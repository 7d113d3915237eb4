"""Whatever is in a file of any format, and however it is damaged: findings that add up, or one sentence. Never anything else."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.dataset.importing.file import import_file, preview
from studio.dataset.importing.registry import import_registry
from studio.dataset.reading.problems import Problem
from studio.dataset.reading.shapes import Columns, Conversation, Preference
from studio.dataset.reading.unanswered import Questions
from studio.errors import StudioError
from studio.workspace.datasets import Row, read_rows
from studio.workspace.layout import Workspace
from tests.support import read_file

Record = dict[str, Any]

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=25) | st.sampled_from(
    ["", " ", "Hi {{name}}", '"', ",", "\n", "é"]
)
ANYTHING = TEXT | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.lists(TEXT, max_size=2)
ALPACA = st.fixed_dictionaries({"instruction": ANYTHING, "output": ANYTHING}, optional={"input": ANYTHING, "history": ANYTHING})
TURNS = st.lists(
    st.fixed_dictionaries(
        {"from": st.sampled_from(["human", "gpt", "system", "tool", "observation", ""]) | ANYTHING, "value": ANYTHING}
    ),
    max_size=4,
)
SHAREGPT = st.fixed_dictionaries({"conversations": TURNS | ANYTHING}, optional={"system": ANYTHING})
PARTS = st.lists(st.fixed_dictionaries({"type": st.sampled_from(["text", "image"]), "text": ANYTHING}), max_size=2)
MESSAGES = st.fixed_dictionaries(
    {
        "messages": st.lists(
            st.fixed_dictionaries(
                {"role": st.sampled_from(["user", "assistant", "system"]) | ANYTHING, "content": ANYTHING | PARTS}
            ),
            max_size=4,
        )
    }
)
PREFERENCE = st.fixed_dictionaries({"prompt": ANYTHING, "chosen": ANYTHING, "rejected": ANYTHING})
VERDICT = st.fixed_dictionaries({"prompt": ANYTHING, "completion": ANYTHING, "label": ANYTHING})
PAIRS = st.fixed_dictionaries({"dialogue": st.lists(st.lists(ANYTHING, max_size=3), max_size=4) | ANYTHING})
FORMATS = {
    "alpaca": ALPACA, "sharegpt": SHAREGPT, "messages": MESSAGES, "preference": PREFERENCE, "verdict": VERDICT, "pairs": PAIRS,
    "mixed": ALPACA | SHAREGPT | MESSAGES | ANYTHING,
}  # fmt: skip
CELLS = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=8)
HEADER = ("question", "answer", "category")

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def add_up(path: Path, records: int | None) -> None:
    """The findings of the file add up to its records, each once and in order, or one sentence names the file."""
    try:
        found = read_file(path)
    except StudioError as error:
        assert path.name in error.message and "\n" not in error.message
        return
    assert records is None or len(found) == records
    assert all(number == one.row for number, one in enumerate(found) if isinstance(one, Problem))
    assert all(isinstance(one, Row | Problem) for one in found)


def jsonl(values: list[Any]) -> str:
    return "\n".join(json.dumps(value) for value in values)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("write", [json.dumps, jsonl], ids=["json", "jsonl"])
@quick
@given(data=st.data())
def test_records_of_every_format_become_rows_or_problems(
    tmp_path: Path, name: str, write: Callable[[list[Any]], str], data: st.DataObject
) -> None:
    values = data.draw(st.lists(FORMATS[name], max_size=5))
    path = tmp_path / f"{name}.json"
    path.write_text(write(values))
    # One object alone may wrap a list of records, and one line is one object.
    add_up(path, len(values) if write is json.dumps or len(values) > 1 else None)


@quick
@given(rows=CELLS, delimiter=st.sampled_from(",;\t|"))
def test_the_lines_of_a_table_become_rows_or_problems(tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str) -> None:
    path = tmp_path / "table.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    add_up(path, sum(any(cell.strip() for cell in row) for row in rows))


@quick
@given(rows=CELLS)
def test_the_rows_of_a_workbook_become_rows_or_problems(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    book = openpyxl.Workbook()
    for cells in [HEADER, *rows]:
        book.active.append([f"'{cell}" if cell.startswith("=") else cell for cell in cells])
    path = tmp_path / "table.xlsx"
    book.save(path)
    add_up(path, sum(any(cell.strip() for cell in row) for row in rows))


@quick
@given(values=st.lists(st.fixed_dictionaries({"question": st.none() | TEXT, "answer": st.none() | TEXT}), min_size=1, max_size=6))
def test_the_rows_of_a_parquet_file_become_rows_or_problems(tmp_path: Path, values: list[Record]) -> None:
    path = tmp_path / "rows.parquet"
    text = pyarrow.string()
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(values, schema=pyarrow.schema([("question", text), ("answer", text)])), path
    )
    add_up(path, len(values))


@quick
@given(first=st.lists(ALPACA, min_size=1, max_size=4), second=st.lists(SHAREGPT, min_size=1, max_size=4))
def test_the_files_of_a_zip_add_up(tmp_path: Path, first: list[Record], second: list[Record]) -> None:
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", json.dumps(first))
        archive.writestr("b.jsonl", jsonl(second))
    try:
        found = read_file(path)
    except StudioError as error:
        assert "\n" not in error.message
        return
    assert len(found) in {len(first), len(second), len(first) + len(second)}, "a file is read whole or left out"
    assert all(number == one.row for number, one in enumerate(found) if isinstance(one, Problem))


ENTRY = st.dictionaries(
    st.sampled_from(["file_name", "formatting", "columns", "tags", "ranking", "num_samples", "script_url", "subset", "odd"]),
    st.sampled_from(["rows.json", "none.json", "../rows.json", "sharegpt", "alpaca", "openai", True, 2, -1, None, {}, {"prompt": "instruction",
    "response": "output"}, {"messages": "conversations"}, {"role_tag": "from"}, []]),
    max_size=5,
)  # fmt: skip


@quick
@given(entries=st.dictionaries(st.sampled_from(["a", "b", "c"]), ENTRY | ANYTHING, max_size=3), rows=st.lists(ALPACA, max_size=4))
def test_any_registry_is_imported_or_one_sentence(
    workspace: Workspace, tmp_path: Path, entries: Record, rows: list[Record]
) -> None:
    folder = tmp_path / "registry"
    folder.mkdir(exist_ok=True)
    (folder / "rows.json").write_text(json.dumps(rows))
    (folder / "dataset_info.json").write_text(json.dumps(entries))
    try:
        made = import_registry(workspace, folder / "dataset_info.json")
    except StudioError as error:
        assert error.message and "\n" not in error.message
        return
    assert made.rows + made.rejected <= len(rows) * max(1, len(entries))
    assert len(list(read_rows(workspace, made.dataset.id))) == made.rows


def good_files() -> Mapping[str, bytes]:
    """A file of every format, with eight good rows."""
    rows = [{"instruction": f"Größe {number}?", "output": "Ja, sicher."} for number in range(8)]
    turns = [{"from": "human", "value": "Where?"}, {"from": "gpt", "value": "Here."}]
    table = "question,answer\n" + "\n".join(f"Where is {number}?,Here it is." for number in range(8))
    book, packed, columns = io.BytesIO(), io.BytesIO(), io.BytesIO()
    workbook = openpyxl.Workbook()
    for line in table.splitlines():
        workbook.active.append(line.split(","))
    workbook.save(book)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.json", json.dumps(rows))
        archive.writestr("table.csv", table)
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), columns)
    return {
        "rows.json": json.dumps(rows, ensure_ascii=False).encode(),
        "rows.jsonl": jsonl(rows).encode(),
        "chats.json": json.dumps([{"conversations": turns}] * 8).encode(),
        "table.csv": table.encode(),
        "old.csv": table.replace("Here", "Hör").encode("latin-1"),
        "wide.csv": table.encode("utf-16"),
        "table.xlsx": book.getvalue(),
        "rows.parquet": columns.getvalue(),
        "all.zip": packed.getvalue(),
    }


GOOD = good_files()


@pytest.mark.parametrize("name", GOOD)
def test_an_undamaged_file_of_every_format_is_read_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD[name])
    found = read_file(tmp_path / name)
    assert len(found) == (16 if name == "all.zip" else 8) and all(isinstance(one, Row) for one in found)


@pytest.mark.parametrize("name", GOOD)
@quick
@given(where=st.floats(0, 1), junk=st.binary(max_size=8), cut=st.integers(0, 40))
def test_a_damaged_file_of_every_format_is_findings_or_one_sentence(
    workspace: Workspace, tmp_path: Path, name: str, where: float, junk: bytes, cut: int
) -> None:
    content = bytearray(GOOD[name])
    position = int(where * len(content))
    content[position : position + cut] = junk
    path = tmp_path / name
    path.write_bytes(content)
    try:
        made = import_file(workspace, path, name="damaged")
    except StudioError as error:
        assert name in error.message or name == "all.zip"
        assert "\n" not in error.message and "Traceback" not in error.message
    else:
        assert made.rows == len(list(read_rows(workspace, made.dataset.id)))
        assert made.rejected == len({problem.row for problem in made.problems})
    try:
        beginning = preview(path)
    except StudioError as error:
        assert "\n" not in error.message
    else:
        assert beginning.shape is None or isinstance(beginning.shape, Columns | Conversation | Preference | Questions)
