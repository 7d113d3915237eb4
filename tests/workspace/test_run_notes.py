"""A run can be called, tagged and described; its id and its folder stay."""

from __future__ import annotations

import pytest

from studio.errors import BadInput
from studio.workspace.layout import Workspace
from studio.workspace.run_notes import RunNotes, is_meant, read_run_notes, split_tags, write_run_notes
from studio.workspace.runs import Run, create_run, find_run

SPEC = {"job": "training.sft", "dataset": "airline-0123", "model": "smollm2-135m-instruct"}


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return create_run(workspace, SPEC)


def test_nothing_is_written_at_first(run: Run) -> None:
    assert read_run_notes(run) == RunNotes()


def test_what_was_written_is_read_and_the_run_stays_where_it_is(run: Run, workspace: Workspace) -> None:
    write_run_notes(run, name=" Higher \n rate ", tags=split_tags("Airline, best ,airline,，"), text=" Try\nagain. ")
    assert read_run_notes(find_run(workspace, run.id)) == RunNotes("Higher rate", ("airline", "best"), "Try\nagain.")


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ({"name": "x" * 81}, "name has 81"),
        ({"tags": ["y" * 31]}, "has 31 characters"),
        ({"text": "z" * 10_001}, "text has 10,001"),
        ({"tags": [f"tag {number}" for number in range(21)]}, "21 tags"),
    ],
)
def test_what_is_too_long_is_refused_and_the_old_stays(run: Run, written: dict[str, object], word: str) -> None:
    write_run_notes(run, name="old", tags=[], text="")
    with pytest.raises(BadInput, match=word):
        write_run_notes(run, **{"name": "", "tags": [], "text": "", **written})  # type: ignore[arg-type]
    assert read_run_notes(run).name == "old"


@pytest.mark.parametrize(
    ("words", "tag", "meant"),
    [
        ("", "", True),
        ("HIGHER rate", "", True),
        ("rate higher airline", "", True),
        ("smollm2 remember", "", True),
        ("higher lower", "", False),
        ("", "best", True),
        ("", "Best ", True),
        ("", "bes", False),
        ("higher", "worst", False),
    ],
)
def test_a_run_is_found_by_all_of_the_words_and_by_a_whole_tag(words: str, tag: str, meant: bool) -> None:
    notes = RunNotes("Higher rate", ("best",), "to remember")
    assert is_meant("sft-1", SPEC, notes, words=words, tag=tag) is meant
