"""Altair charts in a page: as wide as their place, in the page's own ink, and beside the table that says the same.

Vega gives every mark of a plot a role without a name, which a screen reader announces one by one. So the plots are hidden from it;
whoever places them puts the table with their numbers right below.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

TITLE_WIDTH = 330
"""Pixels that a chart's title is broken for: it must fit a narrow place, while the chart itself takes the width it finds."""

# As SVG the ink follows the page's text colour, dark or light; without the menu, which leads to another site. vega-embed reads this from the chart.
_EMBED = {"renderer": "svg", "actions": False}
# Gradio centres a chart in a box without a width, where one that fills its container vanishes.
_CSS = ".altair > *, .altair .vega-embed { width: 100%; }"
_HIDE = "element.setAttribute('aria-hidden', 'true')"


def plots() -> gr.HTML:
    """A place for plots, to be used as `with plots():`."""
    return gr.HTML(html_template="@children", css_template=_CSS, js_on_load=_HIDE)


def embedded(chart: Any) -> Any:
    """The chart, drawn for `TITLE_WIDTH`, so that it fills its place."""
    return chart.properties(width="container", usermeta={"embedOptions": _EMBED})
