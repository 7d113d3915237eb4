"""What goes out can come back: the exported file is imported as the same dataset."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.dataset.importing.file import import_file
from studio.dataset.importing.registry import import_registry
from studio.dataset.publishing.exporting import ExportFormat, alpaca_json, export_bundle, export_dataset, formats_of
from studio.errors import BadInput, NotFound
from studio.workspace.datasets import QUESTIONS, Row, read_rows, write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows

PLAIN = {"instruction": "Where is my parcel?", "input": "", "output": "It arrives within 3 days."}
RICH = {
    "instruction": "And \u2028 abroad?",
    "input": "To Zürich, 你好",
    "output": 'It takes "5" days.\n\nSorry!',
    "system": "Be brief.",
    "history": [["Where is my parcel?", "On its way."], ["Since when?", "Monday."]],
    "family": "shop-01",
    "industry": "ecommerce",
    "intent": "track",
}
# What an import lets through: no half characters, no NUL, no placeholder, something besides space.
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0{"), min_size=1, max_size=30).filter(str.strip)
_LABEL = st.none() | st.text("abcß-09", min_size=1, max_size=8)


@st.composite
def _rows(draw: st.DrawFn, *, kind: str = "plain") -> Row:
    texts = draw(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=3))
    system = draw(st.none() | _TEXT)
    messages = [{"role": "system", "content": system}] if system else []
    for asked, said in texts:
        messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]
    return Row(
        messages=messages,
        source="test",
        family=draw(_LABEL),
        industry=draw(_LABEL),
        intent=draw(_LABEL),
        rejected=draw(_TEXT.filter(lambda text: text != texts[-1][1])) if kind == "preference" else None,
        label=draw(st.booleans()) if kind == "kto" else None,
    )


def exported(workspace: Workspace, dataset_id: str, folder: Path, export_format: ExportFormat) -> Path:
    path = folder / f"other name.{export_format.ending}"
    export_dataset(workspace, dataset_id, path, export_format)
    return path


def as_objects(workspace: Workspace, dataset_id: str, folder: Path, export_format: ExportFormat) -> list[dict[str, Any]]:
    text = exported(workspace, dataset_id, folder, export_format).read_text(encoding="utf-8")
    return json.loads(text) if export_format.ending == "json" else [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("export_format", ["alpaca", "sharegpt", "messages", "parquet", "preference", "kto", "parquet kto"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_rows_go_out_come_back_as_the_same_dataset(
    workspace: Workspace, tmp_path: Path, export_format: str, data: st.DataObject
) -> None:
    kind = export_format.split()[-1] if export_format.split()[-1] in {"preference", "kto"} else "plain"
    rows = data.draw(st.lists(_rows(kind=kind), min_size=1, max_size=5))
    first = write_dataset(workspace, rows, name="first", source="test")
    path = exported(workspace, first.id, tmp_path, ExportFormat(export_format.split()[0]))
    result = import_file(workspace, path, name="again")
    assert result.problems == ()
    assert result.dataset.fingerprint == first.fingerprint


@pytest.mark.parametrize("export_format", ["alpaca", "sharegpt", "messages", "parquet"])
def test_the_sample_data_of_many_files_comes_back_whole(workspace: Workspace, tmp_path: Path, export_format: str) -> None:
    first = import_registry(workspace, workspace.samples / "dataset_info.json", name="sample").dataset
    again = import_file(workspace, exported(workspace, first.id, tmp_path, ExportFormat(export_format)), name="sample").dataset
    assert first.rows > 100
    assert (again.id, again.fingerprint) == (first.id, first.fingerprint)


@pytest.mark.parametrize("export_format", ["sharegpt", "messages", "parquet", "kto"])
def test_what_is_first_said_far_down_the_file_comes_back(workspace: Workspace, tmp_path: Path, export_format: str) -> None:
    """A system message, or an earlier answer, of which the rows that the format is guessed from have none."""
    label = True if export_format == "kto" else None
    short = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    rows = [Row(messages=short, source="x", label=label)] * 150
    rows.append(Row(messages=[{"role": "system", "content": "Be brief."}, *short, *short], source="x", label=label))
    first = write_dataset(workspace, rows, name="late", source="x")
    result = import_file(workspace, exported(workspace, first.id, tmp_path, ExportFormat(export_format)), name="again")
    assert (result.rejected, result.dataset.fingerprint) == (0, first.fingerprint)


def test_the_zip_holds_the_rows_and_the_card_and_can_be_imported(workspace: Workspace, tmp_path: Path) -> None:
    first = write_dataset(workspace, make_rows(), name="small", source="test")
    path = tmp_path / "small.zip"
    assert export_bundle(workspace, first.id, path, ExportFormat.PARQUET).rows == first.rows
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["README.md", "data/train.parquet"]
        assert archive.read("README.md").decode().startswith("---\n")
    assert import_file(workspace, path, name="again").dataset.fingerprint == first.fingerprint
    assert sorted(file.name for file in tmp_path.glob("*small*")) == ["small.zip"]


def test_each_format_has_the_keys_that_its_readers_look_for(workspace: Workspace, tmp_path: Path) -> None:
    original = tmp_path / "support.json"
    original.write_text(json.dumps([PLAIN, RICH]))
    dataset = import_file(workspace, original, name="support").dataset.id
    alpaca = as_objects(workspace, dataset, tmp_path, ExportFormat.ALPACA)
    assert alpaca[0] == PLAIN
    assert alpaca[1] == {**RICH, "instruction": "And \u2028 abroad?\nTo Zürich, 你好", "input": ""}
    sharegpt = as_objects(workspace, dataset, tmp_path, ExportFormat.SHAREGPT)
    assert sharegpt[0] == {
        "conversations": [{"from": "human", "value": PLAIN["instruction"]}, {"from": "gpt", "value": PLAIN["output"]}]
    }
    assert sharegpt[1]["system"] == "Be brief."
    messages = as_objects(workspace, dataset, tmp_path, ExportFormat.MESSAGES)
    assert [turn["role"] for turn in messages[1]["messages"]] == ["system", *["user", "assistant"] * 3]


@pytest.mark.parametrize(
    ("row", "fitting", "refused"),
    [
        (
            Row([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "x", rejected="c"),
            "preference",
            "alpaca",
        ),
        (Row([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "x", label=False), "kto", "preference"),
        (Row([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "x"), "messages", "kto"),
    ],
)
def test_a_format_that_would_lose_something_is_refused_and_one_that_would_not_is_named(
    workspace: Workspace, tmp_path: Path, row: Row, fitting: str, refused: str
) -> None:
    dataset = write_dataset(workspace, [row], name="one", source="x").id
    assert fitting in formats_of(workspace, dataset) and refused not in formats_of(workspace, dataset)
    with pytest.raises(BadInput, match=f"Export as {fitting}"):
        exported(workspace, dataset, tmp_path, ExportFormat(refused))
    assert list(tmp_path.glob("*other*")) == []


@pytest.mark.parametrize(
    "roles", [["user", "user", "assistant"], ["assistant", "user", "assistant"], ["assistant"], ["user", "system", "assistant"]]
)
def test_a_conversation_out_of_turn_is_named_by_its_row(workspace: Workspace, tmp_path: Path, roles: list[str]) -> None:
    messages: list[Any] = [{"role": role, "content": "text"} for role in roles]
    dataset = write_dataset(workspace, [make_rows()[0], Row(messages=messages, source="x")], name="odd", source="x").id
    with pytest.raises(BadInput, match="Row 2 can't be exported"):
        exported(workspace, dataset, tmp_path, ExportFormat.ALPACA)


def test_what_is_not_there_or_can_not_be_written_is_one_sentence(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no dataset 'none'"):
        exported(workspace, "none", tmp_path, ExportFormat.ALPACA)
    dataset = write_dataset(workspace, make_rows(), name="small", source="x").id
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match="can't be written"):
        export_dataset(workspace, dataset, tmp_path / "file" / "x.json", ExportFormat.ALPACA)


def test_a_list_of_questions_has_no_format(workspace: Workspace) -> None:
    row = Row([{"role": "user", "content": "Where is it?"}], "x")
    assert formats_of(workspace, write_dataset(workspace, [row], name="asked", source="x", kind=QUESTIONS).id) == []


def test_no_rows_are_an_empty_array() -> None:
    assert json.loads("".join(alpaca_json([]))) == []


def test_another_answer_is_another_dataset(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "support.json"
    fingerprints = set()
    for answer in ("Yes.", "No."):
        path.write_text(json.dumps([{**PLAIN, "output": answer}]))
        fingerprints.add(import_file(workspace, path, name="support").dataset.fingerprint)
    assert len(fingerprints) == 2
    assert len(list(read_rows(workspace, import_file(workspace, path, name="support").dataset.id))) == 1
