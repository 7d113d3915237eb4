from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from studio.charts import BASE, TUNED, accuracy_by_industry, headline_accuracy, model_labels, svg
from studio.workspace.reports import Comparison, IndustryScore, ModelScore


def model(
    name: str, role: str, passed: int, industries: dict[str, int], *, interval: tuple[float, float] = (0.1, 0.9)
) -> ModelScore:
    items = 20 * len(industries) or 20
    by_industry = [
        IndustryScore(industry=industry, passed=k, items=20, accuracy=k / 20, wilson=list(interval))
        for industry, k in industries.items()
    ]
    return ModelScore(
        passed=passed, items=items, accuracy=passed / items, wilson=list(interval), model=name, role=role,
        base_model="m", digest="d", failed=items - passed, errored=0, weighted_accuracy=0.5,
        family_bootstrap=list(interval), by_industry=by_industry,
        mean_answer_words=10.0, seconds=1.0,
    )  # fmt: skip


def comparison(p: float) -> Comparison:
    return Comparison(base="base", tuned="run-1", fixed=["a"], broken=[], both_passed=0, both_failed=0, mcnemar_p=p)


@pytest.fixture
def models() -> list[ModelScore]:
    return [
        model("base", "base", 12, {"airline": 9, "telecom": 3}, interval=(0.18, 0.45)),
        model("run-1", "tuned", 33, {"airline": 19, "telecom": 14}, interval=(0.68, 0.91)),
    ]


def title(chart: Any) -> str:
    return " ".join(chart.to_dict()["title"]["text"])


def rows(chart: Any) -> list[dict[str, Any]]:
    return list(chart.to_dict()["data"]["values"])


def test_headline_shows_every_model_with_its_wilson_interval(models: list[ModelScore]) -> None:
    drawn = rows(headline_accuracy(models))
    assert [(row["label"], row["value"], row["low"], row["high"]) for row in drawn] == [
        ("Base", "12/40 = 30.0%", 0.18, 0.45),
        ("Tuned", "33/40 = 82.5%", 0.68, 0.91),
    ]


def test_headline_axis_is_the_whole_range_in_per_cent(models: list[ModelScore]) -> None:
    x = headline_accuracy(models).to_dict()["layer"][0]["encoding"]["x"]
    assert x["axis"]["format"] == ".0%"
    assert x["scale"]["domain"] == [0, 1]
    assert "%" in x["title"]


@pytest.mark.parametrize(
    ("p", "says"),
    [
        (0.001, "Tuned is right more often: 82.5% against 30.0%"),
        (0.2, "This set shows no clear difference between Base and Tuned"),
    ],
)
def test_headline_title_claims_a_difference_only_when_the_paired_test_does(models: list[ModelScore], p: float, says: str) -> None:
    assert title(headline_accuracy(models, comparison=comparison(p))) == says


def test_headline_title_says_so_when_tuning_made_it_worse(models: list[ModelScore]) -> None:
    worse = [models[0], model("run-1", "tuned", 4, {"airline": 2, "telecom": 2})]
    assert title(headline_accuracy(worse, comparison=comparison(0.01))).startswith("Tuned is right less often")


def test_base_is_always_slate_and_tuned_always_teal_whatever_their_order(models: list[ModelScore]) -> None:
    for order in (models, models[::-1], models[1:]):
        scale = accuracy_by_industry(order).to_dict()["layer"][0]["encoding"]["color"]["scale"]
        colours = dict(zip(scale["domain"], scale["range"], strict=True))
        assert colours["Tuned"] == TUNED
        assert colours.get("Base", BASE) == BASE


def test_base_and_tuned_differ_by_shape_as_well(models: list[ModelScore]) -> None:
    shapes = accuracy_by_industry(models).to_dict()["layer"][1]["encoding"]["shape"]["scale"]["range"]
    assert len(set(shapes)) == 2


def test_industries_stand_weakest_first_and_the_title_names_the_ends(models: list[ModelScore]) -> None:
    chart = accuracy_by_industry(models)
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == ["telecom", "airline"]
    assert title(chart) == "Tuned is weakest in telecom (14 of 20) and strongest in airline (19 of 20)"


def test_two_tuned_models_are_told_apart_by_name() -> None:
    twins = [model("a", "tuned", 5, {}), model("b", "tuned", 6, {})]
    assert model_labels(twins) == {"a": "Tuned (a)", "b": "Tuned (b)"}


def test_a_report_without_industries_draws_an_empty_chart_that_says_so() -> None:
    chart = accuracy_by_industry([model("base", "base", 5, {})])
    assert title(chart) == "No item names an industry"
    assert "<svg" in svg(chart)


def test_no_text_in_the_narrow_chart_is_cut_off_by_its_edges(models: list[ModelScore]) -> None:
    root = ET.fromstring(svg(accuracy_by_industry(models, width=340)))
    assert float(root.attrib["width"]) == pytest.approx(340, abs=1)
    heading = accuracy_by_industry(models, width=340).to_dict()["title"]["text"]
    assert max(len(line) for line in heading) <= 340 / 8
