"""A person's decisions: saved at once, taken back, and what becomes a dataset."""

from __future__ import annotations

import json

import pytest

from studio.dataset.distillation.candidates import Candidate, Passage
from studio.dataset.distillation.distill import DistillSpec, Document
from studio.dataset.distillation.review import (
    Standing,
    decide,
    edit,
    make_dataset,
    objections,
    read_review,
    undo,
)  # fmt: skip
from studio.dataset.distillation.store import CandidateStore
from studio.errors import BadInput, NotFound
from studio.workspace.datasets import read_rows
from studio.workspace.layout import Workspace
from studio.workspace.runs import Run, create_run

ANSWER = "The warranty lasts 24 months from the day of delivery."


@pytest.fixture
def run(workspace: Workspace) -> Run:
    spec = DistillSpec(name="Aria", documents=[Document(file="001.md", name="manual.md")], max_bytes=1000)
    run = create_run(workspace, spec.model_dump())
    passages = [
        Passage("d1p1", "manual.md", ("Warranty",), ANSWER),
        Passage("d1p2", "manual.md", ("Fees",), "The fee is 5 euros."),
    ]
    candidates = [
        Candidate("d1p1", "What is the warranty?", ANSWER, "structure"),
        Candidate("d1p2", "What are the fees?", "The fee is 5 euros.", "structure"),
        Candidate("d1p1", "how long??", "It lasts 36 months.", "teacher", ('The passage does not say "36 months".',)),
        Candidate("d1p1", "warranty how long", ANSWER, "teacher"),
    ]
    CandidateStore(run).add(passages, candidates)
    return run


def named(run: Run, question: str) -> str:
    return next(entry.id for entry in read_review(run).entries if entry.candidate.question == question)


def standings(run: Run) -> dict[str, str]:
    return {entry.candidate.question: entry.standing.value for entry in read_review(run).entries}


def test_candidates_of_one_passage_stand_together_whoever_made_them(run: Run) -> None:
    assert [entry.passage.id for entry in read_review(run).entries] == ["d1p1", "d1p1", "d1p1", "d1p2"]


def test_what_the_checks_rejected_waits_apart_until_a_person_decides(run: Run) -> None:
    assert standings(run)["how long??"] == "rejected"
    decide(run, [named(run, "how long??")], Standing.APPROVED)
    assert standings(run)["how long??"] == "approved"
    decide(run, [named(run, "how long??")], Standing.UNDECIDED)
    assert standings(run)["how long??"] == "rejected"


def test_decisions_are_there_for_whoever_reads_the_folder_next_and_the_file_only_grows(run: Run) -> None:
    decide(run, [named(run, "What are the fees?")], Standing.DROPPED)
    before = (run.folder / "decisions.jsonl").read_text()
    undo(run)
    assert (run.folder / "decisions.jsonl").read_text().startswith(before)
    assert standings(Run(run.folder))["What are the fees?"] == "undecided"


def test_undo_takes_back_one_decision_at_a_time_and_all_that_were_approved_together(run: Run) -> None:
    decide(run, [named(run, "What are the fees?")], Standing.DROPPED)
    decide(run, [entry.id for entry in read_review(run).standing(Standing.UNDECIDED)], Standing.APPROVED)
    assert read_review(run).counts[Standing.APPROVED] == 2
    undo(run)
    assert standings(run) == {
        "What is the warranty?": "undecided", "What are the fees?": "dropped", "how long??": "rejected", "warranty how long": "undecided",
    }  # fmt: skip
    undo(run)
    assert standings(run)["What are the fees?"] == "undecided" and not read_review(run).undoable
    with pytest.raises(BadInput, match="no decision"):
        undo(run)


def test_an_edit_is_kept_checked_against_the_passage_and_taken_back(run: Run) -> None:
    name = named(run, "What is the warranty?")
    assert edit(run, name, "How long is the warranty?", "The warranty lasts 25 months.")
    entry = read_review(run).entry(name)
    assert entry.edited and entry.standing is Standing.UNDECIDED and "25" in objections(entry)[0]
    edit(run, name, "How long is the warranty?", "The warranty lasts 24 months from delivery.")
    assert objections(read_review(run).entry(name)) == ()
    undo(run)
    undo(run)
    assert not read_review(run).entry(name).edited


def test_an_edit_that_changes_nothing_is_no_decision(run: Run) -> None:
    assert not edit(run, named(run, "What are the fees?"), " What are the fees? ", "The fee is 5 euros.")
    assert not read_review(run).undoable


def test_a_row_without_an_answer_is_not_approved(run: Run) -> None:
    name = named(run, "What are the fees?")
    edit(run, name, "What are the fees?", " ")
    with pytest.raises(BadInput, match="question and an answer"):
        decide(run, [name], Standing.APPROVED)


def test_a_candidate_that_does_not_exist_is_said_so(run: Run) -> None:
    with pytest.raises(NotFound):
        decide(run, ["000000000000"], Standing.APPROVED)


def test_the_approved_rows_become_a_dataset_that_says_where_it_came_from_and_what_was_left_out(
    workspace: Workspace, run: Run
) -> None:
    with pytest.raises(BadInput, match="No row is approved"):
        make_dataset(workspace, run)
    name = named(run, "What is the warranty?")
    edit(run, name, "How long is the warranty?", ANSWER)
    decide(run, [name, named(run, "warranty how long")], Standing.APPROVED)
    decide(run, [named(run, "What are the fees?")], Standing.DROPPED)
    made = make_dataset(workspace, run)
    rows = list(read_rows(workspace, made.id))
    assert [row.question for row in rows] == ["How long is the warranty?", "warranty how long"]
    assert (made.name, made.source, tuple(made.parents)) == ("Aria", "manual.md", (run.id,))
    assert len({row.family for row in rows}) == 1, "phrasings of one answer are one family"
    assert sorted(problem["kind"] for problem in made.problems) == ["dropped", "rejected"]
    assert "36 months" in json.dumps(made.problems)
    assert make_dataset(workspace, run).id == made.id


def test_a_row_with_a_placeholder_or_said_twice_is_left_out_with_the_reason(workspace: Workspace, run: Run) -> None:
    fees, long = named(run, "What are the fees?"), named(run, "warranty how long")
    edit(run, fees, "What are the fees?", "The fee is {{amount}}.")
    edit(run, long, "What is the warranty?", ANSWER)
    decide(run, [entry.id for entry in read_review(run).standing(Standing.UNDECIDED)], Standing.APPROVED)
    made = make_dataset(workspace, run, name="Other")
    assert made.rows == 1 and made.name == "Other"
    assert sorted(problem["kind"] for problem in made.problems) == ["duplicate", "placeholder", "rejected"]


def test_a_torn_last_decision_is_passed_over_and_harms_no_later_one(run: Run) -> None:
    decide(run, [named(run, "What are the fees?")], Standing.DROPPED)
    with (run.folder / "decisions.jsonl").open("a") as stream:
        stream.write('{"t": "x", "chan')
    assert standings(run)["What are the fees?"] == "dropped"
    decide(run, [named(run, "What is the warranty?")], Standing.APPROVED)
    assert standings(run)["What is the warranty?"] == "approved"
