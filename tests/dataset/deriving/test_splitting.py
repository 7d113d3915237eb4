"""The parts of a split share no family and no phrasing, and together with what was left out they are the dataset."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.dataset.deriving import splitting
from studio.dataset.deriving.splitting import make_split, plan_split
from studio.dataset.importing.registry import import_registry
from studio.dataset.similarity.phrasings import shared_phrasings
from studio.errors import BadInput
from studio.workspace.datasets import QUESTIONS, Row, read_removed, read_rows, write_dataset
from studio.workspace.layout import Workspace

TOPICS = ["parcel", "refund", "warranty", "invoice", "password", "battery", "seat", "voucher", "pharmacy", "timetable"]


def row(question: str, family: str | None = None) -> Row:
    return Row([{"role": "user", "content": question}, {"role": "assistant", "content": "An answer."}], "x", family)


def labelled(count: int = 10, each: int = 6) -> list[Row]:
    return [row(f"{TOPICS[family]} " * (phrasing + 1), TOPICS[family]) for family in range(count) for phrasing in range(each)]


def families(workspace: Workspace, dataset: str) -> set[str | None]:
    return {one.family for one in read_rows(workspace, dataset)}


def test_no_family_is_in_both_parts_and_every_row_is_in_one(workspace: Workspace) -> None:
    whole = write_dataset(workspace, labelled(), name="answers", source="answers.json")
    halves = make_split(workspace, plan_split(workspace, whole.id, share=0.3, seed=1))
    assert (halves.training.rows, halves.validation.rows) == (42, 18)
    assert not families(workspace, halves.training.id) & families(workspace, halves.validation.id)
    rows = [*read_rows(workspace, halves.training.id), *read_rows(workspace, halves.validation.id)]
    assert sorted(map(str, rows)) == sorted(map(str, read_rows(workspace, whole.id)))


def test_the_shipped_data_is_split_without_a_shared_family_or_phrasing(workspace: Workspace) -> None:
    whole = import_registry(
        workspace, workspace.samples / "dataset_info.json", names=["airline", "hotel", "phones"], name="s"
    ).dataset
    halves = make_split(workspace, plan_split(workspace, whole.id, share=0.2))
    assert 0.15 < halves.validation.rows / whole.rows < 0.25
    assert not families(workspace, halves.training.id) & families(workspace, halves.validation.id)
    training, validation = (
        [one.question for one in read_rows(workspace, half.id)] for half in (halves.training, halves.validation)
    )
    assert shared_phrasings(training, validation) == []


def test_rows_without_a_family_stay_together_when_they_ask_nearly_the_same(workspace: Workspace) -> None:
    endings = ("today", "tomorrow", "Today!", "today")
    rows = [row(f"{topic}s {topic}ed {topic}ing {topic}er {topic}able {ending}") for topic in TOPICS for ending in endings]
    whole = write_dataset(workspace, rows, name="unlabelled", source="x")
    for seed in range(5):
        split = plan_split(workspace, whole.id, share=0.2, seed=seed)
        for first in range(0, len(rows), 4):
            sides = {row in split.training for row in range(first, first + 4) if row not in split.left_out}
            assert len(sides) <= 1


def test_two_families_that_share_a_question_go_to_the_same_part(workspace: Workspace) -> None:
    rows = [*labelled(), row("Where is it?", "parcel"), row("where is it", "refund")]
    whole = write_dataset(workspace, rows, name="shared", source="x")
    for seed in range(6):
        split = plan_split(workspace, whole.id, share=0.4, seed=seed)
        assert split.groups == 9
        parts = [{rows[position].family for position in part} for part in (split.training, split.validation)]
        assert {"parcel", "refund"} <= parts[0] or {"parcel", "refund"} <= parts[1]


def test_a_question_that_is_only_spelled_otherwise_in_the_other_part_is_left_out_and_listed(workspace: Workspace) -> None:
    """Too few words to be near by words; near by characters, as leakage is judged."""
    rows = [
        row("pasword reset", "one"),
        row("my battery is empty", "one"),
        row("password reset", "two"),
        row("the seat is dirty", "two"),
    ]
    whole = write_dataset(workspace, rows, name="spelling", source="x")
    split = plan_split(workspace, whole.id, share=0.5)
    assert [rows[position].question.split()[-1] for position in split.left_out] == ["reset"]
    assert len(split.training) == 2 and len(split.validation) == 1
    halves = make_split(workspace, split)
    assert halves.validation.removed == {"in_training": 2, "shared_phrasing": 1}
    assert halves.training.removed == {"in_validation": 1, "shared_phrasing": 1}


def test_each_part_says_where_every_other_row_is_and_how_it_was_drawn(workspace: Workspace) -> None:
    whole = write_dataset(workspace, labelled(), name="answers", source="answers.json")
    split = plan_split(workspace, whole.id, share=0.2, seed=3)
    halves = make_split(workspace, split, name="mine")
    assert [one.row for one in read_removed(workspace, halves.training.id)] == list(split.validation)
    assert {one.parent for one in read_removed(workspace, halves.validation.id)} == {whole.id}
    assert halves.validation.parents == (whole.id,)
    assert halves.validation.name == "mine validation"
    assert halves.training.recipe == {
        "kind": "split", "part": "train", "share": 0.2, "seed": 3, "groups": 10, "validation": halves.validation.id
    }  # fmt: skip
    again = plan_split(workspace, whole.id, share=0.2, seed=3)
    assert again == split
    assert {tuple(plan_split(workspace, whole.id, share=0.2, seed=seed).validation) for seed in range(6)} != {
        tuple(split.validation)
    }


def test_what_can_not_be_split_is_said(workspace: Workspace) -> None:
    alone = write_dataset(workspace, labelled(1), name="one family", source="x").id
    with pytest.raises(BadInput, match="all its rows are of one family"):
        plan_split(workspace, alone)
    for share in (0.0, 1.0, 10.0, float("nan")):
        with pytest.raises(BadInput, match="between 0 and 1"):
            plan_split(workspace, alone, share=share)


def test_a_list_of_questions_is_split_into_lists_of_questions(workspace: Workspace) -> None:
    rows = [replace(one, messages=one.messages[:1]) for one in labelled()]
    whole = write_dataset(workspace, rows, name="asked", source="x", kind=QUESTIONS)
    halves = make_split(workspace, plan_split(workspace, whole.id))
    assert {halves.training.kind, halves.validation.kind} == {QUESTIONS}


def test_both_parts_have_rows_however_small_or_large_the_share(workspace: Workspace) -> None:
    whole = write_dataset(workspace, labelled(), name="answers", source="x").id
    for share in (0.001, 0.999):
        split = plan_split(workspace, whole, share=share)
        assert split.training and split.validation


def test_in_a_very_large_dataset_near_words_decide_alone_and_the_plan_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "MOST_COMPARED", 1)
    whole = write_dataset(workspace, [replace(one, intent=None) for one in labelled()], name="large", source="x").id
    assert not plan_split(workspace, whole).compared
