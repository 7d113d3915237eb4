"""A dataset is mended into a new one that names its parent, what was removed and why, and is examined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from studio.dataset.checks.examined import read_examination
from studio.dataset.checks.remedies import parse_remedies
from studio.dataset.deriving.lineage import recipe_in_words
from studio.dataset.deriving.mending import examine_dataset, mend_dataset, save_mended, with_over_long
from studio.errors import BadInput
from studio.workspace.datasets import Row, read_manifest, read_removed, read_rows, write_dataset
from studio.workspace.layout import Workspace
from tests.support import make_rows


def with_faults(workspace: Workspace) -> str:
    """A dataset of 16 sound rows, one repeated, and one with an address."""
    rows = make_rows()
    messages = [{"role": "user", "content": "I am jane.doe@example.com."}, {"role": "assistant", "content": "Hello."}]
    return write_dataset(workspace, [*rows, rows[3], Row(messages, source="test")], name="faulty", source="test").id


def test_the_new_dataset_names_its_parent_what_was_removed_and_why_and_is_examined(workspace: Workspace) -> None:
    parent, remedies = with_faults(workspace), parse_remedies("duplicate,personal_data")
    mended = mend_dataset(workspace, parent, remedies)
    made = save_mended(workspace, parent, remedies, mended)
    assert (made.name, made.rows, list(made.parents), dict(made.removed)) == ("faulty mended", 17, [parent], {"duplicate": 1})
    (removed,) = read_removed(workspace, made.id)
    assert (removed.row, removed.parent, removed.reason) == (16, parent, "duplicate") and "row 3" in str(removed.detail)
    assert made.recipe is not None and made.recipe["remedies"] == ["duplicate", "personal_data"]
    assert (made.recipe["rows_changed"], made.recipe["score_after"]) == (1, mended.after.score)
    assert "mended (duplicate, personal data); 1 of its rows were changed." in recipe_in_words(made.recipe)[0]
    kept = read_examination(workspace, made.id)
    assert kept is not None and kept.score == mended.after.score > mended.before.score
    assert len(list(read_rows(workspace, parent))) == 18


def test_what_was_kept_of_an_examination_comes_back_with_what_the_dataset_is_made_of(workspace: Workspace) -> None:
    examination = examine_dataset(workspace, with_faults(workspace))
    kept = read_examination(workspace, with_faults(workspace))
    assert kept is not None and kept.findings == examination.findings
    assert kept.makeup is not None and examination.makeup is not None
    assert kept.makeup.to_json() == examination.makeup.to_json()


def test_there_is_nothing_to_save_where_nothing_changes_and_nothing_where_no_row_is_left(workspace: Workspace) -> None:
    sound = write_dataset(workspace, make_rows(), name="sound", source="test").id
    remedies = parse_remedies("turn_order")
    with pytest.raises(BadInput, match="change nothing"):
        save_mended(workspace, sound, remedies, mend_dataset(workspace, sound, remedies))
    twice = [{"role": "user", "content": "Hello?"}, {"role": "user", "content": "?"}, {"role": "assistant", "content": "Yes."}]
    odd = write_dataset(workspace, [Row(twice, source="test")], name="odd", source="test").id
    with pytest.raises(BadInput, match="every row"):
        save_mended(workspace, odd, remedies, mend_dataset(workspace, odd, remedies))
    assert read_manifest(workspace, odd).rows == 1


def over_a_dozen_words(rows: Iterable[Row]) -> Iterator[str | None]:
    """A length check."""
    for row in rows:
        yield "It is long." if len(row.question.split()) > 12 else None


def test_rows_too_long_for_a_model_are_found_and_dropped_beside_what_is_known_and_never_kept(workspace: Workspace) -> None:
    messages = [{"role": "user", "content": "so " * 13 + "long"}, {"role": "assistant", "content": "Yes."}]
    faulty = [*make_rows(), make_rows()[3], Row(messages, source="test")]
    dataset = write_dataset(workspace, faulty, name="long", source="test").id
    known = examine_dataset(workspace, dataset)
    seen = with_over_long(known, faulty, over_a_dozen_words)
    assert "too_long" not in known.counts and seen.counts == {**known.counts, "too_long": 1} and seen.score < known.score
    assert with_over_long(seen, faulty, over_a_dozen_words) == seen
    mended = mend_dataset(workspace, dataset, parse_remedies("too_long"), length_check=over_a_dozen_words)
    assert [(change.row, change.kind) for change in mended.removed] == [(17, "too_long")]
    kept = read_examination(workspace, dataset)
    assert kept is not None and kept.findings == known.findings
