"""How long rows are, in tokens: a bar for the rows of each length, those that `max_length` cuts in another colour and named so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.charts.style import INK, TUNED, heading, styled

if TYPE_CHECKING:
    import altair as alt

_CUT = "#b45309"  # reaches 3:1 on the light and on the dark page, and is neither side's colour
_FITS_WORD, _CUT_WORD = "whole", "cut"


@dataclass(frozen=True)
class LengthBar:
    """Rows of `first` to below `end` tokens. `open_ended`: and all longer ones."""

    first: int
    end: int
    whole: int
    cut: int
    open_ended: bool = False


def length_histogram(bars: Sequence[LengthBar], max_length: int, *, width: int | str = 640) -> alt.LayerChart:
    """The rows by their length in tokens, with a line at `max_length` where rows come near it.

    `width` is pixels over all, or "container" in a page that sizes it.
    """
    import altair as alt

    rows = [row for bar in bars for row in _stacked(bar)]
    words = [word for word in (_FITS_WORD, _CUT_WORD) if any(row["kind"] == word for row in rows)]
    colours = alt.Scale(domain=words, range=[{_FITS_WORD: TUNED, _CUT_WORD: _CUT}[word] for word in words])
    ends = [bar.end for bar in bars]
    marked = bool(ends) and max_length <= 1.5 * max(ends)
    domain = [min((bar.first for bar in bars), default=0), max([*ends, max_length if marked else 1])]
    tokens = alt.X(
        "first:Q",
        title="Length of the row, tokens",
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(format=",d", tickCount=6, grid=False),
    )
    drawn = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(opacity=1, stroke=None)
        .encode(
            x=tokens,
            x2="end:Q",
            y=alt.Y("bottom:Q", title="Rows", axis=alt.Axis(format=",d", tickCount=5, tickMinStep=1)),
            y2="top:Q",
            color=alt.Color("kind:N", scale=colours, legend=alt.Legend() if len(words) > 1 else None),
            tooltip=[
                alt.Tooltip("tokens:N", title="Tokens"),
                alt.Tooltip("rows:Q", title="Rows", format=","),
                alt.Tooltip("kind:N", title="Are"),
            ],
        )
    )
    layers = alt.layer(drawn, *(_limit(max_length) if marked else ())).properties(height=200)
    title, reading = _title(bars, max_length), _reading(bars)
    described = "; ".join(f"{row['tokens']} tokens: {row['rows']} rows {row['kind']}" for row in rows) or "No rows."
    return styled(layers.properties(title=heading(title, reading, width=width), description=described), width=width)


def _limit(max_length: int) -> tuple[Any, Any]:
    import altair as alt

    base = alt.Chart(alt.Data(values=[{"at": max_length, "label": f"max_length {max_length:,}"}])).encode(x="at:Q")
    rule = base.mark_rule(strokeWidth=2, strokeDash=[6, 4]).encode(color=alt.value(INK))
    text = base.mark_text(align="right", dx=2, y=-8, fontSize=12).encode(text="label:N", color=alt.value(INK))
    return rule, text


def _stacked(bar: LengthBar) -> list[dict[str, Any]]:
    """The rows of a bar that are whole, and on top of them those that are cut."""
    shared = {"first": bar.first, "end": bar.end, "tokens": words_of_bar(bar)}
    parts = ((_FITS_WORD, 0, bar.whole), (_CUT_WORD, bar.whole, bar.cut))
    return [
        {**shared, "kind": kind, "rows": rows, "bottom": bottom, "top": bottom + rows} for kind, bottom, rows in parts if rows
    ]


def words_of_bar(bar: LengthBar) -> str:
    """The lengths that a bar stands for: `100 to 109`, or `500 and more`."""
    if bar.open_ended:
        return f"{bar.first:,} and more"
    return f"{bar.first:,}" if bar.end - bar.first == 1 else f"{bar.first:,} to {bar.end - 1:,}"


def _title(bars: Sequence[LengthBar], max_length: int) -> str:
    rows, cut = sum(bar.whole + bar.cut for bar in bars), sum(bar.cut for bar in bars)
    if not rows:
        return "No row to measure"
    if not cut:
        return f"All {rows:,} rows fit into {max_length:,} tokens"
    return f"{cut:,} of {rows:,} rows ({cut / rows:.1%}) are longer than {max_length:,} tokens and would be cut"


def _reading(bars: Sequence[LengthBar]) -> str:
    reading = "Bar: rows of that length, with the template around them."
    return f"{reading} Last bar: all that are longer." if any(bar.open_ended for bar in bars) else reading
