from __future__ import annotations

from typing import Any

import pytest

from studio.charts import compared_curves, svg
from studio.charts.curves import MAX_POINTS
from studio.charts.overlay import smooth
from studio.charts.style import BASE, RUN_COLOURS, RUN_DASHES
from studio.workspace.history import Metrics

LIGHT_PAGE, DARK_PAGE = "#ffffff", "#0f172a"


def measured(*losses: float, field: str = "loss") -> Metrics:
    return Metrics.of({"step": step, field: loss} for step, loss in enumerate(losses, start=1))


def spec(runs: dict[str, Metrics], field: str = "loss") -> dict[str, Any]:
    return dict(compared_curves(runs, field).to_dict())


def title(runs: dict[str, Metrics], field: str = "loss") -> str:
    return " ".join(spec(runs, field)["title"]["text"])


def test_every_run_is_drawn_with_a_colour_and_dashes_of_its_own() -> None:
    runs = {f"run {number}": measured(3.0, 2.0 + number) for number in range(6)}
    encoding = spec(runs)["layer"][0]["encoding"]
    assert encoding["color"]["scale"]["domain"] == list(runs)
    assert (
        len(set(encoding["color"]["scale"]["range"]))
        == len({tuple(dash) for dash in encoding["strokeDash"]["scale"]["range"]})
        == 6
    )
    assert (
        {row["run"] for row in spec(runs)["layer"][0]["data"]["values"]} == set(runs)
        if "data" in spec(runs)["layer"][0]
        else True
    )


def test_the_title_says_which_run_ends_best() -> None:
    assert title({"a": measured(3.0, 1.0), "b": measured(3.0, 0.5)}) == "Training loss: b ends lowest, at 0.5"
    accuracy = {"a": measured(0.4, 0.9, field="accuracy"), "b": measured(0.95, 0.6, field="accuracy")}
    assert title(accuracy, "accuracy") == "Accuracy on the validation split: a ends highest, at 90.0%"
    assert title({"a": measured(), "b": measured()}) == "Training loss: no value yet"


def test_a_run_that_has_measured_nothing_is_named_and_not_drawn() -> None:
    said = spec({"a": measured(3.0, 1.0), "b": measured()})
    assert "b: no value" in said["description"]


def test_long_runs_are_thinned_so_that_six_are_no_heavier_than_two() -> None:
    long = Metrics.of({"step": step, "loss": 1.0 + step % 7} for step in range(20_000))
    layers = spec({f"run {number}": long for number in range(6)})["layer"]
    assert len(layers) == 2, "the noise and the mean through it"
    for layer in layers:
        assert len(layer["data"]["values"]) <= 2 * MAX_POINTS


def test_the_mean_goes_through_the_noise_and_begins_and_ends_where_the_values_do() -> None:
    points = [(step, float(step % 2)) for step in range(101)]
    means = smooth(points, 20)
    assert [step for step, _ in means] == [step for step, _ in points]
    assert (means[0], means[-1]) == (points[0], points[-1])
    assert all(0.4 < value < 0.6 for _, value in means[20:80])
    assert smooth([], 5) == [] and smooth([(1, 2.0)], 5) == [(1, 2.0)]


def test_it_becomes_an_image_of_its_own() -> None:
    image = svg(compared_curves({"a <b>": measured(3.0, 1.0), "c": measured(2.0)}, "loss"))
    assert image.startswith("<svg") and "a &lt;b&gt;" in image and "<b>" not in image


@pytest.mark.parametrize("colour", RUN_COLOURS)
@pytest.mark.parametrize("page", [LIGHT_PAGE, DARK_PAGE])
def test_colours_can_be_seen_on_both_pages(colour: str, page: str) -> None:
    """WCAG 2.2, 1.4.11: at least 3:1."""
    light, dark = sorted((luminance(colour), luminance(page)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_colour_of_the_base_model_is_not_among_them() -> None:
    assert BASE not in RUN_COLOURS and len(RUN_COLOURS) == len(RUN_DASHES) == 6


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
