"""From a chart to SVG, without a browser and without the network (vl-convert carries Vega-Lite itself)."""

from __future__ import annotations

import hashlib
import re
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

# Vega marks up every group for screen readers, without names; the chart is one image with a name of its own.
_INNER_ARIA = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_IDS = re.compile(r'(\bid="|url\(#|href="#)([\w-]+)')


def svg(chart: alt.TopLevelMixin) -> str:
    """The chart as one self-contained SVG element; the same chart gives the same text.

    It is one image to a screen reader: `role="img"`, the chart's title in `<title>`, its description (the numbers) in
    `<desc>`. Text is drawn in `currentColor`, so that it follows the page's own colour, dark or light. Ids inside carry a
    prefix of their own, so that several charts can stand in one page.
    """
    import vl_convert

    spec = chart.to_dict()
    drawn = _INNER_ARIA.sub("", str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])))
    prefix = f"c{hashlib.sha256(drawn.encode()).hexdigest()[:8]}-"
    drawn = _IDS.sub(rf"\g<1>{prefix}\g<2>", drawn)
    opening, rest = drawn.split(">", 1)
    title, description = _title_text(spec), str(spec.get("description", ""))
    texts = f'<title id="{prefix}title">{escape(title)}</title><desc id="{prefix}desc">{escape(description)}</desc>'
    return f'{opening} role="img" aria-labelledby="{prefix}title" aria-describedby="{prefix}desc">{texts}{rest}'


def _title_text(spec: dict[str, Any]) -> str:
    title = spec.get("title", "Chart")
    text = title.get("text", "Chart") if isinstance(title, dict) else title
    return " ".join(text) if isinstance(text, list) else str(text)
