"""The same measured quantity of several runs, one curve over the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from studio.charts.curves import DOTS_UP_TO, MAX_POINTS, Point, Quantity, downsample, quantity_of, read_points
from studio.charts.style import RUN_COLOURS, RUN_DASHES, heading, styled
from studio.workspace.history import Metrics

if TYPE_CHECKING:
    import altair as alt

_SMALLER_IS_BETTER = frozenset({"loss", "eval_loss", "perplexity", "eval_perplexity"})
_NOISY = frozenset({
    "loss", "perplexity", "grad_norm", "tokens_per_second", "reward_margin", "reward_accuracy", "reward_chosen", "reward_rejected",
})  # fmt: skip
_SMOOTHED_FROM = 60  # values; fewer are shown as they are
_WINDOWS = 40  # the mean is over a fortieth of a run: its noise is gone, its course is not
_HEIGHT = 320  # pixels


@dataclass(frozen=True)
class _Curve:
    label: str
    points: Sequence[Point]
    smooth: Sequence[Point]


def compared_curves(runs: Mapping[str, Metrics], field: str, *, width: int | str = 640) -> alt.LayerChart:
    """One measured field of several runs over the optimizer's steps.

    Args:
        runs: what each run has measured, by what it is called; at most six.
        field: a key of `QUANTITIES`, or any other field, which is then shown under its own name.
        width: pixels over all, or "container" in a page that sizes it.

    Where every step is noisy, the thick line is the mean of the steps around, and the thin one behind it the values themselves.
    """
    quantity = quantity_of(field, *runs.values())
    noisy = field in _NOISY
    curves = [_curve(label, metrics, field, noisy=noisy) for label, metrics in runs.items()]
    smoothed = any(curve.smooth is not curve.points for curve in curves)
    layers = _lines(curves, [curve.smooth for curve in curves], quantity, strokeWidth=2.5, opacity=1)
    if smoothed:
        layers = _lines(curves, [curve.points for curve in curves], quantity, strokeWidth=1, opacity=0.3) + layers
    elif all(len(curve.points) <= DOTS_UP_TO for curve in curves):
        layers = layers + layers.mark_point(filled=True, size=30, opacity=1)
    title, reading = _title(curves, quantity, field), _reading(smoothed)
    described = "; ".join(_described(curve) for curve in curves) or "No runs."
    chart = layers.properties(height=_HEIGHT, title=heading(title, reading, width=width), description=f"{title}. {described}.")
    return styled(chart, width=width)


def smooth(points: Sequence[Point], window: int) -> list[Point]:
    """The mean of the `window` values around each point; at the ends of as many as there are on both sides."""
    sums = [0.0, *accumulate(value for _, value in points)]
    half, count = window // 2, len(points)
    means = []
    for index, (step, _) in enumerate(points):
        reach = min(half, index, count - 1 - index)
        means.append((step, (sums[index + reach + 1] - sums[index - reach]) / (2 * reach + 1)))
    return means


def _curve(label: str, metrics: Metrics, field: str, *, noisy: bool) -> _Curve:
    points, _ = read_points(metrics, field)
    if not noisy or len(points) < _SMOOTHED_FROM:
        return _Curve(label, points, points)
    return _Curve(label, points, smooth(points, max(3, math.ceil(len(points) / _WINDOWS))))


def _lines(curves: Sequence[_Curve], drawn: Sequence[Sequence[Point]], quantity: Quantity, **mark: Any) -> Any:
    import altair as alt

    labels = [curve.label for curve in curves]
    limit = max(4, 2 * MAX_POINTS // max(1, len(curves)))
    rows = [
        {"run": label, "step": step, "value": value}
        for label, points in zip(labels, drawn, strict=True)
        for step, value in downsample(points, limit)
    ]
    colours = alt.Scale(domain=labels, range=list(RUN_COLOURS[: len(labels)]))
    dashes = alt.Scale(domain=labels, range=[list(dash) for dash in RUN_DASHES[: len(labels)]])
    legend = alt.Legend(columns=1, labelLimit=320, symbolType="stroke", symbolSize=400, symbolStrokeWidth=2.5)
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(**mark)
        .encode(
            x=alt.X(
                "step:Q", title="Optimizer step", axis=alt.Axis(format=",d", tickCount=6, grid=False), scale=alt.Scale(nice=False)
            ),
            y=alt.Y(
                "value:Q",
                title=quantity.axis,
                axis=alt.Axis(format=quantity.format, tickCount=5),
                scale=alt.Scale(zero=quantity.from_zero),
            ),
            color=alt.Color("run:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("run:N", scale=dashes, legend=legend),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("step:Q", title="Step", format=","),
                alt.Tooltip("value:Q", title=quantity.name, format=quantity.format),
            ],
        )
    )


def _title(curves: Sequence[_Curve], quantity: Quantity, field: str) -> str:
    ends = [(curve.smooth[-1][1], curve.label) for curve in curves if curve.smooth]
    if not ends:
        return f"{quantity.name}: no value yet"
    if field in _SMALLER_IS_BETTER:
        value, label = min(ends)
        return f"{quantity.name}: {label} ends lowest, at {value:.3g}"
    if field == "accuracy":
        value, label = max(ends)
        return f"{quantity.name}: {label} ends highest, at {value:.1%}"
    return f"{quantity.name} of {len(curves)} runs"


def _reading(smoothed: bool) -> str:
    return "Thick: the mean of the steps around. Thin: every step." if smoothed else "A line a run; colour and dashes say which."


def _described(curve: _Curve) -> str:
    if not curve.points:
        return f"{curve.label}: no value"
    (first, start), (last, end) = curve.smooth[0], curve.smooth[-1]
    return f"{curve.label}: from {start:.3g} at step {first:,} to {end:.3g} at step {last:,}"
