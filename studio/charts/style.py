"""The studio's look in charts: base always slate, tuned always teal; passed and failed differ by shape and word.

The two model colours reach 3:1 against white and against the dark page alike (WCAG 2.2, 1.4.11), so that a chart needs no
second set of marks. Everything else is drawn in `INK`, the text colour of whatever page the chart stands in.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.workspace.reports import ModelScore

BASE = "#64748b"
TUNED = "#0d9488"
INK = "currentColor"
FONT = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, sans-serif"

ROLE_COLOURS: Mapping[str, str] = {"base": BASE, "tuned": TUNED}
ROLE_SHAPES: Mapping[str, str] = {"base": "circle", "tuned": "diamond"}
RUN_COLOURS: tuple[str, ...] = (TUNED, "#b45309", "#8b5cf6", "#db2777", "#2563eb", "#65a30d")
"""Several tuned models in one chart; each reaches 3:1 against both pages. Slate is the base model's and not among them."""
RUN_DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (8, 3), (2, 2), (10, 3, 2, 3), (5, 5), (12, 3, 2, 3, 2, 3))
"""The dashes of the same models, for who does not tell the colours apart."""
_ROLE_WORDS: Mapping[str, str] = {"base": "Base", "tuned": "Tuned"}

_TITLE_SIZE, _TEXT_SIZE = 15, 12  # pixels
_SLACK = 14  # pixels on each side: a reader's system font may be wider than the one the layout was measured with
_TITLE_CHARACTER, _TEXT_CHARACTER = 8.4, 6.4  # pixels, a mean letter at those sizes; used to break lines


@dataclass(frozen=True)
class OutcomeMark:
    """How an outcome is shown: a glyph and a word, so that colour is never needed."""

    glyph: str
    word: str


OUTCOMES: Mapping[str, OutcomeMark] = {
    "passed": OutcomeMark("✓", "passed"),
    "failed": OutcomeMark("✗", "failed"),
    "errored": OutcomeMark("!", "errored"),
}


def model_labels(models: Sequence[ModelScore]) -> dict[str, str]:
    """A short label for each model by its name: "Base" and "Tuned", with the name behind it where a role occurs twice."""
    roles = Counter(model["role"] for model in models)
    return {model["model"]: _label(model, alone=roles[model["role"]] == 1) for model in models}


def _label(model: ModelScore, *, alone: bool) -> str:
    word = _ROLE_WORDS.get(model["role"], model["role"].capitalize())
    if alone:
        return word
    name = model["model"]
    return name.capitalize() if name.startswith(f"{model['role']} ") else f"{word} ({name})"


def percent(fraction: float) -> str:
    """A fraction in [0, 1] as a percentage with one decimal."""
    return f"{fraction:.1%}"


def heading(title: str, subtitle: str, *, width: int | str) -> dict[str, Any]:
    """A Vega-Lite title that says what to see and a line on how to read it, broken to fit `width` pixels."""
    pixels = (width if isinstance(width, int) else 480) - 2 * _SLACK
    return {
        "text": textwrap.wrap(title, max(20, int(pixels / _TITLE_CHARACTER))),
        "subtitle": textwrap.wrap(subtitle, max(26, int(pixels / _TEXT_CHARACTER))),
    }


def styled(chart: Any, *, width: int | str) -> Any:
    """The chart at `width` pixels over all, labels included (or "container"), with the studio's fonts and quiet axes."""
    axis = {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": _TEXT_SIZE,
        "titleFontSize": _TEXT_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "labelPadding": 6,
        "domain": False,
        "ticks": False,
        "gridColor": INK,
        "gridOpacity": 0.15,
    }
    config = {
        "aria": False,  # the SVG is one image with one title and description: see render.svg
        "background": "transparent",
        "padding": {"left": _SLACK, "right": _SLACK, "top": 5, "bottom": 5},
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "legend": {
            "labelColor": INK,
            "labelFontSize": _TEXT_SIZE,
            "title": None,
            "orient": "top",
            "symbolSize": 90,
            "symbolOpacity": 1,
        },
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": INK,
            "fontSize": _TITLE_SIZE,
            "fontWeight": 600,
            "lineHeight": 20,
            "subtitleColor": INK,
            "subtitleFontSize": _TEXT_SIZE,
            "subtitleLineHeight": 17,
            "subtitlePadding": 6,
            "offset": 14,
        },
    }
    return chart.properties(width=width, autosize={"type": "fit-x", "contains": "padding"}, config=config)
