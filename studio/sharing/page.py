"""The public page: one self-contained HTML document, without a script and without anything fetched from elsewhere.

What models and people wrote reaches the page escaped (Jinja2, autoescape). The only markup put in as it is are the charts,
which vl-convert draws from numbers and escaped labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from studio.charts import OUTCOMES, accuracy_by_industry, headline_accuracy, svg
from studio.sharing.snapshots import Snapshot
from studio.sharing.view import page_view
from studio.workspace.reports import Report

_WIDE, _NARROW = 860, 386  # pixels: the text column, and a screen of 390, each with the chart's own margin hanging out

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class _Drawing:
    """One chart in two widths; the stylesheet shows the one that fits."""

    wide: Markup
    narrow: Markup


def render_page(snapshot: Snapshot, *, url: str) -> str:
    """The page of a snapshot as one HTML document. `url` is its own address; the data is at `url` + ".json"."""
    page = page_view(snapshot)
    template = _environment().get_template("page.html.j2")
    return template.render(
        page=page,
        url=url,
        data_url=f"{url}.json",
        headline_chart=_headline(snapshot.report),
        industry_chart=_by_industry(snapshot.report) if page.industries else None,
    )


def render_not_found() -> str:
    """The 404 page: the same for a token that is wrong, malformed, expired or revoked."""
    return _environment().get_template("not_found.html.j2").render()


def page_headers() -> dict[str, str]:
    """The HTTP headers that belong to the page, to its data and to the 404 page."""
    return {
        "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cache-Control": "private",
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("studio.sharing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["outcomes"] = OUTCOMES
    return environment


def _headline(report: Report) -> _Drawing:
    def draw(width: int) -> Markup:
        return Markup(svg(headline_accuracy(report["models"], comparison=report["comparison"], width=width)))

    return _Drawing(draw(_WIDE), draw(_NARROW))


def _by_industry(report: Report) -> _Drawing:
    def draw(width: int) -> Markup:
        return Markup(svg(accuracy_by_industry(report["models"], width=width)))

    return _Drawing(draw(_WIDE), draw(_NARROW))
