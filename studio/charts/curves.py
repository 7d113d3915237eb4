"""Training curves over the optimizer's steps, from the events of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from studio.charts.style import INK, TUNED, heading, styled
from studio.workspace.history import Metrics

if TYPE_CHECKING:
    import altair as alt

MAX_POINTS = 1000
DOTS_UP_TO = 40  # with so few values each gets a dot: a line alone would hide how few there are

Point = tuple[int, float]


@dataclass(frozen=True)
class Quantity:
    """What a field of an event measures. `axis` names it with its unit; `format` is a d3 number format.

    `peak` says that the highest value matters, not where it began and ended.
    """

    name: str
    axis: str
    format: str = ".3~f"
    from_zero: bool = False
    peak: bool = False


QUANTITIES: Mapping[str, Quantity] = {
    "loss": Quantity("Training loss", "Cross-entropy, nats a token"),
    "eval_loss": Quantity("Validation loss", "Cross-entropy, nats a token"),
    "perplexity": Quantity("Perplexity", "Perplexity, e to the loss", ",.3~r"),
    "eval_perplexity": Quantity("Validation perplexity", "Perplexity, e to the validation loss", ",.3~r"),
    "reward_margin": Quantity("Reward margin", "Reward of good answers above bad ones", from_zero=True),
    "reward_accuracy": Quantity("Reward accuracy", "Share of answers on the right side", ".0%", from_zero=True),
    "reward_chosen": Quantity("Reward of good answers", "Beta x log-ratio to the start", from_zero=True),
    "reward_rejected": Quantity("Reward of bad answers", "Beta x log-ratio to the start", from_zero=True),
    "learning_rate": Quantity("Learning rate", "Learning rate", ".1~e", from_zero=True),
    "grad_norm": Quantity("Gradient norm", "L2 norm", from_zero=True),
    "memory_mb": Quantity("Memory", "Memory in use, MiB", ",.0f", from_zero=True, peak=True),
    "tokens_per_second": Quantity("Speed", "Tokens a second", ",.3~s", from_zero=True),
    "tokens": Quantity("Tokens", "Tokens seen so far", ",.3~s", from_zero=True),
    "accuracy": Quantity("Accuracy on the validation split", "Share of items answered right", ".0%", from_zero=True),
}

_PREFERENCE_LOSS = Quantity("Preference loss", "Loss a pair, or a judged answer")
_STEP_TICKS = 6


def quantity_of(field: str, *measured: Metrics) -> Quantity:
    """What the field measures in these runs. Where answers were given rewards, the loss is that of a preference training."""
    if field == "loss" and any("reward_chosen" in metrics.fields for metrics in measured):
        return _PREFERENCE_LOSS
    return QUANTITIES.get(field, Quantity(field, field))


def training_curve(
    events: Iterable[Mapping[str, Any]], field: str, *, width: int | str = 640, marked: int | None = None
) -> alt.LayerChart:
    """One measured field over the steps, in at most `MAX_POINTS` points that keep every extreme.

    Args:
        events: metric events such as `{"step": 10, "loss": 1.2}`, in the order written; those without the field are passed
            over. A step that was run again after a resume counts as last written.
        field: a key of `QUANTITIES`, or any other field, which is then shown under its own name.
        width: pixels over all, or "container" in a page that sizes it.
        marked: the step of the best checkpoint, which is ringed and named.

    Values that are not finite are left out of the line, and counted in the subtitle.
    """
    import altair as alt

    metrics = events if isinstance(events, Metrics) else Metrics.of(events)
    quantity = quantity_of(field, metrics)
    points, broken = read_points(metrics, field)
    shown = downsample(points)
    span = shown[-1][0] - shown[0][0] if shown else 1
    whole = alt.Axis(
        format=",d", tickCount=max(1, min(_STEP_TICKS, span)), grid=False
    )  # no more ticks than there are whole steps
    steps = alt.X("step:Q", title="Optimizer step", axis=whole, scale=alt.Scale(nice=False))
    values = alt.Y(
        "value:Q",
        title=quantity.axis,
        axis=alt.Axis(format=quantity.format, tickCount=5),
        scale=alt.Scale(zero=quantity.from_zero),
    )
    tooltip = [
        alt.Tooltip("step:Q", title="Step", format=","),
        alt.Tooltip("value:Q", title=quantity.name, format=quantity.format),
    ]
    data = alt.Data(values=[{"step": step, "value": value} for step, value in shown])
    drawing = alt.Chart(data).encode(x=steps, y=values, tooltip=tooltip)
    dots = drawing.mark_point(filled=True, color=TUNED, size=36, opacity=1 if len(shown) <= DOTS_UP_TO else 0)
    marks = [] if marked is None else _marking(drawing, marked)
    layers = alt.layer(drawing.mark_line(color=TUNED, strokeWidth=2), dots, *marks)
    title = _title(quantity, points)
    reading = _reading(len(points), len(shown), broken)
    chart = layers.properties(height=220, title=heading(title, reading, width=width), description=f"{title}. {reading}")
    return styled(chart, width=width)


def _marking(drawing: Any, marked: int) -> list[Any]:
    """A ring around the value of that step, and a word above it."""
    import altair as alt

    there = drawing.transform_filter(alt.datum.step == marked)
    ring = there.mark_point(filled=False, color=TUNED, size=200, strokeWidth=2, opacity=1)
    return [ring, there.mark_text(text="best", dy=-16, color=INK, fontSize=12)]


def read_points(events: Iterable[Mapping[str, Any]], field: str) -> tuple[list[Point], int]:
    """The finite values by step, ascending, and how many values were not finite."""
    metrics = events if isinstance(events, Metrics) else Metrics.of(events)
    measured = metrics.points(field)
    finite = [point for point in measured if math.isfinite(point[1])]
    return finite, len(measured) - len(finite)


def downsample(points: Sequence[Point], limit: int = MAX_POINTS) -> list[Point]:
    """At most `limit` (4 or more) of the points, in order: the first, the last, and the lowest and highest of each stretch.

    Within a stretch that is no wider than a pixel, these are all that a line can show (M4: Jugel et al. 2014, PVLDB 7(10), 797-808).
    """
    if len(points) <= limit:
        return list(points)
    inner = points[1:-1]
    stretches = (limit - 2) // 2
    bounds = [round(index * len(inner) / stretches) for index in range(stretches + 1)]
    kept = {points[0], points[-1]}
    for start, end in pairwise(bounds):
        stretch = inner[start:end]
        kept |= {min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])}
    return sorted(kept)


def _title(quantity: Quantity, points: Sequence[Point]) -> str:
    if not points:
        return f"{quantity.name}: no value yet"
    (first_step, first), (last_step, last) = points[0], points[-1]
    if len(points) == 1:
        return f"{quantity.name}: {_said(quantity, first)} at step {first_step:,}"
    if quantity.peak:
        peak_step, peak = max(points, key=lambda point: point[1])
        return f"{quantity.name} peaked at {_said(quantity, peak)} at step {peak_step:,}"
    return f"{quantity.name} went from {_said(quantity, first)} at step {first_step:,} to {_said(quantity, last)} at step {last_step:,}"


def _reading(measured: int, shown: int, broken: int) -> str:
    parts = [
        f"{measured:,} {'value' if measured == 1 else 'values'} measured"
        + (f", {shown:,} drawn with every extreme kept." if shown < measured else ".")
    ]
    if broken:
        parts.append(f"{broken:,} {'was' if broken == 1 else 'were'} not finite and cannot be drawn.")
    return " ".join(parts)


def _number(value: float) -> str:
    """Three significant digits, and whole numbers in full."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _said(quantity: Quantity, value: float) -> str:
    """A share as a percentage, anything else as a number."""
    return f"{value:.1%}" if quantity.format.endswith("%") else _number(value)
