"""What a file holds, told by content; and zip files, which may lie about themselves."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studio.dataset.importing.file import import_file
from studio.dataset.reading.problems import Problem
from studio.errors import BadInput, StudioError, UploadTooLarge
from studio.workspace.datasets import Row, read_rows
from studio.workspace.layout import Workspace
from tests.support import read_file

GOOD = {"instruction": "Where?", "output": "Here."}


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_each_file_of_a_zip_is_read_in_its_own_shape(workspace: Workspace, tmp_path: Path) -> None:
    chat = {"messages": [{"role": "user", "content": "Q?"}, {"role": "assistant", "content": "A."}]}
    files = {
        "b/chats.jsonl": json.dumps(chat),
        "a.json": json.dumps([GOOD, {**GOOD, "output": ""}]),
        "c.csv": "question,answer\nWho?,Me.\n",
        "readme.txt": "Nothing to see here.",
        "__MACOSX/a.json": "x",
        ".hidden": "x",
    }
    result = import_file(workspace, zipped(tmp_path / "all.zip", files), name="all")
    assert [row.answer for row in read_rows(workspace, result.dataset.id)] == ["Here.", "A.", "Me."]
    assert [(problem.row, problem.message.split(":")[0]) for problem in result.problems] == [(1, "a.json, row 2")]
    assert len(result.skipped) == 1 and result.skipped[0].startswith("readme.txt ")


def test_a_registry_in_a_zip_says_what_its_files_mean_as_one_beside_its_files_does(workspace: Workspace, tmp_path: Path) -> None:
    asked = {"file_name": "faq/one.json", "columns": {"prompt": "q", "response": "a"}}
    entries = {
        "asked": {**asked, "num_samples": 1},
        "turned": {"file_name": "faq/one.json", "columns": {"prompt": "a", "response": "q"}},
        "gone": {"file_name": "gone.json"},
        "hub": {"hf_hub_url": "someone/something"},
    }
    files = {
        "export/dataset_info.json": json.dumps(entries),
        "export/faq/one.json": json.dumps([{"q": "Where?", "a": "Here."}, {"q": "When?", "a": ""}]),
        "export/notes.json": json.dumps([GOOD]),
    }
    result = import_file(workspace, zipped(tmp_path / "all.zip", files), name="all")
    rows = list(read_rows(workspace, result.dataset.id))
    assert [(row.question, row.answer, row.source) for row in rows] == [
        ("Where?", "Here.", "one.json"),
        ("Here.", "Where?", "one.json"),
    ]
    assert [(problem.row, problem.kind) for problem in result.problems] == [(2, "no_instruction")]
    said = "\n".join(result.skipped)
    for sentence in ("gone.json is not there", "hub: it lies on a hub", "notes.json: dataset_info.json does not name it"):
        assert sentence in said


@pytest.mark.parametrize(
    ("registry", "says"),
    [
        ("{}", "names none"),
        ('{"a": {"file_name": "b.json"}}', r"b\.json is not there"),
        ("[", r"dataset_info\.json is not valid"),
    ],
)
def test_a_zip_whose_registry_leads_nowhere_is_refused(tmp_path: Path, registry: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_file(zipped(tmp_path / "empty.zip", {"dataset_info.json": registry}))


def test_a_zip_without_a_file_that_can_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file"):
        read_file(zipped(tmp_path / "empty.zip", {}))
    with pytest.raises(BadInput, match=r"readme\.txt"):
        read_file(zipped(tmp_path / "texts.zip", {"readme.txt": "Nothing."}))


def test_a_zip_that_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip", {"a.json": b"[" + b" " * 50_000_000})
    assert bomb.stat().st_size < 1_000_000
    with pytest.raises(UploadTooLarge, match="unpacks to more than"):
        read_file(bomb, max_bytes=10_000_000)


def test_a_name_that_leads_out_of_the_folder_is_only_a_name(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "sly.zip", {"../../out.json": json.dumps([GOOD])})
    (row,) = read_file(archive)
    assert isinstance(row, Row) and row.source == "out.json"
    assert not (tmp_path.parent / "out.json").exists()


def test_a_damaged_zip_is_one_sentence(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "torn.zip", {"a.json": json.dumps([GOOD] * 500)})
    content = bytearray(archive.read_bytes())
    content[60:80] = b"\xff" * 20
    archive.write_bytes(content)
    with pytest.raises(BadInput, match=r"torn\.zip can't be unpacked"):
        read_file(archive)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"data": [GOOD, GOOD]}, indent=1),
        json.dumps({"version": 1, "rows": [GOOD, GOOD]}),
        json.dumps([GOOD, GOOD], indent=2),
    ],
)
def test_a_list_in_an_object_is_the_list_of_rows(tmp_path: Path, content: str) -> None:
    (tmp_path / "rows.json").write_text(content)
    assert len(read_file(tmp_path / "rows.json")) == 2


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["instruction", "output", "messages", "role", "content", "chosen", "rejected", "label", "prompt", "turns"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(JSON_VALUES, max_size=6))
def test_any_json_gives_a_finding_for_every_record_or_one_sentence(tmp_path: Path, values: list[object]) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(values))
    try:
        found = read_file(tmp_path / "rows.json")
    except StudioError as error:
        assert error.message.startswith("rows.json ")
        return
    assert len(found) == len(values)
    assert [item.row for item in found if isinstance(item, Problem)] == [
        number for number, item in enumerate(found) if isinstance(item, Problem)
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example(content=b"x\r\ty")  # a lone carriage return in what might be a table
def test_any_bytes_are_findings_or_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rows.bin").write_bytes(content)
    try:
        assert all(isinstance(item, Row | Problem) for item in read_file(tmp_path / "rows.bin"))
    except StudioError as error:
        assert "rows.bin" in error.message


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 400), junk=st.binary(min_size=1, max_size=6))
def test_a_damaged_file_loses_rows_and_never_the_import_without_a_sentence(tmp_path: Path, position: int, junk: bytes) -> None:
    lines = [json.dumps({"instruction": f"Größe {number}?", "output": "Ja."}, ensure_ascii=False) for number in range(8)]
    content = bytearray("\n".join(lines).encode())
    content[position : position + len(junk)] = junk
    (tmp_path / "rows.jsonl").write_bytes(content)
    try:
        found = read_file(tmp_path / "rows.jsonl")
    except StudioError as error:
        assert "rows.jsonl" in error.message
        return
    assert len([item for item in found if isinstance(item, Row)]) >= 5
