"""One answer a category, written on the page or in a sheet, answers every question of it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from studio.dataset.importing.labelling import Category, categories_of, label, read_sheet, sheet
from studio.errors import BadInput
from studio.training.requests import training_spec
from studio.workspace.datasets import QUESTIONS, Row, read_rows, write_dataset
from studio.workspace.layout import Workspace


def question(text: str, intent: str | None = None) -> Row:
    return Row(messages=[{"role": "user", "content": text}], source="q.csv", intent=intent)


@pytest.fixture
def questions(workspace: Workspace) -> str:
    rows = [
        question("Where is it?", "arrival"),
        question("=1+1, why?", "fee"),
        question("Is it here?", "arrival"),
        question("Hm?"),
    ]
    return write_dataset(workspace, rows, name="asked", source="q.csv", kind=QUESTIONS).id


def test_a_list_of_questions_is_refused_for_training_in_one_sentence(workspace: Workspace, questions: str) -> None:
    with pytest.raises(BadInput, match=r"asked is a list of questions without answers.*Data page"):
        training_spec(workspace, dataset=questions, preset="cpu-demo", changes={})


def test_categories_are_counted_the_largest_first_and_a_question_without_one_is_its_own(
    workspace: Workspace, questions: str
) -> None:
    found = categories_of(workspace, questions)
    assert found == [Category("arrival", 2, "Where is it?"), Category("fee", 1, "=1+1, why?"), Category("Hm?", 1, "Hm?")]


def test_the_sheet_goes_out_and_comes_back_filled_in(workspace: Workspace, questions: str, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(sheet(categories_of(workspace, questions), {"fee": "- It is for transfers."}))
    rows = list(csv.DictReader(path.open()))
    assert [row["category"] for row in rows] == ["arrival", "fee", "Hm?"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values()), "no cell is a formula"
    assert read_sheet(path) == {"fee": "- It is for transfers."}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("category,text\narrival,Soon.\n", "needs the columns 'category' and 'answer'"),
        ("category,count,answer\narrival,2,\n", "holds no answer"),
        ("category,answer\narrival,Soon.\narrival,Late.\n", "two answers for the category 'arrival'"),
    ],
)
def test_a_sheet_that_can_not_be_used_says_why(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(content)
    with pytest.raises(BadInput, match=words):
        read_sheet(path)


def test_every_question_gets_its_categorys_answer_and_can_then_be_trained(workspace: Workspace, questions: str) -> None:
    made = label(workspace, questions, {"arrival": " Soon. ", "fee": "For transfers.", "Hm?": "Yes?"})
    rows = list(read_rows(workspace, made.dataset.id))
    assert [(row.question, row.answer) for row in rows] == [
        ("Where is it?", "Soon."), ("=1+1, why?", "For transfers."), ("Is it here?", "Soon."), ("Hm?", "Yes?"),
    ]  # fmt: skip
    assert made.skipped == [] and made.dataset.parents == (questions,)
    assert training_spec(workspace, dataset=made.dataset.id, preset="cpu-demo", changes={}).dataset == made.dataset.id


def test_without_an_answer_for_any_category_or_with_a_placeholder_nothing_is_made(workspace: Workspace, questions: str) -> None:
    with pytest.raises(BadInput, match=r"No category of asked has an answer yet.*arrival"):
        label(workspace, questions, {"other": "Yes.", "fee": "  "})
    with pytest.raises(BadInput, match=r"'fee' can't be used.*\{\{name\}\}"):
        label(workspace, questions, {"fee": "Dear {{name}}"})
    assert [folder.name for folder in workspace.datasets.iterdir()] == [questions]


def test_a_dataset_with_answers_has_nothing_to_label(workspace: Workspace, dataset: str) -> None:
    with pytest.raises(BadInput, match="has answers already"):
        categories_of(workspace, dataset)
