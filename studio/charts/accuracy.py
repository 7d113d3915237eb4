"""Accuracy charts: a point for the share of items answered right, a line for its Wilson 95% interval.

Points instead of bars: a model that got nothing right is still visible, and the eye reads the interval rather than the
ink. Input is `studio.workspace.reports`; fractions come in as [0, 1] and are shown in per cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.charts.style import INK, ROLE_COLOURS, ROLE_SHAPES, heading, model_labels, percent, styled
from studio.workspace.reports import Comparison, ModelScore, Score

if TYPE_CHECKING:
    import altair as alt

SIGNIFICANT = 0.05  # the two-sided level at which a title speaks of a difference
_READING = "Point: share of items answered right. Line: Wilson 95% interval."
_ROW_HEIGHT = 54  # pixels a model in the headline chart
_LANE_HEIGHT = 17  # pixels a model inside one industry


def headline_accuracy(
    models: Sequence[ModelScore], *, comparison: Comparison | None = None, width: int | str = 640
) -> alt.LayerChart:
    """Each model's accuracy over the whole question set, with its interval.

    Args:
        models: the scores, in the order to be drawn.
        comparison: the paired comparison; without it the title names no winner.
        width: pixels over all, or "container" in a page that sizes it.
    """
    labels = model_labels(models)
    rows = [_row(model, role=model["role"], label=labels[model["model"]]) for model in models]
    lanes = _encoding("label", rows).properties(height=_ROW_HEIGHT * len(rows))
    layers = _interval(lanes, thickness=4) + _point(lanes, rows, size=170) + _value_text(lanes)
    title = _headline_title(models, labels, comparison)
    return _finish(layers, title, rows, width=width)


def accuracy_by_industry(models: Sequence[ModelScore], *, width: int | str = 640) -> alt.LayerChart:
    """Each model's accuracy in each industry, the industries where the last model is weakest first.

    `width` is pixels over all, or "container" in a page that sizes it.
    """
    labels = model_labels(models)
    rows = [
        _row(score, role=model["role"], label=labels[model["model"]], industry=score["industry"])
        for model in models
        for score in model["by_industry"]
    ]
    order = weakest_first(models)
    lanes = _encoding("industry", rows, order=order, lanes=list(labels.values()))
    lanes = lanes.properties(height=max(1, len(order)) * (_LANE_HEIGHT * max(1, len(models)) + 14))
    layers = _interval(lanes, thickness=3) + _point(lanes, rows, size=90)
    return _finish(layers, _industry_title(models, labels), rows, width=width)


def weakest_first(models: Sequence[ModelScore]) -> list[str]:
    """The industries, the lowest accuracy of the last model first; equal ones by name."""
    if not models:
        return []
    return [score["industry"] for score in sorted(models[-1]["by_industry"], key=lambda s: (s["accuracy"], s["industry"]))]


def _row(score: Score, **names: str) -> dict[str, Any]:
    low, high = score["wilson"]
    value = f"{score['passed']}/{score['items']} = {percent(score['accuracy'])}"
    return {
        **names,
        "accuracy": score["accuracy"],
        "low": low,
        "high": high,
        "value": value,
        "interval": f"{percent(low)} to {percent(high)}",
    }


def _encoding(rows_by: str, rows: list[dict[str, Any]], *, order: list[str] | None = None, lanes: list[str] | None = None) -> Any:
    """The shared encoding: a row each, models told apart by colour; several models of a row in lanes of their own."""
    import altair as alt

    labels = list(dict.fromkeys(row["label"] for row in rows))
    roles = {row["label"]: row["role"] for row in rows}
    colours = alt.Scale(domain=labels, range=[ROLE_COLOURS.get(roles[label], INK) for label in labels])
    legend = alt.Legend() if lanes else None
    axis = alt.Axis(grid=False, labelFontSize=13, labelLimit=150)
    encoded = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y(f"{rows_by}:N", sort=order if order is not None else labels, title=None, axis=axis),
        color=alt.Color("label:N", scale=colours, legend=legend),
        tooltip=[
            *([alt.Tooltip("industry:N", title="Industry")] if rows_by == "industry" else []),
            alt.Tooltip("label:N", title="Model"),
            alt.Tooltip("value:N", title="Right"),
            alt.Tooltip("interval:N", title="Wilson 95%"),
        ],
    )
    if lanes:
        encoded = encoded.encode(yOffset=alt.YOffset("label:N", sort=lanes, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.6)))
    return encoded


def _accuracy_axis(field: str) -> Any:
    import altair as alt

    axis = alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], labelOverlap="parity", labelSeparation=6)
    return alt.X(f"{field}:Q", title="Items answered right, %", scale=alt.Scale(domain=[0, 1]), axis=axis)


def _interval(lanes: Any, *, thickness: int) -> Any:
    return lanes.mark_rule(strokeWidth=thickness, strokeCap="round").encode(x=_accuracy_axis("low"), x2="high:Q")


def _point(lanes: Any, rows: list[dict[str, Any]], *, size: int) -> Any:
    """The points, whose shape says the model as well as the colour does; with lanes, a legend says both."""
    import altair as alt

    roles = {row["label"]: row["role"] for row in rows}
    scale = alt.Scale(domain=list(roles), range=[ROLE_SHAPES.get(role, "square") for role in roles.values()])
    legend = alt.Legend() if "industry" in (rows[0] if rows else {}) else None
    points = lanes.mark_point(filled=True, size=size, opacity=1)
    return points.encode(x=_accuracy_axis("accuracy"), shape=alt.Shape("label:N", scale=scale, legend=legend))


def _value_text(lanes: Any) -> Any:
    """k/n and the percentage above the point; right-aligned in the right half, so that it stays inside the chart."""
    import altair as alt

    text = lanes.mark_text(dy=-16, fontSize=13, fontWeight=600, align=alt.expr("datum.accuracy > 0.5 ? 'right' : 'left'"))
    return text.encode(x=_accuracy_axis("accuracy"), text="value:N", color=alt.value(INK))


def _finish(layers: Any, title: str, rows: list[dict[str, Any]], *, width: int | str) -> Any:
    described = "; ".join(
        f"{', '.join(row[name] for name in ('industry', 'label') if name in row)}: {row['value']} ({row['interval']})"
        for row in rows
    )
    chart = layers.properties(title=heading(title, _READING, width=width), description=described or "No scores.")
    return styled(chart, width=width)


def _headline_title(models: Sequence[ModelScore], labels: dict[str, str], comparison: Comparison | None) -> str:
    if comparison is None:
        return "How often each model is right" if len(models) > 1 else "How often the model is right"
    scores = {model["model"]: model["accuracy"] for model in models}
    base, tuned = scores[comparison["base"]], scores[comparison["tuned"]]
    if comparison["mcnemar_p"] >= SIGNIFICANT or base == tuned:
        return f"This set shows no clear difference between {labels[comparison['base']]} and {labels[comparison['tuned']]}"
    word = "more" if tuned > base else "less"
    return f"{labels[comparison['tuned']]} is right {word} often: {percent(tuned)} against {percent(base)}"


def _industry_title(models: Sequence[ModelScore], labels: dict[str, str]) -> str:
    order = weakest_first(models)
    if not order:
        return "No item names an industry"
    model = models[-1]
    scores = {score["industry"]: score for score in model["by_industry"]}
    label = labels[model["model"]]
    if len(order) == 1:
        return f"{label} in {order[0]}: {_of(scores[order[0]])}"
    if scores[order[0]]["accuracy"] == scores[order[-1]]["accuracy"]:
        return f"{label} does equally well in every industry"
    return f"{label} is weakest in {order[0]} ({_of(scores[order[0]])}) and strongest in {order[-1]} ({_of(scores[order[-1]])})"


def _of(score: Score) -> str:
    return f"{score['passed']} of {score['items']}"
