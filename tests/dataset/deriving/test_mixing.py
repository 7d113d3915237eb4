"""A mix holds each dataset's share of rows, the same ones each time, and says which it left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.dataset.deriving.mixing import _shares, make_mix, plan_mix
from studio.dataset.identity.proportion import advised_weights
from studio.errors import BadInput, NotFound
from studio.workspace.datasets import Row, read_removed, read_rows, write_dataset
from studio.workspace.layout import Workspace
from studio.workspace.notes import Notes, write_notes
from tests.support import make_rows


def two(workspace: Workspace) -> tuple[str, str]:
    """A dataset of 40 rows and one of 10."""
    big = write_dataset(workspace, make_rows(10, 4), name="big", source="big.json").id
    little = [replace(row, family=f"other-{row.family}") for row in make_rows(5, 2)]
    return big, write_dataset(workspace, little, name="little", source="little.json").id


def test_weights_are_shares_of_the_rows_and_only_their_proportion_counts(workspace: Workspace) -> None:
    big, little = two(workspace)
    for weights in ({big: 0.7, little: 0.3}, {big: 7, little: 3}):
        mix = plan_mix(workspace, weights)
        assert [part.rows for part in mix.parts] == [35, 15]
        assert mix.rows == 50


def test_a_part_with_enough_rows_is_sampled_without_repeating_any(workspace: Workspace) -> None:
    big, little = two(workspace)
    mix = plan_mix(workspace, {big: 1, little: 1}, rows=20)
    made = make_mix(workspace, mix, name="half and half")
    rows = [str(row.messages) + str(row.family) for row in read_rows(workspace, made.id)]
    assert len(rows) == made.rows == 20
    assert max(Counter(rows).values()) == 1


def test_a_part_with_too_few_is_repeated_whole_and_no_row_twice_oftener_than_another(workspace: Workspace) -> None:
    big, little = two(workspace)
    mix = plan_mix(workspace, {big: 40, little: 23}, rows=63)
    assert [(part.copies, part.sampled) for part in mix.parts] == [(1, 0), (2, 3)]
    made = make_mix(workspace, mix, name="more of the little one")
    times = Counter(str(row) for row in read_rows(workspace, made.id) if str(row.family).startswith("other"))
    assert sorted(times.values()) == [2] * 7 + [3] * 3
    assert made.removed == {}


def test_every_row_of_the_parts_is_in_the_mix_or_named_as_left_out(workspace: Workspace) -> None:
    big, little = two(workspace)
    made = make_mix(workspace, plan_mix(workspace, {big: 1, little: 1}, rows=12), name="few")
    removed = list(read_removed(workspace, made.id))
    assert made.removed == {"not_sampled": 38}
    kept = [str(row) for row in read_rows(workspace, made.id)]
    for dataset in (big, little):
        gone = {row.row for row in removed if row.parent == dataset}
        rows = list(read_rows(workspace, dataset))
        assert [str(row) for position, row in enumerate(rows) if position not in gone] == [
            row for row in kept if row in {str(one) for one in rows}
        ]


def test_the_same_seed_draws_the_same_rows_and_another_draws_others(workspace: Workspace) -> None:
    big, little = two(workspace)
    made = [
        make_mix(workspace, plan_mix(workspace, {big: 1, little: 1}, rows=10, seed=seed), name=name).fingerprint
        for seed, name in ((1, "a"), (1, "b"), (2, "c"))
    ]
    assert made[0] == made[1] != made[2]


def test_the_manifest_says_how_to_make_it_again(workspace: Workspace) -> None:
    big, little = two(workspace)
    made = make_mix(workspace, plan_mix(workspace, {big: 3, little: 1}, seed=5), name="mix")
    assert made.recipe is not None
    weights = {part["dataset"]: part["weight"] for part in made.recipe["parts"]}
    again = make_mix(workspace, plan_mix(workspace, weights, rows=made.rows, seed=made.recipe["seed"]), name="again")
    assert again.fingerprint == made.fingerprint
    assert made.parents == (big, little) and set(made.parent_fingerprints) == {big, little}


def test_a_licence_is_kept_only_where_all_parts_have_the_same(workspace: Workspace) -> None:
    big, little = two(workspace)
    write_notes(workspace, big, Notes(licence="mit"))
    assert make_mix(workspace, plan_mix(workspace, {big: 1, little: 1}), name="unclear").licence is None
    write_notes(workspace, little, Notes(licence="mit"))
    assert make_mix(workspace, plan_mix(workspace, {big: 1, little: 1}), name="clear").licence == "mit"


def test_what_can_not_be_mixed_is_said(workspace: Workspace) -> None:
    big, little = two(workspace)
    pairs = write_dataset(workspace, [replace(make_rows()[0], rejected="No.")], name="pairs", source="x").id
    asked = write_dataset(workspace, [replace(make_rows()[0], messages=make_rows()[0].messages[:1])], name="asked", source="x").id
    for weights, sentence in (
        ({big: 1.0, asked: 1.0}, "questions without answers"),
        ({big: 1.0}, "two datasets or more"),
        ({big: 1.0, little: 0.0}, f"The weight of {little} is 0"),
        ({big: 1.0, little: float("nan")}, "number above 0"),
        ({big: 1.0, pairs: 1.0}, "preference pairs"),
    ):
        with pytest.raises(BadInput, match=sentence):
            plan_mix(workspace, weights)
    with pytest.raises(BadInput, match="2 to 1,000,000"):
        plan_mix(workspace, {big: 1, little: 1}, rows=1)
    with pytest.raises(NotFound):
        plan_mix(workspace, {big: 1, "none": 1})


@given(st.lists(st.floats(0.001, 1e6), min_size=2, max_size=8), st.integers(8, 10_000))
def test_shares_add_up_and_none_is_empty(weights: list[float], total: int) -> None:
    shares = _shares(weights, total)
    assert sum(shares) == total
    assert min(shares) >= 1


def test_rows_of_one_part_keep_their_order(workspace: Workspace) -> None:
    big, little = two(workspace)
    made = make_mix(workspace, plan_mix(workspace, {little: 1, big: 1}, rows=20), name="ordered")
    order = {str(row): position for position, row in enumerate([*read_rows(workspace, little), *read_rows(workspace, big)])}
    places = [order[str(row)] for row in read_rows(workspace, made.id)]
    assert places == sorted(places)


def test_a_row_is_one_row(workspace: Workspace) -> None:
    """Mixing copies rows as they are, with their labels and their source."""
    big, little = two(workspace)
    made = make_mix(workspace, plan_mix(workspace, {big: 4, little: 1}), name="all")
    assert {type(row) for row in read_rows(workspace, made.id)} == {Row}
    assert sorted(map(str, read_rows(workspace, made.id))) == sorted(
        str(row) for dataset in (big, little) for row in read_rows(workspace, dataset)
    )


def test_a_mix_begins_with_one_identity_row_to_ten_support_rows_and_else_with_equal_weights(workspace: Workspace) -> None:
    big, little = (plan.dataset for plan in plan_mix(workspace, dict.fromkeys(two(workspace), 1.0)).parts)
    nova = replace(big, name="identity of Nova", source="brand identity")
    assert advised_weights([big, little]) == [1.0, 1.0] and advised_weights([nova, nova]) == [1.0, 1.0]
    assert advised_weights([big, nova]) == [10.0, 1.0] and advised_weights([big, nova, little]) == [5.0, 1.0, 5.0]
    assert advised_weights([nova, nova, big]) == [0.5, 0.5, 10.0]
