from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.charts import downsample, training_curve
from studio.charts.curves import MAX_POINTS, QUANTITIES, read_points


def spec(events: list[dict[str, Any]], field: str) -> dict[str, Any]:
    return dict(training_curve(events, field).to_dict())


def drawn(events: list[dict[str, Any]], field: str) -> list[tuple[int, float]]:
    return [(row["step"], row["value"]) for row in spec(events, field)["data"]["values"]]


def title(events: list[dict[str, Any]], field: str) -> str:
    return " ".join(spec(events, field)["title"]["text"])


@pytest.mark.parametrize("field", sorted(QUANTITIES))
def test_every_known_quantity_has_axes_with_its_unit(field: str) -> None:
    encoding = spec([{"step": 1, field: 2.0}, {"step": 2, field: 1.0}], field)["layer"][0]["encoding"]
    assert encoding["x"]["title"] == "Optimizer step"
    assert encoding["y"]["title"] == QUANTITIES[field].axis


def test_title_says_where_the_loss_began_and_ended() -> None:
    assert (
        title([{"step": 1, "loss": 3.416}, {"step": 300, "loss": 0.841}], "loss")
        == "Training loss went from 3.42 at step 1 to 0.841 at step 300"
    )


def test_title_of_memory_names_its_peak() -> None:
    events = [{"step": 1, "memory_mb": 900.0}, {"step": 2, "memory_mb": 3006.0}, {"step": 3, "memory_mb": 950.0}]
    assert title(events, "memory_mb") == "Memory peaked at 3,006 at step 2"


def test_events_without_the_field_are_passed_over() -> None:
    assert drawn([{"step": 1, "loss": 2.0}, {"step": 2, "eval_loss": 1.5}, {"kind": "note"}], "loss") == [(1, 2.0)]


def test_a_step_run_again_after_a_resume_counts_as_last_written() -> None:
    assert drawn([{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.9}, {"step": 2, "loss": 1.7}], "loss") == [(1, 2.0), (2, 1.7)]


def test_values_that_are_not_finite_are_left_out_and_counted() -> None:
    events = [{"step": 1, "loss": 2.0}, {"step": 2, "loss": math.nan}, {"step": 3, "loss": math.inf}]
    assert read_points(events, "loss") == ([(1, 2.0)], 2)
    assert "2 were not finite" in " ".join(spec(events, "loss")["title"]["subtitle"])


def test_a_run_that_has_measured_nothing_yet_gets_a_chart_that_says_so() -> None:
    assert title([], "eval_loss") == "Validation loss: no value yet"


def test_an_unknown_field_is_drawn_under_its_own_name() -> None:
    assert spec([{"step": 1, "entropy": 0.5}], "entropy")["layer"][0]["encoding"]["y"]["title"] == "entropy"


def test_a_single_spike_among_a_hundred_thousand_values_is_still_drawn() -> None:
    points = [(step, 1.0) for step in range(100_000)]
    points[54_321] = (54_321, 9.0)
    points[77_777] = (77_777, 0.1)
    kept = downsample(points)
    assert len(kept) <= MAX_POINTS
    assert {(54_321, 9.0), (77_777, 0.1), points[0], points[-1]} <= set(kept)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(4, 40))
def test_downsampling_keeps_order_ends_and_extremes_within_the_limit(values: list[float], limit: int) -> None:
    points = list(enumerate(values))
    kept = downsample(points, limit)
    assert len(kept) <= max(limit, 1)
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert {min(values), max(values)} <= {value for _, value in kept}
