"""What the Data page says about a dataset's origin, what was left out of it, and where it can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from studio.dataset.checks.examination import Examination
from studio.dataset.deriving.lineage import Relative, reason_in_words, recipe_in_words
from studio.dataset.publishing.exporting import ExportFormat
from studio.dataset.publishing.hub import Destination
from studio.ui.text import data_card as text
from studio.ui.views.data import address
from studio.ui.views.figures import moment
from studio.workspace.datasets import Manifest

_SHORT_FINGERPRINT = 12  # characters


def origin_html(
    manifest: Manifest,
    *,
    parents: Sequence[Relative],
    children: Sequence[Relative],
    source: str,
    licence: str | None,
    examination: Examination | None,
) -> str:
    """Where a dataset comes from, what was made of it, and what was left out."""
    facts = [
        (text.SOURCE, escape(source)),
        (text.LICENCE, escape(licence) if licence else f'<span class="muted">{text.NO_LICENCE}</span>'),
        (text.MADE_FROM, _lines([_relative(parent) for parent in parents])),
        (text.RECIPE, _lines([escape(sentence) for sentence in recipe_in_words(manifest.recipe)])),
        (text.CHILDREN, _lines([_relative(child) for child in children]) or f'<span class="muted">{text.NO_CHILDREN}</span>'),
        (text.SCORE, "" if examination is None else text.SCORE_OF.format(score=examination.score)),
        (text.CREATED, moment(manifest.created)),
        (text.ID, f"<code>{escape(manifest.id)}</code>"),
        (text.FINGERPRINT, f"<code>{manifest.fingerprint}</code>"),
    ]
    rows = "".join(
        f'<tr><th scope="row">{label}</th><td style="overflow-wrap:anywhere">{value}</td></tr>' for label, value in facts if value
    )
    table = f'<div class="studio-scroll"><table class="studio-table">{rows}</table></div>'
    return f"{_heading(text.ORIGIN)}{table}{_heading(text.LEFT_OUT)}{left_out_html(manifest)}"


def left_out_html(manifest: Manifest) -> str:
    """How many rows of the source and of the parents are not in it, by reason."""
    rejected = Counter(str(problem.get("kind", "unknown")) for problem in manifest.problems).most_common()
    counted = [(text.OF_SOURCE, *one) for one in rejected] + [(text.OF_PARENTS, *one) for one in manifest.removed.items()]
    if not counted:
        return f"<p>{text.NOTHING_LEFT_OUT}</p>"
    head = "".join(f'<th scope="col">{title}</th>' for title in text.LEFT_OUT_HEAD)
    rows = "".join(
        f"<tr><td>{number:,}</td><td>{where}</td><td>{escape(reason_in_words(reason))}</td></tr>"
        for where, reason, number in counted
    )
    table = f'<table class="studio-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="studio-scroll" role="region" tabindex="0" aria-label="{text.LEFT_OUT}">{table}</div>'


def format_choices(formats: Sequence[ExportFormat]) -> list[tuple[str, str]]:
    """The formats as choices of a dropdown."""
    return [(text.FORMATS[one.value], one.value) for one in formats]


def destination_html(destination: Destination) -> str:
    """Where a dataset will go, to be read before it goes."""
    return f'<div class="card" role="status"><strong>{text.WHERE}</strong><p style="overflow-wrap:anywhere">{escape(destination.in_words)}</p></div>'


def refused_html(sentence: str) -> str:
    """Why it can't go there."""
    return f'<div class="card" role="alert">{escape(sentence)}</div>'


def pushed_html(url: str) -> str:
    """Where it is now."""
    link = f'<a href="{escape(url, quote=True)}" target="_blank" rel="noopener noreferrer">{escape(url)}</a>'
    return f'<div class="card" role="status" style="overflow-wrap:anywhere">{text.PUSHED.format(link=link)}</div>'


def saved_html() -> str:
    """That what was written down is kept."""
    return f'<p role="status">{text.SAVED}</p>'


def without_header(card: str) -> str:
    """A card's Markdown without the YAML that begins it."""
    return card.split("\n---\n", 1)[-1].strip()


def _relative(relative: Relative) -> str:
    name = escape(relative.name)
    if relative.manifest is None:
        shown = f'{name} <span class="muted">({text.DELETED_PARENT})</span>'
    else:
        shown = f'<a href="{escape(address(relative.id), quote=True)}">{name}</a>'
    short = relative.fingerprint[:_SHORT_FINGERPRINT]
    return f"{shown} <code>{escape(short)}</code>" if short else shown


def _lines(pieces: Sequence[str]) -> str:
    return "<br>".join(pieces)


def _heading(title: str) -> str:
    return f'<h3 style="font-size:1rem">{title}</h3>'
