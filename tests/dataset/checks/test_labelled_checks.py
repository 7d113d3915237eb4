"""How often the checks are right on the labelled rows: the floors are a little under what `python -m benchmarks.checks` measured."""

from __future__ import annotations

import pytest

from benchmarks.checks import HIDDEN, KINDS, Measured, half_of, load_labelled, measure

FLOORS = {  # precision and recall
    "personal_data": (0.95, 0.95),
    "duplicate": (1.0, 1.0),
    "near_duplicate": (0.85, 0.9),
    "contradiction": (0.9, 0.85),
    "leakage": (0.9, 0.95),
    HIDDEN: (0.95, 0.95),
}


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, Measured]]:
    return measure()


@pytest.mark.parametrize("half", ["held out", "all"])
@pytest.mark.parametrize("kind", FLOORS)
def test_precision_and_recall_do_not_fall_below_their_floors(
    measured: dict[str, dict[str, Measured]], kind: str, half: str
) -> None:
    precision, recall = FLOORS[kind]
    one = measured[half][kind]
    assert one.precision.value >= precision, one.found - one.marked
    assert one.recall.value >= recall, one.marked - one.found


def test_the_labelled_set_is_large_enough_and_both_halves_hold_every_kind(measured: dict[str, dict[str, Measured]]) -> None:
    assert len(load_labelled()) >= 200
    for kind in KINDS:
        assert measured["develop"][kind].marked and measured["held out"][kind].marked


def test_rows_that_refer_to_each_other_are_in_one_half_and_the_other_stands_before() -> None:
    rows = load_labelled()
    places = {row["id"]: place for place, row in enumerate(rows)}
    assert len(places) == len(rows)
    for row in rows:
        for problem in row["problems"]:
            if problem["kind"] in ("duplicate", "near_duplicate", "contradiction"):
                other = rows[places[problem["with"]]]
                assert places[other["id"]] < places[row["id"]] and half_of(other["group"]) == half_of(row["group"])


def test_what_should_be_hidden_stands_in_the_row_and_only_rows_with_personal_data_have_it() -> None:
    for row in load_labelled():
        text = "\n".join(turn["content"] for turn in row["messages"])
        assert all(hidden in text for hidden in row.get("hide", ()))
        assert bool(row.get("hide")) == ({"kind": "personal_data"} in row["problems"])
