"""Files that others wrote, as they are."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from studio.dataset.importing.file import import_file, preview
from studio.dataset.importing.labelling import categories_of
from studio.dataset.importing.registry import import_registry, read_registry
from studio.dataset.reading.shapes import Preference, chosen_columns
from studio.dataset.reading.smalltalk import rule_of
from studio.dataset.reading.unanswered import Questions
from studio.errors import BadInput
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace

LIMIT = 100 * 1024 * 1024


def test_llama_factorys_alpaca_demo_imports(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "alpaca_en_demo.json"
    result = import_file(workspace, path, name="alpaca demo", max_bytes=LIMIT)
    source = json.loads(path.read_text())
    assert result.rows + result.rejected == len(source)
    assert result.rows >= 990
    usable = [row for number, row in enumerate(source) if number not in {problem.row for problem in result.problems}]
    assert [row.answer for row in read_rows(workspace, result.dataset.id)] == [row["output"] for row in usable]


def test_the_rows_of_llama_factorys_identity_that_hold_placeholders_are_rejected(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "identity.json"
    result = import_file(workspace, path, name="identity", max_bytes=LIMIT)
    with_placeholder = {number for number, row in enumerate(json.loads(path.read_text())) if "{{" in json.dumps(row)}
    assert {problem.row for problem in result.problems} == with_placeholder
    assert {problem.kind for problem in result.problems} == {"placeholder"}
    assert not any("{{" in row.answer for row in read_rows(workspace, result.dataset.id))


@pytest.mark.parametrize(
    ("name", "kind", "title"),
    [
        ("llamafactory/alpaca_en_demo.json", "JSON", "alpaca"),
        ("llamafactory/identity.json", "JSON", "alpaca"),
        ("llamafactory/dpo_en_demo.json", "JSON", "preference pairs: 'chosen' is better than 'rejected'"),
        ("abcd/abcd_sample.json", "JSON", "conversations in 'original': 'customer' ask, 'agent' answer"),
        *(
            (f"sgd/dialogues_00{number}.json", "JSON", "conversations in 'turns': 'user' ask, 'system' answer")
            for number in (1, 2, 3)
        ),
    ],
)
def test_the_shape_of_each_file_is_recognised(real: Path, name: str, kind: str, title: str) -> None:
    beginning = preview(real / name, max_bytes=LIMIT)
    assert beginning.shape is not None
    assert (beginning.kind, beginning.shape.title) == (kind, title)


@pytest.mark.parametrize("name", ["llamafactory/dpo_en_demo.json", "abcd/abcd_sample.json", "sgd/dialogues_001.json"])
def test_every_record_becomes_a_row_or_a_problem(workspace: Workspace, real: Path, name: str) -> None:
    result = import_file(workspace, real / name, name="real", max_bytes=LIMIT)
    assert result.rows + result.rejected == len(json.loads((real / name).read_text()))
    assert result.rejected <= 0.05 * result.rows
    for row in read_rows(workspace, result.dataset.id):
        roles = [turn["role"] for turn in row.messages if turn["role"] != "system"]
        assert roles == ["user", "assistant"] * (len(roles) // 2)


def test_chat_records_end_with_the_answer_to_a_need_and_not_with_thanks(workspace: Workspace, real: Path) -> None:
    result = import_file(workspace, real / "abcd" / "abcd_sample.json", name="abcd", max_bytes=LIMIT)
    for row in read_rows(workspace, result.dataset.id):
        assert rule_of(row.question) is None and rule_of(row.answer) is None
        assert "Account has been pulled up" not in str(row.messages), "an action is no turn"


def test_preference_pairs_keep_the_worse_answer(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "dpo_en_demo.json"
    result = import_file(workspace, path, name="dpo", max_bytes=LIMIT)
    first, source = next(read_rows(workspace, result.dataset.id)), json.loads(path.read_text())[0]
    assert (first.answer, first.rejected) == (source["chosen"]["value"], source["rejected"]["value"])


def test_questions_without_answers_are_recognised_as_such(workspace: Workspace, real: Path) -> None:
    path = real / "banking77" / "test.csv"
    beginning = preview(path, max_bytes=LIMIT)
    assert beginning.shape is None and list(beginning.columns) == ["text", "category"]
    assert "questions without answers" in (beginning.refusal or "")
    assert beginning.questions == Questions("text", "category")
    with pytest.raises(BadInput, match="questions without answers"):
        import_file(workspace, path, name="other", max_bytes=LIMIT)
    result = import_file(workspace, path, name="labels", shape=chosen_columns("text", "category"), max_bytes=LIMIT)
    assert result.rows + result.rejected == 3080, "what a person says of the columns overrules the guess"


@pytest.mark.parametrize("name", ["train.csv", "test.csv"])
def test_they_import_as_a_list_of_questions_with_their_77_categories(workspace: Workspace, real: Path, name: str) -> None:
    path = real / "banking77" / name
    result = import_file(workspace, path, name="banking", shape=preview(path).questions, max_bytes=LIMIT)
    with path.open(newline="", encoding="utf-8") as stream:
        assert result.rows + result.rejected == sum(1 for _ in csv.DictReader(stream))
    assert result.dataset.kind == "questions" and result.rejected == 0
    assert len(categories_of(workspace, result.dataset.id)) == 77


def test_articles_are_told_from_questions_and_sent_to_the_manuals(workspace: Workspace, real: Path, tmp_path: Path) -> None:
    articles = sorted((real / "tau2_banking").glob("*.json"))
    for path in articles:
        beginning = preview(path, max_bytes=LIMIT)
        assert beginning.articles and "From manuals" in (beginning.refusal or ""), path.name
    together = tmp_path / "articles.zip"
    with zipfile.ZipFile(together, "w") as archive:
        for path in articles:
            archive.write(path, path.name)
    assert preview(together).articles
    with pytest.raises(BadInput, match="From manuals"):
        import_file(workspace, together, name="articles", max_bytes=LIMIT)


def test_a_text_file_is_refused(workspace: Workspace, real: Path) -> None:
    with pytest.raises(BadInput, match=r"not valid JSON|no column"):
        import_file(workspace, real / "SOURCES.md", name="other", max_bytes=LIMIT)


def test_llama_factorys_own_registry_is_read_and_its_alpaca_entry_imported(workspace: Workspace, real: Path) -> None:
    path = real / "llamafactory" / "dataset_info.json"
    registry = read_registry(path)
    assert set(registry.entries) | set(registry.unsupported) == set(json.loads(path.read_text()))
    assert {"identity", "alpaca_en_demo"} <= set(registry.entries)
    assert isinstance(registry.entries["dpo_en_demo"].shape, Preference)
    assert isinstance(registry.entries["kto_en_demo"].shape, Preference)
    assert "tools" in registry.unsupported["glaive_toolcall_en_demo"]
    result = import_registry(workspace, path, ["alpaca_en_demo"], max_bytes=LIMIT)
    assert result.rows >= 990
